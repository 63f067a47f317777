"""The control verbs that reach the track itself, whatever controller stands beside it, and the truth about it. Pure.

Each verb takes its fields apart, refuses what can never be done, and returns the act; the act refuses what cannot be done
now.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware_sim.block import Block
from hardware_sim.fields import ControlError, Fields
from hardware_sim.sensor_faults import DetectorFault

Answer = dict[str, object]
Act = Callable[[], Answer]


def track_truth(block: Block) -> Answer:
    """What is so on the track."""
    return {
        "locked": sorted(block.locked),
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


def _person_in(block: Block, fields: Fields) -> Act:
    name = fields.text("name", "somebody")
    aisle = _aisle_in(block, fields)
    is_detected = fields.truth("detected", True)
    fields.finish()
    return lambda: tried(lambda: block.let_in(name, aisle, is_detected=is_detected))


def _person_out(block: Block, fields: Fields) -> Act:
    name = fields.text("name", "somebody")
    fields.finish()
    return lambda: tried(lambda: block.let_out(name))


def _emergency_stop(block: Block, fields: Fields) -> Act:
    is_pressed = fields.truth("pressed")
    fields.finish()

    def act() -> Answer:
        block.emergency_stop_pressed = is_pressed
        return {}

    return act


def _edge(block: Block, fields: Fields) -> Act:
    return _contact(fields, "pressed", carriage_in(block, fields), block.edges_held, block.sensor_faults.edges_chattering)


def _beam(block: Block, fields: Fields) -> Act:
    return _contact(fields, "broken", _aisle_in(block, fields), block.beams_broken, block.sensor_faults.beams_chattering)


def _contact(fields: Fields, name: str, place: int, closed: set[int], chattering: set[int]) -> Act:
    """A contact that is closed or not, or (`chatters` in place of its name) both in turns."""
    is_chattering = fields.has("chatters") and fields.truth("chatters")
    is_closed = not is_chattering and fields.truth(name)
    fields.finish()

    def act() -> Answer:
        _set_membership(chattering, place, is_chattering)
        _set_membership(closed, place, is_closed)
        return {}

    return act


def _detector(block: Block, fields: Fields) -> Act:
    aisle = _aisle_in(block, fields)
    name = fields.text("is")
    if name != "well" and name not in set(DetectorFault):
        raise ControlError(f"is must be well, {', '.join(DetectorFault)}")
    fields.finish()

    def act() -> Answer:
        if name == "well":
            block.sensor_faults.detectors.pop(aisle, None)
        else:
            block.sensor_faults.detectors[aisle] = DetectorFault(name)
        return {}

    return act


def _jam(block: Block, fields: Fields) -> Act:
    carriage = carriage_in(block, fields)
    is_jammed = fields.truth("jammed")
    fields.finish()

    def act() -> Answer:
        if is_jammed:
            block.jammed.add(carriage)
        else:
            block.free(carriage)
        return {}

    return act


def tried(act: Callable[[], object]) -> Answer:
    """Do what the block may refuse. Raises ControlError if it does."""
    try:
        act()
    except ValueError as error:
        raise ControlError(str(error)) from error
    return {}


def carriage_in(block: Block, fields: Fields) -> int:
    """The field `carriage`: one of the block."""
    return fields.whole("carriage", 1, len(block.carriages))


def _aisle_in(block: Block, fields: Fields) -> int:
    return fields.whole("aisle", 0, len(block.carriages))


def _set_membership(members: set[int], member: int, is_in: bool) -> None:
    if is_in:
        members.add(member)
    else:
        members.discard(member)


def _stand(block: Block, fields: Fields) -> Act:
    positions = fields.wholes("positions", len(block.carriages), 0, 0xFFFF)
    fields.finish()
    return lambda: tried(lambda: block.place(positions))


TRACK_VERBS: dict[str, Callable[[Block, Fields], Act]] = {
    "person_in": _person_in,
    "person_out": _person_out,
    "emergency_stop": _emergency_stop,
    "edge": _edge,
    "beam": _beam,
    "detector": _detector,
    "jam": _jam,
    "stand": _stand,
}
