"""The control verbs of a climate sensor, and the truth about it. Pure.

Each verb takes its fields apart, refuses what can never be done, and returns the act.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware_sim.fields import ControlError, Fields
from hardware_sim.sensors import ClimateSensor
from hardware_sim.track_commands import Act, Answer

COLDEST_C, HOTTEST_C = -40.0, 125.0


def sensor_truth(sensor: ClimateSensor) -> Answer:
    """The truth about one sensor."""
    return {
        "model": sensor.model.value,
        "powered": sensor.is_powered,
        "silent": sensor.is_silent,
        "frozen": sensor.is_frozen,
        "address": sensor.address,
        "baud": sensor.baud,
        "temperature_c": sensor.temperature_c,
        "humidity_percent": sensor.humidity_percent,
    }


def climate_in(fields: Fields) -> tuple[float | None, float | None]:
    """The fields `temperature_c` and `humidity_percent`; None for the one that is left out. Raises ControlError."""
    temperature_c = fields.number("temperature_c") if fields.has("temperature_c") else None
    humidity_percent = fields.number("humidity_percent") if fields.has("humidity_percent") else None
    fields.finish()
    if temperature_c is not None and not COLDEST_C <= temperature_c <= HOTTEST_C:
        raise ControlError(f"temperature_c is {COLDEST_C:g} to {HOTTEST_C:g}")
    if humidity_percent is not None and not 0.0 <= humidity_percent <= 100.0:
        raise ControlError("humidity_percent is 0 to 100")
    return temperature_c, humidity_percent


def _climate(sensor: ClimateSensor, fields: Fields) -> Act:
    temperature_c, humidity_percent = climate_in(fields)

    def act() -> Answer:
        if temperature_c is not None:
            sensor.temperature_c = temperature_c
        if humidity_percent is not None:
            sensor.humidity_percent = humidity_percent
        return {}

    return act


def _switch(fields: Fields, turn: Callable[[bool], None]) -> Act:
    is_on = fields.truth("on")
    fields.finish()

    def act() -> Answer:
        turn(is_on)
        return {}

    return act


def _silent(sensor: ClimateSensor, fields: Fields) -> Act:
    def turn(is_on: bool) -> None:
        sensor.is_silent = is_on

    return _switch(fields, turn)


def _freeze(sensor: ClimateSensor, fields: Fields) -> Act:
    return _switch(fields, sensor.freeze)


def _power(sensor: ClimateSensor, fields: Fields) -> Act:
    return _switch(fields, sensor.switch_power)


SENSOR_VERBS: dict[str, Callable[[ClimateSensor, Fields], Act]] = {
    "climate": _climate,
    "silent": _silent,
    "freeze": _freeze,
    "power": _power,
}
