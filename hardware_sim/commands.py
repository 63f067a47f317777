"""The control channel's verbs: what a person in the room, a technician or bad luck does to the simulator.

Pure. What is not modelled, an unknown field or a wrong value is refused with a sentence; nothing is half done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hardware_sim.fields import ControlError, Fields
from hardware_sim.line_faults import FaultKind, LineFault
from hardware_sim.registers import Fault, Mode, WatchdogMode
from hardware_sim.station import Station

if TYPE_CHECKING:
    from hardware_sim.virtual import VirtualRoom

Answer = dict[str, object]


def execute(room: VirtualRoom, request: Mapping[str, object]) -> Answer:
    """Carry out one request, `do` naming the verb. Raises ControlError."""
    fields = Fields(request)
    verb = fields.text("do")
    if verb in _ROOM_VERBS:
        return _ROOM_VERBS[verb](room, fields)
    if verb not in _UNIT_VERBS:
        raise ControlError(f"{verb!r} is not modelled; there is {', '.join(sorted({*_ROOM_VERBS, *_UNIT_VERBS}))}")
    return _UNIT_VERBS[verb](_station(room, fields), fields)


def truth_of(station: Station) -> Answer:
    """The truth about one unit."""
    block, controller = station.block, station.controller
    return {
        "powered": station.is_powered,
        "silent": station.is_silent,
        "repeating": station.cached_status is not None,
        "state": controller.state.name.lower(),
        "mode": controller.mode.name.lower(),
        "enabled": controller.is_enabled,
        "boot_id": controller.boot_id,
        "faults": [fault.name.lower() for fault in controller.faults if fault.name],
        "still": block.is_still,
        "moving": [carriage.number for carriage in block.carriages if carriage.speed],
        "positions": [round(carriage.position, 3) for carriage in block.carriages],
        "speeds": [round(carriage.speed, 3) for carriage in block.carriages],
        "gaps": [round(gap, 3) for gap in block.gaps_mm()],
        "emergency_stop": block.emergency_stop_pressed,
        "edges": sorted(block.edges_held),
        "beams": sorted(block.beams_broken),
        "jammed": sorted(block.jammed),
        "encoder_offsets": {str(carriage): offset for carriage, offset in sorted(block.encoder_offsets.items())},
        "people": [
            {
                **{"name": person.name, "aisle": person.aisle, "detected": person.is_detected},
                **{"hit": person.is_hit, "shifted_mm": round(person.shifted_mm, 3)},
            }
            for person in block.people
        ],
        "hits": block.hits,
    }


def _station(room: VirtualRoom, fields: Fields) -> Station:
    if not fields.has("unit") and len(room.stations) == 1:
        return next(iter(room.stations.values()))
    unit = fields.whole("unit", 1, 247)
    if unit not in room.stations:
        raise ControlError(f"there is no unit {unit}")
    return room.stations[unit]


def _state(room: VirtualRoom, fields: Fields) -> Answer:
    chosen = room.stations
    if fields.has("unit"):
        unit = fields.whole("unit", 1, 247)
        if unit not in room.stations:
            raise ControlError(f"there is no unit {unit}")
        chosen = {unit: room.stations[unit]}
    fields.finish()
    return {
        "now_s": round(room.now_ms / 1000.0, 6),
        "speed": room.speed,
        "link_faults": [{"fault": fault.kind.value, "count": fault.count} for fault in room.bus.faults],
        "units": {str(unit): truth_of(station) for unit, station in chosen.items()},
    }


def _speed(room: VirtualRoom, fields: Fields) -> Answer:
    factor = fields.number("factor")
    fields.finish()
    try:
        room.speed = factor
    except ValueError as error:
        raise ControlError(str(error)) from error
    return {}


def _link(room: VirtualRoom, fields: Fields) -> Answer:
    name = fields.text("fault")
    if name not in set(FaultKind):
        raise ControlError(f"link fault {name!r} is not modelled; there is {', '.join(FaultKind)}")
    fault = LineFault(FaultKind(name), fields.whole("count", 1, 1_000_000, 1))
    if fields.has("unit"):
        fault.unit = fields.whole("unit", 1, 247)
    if fields.has("function"):
        fault.function = fields.whole("function", 1, 127)
    match fault.kind:
        case FaultKind.LATE | FaultKind.SPLIT:
            fault.ms = fields.whole("ms", 1, 60_000)
        case FaultKind.GARBAGE:
            fault.data = _hex(fields.text("hex"))
        case FaultKind.WRONG_UNIT:
            fault.as_unit = fields.whole("as_unit", 0, 255)
        case FaultKind.TRUNCATE:
            fault.length = fields.whole("bytes", 1, 255)
        case FaultKind.EXCEPTION:
            fault.code = fields.whole("code", 1, 255)
        case _:
            pass
    fields.finish()
    room.bus.faults.append(fault)
    return {}


def _link_clear(room: VirtualRoom, fields: Fields) -> Answer:
    fields.finish()
    room.bus.faults.clear()
    return {}


def _person_in(station: Station, fields: Fields) -> Answer:
    name = fields.text("name", "somebody")
    aisle = fields.whole("aisle", 0, len(station.block.carriages))
    is_detected = fields.truth("detected", True)
    fields.finish()
    try:
        station.block.let_in(name, aisle, is_detected=is_detected)
    except ValueError as error:
        raise ControlError(str(error)) from error
    return {}


def _person_out(station: Station, fields: Fields) -> Answer:
    name = fields.text("name", "somebody")
    fields.finish()
    try:
        station.block.let_out(name)
    except ValueError as error:
        raise ControlError(str(error)) from error
    return {}


def _emergency_stop(station: Station, fields: Fields) -> Answer:
    is_pressed = fields.truth("pressed")
    fields.finish()
    station.block.emergency_stop_pressed = is_pressed
    return {}


def _edge(station: Station, fields: Fields) -> Answer:
    carriage = fields.whole("carriage", 1, len(station.block.carriages))
    is_pressed = fields.truth("pressed")
    fields.finish()
    _set_membership(station.block.edges_held, carriage, is_pressed)
    return {}


def _beam(station: Station, fields: Fields) -> Answer:
    aisle = fields.whole("aisle", 0, len(station.block.carriages))
    is_broken = fields.truth("broken")
    fields.finish()
    _set_membership(station.block.beams_broken, aisle, is_broken)
    return {}


def _jam(station: Station, fields: Fields) -> Answer:
    carriage = fields.whole("carriage", 1, len(station.block.carriages))
    is_jammed = fields.truth("jammed")
    fields.finish()
    if is_jammed:
        station.block.jammed.add(carriage)
    else:
        station.block.free(carriage)
    return {}


def _encoder(station: Station, fields: Fields) -> Answer:
    carriage = fields.whole("carriage", 1, len(station.block.carriages))
    offset_mm = fields.whole("offset_mm", -0xFFFF, 0xFFFF)
    fields.finish()
    station.controller.freeze_snapshot()
    if offset_mm:
        station.block.encoder_offsets[carriage] = offset_mm
    else:
        station.block.encoder_offsets.pop(carriage, None)
    return {}


def _reset(station: Station, fields: Fields) -> Answer:
    fields.finish()
    if not station.is_powered:
        raise ControlError("the controller has no power")
    left = station.controller.press_reset()
    return {"latched": [fault.name.lower() for fault in Fault(left) if fault.name]}


def _mode(station: Station, fields: Fields) -> Answer:
    name = fields.text("mode")
    fields.finish()
    if name.upper() not in Mode.__members__:
        raise ControlError(f"mode must be one of {', '.join(mode.name.lower() for mode in Mode)}")
    station.controller.turn_mode_switch(Mode[name.upper()])
    return {}


def _enable(station: Station, fields: Fields) -> Answer:
    is_given = fields.truth("given")
    fields.finish()
    station.controller.turn_enable_key(is_given)
    return {}


def _power(station: Station, fields: Fields) -> Answer:
    is_on = fields.truth("on")
    fields.finish()
    station.switch_power(is_on)
    return {"boot_id": station.controller.boot_id} if is_on else {}


def _silent(station: Station, fields: Fields) -> Answer:
    is_on = fields.truth("on")
    fields.finish()
    station.is_silent = is_on
    return {}


def _freeze(station: Station, fields: Fields) -> Answer:
    is_on = fields.truth("on")
    fields.finish()
    station.repeat_status(is_on)
    return {}


def _configure(station: Station, fields: Fields) -> Answer:
    old = station.controller.settings

    def register(name: str, now: int) -> int:
        return fields.whole(name, 0, 0xFFFF, now)

    try:
        settings = replace(
            old,
            serial=fields.text("serial", old.serial),
            magic=register("magic", old.magic),
            map_version=register("map_version", old.map_version),
            kind=register("kind", old.kind),
            block=register("block", station.block.layout.number if old.block is None else old.block),
            watchdog_ms=register("watchdog_ms", old.watchdog_ms),
            watchdog_mode=WatchdogMode(fields.whole("watchdog_mode", 0, 3, int(old.watchdog_mode))),
            warning_ms=register("warning_ms", old.warning_ms),
        )
    except ValueError as error:
        raise ControlError(str(error)) from error
    fields.finish()
    station.configure(settings)
    return {"boot_id": station.controller.boot_id}


def _set_membership(members: set[int], member: int, is_in: bool) -> None:
    if is_in:
        members.add(member)
    else:
        members.discard(member)


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ControlError("hex must be pairs of hexadecimal digits") from error


_ROOM_VERBS: dict[str, Callable[[VirtualRoom, Fields], Answer]] = {
    "state": _state,
    "speed": _speed,
    "link": _link,
    "link_clear": _link_clear,
}
_UNIT_VERBS: dict[str, Callable[[Station, Fields], Answer]] = {
    "person_in": _person_in,
    "person_out": _person_out,
    "emergency_stop": _emergency_stop,
    "edge": _edge,
    "beam": _beam,
    "jam": _jam,
    "encoder": _encoder,
    "reset": _reset,
    "mode": _mode,
    "enable": _enable,
    "power": _power,
    "silent": _silent,
    "freeze": _freeze,
    "configure": _configure,
}
