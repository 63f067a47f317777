"""One clock for the simulator, the wire and the server: whoever waits lets all of them live. No threads.

Everything that happens, happens while somebody waits: scans of the simulated units, acts of a scenario, and what was put on
the clock with `call_at`. The same calls give the same course.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, TypeVar

from virtual_wire import VirtualClock

T = TypeVar("T")
BEGIN_S = 1_000.0
LEAST_WAIT_S = 1e-6
"""A wait that rounds to nothing would never end."""


class LivingRoom(Protocol):
    """A room in which time passes."""

    now_ms: float

    def advance(self, seconds: float, is_over: Callable[[], bool] | None = None) -> None:
        """Let time pass, until something is so."""


class WorldClock(VirtualClock):
    """Seconds; setting `now` lets the room live until then."""

    def __init__(self, room: LivingRoom) -> None:
        self._room = room
        self._now = BEGIN_S
        self._is_living = False
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    @property
    def now(self) -> float:
        """The time."""
        return BEGIN_S + self._room.now_ms / 1000 if self._is_living else self._now

    @now.setter
    def now(self, at: float) -> None:
        self.pass_until(at)

    def call_at(self, at: float, call: Callable[[], None]) -> None:
        """Call back at a time, in the order in which it was asked for."""
        self._count += 1
        heapq.heappush(self._calls, (max(at, self.now), self._count, call))

    def pass_until(self, at: float, is_over: Callable[[], bool] | None = None) -> None:
        """Let time pass until then, or until something is so."""
        calls = self._calls
        while is_over is None or not is_over():
            if calls and calls[0][0] <= self._now:
                heapq.heappop(calls)[2]()
            elif self._now >= at:
                return
            else:
                self._live(at, is_over)

    def _live(self, at: float, is_over: Callable[[], bool] | None) -> None:
        """Let the room live until then, or until a call falls due, or something is so."""
        room, calls = self._room, self._calls
        until_s = min(at, calls[0][0]) if calls else at
        known = len(calls)
        self._is_living = True
        try:
            room.advance(until_s - self._now, lambda: len(calls) != known or (is_over is not None and is_over()))
        finally:
            self._is_living = False
        lived_s = BEGIN_S + room.now_ms / 1000
        self._now = until_s if abs(lived_s - until_s) < LEAST_WAIT_S / 10 else max(self._now, lived_s)


class WorldCondition(threading.Condition):
    """In place of the condition of a bus: nobody else has the lock, and waiting lets the world live."""

    def __init__(self, clock: WorldClock, notified: Callable[[], None]) -> None:
        super().__init__()
        self._clock = clock
        self._tell = notified
        self._is_notified = False

    def __enter__(self) -> bool:
        return True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def wait(self, timeout: float | None = None) -> bool:
        """Let time pass until somebody notifies, or the time is up."""
        assert timeout is not None, "nobody would ever wake it"
        self._is_notified = False
        self._clock.pass_until(self._clock.now + max(LEAST_WAIT_S, timeout), lambda: self._is_notified)
        return self._is_notified

    def wait_for(self, predicate: Callable[[], T], timeout: float | None = None) -> T:
        """Not in this world: an act on the floor must not wait while the bus is served."""
        raise AssertionError("only the bus waits")

    def notify_all(self) -> None:
        """Something has changed."""
        self._is_notified = True
        self._tell()
