"""Orders that stay together, on one stretch with one open gap: the shortest sequence, exactly.

What a sequence costs further on depends only on which orders are done and where the gap stands, so the cheapest way to each
such state is kept. An order may end at its lowest or its highest aisle, or at one that another order shares: any other end
costs no less than one of these two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archroom.core.routes.errands import Visit
from archroom.core.routes.stretches import Stretch
from archroom.core.routes.units import Unit

MOST_ORDERS = 15
MOST_WORK = 1_500_000
"""How many steps of the exact search are worth their time, about two seconds."""


_State = tuple[int, int]
"""The orders that are done, as bits, and where the gap stands."""
_Way = tuple[float, tuple[int, ...]]
"""What a way through an order's aisles costs in openings, s, and the aisles as they are visited."""


@dataclass(frozen=True, slots=True)
class _Reached:
    cost_s: float
    before: _State | None
    unit: int
    """The order that was done last; -1 at the beginning."""
    aisles: tuple[int, ...]
    """Its aisles, as they are visited."""


def is_small_enough(units: Sequence[Unit]) -> bool:
    """Return whether the exact sequence can be had in reasonable time."""
    ends = sum(len(found) for found in _ends(units))
    return len(units) <= MOST_ORDERS and 2 ** max(0, len(units) - 2) * ends**2 <= MOST_WORK


def best_sequence(stretch: Stretch, units: Sequence[Unit]) -> tuple[tuple[Visit, ...], float]:
    """Return the visits in the shortest sequence of units, and the time that its openings take.

    The stretch needs one open gap, the units may lie in no other.
    """
    beginning = (0, stretch.open_gaps[0])
    layer = {beginning: _Reached(0.0, None, -1, ())}
    states = dict(layer)
    places = {stretch.open_gaps[0]} | {visit.aisle for unit in units for visit in unit.visits}
    ways = _all_ways(stretch, units, places)
    for _ in units:
        layer = _next_layer(layer, ways)
        states |= layer
    last = min(layer, key=lambda key: (round(layer[key].cost_s, 6), key))
    visits = [{visit.aisle: visit for visit in unit.visits} for unit in units]
    walk: list[Visit] = []
    key: _State | None = last
    while key is not None:
        reached = states[key]
        walk += [visits[reached.unit][aisle] for aisle in reversed(reached.aisles)]
        key = reached.before
    return tuple(reversed(walk)), layer[last].cost_s


def _next_layer(layer: dict[_State, _Reached], ways: list[dict[int, list[_Way]]]) -> dict[_State, _Reached]:
    """Return the states with one more order done, each with the cheapest way there."""
    found: dict[_State, _Reached] = {}
    for key in sorted(layer):
        done, here = key
        cost_s = layer[key].cost_s
        for unit, by_place in enumerate(ways):
            if done >> unit & 1:
                continue
            for way_s, aisles in by_place[here]:
                state = (done | 1 << unit, aisles[-1])
                known = found.get(state)
                if known is None or cost_s + way_s < known.cost_s - 1e-9:
                    found[state] = _Reached(cost_s + way_s, key, unit, aisles)
    return found


def _all_ways(stretch: Stretch, units: Sequence[Unit], places: set[int]) -> list[dict[int, list[_Way]]]:
    """Return for each order, and each place where the gap may stand before it, the ways worth comparing."""
    found: list[dict[int, list[_Way]]] = []
    for unit, ends in zip(units, _ends(units), strict=True):
        aisles = tuple(sorted(visit.aisle for visit in unit.visits))
        by_place = {here: _ways(aisles, ends, here) for here in places}
        found.append({here: [(_cost_s(stretch, here, way), way) for way in ways] for here, ways in by_place.items()})
    return found


def _ways(aisles: tuple[int, ...], ends: tuple[int, ...], here: int) -> list[tuple[int, ...]]:
    """Return the ways through an order's aisles that may be part of a shortest sequence, one for each end."""
    if aisles == (here,):
        return [aisles]
    first = (here,) if here in aisles else ()
    left = [aisle for aisle in aisles if aisle != here]
    return [(*first, *_to_end(left, here, end)) for end in ends if end != here]


def _to_end(aisles: list[int], here: int, end: int) -> tuple[int, ...]:
    """Return the shorter way from here over all aisles that ends at one of them."""
    low, high = aisles[0], aisles[-1]
    by_low = abs(here - low) + (high - low) + (high - end)
    by_high = abs(here - high) + (high - low) + (end - low)
    if by_low <= by_high:
        out = sorted((aisle for aisle in aisles if aisle < min(here, end)), reverse=True)
        back = [aisle for aisle in aisles if aisle not in out and aisle != end]
        return (*out, *back, end)
    out = [aisle for aisle in aisles if aisle > max(here, end)]
    back = sorted((aisle for aisle in aisles if aisle not in out and aisle != end), reverse=True)
    return (*out, *back, end)


def _cost_s(stretch: Stretch, here: int, order: tuple[int, ...]) -> float:
    cost = 0.0
    for aisle in order:
        cost += stretch.opening_s(here, aisle)
        here = aisle
    return cost


def _ends(units: Sequence[Unit]) -> list[tuple[int, ...]]:
    """Return the aisles at which each order may end."""
    sets = [{visit.aisle for visit in unit.visits} for unit in units]
    found: list[tuple[int, ...]] = []
    for index, aisles in enumerate(sets):
        elsewhere = {aisle for other, those in enumerate(sets) if other != index for aisle in those}
        found.append(tuple(sorted({min(aisles), max(aisles)} | (aisles & elsewhere))))
    return found
