"""Due times and waiting, on one stretch with one open gap: the order in which aisles are visited once each.

Two searches over the same steps. The one over sets of visited aisles is exact and for few aisles. The one over runs of
neighbouring aisles is for many: it visits whatever it passes, which loses nothing where to stop costs nothing, and is a good
beginning elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from archroom.core.routes.errands import Goal
from archroom.core.routes.stretches import Stretch
from archroom.core.routes.units import Unit

MOST_FOR_SETS = 9
"""Aisles up to which the search over sets is made."""
MOST_FOR_RUNS = 60
_MOST_LABELS = 64
"""How many ways to one state are kept; more than that never came up with due times drawn at random."""


@dataclass(frozen=True, slots=True)
class _Label:
    """One way to a state, and what it cost so far."""

    late_s: float
    waiting_s: float
    """Waiting of all errands, done or not, up to now; 0 where only lateness and time count."""
    time_s: float
    order: tuple[int, ...]
    """Indices of the units in the order of their visits."""

    def is_beaten_by(self, other: _Label) -> bool:
        """Whether another way to the same state is as good in everything."""
        return other.late_s <= self.late_s and other.waiting_s <= self.waiting_s and other.time_s <= self.time_s


class _Steps:
    """How a way grows by one visit."""

    def __init__(self, stretch: Stretch, units: Sequence[Unit], pick_s: float, goal: Goal) -> None:
        self._stretch = stretch
        self._units = units
        self._pick_s = pick_s
        self._is_waiting = goal is Goal.WAITING
        self.aisles = [unit.visits[0].aisle for unit in units]
        self._total = sum(unit.errands for unit in units)

    def grown(self, label: _Label, index: int, here: int) -> _Label:
        """Return the way with one more visit."""
        visit = self._units[index].visits[0]
        opening_s = self._stretch.opening_s(here, visit.aisle)
        began = label.time_s + opening_s
        late = label.late_s
        for n, errand in enumerate(visit.errands, 1):
            if errand.due_s is not None:
                late = max(late, began + self._pick_s * n - errand.due_s)
        waiting = label.waiting_s
        count = len(visit.errands)
        if self._is_waiting:
            left = self._total - sum(self._units[done].errands for done in label.order)
            waiting += opening_s * left + self._pick_s * (count * (count + 1) / 2 + count * (left - count))
        return _Label(late, waiting, began + self._pick_s * count, (*label.order, index))


def order_by_sets(stretch: Stretch, units: Sequence[Unit], pick_s: float, goal: Goal) -> tuple[int, ...]:
    """Return the best order of units of one visit each, by their indices, over all orders."""
    steps = _Steps(stretch, units, pick_s, goal)
    layer: dict[tuple[int, int], list[_Label]] = {(0, -1): [_Label(0.0, 0.0, 0.0, ())]}
    for _ in units:
        layer = _next_layer(steps, layer, stretch.open_gaps[0], lambda done: _not_in(done, len(units)))
    return _best(layer)


def order_by_runs(stretch: Stretch, units: Sequence[Unit], pick_s: float, goal: Goal) -> tuple[int, ...]:
    """Return the best order of units of one visit each, by their indices, that always visits a neighbour of the visited."""
    steps = _Steps(stretch, units, pick_s, goal)
    start = stretch.open_gaps[0]
    by_aisle = sorted(range(len(units)), key=lambda index: steps.aisles[index])
    rank = {index: place for place, index in enumerate(by_aisle)}
    below = sum(steps.aisles[index] < start for index in by_aisle)

    def neighbours(done: int) -> list[int]:
        places = [rank[index] for index in range(len(units)) if done >> index & 1]
        low, high = (min(places) - 1, max(places) + 1) if places else (below - 1, below)
        if not places and high < len(units) and steps.aisles[by_aisle[high]] == start:
            return [by_aisle[high]]
        return [by_aisle[place] for place in (low, high) if 0 <= place < len(units)]

    layer: dict[tuple[int, int], list[_Label]] = {(0, -1): [_Label(0.0, 0.0, 0.0, ())]}
    for _ in units:
        layer = _next_layer(steps, layer, start, neighbours)
    return _best(layer)


def _next_layer(
    steps: _Steps, layer: dict[tuple[int, int], list[_Label]], start: int, following: Callable[[int], Iterable[int]]
) -> dict[tuple[int, int], list[_Label]]:
    found: dict[tuple[int, int], list[_Label]] = {}
    for (done, last), labels in layer.items():
        here = start if last < 0 else steps.aisles[last]
        for index in following(done):
            grown = [steps.grown(label, index, here) for label in labels]
            found.setdefault((done | 1 << index, index), []).extend(grown)
    return {state: _kept(labels) for state, labels in found.items()}


def _kept(labels: list[_Label]) -> list[_Label]:
    """Return the ways that no other beats."""
    kept: list[_Label] = []
    for label in sorted(labels, key=lambda way: (way.late_s, way.waiting_s, way.time_s, way.order)):
        if not any(label.is_beaten_by(other) for other in kept):
            kept.append(label)
    return kept[:_MOST_LABELS]


def _not_in(done: int, count: int) -> list[int]:
    return [index for index in range(count) if not done >> index & 1]


def _best(layer: dict[tuple[int, int], list[_Label]]) -> tuple[int, ...]:
    labels = [label for found in layer.values() for label in found]
    return min(labels, key=lambda way: (way.late_s, way.waiting_s, way.time_s, way.order)).order
