"""The planner: from errands and the stretches as they stand to the proposed walk.

The list as it stands is among the walks that are compared, so a plan is never worse than it: neither later, nor with more
waiting where that counts, nor longer, in this order. The same errands give the same plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from archroom.core.gaps import carriages_between
from archroom.core.routes.blocks import interleavings
from archroom.core.routes.due import MOST_FOR_RUNS, MOST_FOR_SETS, order_by_runs, order_by_sets
from archroom.core.routes.errands import PICK_S, Errand, Goal, Route, Step, Visit, visits_as_listed
from archroom.core.routes.orders import best_sequence, is_small_enough
from archroom.core.routes.reasons import reasons
from archroom.core.routes.search import MOST_FOR_ALL, Search
from archroom.core.routes.stretches import Stretch
from archroom.core.routes.sweep import least_motion_s
from archroom.core.routes.units import Unit, laid_out, swept_units, units_of
from archroom.core.routes.walk import Ground


def planned(
    stretches: tuple[Stretch, ...],
    errands: Sequence[Errand],
    goal: Goal = Goal.TIME,
    pick_s: float = PICK_S,
    is_opening_ahead: bool = True,
) -> Route:
    """Return the walk for these errands, each of which must lie in a stretch that has an open gap.

    Shortest for certain where the errands may come in any order and lie in one block, or belong to few orders and lie in one
    stretch with one open gap; else the best that was found. `Route.is_shortest` says whether it is proved.
    """
    ground = Ground(stretches, pick_s, is_opening_ahead)
    listed = visits_as_listed(stretches, errands)
    if not listed:
        effort = ground.effort(())
        return Route((), effort, effort, 0.0)
    units = units_of(stretches, errands)
    bound_s = _least_s(ground, errands)
    walks = [listed]
    if _is_sequence_exact(ground, units, errands, goal):
        (index,) = {visit.stretch for visit in listed}
        walk, motion_s = best_sequence(stretches[index], units)
        walks.append(walk)
        bound_s = max(bound_s, motion_s + pick_s * len(errands))
    else:
        walks += _candidates(ground, units, errands, goal)
    timed = [ground.timed(walk) for walk in walks]
    best = min(timed, key=lambda walk: ground.score(walk, goal))
    steps = tuple(
        Step(
            block=stretches[step.visit.stretch].block,
            aisle=step.visit.aisle,
            closes=step.closes,
            carriages=() if step.closes is None else carriages_between(step.visit.aisle, step.closes),
            timed=step,
            errands=step.visit.errands,
            why=why,
        )
        for step, why in zip(best, reasons(stretches, best), strict=True)
    )
    return Route(steps, ground.effort(best), ground.effort(timed[0]), bound_s)


def _least_s(ground: Ground, errands: Sequence[Errand]) -> float:
    """Return a time below which no walk can be.

    All errands are done one after the other, and none before some aisle is open. In one block nothing moves while one of its
    errands is done, so its motion and its errands are one after the other too.
    """
    aisles: dict[int, set[int]] = {}
    for visit in visits_as_listed(ground.stretches, errands):
        aisles.setdefault(visit.stretch, set()).add(visit.aisle)
    first_s = min(
        ground.stretches[index].opening_s(gap, aisle)
        for index, wanted in aisles.items()
        for aisle in wanted
        for gap in ground.stretches[index].open_gaps
    )
    blocks: dict[int, float] = {}
    for index, wanted in aisles.items():
        block = ground.stretches[index].block
        blocks[block] = blocks.get(block, 0.0) + least_motion_s(ground.stretches[index], wanted)
    for errand in errands:
        blocks[errand.block] += ground.pick_s
    return max(first_s + ground.pick_s * len(errands), *blocks.values())


def _is_free(errands: Sequence[Errand], goal: Goal) -> bool:
    """Whether the errands may come in any order."""
    return goal is Goal.TIME and all(not errand.order and errand.due_s is None for errand in errands)


def _is_sequence_exact(ground: Ground, units: Sequence[Unit], errands: Sequence[Errand], goal: Goal) -> bool:
    """Whether the exact search over orders applies: only orders bind, and all lie in one stretch with one open gap."""
    indices = {visit.stretch for unit in units for visit in unit.visits}
    is_one_gap = len(indices) == 1 and len(ground.stretches[min(indices)].open_gaps) == 1
    is_bound = any(errand.order for errand in errands)
    is_undated = all(errand.due_s is None for errand in errands)
    return goal is Goal.TIME and is_bound and is_undated and is_one_gap and is_small_enough(units)


def _candidates(
    ground: Ground, units: tuple[Unit, ...], errands: Sequence[Errand], goal: Goal
) -> Iterator[tuple[Visit, ...]]:
    """Yield walks worth comparing."""
    if _is_free(errands, goal):
        rows = _rows(ground, laid_out(ground.stretches, swept_units(ground.stretches, units)))
        yield from interleavings(ground, rows)
        if len(rows) > 1 and len(units) <= MOST_FOR_ALL:
            yield Search(ground, units, goal).best(())
        return
    yield Search(ground, units, goal).best(_seeds(ground, units, goal))


def _rows(ground: Ground, walk: Sequence[Visit]) -> list[tuple[Visit, ...]]:
    """Return the visits of each block."""
    return [tuple(row) for _, row in groupby(walk, key=lambda visit: ground.stretches[visit.stretch].block)]


def _seeds(ground: Ground, units: tuple[Unit, ...], goal: Goal) -> Iterator[tuple[Unit, ...]]:
    """Yield orders of units to begin the search with."""
    yield units
    by_place = sorted(units, key=lambda unit: [(visit.stretch, visit.aisle) for visit in unit.visits])
    yield tuple(by_place)
    yield tuple(reversed(by_place))
    yield tuple(sorted(units, key=lambda unit: (unit.due_s is None, unit.due_s or 0.0, unit.number)))
    yield tuple(sorted(units, key=lambda unit: (-unit.errands, unit.number)))
    if any(unit.order for unit in units):
        return
    yield swept_units(ground.stretches, units)
    indices = {visit.stretch for unit in units for visit in unit.visits}
    stretch = ground.stretches[min(indices)]
    if len(indices) == 1 and len(stretch.open_gaps) == 1 and len(units) <= MOST_FOR_RUNS:
        search = order_by_sets if len(units) <= MOST_FOR_SETS else order_by_runs
        yield tuple(units[index] for index in search(stretch, units, ground.pick_s, goal))
