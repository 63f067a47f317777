"""What the planner works with and gives back: errands, visits, and the timed steps of a walk.

An errand is one thing to be fetched, put back or counted at a shelf; a visit is what is done at one opening of one aisle.
Seconds count from the moment at which the walk begins. A plan proposes: each opening is still confirmed by a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from archroom.core.rooms import Face
from archroom.core.routes.stretches import Stretch
from archroom.errors import Message

PICK_S = 30.0
"""Time for one errand, with the walk along the aisle to its shelf (an assumption; nobody has measured it here)."""


class Goal(Enum):
    """What is to be least, after lateness, which always comes first."""

    TIME = "time"
    WAITING = "waiting"
    """The sum of the times at which the errands are done."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to be fetched, put back or counted at its shelf."""

    number: int
    """Its place in the list, which tells errands apart."""
    block: int
    aisle: int
    face: Face
    bay: int
    level: int
    order: str = ""
    """Errands of one order stay together; empty: it goes wherever it fits."""
    due_s: float | None = None
    """When it should be done, in seconds from the beginning."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Errands done at one stay in one aisle, in their order."""

    stretch: int
    """Index of the stretch in which the aisle lies."""
    aisle: int
    errands: tuple[Errand, ...]


@dataclass(frozen=True, slots=True)
class TimedVisit:
    """A visit with its opening, on the clock of the walk."""

    visit: Visit
    closes: int | None
    """The open gap that goes to this aisle; None if the aisle stands open."""
    begins_s: float
    """When the opening begins."""
    opening_s: float
    arrives_s: float
    """When the person can go in: the aisle is open, and the visit before is done."""
    leaves_s: float
    during: int | None
    """Index of the visit before which the opening is asked for, if that is an earlier one; else None."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the walk as it is told to a person."""

    block: int
    aisle: int
    closes: int | None
    carriages: tuple[int, ...]
    """The carriages that move, the one next to the closing aisle first."""
    timed: TimedVisit
    errands: tuple[Errand, ...]
    why: Message


@dataclass(frozen=True, slots=True)
class Effort:
    """What a walk costs."""

    total_s: float
    openings: int
    carriages_moved: int
    lateness_s: float
    """How late the latest errand is; 0 if all are in time."""
    waiting_s: float
    """Sum of the times at which the errands are done."""


@dataclass(frozen=True, slots=True)
class Route:
    """The proposed walk, beside what bounds it and what the list as it stands would cost."""

    steps: tuple[Step, ...]
    effort: Effort
    listed: Effort
    """In list order, by the same rules: the best gap moves, and the next block opens while the person works."""
    lower_bound_s: float
    """No walk of these errands takes less."""

    @property
    def is_shortest(self) -> bool:
        """Whether it is proved that no walk is shorter."""
        return self.effort.total_s <= self.lower_bound_s + 1e-6


def serpentine(errands: Iterable[Errand]) -> tuple[Errand, ...]:
    """Return the errands of one aisle in walking order: out along face B, back along face A, each bay from the floor up."""
    return tuple(sorted(errands, key=_walking_order))


def visits_as_listed(stretches: tuple[Stretch, ...], errands: Iterable[Errand]) -> tuple[Visit, ...]:
    """Return the visits of the list as it stands; errands of one order follow the first of them."""
    where = stretch_indices(stretches)
    visits: list[Visit] = []
    for place, run in groupby(together(errands), key=lambda errand: (errand.block, errand.aisle)):
        visits.append(Visit(where[place], place[1], tuple(run)))
    return tuple(visits)


def together(errands: Iterable[Errand]) -> tuple[Errand, ...]:
    """Return the list with the errands of each order following the first of that order."""
    listed = sorted(errands, key=lambda errand: errand.number)
    first: dict[str, int] = {}
    for errand in listed:
        if errand.order:
            first.setdefault(errand.order, errand.number)
    return tuple(sorted(listed, key=lambda errand: (first.get(errand.order, errand.number), errand.number)))


def stretch_indices(stretches: tuple[Stretch, ...]) -> dict[tuple[int, int], int]:
    """Return the index of the stretch of each block and aisle."""
    return {(stretch.block, aisle): index for index, stretch in enumerate(stretches) for aisle in stretch.aisles}


def _walking_order(errand: Errand) -> tuple[bool, int, int, int]:
    is_back = errand.face is Face.A
    return is_back, -errand.bay if is_back else errand.bay, errand.level, errand.number
