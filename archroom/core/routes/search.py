"""Orders of units where no exact method is at hand: all of them if they are few, else improved step by step.

Always the same for the same list: every round tries the same exchanges in the same order, up to a fixed amount of work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from archroom.core.routes.errands import Goal, Visit
from archroom.core.routes.units import Unit, laid_out
from archroom.core.routes.walk import Ground, Score

MOST_FOR_ALL = 6
"""Units up to which every order is tried."""
MOST_FOR_INSERTION = 30
WORK = 60_000
"""How many visits may be timed in all; where gaps are to be chosen, each counts as often as there are visits."""


class Search:
    """The search for a good order of units, with the work it may still do."""

    def __init__(self, ground: Ground, units: Sequence[Unit], goal: Goal) -> None:
        self._ground = ground
        self._units = tuple(units)
        self._goal = goal
        self._work = WORK
        self._are_gaps_chosen = any(len(stretch.open_gaps) > 1 for stretch in ground.stretches)

    def best(self, seeds: Iterable[tuple[Unit, ...]]) -> tuple[Visit, ...]:
        """Return the visits of the best order found, beginning at the seeds."""
        if len(self._units) <= MOST_FOR_ALL:
            return self._laid(min(permutations(self._units), key=self._score))
        orders = list(seeds)
        if len(self._units) <= MOST_FOR_INSERTION:
            orders.append(self._inserted())
        return self._laid(self._improved(min(orders, key=self._score)))

    def _inserted(self) -> tuple[Unit, ...]:
        """Return an order built by putting each unit where it costs least, as the list has them."""
        order: tuple[Unit, ...] = ()
        for unit in self._units:
            places = [(*order[:place], unit, *order[place:]) for place in range(len(order) + 1)]
            order = min(places, key=self._score)
        return order

    def _improved(self, order: tuple[Unit, ...]) -> tuple[Unit, ...]:
        """Return the order after every exchange that helps, until none does or the work is done."""
        score = self._score(order)
        is_better = True
        while is_better and self._work > 0:
            is_better = False
            for changed in _exchanges(order):
                if self._work <= 0:
                    break
                found = self._score(changed)
                if found < score:
                    order, score, is_better = changed, found, True
                    break
        return order

    def _score(self, order: tuple[Unit, ...]) -> Score:
        visits = self._laid(order)
        self._work -= len(visits) * (len(visits) if self._are_gaps_chosen else 1)
        return self._ground.score(self._ground.timed(visits), self._goal)

    def _laid(self, order: tuple[Unit, ...]) -> tuple[Visit, ...]:
        return laid_out(self._ground.stretches, order)


def _exchanges(order: tuple[Unit, ...]) -> Iterator[tuple[Unit, ...]]:
    """Yield the orders in which one unit goes elsewhere, then those in which a run of units is turned round."""
    count = len(order)
    for place in range(count):
        rest = (*order[:place], *order[place + 1 :])
        yield from ((*rest[:to], order[place], *rest[to:]) for to in range(count) if to != place)
    for first in range(count - 2):
        for last in range(first + 2, count):
            yield (*order[:first], *order[first : last + 1][::-1], *order[last + 1 :])
