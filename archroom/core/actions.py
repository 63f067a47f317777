"""What a block of mobile shelving can be asked to do."""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """What a block can be asked to do (docs/shelving-protocol.md)."""

    OPEN = "open"
    """One aisle gets all the spare width of its segment."""
    CLOSE = "close"
    """An end that nobody can enter gets it: no aisle of the segment stays open."""
    VENTILATE = "ventilate"
    """All gaps of the segment share it evenly."""
    JOG = "jog"
    """One carriage moves a little."""
    LOCK = "lock"
    """A carriage stands still until it is unlocked."""
    UNLOCK = "unlock"

    @property
    def is_motion(self) -> bool:
        """Whether steel moves for it."""
        return self not in (Action.LOCK, Action.UNLOCK)

    @property
    def is_of_carriage(self) -> bool:
        """Whether it is done to a carriage, not to an aisle."""
        return self in (Action.JOG, Action.LOCK, Action.UNLOCK)
