"""What shelving controllers say of themselves, and what they are told: the facts of the wire, believed or not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, Flag

from archroom.core.actions import Action as Action


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


class ControllerKind(Enum):
    """What stands behind the wire, by its identity block."""

    SIMULATOR = 1
    STEEL = 2


class ControllerState(Enum):
    """STATE of the status block."""

    STARTING = 0
    IDLE = 1
    SELECTED = 2
    WARNING = 3
    MOVING = 4
    STOPPING = 5
    FAULTED = 6

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing moves or is about to."""
        return self not in (ControllerState.WARNING, ControllerState.MOVING, ControllerState.STOPPING)

    @property
    def is_standing(self) -> bool:
        """Whether nothing moves, is about to, or is selected."""
        return self.is_at_rest and self is not ControllerState.SELECTED


class EndReason(Enum):
    """END_REASON of the status block: why the last motion ended."""

    NONE = 0
    ARRIVED = 1
    STOP = 2
    WATCHDOG = 3
    TIME_TO_LIVE = 4
    FAULT = 5
    OCCUPIED = 6
    MODE = 7


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a controller is told: an action, and AISLE and CLOSES of the command block in words."""

    action: Action
    number: int
    """The aisle to open; the gap that gets all width to close; any gap of the segment to ventilate; a carriage."""
    closes: int | None = None
    """The aisle beside that one which is open in the segment, None if none is."""
    jog_mm: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers at a unit: the identity block."""

    kind: ControllerKind
    block: int
    carriages: int
    watchdog_ms: int
    watchdog_mode: int
    scan_ms: int
    aisle_mm: int
    warning_ms: int
    speed_mm_s: int
    fixed_carriages: frozenset[int]
    serial: str
    capabilities: frozenset[Action]
    """What it can do beside stopping."""


@dataclass(frozen=True, slots=True)
class ControllerStatus:
    """One matched snapshot of a controller: the status block."""

    counter: int
    boot_id: int
    epoch: int
    last_seq: int
    last_result: int
    state: ControllerState
    mode: Mode
    is_enabled: bool
    is_watchdog_armed: bool
    faults: Fault
    inputs: int
    occupied_aisles: frozenset[int]
    moving_carriages: frozenset[int]
    instruction: Instruction | None
    """What is selected or under way, until standstill."""
    heartbeat_echo: int
    end_reason: EndReason
    refusal: int
    locked_carriages: frozenset[int]
    positions_mm: tuple[int, ...]
