"""The ledger in words: one sentence for each kind of act, for the last acts and for what stands in the way of an undo.

Names are looked up as they are now. What a lawful `forget` blanked is told by its number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from archroom.core.acts import Act, ActKind, Owner
from archroom.core.codes import CodeKind, OwnCode
from archroom.core.holdings import Person
from archroom.errors import Message, Value, say

if TYPE_CHECKING:
    from archroom.core.events import Event
    from archroom.core.ports import Archive, Reading


@dataclass(frozen=True, slots=True)
class ActLine:
    """One entry of the ledger in words."""

    seq: int
    at: datetime
    """When the person did it, UTC."""
    actor: str
    kind: ActKind
    message: Message


class Ledger:
    """Tells what was done in the house."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def last_acts(self, count: int, terminal: str | None = None) -> list[ActLine]:
        """Return the newest acts in words, newest first, of one terminal or of all."""
        with self._archive.reading() as books:
            return [act_line(books, event) for event in books.last_events(count, terminal)]


def act_line(books: Reading, event: Event) -> ActLine:
    """Return one entry of the ledger in words."""
    return ActLine(event.seq, event.happened_at, event.performer.actor, event.act.kind, act_in_words(books, event.act))


def act_in_words(books: Reading, act: Act) -> Message:
    """Return the sentence for an act; total over kinds."""
    return _WORDS[act.kind](books, act)


def words_of_event(books: Reading, seq: int) -> Message:
    """Return the sentence for entry `seq`, or its number if there is none to read."""
    event = books.event(seq)
    return say("entry {seq}", seq=seq) if event is None else act_in_words(books, event.act)


def person_of(books: Reading, person_id: int) -> Person | None:
    """Return a person by their number."""
    owner = books.owner_of(OwnCode(CodeKind.PERSON, person_id))
    return owner if isinstance(owner, Person) else None


def _title(books: Reading, act: Act) -> Value:
    if len(act.moves) != 1:
        return say("{count} things", count=len(act.moves))
    return _title_of(books, act.moves[0].thing_id)


def _title_of(books: Reading, thing_id: int) -> Value:
    standing = books.standing(thing_id)
    if standing is None:
        return say("thing {number}", number=thing_id)
    return standing.thing.title


def _name_of(books: Reading, person_id: int) -> Value:
    person = person_of(books, person_id)
    return say("person {number}", number=person_id) if person is None else person.name


def _target(books: Reading, act: Act) -> Value:
    after = act.moves[0].after
    if after.container_id is not None:
        return _title_of(books, after.container_id)
    place = books.place(after.place_id) if after.place_id is not None else None
    return say("place {number}", number=after.place_id or 0) if place is None else place.address


def _lent(books: Reading, act: Act) -> Message:
    loan = act.loans_opened[0]
    return say(
        "{title} lent to {name}, due {due}",
        title=_title_of(books, loan.thing_id),
        name=_name_of(books, loan.person_id),
        due=loan.due_on.isoformat(),
    )


def _person_added(books: Reading, act: Act) -> Message:
    described = [d.owner_id for d in act.described if d.owner is Owner.PERSON]
    if not described:
        return say("A person was registered")
    return say("{name} registered", name=_name_of(books, described[0]))


def _bound(books: Reading, act: Act) -> Message:
    barcode = act.barcodes_bound[0]
    match barcode.owner:
        case Owner.THING:
            return say("Barcode {value} bound to {title}", value=barcode.value, title=_title_of(books, barcode.owner_id))
        case Owner.PLACE:
            place = books.place(barcode.owner_id)
            return say("Barcode {value} bound to {place}", value=barcode.value, place=place.address if place else "")
        case Owner.PERSON:
            return say("A card was bound to {name}", name=_name_of(books, barcode.owner_id))


def _undone(books: Reading, act: Act) -> Message:
    return say("Undone: {what}", what=words_of_event(books, act.undoes or 0))


def _put_over(books: Reading, act: Act) -> Message:
    return say("{title} -> {place}, by override", title=_title(books, act), place=_target(books, act))


