"""The frames of a bus on the screen: those of one unit, only what is wrong, only those with a text; live, or turned back.

What passes is kept whatever is shown; who turns back reads what had passed by then, until they come forward again.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from archroom.core.bench import SeenFrame, SeenFrames, is_with
from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.text import words

MOST_FRAMES: Final = 500


class PassedFrames:
    """The last frames of one bus, and which of them are shown."""

    def __init__(self) -> None:
        self._frames: deque[SeenFrame] = deque(maxlen=MOST_FRAMES)
        self._held: tuple[SeenFrame, ...] | None = None
        """What had passed when somebody turned back, None while they follow what passes."""
        self._back = self._rows = 0
        """How many frames the last one in sight is behind; how many are in sight, as last drawn."""
        self.units: set[int] = set()
        """From which something came; a silent one is not among them."""
        self.lost = 0
        self.is_errors_only = False
        self.text = ""
        """What must stand in a frame, in words or as bytes in hex; empty for anything."""

    @property
    def is_turned_back(self) -> bool:
        """Whether somebody reads what has passed before."""
        return self._held is not None

    def take(self, seen: SeenFrames) -> None:
        """Keep what has passed."""
        self._frames.extend(seen.frames)
        self.units.update(one.unit for one in seen.frames if one.unit is not None and one.hex and not one.is_ours)
        self.lost += seen.lost

    def clear(self) -> None:
        """Forget what has passed: another bus is looked at."""
        self._frames.clear()
        self.units.clear()
        self._held, self._back, self.lost = None, 0, 0

    def turn(self, pages: int) -> None:
        """Go so many pages on, or back; at the newest, follow what passes again."""
        if self._held is None and pages < 0:
            self._held, self._back = tuple(self._frames), 0
        self._back -= pages * max(self._rows - 1, 1)
        if self._back <= 0:
            self._held, self._back = None, 0

    def shown(self, unit: int | None, rows: int) -> list[SeenFrame]:
        """Return the frames in sight in so many rows, oldest first; `unit` None for all units."""
        self._rows = rows
        wanted = [one for one in (self._frames if self._held is None else self._held) if self._is_wanted(one, unit)]
        self._back = min(self._back, max(len(wanted) - rows, 0))
        end = len(wanted) - self._back
        return wanted[max(end - rows, 0) : end]

    def said(self) -> list[tuple[Message, str]]:
        """Return what is to be said of what is shown, with its tone."""
        said: list[tuple[Message, str]] = []
        if self.text:
            said.append((say("Only frames with {text} are shown.", text=self.text), marks.CAREFUL))
        if self.is_turned_back:
            said.append((say("These frames have passed before: End leads back to the newest."), marks.CAREFUL))
        return said

    def _is_wanted(self, frame: SeenFrame, unit: int | None) -> bool:
        is_unit = unit is None or frame.unit == unit
        is_kind = frame.verdict.is_error or not self.is_errors_only
        return is_unit and is_kind and is_with(frame, words(frame.meaning), self.text)
