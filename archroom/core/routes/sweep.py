"""The shortest order in which open gaps of one stretch visit aisles, where any order will do.

Each aisle that does not stand open needs an opening of its own, and an opening serves no other: so their number is fixed,
and only the carriages are left to be few. One gap goes to the nearer end and then to the other. Several part the aisles
between them; two gaps never need to cover the same aisle, so those between two neighbours are parted at one point. Both are
exact for every motion policy.
"""

from __future__ import annotations

from collections.abc import Iterable

from archroom.core.routes.stretches import Stretch

Sides = tuple[tuple[int, ...], tuple[int, ...]]
"""The aisles that one gap visits below and above where it stands, each from the nearest on."""


def sweep(stretch: Stretch, aisles: Iterable[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the aisles in a shortest order, and where the gaps stand in the end; the stretch needs an open gap."""
    wanted = set(aisles)
    order = [gap for gap in stretch.open_gaps if gap in wanted]
    ends: list[int] = []
    for gap, sides in zip(stretch.open_gaps, parted(stretch.open_gaps, wanted), strict=True):
        way = _way(gap, sides)
        order += way
        ends.append(way[-1] if way else gap)
    return tuple(dict.fromkeys(order)), tuple(sorted(ends))


def least_motion_s(stretch: Stretch, aisles: Iterable[int]) -> float:
    """Return the least time that all openings for these aisles take together."""
    parts = parted(stretch.open_gaps, set(aisles))
    moves = sum(_carriages(gap, sides) for gap, sides in zip(stretch.open_gaps, parts, strict=True))
    openings = sum(len(below) + len(above) for below, above in parts)
    return stretch.motion.fixed_s * openings + stretch.motion.each_s * moves


def parted(open_gaps: tuple[int, ...], aisles: set[int]) -> list[Sides]:
    """Return what each gap visits, so that the carriages moved are fewest; aisles that stand open are left out.

    For each gap in turn, and each number of aisles below the next gap that it takes, the cheapest way so far is kept.
    """
    sites = sorted(aisles - set(open_gaps))
    first = [site for site in reversed(sites) if site < open_gaps[0]]
    best: dict[int, tuple[int, list[Sides]]] = {len(first): (0, [])}
    below = first
    for gap, following in zip(open_gaps, (*open_gaps[1:], None), strict=True):
        above = [site for site in sites if site > gap and (following is None or site < following)]
        found: dict[int, tuple[int, list[Sides]]] = {}
        for taken, (cost, parts) in best.items():
            for count in range(len(above) + 1) if following is not None else (len(above),):
                sides = (tuple(below[:taken]), tuple(above[:count]))
                total = cost + _carriages(gap, sides)
                left = len(above) - count
                if left not in found or total < found[left][0]:
                    found[left] = (total, [*parts, sides])
        best, below = found, above[::-1]
    return best[0][1]


def _carriages(gap: int, sides: Sides) -> int:
    """Return how many carriages a gap moves to visit its aisles and stay at the last."""
    below, above = (abs(side[-1] - gap) if side else 0 for side in sides)
    return below + above + min(below, above)


def _way(gap: int, sides: Sides) -> tuple[int, ...]:
    below, above = sides
    if below and above and abs(above[-1] - gap) < abs(below[-1] - gap):
        return (*above, *below)
    return (*below, *above)
