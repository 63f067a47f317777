"""What is wrong with the sensors of one block: detectors that are stuck, encoders that froze, contacts that chatter. Pure.

A chattering contact is closed for `CHATTER_S` and open for as long, by the time that passes on the track.
"""

from __future__ import annotations

from enum import StrEnum

CHATTER_S = 0.06
"""Three scans of the reference controller: some polls see it closed, some open."""


class DetectorFault(StrEnum):
    """What is wrong with the detector of an aisle."""

    STUCK_CLEAR = "stuck_clear"
    """It sees nobody."""
    STUCK_OCCUPIED = "stuck_occupied"
    """It sees somebody all the time."""
    CHATTERING = "chattering"
    """It sees somebody, then nobody, and again."""


class SensorFaults:
    """The sensors of a block that do not tell what is so."""

    __slots__ = ("_since_s", "beams_chattering", "detectors", "edges_chattering", "encoders_frozen", "is_closed")

    def __init__(self) -> None:
        self.beams_chattering: set[int] = set()
        """Aisles."""
        self.edges_chattering: set[int] = set()
        """Carriages."""
        self.detectors: dict[int, DetectorFault] = {}
        """By aisle."""
        self.encoders_frozen: dict[int, int] = {}
        """By carriage: the mm that are measured for ever."""
        self.is_closed = True
        """Whether what chatters is closed now."""
        self._since_s = 0.0

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.beams_chattering or self.edges_chattering or self.detectors or self.encoders_frozen)

    def step(self, dt_s: float) -> None:
        """Let time pass."""
        self._since_s += dt_s
        if self._since_s >= CHATTER_S - 1e-9:
            self._since_s = 0.0
            self.is_closed = not self.is_closed

    def broken_beams(self) -> set[int]:
        """The aisles whose beams say broken because they chatter."""
        return self.beams_chattering if self.is_closed else set()

    def pressed_edges(self) -> set[int]:
        """The carriages whose edges say pressed because they chatter."""
        return self.edges_chattering if self.is_closed else set()

    def detected(self, aisles: set[int]) -> set[int]:
        """What the detectors say of the aisles that they should see somebody in."""
        if not self.detectors:
            return aisles
        seen = set(aisles)
        for aisle, fault in self.detectors.items():
            if fault is DetectorFault.STUCK_OCCUPIED or (fault is DetectorFault.CHATTERING and self.is_closed):
                seen.add(aisle)
            elif fault is DetectorFault.STUCK_CLEAR or fault is DetectorFault.CHATTERING:
                seen.discard(aisle)
        return seen
