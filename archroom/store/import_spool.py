"""Temporary files that an import writes once and reads in order, and names it looks up, in a bounded piece of memory."""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

_ROWS_HELD = 2_000
_NAMES_HELD = 220_000
_CHARACTERS_HELD = 20_000_000
_LENGTH_BYTES = 4

RowT = TypeVar("RowT", bound=tuple[Any, ...])


class Spool(Generic[RowT]):
    """Rows in the order in which they were added; to be read when all of them are there, as often as one likes."""

    def __init__(self, make: Callable[[tuple[Any, ...]], RowT]) -> None:
        self.count = 0
        self.digest = hashlib.sha256()
        """Of all rows, as they are written."""
        self._make = make
        self._file = tempfile.TemporaryFile(prefix="archroom-")
        self._waiting: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        """Add a row."""
        self.count += 1
        self._waiting.append(row)
        if len(self._waiting) >= _ROWS_HELD:
            self.finish()

    def finish(self) -> None:
        """Write what waits."""
        rows = pickle.dumps(self._waiting, pickle.HIGHEST_PROTOCOL)
        self.digest.update(rows)
        self._file.write(len(rows).to_bytes(_LENGTH_BYTES, "big") + rows)
        self._waiting.clear()

    def __iter__(self) -> Iterator[RowT]:
        place = 0
        while True:
            self._file.seek(place)
            head = self._file.read(_LENGTH_BYTES)
            if not head:
                return
            rows: list[tuple[Any, ...]] = pickle.loads(self._file.read(int.from_bytes(head, "big")))
            place = self._file.tell()
            yield from map(self._make, rows)

    def close(self) -> None:
        """Let the file vanish."""
        self._file.close()


class NumberedNames:
    """A number and a text for each name: the newest in memory, the older ones in a temporary database."""

    def __init__(self, held: int = _NAMES_HELD) -> None:
        self._held = held
        self._characters = 0
        self._newest: dict[str, tuple[int, str]] = {}
        self._older: sqlite3.Connection | None = None

    def get(self, name: str) -> tuple[int, str] | None:
        """Return what was put for a name."""
        found = self._newest.get(name)
        if found is not None or self._older is None:
            return found
        row = self._older.execute("SELECT number, text FROM older WHERE name = ?", (name,)).fetchone()
        return None if row is None else (row[0], row[1])

    def put(self, name: str, number: int, text: str) -> None:
        """Put number and text for a name that has none."""
        self._newest[name] = (number, text)
        self._characters += len(text)
        if len(self._newest) >= self._held or self._characters >= _CHARACTERS_HELD:
            self._move()

    def close(self) -> None:
        """Forget everything."""
        self._newest.clear()
        if self._older is not None:
            self._older.close()
            self._older = None

    def _move(self) -> None:
        if self._older is None:
            self._older = sqlite3.connect("", isolation_level=None)
            self._older.execute("PRAGMA journal_mode = off")
            self._older.execute("CREATE TABLE older (name TEXT PRIMARY KEY, number INTEGER, text TEXT) WITHOUT ROWID")
        rows = sorted((name, number, text) for name, (number, text) in self._newest.items())
        self._older.execute("BEGIN")
        self._older.executemany("INSERT INTO older VALUES (?, ?, ?)", rows)
        self._older.execute("COMMIT")
        self._newest.clear()
        self._characters = 0
