"""What sensors said, on its way from the thread that has their port to the station that judges it and writes it down.

Whoever puts something in waits for nothing: neither for the station's lock nor for its disk. So no stop does, on a bus whose
thread reads sensors too.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from archroom.core.climate import RawValues
from archroom.errors import Message

MOST_KEPT = 1_000
"""Readings that wait while a disk does not answer; the oldest go first."""


class ReadingsTaker(Protocol):
    """Takes what was read of sensors, or why nothing was."""

    def take(self, name: str, temperature_c: float, humidity_percent: float, age_s: float = 0.0) -> None:
        """Take what a sensor of confirmed scale said so long ago."""
        ...

    def take_raw(self, name: str, raw: RawValues) -> None:
        """Take what a sensor said whose scale nobody has confirmed."""
        ...

    def fail(self, name: str, reason: Message) -> None:
        """Take note why a sensor could not be read."""
        ...


class Inbox:
    """Takes readings on any thread, and hands them on in their order on that of `hand_on`."""

    def __init__(self, station: ReadingsTaker, clock: Callable[[], float] = monotonic) -> None:
        self._station = station
        self._clock = clock
        self._waiting: deque[Callable[[], None]] = deque(maxlen=MOST_KEPT)
        self._changed = threading.Condition()
        self._is_over = False

    def take(self, name: str, temperature_c: float, humidity_percent: float, age_s: float = 0.0) -> None:
        """Take what a sensor of confirmed scale said so long ago; it grows older while it waits."""
        read_s = self._clock() - age_s
        self._put(lambda: self._station.take(name, temperature_c, humidity_percent, self._clock() - read_s))

    def take_raw(self, name: str, raw: RawValues) -> None:
        """Take what a sensor said whose scale nobody has confirmed."""
        self._put(lambda: self._station.take_raw(name, raw))

    def fail(self, name: str, reason: Message) -> None:
        """Take note why a sensor could not be read."""
        self._put(lambda: self._station.fail(name, reason))

    def hand_on(self, within_s: float) -> None:
        """Hand on all that waits; where nothing does, wait so long for something, or until the `end`."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_over, within_s)
            found = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for tell in found:
            tell()

    def end(self) -> None:
        """Let nobody wait for something that comes in any more."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def _put(self, tell: Callable[[], None]) -> None:
        with self._changed:
            self._waiting.append(tell)
            self._changed.notify_all()
