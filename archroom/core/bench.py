"""What a technician sees of the buses: counters by unit, frames as they pass, who answers; and the port to ask for it. Pure.

Looking changes nothing. Reading asks the wire one more question; writing is for what a profile declares as a setting, never
for what moves steel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from archroom.core.line_counters import UnitCounters
from archroom.errors import Message, say


class Verdict(Enum):
    """What is thought of bytes that passed."""

    SENT = "sent"
    MATCHED = "matched"
    EXCEPTION = "exception"
    CRC = "crc"
    STRANGE = "strange"
    """An answer of another unit, to another question, cut short, garbage, an echo."""
    SILENT = "silent"
    LATE = "late"
    """Came while the line was being drained after a failure."""
    UNASKED = "unasked"
    """Came though nobody of ours had asked: noise, or another master."""
    UNSENT = "unsent"
    """The line never fell silent, so nothing was sent."""

    @property
    def is_error(self) -> bool:
        """Whether a technician should look."""
        return self not in (Verdict.SENT, Verdict.MATCHED)


@dataclass(frozen=True, slots=True)
class BusCounts:
    """What has happened on a bus since its server started."""

    number: int
    """Counted from 1 in the order of the settings."""
    url: str
    problem: Message | None
    """Why its port cannot be used now."""
    openings: int
    """How often its port was opened."""
    noise_bytes: int
    """Bytes that came unasked or in front of an answer since the port was last opened."""
    foreign_frames: int = 0
    """Whole frames that came though nobody of ours had asked: another master talks, or talked."""
    blocks: Mapping[int, int] = field(default_factory=dict)
    """Unit of each block by its number."""
    units: Mapping[int, UnitCounters] = field(default_factory=dict)

    @property
    def foreign(self) -> Message:
        """What frames that nobody of ours asked for mean."""
        return say("Frames that nobody here asked for: {count}. Another master is on the line.", count=self.foreign_frames)


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """Bytes that passed on a bus."""

    at: datetime
    """When they went out, or were whole; for silence, when it was over."""
    unit: int | None
    """None for what nobody can tell the unit of."""
    is_ours: bool
    """Whether this program sent them."""
    function: int | None
    """Of Modbus; None for other wires, and for what is none."""
    meaning: Message
    hex: str
    verdict: Verdict
    after_ms: int | None = None
    """Of an answer or a silence: how long after the request."""


def is_with(frame: SeenFrame, meaning: str, text: str) -> bool:
    """Whether a text stands in the meaning of a frame, as it was put into words, or is bytes in hex that stand in it."""
    if text.casefold() in meaning.casefold():
        return True
    digits = "".join(text.split())
    is_bytes = len(digits) % 2 == 0 and re.fullmatch(r"[0-9a-fA-F]+", digits) is not None
    return is_bytes and bytes.fromhex(digits) in bytes.fromhex(frame.hex)


@dataclass(frozen=True, slots=True)
class SeenFrames:
    """Frames that have passed since a watcher last looked."""

    frames: tuple[SeenFrame, ...]
    lost: int
    """How many a watcher that was too slow has missed before these."""
    problem: Message | None = None
    """Why the port cannot be used now."""


class Table(Enum):
    """The four tables of the Modbus data model."""

    COILS = "coils"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def is_of_bits(self) -> bool:
        """Whether it holds single bits."""
        return self in (Table.COILS, Table.DISCRETE)


def word_in(text: str) -> int | None:
    """Return the number of 16 bits that is written as 256 or 0x0100, None if it is none."""
    found = re.fullmatch(r"0[xX]([0-9a-fA-F]{1,4})|([0-9]{1,5})", text)
    number = None if found is None else int(found[1], 16) if found[1] else int(found[2])
    return None if number is None or number > 0xFFFF else number


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """Somebody who answers at a unit."""

    unit: int
    what: Message
    """Who it says that it is, or how it answered."""
    is_controller: bool
    """Whether it is a shelving controller of this project's register map."""


@dataclass(frozen=True, slots=True)
class OneValue:
    """One register or bit, as it was read."""

    unit: int
    table: Table
    address: int
    value: int
    is_as_written: bool = True
    """After a write: whether the unit gives back what was written."""


class Bench(Protocol):
    """The technician's bench: the buses of this machine, through their server."""

    def counters(self) -> list[BusCounts]:
        """Return the counters of all buses; raises PortUnavailable."""
        ...

    def watch(self, bus: int, is_wanted: Callable[[], bool]) -> Iterator[SeenFrames]:
        """Yield what passes on a bus, several times a second, while it is wanted; raises PortUnavailable, UsageError."""
        ...

    def look(self, bus: int) -> SeenFrames:
        """Return what has passed on a bus since the last look, soon; raises PortUnavailable, UsageError.

        The first look at a bus, and one at another bus, begin to watch it.
        """
        ...

    def look_away(self) -> None:
        """Look at no bus any more."""
        ...

    def probe(self, bus: int, unit: int) -> FoundUnit | None:
        """Ask whether somebody answers at a unit, by a read; None if it stays silent.

        Raises Refused while something moves on the bus, PortUnavailable, UsageError.
        """
        ...

    def read_one(self, bus: int, unit: int, table: Table, address: int) -> OneValue:
        """Read one register or bit; raises Refused while something moves on the bus, LinkError, PortUnavailable."""
        ...

    def write_one(self, bus: int, unit: int, table: Table, address: int, value: int, by: str) -> OneValue:
        """Write one register or bit that the unit's profile declares as a parameter, and read it back.

        Raises Refused for anything else and while something moves on the bus, LinkError, PortUnavailable, Unreadable if it
        could not be written down who asked for it.
        """
        ...


class FrameRecord(Protocol):
    """A new file that takes frames as they pass."""

    @property
    def file(self) -> str:
        """Name of the file, with its folder."""
        ...

    def write(self, frames: Sequence[SeenFrame]) -> None:
        """Write frames behind those that stand there; raises Unreadable if they could not be written."""
        ...

    def close(self) -> None:
        """Write no more."""
        ...


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """What helps to find a fault from afar, written into one file."""

    file: str
    contents: tuple[str, ...]
    """Names of the files in it."""
    problems: tuple[str, ...] = ()
    """What could not be asked for it, in English."""


class BenchFiles(Protocol):
    """Where a technician finds what the bench in the app has written."""

    def new_record(self, bus: int) -> FrameRecord:
        """Begin a file for the frames of a bus; raises UsageError if it cannot be made."""
        ...

    def write_bundle(self) -> WrittenBundle:
        """Write what helps to find a fault from afar, the last recordings with it; raises UsageError if it cannot be."""
        ...
