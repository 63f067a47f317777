"""A bench on paper: two buses whose counters and frames are what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, Queue
from threading import Event

from archroom.core.bench import BusCounts, FoundUnit, OneValue, SeenFrame, SeenFrames, Table, Verdict, WrittenBundle
from archroom.core.line_counters import UnitCounters
from archroom.errors import ArchroomError, Message, say

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def failing(kind: str, count: int, sent: int) -> UnitCounters:
    """Counters of a unit that failed so often in one way."""
    counters = UnitCounters(sent=sent, matched=sent - count)
    for _ in range(count):
        counters.fail(kind)
    return counters


def frame(nth: int, unit: int, verdict: Verdict, meaning: Message, data: str, after_ms: int | None = None) -> SeenFrame:
    """One frame, so many tenths of a second after the start."""
    is_ours = verdict is Verdict.SENT
    return SeenFrame(START + timedelta(milliseconds=100 * nth), unit, is_ours, 3, meaning, data, verdict, after_ms)


FRAMES = (
    frame(0, 1, Verdict.SENT, say("read status"), "01 03 01 00 00 1e c4 3e"),
    frame(1, 1, Verdict.MATCHED, say("values {values}", values="0x0001 0x0002"), "01 03 04 00 01 00 02 2a 32", 19),
    frame(2, 2, Verdict.SENT, say("read identity"), "02 03 00 00 00 13 04 34"),
    frame(3, 2, Verdict.SILENT, say("no answer"), "", 105),
)


@dataclass
class PaperBench:
    """The buses on paper."""

    frames: list[SeenFrame] = field(default_factory=lambda: list(FRAMES))
    """What the next look sees."""
    lost: int = 0
    trouble: ArchroomError | None = None
    looked_away: int = 0
    found: dict[int, FoundUnit] = field(default_factory=dict)
    """Who answers a scan."""
    may_answer: Event | None = None
    """What the first probe waits for, None to answer at once."""
    refusal: ArchroomError | None = None
    """What comes of every question."""
    kept: int | None = None
    """What a written register gives back, None for what was written."""
    log: list[str] = field(default_factory=list)
    passing: Queue[SeenFrames | ArchroomError] = field(default_factory=Queue)
    """What whoever watches gets, and what breaks their watch off."""
    watches: int = 0
    """How many watches were begun."""
    buses: list[BusCounts] = field(
        default_factory=lambda: [
            BusCounts(
                1,
                "serial:///dev/ttyUSB0?baud=19200",
                None,
                1,
                0,
                0,
                {1: 1, 2: 2},
                {1: UnitCounters(sent=5120, matched=5120), 2: failing("silence", 41, 41)},
            ),
            BusCounts(2, "tcp://10.0.0.5", say("Nothing listens at {port}.", port="tcp://10.0.0.5"), 0, 0),
        ]
    )

    def counters(self) -> list[BusCounts]:
        """Return the counters of all buses."""
        if self.trouble is not None:
            raise self.trouble
        return list(self.buses)

    def watch(self, bus: int, is_wanted: Callable[[], bool]) -> Iterator[SeenFrames]:
        """Yield what passes, while it is wanted."""
        self.watches += 1
        while is_wanted():
            with suppress(Empty):
                part = self.passing.get(timeout=0.02)
                if isinstance(part, ArchroomError):
                    raise part
                yield part

    def look(self, bus: int) -> SeenFrames:
        """Return what has passed on the first bus since the last look."""
        if self.trouble is not None:
            raise self.trouble
        frames, lost = (tuple(self.frames), self.lost) if bus == 1 else ((), 0)
        if bus == 1:
            self.frames, self.lost = [], 0
        return SeenFrames(frames, lost)

    def look_away(self) -> None:
        """Take note that nobody looks."""
        self.looked_away += 1

    def probe(self, bus: int, unit: int) -> FoundUnit | None:
        """Find who is there."""
        self._ask(f"probe {bus} {unit}")
        if self.may_answer is not None:
            assert self.may_answer.wait(20)
        return self.found.get(unit)

    def read_one(self, bus: int, unit: int, table: Table, address: int) -> OneValue:
        """Read the address itself."""
        self._ask(f"read {bus} {unit} {table.value} {address}")
        return OneValue(unit, table, address, address)

    def write_one(self, bus: int, unit: int, table: Table, address: int, value: int, by: str) -> OneValue:
        """Give back what was written, or what is kept."""
        self._ask(f"write {bus} {unit} {table.value} {address} {value} by {by}")
        kept = value if self.kept is None else self.kept
        return OneValue(unit, table, address, kept, kept == value)

    def _ask(self, what: str) -> None:
        self.log.append(what)
        if self.refusal is not None:
            raise self.refusal


@dataclass
class PaperRecord:
    """A recording on paper."""

    file: str
    files: PaperFiles
    frames: list[SeenFrame] = field(default_factory=list)
    is_closed: bool = False

    def write(self, frames: Sequence[SeenFrame]) -> None:
        """Keep frames, unless the paper is full."""
        if self.files.full is not None:
            raise self.files.full
        self.frames += frames

    def close(self) -> None:
        """Take note."""
        self.is_closed = True


@dataclass
class PaperFiles:
    """Where the bench writes, on paper."""

    records: list[PaperRecord] = field(default_factory=list)
    refusal: ArchroomError | None = None
    """Why no file can be made."""
    full: ArchroomError | None = None
    """Why no frame can be written."""
    may_write: Event | None = None
    """What a bundle waits for, None to be written at once."""
    bundles: int = 0

    def new_record(self, bus: int) -> PaperRecord:
        """Begin a recording."""
        if self.refusal is not None:
            raise self.refusal
        self.records.append(PaperRecord(f"/bench/frames-bus{bus}-{len(self.records) + 1}.jsonl", self))
        return self.records[-1]

    def write_bundle(self) -> WrittenBundle:
        """Take note of a bundle."""
        if self.may_write is not None:
            assert self.may_write.wait(20)
        if self.refusal is not None:
            raise self.refusal
        self.bundles += 1
        return WrittenBundle(f"/bench/bundle-{self.bundles}.zip", ("settings.json", "journal.jsonl"))
