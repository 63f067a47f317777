"""What a walk costs and how short it can be, worked out without the planner: by trying all, and by dynamic programming.

It shares no code with `archroom.core.routes.errands*` but the facts it is asked about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations, product
from random import Random

from archroom.core.rooms import Face, MotionPolicy
from archroom.core.routes.errands import Errand, Route
from archroom.core.routes.motion import Motion
from archroom.core.routes.stretches import Stretch

PICK_S = 30.0
POLICIES = tuple(MotionPolicy)


def opening_s(motion: Motion, carriages: int) -> float:
    """The time of one opening, by the table of the three policies."""
    if carriages == 0:
        return 0.0
    run = motion.travel_mm / motion.speed_mm_s + motion.speed_mm_s / motion.acceleration_mm_s2
    if motion.travel_mm < motion.speed_mm_s**2 / motion.acceleration_mm_s2:
        run = 2 * math.sqrt(motion.travel_mm / motion.acceleration_mm_s2)
    match motion.policy:
        case MotionPolicy.SEQUENTIAL:
            return motion.warning_s + carriages * run
        case MotionPolicy.STAGGERED:
            return motion.warning_s + (carriages - 1) * motion.stagger_s + run
        case MotionPolicy.GROUP:
            return motion.warning_s + run


def motion(policy: MotionPolicy = MotionPolicy.STAGGERED) -> Motion:
    """Usual drives."""
    return Motion(875, policy)


def stretch(aisles: int, open_gaps: Iterable[int], policy: MotionPolicy = MotionPolicy.STAGGERED, block: int = 1) -> Stretch:
    """A stretch of aisles 0 to one less than that many."""
    return Stretch(block, tuple(range(aisles)), tuple(sorted(open_gaps)), motion(policy))


def errand(number: int, aisle: int, block: int = 1, order: str = "", due_s: float | None = None) -> Errand:
    """An errand whose shelf in the aisle does not matter."""
    return Errand(number, block, aisle, Face.B, 1 + number % 5, 1 + number % 6, order, due_s)


def random_errands(rng: Random, count: int, aisles: int, blocks: int = 1) -> list[Errand]:
    """Errands in random aisles."""
    return [errand(number, rng.randrange(aisles), 1 + rng.randrange(blocks)) for number in range(count)]


def shortest_motion_s(place: Stretch, aisles: Iterable[int]) -> float:
    """The least motion time over all orders of the distinct aisles and all choices of gaps, by trying all."""
    wanted = set(aisles)
    return min(given_order_s(place, order) for order in permutations(sorted(wanted)))


def given_order_s(place: Stretch, order: Sequence[int]) -> float:
    """The least motion time in this order, over all sets of places where the gaps may stand."""
    costs: dict[frozenset[int], float] = {frozenset(place.open_gaps): 0.0}
    for aisle in order:
        after: dict[frozenset[int], float] = {}
        for gaps, cost in costs.items():
            moves = [(gaps, 0.0)] if aisle in gaps else list(_moves(place, gaps, aisle))
            for reached, extra in moves:
                after[reached] = min(after.get(reached, math.inf), cost + extra)
        costs = after
    return min(costs.values())


def nearest_gap_s(place: Stretch, order: Sequence[int]) -> float:
    """What it costs to take the nearest gap each time."""
    gaps, total = set(place.open_gaps), 0.0
    for aisle in order:
        nearest = min(gaps, key=lambda gap: (abs(gap - aisle), gap))
        total += opening_s(place.motion, abs(nearest - aisle))
        gaps = gaps - {nearest} | {aisle}
    return total


def every_walk_s(stretches: Sequence[Stretch], errands: Sequence[Errand]) -> Iterator[tuple[float, float, float]]:
    """Lateness, waiting and length of every order of visits to aisles, one open gap in each block; blocks open ahead.

    In an aisle the errands are done bay by bay, from the floor up.
    """
    places = sorted({(errand.block, errand.aisle) for errand in errands})
    at = {place: [errand for errand in errands if (errand.block, errand.aisle) == place] for place in places}
    for order in permutations(places):
        gaps = {place.block: place.open_gaps[0] for place in stretches}
        motions = {place.block: place.motion for place in stretches}
        free = dict.fromkeys(gaps, 0.0)
        now = late = waiting = 0.0
        for block, aisle in order:
            now = max(now, free[block] + opening_s(motions[block], abs(gaps[block] - aisle)))
            for found in sorted(at[block, aisle], key=lambda errand: (errand.bay, errand.level, errand.number)):
                now += PICK_S
                waiting += now
                late = max(late, now - found.due_s) if found.due_s is not None else late
            gaps[block], free[block] = aisle, now
        yield late, waiting, now


def shortest_with_orders_s(place: Stretch, orders: dict[str, set[int]]) -> float:
    """The least motion time where the aisles of an order are visited one after the other, by trying all sequences."""
    best = math.inf
    for sequence in permutations(sorted(orders)):
        inner = [list(permutations(sorted(orders[name]))) for name in sequence]
        for choice in product(*inner):
            walk = [aisle for order in choice for aisle in order]
            best = min(best, given_order_s(place, walk))
    return best


def flaws(route: Route, stretches: Sequence[Stretch], errands: Sequence[Errand]) -> list[str]:
    """What is wrong with a walk: something left out or done twice, a gap that is not there, a clock that lies."""
    found: list[str] = []
    done = sorted(errand.number for step in route.steps for errand in step.errands)
    if done != sorted(errand.number for errand in errands):
        found.append(f"errands {done}")
    standing = [list(place.open_gaps) for place in stretches]
    where = {(place.block, aisle): standing[index] for index, place in enumerate(stretches) for aisle in place.aisles}
    motions = {place.block: place.motion for place in stretches}
    now, left = 0.0, dict.fromkeys(motions, 0.0)
    for step in route.steps:
        open_here = where[step.block, step.aisle]
        cost = 0.0
        if step.closes is None:
            if step.aisle not in open_here:
                found.append(f"{step.aisle} is not open")
        elif step.closes not in open_here or step.aisle in open_here:
            found.append(f"{step.closes} cannot go to {step.aisle}")
        else:
            open_here.remove(step.closes)
            open_here.append(step.aisle)
            cost = opening_s(motions[step.block], abs(step.closes - step.aisle))
            if len(step.carriages) != abs(step.closes - step.aisle):
                found.append(f"carriages {step.carriages}")
        if any((errand.block, errand.aisle) != (step.block, step.aisle) for errand in step.errands):
            found.append("an errand in another aisle")
        now = max(now, left[step.block] + cost) + PICK_S * len(step.errands)
        left[step.block] = now
    if abs(now - route.effort.total_s) > 1e-6:
        found.append(f"{route.effort.total_s} s, not {now}")
    return found


def _moves(place: Stretch, gaps: frozenset[int], aisle: int) -> Iterator[tuple[frozenset[int], float]]:
    for gap in gaps:
        yield gaps - {gap} | {aisle}, opening_s(place.motion, abs(gap - aisle))
