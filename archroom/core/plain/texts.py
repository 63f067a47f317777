"""What a plain controller says of its block, and what it cannot do or tell, as sentences for people."""

from __future__ import annotations

from archroom.core.plain.facts import Alarm, Capabilities, PlainStatus, PositionSense
from archroom.core.rooms import Block
from archroom.core.supervisor.texts import fault_phrase
from archroom.errors import Message, say


def alarm_phrase(alarm: Alarm) -> Message:
    """Return what an alarm means, as far as the controller tells."""
    return say("a safety device has tripped, it does not tell which") if alarm.is_any else fault_phrase(alarm.fault)


def state_phrase(status: PlainStatus) -> Message:
    """Return whether something moves, as far as the controller tells."""
    if status.is_moving is None:
        return say("it does not tell whether it moves")
    return say("moving") if status.is_moving else say("at rest")


def places_phrase(capabilities: Capabilities, status: PlainStatus, open_aisles: tuple[int, ...]) -> Message:
    """Return which aisle is open, as far as the controller tells; what it does not tell is never filled in."""
    if open_aisles:
        return say("open aisle {aisles}", aisles=" ".join(map(str, open_aisles)))
    if capabilities.position_sense is PositionSense.NOTHING:
        return say("it does not tell which aisle is open")
    return say("no aisle is seen to be open")


def not_known(block: Block, capabilities: Capabilities) -> list[Message]:
    """Return what would keep a block from moving if its controller told it; nothing where it tells everything."""
    number = block.number
    found: list[Message] = []
    if not capabilities.tells_mode:
        found.append(say("Whether block {block} is in automatic is not known: its controller does not tell.", block=number))
    if not capabilities.tells_faults:
        found.append(say("Whether block {block} has an alarm is not known: its controller does not tell.", block=number))
    if not capabilities.tells_occupied:
        text = say("Whether somebody is in an aisle of block {block} is not known but by people holds.", block=number)
        found.append(text)
    return found


def lacks(capabilities: Capabilities) -> tuple[Message, ...]:
    """Return what the controller cannot do or tell, gravest first, each as a sentence."""
    found: list[Message] = []
    if not capabilities.can_stop:
        found.append(say("It cannot be stopped from here: its controller has no stop. Use the shelving's own."))
    elif capabilities.stops_when_host_is_silent is not True:
        found.append(say("Nobody has shown that it stops when this program falls silent."))
    if capabilities.position_sense is PositionSense.NOTHING:
        found.append(say("Its controller tells no positions: look there to know which aisle is open."))
    if not capabilities.tells_motion:
        found.append(say("Its controller does not tell whether it moves."))
    if not capabilities.tells_faults:
        found.append(say("Its controller never says that it has no alarm."))
    if not capabilities.tells_occupied:
        found.append(say("Its controller does not tell who is in which aisle."))
    return tuple(found)
