"""The part of the journal that tells who is in which aisle: read strictly, because a line that is lost is a person.

Each line carries its number and a checksum, and stands on the disk before anybody is told that it is written. A line that a
crash has torn was told to nobody, and is marked as torn when the next one is written. Any other line that cannot be read
means that it is not known who is in the aisles: then nothing may move.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from archroom.core.people_holds import Hold, Holds, Release, with_hold, without_hold
from archroom.errors import Message, Unreadable, say
from archroom.shelving.append_file import AppendFile
from archroom.shelving.codec import Json, decode, encode

FILE_NAME = "people-holds.jsonl"
HELD = "held"
RELEASED = "released"
TORN = "torn"
"""Stands behind a line that a crash has cut off, and voids it."""


class HoldsFile:
    """The record of holds of one server; any thread may use it, one at a time is served."""

    def __init__(self, folder: Path) -> None:
        """Read it; whatever is wrong with it is told by `problem` and not raised."""
        self.path = folder / FILE_NAME
        self.found: dict[int, Holds] = {}
        """The holds of each block, as far as they could be read."""
        self._damage: Message | None = None
        """Why it cannot be relied on until it was looked at and a server was started anew."""
        self._unwritten: deque[tuple[str, int, Hold | Release]] = deque()
        self._number = 0
        """Of the last entry that is surely written."""
        self._lock = threading.Lock()
        self._file: AppendFile | None = None
        try:
            self._read(self.path.read_bytes() if self.path.exists() else b"")
        except OSError as error:
            self._damage = _unreadable(self.path, error.strerror or "")

    @property
    def problem(self) -> Message | None:
        """Why nothing may move, None while every hold is known and written down."""
        if self._damage is not None:
            return self._damage
        if self._unwritten:
            return say(
                "Nothing moves: {file} takes no entry, so who is in the aisles is not on record.", file=str(self.path)
            )
        return None

    def note(self, block: int, hold: Hold) -> None:
        """Take a hold, to be written with the next `flush`; until then nothing may move."""
        self._unwritten.append((HELD, block, hold))

    def flush(self) -> None:
        """Write down what is not yet written; returns when it is on the disk. Raises Unreadable."""
        with self._lock:
            self._write_noted()

    def write_release(self, block: int, release: Release, hold: Hold) -> None:
        """Write a release down before it takes effect; raises Unreadable, and the hold then stands."""
        with self._lock:
            self._write_noted()
            try:
                self._append(RELEASED, block, release)
            except Unreadable:
                self.note(block, hold)
                raise

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _write_noted(self) -> None:
        while self._unwritten:
            self._append(*self._unwritten[0])
            self._unwritten.popleft()

    def _append(self, kind: str, block: int, what: Hold | Release) -> None:
        try:
            if self._file is None:
                self._file = AppendFile(self.path, _line(TORN, 0))
            self._file.append(_line(kind, self._number + 1, block, what))
            self._file.sync()
            self._number += 1
        except OSError as error:
            raise Unreadable(
                say("{file} cannot be written: {reason}.", file=str(self.path), reason=error.strerror or "")
            ) from error

    def _read(self, data: bytes) -> None:
        *lines, rest = data.split(b"\n")
        bad: int | None = None
        kept: list[tuple[int, dict[str, object]]] = []
        for number, line in enumerate(lines, start=1):
            entry = _entry(line)
            if entry is None:
                bad = bad or number
            elif entry.get("kind") == TORN:
                bad = None
                if kept and kept[-1][0] == number - 1:
                    kept.pop()
            elif bad is not None:
                rest = b""
                break
            else:
                kept.append((number, entry))
        if bad is not None and not rest:
            self._damage = _unreadable(self.path, say("line {number} is damaged", number=bad))
        for number, entry in kept:
            try:
                self._take(entry)
            except ValueError:
                self._damage = self._damage or _unreadable(self.path, say("line {number} is damaged", number=number))

    def _take(self, entry: dict[str, object]) -> None:
        """Take one entry; a number stands twice where it was not sure that the first of them was on the disk."""
        block, number = entry.get("block"), entry.get("number")
        if type(block) is not int or number not in (self._number, self._number + 1):
            raise ValueError("no block, or not the next entry")
        self._number = int(str(number))
        holds = self.found.get(block, ())
        if entry.get("kind") == HELD:
            self.found[block] = with_hold(holds, decode(Hold, entry.get("what")))
        elif entry.get("kind") == RELEASED:
            release = decode(Release, entry.get("what"))
            if not any(release.ends(hold) for hold in holds):
                raise ValueError("nobody holds that")
            self.found[block] = without_hold(holds, release)
        else:
            raise ValueError("no such kind")


def _line(kind: str, number: int, block: int = 0, what: Hold | Release | None = None) -> bytes:
    at = datetime.now(UTC).isoformat()
    entry: dict[str, Json] = {"at": at, "kind": kind, "number": number, "block": block, "what": encode(what)}
    return json.dumps({**entry, "crc": _checksum(entry)}, ensure_ascii=True).encode() + b"\n"


def _entry(line: bytes) -> dict[str, object] | None:
    """Return an entry whose checksum is right, None for anything else."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    checksum = entry.pop("crc", None)
    return entry if checksum == _checksum(entry) else None


def _checksum(entry: dict[str, Json]) -> int:
    return zlib.crc32(json.dumps(entry, sort_keys=True, ensure_ascii=True).encode())


def _unreadable(path: Path, reason: str | Message) -> Message:
    return say(
        "Nothing moves: {file} cannot be read ({reason}), so it is not known who is in the aisles. "
        "Look into every aisle, set that file aside, and start the shelving server again.",
        file=str(path),
        reason=reason,
    )
