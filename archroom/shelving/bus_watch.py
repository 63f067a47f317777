"""What is remembered of a bus over all openings of its port, and who watches it: counters, and frames as they pass.

The bus thread only puts passages aside, in a queue of each watcher that forgets its oldest when it is full; so a watcher,
however slow, never holds up the bus or a stop.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import Protocol

from archroom.core.bench import Verdict
from archroom.core.line_counters import UnitCounters
from archroom.drivers.modbus_frames import whole_frames
from archroom.drivers.passages import Passage, Tap

MOST_KEPT = 2_000
"""Passages that a watcher may be behind: at 200 a second, ten seconds."""


class Watchable(Protocol):
    """The state of a line that can be counted and tapped, Modbus or not."""

    counters: dict[int, UnitCounters]
    tap: Tap | None
    noise_bytes: int


class Watcher:
    """One who watches a bus; `put` is for the bus thread, the rest for whoever watches."""

    def __init__(self) -> None:
        self._passages: deque[Passage] = deque()
        self._lost = 0
        self._lock = threading.Lock()

    def put(self, passage: Passage) -> None:
        """Put a passage aside, and forget the oldest if there are too many."""
        with self._lock:
            self._passages.append(passage)
            if len(self._passages) > MOST_KEPT:
                self._passages.popleft()
                self._lost += 1

    def take(self) -> tuple[list[Passage], int]:
        """Return what has passed since the last call, and how much was forgotten before it."""
        with self._lock:
            passages, lost = self._passages, self._lost
            self._passages, self._lost = deque(), 0
        return list(passages), lost


class BusWatch:
    """Counters and watchers of one bus; any thread may call."""

    def __init__(self) -> None:
        self.openings = 0
        """How often the port was opened."""
        self.foreign_frames = 0
        """Whole frames that came though nobody of ours had asked."""
        self._counters: dict[int, UnitCounters] = {}
        self._state: Watchable | None = None
        self._watchers: tuple[Watcher, ...] = ()
        self._lock = threading.Lock()

    def attach(self, state: Watchable) -> None:
        """Count and tap a line that was just opened, on the thread that has it."""
        state.counters = self._counters
        state.tap = self._pass_on
        self._state = state
        self.openings += 1

    @property
    def noise_bytes(self) -> int:
        """Bytes that came unasked or in front of an answer since the port was last opened."""
        return self._state.noise_bytes if self._state is not None else 0

    def counters(self) -> dict[int, UnitCounters]:
        """Return the counters of each unit as they are now, those of whoever was asked."""
        return {
            unit: replace(counters, kinds=dict(counters.kinds), exception_codes=dict(counters.exception_codes))
            for unit, counters in sorted(self._counters.copy().items())
        }

    def forget(self, unit: int, known: frozenset[int]) -> None:
        """Count no more of a unit that never answered and that nobody named: a scan asks at many."""
        counters = self._counters.get(unit)
        if unit not in known and counters is not None and counters.silent == counters.sent:
            self._counters.pop(unit, None)

    def join(self) -> Watcher:
        """Begin to watch."""
        watcher = Watcher()
        with self._lock:
            self._watchers = (*self._watchers, watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Watch no more."""
        with self._lock:
            self._watchers = tuple(one for one in self._watchers if one is not watcher)

    def _pass_on(self, passage: Passage) -> None:
        if passage.verdict is Verdict.UNASKED and passage.framing is not None:
            self.foreign_frames += sum(1 for _ in whole_frames(passage.data, passage.framing))
        for watcher in self._watchers:
            watcher.put(passage)
