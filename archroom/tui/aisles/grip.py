"""What lets a jog go on: a button that is held down on a screen that lives, and an aisle that somebody has just looked into.

A grip that was let go stays so; the next press is another grip. Both are asked from the worker's thread too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

HANG_S: Final = 0.3
"""A screen that showed no life for so long counts as hanging: as long as the lease of a held jog."""
LOOKED_S: Final = 60.0
"""How long somebody's word that an aisle is clear counts for the next jogs: as long as a ticket lives."""


class Grip:
    """One press of a button, from its going down to whatever ends it first."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._alive_s = now_s()
        self._is_down = True

    def show_life(self) -> None:
        """Take note that the screen still answers."""
        if self.is_held():
            self._alive_s = self._now_s()

    def let_go(self) -> None:
        """End it."""
        self._is_down = False

    def is_held(self) -> bool:
        """Return whether the button is down and the screen does not hang."""
        if self._now_s() - self._alive_s > HANG_S:
            self._is_down = False
        return self._is_down


class Looked:
    """The aisles that somebody has said to be clear, each for a minute."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._at_s: dict[int, float] = {}

    def add(self, aisles: Iterable[int]) -> None:
        """Take note that somebody has looked into these just now."""
        self._at_s |= dict.fromkeys(aisles, self._now_s())

    def forget(self) -> None:
        """Count nothing any more: something went otherwise than wanted."""
        self._at_s = {}

    def covers(self, aisles: Iterable[int]) -> bool:
        """Return whether all of them were looked into within the last minute."""
        now, seen = self._now_s(), self._at_s
        return all(aisle in seen and now - seen[aisle] <= LOOKED_S for aisle in aisles)
