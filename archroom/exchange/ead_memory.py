"""Names that a reader has to remember over a whole file, however long it is, in a bounded piece of memory."""

from __future__ import annotations

import sqlite3

HELD = 210_000


class NameTable:
    """What was said of each name: the newest in memory, the older ones in a temporary file that vanishes by itself."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._newest: dict[str, str] = {}
        self._older: sqlite3.Connection | None = None

    def get(self, name: str) -> str | None:
        """Return what was put for a name, None if nothing was."""
        value = self._newest.get(name)
        if value is not None or self._older is None:
            return value
        row = self._older.execute("select value from older where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, name: str, value: str) -> None:
        """Remember something for a name in place of what was there."""
        self._newest[name] = value
        if len(self._newest) >= self._held:
            self._move()

    def close(self) -> None:
        """Forget everything and give the temporary file back."""
        self._newest.clear()
        if self._older is not None:
            self._older.close()
            self._older = None

    def _move(self) -> None:
        if self._older is None:
            self._older = sqlite3.connect("", isolation_level=None)
            self._older.execute("pragma journal_mode = off")
            self._older.execute("create table older (name text primary key, value text not null) without rowid")
        self._older.execute("begin")
        self._older.executemany("insert or replace into older values (?, ?)", sorted(self._newest.items()))
        self._older.execute("commit")
        self._newest.clear()
