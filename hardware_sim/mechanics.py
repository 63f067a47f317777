"""How one carriage runs: a trapezoid of speed, cut short by a harder stop. Pure; time comes in as seconds.

A carriage follows phases of constant acceleration and is integrated exactly, so a position does not depend on how the
time was cut into steps. Its speed never exceeds the nominal one and it never passes its target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Phase = tuple[float, float, float]
"""Duration in s, signed speed at its start in mm/s, signed acceleration in mm/s^2."""


@dataclass(frozen=True, slots=True)
class Mechanics:
    """Figures of the drives. Defaults: archive shelving with soft start; a follower starts when the inrush is over.

    `stagger_s` is the time between two starts (0: the group starts at once); with `is_sequential` each carriage waits
    until the one before it has arrived.
    """

    speed_mm_s: float = 40.0
    acceleration_mm_s2: float = 40.0
    stop_deceleration_mm_s2: float = 200.0
    stagger_s: float = 0.5
    is_sequential: bool = False

    def __post_init__(self) -> None:
        if min(self.speed_mm_s, self.acceleration_mm_s2, self.stop_deceleration_mm_s2) <= 0 or self.stagger_s < 0:
            raise ValueError("speeds and accelerations must be above 0, and no start lies before another")
        if self.stop_deceleration_mm_s2 < self.acceleration_mm_s2:
            raise ValueError("a stop must brake at least as hard as an arrival, or a follower would hit its leader")

    def travel_s(self, distance_mm: float) -> float:
        """Time for one carriage from standstill to standstill over a distance."""
        if distance_mm >= self.speed_mm_s**2 / self.acceleration_mm_s2:
            return distance_mm / self.speed_mm_s + self.speed_mm_s / self.acceleration_mm_s2
        return 2.0 * math.sqrt(distance_mm / self.acceleration_mm_s2)

    def phases(self, displacement_mm: float, wait_s: float) -> list[Phase]:
        """The phases of a run over a signed displacement that begins after a wait."""
        sign = math.copysign(1.0, displacement_mm)
        distance = abs(displacement_mm)
        rate = self.acceleration_mm_s2
        top = min(self.speed_mm_s, math.sqrt(distance * rate))
        cruise_s = max(0.0, distance - top * top / rate) / top
        ramp_s = top / rate
        run = [
            (wait_s, 0.0, 0.0),
            (ramp_s, 0.0, sign * rate),
            (cruise_s, sign * top, 0.0),
            (ramp_s, sign * top, -sign * rate),
        ]
        return [phase for phase in run if phase[0] > 0.0]


class Carriage:
    """One carriage on the track: where it is, how fast, and what it is about to do."""

    __slots__ = (
        *("acceleration", "depth_mm", "is_braking", "is_fixed", "number", "phase_left_s"),
        *("phases", "position", "speed", "target"),
    )

    def __init__(self, number: int, depth_mm: int, *, is_fixed: bool, position: float) -> None:
        self.number = number
        self.depth_mm = depth_mm
        self.is_fixed = is_fixed
        self.position = position
        self.speed = 0.0
        self.acceleration = 0.0
        self.is_braking = False
        """Whether its drive has let go of it."""
        self.phase_left_s = 0.0
        self.phases: list[Phase] = []
        self.target = position

    def run_to(self, target: float, phases: list[Phase]) -> None:
        """Begin these phases, the last of which ends at the target."""
        self.target = target
        self.phases = phases
        self.is_braking = False
        self._next_phase()

    def brake(self, deceleration_mm_s2: float) -> None:
        """Stop as hard as that; a carriage that still waits for its turn never starts."""
        self.is_braking = True
        speed = self.speed
        rate = math.copysign(deceleration_mm_s2, speed)
        self.target = self.position + speed * abs(speed) / (2.0 * deceleration_mm_s2)
        self.phases = [(abs(speed) / deceleration_mm_s2, speed, -rate)] if speed else []
        self._next_phase()

    @property
    def is_stalled(self) -> bool:
        """Whether it is driven but cannot move."""
        return self.phase_left_s == math.inf

    def stall(self) -> None:
        """Stand still though driven: something solid is in the way. Only a stop or a new run ends this.

        A carriage that brakes has come to rest by this.
        """
        self.phases = []
        self.phase_left_s = 0.0 if self.is_braking else math.inf
        self.target = self.position if self.is_braking else self.target
        self.speed = self.acceleration = 0.0

    def finish_phase(self, dt_s: float) -> bool:
        """Advance by a step that reaches the end of the current phase; False once the carriage has arrived."""
        while dt_s >= self.phase_left_s:
            left = self.phase_left_s
            self.position += (self.speed + 0.5 * self.acceleration * left) * left
            dt_s -= left
            if not self._next_phase():
                return False
        self.position += (self.speed + 0.5 * self.acceleration * dt_s) * dt_s
        self.speed += self.acceleration * dt_s
        self.phase_left_s -= dt_s
        return True

    def _next_phase(self) -> bool:
        if not self.phases:
            self.position = self.target
            self.speed = self.acceleration = self.phase_left_s = 0.0
            return False
        self.phase_left_s, self.speed, self.acceleration = self.phases.pop(0)
        return True
