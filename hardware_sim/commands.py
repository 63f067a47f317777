"""The control channel's verbs: what a person in the room, a technician or bad luck does to the simulator.

Pure. What is not modelled, an unknown field or a wrong value is refused with a sentence; nothing is half done. A request is
prepared first, which finds everything that can be wrong with its words, and done later: a scenario is prepared whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hardware_sim.fields import ControlError, Fields
from hardware_sim.line_faults import FaultKind, LineFault
from hardware_sim.station import Station
from hardware_sim.unit_commands import UNIT_VERBS, Act, Answer

if TYPE_CHECKING:
    from hardware_sim.virtual import VirtualRoom

Prepare = Callable[["VirtualRoom", Mapping[str, object]], Act]


def execute(room: VirtualRoom, request: Mapping[str, object]) -> Answer:
    """Carry out one request, `do` naming the verb. Raises ControlError."""
    return prepare(room, request)()


def prepare(room: VirtualRoom, request: Mapping[str, object]) -> Act:
    """Return what a request will do when it is called. Raises ControlError for what can never be done."""
    fields = Fields(request)
    verb = fields.text("do")
    if verb in _ROOM_VERBS:
        return _ROOM_VERBS[verb](room, fields)
    if verb in _RIVAL_VERBS:
        return _RIVAL_VERBS[verb](room, _station(room, fields), fields)
    if verb not in UNIT_VERBS:
        there_is = ", ".join(sorted({*_ROOM_VERBS, *_RIVAL_VERBS, *UNIT_VERBS}))
        raise ControlError(f"{verb!r} is not modelled; there is {there_is}")
    return UNIT_VERBS[verb](_station(room, fields), fields)


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
        "encoders_frozen": sorted(block.sensor_faults.encoders_frozen),
        "beams_chattering": sorted(block.sensor_faults.beams_chattering),
        "edges_chattering": sorted(block.sensor_faults.edges_chattering),
        "detectors": {str(aisle): fault.value for aisle, fault in sorted(block.sensor_faults.detectors.items())},
        "drive": "obeys" if block.drive_fault is None else f"runs on after {block.drive_fault.value}",
        "cranked": block.cranked,
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


def _state(room: VirtualRoom, fields: Fields) -> Act:
    chosen = room.stations
    if fields.has("unit"):
        unit = fields.whole("unit", 1, 247)
        if unit not in room.stations:
            raise ControlError(f"there is no unit {unit}")
        chosen = {unit: room.stations[unit]}
    fields.finish()
    return lambda: {
        "now_s": round(room.now_ms / 1000.0, 6),
        "speed": room.speed,
        "link_faults": [{"fault": fault.kind.value, "count": fault.count} for fault in room.bus.faults],
        "scenario": None if room.player is None else room.player.report(),
        "units": {str(unit): truth_of(station) for unit, station in chosen.items()},
    }


def _speed(room: VirtualRoom, fields: Fields) -> Act:
    factor = fields.number("factor")
    fields.finish()
    if not 0.0 < factor <= 1000.0:
        raise ControlError("the speed factor lies above 0 and at most at 1000")

    def act() -> Answer:
        room.speed = factor
        return {}

    return act


def _link(room: VirtualRoom, fields: Fields) -> Act:
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

    def act() -> Answer:
        room.bus.faults.append(fault)
        return {}

    return act


def _link_clear(room: VirtualRoom, fields: Fields) -> Act:
    fields.finish()

    def act() -> Answer:
        room.bus.faults.clear()
        return {}

    return act


def _scenario(room: VirtualRoom, fields: Fields) -> Act:
    text = fields.text("text")
    fields.finish()
    player = room.player_of(text)

    def act() -> Answer:
        room.play(player)
        return {"lines": player.line_count}

    return act


def _second_master(room: VirtualRoom, station: Station, fields: Fields) -> Act:
    does = fields.text("does")
    if does not in ("opens", "selects", "stops", "falls_silent"):
        raise ControlError("a second master opens, selects, stops or falls_silent")
    aisle = fields.whole("aisle", 0, len(station.block.carriages)) if does in ("opens", "selects") else 0
    fields.finish()
    rival = room.rivals[station.block.layout.number]

    def act() -> Answer:
        if does == "falls_silent":
            rival.fall_silent()
        elif does == "stops":
            rival.stop()
        else:
            rival.begin(aisle, operates=does == "opens")
        return {}

    return act


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise ControlError("hex must be pairs of hexadecimal digits") from error


_ROOM_VERBS: dict[str, Callable[[VirtualRoom, Fields], Act]] = {
    "state": _state,
    "speed": _speed,
    "link": _link,
    "link_clear": _link_clear,
    "scenario": _scenario,
}
_RIVAL_VERBS: dict[str, Callable[[VirtualRoom, Station, Fields], Act]] = {"second_master": _second_master}
