"""`core.ports.Writing` on the tables: one act, its rows and its event, in one unit of work."""

from __future__ import annotations

import secrets
from datetime import datetime

from archroom.core.acts import Act, ActKind, BarcodeBound, Owner, Performer
from archroom.core.events import Event
from archroom.core.holdings import Person, Place, Standing, Thing
from archroom.core.ports import Clock
from archroom.core.rooms import RoomPlan
from archroom.errors import Message, Refused, say
from archroom.store import chain, models, people, rooms
from archroom.store.acting import write_rows
from archroom.store.connections import Books
from archroom.store.digests import KEY_BYTES, described_person
from archroom.store.looking import SqlReading


class SqlWriting(SqlReading):
    """The books while one act is decided and written."""

    def __init__(self, books: Books, clock: Clock) -> None:
        super().__init__(books)
        self._clock = clock
        self.is_committed = False

    def commit(self, act: Act, performer: Performer, happened_at: datetime | None = None) -> Event:
        """Write the act's rows and its event; raises RuntimeError if called twice in one transaction.

        Raises Refused if a thing or loan is not as it was when the act was decided.
        """
        if self.is_committed:
            raise RuntimeError("one act, one transaction")
        self.is_committed = True
        event = chain.append(self._books, act, performer, self._clock.now(), happened_at)
        write_rows(self._books, event)
        return event

    def new_person(self, name: str) -> tuple[Person, Act]:
        """Write a person's row and return it with the act that is to be committed."""
        key = secrets.token_bytes(KEY_BYTES)
        row = {"name": name, "folded_name": people.folded(name), "version": 1, "is_active": 1, "digest_key": key}
        number: int = models.Person.insert(row).execute(self._books)
        act = Act(ActKind.PERSON_ADDED, described=(described_person(key, number, 1, name),))
        return Person(number, name), act

    def new_room(self, plan: RoomPlan) -> Act:
        """Write a room's rows and return the act; raises Refused if its code or a block's number is taken."""
        return rooms.new_room(self._books, plan)

    def bind(self, value: str, owner: Thing | Place | Person) -> Act:
        """Return the act that binds a barcode; raises Refused if it is bound already, or was and is retired."""
        if self._books.row("SELECT 1 FROM barcode WHERE value = ?", (value,)):
            raise Refused(self._bound_already(value))
        kinds = {Thing: Owner.THING, Place: Owner.PLACE, Person: Owner.PERSON}
        return Act(ActKind.BARCODE_BOUND, barcodes_bound=(BarcodeBound(value, kinds[type(owner)], owner.id),))

    def _bound_already(self, value: str) -> Message:
        match self.owner_of_barcode(value):
            case Standing() as standing:
                return say("{barcode} belongs to {title} already.", barcode=value, title=standing.thing.title)
            case Place() as place:
                return say("{barcode} belongs to {title} already.", barcode=value, title=place.address)
            case Person():
                return say("That card belongs to somebody already.")
            case None:
                return say("{barcode} was in use once and stays retired.", barcode=value)
