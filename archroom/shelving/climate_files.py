"""The past of all sensors on the disk: readings as they come, hours after a day, days after ninety.

One file a day takes each reading as a line behind the last. When a day is over its file is summed up into a file of hours,
and that later into a month's file of days; those are replaced whole and only then is what they stand for removed, so that a
server may be killed at any time and nothing is lost or counted twice. A line that is torn or damaged is left out.
"""

from __future__ import annotations

import contextlib
import os
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date, timedelta, tzinfo
from pathlib import Path
from typing import Final

from archroom.core.climate import Sample
from archroom.core.climate_history import HOURS_KEPT_DAYS, Span, day_of, hours_of, local_date, span_of
from archroom.errors import Unreadable, say
from archroom.shelving.append_file import AppendFile

READINGS: Final = "readings"
HOURS: Final = "hours"
DAYS: Final = "days"
_FLOAT_FIELDS: Final = 6

Spans = Mapping[str, Sequence[Span]]
"""Spans of each sensor by its name, in the order of their time."""


class ClimateFiles:
    """The files of one folder; any thread may call. What is written and cannot be raises Unreadable."""

    def __init__(self, folder: Path, zone: tzinfo | None = None) -> None:
        """`zone` is that of the site's days, by default the machine's."""
        self.folder = folder
        self._zone = zone
        self._lock = threading.Lock()
        self._file: AppendFile | None = None
        self._date: date | None = None

    def append(self, sensor: str, sample: Sample) -> None:
        """Write one reading down."""
        fields = (sensor, str(sample.at_s), f"{sample.temperature_c:g}", f"{sample.humidity_percent:g}")
        with self._lock, self._telling():
            self._opened(local_date(sample.at_s, self._zone)).append(_line(fields))

    def compact(self, now_s: int) -> None:
        """Sum up what is old enough: the readings of a day once the day after it is over too, and hours after 90 days."""
        today = local_date(now_s, self._zone)
        with self._lock, self._telling():
            for day, path in self._files_of_days(READINGS):
                if day < today - timedelta(days=1):
                    self._sum_up_readings(day, path)
            for day, path in self._files_of_days(HOURS):
                if day < today - timedelta(days=HOURS_KEPT_DAYS):
                    self._sum_up_hours(day, path)

    def spans(self, sensor: str, from_s: int, to_s: int) -> list[Span]:
        """Return what is known of a sensor from a time on until before another, in the finest grain that was kept."""
        first, last = local_date(from_s, self._zone), local_date(to_s, self._zone)
        found: list[Span] = []
        with self._lock, self._telling():
            for path in sorted(self._paths(DAYS)):
                month = path.stem.removeprefix(f"{DAYS}-")
                if f"{first:%Y-%m}" <= month <= f"{last:%Y-%m}":
                    found += _read_spans(path).get(sensor, ())
            for kind in (HOURS, READINGS):
                for day, path in self._files_of_days(kind):
                    if first - timedelta(days=1) <= day <= last + timedelta(days=1):
                        read = _read_spans(path) if kind == HOURS else _read_readings(path)
                        found += read.get(sensor, ())
        return sorted((span for span in found if from_s <= span.at_s < to_s), key=lambda span: span.at_s)

    def samples(self, sensor: str, from_s: int, to_s: int) -> list[Sample]:
        """Return the single readings that were kept of a while."""
        return [
            Sample(span.at_s, span.mean_c, span.mean_percent) for span in self.spans(sensor, from_s, to_s) if span.count == 1
        ]

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = self._date = None

    def _opened(self, day: date) -> AppendFile:
        if self._file is None or self._date != day:
            if self._file is not None:
                self._file.close()
                self._file = None
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file, self._date = AppendFile(self._path(READINGS, f"{day}")), day
        return self._file

    def _sum_up_readings(self, day: date, path: Path) -> None:
        if day == self._date and self._file is not None:
            self._file.close()
            self._file = self._date = None
        target = self._path(HOURS, f"{day}")
        self._replace(target, {sensor: hours_of(spans) for sensor, spans in _read_readings(path).items()})
        path.unlink()

    def _sum_up_hours(self, day: date, path: Path) -> None:
        days = {sensor: [one] for sensor, spans in _read_spans(path).items() if (one := day_of(spans)) is not None}
        self._replace(self._path(DAYS, f"{day:%Y-%m}"), days)
        path.unlink()

    def _replace(self, target: Path, spans: Spans) -> None:
        """Write spans into a file beside those it has, whole; of two with one begin the one that speaks of more stays."""
        merged: dict[str, dict[int, Span]] = defaultdict(dict)
        for source in (_read_spans(target), spans):
            for sensor, members in source.items():
                for span in members:
                    known = merged[sensor].get(span.at_s)
                    merged[sensor][span.at_s] = span if known is None or span.count > known.count else known
        lines = [
            _line((sensor, *_fields(span)))
            for sensor, members in sorted(merged.items())
            for _, span in sorted(members.items())
        ]
        draft = target.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _sync(self.folder)

    def _path(self, kind: str, period: str) -> Path:
        return self.folder / f"{kind}-{period}.txt"

    def _paths(self, kind: str) -> Iterator[Path]:
        return self.folder.glob(f"{kind}-*.txt")

    def _files_of_days(self, kind: str) -> list[tuple[date, Path]]:
        found: list[tuple[date, Path]] = []
        for path in self._paths(kind):
            with contextlib.suppress(ValueError):
                found.append((date.fromisoformat(path.stem.removeprefix(f"{kind}-")), path))
        return sorted(found)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or ""
            raise Unreadable(say("{file} cannot be used: {reason}.", file=str(self.folder), reason=reason)) from error


def _line(fields: Iterable[str]) -> bytes:
    """Return fields as a line that ends in a checksum, so that no part of a line passes for a whole one."""
    text = ",".join(fields)
    return f"{text},{_checksum(text)}\n".encode()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()) & 0xFFFF:04x}"


def _fields(span: Span) -> tuple[str, ...]:
    return tuple(f"{value:g}" if isinstance(value, float) else str(value) for value in astuple(span))


def _rows(path: Path) -> Iterator[list[str]]:
    """Yield the fields of each whole line."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return
    for line in text.split("\n"):
        body, _, checksum = line.rpartition(",")
        if body and checksum == _checksum(body):
            yield body.split(",")


def _read_readings(path: Path) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for sensor, at_s, temperature, humidity in (row for row in _rows(path) if len(row) == 4):
        found[sensor].append(span_of(Sample(int(at_s), float(temperature), float(humidity))))
    return found


def _read_spans(path: Path) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for row in _rows(path):
        if len(row) == 4 + _FLOAT_FIELDS:
            whole, figures = [int(value) for value in row[1:4]], [float(value) for value in row[4:]]
            found[row[0]].append(Span(whole[0], whole[1], whole[2], *figures))
    return found


def _sync(folder: Path) -> None:
    """Have a new name in a folder survive a power cut, where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
