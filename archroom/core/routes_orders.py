"""Orders that stay together, on one stretch with one open gap: the shortest sequence, exactly.

What a sequence costs further on depends only on which orders are done and where the gap stands, so the cheapest way to each
such state is kept. An order may end at its lowest or its highest aisle, or at one that another order shares: any other end
costs no less than one of these two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archroom.core.routes import Visit
from archroom.core.routes_stretches import Stretch
from archroom.core.routes_units import Unit

MOST_ORDERS = 15
MOST_WORK = 3_000_000
"""How many steps of the exact search are worth their time, about three seconds at most."""


@dataclass(frozen=True, slots=True)
class _Reached:
    cost_s: float
    before: tuple[int, int] | None
    order: tuple[int, ...]
    """The aisles of the last order, as they are visited."""


def is_small_enough(units: Sequence[Unit]) -> bool:
    """Return whether the exact sequence can be had in reasonable time."""
    ends = sum(len(found) for found in _ends(units))
    return len(units) <= MOST_ORDERS and 2 ** max(0, len(units) - 2) * ends**2 <= MOST_WORK


def best_sequence(stretch: Stretch, units: Sequence[Unit]) -> tuple[tuple[Visit, ...], float]:
    """Return the visits in the shortest sequence of units, and the time that its openings take.

    The stretch needs one open gap, the units may lie in no other.
    """
    ends = _ends(units)
    visits = [{visit.aisle: visit for visit in unit.visits} for unit in units]
    aisles = [tuple(sorted(found)) for found in visits]
    states: dict[tuple[int, int], _Reached] = {(0, stretch.open_gaps[0]): _Reached(0.0, None, ())}
    layer = dict(states)
    lasts: dict[tuple[int, int], int] = {}
    for _ in units:
        found: dict[tuple[int, int], _Reached] = {}
        for key, reached in sorted(layer.items()):
            done, here = key
            for index in range(len(units)):
                if done >> index & 1:
                    continue
                for order in _ways(aisles[index], ends[index], here):
                    state = (done | 1 << index, order[-1])
                    cost = reached.cost_s + _cost_s(stretch, here, order)
                    if state not in found or cost < found[state].cost_s - 1e-9:
                        found[state] = _Reached(cost, key, order)
                        lasts[state] = index
        states |= found
        layer = found
    last = min(layer, key=lambda key: (round(layer[key].cost_s, 6), key))
    return _traced(states, lasts, visits, last), layer[last].cost_s


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


def _traced(
    states: dict[tuple[int, int], _Reached],
    lasts: dict[tuple[int, int], int],
    visits: list[dict[int, Visit]],
    state: tuple[int, int],
) -> tuple[Visit, ...]:
    walk: list[Visit] = []
    key: tuple[int, int] | None = state
    while key is not None and states[key].before is not None:
        walk += [visits[lasts[key]][aisle] for aisle in reversed(states[key].order)]
        key = states[key].before
    return tuple(reversed(walk))
