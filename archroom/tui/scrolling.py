"""A part of lines that do not all fit: the newest at first, older ones page by page, and how many are left out."""

from __future__ import annotations

from collections.abc import Sequence

from archroom.errors import say
from archroom.tui import marks
from archroom.tui.text import Line, cut, words


class Scroll:
    """Where somebody is among lines that grow at their end; it follows the end until they turn back."""

    def __init__(self) -> None:
        self._first: int | None = None
        """The first line in sight, None to follow the end."""
        self._rows = self._count = 0
        """As last drawn."""

    def turn(self, pages: int) -> None:
        """Go so many pages on, or back; at the end it follows the end again."""
        end = max(self._count - self._rows, 0)
        at = (end if self._first is None else self._first) + pages * max(self._rows - 1, 1)
        self._first = None if at >= end else max(at, 0)

    def part(self, lines: Sequence[Line], rows: int, width: int) -> list[Line]:
        """Return what is in sight in so many rows; where lines are left out, the last row says how many."""
        self._count = len(lines)
        self._rows = rows if len(lines) <= rows else max(rows - 1, 1)
        end = max(len(lines) - self._rows, 0)
        first = end if self._first is None else min(self._first, end)
        shown = list(lines[first : first + self._rows])
        if len(lines) <= rows or rows < 2:
            return shown
        below = len(lines) - first - self._rows
        left_out = say("Lines above: {above}, below: {below}. Page Up and Page Down show them.", above=first, below=below)
        return [*shown, [(cut(words(left_out), width), marks.MUTED)]]
