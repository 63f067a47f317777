"""What shelving controllers of any make say of themselves in common: their mode and their faults."""

from __future__ import annotations

from enum import Enum, Flag


class Mode(Enum):
    """MODE of the status block; set at the controller, never by us."""

    AUTOMATIC = 1
    LOCAL = 2
    MAINTENANCE = 3
    HAND_CRANK = 4


class Fault(Flag):
    """FAULTS of the status block, latched until the controller's own reset."""

    NONE = 0
    ESTOP = 1
    EDGE = 2
    BEAM = 4
    OCCUPIED = 8
    POSITION = 16
    DRIVE = 32
    OVERTRAVEL = 64
