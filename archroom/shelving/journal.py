"""The shelving server's own memory: an append-only file, one JSON object a line, written before the frame it speaks of.

An intent is on the disk (fsync) before its SELECT goes out. An intent without an end was cut off by the end of a server; the
next one closes it as unknown, and it is told until a person has acknowledged it. A line that was torn by a crash is skipped
and never joined to the next. News of a link that comes again and again is counted before it is written (`journal_folding`).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archroom.core.arming import Unfinished
from archroom.core.shelving import Action, OutcomeKind, Wanted
from archroom.core.supervisor.notices import Intent, Notice, PlainIntent
from archroom.core.supervisor.texts import action_name
from archroom.errors import Message, Unreadable, say
from archroom.shelving.append_file import AppendFile
from archroom.shelving.codec import Json, decode, encode
from archroom.shelving.journal_folding import Folding, Repeated

FILE_NAME = "shelving-journal.jsonl"
MOST_BYTES = 5_000_000
"""A longer journal is set aside while nothing is under way, and a new one begun."""
NO_BLOCK = 0
"""In the place of a block that an entry does not tell."""
INTENT = "intent"
END = "end"
ACKNOWLEDGED = "acknowledged"
"""A person has taken note of a motion whose end nobody saw."""
BENCH = "bench_write"
"""A technician has one register written; a second entry says what came of it."""
UNACKNOWLEDGED = "unacknowledged"
"""Carried over from the file before this one."""


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """A motion whose end nobody wrote down."""

    motion: str
    block: int
    wanted: Wanted | None
    """None if an older program wrote it in words that this one does not know."""
    by: str
    at: str
    """When it was asked for, UTC."""

    def message(self) -> Message:
        """Return what a person should know of it."""
        if self.wanted is None:
            return say(
                "What {name} asked of block {block} ended unseen: look at the shelving.", name=self.by, block=self.block
            )
        if self.wanted.action is Action.OPEN:
            return say(
                "The opening of aisle {aisle} of block {block} by {name} ended unseen: look at the shelving.",
                aisle=self.wanted.number,
                block=self.block,
                name=self.by,
            )
        return say(
            "{what} at {number} of block {block} by {name} ended unseen: look at the shelving.",
            what=action_name(self.wanted.action),
            number=self.wanted.number,
            block=self.block,
            name=self.by,
        )

    def unfinished(self) -> Unfinished:
        """Return it as whoever arms the block is told of it."""
        return Unfinished(self.motion, self.message())


class Journal:
    """The journal of one server; any thread may write."""

    def __init__(self, folder: Path) -> None:
        """Open it, close what is found open as unknown; raises Unreadable."""
        self.path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._folding = Folding()
        self._under_way: set[str] = set()
        self._is_begun_anew = False
        """Whether the last file was set aside and the next one does not yet say what is still to be acknowledged."""
        with self._telling():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            left = open_intents(self.path)
            self._unacknowledged = unacknowledged(self.path) | {intent.motion: intent for intent in left}
            self._file: AppendFile | None = AppendFile(self.path)
        for intent in left:
            self._write({"kind": END, "motion": intent.motion, "outcome": OutcomeKind.UNKNOWN.value, "at_start": True})

    @property
    def found_open(self) -> tuple[OpenIntent, ...]:
        """Motions whose end nobody saw and nobody has acknowledged, oldest first."""
        return tuple(self._unacknowledged.values())

    def write_acknowledged(self, motions: Collection[str], by: str) -> None:
        """Write down that a person has taken note of motions whose end nobody saw; raises Unreadable."""
        for motion in self._unacknowledged.keys() & set(motions):
            self._write({"kind": ACKNOWLEDGED, "motion": motion, "by": by})
            self._unacknowledged.pop(motion, None)

    def write_intent(self, intent: Intent | PlainIntent) -> None:
        """Write a motion down before its first frame; returns when it is on the disk. Raises Unreadable if it cannot be."""
        fields = encode(intent)
        assert isinstance(fields, dict)  # noqa: S101 - an encoded dataclass is a table
        self._write({"kind": INTENT, "motion": intent.ticket.id, **fields})

    def write_notice(self, block: int, notice: Notice) -> None:
        """Write down what happened to a block, or count what a link does again and again. Raises Unreadable."""
        with self._lock:
            is_counted = self._folding.is_counted(block, notice, datetime.now(UTC))
        if is_counted:
            self.write_counted()
            return
        entry: dict[str, Json] = {"kind": notice.kind.value, "block": block, "text": notice.text.english()}
        if notice.outcome is not None:
            entry |= {"kind": END, "motion": notice.motion, "outcome": notice.outcome.value}
        self._write(entry)

    def write_counted(self) -> None:
        """Write down what was counted, where the time of counting is over; to be called every minute. Raises Unreadable."""
        with self._lock, self._telling():
            self._put_counted(self._opened(), self._folding.counted(datetime.now(UTC)))

    def write_bench(self, entry: dict[str, Json]) -> None:
        """Write down what a technician has a unit told, or what came of it; on the disk at once. Raises Unreadable."""
        self._write({"kind": BENCH, **entry})

    def close(self) -> None:
        """Close the file, with what was counted in it if the disk takes it."""
        with self._lock, suppress(OSError):
            if self._file is not None:
                self._put_counted(self._file, self._folding.counted())
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _write(self, entry: dict[str, Json]) -> None:
        line = _line({"at": datetime.now(UTC).isoformat(), **entry})
        motion = str(entry.get("motion"))
        with self._lock, self._telling():
            file = self._opened()
            self._put_counted(file, self._folding.counted())
            self._put(file, line)
            if entry["kind"] in (INTENT, END, ACKNOWLEDGED, BENCH):
                file.sync()
            if entry["kind"] == INTENT:
                self._under_way.add(motion)
            self._under_way -= {motion} if entry["kind"] == END else set()
            if not self._under_way and file.size > MOST_BYTES:
                self._set_aside(file)

    def _put_counted(self, file: AppendFile, counted: Iterable[Repeated]) -> None:
        for one in counted:
            self._put(file, _counted_line(one))
            self._folding.written(one)

    def _put(self, file: AppendFile, line: bytes) -> None:
        file.append(line)

    def _opened(self) -> AppendFile:
        """Return the open file; a new one says first what is still to be acknowledged."""
        if self._file is None:
            file = AppendFile(self.path)
            try:
                if self._is_begun_anew:
                    for intent in self.found_open:
                        self._put(file, _carried_over(intent))
                    file.sync()
            except OSError:
                file.close()
                raise
            self._is_begun_anew = False
            self._file = file
        return self._file

    def _set_aside(self, file: AppendFile) -> None:
        """Begin a new file, and keep the old one under the time of day; where that cannot be, it goes on growing."""
        self._file = None
        file.close()
        with suppress(OSError):
            self.path.replace(self.path.with_suffix(f".{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl"))
            self._is_begun_anew = True
        self._opened()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or ""
            raise Unreadable(say("{file} cannot be written: {reason}.", file=str(self.path), reason=reason)) from error


def entries(path: Path) -> Iterator[dict[str, object]]:
    """Yield the entries of a journal, oldest first; a torn line is left out. A file that is not there has none."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            yield entry


