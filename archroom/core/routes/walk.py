"""A walk on the clock: when each aisle opens, when the person can go in, and what the whole costs.

A block moves only while nobody of this walk is in it. The next aisle of another block opens as soon as the person has left
that block for the last time before, so opening ahead never makes a walk longer.
"""

from __future__ import annotations

from collections.abc import Sequence

from archroom.core.routes.errands import Effort, Goal, TimedVisit, Visit
from archroom.core.routes.gaps import gap_moves
from archroom.core.routes.stretches import Stretch

Score = tuple[float, float, float, float, int]
"""Lateness, waiting if that counts, total time, motion time, openings: the smaller, the better."""


class Ground:
    """The stretches as they stand at the beginning, and how long an errand takes."""

    def __init__(self, stretches: tuple[Stretch, ...], pick_s: float, is_opening_ahead: bool = True) -> None:
        self.stretches = stretches
        self.pick_s = pick_s
        self._is_ahead = is_opening_ahead

    def timed(self, visits: Sequence[Visit]) -> tuple[TimedVisit, ...]:
        """Return the visits on the clock, each with the gap that goes there."""
        moves = self._moves(visits)
        left: dict[int, tuple[float, int]] = {}
        now = 0.0
        walk: list[TimedVisit] = []
        for index, (visit, closes) in enumerate(zip(visits, moves, strict=True)):
            stretch = self.stretches[visit.stretch]
            free_s, during = left.get(stretch.block, (0.0, 0)) if self._is_ahead else (now, index)
            opening_s = 0.0 if closes is None else stretch.opening_s(closes, visit.aisle)
            arrives = max(now, free_s + opening_s)
            now = arrives + self.pick_s * len(visit.errands)
            left[stretch.block] = (now, index + 1)
            is_ahead = closes is not None and during < index
            walk.append(TimedVisit(visit, closes, free_s, opening_s, arrives, now, during if is_ahead else None))
        return tuple(walk)

    def effort(self, walk: Sequence[TimedVisit]) -> Effort:
        """Return what a walk costs."""
        moved = [abs(step.closes - step.visit.aisle) for step in walk if step.closes is not None]
        late = (
            step.arrives_s + self.pick_s * count - errand.due_s
            for step in walk
            for count, errand in enumerate(step.visit.errands, 1)
            if errand.due_s is not None
        )
        return Effort(
            total_s=walk[-1].leaves_s if walk else 0.0,
            openings=len(moved),
            carriages_moved=sum(moved),
            lateness_s=max(0.0, max(late, default=0.0)),
            waiting_s=sum(self._waiting_s(step) for step in walk),
        )

    def score(self, walk: Sequence[TimedVisit], goal: Goal) -> Score:
        """Return how good a walk is; rounded, so that the order of additions decides nothing."""
        effort = self.effort(walk)
        waiting = effort.waiting_s if goal is Goal.WAITING else 0.0
        motion_s = sum(step.opening_s for step in walk)
        rounded = (round(value, 6) for value in (effort.lateness_s, waiting, effort.total_s, motion_s))
        late, waited, total, moving = rounded
        return late, waited, total, moving, effort.openings

    def _waiting_s(self, step: TimedVisit) -> float:
        """Return the sum of the times at which the errands of a visit are done."""
        count = len(step.visit.errands)
        return step.arrives_s * count + self.pick_s * count * (count + 1) / 2

    def _moves(self, visits: Sequence[Visit]) -> list[int | None]:
        """Return the gap that goes to each visit, chosen for each stretch over all its visits."""
        by_stretch: dict[int, list[int]] = {}
        for visit in visits:
            by_stretch.setdefault(visit.stretch, []).append(visit.aisle)
        moves = {index: iter(gap_moves(self.stretches[index], aisles)) for index, aisles in by_stretch.items()}
        return [next(moves[visit.stretch]) for visit in visits]
