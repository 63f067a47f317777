"""Books for the custody machine: the same narrow house in memory, in a file and on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from manual_clock import ManualClock
from memory_archive import MemoryArchive

from archroom.core.holdings import PlaceKind, ThingKind
from archroom.core.ports import Archive
from archroom.core.rooms import Face, NamedPlace, RoomPlan, StaticShelving
from archroom.store import ledger
from archroom.store.archive import SqlArchive, open_archive
from benchmarks.house_of import Box, Item
from benchmarks.stocked import LOADER, Stocking

ROOM = RoomPlan(
    "R1",
    "Narrow room",
    (),
    (StaticShelving("W1", "Wall", 1, (Face.A,), 1, 3, 300),),
    (NamedPlace("STG", PlaceKind.STAGING, "Trolley"), NamedPlace("RR", PlaceKind.READING_ROOM, "Reading room")),
)
ADDRESSES = ("R1/W1/01/A/1/3", "R1/W1/01/A/1/2", "R1/W1/01/A/1/1", "R1/STG", "R1/RR")
PLACES: dict[str, tuple[str, int | None]] = {
    **dict.fromkeys(ADDRESSES[:3], ("shelf", 300)),
    "R1/STG": ("staging", None),
    "R1/RR": ("reading_room", None),
}
BOX_WIDTHS = (200, 160, 130)


class OpenBooks(Protocol):
    """Books that can be closed and opened again, as a process that ends and starts does."""

    @property
    def archive(self) -> Archive: ...

    def restart(self) -> None: ...

    def close(self, count: int) -> None:
        """Prove the ledger, which must hold so many entries, and close."""
        ...


class MemoryBooks:
    """Books in memory; they outlive their process."""

    def __init__(self, clock: ManualClock) -> None:
        self._archive = MemoryArchive(clock)
        self._archive.build(ROOM)
        for name in ("Ann", "Bob"):
            self._archive.add_person(name)
        for number, width in enumerate(BOX_WIDTHS, 1):
            box = self._archive.add_thing(ThingKind.BOX, f"Box {number}", width_mm=width)
            self._archive.add_thing(ThingKind.ITEM, f"Item {number}", within=box)

    @property
    def archive(self) -> Archive:
        return self._archive

    def restart(self) -> None:
        """Nothing is lost."""

    def close(self, count: int) -> None:
        assert len(self._archive.books.events) == count


class SqlBooks:
    """Books in a database."""

    def __init__(self, url: str, clock: ManualClock, drop: Callable[[str], None]) -> None:
        self._url, self._clock, self._drop = url, clock, drop
        self._archive = open_archive(url, clock, create=True)
        with self._archive.writing() as books:
            books.commit(books.new_room(ROOM), LOADER)
        for name in ("Ann", "Bob"):
            with self._archive.writing() as books:
                _, act = books.new_person(name)
                books.commit(act, LOADER)
        boxes = [Box(number, 1, number, width, f"3114{number}") for number, width in enumerate(BOX_WIDTHS, 1)]
        Stocking(self._archive).write(Item(box, f"Item {box.number}", f"MS {box.number}", "", ()) for box in boxes)

    @property
    def archive(self) -> SqlArchive:
        return self._archive

    def restart(self) -> None:
        self._archive.close()
        self._archive = open_archive(self._url, self._clock, create=False)

    def close(self, count: int) -> None:
        try:
            assert ledger.verify(self._archive).count == count
        finally:
            self._archive.close()
            self._drop(self._url)


@dataclass
class NumberedFiles:
    """Gives each house of a test a file of its own."""

    folder: Path
    count: int = 0

    def __call__(self, clock: ManualClock) -> OpenBooks:
        self.count += 1
        return SqlBooks(f"sqlite:///{self.folder}/house-{self.count}.db", clock, lambda url: None)
