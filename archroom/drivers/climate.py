"""Sensors of temperature and humidity on Modbus: one map for all of them, read and never written.

XY-MD02, its copies and the SHT20 transmitters differ in their scale and in what their settings mean, so that a write to one
can make another unreachable: there is no write here. No value is believed before a person has confirmed the scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archroom.drivers.line import MOST_READ_REPEATS, Line
from archroom.drivers.modbus import Function, Request, read_from
from archroom.drivers.wire_settings import ClimateSettings
from archroom.errors import UsageError, say

SCALES = (10, 100)
"""Parts of a degree and of a percent that a sensor may count in."""
LEAST_C, MOST_C = 0.0, 60.0
LEAST_PERCENT, MOST_PERCENT = 0.0, 100.0
"""Within these a reading is plausible while a scale is looked for; once it is confirmed, frost is a reading too."""


@dataclass(frozen=True, slots=True)
class ClimateReading:
    """What a sensor said."""

    temperature_c: float
    humidity_percent: float
    read_at: float
    """When it was asked, by the line's clock: the values are not older."""


@dataclass(frozen=True, slots=True)
class RawClimate:
    """Two registers as they came, and the scales by which they are plausible: for the person who confirms one."""

    temperature: int
    """Signed."""
    humidity: int
    read_at: float

    @property
    def plausible_scales(self) -> tuple[int, ...]:
        """The scales by which both values hold."""
        return tuple(
            scale
            for scale in SCALES
            if LEAST_C <= self.temperature / scale <= MOST_C and LEAST_PERCENT <= self.humidity / scale <= MOST_PERCENT
        )

    @property
    def proposed_scale(self) -> int | None:
        """The scale if exactly one is plausible; None: a person must compare with a thermometer."""
        return self.plausible_scales[0] if len(self.plausible_scales) == 1 else None

    def scaled(self, scale: int) -> ClimateReading:
        """Return the values by a scale."""
        return ClimateReading(self.temperature / scale, self.humidity / scale, self.read_at)


class ClimateSensor:
    """One sensor on a line."""

    def __init__(
        self, line: Line, unit: int, settings: ClimateSettings, is_urgent: Callable[[], bool] | None = None
    ) -> None:
        self._line = line
        self._unit = unit
        self._settings = settings
        self._is_urgent = is_urgent

    def read(self) -> ClimateReading:
        """Return temperature and humidity.

        Raises UsageError while nobody has confirmed the scale, LinkError and PortUnavailable.
        """
        scale = self._settings.scale
        if scale is None:
            raise UsageError(say("Nobody has confirmed the scale of sensor {unit} yet.", unit=self._unit))
        return self.read_raw().scaled(scale)

    def read_raw(self, repeats: int = MOST_READ_REPEATS) -> RawClimate:
        """Return the registers as they came, whatever the scale. Raises LinkError and PortUnavailable."""
        request = climate_request(self._unit, self._settings.address)
        reply = self._line.exchange_read(request, repeats, self._is_urgent)
        temperature, humidity = reply.registers
        return RawClimate(temperature - 0x10000 if temperature & 0x8000 else temperature, humidity, reply.sent_at)


def climate_request(unit: int, address: int, count: int = 2) -> Request:
    """Return the read of input registers, temperature first."""
    return read_from(unit, Function.READ_INPUT, address, count)
