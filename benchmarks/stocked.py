"""Books with a generated house in them, written in bulk with their events, for benchmarks and tests.

Run by itself it makes a file: `python -m benchmarks.stocked ITEMS FILE`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice

from archroom.core.acts import Act, ActKind, BarcodeBound, Described, Owner, Performer, ThingMade
from archroom.core.comparing import exact_key
from archroom.core.holdings import PlaceKind, ThingKind, Whereabouts
from archroom.core.rooms import Block, Carriage, End, Face, NamedPlace, RoomPlan, StaticShelving
from archroom.store import chain, search
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import unit_of_work
from archroom.store.digests import described_thing
from benchmarks.house_of import SEED, Box, Collection, Item, collection_of, items_of

LOADER = Performer("loader", "benchmark/loader")
BATCH = 5_000
ROOM = RoomPlan(
    "R1",
    "Stack",
    (
        Block(
            1,
            "Block 1",
            End.LEFT,
            800,
            25,
            (False, False),
            (1,),
            (
                Carriage(1, False, 500, (Face.B,), 4, 5, 900),
                Carriage(2, True, 800, (Face.A, Face.B), 4, 5, 900),
                Carriage(3, True, 800, (Face.A, Face.B), 4, 5, 900),
                Carriage(4, False, 500, (Face.A,), 4, 5, 900),
            ),
        ),
    ),
    (StaticShelving("W1", "Wall", 1, (Face.A,), 2, 4, 900),),
    (NamedPlace("STG", PlaceKind.STAGING, "Returns"), NamedPlace("RR", PlaceKind.READING_ROOM, "Reading room")),
)

_THING = (
    "INSERT INTO thing (id, kind, custody, container_id, home_container_id, width_mm, made_seq)"
    " VALUES (?, ?, 'in', ?, ?, ?, ?)"
)
_DESCRIPTION = (
    "INSERT INTO description (thing_id, collection_id, level, title, reference, reference_key, dates, path, label,"
    " indicator, housing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class RealClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the present date."""
        return date.today()

    def monotonic(self) -> float:
        """Return seconds that only go forward."""
        return time.monotonic()


@dataclass
class _Batch:
    """Rows of one event."""

    things: list[tuple[int | str | None, ...]] = field(default_factory=list)
    descriptions: list[tuple[int | str | None, ...]] = field(default_factory=list)
    made: list[ThingMade] = field(default_factory=list)
    described: list[Described] = field(default_factory=list)
    barcodes: list[BarcodeBound] = field(default_factory=list)
    entries: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass
class Stocking:
    """Writes generated items and what they are in."""

    archive: SqlArchive
    next_id: int = 1
    boxes: dict[int, int] = field(default_factory=dict)
    """Numbers of things by numbers of boxes."""
    collections: dict[int, Collection] = field(default_factory=dict)

    def write(self, items: Iterable[Item]) -> None:
        """Write items in batches, each with its event."""
        remaining = iter(items)
        while batch := list(islice(remaining, BATCH)):
            with unit_of_work(self.archive.books):
                self._write(batch)

    def _write(self, items: list[Item]) -> None:
        books = self.archive.books
        row = books.row("SELECT digest_key FROM house")
        assert row is not None
        seq = chain.head(books)[0] + 1
        batch = _Batch()
        for item in items:
            collection = self._collection(item.box.collection)
            if item.box.number not in self.boxes:
                self.boxes[item.box.number] = self._box(batch, item.box, collection, seq, row[0])
            self._item(batch, item, collection, seq, row[0])
        books.run_many(_THING, batch.things)
        books.run_many(_DESCRIPTION, batch.descriptions)
        books.run_many(
            "INSERT INTO barcode (value, thing_id, bound_seq) VALUES (?, ?, ?)",
            [(bound.value, bound.owner_id, seq) for bound in batch.barcodes],
        )
        search.add(books, batch.entries)
        act = Act(
            ActKind.RECORDS_IMPORTED,
            things_made=tuple(batch.made),
            barcodes_bound=tuple(batch.barcodes),
            described=tuple(batch.described),
        )
        chain.append(books, act, LOADER, self.archive.clock.now())

    def _collection(self, number: int) -> Collection:
        if number not in self.collections:
            made = self.collections[number] = collection_of(number)
            self.archive.books.run(
                "INSERT INTO collection (id, key, title, reference, dates) VALUES (?, ?, ?, ?, '')",
                (number, f"generated-{number}", made.title, made.reference),
            )
        return self.collections[number]

    def _box(self, batch: _Batch, box: Box, collection: Collection, seq: int, key: bytes) -> int:
        title = f"Box {box.indicator}, {collection.title}"
        fields = (title, "", "", "", "[]", "Box", str(box.indicator), "", "")
        thing_id = self._thing(batch, ThingKind.BOX, Whereabouts(), box.width_mm, fields, collection, seq, key)
        batch.barcodes.append(BarcodeBound(box.barcode, Owner.THING, thing_id))
        return thing_id

    def _item(self, batch: _Batch, item: Item, collection: Collection, seq: int, key: bytes) -> None:
        box_id = self.boxes[item.box.number]
        where = Whereabouts(container_id=box_id, home_container_id=box_id)
        path = json.dumps(item.path, ensure_ascii=False)
        fields = (item.title, item.reference, item.dates, "file", path, "", "", f"Box {item.box.indicator}", "")
        self._thing(batch, ThingKind.ITEM, where, None, fields, collection, seq, key)

    def _thing(
        self,
        batch: _Batch,
        kind: ThingKind,
        where: Whereabouts,
        width_mm: int | None,
        fields: tuple[str, ...],
        collection: Collection,
        seq: int,
        key: bytes,
    ) -> int:
        thing_id = self.next_id
        self.next_id += 1
        title, reference, dates, level, path, label, indicator, housing, _ = fields
        batch.things.append((thing_id, kind.value, where.container_id, where.home_container_id, width_mm, seq))
        batch.descriptions.append(
            (
                thing_id,
                collection.number,
                level,
                title,
                reference,
                exact_key(reference),
                dates,
                path,
                label,
                indicator,
                housing,
            )
        )
        batch.made.append(ThingMade(thing_id, kind, where))
        batch.described.append(described_thing(key, thing_id, 1, fields, width_mm))
        words = search.words_of(kind.value, title, reference, label, indicator, housing, path, collection.title)
        batch.entries.append((thing_id, words))
        return thing_id


def stock(archive: SqlArchive, count: int, seed: int = SEED) -> Stocking:
    """Build a room and write `count` generated items with their boxes and collections, and one person."""
    with archive.writing() as books:
        books.commit(books.new_room(ROOM), LOADER)
    with archive.writing() as books:
        _, act = books.new_person("Ann Reader")
        books.commit(act, LOADER)
    stocking = Stocking(archive)
    stocking.write(items_of(count, seed))
    return stocking


if __name__ == "__main__":
    began = time.monotonic()
    made = open_archive(f"sqlite:///{sys.argv[2]}", RealClock(), create=True)
    stock(made, int(sys.argv[1]))
    made.close()
    print(f"{sys.argv[1]} items in {time.monotonic() - began:.0f} s", file=sys.stderr)
