"""Where open gaps can go: a block cut at fixed carriages, locked carriages and held aisles.

A gap never leaves its stretch: it can pass neither a carriage that does not move nor an aisle that must not change, for the
aisle would slide away under whoever stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from archroom.core.rooms import Block, Segment
from archroom.core.routes.motion import Motion
from archroom.core.routes.pins import Pins


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of neighbouring gaps, none of them held, through which the open ones of them can go freely."""

    block: int
    aisles: tuple[int, ...]
    """Those of its gaps that a person can enter."""
    open_gaps: tuple[int, ...]
    """Where its open gaps stand, in order; with none, nothing here can be reached."""
    motion: Motion

    def opening_s(self, closes: int, opens: int) -> float:
        """Return how long it takes to bring an open gap from one place to another."""
        return self.motion.opening_s(abs(opens - closes))


def stretches_of(block: Block, open_gaps: tuple[int, ...], pins: Pins, motion: Motion) -> tuple[Stretch, ...]:
    """Return the stretches of a block in order; held aisles are in none of them."""
    return tuple(
        Stretch(
            block.number,
            tuple(gap for gap in run if gap in block.aisles),
            tuple(sorted(gap for gap in open_gaps if gap in run)),
            motion,
        )
        for segment in block.segments
        for run in _runs(segment, pins)
        if any(gap in block.aisles for gap in run)
    )


def widest_gaps(block: Block, positions_mm: tuple[int, ...]) -> tuple[int, ...]:
    """Return the gaps that count as open at these positions: the widest of each segment, also after a broken-off motion."""
    widths = block.gaps_mm(positions_mm)
    return tuple(max(segment.gaps, key=lambda gap: (widths[gap], -gap)) for segment in block.segments)


def _runs(segment: Segment, pins: Pins) -> Iterator[tuple[int, ...]]:
    """Yield the runs of a segment's gaps between what is pinned; carriage k stands between gaps k-1 and k."""
    free = [gap for gap in segment.gaps if gap not in pins.held_aisles]
    run = free[:1]
    for before, gap in pairwise(free):
        if gap != before + 1 or gap in pins.locked_carriages:
            yield tuple(run)
            run = []
        run.append(gap)
    if run:
        yield tuple(run)
