"""The control channel's verbs: what a person in the room, a technician or bad luck does to the simulator.

Pure. What is not modelled, an unknown field or a wrong value is refused with a sentence; nothing is half done. A request is
prepared first, which finds everything that can be wrong with its words, and done later: a scenario is prepared whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hardware_sim.fields import ControlError, Fields
from hardware_sim.line_commands import line_fault
from hardware_sim.line_faults import FaultKind
from hardware_sim.registers import Action
from hardware_sim.sensor_commands import SENSOR_VERBS, sensor_truth
from hardware_sim.sensors import ClimateSensor
from hardware_sim.station import Station
from hardware_sim.tasks import LOCKING, MAX_JOG_MM
from hardware_sim.track_commands import Act, Answer, track_truth
from hardware_sim.unit_commands import UNIT_VERBS

if TYPE_CHECKING:
    from hardware_sim.virtual import VirtualRoom


def execute(room: VirtualRoom, request: Mapping[str, object]) -> Answer:
    """Carry out one request, `do` naming the verb. Raises ControlError."""
    return prepare(room, request)()


def prepare(room: VirtualRoom, request: Mapping[str, object]) -> Act:
    """Return what a request will do when it is called. Raises ControlError for what can never be done."""
    fields = Fields(request)
    verb = fields.text("do")
    if verb in _ROOM_VERBS:
        return _ROOM_VERBS[verb](room, fields)
    sensor = _sensor(room, fields)
    if sensor is not None:
        if verb not in SENSOR_VERBS:
            raise ControlError(f"{verb!r} is not modelled of a sensor; there is {', '.join(sorted(SENSOR_VERBS))}")
        return SENSOR_VERBS[verb](sensor, fields)
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
        "warning_ms": controller.settings.warning_ms,
        "faults": [fault.name.lower() for fault in controller.faults if fault.name],
        **track_truth(block),
    }


def _station(room: VirtualRoom, fields: Fields) -> Station:
    if not fields.has("unit") and len(room.stations) == 1:
        return next(iter(room.stations.values()))
    unit = fields.whole("unit", 1, 247)
    if unit not in room.stations:
        raise ControlError(f"there is no unit {unit}")
    return room.stations[unit]


def _sensor(room: VirtualRoom, fields: Fields) -> ClimateSensor | None:
    """The sensor that the request is about, if it is one that was delivered as that unit."""
    unit = fields.look_at("unit")
    if type(unit) is not int or unit not in room.sensors:
        return None
    return room.sensors[fields.whole("unit", 1, 247)]


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
        "sensors": {str(unit): sensor_truth(sensor) for unit, sensor in room.sensors.items()},
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
    fault = line_fault(fields, frozenset(FaultKind))

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


_RIVAL_ACTIONS = {
    **{"opens": Action.OPEN, "selects": Action.OPEN, "closes": Action.CLOSE, "ventilates": Action.VENTILATE},
    **{"jogs": Action.JOG, "locks": Action.LOCK, "unlocks": Action.UNLOCK},
}


def _second_master(room: VirtualRoom, station: Station, fields: Fields) -> Act:
    does = fields.text("does")
    count = len(station.block.carriages)
    rival = room.rivals[station.block.layout.number]
    if does in ("stops", "falls_silent"):
        fields.finish()
        return lambda: _done(rival.stop if does == "stops" else rival.fall_silent)
    if does not in _RIVAL_ACTIONS:
        raise ControlError(f"a second master {', '.join(_RIVAL_ACTIONS)}, stops or falls_silent")
    action = _RIVAL_ACTIONS[does]
    is_of_carriage = action is Action.JOG or action in LOCKING
    number = fields.whole("carriage", 1, count) if is_of_carriage else fields.whole("aisle", 0, count)
    jog_mm = fields.whole("by_mm", -MAX_JOG_MM, MAX_JOG_MM) if action is Action.JOG else 0
    fields.finish()
    return lambda: _done(lambda: rival.begin(action, number, jog_mm=jog_mm, operates=does != "selects"))


def _done(act: Callable[[], None]) -> Answer:
    act()
    return {}


_ROOM_VERBS: dict[str, Callable[[VirtualRoom, Fields], Act]] = {
    "state": _state,
    "speed": _speed,
    "link": _link,
    "link_clear": _link_clear,
    "scenario": _scenario,
}
_RIVAL_VERBS: dict[str, Callable[[VirtualRoom, Station, Fields], Act]] = {"second_master": _second_master}
