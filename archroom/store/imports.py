"""`core.ports.Importing` on the tables: the records of one file, staged, compared and written in short batches.

Reading the file, comparing it with the books and preparing what is to be written all happen outside the write lock. Each
batch is one transaction with one event. A file that was taken in half is completed by taking it in again: every batch is
whole, every record is compared with what is there, and that the file is whole is noted last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

from archroom.core.acts import Performer
from archroom.core.merging import merged
from archroom.core.ports import Clock, FileImported
from archroom.core.records import Record
from archroom.store.connections import Books
from archroom.store.database import look, unit_of_work
from archroom.store.import_batch import Batch, BatchWriter
from archroom.store.import_comparing import Comparing
from archroom.store.import_known import Known, KnownCollection
from archroom.store.import_matching import Matching
from archroom.store.import_retitling import begin_retitling, retitle
from archroom.store.import_staging import Staging

_AIMED_LOCK_S = 0.5
SMALLEST_BATCH, FIRST_BATCH, LARGEST_BATCH = 100, 2_500, 10_000
"""Records in a batch: a small one wastes a commit, a large one memory."""
_ROLL_CALL = 5_000


class SqlImporting:
    """The bulk intake of records into the books."""

    def __init__(self, books: Books, clock: Clock, known: Known | None = None, writer: BatchWriter | None = None) -> None:
        self._books = books
        self._clock = clock
        self._known = known or Known(books)
        self._writer = writer or BatchWriter(books)

    def take_in(
        self, name: str, records: Iterable[Record], performer: Performer, progress: Callable[[int], None]
    ) -> FileImported:
        """Take in the records of one file; see `core.ports.Importing`."""
        with closing(Staging()) as staging:
            staging.fill(records, progress)
            return FileIntake(self._books, self._clock, self._known, self._writer, staging, name).run(performer, progress)

    @contextmanager
    def rehearsal(self) -> Iterator[SqlImporting]:
        """Open an intake that works on a copy of what the files touch."""
        from archroom.store.import_rehearsal import rehearse  # loaded only for a dry run

        with rehearse(self._books, self._clock) as importing:
            yield importing


@dataclass(slots=True)
class FileIntake:
    """One staged file on its way into the books."""

    books: Books
    clock: Clock
    known: Known
    writer: BatchWriter
    staging: Staging
    name: str
    limit: int = field(default_factory=lambda: FIRST_BATCH)
    """Records of the next batch."""
    part: int = 0
    """Batches written so far."""
    gone: int = 0
    highest_before: int = 0
    """Number of the last thing that was in the books before."""
    batch: Batch = field(default_factory=Batch)

    def run(self, performer: Performer, progress: Callable[[int], None]) -> FileImported:
        """Compare and write; return what the file held and changed."""
        finding_aid = self.staging.finding_aid
        held = self.staging.counts
        records = held.items + held.containers
        with look(self.books):
            known = self.known.collection(finding_aid.key)
            self.highest_before = self.known.highest()
        if known is not None and known.digest == self.staging.digest and known.former_title is None:
            progress(self.staging.records_read + records)
            return FileImported(self.name, finding_aid.key, known.title, replace(held, unchanged=records))
        Matching(self.books, self.known, self.staging, known.id if known else None).match()
        comparing = self._begin(known, performer)
        for done in self._compare(comparing, performer):
            progress(self.staging.records_read + done)
        if known is not None:
            self._call_roll(comparing.collection.id, performer, comparing)
        self._finish(comparing, performer)
        counts = replace(
            held, added=comparing.added, changed=comparing.changed, unchanged=comparing.unchanged, gone=self.gone
        )
        return FileImported(self.name, finding_aid.key, comparing.collection.title, counts, tuple(comparing.named))

    def _begin(self, known: KnownCollection | None, performer: Performer) -> Comparing:
        """Settle the title of the collection, in the index too, before anything is indexed under it."""
        finding_aid = self.staging.finding_aid
        told = (finding_aid.title, finding_aid.reference, finding_aid.dates)
        if known is None:
            title = finding_aid.title or finding_aid.key
            collection = KnownCollection(0, title, finding_aid.reference, finding_aid.dates, None, None)
        else:
            title, reference, dates = merged((known.title, known.reference, known.dates), told)
            collection = KnownCollection(known.id, title, reference, dates, None, None)
            if self.writer.is_indexed and known.former_title is not None:
                retitle(self.books, known.id)
            if title != known.title:
                begin_retitling(self.books, self.clock, finding_aid.key, title, performer, self.name)
                if self.writer.is_indexed:
                    retitle(self.books, known.id)
        self.staging.collection_title = collection.title
        with look(self.books):
            row = self.books.row("SELECT digest_key FROM house WHERE id = 1")
        house_key = bytes(row[0]) if row else b""
        return Comparing(
            self.books,
            self.known,
            self.staging,
            collection,
            house_key,
            is_new=known is None,
            is_indexed=self.writer.is_indexed,
            first_unreal=self.writer.first_number,
        )

    def _compare(self, comparing: Comparing, performer: Performer) -> Iterator[int]:
        """Compare all records and write what is due; yield how many are done."""
        done = 0
        containers = self.staging.containers()
        while boxes := list(islice(containers, self.limit)):
            comparing.containers(boxes, self.batch)
            done += len(boxes)
            self._write_if_due(comparing, performer)
            yield done
        components = self.staging.components()
        while chunk := list(islice(components, self.limit)):
            comparing.components(chunk, self.batch)
            done += len(chunk)
            self._write_if_due(comparing, performer)
            yield done

    def _call_roll(self, collection_id: int, performer: Performer, comparing: Comparing) -> None:
        """Mark what the file does not name any more."""
        after = 0
        while items := self._listed(self.known.items_of, collection_id, after):
            absent = self._absent(items)
            comparing.note_gone(absent)
            self.batch.gone += absent
            after = items[-1][0]
            self._write_if_due(comparing, performer)
        after = 0
        while containers := self._listed(self.known.containers_of, collection_id, after):
            absent = self._absent(containers)
            comparing.note_gone(absent)
            with look(self.books):
                elsewhere = self.known.listed_elsewhere(collection_id, absent)
            self.batch.delistings += absent
            self.batch.gone += [thing_id for thing_id in absent if thing_id not in elsewhere]
            after = containers[-1][0]
            self._write_if_due(comparing, performer)

    def _absent(self, listed: list[tuple[int, bool]]) -> list[int]:
        """Return which of the things that were there before are not in the file and not marked so yet."""
        return self.staging.absent(
            [thing_id for thing_id, is_gone in listed if not is_gone and thing_id <= self.highest_before]
        )

    def _listed(
        self, question: Callable[[int, int, int], list[tuple[int, bool]]], collection_id: int, after: int
    ) -> list[tuple[int, bool]]:
        with look(self.books):
            return question(collection_id, after, _ROLL_CALL)

    def _write_if_due(self, comparing: Comparing, performer: Performer) -> None:
        if len(self.batch) >= self.limit:
            self._write(comparing, performer)

    def _write(self, comparing: Comparing, performer: Performer, is_last: bool = False) -> None:
        """Write what is waiting, if anything is, and aim at a fitting time for the next batch."""
        batch = self.batch
        if not len(batch) and not is_last:
            return
        begun = time.monotonic()
        gone = len(set(batch.gone).union(batch.delistings))

        def facts(is_last_of_batch: bool) -> dict[str, str | int]:
            self.part += 1
            return self._facts(gone if is_last_of_batch else 0, is_last and is_last_of_batch)

        with unit_of_work(self.books):
            collection_id = self._collection_row(comparing.collection, is_last)
            real = self.writer.write(batch, collection_id, performer, self.clock.now(), facts)
        self.gone += gone
        took = max(time.monotonic() - begun, 0.001)
        comparing.collection = comparing.collection._replace(id=collection_id)
        for number, no in batch.container_numbers:
            self.staging.set_thing(no, real(number))
        comparing.settle(real)
        self.batch = Batch()
        self.limit = max(SMALLEST_BATCH, min(LARGEST_BATCH, int(self.limit * _AIMED_LOCK_S / took)))

    def _collection_row(self, collection: KnownCollection, is_last: bool) -> int:
        """Write the collection's row as far as it may be written now, and return its number."""
        digest = self.staging.digest if is_last else None
        described = (collection.reference, collection.dates, self.name, digest)
        if collection.id:
            self.books.run(
                "UPDATE collection SET reference = ?, dates = ?, source_name = ?, source_digest = ? WHERE id = ?",
                (*described, collection.id),
            )
            return collection.id
        self.books.run(
            "INSERT INTO collection (key, title, reference, dates, source_name, source_digest) VALUES (?, ?, ?, ?, ?, ?)",
            (self.staging.finding_aid.key, collection.title, *described),
        )
        row = self.books.row("SELECT id FROM collection WHERE key = ?", (self.staging.finding_aid.key,))
        return int(row[0]) if row else 0

    def _facts(self, gone: int, is_last: bool) -> dict[str, str | int]:
        facts: dict[str, str | int] = {"file": self.name, "collection": self.staging.finding_aid.key, "part": self.part}
        if gone:
            facts["gone"] = gone
        if is_last:
            held = self.staging.counts
            facts |= {"parts": self.part, "items": held.items, "containers": held.containers, "barcodes": held.barcodes}
        return facts

    def _finish(self, comparing: Comparing, performer: Performer) -> None:
        """Note that the file is whole: with the last batch, or by itself where the file changed nothing."""
        collection = comparing.collection
        if len(self.batch) or self.part or not collection.id:
            self._write(comparing, performer, is_last=True)
            return
        with unit_of_work(self.books):
            self._collection_row(collection, is_last=True)
