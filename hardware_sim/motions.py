"""Where the carriages of a segment go for a motion, and who starts first. Pure arithmetic on where they stand now.

Whatever is planned keeps the order of the carriages, fits between the two sides of the segment, and names only
carriages of that segment; of two neighbours that go the same way the leader starts first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hardware_sim.layout import Segment
from hardware_sim.mechanics import Carriage

NEGLIGIBLE_MM = 1e-6
"""Less than this is nothing."""
STANDS_WITHIN_MM = 0.5
"""A carriage that is no farther from its target is told there, in whole mm, and is not set in motion."""


@dataclass(frozen=True, slots=True)
class Move:
    """One carriage and where its near edge goes, in mm from the origin."""

    carriage: int
    target_mm: float


Plan = tuple[Move, ...]
"""The carriages of one motion in the order in which they start; empty when all stand where they should."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A segment as it stands now: its two sides, in mm from the origin, and the carriages between them, in order."""

    segment: Segment
    low_mm: float
    high_mm: float
    carriages: Sequence[Carriage]
    clearance_mm: int

    @property
    def gaps_mm(self) -> float:
        """The sum of its gaps, which no motion changes."""
        return self.high_mm - self.low_mm - sum(carriage.depth_mm for carriage in self.carriages)

    @property
    def closed_mm(self) -> float:
        """The width of a closed gap: the clearance, or less where something has already pressed the gaps below it."""
        return min(self.clearance_mm, self.gaps_mm / (len(self.carriages) + 1))

    @property
    def widest_mm(self) -> float:
        """The width of a gap that has all the spare width of the segment."""
        return self.gaps_mm - len(self.carriages) * self.closed_mm

    def gathering(self, gap: int) -> Plan:
        """All spare width goes to one gap of the segment, the others close."""
        low, high = self.low_mm, self.high_mm
        closed, below = self.closed_mm, gap - self.segment.first
        targets: list[float] = []
        for carriage in self.carriages[:below]:
            targets.append(low + closed)
            low = targets[-1] + carriage.depth_mm
        above: list[float] = []
        for carriage in reversed(self.carriages[below:]):
            high -= closed + carriage.depth_mm
            above.append(high)
        return self._plan(targets + above[::-1])

    def spreading(self) -> Plan:
        """The spare width goes to all gaps evenly, in whole mm; what does not divide goes to the last."""
        count = len(self.carriages) + 1
        spare_mm = self.gaps_mm - count * self.closed_mm
        each = self.closed_mm + (spare_mm + NEGLIGIBLE_MM) // count
        targets: list[float] = []
        low = self.low_mm
        for carriage in self.carriages:
            targets.append(low + each)
            low = targets[-1] + carriage.depth_mm
        return self._plan(targets)

    def jogging(self, carriage: int, displacement_mm: int) -> Plan:
        """One carriage of the segment goes that far (below 0: towards the origin) or to one clearance from what is there."""
        index = carriage - self.segment.first - 1
        jogged = self.carriages[index]
        place = jogged.position
        if displacement_mm < 0:
            low = self.low_mm
            if index > 0:
                low = self.carriages[index - 1].position + self.carriages[index - 1].depth_mm
            target = max(place + displacement_mm, min(place, low + self.clearance_mm))
        else:
            is_last = index + 1 == len(self.carriages)
            high = self.high_mm if is_last else self.carriages[index + 1].position
            target = min(place + displacement_mm, max(place, high - self.clearance_mm - jogged.depth_mm))
        return (Move(carriage, target),) if abs(target - place) > NEGLIGIBLE_MM else ()

    def _plan(self, targets: Iterable[float]) -> Plan:
        """Who goes down starts from the origin on, who goes up from the far side on: each after the one ahead of it."""
        moves = list(zip(self.carriages, targets, strict=True))
        down = [(carriage, target) for carriage, target in moves if target < carriage.position - STANDS_WITHIN_MM]
        up = [(carriage, target) for carriage, target in reversed(moves) if target > carriage.position + STANDS_WITHIN_MM]
        return tuple(Move(carriage.number, target) for carriage, target in down + up)


def changed_aisles(plan: Plan) -> frozenset[int]:
    """The aisles that a motion changes or slides sideways: those beside each carriage that moves."""
    return frozenset(move.carriage for move in plan) | frozenset(move.carriage - 1 for move in plan)
