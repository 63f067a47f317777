"""Where the records of one file wait, outside the books and outside any lock, until all of them have been read.

Temporary files that vanish by themselves hold them, so a file of any size takes a bounded piece of memory (9 bytes a
container grow with it), and a file that turns out bad at its end has changed nothing. A container that is mentioned again is
completed, never emptied.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import NamedTuple

from archroom.core.merging import container_name, container_title, housing_of
from archroom.core.records import ComponentRecord, ContainerRecord, FindingAid, ImportCounts, Record
from archroom.errors import ReadOnlyDatabase, say
from archroom.store.digests import DESCRIPTION_FIELDS
from archroom.store.import_spool import NumberedNames, Spool

BETWEEN = "\x1f"
"""What stands between the names of containers that are in each other."""
_REPORTED_EACH = 2_000
_NO_PATH = "[]"
_LABEL, _INDICATOR = DESCRIPTION_FIELDS.index("label"), DESCRIPTION_FIELDS.index("indicator")


class StagedContainer(NamedTuple):
    """A container as it waits."""

    no: int
    key: bytes
    kind: str
    barcode: str
    parent: int
    """Number of the container it is in, 0 at the top."""
    needs_split: int
    fields: tuple[str, ...]
    """Its description, as `digests.DESCRIPTION_FIELDS`."""

    @property
    def label(self) -> str:
        """Its type as written."""
        return self.fields[_LABEL]

    @property
    def indicator(self) -> str:
        """Its number or text."""
        return self.fields[_INDICATOR]


class StagedComponent(NamedTuple):
    """A component as it waits."""

    no: int
    key: bytes
    parent: int
    """Number of the component above it, 0 at the top."""
    containers: tuple[int, ...]
    """Numbers of its containers."""
    fields: tuple[str, ...]
    """Its description, as `digests.DESCRIPTION_FIELDS`."""


class Staging:
    """The records of one file."""

    def __init__(self) -> None:
        self._containers: Spool[StagedContainer] = Spool(StagedContainer._make)
        self._components: Spool[StagedComponent] = Spool(StagedComponent._make)
        self._present = sqlite3.connect("", isolation_level=None)
        self._present.execute("PRAGMA journal_mode = off")
        self._present.execute("CREATE TABLE present (thing_id INTEGER PRIMARY KEY)")
        self._things = array("q", [0])
        self._keys_in_books: dict[int, bytes] = {}
        self._profiles: dict[int, str] = {}
        self._barcodes: set[str] | None = None
        self.finding_aid = FindingAid("", "", "", "")
        self.collection_title = ""
        """Title under which containers are called; settled once the collection has been looked up."""
        self.digest = b""
        """SHA-256 of all that was read."""
        self.counts = ImportCounts()
        self.records_read = 0

    def close(self) -> None:
        """Let everything vanish."""
        self._containers.close()
        self._components.close()
        self._present.close()

    def fill(self, records: Iterable[Record], progress: Callable[[int], None]) -> None:
        """Read all records; raises what their reader raises, and ReadOnlyDatabase if the temporary folder is full."""
        filling = _Filling(self._containers, self._components)
        try:
            for count, record in enumerate(records, 1):
                filling.take(record)
                self.records_read = count
                if count % _REPORTED_EACH == 0:
                    progress(count)
            self._containers.finish()
            self._components.finish()
        except (sqlite3.OperationalError, OSError) as error:
            message = say("The folder for temporary files takes no more: {reason}", reason=str(error))
            raise ReadOnlyDatabase(message) from error
        finally:
            filling.names.close()
        if filling.finding_aid is None:
            raise ValueError("records begin with their finding aid")
        self.finding_aid = filling.finding_aid
        self.digest = self._digest(filling)
        self._profiles = filling.profiles
        self._things.frombytes(bytes(self._containers.count * self._things.itemsize))
        self.counts = ImportCounts(
            items=self._components.count,
            containers=self._containers.count,
            barcodes=filling.barcodes,
            cut_titles=filling.cut_titles,
        )

    def _digest(self, filling: _Filling) -> bytes:
        """Return the digest of all that was read: of the rows as they wait, and of what completes them."""
        rest = json.dumps([astuple(self.finding_aid), sorted(filling.profiles.items())])
        return hashlib.sha256(self._containers.digest.digest() + self._components.digest.digest() + rest.encode()).digest()

    def containers(self) -> Iterator[StagedContainer]:
        """Yield the containers, each after the one it is in."""
        for container in self._containers:
            names, *fields, profile = container.fields
            title = container_title(names.split(BETWEEN), self.collection_title)
            yield container._replace(fields=(title, *fields, self._profiles.get(container.no, profile)))

    def components(self) -> Iterator[StagedComponent]:
        """Yield the components, each after its parent."""
        return iter(self._components)

    def thing_of(self, container_no: int) -> int:
        """Return the thing that a container is: 0 while none, below 0 while it is about to be written."""
        return self._things[container_no]

    def set_thing(self, container_no: int, thing_id: int) -> None:
        """Note the thing that a container is."""
        self._things[container_no] = thing_id

    def key_in_books(self, container_no: int) -> bytes | None:
        """Return the key under which the books have a container or will have it, None if that is its own."""
        return self._keys_in_books.get(container_no)

    def set_key_in_books(self, container_no: int, key: bytes) -> None:
        """Note another key than its own for a container."""
        self._keys_in_books[container_no] = key

    def names_barcode(self, value: str) -> bool:
        """Whether the file names a barcode; asked only of boxes whose barcodes the file may have left out."""
        if self._barcodes is None:
            self._barcodes = {container.barcode for container in self._containers}
        return value in self._barcodes

    def claim(self, thing_id: int) -> bool:
        """Note that the file names a thing of the books; return whether it had not named it before."""
        return self._present.execute("INSERT OR IGNORE INTO present VALUES (?)", (thing_id,)).rowcount == 1

    def absent(self, thing_ids: Sequence[int]) -> list[int]:
        """Return which things the file does not name, of those that were in the books before."""
        listed = ",".join(map(str, thing_ids))
        found = self._present.execute(f"SELECT thing_id FROM present WHERE thing_id IN ({listed})")
        present = {row[0] for row in found}
        return [thing_id for thing_id in thing_ids if thing_id not in present]


class _Filling:
    """Reading the records of a file into their files."""

    def __init__(self, containers: Spool[StagedContainer], components: Spool[StagedComponent]) -> None:
        self.finding_aid: FindingAid | None = None
        self.cut_titles = 0
        self.barcodes = 0
        self.profiles: dict[int, str] = {}
        """Profiles of containers that their first mention did not tell, by number."""
        self.names = NumberedNames()
        """Number of each container by its key, and its name with those around it, outermost first."""
        self._containers = containers
        self._components = components
        self._has_profile = bytearray(1)
        self._open: list[tuple[str, int]] = []
        self._path: tuple[str, ...] = ()
        self._path_text = _NO_PATH

    def take(self, record: Record) -> None:
        """Put a record into its file."""
        if isinstance(record, ComponentRecord):
            self._take_component(record)
        elif isinstance(record, ContainerRecord):
            self._take_container(record)
        else:
            self.finding_aid = record
            self.cut_titles += record.is_title_cut

    def _take_container(self, record: ContainerRecord) -> None:
        known = self.names.get(record.key)
        if known is not None:
            if record.profile and not self._has_profile[known[0]]:
                self._has_profile[known[0]] = True
                self.profiles[known[0]] = record.profile
            return
        parent = 0
        names = container_name(record.kind, record.label, record.indicator)
        if record.parent_key:
            parent, around = self._known(record.parent_key)
            names = around + BETWEEN + names
        number = self._containers.count + 1
        self._has_profile.append(record.profile != "")
        self.barcodes += record.barcode != ""
        self.names.put(record.key, number, names)
        self._containers.add(
            (
                number,
                bytes.fromhex(record.key),
                record.kind.value,
                record.barcode,
                parent,
                int(record.needs_split),
                (names, "", "", "", _NO_PATH, record.label, record.indicator, "", record.profile),
            )
        )

    def _take_component(self, record: ComponentRecord) -> None:
        self.cut_titles += record.is_title_cut
        while self._open and self._open[-1][0] != record.parent_key:
            self._open.pop()
        if record.parent_key and not self._open:
            raise ValueError("a component comes in document order, after its parent")
        number = self._components.count + 1
        parent = self._open[-1][1] if self._open else 0
        self._open.append((record.key, number))
        if record.path != self._path:
            self._path = record.path
            self._path_text = json.dumps(record.path, ensure_ascii=False)
        within = [self._known(key) for key in record.container_keys]
        housing = housing_of([names.split(BETWEEN) for _, names in within])
        title, reference, dates, level = record.title, record.reference, record.dates, record.level
        self._components.add(
            (
                number,
                bytes.fromhex(record.key),
                parent,
                tuple([no for no, _ in within]),
                (title, reference, dates, level, self._path_text, "", "", housing, ""),
            )
        )

    def _known(self, key: str) -> tuple[int, str]:
        known = self.names.get(key)
        if known is None:
            raise ValueError("a container comes before what is in it")
        return known
