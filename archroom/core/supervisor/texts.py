"""The sentences of the supervisor: what a controller's numbers mean to a person who stands at the shelving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.core.controllers import Action, ControllerStatus, EndReason, Fault, Mode
from archroom.errors import Message, say

if TYPE_CHECKING:
    from archroom.core.shelving import Wanted

EMERGENCY_STOP_INPUT = 1
EDGE_INPUT = 2
BEAM_INPUT = 4


def fault_phrase(faults: Fault) -> Message:
    """Return the gravest of the latched faults as a phrase."""
    if Fault.ESTOP in faults:
        return say("emergency stop pressed")
    if Fault.EDGE in faults:
        return say("a safety edge was touched")
    if Fault.OCCUPIED in faults:
        return say("somebody was in the aisle")
    if Fault.BEAM in faults:
        return say("a light beam was broken")
    if Fault.OVERTRAVEL in faults:
        return say("a carriage ran too far")
    if Fault.POSITION in faults:
        return say("a position is not known")
    return say("a drive has failed") if Fault.DRIVE in faults else say("one that this program has no name for")


def input_phrase(inputs: int) -> Message:
    """Return the gravest of the live inputs as a phrase."""
    if inputs & EMERGENCY_STOP_INPUT:
        return say("the emergency stop is pressed")
    if inputs & EDGE_INPUT:
        return say("a safety edge is pressed")
    return say("a light beam is broken")


def mode_phrase(mode: Mode) -> Message:
    """Return what the mode switch stands at, other than automatic, as a phrase."""
    if mode is Mode.LOCAL:
        return say("local operation")
    if mode is Mode.MAINTENANCE:
        return say("maintenance")
    return say("hand crank")


def action_phrase(action: Action) -> Message:
    """Return what an action does to carriages as a phrase: "the controller cannot ... its carriages"."""
    return _ACTION_PHRASES[action]


def action_name(action: Action) -> Message:
    """Return the name of an action, as a heading or the subject of a sentence."""
    return _ACTION_NAMES[action]


def done_text(block: int, wanted: Wanted, moved_mm: int) -> Message:
    """Return what was done; `moved_mm` is how far a jogged carriage went."""
    number = wanted.number
    match wanted.action:
        case Action.OPEN:
            return say("Aisle {aisle} of block {block} is open.", aisle=number, block=block)
        case Action.CLOSE:
            return say("Block {block} is closed around aisle {aisle}.", aisle=number, block=block)
        case Action.VENTILATE:
            return say("Block {block} is spread for ventilation around aisle {aisle}.", aisle=number, block=block)
        case Action.JOG:
            return say(
                "Carriage {carriage} of block {block} has moved {distance} mm.",
                carriage=number,
                block=block,
                distance=moved_mm,
            )
        case Action.LOCK:
            return say("Carriage {carriage} of block {block} is locked now.", carriage=number, block=block)
        case Action.UNLOCK:
            return say("Carriage {carriage} of block {block} may move again.", carriage=number, block=block)


def result_text(block: int, result: int) -> Message:
    """Return what a controller's refusal of a command means."""
    match result:
        case 0x20:
            reason = say("the time allowed is out of its range")
        case 0x21:
            reason = say("it has no such aisles or carriage there")
        case 0x22:
            reason = say("its watchdog is not armed")
        case 0x23:
            reason = say("it is not in automatic mode, or local enable is off")
        case 0x24:
            reason = say("a fault is latched")
        case 0x25:
            reason = say("something moves")
        case 0x26:
            reason = say("another aisle is open than expected")
        case 0x27:
            reason = say("the carriages stand so already")
        case 0x28:
            reason = say("somebody is in an aisle that would change")
        case 0x29:
            reason = say("the selection had ended")
        case 0x2A:
            reason = say("locked carriages leave the aisle too little room")
        case 0x13:
            reason = say("it cannot do that")
        case 0x10:
            reason = say("the command arrived damaged")
        case 0x11 | 0x12:
            reason = say("another program commands it")
        case _:
            reason = say("answer {number}", number=result)
    return say("The controller of block {block} refused: {reason}.", block=block, reason=reason)


def end_text(block: int, status: ControllerStatus) -> Message:
    """Return why the controller says that its last motion ended before its target."""
    match status.end_reason:
        case EndReason.STOP:
            return say("Block {block} was stopped.", block=block)
        case EndReason.WATCHDOG:
            return say("Block {block} stopped by itself: no heartbeat reached it in time.", block=block)
        case EndReason.TIME_TO_LIVE:
            return say("Block {block} stopped by itself: the motion took too long.", block=block)
        case EndReason.FAULT:
            phrase = fault_phrase(status.faults)
            return say("Block {block} stopped by itself: {fault}.", block=block, fault=phrase)
        case EndReason.OCCUPIED:
            return say("Block {block} stopped by itself: somebody is in an aisle that changes.", block=block)
        case EndReason.MODE:
            return say("Block {block} stopped by itself: the mode switch or local enable was turned.", block=block)
        case _:
            return say("Block {block} is at rest, but not where it should be.", block=block)


_ACTION_PHRASES = {
    Action.OPEN: say("open an aisle between"),
    Action.CLOSE: say("close up"),
    Action.VENTILATE: say("spread"),
    Action.JOG: say("jog"),
    Action.LOCK: say("lock"),
    Action.UNLOCK: say("unlock"),
}
_ACTION_NAMES = {
    Action.OPEN: say("Opening"),
    Action.CLOSE: say("Closing"),
    Action.VENTILATE: say("Ventilating"),
    Action.JOG: say("Jogging"),
    Action.LOCK: say("Locking"),
    Action.UNLOCK: say("Unlocking"),
}
