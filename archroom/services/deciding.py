"""From an intent to its act: reads what the decision needs inside the transaction it is made in, and decides with core."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from archroom.core import custody
from archroom.core.holdings import Person, Place, PlaceKind, Standing
from archroom.core.scans import Hand, InHand, Intent, Step
from archroom.errors import Refused, UndoRefused, UsageError, say
from archroom.services.history import person_of, words_of_event

if TYPE_CHECKING:
    from archroom.core.acts import Act
    from archroom.core.events import Event
    from archroom.core.ports import Reading

LONGEST_LOAN_DAYS = 3660
"""Ten years: what is lent for longer was mistyped."""


def act_of(books: Reading, intent: Intent, due_on: date) -> Act:
    """Decide the act that an intent asks for; raises Refused with the reason."""
    match intent:
        case Intent(step=Step.LEND, thing=Standing() as thing, person=Person() as person):
            return custody.lend(thing, person, due_on)
        case Intent(step=Step.RETURN, thing=Standing() as thing):
            return custody.return_to(thing, staging_place(books))
        case Intent(step=Step.PUT, thing=Standing() as thing, place=Place() as place):
            return custody.put_on(thing, place, books.free_mm(place.id), intent.is_override)
        case Intent(step=Step.PUT_INTO, thing=Standing() as thing, container=Standing() as container):
            return custody.put_into(thing, container, intent.is_override)
        case _:
            raise ValueError(f"{intent.step} changes nothing")


def undoing(books: Reading, terminal: str) -> tuple[Event, Act]:
    """Decide to undo a terminal's last act: returns its event and the act that reverses it.

    Raises UndoRefused if there is none, or, naming it, if a later act touched the same things or the containers that they
    came out of or went into, which take along what is in them.
    """
    event = books.last_undoable(terminal)
    if event is None:
        raise UndoRefused(say("There is nothing to undo at this terminal."))
    touched = books.touched_seqs([*event.act.thing_ids, *_containers_around(books, event.act)])
    later = max((seq for seq in touched.values() if seq > event.seq), default=None)
    if later is not None:
        raise UndoRefused(say("Cannot be undone. Something came later: {what}", what=words_of_event(books, later)))
    return event, custody.undo(event.seq, event.act, touched)


def staging_place(books: Reading) -> Place:
    """Return the place where returned things go; raises Refused if no room with one was built."""
    staging = books.first_place(PlaceKind.STAGING)
    if staging is None:
        raise Refused(say("There is no staging place to return it to. Build a room first: archroom init."))
    return staging


def due_date(today: date, loan_days: int, due_on: date | None) -> date:
    """Return when a loan of today is due; raises UsageError for a date in the past or more than ten years away."""
    if due_on is None:
        return today + timedelta(days=loan_days)
    if not today <= due_on <= today + timedelta(days=LONGEST_LOAN_DAYS):
        raise UsageError(
            say("{date} is no due date: give a day from today on, at most ten years away.", date=due_on.isoformat())
        )
    return due_on


def present_hand(books: Reading, hand: Hand) -> Hand:
    """Return the hand with what it holds as it stands now: another terminal may have changed it since it was scanned."""
    held: InHand = hand.held
    match held:
        case Standing():
            held = books.standing(held.thing.id)
        case Place():
            held = books.place(held.id)
        case Person():
            held = person_of(books, held.id)
        case None:
            return hand
    return Hand(held, hand.refused_pair, hand.is_override_armed)


def _containers_around(books: Reading, act: Act) -> set[int]:
    """Return the containers that an act took things out of or put them into, and whatever those are in now."""
    around: set[int] = set()
    for where in (where for move in act.moves for where in (move.before, move.after)):
        container = books.standing(where.container_id) if where.container_id is not None else None
        if container is not None:
            around.update(thing.id for thing in (container.thing, *container.enclosing))
    return around
