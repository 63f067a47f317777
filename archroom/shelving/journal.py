"""The shelving server's own memory: an append-only file, one JSON object a line, written before the frame it speaks of.

An intent is on the disk (fsync) before its SELECT goes out. An intent without an end was cut off by the end of a server; the
next one closes it as unknown. A line that was torn by a crash is skipped and never joined to the next.
"""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archroom.core.shelving import Action, OutcomeKind, Wanted
from archroom.core.supervisor_notices import Intent, Notice
from archroom.core.supervisor_texts import action_name
from archroom.errors import Message, Unreadable, say
from archroom.shelving.codec import Json, decode, encode

FILE_NAME = "shelving-journal.jsonl"
MOST_BYTES = 5_000_000
"""A longer journal is set aside while nothing is under way, and a new one begun."""
INTENT = "intent"
END = "end"


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


class Journal:
    """The journal of one server; any thread may write."""

    def __init__(self, folder: Path) -> None:
        """Open it, close what is found open as unknown; raises Unreadable."""
        self.path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._under_way: set[str] = set()
        with self._telling():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.found_open = tuple(open_intents(self.path))
            self._is_torn = _ends_torn(self.path)
            self._descriptor = self._opened()
        for intent in self.found_open:
            self._write({"kind": END, "motion": intent.motion, "outcome": OutcomeKind.UNKNOWN.value, "at_start": True})

    def write_intent(self, intent: Intent) -> None:
        """Write a motion down before its first frame; returns when it is on the disk. Raises Unreadable if it cannot be."""
        fields = encode(intent)
        assert isinstance(fields, dict)  # noqa: S101 - an encoded dataclass is a table
        self._write({"kind": INTENT, "motion": intent.ticket.id, **fields})

    def write_notice(self, block: int, notice: Notice) -> None:
        """Write down what happened to a block. Raises Unreadable."""
        entry: dict[str, Json] = {"kind": notice.kind.value, "block": block, "text": notice.text.english()}
        if notice.outcome is not None:
            entry |= {"kind": END, "motion": notice.motion, "outcome": notice.outcome.value}
        self._write(entry)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _write(self, entry: dict[str, Json]) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(), **entry}, ensure_ascii=True).encode() + b"\n"
        motion = str(entry.get("motion"))
        with self._lock, self._telling():
            self._put(line)
            if entry["kind"] in (INTENT, END):
                os.fsync(self._descriptor)
            if entry["kind"] == INTENT:
                self._under_way.add(motion)
            self._under_way -= {motion} if entry["kind"] == END else set()
            if not self._under_way and os.fstat(self._descriptor).st_size > MOST_BYTES:
                self._set_aside()

    def _put(self, line: bytes) -> None:
        data = b"\n" + line if self._is_torn else line
        self._is_torn = True
        if os.write(self._descriptor, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._is_torn = False

    def _set_aside(self) -> None:
        """Begin a new file and keep the old one under the time of day."""
        os.close(self._descriptor)
        self.path.replace(self.path.with_suffix(f".{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl"))
        self._descriptor = self._opened()

    def _opened(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

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
        except ValueError:
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
    return OpenIntent(motion, block if type(block) is int else 0, wanted, by, at)


def _ends_torn(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except FileNotFoundError:
        return False