def open_intents(path: Path) -> list[OpenIntent]:
    """Return the intents of a journal that have no end, oldest first."""
    found: dict[str, OpenIntent] = {}
    for entry in entries(path):
        motion = entry.get("motion")
        if not isinstance(motion, str):
            continue
        if entry.get("kind") == END:
            found.pop(motion, None)
        elif entry.get("kind") == INTENT:
            found[motion] = _open_intent(motion, entry)
    return list(found.values())


def _open_intent(motion: str, entry: dict[str, object]) -> OpenIntent:
    """Read as much of an intent as is told of it; never raises, because a server must start whatever its journal holds."""
    ticket = entry.get("ticket")
    fields = ticket if isinstance(ticket, dict) else {}
    block = fields.get("block")
    try:
        wanted = decode(Wanted, fields.get("wanted"))
    except ValueError:
        wanted = None
    at, by = str(entry.get("at")), str(entry.get("by", ""))
    return OpenIntent(motion, block if type(block) is int else NO_BLOCK, wanted, by, at)


def unacknowledged(path: Path) -> dict[str, OpenIntent]:
    """Return the motions of a journal that a server found open and nobody has acknowledged since, by their ids."""
    asked: dict[str, OpenIntent] = {}
    found: dict[str, OpenIntent] = {}
    for entry in entries(path):
        motion, kind = entry.get("motion"), entry.get("kind")
        if not isinstance(motion, str):
            continue
        if kind == INTENT:
            asked[motion] = _open_intent(motion, entry)
        elif kind == UNACKNOWLEDGED:
            found[motion] = _open_intent(motion, entry)
        elif kind == END and entry.get("at_start") is True and motion in asked:
            found[motion] = asked[motion]
        elif kind == ACKNOWLEDGED:
            found.pop(motion, None)
    return found


def _carried_over(intent: OpenIntent) -> bytes:
    ticket: dict[str, Json] = {"block": intent.block, "wanted": encode(intent.wanted)}
    return _line({"at": intent.at, "kind": UNACKNOWLEDGED, "motion": intent.motion, "by": intent.by, "ticket": ticket})


def _counted_line(one: Repeated) -> bytes:
    times: dict[str, Json] = {"times": one.times, "since": one.since.isoformat()}
    return _line({"at": one.last.isoformat(), "kind": one.kind.value, "block": one.block, "text": one.text, **times})


def _line(entry: dict[str, Json]) -> bytes:
    return json.dumps(entry, ensure_ascii=True).encode() + b"\n"
