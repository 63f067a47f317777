"""The control verbs of a room whose controllers are of plain makes. Pure; what is not modelled is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hardware_sim.fields import ControlError, Fields
from hardware_sim.line_commands import line_fault
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.registers import Fault, Mode
from hardware_sim.sensor_commands import climate_in
from hardware_sim.track_commands import TRACK_VERBS, Answer, track_truth

if TYPE_CHECKING:
    from hardware_sim.plain_room import PlainRoom


def execute_plain(room: PlainRoom, request: Mapping[str, object]) -> Answer:
    """Carry out one request, `do` naming the verb. Raises ControlError."""
    fields = Fields(request)
    verb = fields.text("do")
    if verb in _ROOM_VERBS:
        return _ROOM_VERBS[verb](room, fields)
    if verb in TRACK_VERBS:
        return TRACK_VERBS[verb](_cabinet(room, fields).block, fields)()
    if verb not in _CABINET_VERBS:
        verbs = sorted({*_ROOM_VERBS, *TRACK_VERBS, *_CABINET_VERBS})
        raise ControlError(f"{verb!r} is not modelled in this profile; there is {', '.join(verbs)}")
    return _CABINET_VERBS[verb](_cabinet(room, fields), fields)


def plain_truth(cabinet: PlainCabinet) -> Answer:
    """The truth about one cabinet and its track."""
    return {
        "powered": cabinet.is_powered,
        "silent": cabinet.is_silent,
        "state": cabinet.state.value,
        "mode": cabinet.mode.name.lower(),
        "enabled": cabinet.is_enabled,
        "faults": [fault.name.lower() for fault in cabinet.faults if fault.name],
        "asleep": cabinet.is_asleep,
        "block_locked": cabinet.is_locked,
        "open_aisles": cabinet.open_aisles,
        "sides": [cabinet.side(carriage.number).value for carriage in cabinet.block.carriages],
        "temperature_c": cabinet.temperature_c,
        "humidity_percent": cabinet.humidity_percent,
        **track_truth(cabinet.block),
    }


def _cabinet(room: PlainRoom, fields: Fields) -> PlainCabinet:
    if not fields.has("unit") and len(room.cabinets) == 1:
        return next(iter(room.cabinets.values()))
    unit = fields.whole("unit", 1, 247)
    if unit not in room.cabinets:
        raise ControlError(f"there is no unit {unit}")
    return room.cabinets[unit]


def _state(room: PlainRoom, fields: Fields) -> Answer:
    units = {fields.whole("unit", 1, 247)} if fields.has("unit") else set(room.cabinets)
    fields.finish()
    if not units <= room.cabinets.keys():
        raise ControlError(f"there is no unit {min(units)}")
    return {
        "now_s": round(room.now_ms / 1000.0, 6),
        "speed": room.speed,
        "link_faults": [{"fault": fault.kind.value, "count": fault.count} for fault in room.line_faults],
        "units": {str(unit): plain_truth(room.cabinets[unit]) for unit in sorted(units)},
    }


def _speed(room: PlainRoom, fields: Fields) -> Answer:
    factor = fields.number("factor")
    fields.finish()
    try:
        room.speed = factor
    except ValueError as error:
        raise ControlError(str(error)) from error
    return {}


def _link(room: PlainRoom, fields: Fields) -> Answer:
    room.line_faults.append(line_fault(fields, room.fault_kinds))
    return {}


def _link_clear(room: PlainRoom, fields: Fields) -> Answer:
    fields.finish()
    room.line_faults.clear()
    return {}


def _reset(cabinet: PlainCabinet, fields: Fields) -> Answer:
    fields.finish()
    if not cabinet.is_powered:
        raise ControlError("the controller has no power")
    left = cabinet.press_reset()
    return {"latched": [fault.name.lower() for fault in Fault(left) if fault.name]}


def _mode(cabinet: PlainCabinet, fields: Fields) -> Answer:
    name = fields.text("mode")
    fields.finish()
    if name.upper() not in Mode.__members__:
        raise ControlError(f"mode must be one of {', '.join(mode.name.lower() for mode in Mode)}")
    cabinet.mode = Mode[name.upper()]
    return {}


def _enable(cabinet: PlainCabinet, fields: Fields) -> Answer:
    is_given = fields.truth("given")
    fields.finish()
    cabinet.is_enabled = is_given
    return {}


def _power(cabinet: PlainCabinet, fields: Fields) -> Answer:
    is_on = fields.truth("on")
    fields.finish()
    cabinet.switch_power(is_on)
    return {}


def _silent(cabinet: PlainCabinet, fields: Fields) -> Answer:
    is_on = fields.truth("on")
    fields.finish()
    cabinet.is_silent = is_on
    return {}


def _lock(cabinet: PlainCabinet, fields: Fields) -> Answer:
    carriage = fields.whole("carriage", 1, len(cabinet.block.carriages))
    is_locked = fields.truth("locked")
    fields.finish()
    if cabinet.block.layout.is_fixed(carriage):
        raise ControlError(f"carriage {carriage} is fixed")
    if cabinet.is_running or not cabinet.block.is_still:
        raise ControlError("something moves")
    cabinet.block.set_locked(carriage, is_locked)
    return {}


def _climate(cabinet: PlainCabinet, fields: Fields) -> Answer:
    temperature_c, humidity_percent = climate_in(fields)
    if temperature_c is not None:
        cabinet.temperature_c = temperature_c
    if humidity_percent is not None:
        cabinet.humidity_percent = humidity_percent
    return {}


_ROOM_VERBS: dict[str, Callable[[PlainRoom, Fields], Answer]] = {
    "state": _state,
    "speed": _speed,
    "link": _link,
    "link_clear": _link_clear,
}
_CABINET_VERBS: dict[str, Callable[[PlainCabinet, Fields], Answer]] = {
    "reset": _reset,
    "mode": _mode,
    "enable": _enable,
    "power": _power,
    "silent": _silent,
    "lock": _lock,
    "climate": _climate,
}
