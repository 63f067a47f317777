"""A dry run: the same import on a copy of what the files touch, in a temporary database that vanishes.

Whatever the import asks the books for is copied at that moment, so the numbers are those of a real run, over several files
that share boxes too, and the books themselves are only looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from archroom.core.ports import Clock
from archroom.store import schema
from archroom.store.connections import Books, Row
from archroom.store.database import look
from archroom.store.import_batch import BatchWriter
from archroom.store.import_known import Bound, Found, Known, KnownCollection, marks
from archroom.store.imports import SqlImporting
from archroom.store.sqlite import SqliteBooks

_COPIED = {
    "thing": "id, kind, custody, place_id, container_id, home_place_id, home_container_id, width_mm, touched_seq, made_seq",
    "description": "thing_id, collection_id, parent_id, source_key, level, title, reference, reference_key, dates, path,"
    " label, indicator, housing, profile, version, is_gone, needs_split",
    "listed_in": "thing_id, collection_id, is_gone",
    "barcode": "value, thing_id, place_id, person_id, bound_seq, retired_at",
}
_CHUNK = 1_000


class _CopyBooks(SqliteBooks):
    """A temporary file that nobody else sees and that need not outlive a crash; places and people are not copied."""

    @property
    def profile(self) -> dict[str, int | str]:
        """The settings of each connection, by pragma."""
        return super().profile | {"foreign_keys": 0, "synchronous": 0, "journal_mode": "memory"}


@contextmanager
def rehearse(books: Books, clock: Clock) -> Iterator[SqlImporting]:
    """Open an intake into a copy."""
    with tempfile.TemporaryDirectory(prefix="archroom-") as folder:
        copy = _CopyBooks(Path(folder) / "copy.db", is_new=True)
        try:
            with copy.connection_context():
                schema.create_all(copy)
            first_number = _found(books, copy)
            yield SqlImporting(copy, clock, _CopyOnAsking(copy, books), BatchWriter(copy, False, first_number))
        finally:
            copy.shut()


def _found(books: Books, copy: Books) -> int:
    """Make the copy a house of its own; return the first number for new things, which the books have given to none."""
    with look(books):
        house = books.row("SELECT id, uuid, digest_key, founded_at FROM house")
        highest = books.row("SELECT coalesce(max(id), 0) FROM thing")
    with look(copy):
        if house is not None:
            copy.run("INSERT INTO house (id, uuid, digest_key, founded_at) VALUES (?, ?, ?, ?)", house)
    return 1 + (int(highest[0]) if highest else 0)


class _CopyOnAsking(Known):
    """Answers from the copy, after copying from the books what it is asked for."""

    def __init__(self, copy: Books, books: Books) -> None:
        super().__init__(copy)
        self._real = books
        self._real_known = Known(books)

    def collection(self, key: str) -> KnownCollection | None:
        """Return a collection, with all that its finding aid names copied."""
        known = super().collection(key)
        if known is not None:
            return known
        with look(self._real):
            row = self._real.row(
                "SELECT id, key, title, reference, dates, source_name, source_digest FROM collection WHERE key = ?", (key,)
            )
            if row is None:
                return None
            self._books.run(
                "INSERT INTO collection (id, key, title, reference, dates, source_name, source_digest)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            for numbers in self._things_of(row[0]):
                self._copy(numbers)
        return super().collection(key)

    def bound(self, barcodes: Sequence[str]) -> dict[str, Bound]:
        """Return what barcodes are bound to."""
        missing = sorted(set(barcodes) - super().bound(barcodes).keys())
        if missing:
            with look(self._real):
                owners = self._real_known.bound(missing)
                self._copy([owner.thing_id for owner in owners.values() if owner.thing_id is not None])
                self._copy_rows("barcode", f"value IN ({marks(missing)})", missing)
        return super().bound(barcodes)

    def addresses(self, values: Sequence[str]) -> set[str]:
        """Return which of these are addresses of places; those are not copied."""
        with look(self._real):
            return self._real_known.addresses(values)

    def by_key(self, keys: Sequence[bytes]) -> dict[bytes, Found]:
        """Return things by the keys of their records."""
        missing = sorted(set(keys) - super().by_key(keys).keys())
        if missing:
            with look(self._real):
                self._copy([thing.thing_id for thing in self._real_known.by_key(missing).values()])
        return super().by_key(keys)

    def _things_of(self, collection_id: int) -> Iterator[list[int]]:
        after = 0
        while True:
            rows = self._real.rows(
                "SELECT thing_id FROM description WHERE collection_id = ? AND thing_id > ? UNION"
                " SELECT thing_id FROM listed_in WHERE collection_id = ? AND thing_id > ? ORDER BY thing_id LIMIT ?",
                (collection_id, after, collection_id, after, _CHUNK),
            )
            if not rows:
                return
            yield [row[0] for row in rows]
            after = rows[-1][0]

    def _copy(self, thing_ids: Sequence[int]) -> None:
        """Copy things that are not copied yet, with their descriptions, finding aids and barcodes."""
        there = {thing.thing_id for thing in self.by_number(thing_ids).values()}
        missing = [thing_id for thing_id in thing_ids if thing_id not in there]
        if missing:
            for table in _COPIED:
                self._copy_rows(table, f"{'id' if table == 'thing' else 'thing_id'} IN ({marks(missing)})", missing)

    def _copy_rows(self, table: str, condition: str, values: Sequence[int] | Sequence[str]) -> None:
        columns = _COPIED[table]
        rows: list[Row] = self._real.rows(f"SELECT {columns} FROM {table} WHERE {condition}", values)
        held = ", ".join("?" for _ in columns.split(","))
        self._books.run_many(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({held})", rows)
