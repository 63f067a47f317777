"""How long an aisle takes to open, by the motion policy of its block.

Every policy is a fixed share for each opening and a share for each carriage that moves, neither below zero: on this rest the
proofs of the planner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from archroom.core.rooms import MotionPolicy

SPEED_MM_S = 40.0
ACCELERATION_MM_S2 = 40.0
WARNING_S = 1.0
STAGGER_S = 0.5
"""Usual figures of powered archive shelving with soft start (knowledge of the trade), where the controller names none."""


@dataclass(frozen=True, slots=True)
class Motion:
    """The drives of a block; lengths mm, times s."""

    travel_mm: float
    """How far a carriage goes: the aisle less the clearance that remains."""
    policy: MotionPolicy = MotionPolicy.STAGGERED
    speed_mm_s: float = SPEED_MM_S
    acceleration_mm_s2: float = ACCELERATION_MM_S2
    warning_s: float = WARNING_S
    stagger_s: float = STAGGER_S

    def __post_init__(self) -> None:
        if min(self.travel_mm, self.speed_mm_s, self.acceleration_mm_s2) <= 0 or min(self.warning_s, self.stagger_s) < 0:
            raise ValueError("lengths, speeds and accelerations must be above 0, times not below")

    @property
    def carriage_s(self) -> float:
        """Time for one carriage from standstill to standstill: a trapezoid of speed, or a triangle if it is short."""
        if self.travel_mm >= self.speed_mm_s**2 / self.acceleration_mm_s2:
            return self.travel_mm / self.speed_mm_s + self.speed_mm_s / self.acceleration_mm_s2
        return 2.0 * math.sqrt(self.travel_mm / self.acceleration_mm_s2)

    @property
    def each_s(self) -> float:
        """What each further carriage adds; a stagger longer than the run itself adds no more than a sequence would."""
        match self.policy:
            case MotionPolicy.SEQUENTIAL:
                return self.carriage_s
            case MotionPolicy.STAGGERED:
                return min(self.stagger_s, self.carriage_s)
            case MotionPolicy.GROUP:
                return 0.0

    @property
    def fixed_s(self) -> float:
        """What each opening costs besides its carriages: warning and run, less the share of the first carriage."""
        return self.warning_s + self.carriage_s - self.each_s

    def opening_s(self, carriages: int) -> float:
        """Return how long an opening takes that moves so many carriages; nothing moves, no time."""
        return self.fixed_s + self.each_s * carriages if carriages else 0.0
