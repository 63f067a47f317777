"""The profile of climate sensors: reference controllers, and beside them sensors on the same Modbus lines."""

from __future__ import annotations

from hardware_sim.profiles.options import Options, ProfileError
from hardware_sim.sensors import MAX_UNIT, ClimateSensor, SensorModel

CLIMATE = "climate"
DELIVERED = "101:xy-md02,102:md02-clone,103:sht20"


def chosen_sensors(options: Options) -> dict[int, ClimateSensor]:
    """The sensors by the unit that each is delivered as. Raises ProfileError for what is no UNIT:MODEL list."""
    divisor = int(options.choice("sht20_divisor", "10", "100"))
    sensors: dict[int, ClimateSensor] = {}
    for entry in filter(None, options.text("sensors", DELIVERED).split(",")):
        unit, _, model = entry.partition(":")
        if not unit.isdecimal() or not 1 <= int(unit) <= MAX_UNIT or model not in set(SensorModel):
            raise ProfileError(f"{entry!r} is not UNIT:MODEL; models are {', '.join(SensorModel)}")
        if int(unit) in sensors:
            raise ProfileError(f"there are two sensors {int(unit)}")
        is_sht20 = model == SensorModel.SHT20
        sensors[int(unit)] = ClimateSensor(SensorModel(model), int(unit), divisor if is_sht20 else None)
    return sensors
