"""Sensors of temperature and humidity, and how the settings name one: a table `[[sensor]]`, read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archroom.core.bus_urls import is_bus_url, is_profile
from archroom.core.cleaning import clean
from archroom.errors import Message, say

USUAL_FAMILY: Final = "climate-sensor"
"""The profile of XY-MD02, its copies and the SHT20 transmitters."""
SCALES: Final = (10, 100)
MAX_UNIT: Final = 247
MAX_NAME: Final = 40
KEYS: Final = ("name", "room", "url", "unit", "family", "scale")
_URL_EXAMPLE: Final = "serial:///dev/ttyUSB1?baud=9600&parity=N, socket://HOST:PORT, tcp://HOST:PORT"


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor, as the settings name it."""

    name: str
    room: str
    url: str
    """The port at which it answers; it may be that of a bus of shelving."""
    unit: int
    family: str
    scale: int | None
    """Parts of a degree and of a percent that it counts in, 10 or 100; None until a person has compared a reading."""


class WrongKey(Exception):
    """A key of a sensor's table that cannot be meant."""

    def __init__(self, key: str, problem: Message) -> None:
        super().__init__(key)
        self.key = key
        self.problem = problem


def sensor_of(entry: Mapping[str, object]) -> Sensor:
    """Return the sensor that a table names; raises WrongKey."""
    for key in entry:
        if key not in KEYS:
            raise WrongKey(key, say("unknown setting {key}", key=clean(key, MAX_NAME)))
    name, room = _name(entry, "name"), _name(entry, "room")
    url, unit = entry.get("url"), entry.get("unit")
    if not isinstance(url, str) or not is_bus_url(url):
        raise WrongKey(
            "url", say("{key} must be the address of the sensor's port, as {example}", key="url", example=_URL_EXAMPLE)
        )
    if type(unit) is not int or not 1 <= unit <= MAX_UNIT:
        raise WrongKey("unit", say("unit is the sensor's Modbus address, from 1 to 247"))
    family = entry.get("family", USUAL_FAMILY)
    if not isinstance(family, str) or not is_profile(family):
        raise WrongKey("family", say("family is {usual} or the full path of a profile", usual=USUAL_FAMILY))
    scale = entry.get("scale")
    if scale is not None and (type(scale) is not int or scale not in SCALES):
        raise WrongKey("scale", say("scale is 10 or 100; leave it out until a reading was compared with a thermometer"))
    return Sensor(name, room, url, unit, family, scale)


def contradiction(sensors: Sequence[Sensor]) -> Message | None:
    """Return why sensors cannot all be meant, None if they can."""
    if len({sensor.name for sensor in sensors}) < len(sensors):
        return say("each sensor has a name of its own")
    if len({(sensor.url, sensor.unit) for sensor in sensors}) < len(sensors):
        return say("two sensors at one port have one unit")
    return None


def _name(entry: Mapping[str, object], key: str) -> str:
    """Return a name that can stand in files and tables: no comma, and a letter or digit first."""
    value = entry.get(key)
    if not isinstance(value, str) or value != clean(value, MAX_NAME) or "," in value or not value[:1].isalnum():
        raise WrongKey(key, say("{key} is 1 to 40 characters without commas, beginning with a letter or digit", key=key))
    return value
