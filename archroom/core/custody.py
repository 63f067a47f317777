"""What may be done with a thing, and what it changes: pure decisions from standings to acts.

Every decision returns the whole act or raises a refusal; nothing is half decided. Undo is a new act that gives each thing
back the whereabouts it had, and is refused once anything later touched the same things or a container around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from archroom.core.acts import UNDOABLE, Act, ActKind, LoanClosed, LoanOpened, LoanReopened, Move
from archroom.core.holdings import LENDABLE as LENDABLE
from archroom.core.holdings import Custody, Person, Place, PlaceKind, Standing, Thing, Whereabouts
from archroom.errors import HeldByOther, Message, NoRoom, Refused, UndoRefused, WrongPlace, say


def lend(standing: Standing, person: Person, due_on: date) -> Act:
    """Decide to lend a thing that is in or in staging.

    Raises HeldByOther if somebody has it, Refused if its custody does not allow it or the person is no longer active.
    """
    thing = standing.thing
    if not person.is_active:
        raise Refused(say("{name} is no longer registered; nothing was lent.", name=person.name))
    if standing.held_by is not None:
        raise HeldByOther(say("{title} is out to {name}.", title=thing.title, name=standing.held_by.name))
    if thing.whereabouts.custody not in LENDABLE:
        raise Refused(_not_available(thing))
    after = replace(thing.whereabouts, custody=Custody.OUT, place_id=None, container_id=None)
    return Act(
        ActKind.THING_LENT,
        moves=(_move(thing, after),),
        loans_opened=(LoanOpened(thing.id, person.id, due_on),),
    )


def return_to(standing: Standing, staging: Place) -> Act:
    """Decide to take a thing back into a staging place: its own loan ends, or it comes out of a container that is out.

    Raises Refused if nobody has it.
    """
    thing = standing.thing
    if standing.loan is None and standing.enclosing_loan is None:
        raise Refused(say("{title} is not out.", title=thing.title))
    after = replace(thing.whereabouts, custody=Custody.STAGING, place_id=staging.id, container_id=None)
    return Act(ActKind.THING_RETURNED, moves=(_move(thing, after),), loans_closed=_ending(standing))


def put_on(standing: Standing, place: Place, free_mm: int | None, is_override: bool = False) -> Act:
    """Decide to put a thing on a shelf or other place.

    `free_mm` is the width that no box at home there takes, None if the place has no width. Without a home, a shelf becomes
    its home. Raises WrongPlace on another shelf than home and NoRoom on a full one, unless overridden: then the place is
    accepted and home stays what it was. A thing that is out is taken back by the same act: found on a shelf, else returned.
    """
    thing, where = standing.thing, standing.thing.whereabouts
    _refuse_what_is_not_here(standing)
    custody = _CUSTODY_AT[place.kind]
    after = replace(where, custody=custody, place_id=place.id, container_id=None)
    is_foreign = place.kind is PlaceKind.SHELF and where.has_home and where.home_place_id != place.id
    is_full = _is_full(thing, place, free_mm)
    if is_foreign and not is_override:
        raise _wrong_place(standing, place.address)
    if is_full and not is_override:
        raise NoRoom(
            say(
                "{place} has {free} mm left; {title} needs {width} mm.",
                place=place.address,
                free=free_mm or 0,
                title=thing.title,
                width=thing.width_mm or 0,
            )
        )
    if place.kind is PlaceKind.SHELF and not where.has_home and not is_full:
        after = replace(after, home_place_id=place.id)
    return _put(standing, after, is_foreign or is_full)


def put_into(standing: Standing, into: Standing, is_override: bool = False) -> Act:
    """Decide to put an item or folder into a container, checked like a shelf.

    Raises Refused if the container cannot hold it, is itself inside it, or is out; WrongPlace as `put_on` does.
    """
    thing, where, container = standing.thing, standing.thing.whereabouts, into.thing
    _refuse_what_is_not_here(standing)
    _refuse_what_is_not_here(into)
    if not container.kind.may_hold(thing.kind) or thing.id in {outer.id for outer in (container, *into.enclosing)}:
        raise Refused(say("{title} cannot go into {container}.", title=thing.title, container=container.title))
    if into.held_by is not None:
        raise HeldByOther(say("{title} is out to {name}.", title=container.title, name=into.held_by.name))
    is_foreign = where.has_home and where.home_container_id != container.id
    if is_foreign and not is_override:
        raise _wrong_place(standing, container.title)
    after = replace(where, custody=Custody.IN, place_id=None, container_id=container.id)
    if not where.has_home:
        after = replace(after, home_container_id=container.id)
    return _put(standing, after, is_foreign)


def shelve(pairs: Sequence[tuple[Thing, Place]]) -> Act:
    """Decide to give things without a home each a shelf, which becomes home.

    What is in or in staging stands there from now on; of what is out or missing only the home changes.
    """
    return Act(
        ActKind.THINGS_PLACED, moves=tuple(_move(thing, _shelved(thing.whereabouts, place)) for thing, place in pairs)
    )


def undo(seq: int, done: Act, touched_seqs: dict[int, int]) -> Act:
    """Decide to reverse the act of event `seq`.

    `touched_seqs` gives the last event of each thing that it moved, and of each container that takes them along. Raises
    UndoRefused if the act is not of a kind that can be undone, or if one of those was touched later; the service names what
    touched it.
    """
    if done.kind not in UNDOABLE:
        raise UndoRefused(say("The last act cannot be undone."))
    is_touched = any(touched_seqs.get(move.thing_id) != seq for move in done.moves)
    if is_touched or any(touched > seq for touched in touched_seqs.values()):
        raise UndoRefused(say("Something later touched the same things."))
    return Act(
        ActKind.ACT_UNDONE,
        moves=tuple(Move(m.thing_id, m.after, m.before, m.touched_before) for m in done.moves),
        loans_closed=tuple(LoanClosed(loan.thing_id, seq, was_undone=True) for loan in done.loans_opened),
        loans_reopened=tuple(LoanReopened(loan.thing_id, loan.opened_seq) for loan in done.loans_closed),
        undoes=seq,
    )


def home_text(standing: Standing) -> str:
    """Return where a thing belongs, as an address; empty if it has no home."""
    if standing.home_enclosing:
        inner = standing.home_enclosing[0].title
        return f"{standing.home_place.address} / {inner}" if standing.home_place else inner
    return standing.home_place.address if standing.home_place else ""


_CUSTODY_AT = {
    PlaceKind.SHELF: Custody.IN,
    PlaceKind.STAGING: Custody.STAGING,
    PlaceKind.DESK: Custody.STAGING,
    PlaceKind.READING_ROOM: Custody.READING_ROOM,
}


def _shelved(where: Whereabouts, shelf: Place) -> Whereabouts:
    if where.custody in LENDABLE:
        return Whereabouts(Custody.IN, place_id=shelf.id, home_place_id=shelf.id)
    return replace(where, home_place_id=shelf.id)


def _move(thing: Thing, after: Whereabouts) -> Move:
    return Move(thing.id, thing.whereabouts, after, thing.touched_seq)


def _ending(standing: Standing) -> tuple[LoanClosed, ...]:
    return (LoanClosed(standing.loan.thing_id, standing.loan.opened_seq),) if standing.loan else ()


def _put(standing: Standing, after: Whereabouts, is_over: bool) -> Act:
    kind = ActKind.THING_PUT_OVER if is_over else ActKind.THING_PUT
    if standing.held_by is not None:
        kind = ActKind.THING_FOUND if after.custody is Custody.IN else ActKind.THING_RETURNED
    facts = {"override": 1} if is_over else {}
    return Act(kind, moves=(_move(standing.thing, after),), loans_closed=_ending(standing), facts=facts)


def _wrong_place(standing: Standing, place: str) -> WrongPlace:
    title, home = standing.thing.title, home_text(standing)
    return WrongPlace(say("{title} belongs at {home}, not at {place}.", title=title, home=home, place=place))


def _is_full(thing: Thing, place: Place, free_mm: int | None) -> bool:
    if free_mm is None or thing.width_mm is None or thing.whereabouts.home_place_id == place.id:
        return False
    return thing.width_mm > free_mm


def _refuse_what_is_not_here(standing: Standing) -> None:
    if standing.thing.whereabouts.custody is Custody.DISPOSED:
        raise Refused(_not_available(standing.thing))


def _not_available(thing: Thing) -> Message:
    match thing.whereabouts.custody:
        case Custody.DISPOSED:
            return say("{title} was disposed of; nothing changed.", title=thing.title)
        case Custody.MISSING:
            return say("{title} is missing; nothing changed. Scan a shelf, then it, once it is found.", title=thing.title)
        case Custody.READING_ROOM:
            return say("{title} is in the reading room; nothing changed. Put it in staging first.", title=thing.title)
        case Custody.IN_TRANSIT:
            return say("{title} is in transit; nothing changed.", title=thing.title)
        case _:
            return say("{title} is not available; nothing changed.", title=thing.title)
