"""Whether the computer slept: times here are counted by a clock that stands still meanwhile, so nothing else would tell.

Linux and macOS have a clock beside it that goes on; Windows counts sleep by the one clock already. On any other system no
sleep is found.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LEAST_S: Final = 1.0
"""A shorter sleep is none: the links of blocks are lost within the same time."""
APART_S: Final = 0.1
"""Readings of the two clocks between which this program was held up for longer say nothing."""


def clock_through_sleep() -> float:
    """Return the time by the clock that goes on while the computer sleeps: CLOCK_BOOTTIME, on macOS CLOCK_MONOTONIC."""
    clock = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    try:
        return time.monotonic() if clock is None else time.clock_gettime(clock)
    except OSError:  # a system that has the name and not the clock
        return time.monotonic()


class SleepWatch:
    """Finds sleeps one after the other; for one thread."""

    def __init__(
        self, through_sleep: Callable[[], float] = clock_through_sleep, awake: Callable[[], float] = time.monotonic
    ) -> None:
        """`awake` is the clock that stands still while the computer sleeps."""
        self._through_sleep = through_sleep
        self._awake = awake
        self._asleep_s: float | None = None

    def has_slept(self) -> bool:
        """Return whether the computer slept since the last call."""
        before_s = self._awake()
        asleep_s = self._through_sleep() - before_s
        if self._awake() - before_s > APART_S:
            return False
        earlier_s, self._asleep_s = self._asleep_s, asleep_s
        return earlier_s is not None and asleep_s - earlier_s >= LEAST_S
