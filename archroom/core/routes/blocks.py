"""Several blocks on one walk: while the person works in one, the next aisle of another opens.

Each block keeps the order of its own visits; what is chosen is the block to go to next. Every rule below is tried, and the
block-after-block walks are among them, so the best found is never worse than to stay in a block until it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archroom.core.routes.errands import Visit
from archroom.core.routes.gaps import gap_moves
from archroom.core.routes.walk import Ground

Row = tuple[Visit, ...]
"""The visits of one block in their order."""


def interleavings(ground: Ground, rows: Sequence[Row]) -> Iterator[tuple[Visit, ...]]:
    """Yield walks that mix the rows of several blocks in various ways; one row is yielded as it is."""
    openings = [_openings_s(ground, row) for row in rows]
    yield tuple(visit for row in rows for visit in row)
    if len(rows) == 1:
        return
    by_first = sorted(range(len(rows)), key=lambda index: (openings[index][0], index))
    by_motion = sorted(range(len(rows)), key=lambda index: (-sum(openings[index]), index))
    for order in (by_first, by_motion):
        yield tuple(visit for index in order for visit in rows[index])
    for rule in (_soonest, _longest_left, _longest_left_of_ready):
        yield _mixed(ground, rows, openings, rule)


Rule = Callable[[float, float, float], tuple[float, float]]
"""From now, when a block's next aisle is open, and the work left in it, to how soon it comes: the smallest is next."""


def _soonest(now: float, ready: float, left: float) -> tuple[float, float]:
    return max(now, ready), -left


def _longest_left(now: float, ready: float, left: float) -> tuple[float, float]:
    return -left, ready


def _longest_left_of_ready(now: float, ready: float, left: float) -> tuple[float, float]:
    return (0.0, -left) if ready <= now else (ready, -left)


def _mixed(ground: Ground, rows: Sequence[Row], openings: Sequence[Sequence[float]], rule: Rule) -> tuple[Visit, ...]:
    """Return the walk that always goes to the block which a rule prefers."""
    at = [0] * len(rows)
    ready = [row_openings[0] for row_openings in openings]
    works = [[ground.pick_s * len(visit.errands) for visit in row] for row in rows]
    left = [sum(work) + sum(row_openings) for work, row_openings in zip(works, openings, strict=True)]
    now = 0.0
    walk: list[Visit] = []
    while len(walk) < sum(map(len, rows)):
        waiting = [index for index in range(len(rows)) if at[index] < len(rows[index])]
        index = min(waiting, key=lambda index: (*rule(now, ready[index], left[index]), index))
        place = at[index]
        now = max(now, ready[index]) + works[index][place]
        left[index] -= works[index][place] + openings[index][place]
        walk.append(rows[index][place])
        at[index] = place + 1
        if place + 1 < len(rows[index]):
            ready[index] = now + openings[index][place + 1]
    return tuple(walk)


def _openings_s(ground: Ground, row: Row) -> list[float]:
    """Return how long the opening before each visit of a block takes."""
    by_stretch: dict[int, list[int]] = {}
    for visit in row:
        by_stretch.setdefault(visit.stretch, []).append(visit.aisle)
    moves = {index: iter(gap_moves(ground.stretches[index], aisles)) for index, aisles in by_stretch.items()}
    found: list[float] = []
    for visit in row:
        closes = next(moves[visit.stretch])
        found.append(0.0 if closes is None else ground.stretches[visit.stretch].opening_s(closes, visit.aisle))
    return found
