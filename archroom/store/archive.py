"""`core.ports.Archive` on SQLite or PostgreSQL: what wiring opens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from archroom.core.acts import Performer
from archroom.core.events import instant
from archroom.errors import BadDatabase, say
from archroom.store.address import SqliteFile, read_address
from archroom.store.database import books_at, look, unit_of_work
from archroom.store.looking import SqlReading
from archroom.store.schema import is_older, refuse_other_schema
from archroom.store.sqlite import refuse_unfit_file

if TYPE_CHECKING:
    from archroom.core.ports import Clock, Importing
    from archroom.store.connections import Books
    from archroom.store.writing import SqlWriting

FOUNDER = Performer("archroom", "archroom")
"""Who founds a house if nobody says."""


@dataclass(frozen=True, slots=True)
class House:
    """The house whose books are open."""

    uuid: str
    founded_at: datetime


class SqlArchive:
    """The books of one house, for any number of threads."""

    def __init__(self, url: str, shown: str, books: Books, clock: Clock) -> None:
        self.url = url
        self.shown = shown
        """The address as a person may see it."""
        self.books = books
        self.clock = clock
        with look(books):
            row = books.row("SELECT uuid, founded_at FROM house WHERE id = 1")
        if row is None:
            raise BadDatabase(
                say("{database} holds no books of archroom. `archroom init ROOM.toml` makes them.", database=shown)
            )
        self.house = House(row[0], instant(row[1]))

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written."""
        return self.books.is_read_only

    @contextmanager
    def reading(self) -> Iterator[SqlReading]:
        """Open a look at the books, from any thread."""
        with look(self.books):
            yield SqlReading(self.books)

    @contextmanager
    def writing(self) -> Iterator[SqlWriting]:
        """Open the one write transaction of an act; leaving it without a commit undoes whatever was written.

        Raises Busy if another terminal holds the lock for more than 5 s, ReadOnlyDatabase if nothing can be written.
        """
        try:
            from archroom.store.writing import SqlWriting  # loaded by the first act, not by the first look

            with unit_of_work(self.books):
                writing = SqlWriting(self.books, self.clock)
                yield writing
                if not writing.is_committed:
                    raise _NothingCommitted
        except _NothingCommitted:
            return

    def importing(self) -> Importing:
        """Return the bulk intake of records into these books."""
        from archroom.store.imports import SqlImporting  # loaded only where records come in

        return SqlImporting(self.books, self.clock)

    def close(self) -> None:
        """Close all connections."""
        self.books.shut()


class _NothingCommitted(Exception):
    """A write transaction was left without a commit."""


def open_archive(url: str, clock: Clock, *, create: bool, founder: Performer = FOUNDER) -> SqlArchive:
    """Open the books at an address; with `create`, found a house there if there is nothing yet.

    Books of an earlier schema are brought up to date. Raises UsageError for an address that cannot be meant, BadDatabase for
    anything that is not books of ours, is newer than this program, or lies on a network drive, and ReadOnlyDatabase for
    earlier ones that may only be read. What is there is never written over.
    """
    address = read_address(url)
    if isinstance(address, SqliteFile):
        if create and not os.path.lexists(address.path):
            from archroom.store import founding  # loaded only where books are made

            founding.found_file(address.path, clock, founder)
        refuse_unfit_file(address.path)
    books = books_at(address)
    try:
        if create and not isinstance(address, SqliteFile):
            from archroom.store import founding

            founding.found_schema(books, clock, founder)
        if is_older(books):
            from archroom.store import founding

            founding.bring_up_to_date(books, address.shown)
        refuse_other_schema(books, address.shown)
        return SqlArchive(url, address.shown, books, clock)
    except BaseException:
        books.shut()
        raise
