"""Whether a service may say that it is alive: only while every thread that has a bus lives and turns. Pure.

One that hangs keeps the service from saying so; the service manager's watchdog then runs out and starts it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TURN_WITHIN_S: Final = 10.0
"""Longest time between two turns of a bus thread: 4 s until a lost port is tried again, and the time to open it."""


@dataclass(frozen=True, slots=True)
class ThreadLife:
    """What is seen of one thread."""

    is_alive: bool
    turned_s: float
    """When it last showed life, by the clock that `may_be_fed` is asked with."""
    is_over: bool = False
    """Whether it has nothing left to do, because its port is gone for ever."""


def may_be_fed(threads: Sequence[ThreadLife], now_s: float) -> bool:
    """Return whether a watchdog may be fed."""
    return all(thread.is_alive and (thread.is_over or now_s - thread.turned_s <= TURN_WITHIN_S) for thread in threads)


def feeding_period_s(watchdog_s: float, longest_s: float) -> float:
    """Return how often a watchdog of so many seconds is fed: three times within it, and no less often than `longest_s`."""
    return min(longest_s, watchdog_s / 3)