def _out_of_order(books: Reading, act: Act) -> Message:
    block, why = next(((begun.block, begun.why) for begun in act.outages_begun), ("?", "?"))
    return say("Block {block} out of order: {why}", block=block, why=why)


def _opened_by_hand(books: Reading, act: Act) -> Message:
    block, aisle = next(((opened.block, opened.aisle) for opened in act.opened_by_hand), ("?", "?"))
    return say("Aisle {block}/{aisle} opened by hand", block=block, aisle=aisle)


def _in_order(books: Reading, act: Act) -> Message:
    return say("Block {block} in order again", block=next((ended.block for ended in act.outages_ended), "?"))


def _motion(books: Reading, act: Act) -> Message:
    from archroom.services.motion_words import motion_words  # the first screen shows no motion, and must start fast

    return motion_words(act)


def _fact(act: Act, name: str) -> str | int:
    return act.facts.get(name, "?")


_WORDS: dict[ActKind, Callable[[Reading, Act], Message]] = {
    ActKind.HOUSE_FOUNDED: lambda books, act: say("The books of this house were opened"),
    ActKind.ROOM_BUILT: lambda books, act: say("A room was built; places: {count}", count=len(act.places_made)),
    ActKind.PERSON_ADDED: _person_added,
    ActKind.RECORDS_IMPORTED: lambda books, act: say("Records taken in; new things: {count}", count=len(act.things_made)),
    ActKind.THINGS_PLACED: lambda books, act: say("A run was placed; boxes: {count}", count=len(act.moves)),
    ActKind.BARCODE_BOUND: _bound,
    ActKind.THING_LENT: _lent,
    ActKind.THING_RETURNED: lambda books, act: say("{title} returned", title=_title(books, act)),
    ActKind.THING_FOUND: lambda books, act: say(
        "{title} found at {place} and taken back", title=_title(books, act), place=_target(books, act)
    ),
    ActKind.THING_PUT: lambda books, act: say("{title} -> {place}", title=_title(books, act), place=_target(books, act)),
    ActKind.THING_PUT_OVER: _put_over,
    ActKind.ACT_UNDONE: _undone,
    ActKind.MOTION_INTENDED: _motion,
    ActKind.MOTION_ENDED: _motion,
    ActKind.MOTION_REFUSED: _motion,
    ActKind.MOTION_STOPPED: lambda books, act: say("Shelving stopped"),
    ActKind.AISLE_HELD: lambda books, act: say(
        "{name} in aisle {block}/{aisle}", name=_fact(act, "person"), block=_fact(act, "block"), aisle=_fact(act, "aisle")
    ),
    ActKind.AISLE_RELEASED: lambda books, act: say(
        "{name} out of aisle {block}/{aisle}",
        name=_fact(act, "person"),
        block=_fact(act, "block"),
        aisle=_fact(act, "aisle"),
    ),
    ActKind.BLOCK_ARMED: lambda books, act: say("Block {block} armed", block=_fact(act, "block")),
    ActKind.BLOCK_DISARMED: lambda books, act: say("Block {block} disarmed", block=_fact(act, "block")),
    ActKind.BLOCK_COMMISSIONED: lambda books, act: say("Block {block} commissioned", block=_fact(act, "block")),
    ActKind.BLOCK_OUT_OF_ORDER: _out_of_order,
    ActKind.AISLE_OPENED_BY_HAND: _opened_by_hand,
    ActKind.BLOCK_IN_ORDER: _in_order,
    ActKind.CLIMATE_LIMITS_SET: lambda books, act: say("Limits of the climate of {room} changed", room=_fact(act, "room")),
    ActKind.CLIMATE_ACKNOWLEDGED: lambda books, act: say(
        "Climate alarm {number} of {room} acknowledged: {note}",
        number=_fact(act, "alarm"),
        room=_fact(act, "room"),
        note=_fact(act, "note"),
    ),
    ActKind.ARCHIVE_RESTORED: lambda books, act: say("The books were restored from a backup"),
}
