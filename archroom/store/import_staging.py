"""Where the records of one file wait, outside the books and outside any lock, until all of them have been read.

A temporary database that vanishes by itself holds them, so a file of any size takes a bounded piece of memory, and a file
that turns out bad at its end has changed nothing. A container that is mentioned again is completed, never emptied.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from archroom.core.holdings import ThingKind
from archroom.core.merging import container_name
from archroom.core.records import ComponentRecord, ContainerRecord, FindingAid, ImportCounts, Record
from archroom.errors import ReadOnlyDatabase, say

_ROWS_HELD = 2_000
_KEYS_HELD = 50_000
_TABLES = (
    "CREATE TABLE container (no INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, kind TEXT, label TEXT, indicator TEXT,"
    " barcode TEXT, profile TEXT, parent INTEGER, needs_split INTEGER, housing TEXT, thing_id INTEGER DEFAULT 0,"
    " source_key BLOB, title TEXT DEFAULT '')",
    "CREATE TABLE component (no INTEGER PRIMARY KEY, key BLOB NOT NULL, parent INTEGER, level TEXT, reference TEXT,"
    " title TEXT, dates TEXT, path TEXT, containers TEXT, thing_id INTEGER DEFAULT 0)",
)


class StagedContainer(NamedTuple):
    """A container as it waits, with what is known of the one it is in."""

    no: int
    key: bytes
    kind: str
    label: str
    indicator: str
    barcode: str
    profile: str
    parent: int
    """Number of the container it is in, 0 at the top."""
    needs_split: int
    thing_id: int
    """Number of the thing it is in the books: 0 while none, below 0 while that thing is about to be written."""
    source_key: bytes | None
    """Key under which the books have that thing, if not under this one."""
    parent_thing_id: int
    parent_source_key: bytes | None
    parent_title: str


class StagedComponent(NamedTuple):
    """A component as it waits."""

    no: int
    key: bytes
    parent: int
    level: str
    reference: str
    title: str
    dates: str
    path: str
    containers: str
    """Numbers of its containers, with blanks between them."""


class Staging:
    """The records of one file."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None)
        for setting in ("journal_mode = off", "synchronous = off", "cache_size = -16000"):
            self._rows.execute(f"PRAGMA {setting}")
        for table in _TABLES:
            self._rows.execute(table)
        self.finding_aid = FindingAid("", "", "", "")
        self.digest = b""
        """SHA-256 of all that was read."""
        self.counts = ImportCounts()

    def close(self) -> None:
        """Let everything vanish."""
        self._rows.close()

    def fill(self, records: Iterable[Record], progress: Callable[[int], None]) -> None:
        """Read all records; raises what their reader raises, and ReadOnlyDatabase if the temporary folder is full."""
        try:
            self._rows.execute("BEGIN")
            filling = _Filling(self._rows)
            for count, record in enumerate(records):
                filling.take(record)
                if count % _ROWS_HELD == 0:
                    progress(count)
            filling.finish()
            self._rows.execute("CREATE UNIQUE INDEX component_key ON component (key)")
            self._rows.execute("COMMIT")
        except sqlite3.OperationalError as error:
            message = say("The folder for temporary files takes no more: {reason}", reason=str(error))
            raise ReadOnlyDatabase(message) from error
        if filling.finding_aid is None:
            raise ValueError("records begin with their finding aid")
        self.finding_aid = filling.finding_aid
        self.digest = filling.digest.digest()
        barcodes = self._number("SELECT count(*) FROM container WHERE barcode <> ''")
        containers = self._number("SELECT count(*) FROM container")
        items = self._number("SELECT count(*) FROM component")
        self.counts = ImportCounts(items, containers, barcodes, cut_titles=filling.cut_titles)

    def containers(self, after: int, limit: int) -> list[StagedContainer]:
        """Return the next containers, each after the one it is in."""
        found = self._rows.execute(
            "SELECT c.no, c.key, c.kind, c.label, c.indicator, c.barcode, c.profile, c.parent, c.needs_split, c.thing_id,"
            " c.source_key, coalesce(p.thing_id, 0), p.source_key, coalesce(p.title, '')"
            " FROM container c LEFT JOIN container p ON p.no = c.parent WHERE c.no > ? ORDER BY c.no LIMIT ?",
            (after, limit),
        )
        return [StagedContainer._make(row) for row in found]

    def components(self, after: int, limit: int) -> list[StagedComponent]:
        """Return the next components, each after its parent."""
        found = self._rows.execute(
            "SELECT no, key, parent, level, reference, title, dates, path, containers FROM component WHERE no > ?"
            " ORDER BY no LIMIT ?",
            (after, limit),
        )
        return [StagedComponent._make(row) for row in found]

    def housed(self, numbers: Iterable[int]) -> dict[int, tuple[int, str]]:
        """Return thing and name in words of containers, by their numbers here."""
        found = self._rows.execute(
            f"SELECT no, thing_id, housing FROM container WHERE no IN ({','.join(map(str, numbers))})"
        )
        return {no: (thing_id, housing) for no, thing_id, housing in found}

    def things_of(self, numbers: Iterable[int]) -> dict[int, int]:
        """Return the things of components, by their numbers here."""
        found = self._rows.execute(f"SELECT no, thing_id FROM component WHERE no IN ({','.join(map(str, numbers))})")
        return dict(found)

    def set_containers(self, rows: Iterable[tuple[int, bytes | None, str, int]]) -> None:
        """Note the thing, its key in the books and its title of containers: rows end with the number here."""
        self._rows.executemany("UPDATE container SET thing_id = ?, source_key = ?, title = ? WHERE no = ?", rows)

    def set_container_things(self, rows: Iterable[tuple[int, int]]) -> None:
        """Note the things of containers: thing, then number here."""
        self._rows.executemany("UPDATE container SET thing_id = ? WHERE no = ?", rows)

    def set_component_things(self, rows: Iterable[tuple[int, int]]) -> None:
        """Note the things of components: thing, then number here."""
        self._rows.executemany("UPDATE component SET thing_id = ? WHERE no = ?", rows)

    def names_barcode(self, value: str) -> bool:
        """Whether the file names a barcode."""
        return self._rows.execute("SELECT 1 FROM container WHERE barcode = ? LIMIT 1", (value,)).fetchone() is not None

    def prepare_roll_call(self) -> None:
        """Make `absent` fast."""
        self._rows.execute("CREATE INDEX IF NOT EXISTS container_thing ON container (thing_id)")
        self._rows.execute("CREATE INDEX IF NOT EXISTS component_thing ON component (thing_id)")

    def absent(self, table: str, thing_ids: Sequence[int]) -> Iterator[int]:
        """Yield the things that the file does not name, of `container` or `component`."""
        listed = ",".join(map(str, thing_ids))
        found = self._rows.execute(f"SELECT DISTINCT thing_id FROM {table} WHERE thing_id IN ({listed})")
        present = {row[0] for row in found}
        return (thing_id for thing_id in thing_ids if thing_id not in present)

    def _number(self, statement: str) -> int:
        return int(self._rows.execute(statement).fetchone()[0])


