"""What the server must not forget of the climate: limits and alarms, each state a line, on the disk before it counts.

The file only grows and is a record for people too: who changed a limit, who acknowledged what, and with which words. A line
that a crash has torn is left out: then an alarm waits for its acknowledgement once more.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archroom.core.climate import Alarm, Limits
from archroom.core.climate_alarms import AlarmBook
from archroom.errors import Unreadable, say
from archroom.shelving.append_file import AppendFile
from archroom.shelving.codec import Json, decode, encode
from archroom.shelving.journal import entries

FILE_NAME = "alarms.jsonl"
ALARM = "alarm"
LIMITS = "limits"


class ClimateJournal:
    """The journal of one folder; any thread may write."""

    def __init__(self, folder: Path) -> None:
        """Read what was written before; raises Unreadable."""
        self.path = folder / FILE_NAME
        self.alarms = AlarmBook()
        self.limits: dict[str, Limits] = {}
        """By room, where somebody has changed them."""
        self._lock = threading.Lock()
        with self._telling():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for entry in entries(self.path):
                self._take(entry)
            self._file = AppendFile(self.path)

    def write_alarm(self, alarm: Alarm) -> None:
        """Write an alarm down as it is from now on; raises Unreadable."""
        self._write({"kind": ALARM, "alarm": encode(alarm)})

    def write_limits(self, room: str, limits: Limits, by: str) -> None:
        """Write the limits of a room down; raises Unreadable."""
        self._write({"kind": LIMITS, "room": room, "limits": encode(limits), "by": by})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, entry: Mapping[str, Json]) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(), **entry}, ensure_ascii=True).encode() + b"\n"
        with self._lock, self._telling():
            self._file.append(line)
            self._file.sync()

    def _take(self, entry: Mapping[str, object]) -> None:
        """Take one entry; one that says what cannot be is left out, as a torn one is."""
        try:
            if entry.get("kind") == ALARM:
                self.alarms.put(decode(Alarm, entry.get("alarm")))
            elif entry.get("kind") == LIMITS:
                self.limits[str(entry.get("room"))] = decode(Limits, entry.get("limits"))
        except ValueError:
            return

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or ""
            raise Unreadable(say("{file} cannot be written: {reason}.", file=str(self.path), reason=reason)) from error
