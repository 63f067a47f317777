"""The sentences that tell what a scan or command did: title and address, where it was, who had it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from archroom.core.acts import Act, ActKind
from archroom.core.custody import home_text
from archroom.core.holdings import Loan, Person, Place, PlaceKind, Standing
from archroom.core.scans import Intent, Step, Subject
from archroom.errors import Message, say
from archroom.services.whereabouts import home_reach, where_now

if TYPE_CHECKING:
    from archroom.core.shelving import StopReport


def person_in_hand(person: Person, count: int) -> Message:
    """Return the answer to a person's scan."""
    if count == 0:
        return say("{name}: nothing out. Scan what they borrow.", name=person.name)
    if count == 1:
        return say("{name}: 1 thing out. Scan what they borrow.", name=person.name)
    return say("{name}: {count} things out. Scan what they borrow.", name=person.name, count=count)


def not_lent(standing: Standing, person: Person, today: date) -> Message:
    """Return the answer to a person's scan with a thing in hand that cannot be lent."""
    return say(
        "{title} is not lent: {where}. {name} is in hand now.",
        title=standing.thing.title,
        where=where_now(standing, today),
        name=person.name,
    )


def shown_thing(standing: Standing, today: date) -> Message:
    """Return the answer to a thing that is only shown: where it is, and its home if that is elsewhere."""
    title, where, home = standing.thing.title, where_now(standing, today), home_text(standing)
    if not home:
        return say("{title}: {where}. It has no home yet.", title=title, where=where)
    if standing.is_at_home:
        return say("{title}: {where}.", title=title, where=where)
    return _with_home(standing, say("{title}: {where}. Its home is {home}.", title=title, where=where, home=home))


def place_in_hand(place: Place, free_mm: int | None) -> Message:
    """Return the answer to a place's scan."""
    said = _place_offered(place, free_mm)
    if place.outage is not None:
        return say("{what} Of this shelf: {reach}.", what=said, reach=place.outage.reach_in_words(place.aisle))
    return said


def _place_offered(place: Place, free_mm: int | None) -> Message:
    if free_mm is None or place.kind is not PlaceKind.SHELF:
        return say("{place}: scan what you put here.", place=place.address)
    return say("{place}: {free} mm free. Scan what you put here.", place=place.address, free=max(free_mm, 0))


def already_lent(standing: Standing, person: Person) -> Message:
    """Return the answer to a thing that its borrower has already."""
    loan = standing.loan or standing.enclosing_loan
    due = loan.due_on.isoformat() if loan else ""
    return say(
        "{title} is already with {name}, due {due}. Nothing changed.", title=standing.thing.title, name=person.name, due=due
    )


def done(intent: Intent, before: Standing, after: Standing, act: Act) -> Message:
    """Return the answer to an act that was carried out, from how the thing stood before and stands after it."""
    title, previous = before.thing.title, _place_text(before)
    match intent.step:
        case Step.LEND:
            return _lent(title, previous, after.loan)
        case Step.RETURN:
            return _returned(before, after)
        case _:
            return _put(act, before, after, previous)


def undone(what: Message, after: Standing | None, today: date) -> Message:
    """Return the answer to an undo; `after` is how the thing stands now, None if there were several."""
    if after is None:
        return say("Undone: {what}.", what=what)
    return say("Undone: {what}. {title}: {where}.", what=what, title=after.thing.title, where=where_now(after, today))


def overridable(refusal: Message, scanned: Subject | None) -> Message:
    """Return the refusal of a shelf or container at the desk, with the way to accept it."""
    match scanned:
        case Standing(thing=thing):
            return say("{why} To accept it, scan OVERRIDE, then {scanned} again.", why=refusal, scanned=thing.title)
        case Place(address=address):
            return say("{why} To accept it, scan OVERRIDE, then {scanned} again.", why=refusal, scanned=address)
        case _:
            return refusal


def stopped(reports: list[StopReport], is_recorded: bool) -> Message:
    """Return the answer to STOP; it says what was seen, never more."""
    unsent = next((report for report in reports if not report.is_sent), None)
    unseen = next((report for report in reports if not report.is_standstill_seen), None)
    if not reports:
        said = say("No shelving is connected here; nothing was stopped.")
    elif unsent is not None:
        said = say("STOP could not be sent to block {block}. Use its emergency stop.", block=unsent.block)
    elif unseen is not None:
        said = say("STOP was sent; standstill of block {block} was not seen. Look at it.", block=unseen.block)
    else:
        said = say("Stopped. All shelving stands still.")
    return said if is_recorded else say("{what} The books do not answer, so this is not in the ledger.", what=said)


def _lent(title: str, previous: str, loan: Loan | None) -> Message:
    name, due = (loan.person.name, loan.due_on.isoformat()) if loan else ("", "")
    if not previous:
        return say("{title} -> {name}, due {due}.", title=title, name=name, due=due)
    return say("{title} -> {name}, due {due}. It was at {previous}.", title=title, name=name, due=due, previous=previous)


def _returned(before: Standing, after: Standing) -> Message:
    name = before.held_by.name if before.held_by else ""
    home = home_text(after)
    if not home:
        return say("{title} back from {name} -> {place}.", title=before.thing.title, name=name, place=_place_text(after))
    said = say(
        "{title} back from {name} -> {place}. Its home is {home}.",
        title=before.thing.title,
        name=name,
        place=_place_text(after),
        home=home,
    )
    return _with_home(after, said)


def _put(act: Act, before: Standing, after: Standing, previous: str) -> Message:
    title, place, home = before.thing.title, _place_text(after), home_text(after)
    if act.kind is ActKind.THING_RETURNED:
        return _returned(before, after)
    if before.held_by is not None:
        return say(
            "{title} found at {place}; the loan to {name} is ended.", title=title, place=place, name=before.held_by.name
        )
    if act.kind is ActKind.THING_PUT_OVER:
        if not home:
            return say("{title} -> {place} by override.", title=title, place=place)
        return say("{title} -> {place} by override. Its home stays {home}.", title=title, place=place, home=home)
    if after.thing.whereabouts.has_home and not before.thing.whereabouts.has_home:
        return say("{title} -> {place}, from now on its home.", title=title, place=place)
    if not previous or previous == place:
        return say("{title} -> {place}.", title=title, place=place)
    return say("{title} -> {place}. It was at {previous}.", title=title, place=place, previous=previous)


def _with_home(standing: Standing, said: Message) -> Message:
    """Return an answer with how the home is reached, where it is elsewhere in a block out of order."""
    reach = home_reach(standing)
    return said if reach is None else say("{what} {more}", what=said, more=reach)


def _place_text(standing: Standing) -> str:
    """Return the address of where a thing is, its container included; empty if it is nowhere."""
    if standing.enclosing:
        container = standing.enclosing[0].title
        return f"{standing.place.address} / {container}" if standing.place else container
    return standing.place.address if standing.place else ""
