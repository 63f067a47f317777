"""What a scan means, given what is in hand: a total table, without modes.

`interpret` answers for every hand and every scanned subject; it decides nothing about rights or places, it only names the
intent, and the service carries it out. The hand empties by itself after `HAND_SECONDS` without a scan and when the operator
changes. Arming an override needs three scans: the refused pair, OVERRIDE, and one of the pair again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from archroom.core.codes import Command, Flaw
from archroom.core.holdings import Custody, Person, Place, Standing

HAND_SECONDS = 60.0
REPEAT_SECONDS = 0.8
"""At a live terminal the same code within this time counts once."""


@dataclass(frozen=True, slots=True)
class Nameless:
    """A scan that names nothing here: unknown number, foreign to this house, or unreadable."""

    shown: str
    """What was read, as far as it may be shown."""
    flaw: Flaw | None = None
    is_own: bool = False
    """Whether it is a well-formed code of this house whose number does not exist."""
    is_cut: bool = False
    """Whether it looks like the beginning of an own code."""


@dataclass(frozen=True, slots=True)
class Retired:
    """A scan of a thing that was disposed of, or of a person who is no longer registered."""

    title: str


Subject = Person | Standing | Place | Command | Nameless | Retired
InHand = Person | Standing | Place | None


@dataclass(frozen=True, slots=True)
class Hand:
    """What is in hand at one terminal."""

    held: InHand = None
    refused_pair: tuple[str, str] | None = None
    """Own codes of the thing and the place or container that were refused by the last act."""
    is_override_armed: bool = False


class Step(Enum):
    """The act that a scan asks for; the value is the act word of the command line."""

    HOLD_PERSON = "person"
    SHOW = "shown"
    HERE = "here"
    LEND = "lent"
    ALREADY = "already"
    RETURN = "returned"
    PUT = "put"
    PUT_INTO = "into"
    UNDO = "undone"
    DONE = "done"
    STOP = "stopped"
    OVERRIDE = "override"
    BIND = "bound"
    REFUSE = "refused"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a scan asks for, with its parties."""

    step: Step
    thing: Standing | None = None
    person: Person | None = None
    place: Place | None = None
    container: Standing | None = None
    is_override: bool = False
    subject: Subject | None = None
    """The scanned subject, for a refusal's sentence."""


def interpret(hand: Hand, subject: Subject) -> Intent:
    """Return what the scan of `subject` asks for; total over hands and subjects, and without effect."""
    match subject:
        case Command():
            return Intent(_COMMAND_STEPS[subject], subject=subject)
        case Nameless() | Retired():
            return Intent(Step.REFUSE, subject=subject)
        case Person():
            return _person_scanned(hand, subject)
        case Place():
            return _place_scanned(hand, subject)
        case Standing():
            return _thing_scanned(hand, subject)


def hand_after(hand: Hand, intent: Intent, was_refused: bool) -> Hand:
    """Return what is in hand once the intent was carried out or refused."""
    if intent.step is Step.OVERRIDE:
        return replace(hand, is_override_armed=hand.refused_pair is not None)
    if was_refused:
        return replace(hand, refused_pair=_pair(intent) or hand.refused_pair, is_override_armed=False)
    match intent.step:
        case Step.HOLD_PERSON | Step.LEND | Step.ALREADY:
            return Hand(intent.person)
        case Step.SHOW:
            return Hand(intent.thing)
        case Step.HERE:
            return Hand(intent.place)
        case Step.PUT:
            return Hand(intent.place) if isinstance(hand.held, Place) else Hand()
        case Step.STOP | Step.REFUSE | Step.UNDO:
            return replace(hand, is_override_armed=False)
        case _:
            return Hand()


_COMMAND_STEPS = {
    Command.UNDO: Step.UNDO,
    Command.DONE: Step.DONE,
    Command.STOP: Step.STOP,
    Command.OVERRIDE: Step.OVERRIDE,
}

_HERE_TO_LEND = frozenset({Custody.IN, Custody.STAGING})


def _person_scanned(hand: Hand, person: Person) -> Intent:
    if isinstance(hand.held, Standing):
        thing = hand.held
        if thing.held_by is not None and thing.held_by.id == person.id:
            return Intent(Step.ALREADY, thing=thing, person=person)
        if thing.held_by is None and thing.thing.whereabouts.custody in _HERE_TO_LEND:
            return Intent(Step.LEND, thing=thing, person=person)
    return Intent(Step.HOLD_PERSON, person=person)


def _place_scanned(hand: Hand, place: Place) -> Intent:
    if isinstance(hand.held, Standing):
        return _put(hand, hand.held, place)
    return Intent(Step.HERE, place=place)


def _thing_scanned(hand: Hand, scanned: Standing) -> Intent:
    match hand.held:
        case Person():
            if scanned.held_by is not None and scanned.held_by.id == hand.held.id:
                return Intent(Step.ALREADY, thing=scanned, person=hand.held)
            return Intent(Step.LEND, thing=scanned, person=hand.held)
        case Place():
            return _put(hand, scanned, hand.held)
        case Standing() if _goes_into(hand.held, scanned):
            is_override = _is_overridden(hand, hand.held.thing.code, scanned.thing.code)
            return Intent(Step.PUT_INTO, thing=hand.held, container=scanned, is_override=is_override)
        case _:
            if scanned.held_by is not None:
                return Intent(Step.RETURN, thing=scanned)
            return Intent(Step.SHOW, thing=scanned)


def _goes_into(held: Standing, scanned: Standing) -> bool:
    return scanned.held_by is None and scanned.thing.kind.may_hold(held.thing.kind)


def _put(hand: Hand, thing: Standing, place: Place) -> Intent:
    return Intent(Step.PUT, thing=thing, place=place, is_override=_is_overridden(hand, thing.thing.code, place.code))


def _is_overridden(hand: Hand, thing_code: str, other_code: str) -> bool:
    return hand.is_override_armed and hand.refused_pair == (thing_code, other_code)


def _pair(intent: Intent) -> tuple[str, str] | None:
    if intent.thing is None:
        return None
    if intent.step is Step.PUT and intent.place is not None:
        return intent.thing.thing.code, intent.place.code
    if intent.step is Step.PUT_INTO and intent.container is not None:
        return intent.thing.thing.code, intent.container.thing.code
    return None
