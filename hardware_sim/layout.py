"""What is screwed to the floor: carriages, gaps, segments. Frozen facts; all lengths are whole millimetres.

Carriage *i* (1..N) stands between gap *i-1* and gap *i*; aisle *k* is gap *k* (0..N) wherever a person may enter it.
The sums are those of ``docs/room-file.md``.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import Enum

NO_AISLE = 0xFFFF
"""Stands for "no aisle" wherever an aisle number is expected (``docs/shelving-protocol.md``)."""


@dataclass(frozen=True, slots=True)
class CarriageFacts:
    """One carriage: its number in the block, whether it can move, its depth along the track."""

    number: int
    is_fixed: bool
    depth_mm: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of gaps `first`..`last` between immovable carriages or track ends; carriages `first+1`..`last` can move."""

    first: int
    last: int

    @property
    def has_mobile(self) -> bool:
        """Whether a carriage of this segment can move at all."""
        return self.last > self.first

    def __contains__(self, gap: object) -> bool:
        return isinstance(gap, int) and self.first <= gap <= self.last


class Starts(Enum):
    """How the carriages of one opening start."""

    SEQUENTIAL = "sequential"
    """Each waits until the one before it has arrived."""
    STAGGERED = "staggered"
    GROUP = "group"
    """All at once."""


@dataclass(frozen=True, slots=True)
class BlockLayout:
    """One track of mobile shelving as it was built."""

    number: int
    title: str
    aisle_mm: int
    clearance_mm: int
    end_aisles: tuple[bool, bool]
    open_aisles: tuple[int, ...]
    carriages: tuple[CarriageFacts, ...]
    numbered_from_left: bool = True
    """Whether carriage 1 is the leftmost to whoever stands in front of the block."""
    starts: Starts = Starts.STAGGERED

    @property
    def carriage_count(self) -> int:
        """N, fixed carriages included."""
        return len(self.carriages)

    def is_fixed(self, carriage: int) -> bool:
        """Whether carriage 1..N is fixed; the track's ends (0 and N+1) are immovable too."""
        return not 1 <= carriage <= len(self.carriages) or self.carriages[carriage - 1].is_fixed

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments as built, in order from the origin; each gap is in exactly one."""
        return self.segments_parted_by(frozenset())

    def segments_parted_by(self, locked: Set[int]) -> tuple[Segment, ...]:
        """The segments when these carriages stand as still as fixed ones."""
        found: list[Segment] = []
        first = 0
        for gap in range(self.carriage_count + 1):
            if self.is_fixed(gap + 1) or gap + 1 in locked:
                found.append(Segment(first, gap))
                first = gap + 1
        return tuple(found)

    def segment_of(self, gap: int) -> Segment:
        """The segment as built that holds gap 0..N."""
        return next(segment for segment in self.segments if gap in segment)

    def is_enterable(self, gap: int) -> bool:
        """Whether a person may ever enter this gap: inner gaps always, end gaps only where declared."""
        if gap == 0:
            return self.end_aisles[0]
        if gap == self.carriage_count:
            return self.end_aisles[1]
        return 0 < gap < self.carriage_count

    def closed_gap_mm(self, gap: int) -> int:
        """The least width of a gap: clearance, or what it has for ever when nothing beside it can move."""
        if not self.segment_of(gap).has_mobile:
            return 0 if gap in (0, self.carriage_count) else self.aisle_mm
        return self.clearance_mm

    @property
    def track_mm(self) -> int:
        """The sum of depths, closed gaps, and one open aisle for each segment that can move."""
        closed = sum(self.closed_gap_mm(gap) for gap in range(self.carriage_count + 1))
        moving_segments = sum(segment.has_mobile for segment in self.segments)
        depths = sum(carriage.depth_mm for carriage in self.carriages)
        return depths + closed + moving_segments * (self.aisle_mm - self.clearance_mm)

    def positions_with_open(self, open_aisles: tuple[int, ...]) -> tuple[int, ...]:
        """Near edge of each carriage, in mm from the origin, with just these aisles open."""
        positions: list[int] = []
        edge = 0
        for carriage in self.carriages:
            gap = carriage.number - 1
            edge += self.aisle_mm if gap in open_aisles else self.closed_gap_mm(gap)
            positions.append(edge)
            edge += carriage.depth_mm
        return tuple(positions)
