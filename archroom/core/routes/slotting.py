"""What past loans say of the aisles: which are asked for most, and which boxes are asked for together but stand apart.

Boxes on the two faces of one aisle need one opening, so what is asked for together belongs there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from archroom.core.routes.stretches import Stretch

ORDER_PAUSE_S = 3600.0
"""Loans of one person belong to one order as long as no longer time passes between two of them."""
LARGEST_ORDER = 40
"""An order of more boxes is a move or a project, and says nothing of what belongs together."""
LEAST_TIMES = 2
"""Together once is chance."""

AislePlace = tuple[int, int]
"""Block and aisle."""


@dataclass(frozen=True, slots=True)
class Lending:
    """One past loan, as far as it tells where things should stand."""

    person: int
    at_s: float
    """When, in seconds from any fixed instant."""
    box: int
    """Number of the container, the outermost, that was fetched for it."""
    collection: str
    place: AislePlace | None
    """Where that container belongs now, None if no aisle leads there."""


@dataclass(frozen=True, slots=True)
class Apart:
    """Two boxes, or two collections, that one order asked for from different aisles."""

    first: int | str
    second: int | str
    times: int


@dataclass(frozen=True, slots=True)
class Habits:
    """What past loans say."""

    orders: int
    demand: Mapping[AislePlace, int]
    """How often each aisle was asked for."""
    boxes: tuple[Apart, ...]
    """Pairs of boxes, the most frequent first."""
    collections: tuple[Apart, ...]
    """Pairs of collections, the most frequent first."""


def habits_of(lendings: Iterable[Lending]) -> Habits:
    """Return what past loans say, in whatever order they come."""
    demand: Counter[AislePlace] = Counter()
    boxes: Counter[tuple[int, int]] = Counter()
    collections: Counter[tuple[str, str]] = Counter()
    orders = _orders(lendings)
    for order in orders:
        by_box = {lending.box: lending for lending in order if lending.place is not None}
        demand.update({lending.place for lending in by_box.values() if lending.place is not None})
        if len(by_box) > LARGEST_ORDER:
            continue
        pairs = [
            (by_box[first], by_box[second])
            for first, second in combinations(sorted(by_box), 2)
            if by_box[first].place != by_box[second].place
        ]
        boxes.update((first.box, second.box) for first, second in pairs)
        named = {tuple(sorted((first.collection, second.collection))) for first, second in pairs}
        collections.update((pair[0], pair[1]) for pair in named if pair[0] and pair[0] != pair[1])
    return Habits(
        len(orders),
        dict(sorted(demand.items())),
        tuple(Apart(*pair, times) for pair, times in _frequent(boxes)),
        tuple(Apart(*pair, times) for pair, times in _frequent(collections)),
    )


def best_parking(stretch: Stretch, demand: Mapping[AislePlace, int]) -> int | None:
    """Return the aisle to leave open, so that the next opening takes least on average; None if nothing here was asked for.

    Where only openings cost, it is the aisle most asked for; where only carriages do, the median of what was asked for.
    """
    wanted = {aisle: demand.get((stretch.block, aisle), 0) for aisle in stretch.aisles}
    if not any(wanted.values()):
        return None

    def cost_s(parked: int) -> float:
        return sum(times * stretch.opening_s(parked, aisle) for aisle, times in wanted.items())

    return min(stretch.aisles, key=lambda aisle: (round(cost_s(aisle), 6), -wanted[aisle], aisle))


def _orders(lendings: Iterable[Lending]) -> list[list[Lending]]:
    """Return the loans order by order."""
    orders: list[list[Lending]] = []
    last: Lending | None = None
    for lending in sorted(lendings, key=lambda lent: (lent.person, lent.at_s, lent.box)):
        if last is None or lending.person != last.person or lending.at_s - last.at_s > ORDER_PAUSE_S:
            orders.append([])
        orders[-1].append(lending)
        last = lending
    return orders


def _frequent(pairs: Counter[tuple[int, int]] | Counter[tuple[str, str]]) -> list[tuple[tuple[int | str, int | str], int]]:
    found = [((pair[0], pair[1]), times) for pair, times in pairs.items() if times >= LEAST_TIMES]
    return sorted(found, key=lambda entry: (-entry[1], str(entry[0][0]), str(entry[0][1])))
