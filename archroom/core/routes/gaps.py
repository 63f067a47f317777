"""Which open gap serves the next aisle, where the order of the aisles is given: exact, for any number of gaps.

A gap serves a chain of visits, and each visit follows either a gap's start or an earlier visit. To give each visit what it
follows, so that no two follow the same and the openings take the least time, is an assignment. It begins with one gap that
does everything and takes in the others one by one; each time the cheapest chain of exchanges is made, if it saves anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from archroom.core.routes.stretches import Stretch

_NOTHING_S = 1e-9
"""A saving smaller than this is an error of the arithmetic."""


def gap_moves(stretch: Stretch, aisles: Sequence[int]) -> tuple[int | None, ...]:
    """Return for each visit the gap that goes there, None where the aisle stands open; least total time."""
    if len(stretch.open_gaps) == 1:
        here = (stretch.open_gaps[0], *aisles)
        return tuple(gap if gap != aisle else None for gap, aisle in zip(here, aisles, strict=False))
    standing = list(stretch.open_gaps)
    moves: list[int | None] = []
    for chain, aisle in zip(_chains(stretch, aisles), aisles, strict=True):
        if aisle in standing:  # two gaps never stand in one aisle: the one that is there takes over what the other has to do
            other = standing.index(aisle)
            standing[chain], standing[other] = standing[other], standing[chain]
        moves.append(standing[chain] if standing[chain] != aisle else None)
        standing[chain] = aisle
    return tuple(moves)


def _chains(stretch: Stretch, aisles: Sequence[int]) -> list[int]:
    """Return for each visit the number of the gap that serves it."""
    follows = _Follows(stretch, aisles)
    for gap in range(len(stretch.open_gaps)):
        follows.take_in(gap)
    chains: list[int] = []
    for leader in follows.leaders:
        chains.append(leader if leader < follows.gaps else chains[leader - follows.gaps])
    return chains


class _Follows:
    """What each visit follows: `leaders` holds a gap's number, or the number of gaps plus that of an earlier visit."""

    def __init__(self, stretch: Stretch, aisles: Sequence[int]) -> None:
        places = (*stretch.open_gaps, *aisles)
        self.gaps = len(stretch.open_gaps)
        self._aisles = aisles
        self._costs = {place: {aisle: stretch.opening_s(place, aisle) for aisle in set(aisles)} for place in set(places)}
        self._rows = [self._costs[place] for place in places]
        first = min(range(self.gaps), key=lambda gap: (self._rows[gap][aisles[0]], gap)) if aisles else 0
        self.leaders = [first, *range(self.gaps, self.gaps + len(aisles) - 1)] if aisles else []

    def take_in(self, gap: int) -> None:
        """Let one more gap serve visits, if that saves time."""
        if gap in self.leaders:
            return
        best = [float("inf")] * len(self._rows)
        best[gap] = 0.0
        through: dict[int, tuple[int, int]] = {}
        waiting = {gap}
        while waiting:
            round_of, waiting = sorted(waiting), set()
            for leader in round_of:
                for freed, cost, visit in self._exchanges(leader, best[leader]):
                    if cost < best[freed] - _NOTHING_S:
                        best[freed], through[freed] = cost, (leader, visit)
                        waiting.add(freed)
        freed = min(range(len(best)), key=lambda leader: (best[leader], leader))
        if best[freed] < -_NOTHING_S:
            while freed != gap:
                leader, visit = through[freed]
                self.leaders[visit] = leader
                freed = leader

    def _exchanges(self, leader: int, cost: float) -> list[tuple[int, float, int]]:
        """Return who is freed, at what cost so far, when a leader takes over each of the visits after it."""
        row, first = self._rows[leader], max(0, leader - self.gaps + 1)
        return [
            (other, cost + row[aisle] - self._rows[other][aisle], visit)
            for visit, (other, aisle) in enumerate(zip(self.leaders[first:], self._aisles[first:], strict=True), start=first)
            if other != leader
        ]
