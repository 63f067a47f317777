"""What is to be walked: the lines of the list in the order in which they came, and the plan of what is left of them.

It lives as long as the app, whatever screen is up. Nothing falls off it by itself: a line is ticked, taken off, or stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archroom.errors import Message, say
from archroom.services.errands import Asked, Purpose
from archroom.services.planning import MOST_LINES

if TYPE_CHECKING:
    from archroom.services.answers import Answer
    from archroom.services.planning import Walk

_PURPOSES = (Purpose.PICK, Purpose.PUT_BACK, Purpose.COUNT)


@dataclass(slots=True, eq=False, repr=False)
class ListLine:
    """One line, as it was typed or as the code of a chosen thing."""

    number: int
    text: str
    is_ticked: bool = False
    """Whether somebody has ticked it off by hand, or counted it by a scan."""
    was_on_walk: bool = False
    """Whether a plan held it, so that it is done once it has left its shelf."""
    code: str = ""
    title: str = ""
    """What it names, as the last plan tells."""


class WalkList:
    """The list of one app and its plan."""

    def __init__(self) -> None:
        self.lines: list[ListLine] = []
        self.purpose = Purpose.PICK
        self.changes = 0
        """How often the list changed: a plan of an earlier state is not the plan of this one."""
        self.walk: Walk | None = None
        self.numbers: tuple[int, ...] = ()
        """Of each line that the plan was asked for, its number, in the plan's own order."""

    @property
    def pending(self) -> list[ListLine]:
        """The lines that are not ticked off."""
        return [line for line in self.lines if not line.is_ticked]

    @property
    def left(self) -> list[ListLine]:
        """The lines on which something is left to be done."""
        done = self.gone
        return [line for line in self.pending if line.number not in done]

    @property
    def gone(self) -> set[int]:
        """The lines that were on a walk and whose thing has left its shelf since, or has come home."""
        asides = () if self.walk is None else self.walk.asides
        numbers = {self.numbers[aside.number] for aside in asides if aside.is_done}
        return {number for number in numbers if self.line(number).was_on_walk}

    def asked(self) -> list[Asked]:
        """Return what is to be planned."""
        return [Asked(line.text) for line in self.pending]

    def line(self, number: int) -> ListLine:
        """Return the line of a number."""
        return self.lines[number]

    def add(self, texts: Sequence[str]) -> Message | None:
        """Put lines at the end; return why they are too many, None if they are on the list now."""
        if len(self.lines) + len(texts) > MOST_LINES:
            return say("{count} lines; a list has at most {most}.", count=len(self.lines) + len(texts), most=MOST_LINES)
        self.lines += [ListLine(number, text) for number, text in enumerate(texts, len(self.lines))]
        self.changes += 1
        return None

    def tick(self, numbers: Collection[int]) -> None:
        """Tick lines off; if all of them are, let them be to do again."""
        lines = [self.line(number) for number in numbers]
        is_ticked = not all(line.is_ticked for line in lines)
        for line in lines:
            line.is_ticked = is_ticked
        self.changes += 1

    def take_off(self, numbers: Collection[int]) -> None:
        """Take lines off the list."""
        kept = [line for line in self.lines if line.number not in numbers]
        new = {line.number: index for index, line in enumerate(kept)}
        self.walk, self.numbers = None, ()
        for line in kept:
            line.number = new[line.number]
        self.lines = kept
        self.changes += 1

    def empty(self) -> None:
        """Take everything off the list."""
        self.lines, self.walk, self.numbers = [], None, ()
        self.changes += 1

    def turn_purpose(self) -> None:
        """Fetch, put back or count: go to the next of the three; what was done of one is not done of another."""
        self.purpose = _PURPOSES[(_PURPOSES.index(self.purpose) + 1) % len(_PURPOSES)]
        for line in self.lines:
            line.was_on_walk = line.is_ticked = False
        self.walk, self.numbers = None, ()
        self.changes += 1

    def hear_scan(self, answer: Answer) -> None:
        """Tick off what a scan has counted: a count list is done by scanning what stands there."""
        if self.purpose is not Purpose.COUNT or not answer.is_ok or answer.is_repeat:
            return
        counted = [line for line in self.pending if line.was_on_walk and line.code == answer.subject]
        for line in counted:
            line.is_ticked = True
        self.changes += bool(counted)

    def take(self, walk: Walk | None, numbers: tuple[int, ...]) -> None:
        """Take the plan of what is left."""
        self.walk, self.numbers = walk, numbers
        if walk is None:
            return
        for index, spot in walk.spots.items():
            line = self.line(numbers[index])
            line.was_on_walk, line.code, line.title = True, spot.code, spot.title or spot.address
        for aside in walk.asides:
            line = self.line(numbers[aside.number])
            line.code, line.title = aside.code, aside.title
