"""What is to be walked: the lines of the list in the order in which they came, and the plan of what is left of them.

It lives as long as the app, whatever screen is up. Nothing falls off it by itself: a line is ticked, taken off, or stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from archroom.core.routes.errands import Goal
from archroom.errors import Message, say
from archroom.services.errands import Asked, Purpose
from archroom.services.planning import MOST_LINES, Wishes

if TYPE_CHECKING:
    from archroom.services.answers import Answer
    from archroom.services.planning import Parking, Walk

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
    order: str = ""
    """Lines of one order stay together; empty for none."""
    due_at: datetime | None = None

    def left_s(self, now: datetime) -> float | None:
        """Return what is left of its time, below zero when it is over; None if it has all the time."""
        return None if self.due_at is None else (self.due_at - now).total_seconds()


class WalkList:
    """The list of one app and its plan."""

    def __init__(self) -> None:
        self.lines: list[ListLine] = []
        self.purpose = Purpose.PICK
        self.goal = Goal.TIME
        self.is_parking = False
        """Whether the plan says which aisle to leave open in the end."""
        self.parkings: tuple[Parking, ...] = ()
        """Those that plans told: of a block where nothing is left to be done, the last one, until that aisle stands open."""
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

    @property
    def wishes(self) -> Wishes:
        """How it is to be planned."""
        return Wishes(self.purpose, self.goal, is_parking=self.is_parking)

    def asked(self, now: datetime) -> list[Asked]:
        """Return what is to be planned, with what is left of each time, none where it is over."""
        return [Asked(line.text, line.order, _not_below_zero(line.left_s(now))) for line in self.pending]

    def line(self, number: int) -> ListLine:
        """Return the line of a number."""
        return self.lines[number]

    def add(self, asked: Sequence[Asked], now: datetime) -> Message | None:
        """Put lines at the end, due so long after now; return why they are too many, None if they are on the list now."""
        if len(self.lines) + len(asked) > MOST_LINES:
            return say("{count} lines; a list has at most {most}.", count=len(self.lines) + len(asked), most=MOST_LINES)
        for line in asked:
            due_at = None if line.due_s is None else now + timedelta(seconds=line.due_s)
            self.lines.append(ListLine(len(self.lines), line.text, order=line.order, due_at=due_at))
        self.changes += 1
        return None

    def add_code(self, code: str) -> Message | None:
        """Put a code at the end, of no order and due at no time; return why not, None if it is on the list now."""
        return self.add([Asked(code)], datetime.min)

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
        """Take everything off the list; the next one is planned as the first was, but for its purpose."""
        self.lines, self.walk, self.numbers, self.parkings = [], None, (), ()
        self.goal, self.is_parking = Goal.TIME, False
        self.changes += 1

    def turn_purpose(self) -> None:
        """Fetch, put back or count: go to the next of the three; what was done of one is not done of another."""
        self.purpose = _PURPOSES[(_PURPOSES.index(self.purpose) + 1) % len(_PURPOSES)]
        for line in self.lines:
            line.was_on_walk = line.is_ticked = False
        self.walk, self.numbers, self.parkings = None, (), ()
        self.changes += 1

    def turn_goal(self) -> None:
        """Have the sum of all waiting least in place of the shortest walk, or the other way round."""
        self.goal = Goal.TIME if self.goal is Goal.WAITING else Goal.WAITING
        self.changes += 1

    def turn_parking(self) -> None:
        """Have the plan say which aisle to leave open in the end, or no longer."""
        self.is_parking, self.parkings = not self.is_parking, ()
        self.changes += 1

    def hear_scan(self, answer: Answer) -> None:
        """Tick off what a scan has counted: a count list is done by scanning what stands there."""
        if self.purpose is not Purpose.COUNT or not answer.is_ok or answer.is_repeat:
            return
        counted = [line for line in self.pending if line.was_on_walk and line.code == answer.subject]
        for line in counted:
            line.is_ticked = True
        self.changes += bool(counted)

    def take(self, walk: Walk | None, numbers: tuple[int, ...], opened: Collection[tuple[int, int]] = ()) -> None:
        """Take the plan of what is left, begun from these open aisles, each with the number of its block."""
        self.walk, self.numbers = walk, numbers
        if walk is None:
            return
        walked = {step.block for step in walk.route.steps}
        kept = [park for park in self.parkings if park.block not in walked and (park.block, park.aisle) not in opened]
        self.parkings = (*kept, *walk.parkings)
        for index, spot in walk.spots.items():
            line = self.line(numbers[index])
            line.was_on_walk, line.code, line.title = True, spot.code, spot.title or spot.address
        for aside in walk.asides:
            line = self.line(numbers[aside.number])
            line.code, line.title = aside.code, aside.title


def _not_below_zero(seconds: float | None) -> float | None:
    return None if seconds is None else max(seconds, 0.0)
