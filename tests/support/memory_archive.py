"""What `core.ports.Archive` promises, on plain dictionaries, in the simplest code that keeps it.

Services are tested on it, and the real stores are compared with it. Nothing is changed by a transaction that did not commit.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from manual_clock import ManualClock
from memory_books import Books

from archroom.core.acts import (
    UNDOABLE,
    Act,
    ActKind,
    BarcodeBound,
    Described,
    Owner,
    Performer,
    PlaceMade,
    ThingMade,
)
from archroom.core.codes import CodeKind, OwnCode, normalise, parse_own
from archroom.core.events import Event
from archroom.core.holdings import (
    USUAL_WIDTH_MM,
    Custody,
    Loan,
    Person,
    Place,
    PlaceKind,
    Standing,
    Thing,
    ThingKind,
    Whereabouts,
)
from archroom.core.outages import Outage
from archroom.core.ports import Details, Hit, PlaceDetails, Reading, Writing
from archroom.core.rooms import Block, RoomPlan
from archroom.errors import ArchroomError, Refused, say

SETTING_UP = Performer("Setup", "test/setup")


class MemoryLook:
    """A look at the books."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def owner_of(self, code: OwnCode) -> Person | Standing | Place | None:
        if code.kind is CodeKind.PERSON:
            return self._books.people.get(code.number)
        if code.kind is CodeKind.PLACE:
            return self._books.places.get(code.number)
        thing = self._books.things.get(code.number)
        return self.standing(thing.id) if thing is not None and thing.kind.code_kind is code.kind else None

    def owner_of_barcode(self, value: str) -> Person | Standing | Place | None:
        owner, number = self._books.barcodes.get(value, (None, 0))
        match owner:
            case Owner.PERSON:
                return self._books.people[number]
            case Owner.PLACE:
                return self._books.places[number]
            case Owner.THING:
                return self.standing(number)
            case None:
                return None

    def owner_of_text(self, text: str) -> Person | Standing | Place | None:
        owners = self._owners_of_text(text)
        if len(owners) != 1:
            return None
        return self.standing(owners[0].id) if isinstance(owners[0], Thing) else owners[0]

    def count_of_text(self, text: str) -> int:
        return len(self._owners_of_text(text))

    def _owners_of_text(self, text: str) -> list[Place | Thing | Person]:
        places = [place for place in self._books.places.values() if place.address == text.upper()]
        things = [thing for thing in self._books.things.values() if text and thing.reference == text]
        people = self.people_named(text)
        return [*places, *things, *people]

    def standing(self, thing_id: int) -> Standing | None:
        thing = self._books.things.get(thing_id)
        if thing is None:
            return None
        enclosing = self._chain(thing.whereabouts.container_id, lambda where: where.container_id)
        homes = self._chain(thing.whereabouts.home_container_id, lambda where: where.home_container_id)
        outermost, home_outermost = (enclosing or (thing,))[-1], (homes or (thing,))[-1]
        return Standing(
            thing,
            loan=self._open_loan(thing.id),
            enclosing=enclosing,
            enclosing_loan=next((loan for outer in enclosing if (loan := self._open_loan(outer.id))), None),
            place=self._books.places.get(outermost.whereabouts.place_id or 0),
            home_enclosing=homes,
            home_place=self._books.places.get(home_outermost.whereabouts.home_place_id or 0),
        )

    def place(self, place_id: int) -> Place | None:
        return self._books.places.get(place_id)

    def first_place(self, kind: PlaceKind) -> Place | None:
        return next((place for place in self._books.places.values() if place.kind is kind), None)

    def free_mm(self, place_id: int) -> int | None:
        width = self._books.places[place_id].width_mm
        if width is None:
            return None
        usual = self.usual_width_mm()
        homed = [thing for thing in self._books.things.values() if thing.whereabouts.home_place_id == place_id]
        return width - sum(thing.width_mm or usual for thing in homed)

    def usual_width_mm(self) -> int:
        known = sorted(t.width_mm for t in self._books.things.values() if t.width_mm is not None)
        return known[len(known) // 2] if known else USUAL_WIDTH_MM

    def touched_seqs(self, thing_ids: Sequence[int]) -> dict[int, int]:
        return {number: self._books.things[number].touched_seq for number in thing_ids}

    def event(self, seq: int) -> Event | None:
        return self._books.events[seq - 1] if 0 < seq <= len(self._books.events) else None

    def last_undoable(self, terminal: str) -> Event | None:
        for event in reversed(self._books.events):
            is_own = event.performer.terminal == terminal
            if is_own and event.act.kind in UNDOABLE and event.seq not in self._books.undone:
                return event
        return None

    def last_events(self, count: int, terminal: str | None = None) -> list[Event]:
        chosen = [event for event in self._books.events if terminal in (None, event.performer.terminal)]
        return chosen[::-1][:count]

    def people_named(self, name: str) -> list[Person]:
        return [person for person in self._books.people.values() if person.name.casefold() == name.casefold()]

    def open_loans(self, person_id: int | None = None) -> list[tuple[Thing, Loan]]:
        loans = [(self._books.things[thing], self._books.loans[thing, seq]) for thing, seq in self._books.open_loans.items()]
        mine = [(thing, loan) for thing, loan in loans if person_id in (None, loan.person.id)]
        return sorted(mine, key=lambda pair: pair[1].opened_seq)[:1000]

    def lendings(self, at_most: int) -> list[tuple[Loan, Hit]]:
        valid = [loan for loan in self._books.loans.values() if loan.opened_seq not in self._books.undone]
        newest = sorted(valid, key=lambda loan: -loan.opened_seq)[:at_most]
        lent = [(loan, self.standing(loan.thing_id)) for loan in newest]
        return [(loan, self._hit(standing)) for loan, standing in lent if standing is not None]

    def details(self, thing_id: int) -> Details | None:
        standing = self.standing(thing_id)
        if standing is None:
            return None
        contents = tuple(t for t in self._books.things.values() if t.whereabouts.container_id == thing_id)
        barcodes = tuple(value for value, owner in self._books.barcodes.items() if owner == (Owner.THING, thing_id))
        history = tuple(event for event in self._books.events[::-1] if thing_id in event.act.thing_ids)[:100]
        return Details(self._hit(standing), barcodes, contents[:500], len(contents), history, "", 1)

    def place_details(self, place_id: int) -> PlaceDetails | None:
        place = self._books.places.get(place_id)
        if place is None:
            return None
        here = [t.id for t in self._books.things.values() if t.whereabouts.place_id == place_id]
        homed = [t.id for t in self._books.things.values() if t.whereabouts.home_place_id == place_id]
        away = [number for number in homed if number not in here]
        here_stand, away_stand = (tuple(s for n in ids if (s := self.standing(n))) for ids in (here, away))
        barcodes = tuple(value for value, owner in self._books.barcodes.items() if owner == (Owner.PLACE, place_id))
        free_mm = self.free_mm(place_id)
        return PlaceDetails(place, barcodes, free_mm, here_stand[:500], len(here), away_stand[:500], len(away))

    def find(self, words: str, limit: int, offset: int = 0) -> list[Hit]:
        return [self._hit(standing) for standing in self._found(words)[offset : offset + limit]]

    def find_people(self, words: str, limit: int) -> list[tuple[Person, int]]:
        people = [person for person in self._books.people.values() if _has_all(words, person.name)]
        return [(person, len(self.open_loans(person.id))) for person in people][:limit]

    def all_people(self) -> Iterator[tuple[Person, int]]:
        people = sorted(self._books.people.values(), key=lambda person: person.name.casefold())
        yield from ((person, len(self.open_loans(person.id))) for person in people)

    def find_counted(self, words: str, limit: int, offset: int = 0, at_most: int = 1001) -> tuple[list[Hit], int]:
        return self.find(words, limit, offset), min(len(self._found(words)), at_most)

    def room_codes(self) -> list[str]:
        return list(self._books.room_codes)

    def blocks(self) -> list[Block]:
        return [self._books.blocks[number] for number in sorted(self._books.blocks)]

    def block(self, number: int) -> Block | None:
        return self._books.blocks.get(number)

    def outages(self) -> dict[int, Outage]:
        return dict(self._books.outages)

    def counts(self) -> dict[str, int]:
        containers = sum(thing.kind.is_container for thing in self._books.things.values())
        return {
            "rooms": len(self._books.room_codes),
            "blocks": len(self._books.blocks),
            "places": len(self._books.places),
            "containers": containers,
            "items": len(self._books.things) - containers,
            "people": len(self._books.people),
            "loans": len(self._books.open_loans),
        }

    def unplaced_boxes(self) -> Iterator[Thing]:
        boxes = [t for t in self._books.things.values() if t.kind.code_kind is CodeKind.BOX and not t.whereabouts.has_home]
        kept = [b for b in boxes if b.whereabouts.container_id is None and b.whereabouts.custody is not Custody.DISPOSED]
        yield from sorted(kept, key=_natural)

    def shelves_from(self, place_id: int) -> Iterator[tuple[Place, int]]:
        for place in self._books.places.values():
            if place.id >= place_id and place.kind is PlaceKind.SHELF:
                yield place, self.free_mm(place.id) or 0

    def _chain(self, container_id: int | None, outwards: Callable[[Whereabouts], int | None]) -> tuple[Thing, ...]:
        chain: list[Thing] = []
        while container_id is not None:
            container = self._books.things[container_id]
            assert container not in chain, "a container inside itself"
            chain.append(container)
            container_id = outwards(container.whereabouts)
        return tuple(chain)

    def _open_loan(self, thing_id: int) -> Loan | None:
        seq = self._books.open_loans.get(thing_id)
        return None if seq is None else self._books.loans[thing_id, seq]

    def _hit(self, standing: Standing) -> Hit:
        return Hit(standing, self._books.collections.get(standing.thing.id, ""), (), "", standing.thing.kind.value)

    def _found(self, words: str) -> list[Standing]:
        own = parse_own(normalise(words))
        exact = self.owner_of(own) if own is not None else self.owner_of_barcode(normalise(words))
        if isinstance(exact, Standing):
            return [exact]
        things = [t for t in self._books.things.values() if _has_all(words, f"{t.title} {t.reference}")]
        things.sort(key=lambda thing: (_rank(thing) if any(map(str.isdigit, words)) else 0, -thing.id))
        standings = [self.standing(thing.id) for thing in things]
        return [standing for standing in standings if standing is not None]


class MemoryUnit(MemoryLook):
    """One write transaction."""

    def __init__(self, books: Books, clock: ManualClock) -> None:
        super().__init__(books)
        self._clock = clock
        self.is_committed = False

    def commit(self, act: Act, performer: Performer, happened_at: datetime | None = None) -> Event:
        assert not self.is_committed, "one act in one transaction"
        now = self._clock.now()
        event = Event(len(self._books.events) + 1, now, happened_at or now, performer, act)
        self._books.apply(event)
        self.is_committed = True
        return event

    def new_person(self, name: str) -> tuple[Person, Act]:
        person = Person(len(self._books.people) + 1, name)
        self._books.people[person.id] = person
        return person, Act(ActKind.PERSON_ADDED, described=(Described(Owner.PERSON, person.id, 1, "0" * 32),))

    def new_room(self, plan: RoomPlan) -> Act:
        if plan.code in self._books.room_codes:
            raise Refused(say("Room {code} is there already.", code=plan.code))
        if any(block.number in self._books.blocks for block in plan.blocks):
            raise Refused(say("A block of that number is there already."))
        first = number = len(self._books.places) + 1
        for shelf in plan.shelves():
            place = Place(number, PlaceKind.SHELF, shelf.address, shelf.width_mm, shelf.block, shelf.aisle)
            self._books.places[number] = place
            number += 1
        for named in plan.places:
            self._books.places[number] = Place(number, named.kind, f"{plan.code}/{named.code}")
            number += 1
        self._books.room_codes.append(plan.code)
        self._books.blocks.update({block.number: block for block in plan.blocks})
        places = [self._books.places[at] for at in range(first, number)]
        made = tuple(PlaceMade(place.id, place.kind, place.address, place.width_mm) for place in places)
        return Act(ActKind.ROOM_BUILT, places_made=made)

    def bind(self, value: str, owner: Thing | Place | Person) -> Act:
        if value in self._books.barcodes:
            raise Refused(say("{value} is bound already.", value=value))
        kind = {Thing: Owner.THING, Place: Owner.PLACE, Person: Owner.PERSON}[type(owner)]
        return Act(ActKind.BARCODE_BOUND, barcodes_bound=(BarcodeBound(value, kind, owner.id),))


class MemoryArchive:
    """Books in memory, with switches for what may go wrong."""

    def __init__(self, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.books = Books()
        self.broken: ArchroomError | None = None
        """What every look and transaction raises."""
        self.on_writing: Callable[[], None] | None = None
        """Called once when the next transaction opens: what another terminal does in between."""
        self.looks = self.transactions = 0

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        self._raise_if_broken()
        self.looks += 1
        yield MemoryLook(self.books)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        self._raise_if_broken()
        meanwhile, self.on_writing = self.on_writing, None
        if meanwhile is not None:
            meanwhile()
        self.transactions += 1
        before = copy.deepcopy(self.books)
        unit = MemoryUnit(self.books, self.clock)
        try:
            yield unit
        except BaseException:
            self.books = before
            raise
        if not unit.is_committed:
            self.books = before

    def add_thing(
        self,
        kind: ThingKind = ThingKind.BOX,
        title: str = "",
        reference: str = "",
        width_mm: int | None = None,
        within: Thing | None = None,
        custody: Custody = Custody.IN,
    ) -> Thing:
        """Put a thing into the books; inside a container, that is its home too."""
        number = len(self.books.things) + 1
        inside = within.id if within is not None else None
        where = Whereabouts(custody, container_id=inside, home_container_id=inside)
        with self.writing() as unit:
            unit.commit(Act(ActKind.RECORDS_IMPORTED, things_made=(ThingMade(number, kind, where),)), SETTING_UP)
            made = self.books.things[number]
            self.books.things[number] = replace(made, title=title or made.title, reference=reference, width_mm=width_mm)
        return self.books.things[number]

    def add_person(self, name: str) -> Person:
        """Register a person."""
        with self.writing() as unit:
            person, act = unit.new_person(name)
            unit.commit(act, SETTING_UP)
        return person

    def build(self, plan: RoomPlan) -> None:
        """Build a room."""
        with self.writing() as unit:
            unit.commit(unit.new_room(plan), SETTING_UP)

    def place_at(self, address: str) -> Place:
        """Return the place at an address."""
        return next(place for place in self.books.places.values() if place.address == address)

    def standing_of(self, thing: Thing) -> Standing:
        """Return how a thing stands now."""
        standing = MemoryLook(self.books).standing(thing.id)
        assert standing is not None
        return standing

    def _raise_if_broken(self) -> None:
        if self.broken is not None:
            raise self.broken


def _has_all(words: str, text: str) -> bool:
    return all(word in text.casefold() for word in words.casefold().split())


def _rank(thing: Thing) -> int:
    """Return 0 for what folders are in, 1 for folders, 2 for items."""
    return (CodeKind.BOX, CodeKind.FOLDER, CodeKind.ITEM).index(thing.kind.code_kind)


def _natural(thing: Thing) -> tuple[str | int, ...]:
    parts = re.split(r"([0-9]+)", thing.title)
    return tuple(int(part) if part.isdecimal() and part.isascii() else part for part in parts)