class _Filling:
    """Reading the records of a file into their tables."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self.finding_aid: FindingAid | None = None
        self.digest = hashlib.sha256()
        self.cut_titles = 0
        self._rows = rows
        self._containers: dict[str, tuple[int, str]] = {}
        self._container_count = 0
        self._component_count = 0
        self._open: list[tuple[str, int]] = []
        self._path: tuple[str, ...] = ()
        self._path_text = "[]"
        self._waiting_containers: list[tuple[int | str | bytes, ...]] = []
        self._waiting_components: list[tuple[int | str | bytes, ...]] = []

    def take(self, record: Record) -> None:
        """Put a record into its table."""
        if isinstance(record, ComponentRecord):
            self._take_component(record)
        elif isinstance(record, ContainerRecord):
            self._take_container(record)
        else:
            self.finding_aid = record
            self.cut_titles += record.is_title_cut
            self._note(record.key, record.title, record.reference, record.dates)

    def finish(self) -> None:
        """Write what waits."""
        self._write_containers()
        self._write_components()

    def _note(self, *fields: str) -> None:
        self.digest.update(("\x1f".join(fields) + "\x1e").encode("utf-8", "surrogatepass"))

    def _take_container(self, record: ContainerRecord) -> None:
        self._note(record.key, record.label, record.indicator, record.barcode, record.profile, record.parent_key)
        if self._known(record.key) is not None:
            self._write_containers()
            self._rows.execute(
                "UPDATE container SET profile = CASE WHEN profile = '' THEN ? ELSE profile END WHERE key = ?",
                (record.profile, bytes.fromhex(record.key)),
            )
            return
        parent, around = (0, "")
        if record.parent_key:
            above = self._known(record.parent_key)
            if above is None:
                raise ValueError("a container comes after the one it is in")
            parent, around = above[0], above[1] + " "
        housing = around + container_name(record.kind, record.label, record.indicator)
        self._container_count += 1
        self._remember(record.key, (self._container_count, housing))
        self._waiting_containers.append(
            (
                self._container_count,
                bytes.fromhex(record.key),
                record.kind.value,
                record.label,
                record.indicator,
                record.barcode,
                record.profile,
                parent,
                int(record.needs_split),
                housing,
            )
        )
        if len(self._waiting_containers) >= _ROWS_HELD:
            self._write_containers()

    def _take_component(self, record: ComponentRecord) -> None:
        keys = record.container_keys
        self._note(
            record.key,
            record.parent_key,
            record.level,
            record.reference,
            record.title,
            record.dates,
            " ".join(keys),
        )
        self.cut_titles += record.is_title_cut
        while self._open and self._open[-1][0] != record.parent_key:
            self._open.pop()
        if record.parent_key and not self._open:
            raise ValueError("a component comes in document order, after its parent")
        parent = self._open[-1][1] if self._open else 0
        self._component_count += 1
        self._open.append((record.key, self._component_count))
        if record.path != self._path:
            self._path = record.path
            self._path_text = json.dumps(record.path, ensure_ascii=False)
        self._waiting_components.append(
            (
                self._component_count,
                bytes.fromhex(record.key),
                parent,
                record.level,
                record.reference,
                record.title,
                record.dates,
                self._path_text,
                " ".join([str(self._number_of(key)) for key in keys]),
            )
        )
        if len(self._waiting_components) >= _ROWS_HELD:
            self._write_components()

    def _number_of(self, key: str) -> int:
        known = self._known(key)
        if known is None:
            raise ValueError("a container comes before what is in it")
        return known[0]

    def _known(self, key: str) -> tuple[int, str] | None:
        found = self._containers.get(key)
        if found is None and self._container_count > len(self._containers):
            row = self._rows.execute("SELECT no, housing FROM container WHERE key = ?", (bytes.fromhex(key),)).fetchone()
            if row is not None:
                found = (row[0], row[1])
                self._remember(key, found)
        return found

    def _remember(self, key: str, found: tuple[int, str]) -> None:
        if len(self._containers) >= _KEYS_HELD:
            self._write_containers()
            self._containers.clear()
        self._containers[key] = found

    def _write_containers(self) -> None:
        self._rows.executemany(
            "INSERT INTO container (no, key, kind, label, indicator, barcode, profile, parent, needs_split, housing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._waiting_containers,
        )
        self._waiting_containers.clear()

    def _write_components(self) -> None:
        self._rows.executemany(
            "INSERT INTO component (no, key, parent, level, reference, title, dates, path, containers)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._waiting_components,
        )
        self._waiting_components.clear()


def kind_from(word: str) -> ThingKind:
    """Return the kind of a staged container."""
    return ThingKind(word)
