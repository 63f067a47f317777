"""Books with a small house in them, and the acts of a desk on them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from archroom.core import custody
from archroom.core.acts import Act, Performer
from archroom.core.events import Event
from archroom.core.holdings import Person, Place, PlaceKind, Standing, ThingKind
from archroom.core.ports import Reading
from archroom.store.archive import SqlArchive, open_archive
from benchmarks.stocked import stock
from tests.conftest import PERFORMER, FakeClock

DUE = date(2026, 12, 8)
ITEMS = 48


@dataclass
class ActingDesk:
    """Acts as the services decide them, each in its own transaction."""

    archive: SqlArchive
    performer: Performer = PERFORMER

    def standing(self, thing_id: int) -> Standing:
        with self.archive.reading() as books:
            found = books.standing(thing_id)
        assert found is not None
        return found

    def person(self, name: str = "Ann Reader") -> Person:
        with self.archive.reading() as books:
            return books.people_named(name)[0]

    def shelf(self, order: int = 0) -> Place:
        with self.archive.reading() as books:
            first = books.first_place(PlaceKind.SHELF)
            assert first is not None
            return list(books.shelves_from(first.id))[order][0]

    def boxes(self) -> list[int]:
        return [row[0] for row in self._rows("SELECT id FROM thing WHERE kind = 'box' ORDER BY id")]

    def items(self) -> list[int]:
        return [row[0] for row in self._rows("SELECT id FROM thing WHERE kind = 'item' ORDER BY id")]

    def lend(self, thing_id: int, person: Person | None = None) -> Event:
        reader = person or self.person()
        with self.archive.writing() as books:
            return books.commit(custody.lend(_there(books, thing_id), reader, DUE), self.performer)

    def take_back(self, thing_id: int) -> Event:
        with self.archive.writing() as books:
            staging = books.first_place(PlaceKind.STAGING)
            assert staging is not None
            return books.commit(custody.return_to(_there(books, thing_id), staging), self.performer)

    def put(self, thing_id: int, place: Place, is_override: bool = False) -> Event:
        with self.archive.writing() as books:
            act = custody.put_on(_there(books, thing_id), place, books.free_mm(place.id), is_override)
            return books.commit(act, self.performer)

    def undo(self) -> Event:
        with self.archive.writing() as books:
            event = books.last_undoable(self.performer.terminal)
            assert event is not None
            touched = books.touched_seqs(event.act.thing_ids)
            return books.commit(custody.undo(event.seq, event.act, touched), self.performer)

    def commit(self, act: Act) -> Event:
        with self.archive.writing() as books:
            return books.commit(act, self.performer)

    def _rows(self, statement: str) -> list[tuple[int, ...]]:
        with self.archive.reading():
            return self.archive.books.rows(statement)


def _there(books: Reading, thing_id: int) -> Standing:
    standing = books.standing(thing_id)
    assert standing is not None
    assert standing.thing.kind in ThingKind
    return standing


@pytest.fixture
def desk(archive: SqlArchive) -> ActingDesk:
    """A desk over a small house, on each database."""
    stock(archive, ITEMS)
    return ActingDesk(archive)


@pytest.fixture(scope="session")
def stocked_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a small house in it, to be copied."""
    path = tmp_path_factory.mktemp("stocked") / "books.db"
    made = open_archive(f"sqlite:///{path}", FakeClock(), create=True)
    stock(made, ITEMS)
    made.close()
    return path


@pytest.fixture
def file_desk(stocked_file: Path, sqlite_url: str, clock: FakeClock) -> Iterator[ActingDesk]:
    """A desk over a small house in a file."""
    shutil.copy(stocked_file, sqlite_url.removeprefix("sqlite:///"))
    opened = open_archive(sqlite_url, clock, create=False)
    yield ActingDesk(opened)
    opened.close()
