"""`core.ports.Reading` on the tables.

What only finding, rooms and founding need is loaded by the methods that need it, so that a first look costs little.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archroom.core.acts import CUSTODY_ACTS
from archroom.core.cleaning import clean
from archroom.core.codes import CodeKind, OwnCode
from archroom.core.events import Event, event_of
from archroom.store import people
from archroom.store.outages import outages
from archroom.store.standings import in_list, places, standings

if TYPE_CHECKING:
    from archroom.core.holdings import Loan, Person, Place, PlaceKind, Standing, Thing
    from archroom.core.outages import Outage
    from archroom.core.ports import Details, Hit, PlaceDetails
    from archroom.core.rooms import Block
    from archroom.store.connections import Books, Row

_CUSTODY = "(" + ", ".join(sorted(f"'{kind.value}'" for kind in CUSTODY_ACTS)) + ")"
_LAST_UNDOABLE = (
    f"SELECT e.body FROM event e WHERE e.terminal = ? AND e.kind IN {_CUSTODY} AND e.kind <> 'act.undone'"
    " AND NOT EXISTS (SELECT 1 FROM event u WHERE u.undoes = e.seq) ORDER BY e.seq DESC LIMIT 1"
)
_BOXES = "'box', 'volume', 'tube', 'folder'"


class SqlReading:
    """A consistent look at the books, valid inside the `look` or `unit_of_work` that it was opened in."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def owner_of(self, code: OwnCode) -> Person | Standing | Place | None:
        """Return what an own code names; None if its number does not exist or is of another kind."""
        match code.kind:
            case CodeKind.PERSON:
                return people.person(self._books, code.number)
            case CodeKind.PLACE:
                return self.place(code.number)
            case _:
                found = self.standing(code.number)
                return found if found and found.thing.kind.code_kind is code.kind else None

    def owner_of_barcode(self, value: str) -> Person | Standing | Place | None:
        """Return what a normalised foreign barcode is bound to, None if nothing."""
        row = self._books.row(
            "SELECT thing_id, place_id, person_id FROM barcode WHERE value = ? AND retired_at IS NULL", (value,)
        )
        if row is None:
            return None
        thing_id, place_id, person_id = row
        if thing_id is not None:
            return self.standing(thing_id)
        return self.place(place_id) if place_id is not None else people.person(self._books, person_id)

    def owner_of_text(self, text: str) -> Person | Standing | Place | None:
        """Return what a typed address, reference code or exact name means, if exactly one thing has it; else None."""
        from archroom.store import hits

        by_address, by_name = self._place_at(text), self.people_named(text)
        by_reference = hits.referred(self._books, _asked(text))
        if len(by_address) + len(by_reference) + len(by_name) != 1:
            return None
        if by_reference:
            return self.standing(by_reference[0])
        return by_address[0] if by_address else by_name[0]

    def count_of_text(self, text: str) -> int:
        """Return how many places, things and people have a typed text as address, reference code or exact name."""
        from archroom.store import hits

        return len(self._place_at(text)) + hits.count_referred(self._books, _asked(text)) + len(self.people_named(text))

    def standing(self, thing_id: int) -> Standing | None:
        """Return how a thing stands."""
        return standings(self._books, (thing_id,)).get(thing_id)

    def place(self, place_id: int) -> Place | None:
        """Return a place by its number."""
        return next(iter(places(self._books, "p.id = ?", (place_id,))), None)

    def first_place(self, kind: PlaceKind) -> Place | None:
        """Return the first place of a kind in building order."""
        return next(iter(places(self._books, "p.kind = ? ORDER BY p.id LIMIT 1", (kind.value,))), None)

    def free_mm(self, place_id: int) -> int | None:
        """Return the width at a place that no thing at home there takes; None if the place has no width."""
        from archroom.store import shelves

        return shelves.free_mm(self._books, place_id)

    def usual_width_mm(self) -> int:
        """Return the median width of boxes of this house, `USUAL_WIDTH_MM` if none is known."""
        from archroom.store import shelves

        return shelves.usual_width_mm(self._books)

    def touched_seqs(self, thing_ids: Sequence[int]) -> dict[int, int]:
        """Return the number of the last event of each thing."""
        if not thing_ids:
            return {}
        rows = self._books.rows(f"SELECT id, touched_seq FROM thing WHERE id IN {in_list(thing_ids)}")
        return dict(rows)

    def event(self, seq: int) -> Event | None:
        """Return one entry of the ledger."""
        return _event_or_none(self._books.row("SELECT body FROM event WHERE seq = ?", (seq,)))

    def last_undoable(self, terminal: str) -> Event | None:
        """Return the newest act of a terminal that is of a kind that can be undone and was not undone."""
        return _event_or_none(self._books.row(_LAST_UNDOABLE, (terminal,)))

    def last_events(self, count: int, terminal: str | None = None) -> list[Event]:
        """Return the newest custody events, newest first, of one terminal or of all."""
        of_terminal = "" if terminal is None else "terminal = ? AND "
        rows = self._books.rows(
            f"SELECT body FROM event WHERE {of_terminal}kind IN {_CUSTODY} ORDER BY seq DESC LIMIT ?",
            (count,) if terminal is None else (terminal, count),
        )
        return [event_of(bytes(body)) for (body,) in rows]

    def people_named(self, name: str) -> list[Person]:
        """Return registered people of exactly this name, case and width folded."""
        return people.people_named(self._books, _asked(name))

    def open_loans(self, person_id: int | None = None) -> list[tuple[Thing, Loan]]:
        """Return open loans, oldest first, of one person or of all; at most 1,000."""
        return people.open_loans(self._books, person_id)

    def lendings(self, at_most: int) -> list[tuple[Loan, Hit]]:
        """Return loans, open or finished but not undone, newest first, each with what was lent as it stands now."""
        from archroom.store import hits

        loans = people.past_loans(self._books, at_most)
        lent = hits.hits(self._books, list(dict.fromkeys(loan.thing_id for loan in loans)))
        by_thing = {hit.standing.thing.id: hit for hit in lent}
        return [(loan, by_thing[loan.thing_id]) for loan in loans]

    def details(self, thing_id: int) -> Details | None:
        """Return everything of one thing."""
        from archroom.store import hits

        return hits.details(self._books, thing_id)

    def place_details(self, place_id: int) -> PlaceDetails | None:
        """Return everything of one place."""
        from archroom.store import shelves

        place = self.place(place_id)
        return None if place is None else shelves.details(self._books, place)

    def find(self, words: str, limit: int, offset: int = 0) -> list[Hit]:
        """Return things that match, in the order that `hits` tells."""
        from archroom.store import hits

        return hits.find(self._books, _asked(words.replace("\x00", " ")), limit, offset)

    def find_counted(self, words: str, limit: int, offset: int = 0, at_most: int = 1001) -> tuple[list[Hit], int]:
        """Return a page as `find` does, and how many things match, counted up to a limit."""
        from archroom.store import hits

        return hits.find_counted(self._books, _asked(words.replace("\x00", " ")), limit, offset, at_most)

    def find_people(self, words: str, limit: int) -> list[tuple[Person, int]]:
        """Return people whose names hold all words, with how many things each has."""
        return people.find_people(self._books, _asked(words), limit)

    def all_people(self) -> Iterator[tuple[Person, int]]:
        """Yield people who are registered or still have something, by name, with how many things each has."""
        return people.all_people(self._books)

    def room_codes(self) -> list[str]:
        """Return the codes of the rooms that were built."""
        from archroom.store import rooms

        return rooms.room_codes(self._books)

    def blocks(self) -> list[Block]:
        """Return all blocks in order of their numbers."""
        from archroom.store import rooms

        return rooms.blocks(self._books)

    def block(self, number: int) -> Block | None:
        """Return a block by its number."""
        from archroom.store import rooms

        return next(iter(rooms.blocks(self._books, number)), None)

    def outages(self) -> dict[int, Outage]:
        """Return what is out of order at present, by the number of the block."""
        return outages(self._books)

    def counts(self) -> dict[str, int]:
        """Return the numbers of rooms, blocks, places, containers, items, people and open loans by those names."""
        tables = {"rooms": "room", "blocks": "block", "places": "place", "people": "person"}
        kinds = {kind: int(count) for kind, count in self._books.rows("SELECT kind, count(*) FROM thing GROUP BY kind")}
        counted = {name: self._count(f"SELECT count(*) FROM {table}") for name, table in tables.items()}
        items = kinds.pop("item", 0)
        return {
            "rooms": counted["rooms"],
            "blocks": counted["blocks"],
            "places": counted["places"],
            "containers": sum(kinds.values()),
            "items": items,
            "people": counted["people"],
            "open_loans": self._count("SELECT count(*) FROM loan WHERE closed_seq IS NULL"),
        }

    def unplaced_boxes(self) -> Iterator[Thing]:
        """Yield top containers without a home, in reference order: by collection, then natural order of indicators."""
        from archroom.store import shelves

        yield from shelves.unplaced_boxes(self._books)

    def shelves_from(self, place_id: int) -> Iterator[tuple[Place, int]]:
        """Yield the shelves from one on in shelving order, each with its free width, mm."""
        from archroom.store import shelves

        yield from shelves.shelves_from(self._books, place_id)

    def _place_at(self, address: str) -> list[Place]:
        return places(self._books, "p.address = ?", ("".join(_asked(address).split()).upper(),))

    def _count(self, statement: str) -> int:
        row = self._books.row(statement)
        return int(row[0]) if row else 0


def _event_or_none(row: Row | None) -> Event | None:
    return event_of(bytes(row[0])) if row else None


def _asked(text: str) -> str:
    """Return a text that somebody asks for, cleaned and cut."""
    from archroom.core.searching import MAX_QUERY

    return clean(text, MAX_QUERY)
