"""Mobile shelving as the supervisor and the screens see it: statuses with an age, tickets, outcomes.

What is not known is said to be unknown: a status that is stale, unmatched or impossible carries no positions to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from archroom.core.controllers import Fault as Fault
from archroom.core.controllers import Mode as Mode
from archroom.core.plain import Capabilities, PlainStatus
from archroom.core.rooms import Block
from archroom.errors import Message, say

OPEN_TOLERANCE_MM = 20
"""A gap this much narrower than the aisle still counts as open (docs/shelving-protocol.md)."""
STANDING_ROOM_MM = 150
"""A gap wider than this may hold a person, turned sideways; a narrower one cannot."""


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
    target: int | None
    closes: int | None
    heartbeat_echo: int
    end_reason: EndReason
    refusal: int
    positions_mm: tuple[int, ...]


class Trust(Enum):
    """How far what is shown of a block may be believed."""

    GOOD = "good"
    STALE = "stale"
    UNKNOWN = "unknown"
    """Never read, or reset by a reboot, a lost link or an impossible state, and not yet read twice since."""
    LOST = "lost"
    """No matched answer for 600 ms or three polls."""


class AisleState(Enum):
    """What an aisle is, as far as the wire says."""

    CLOSED = "closed"
    PARTLY = "partly open"
    """Wide enough for somebody to stand in, but not open: a motion was interrupted."""
    OPENING = "opening"
    OPEN = "open"
    OCCUPIED = "occupied"
    CLOSING = "closing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BlockView:
    """What may be shown of a block: the last matched status, its age, and what the supervisor makes of it."""

    block: int
    trust: Trust
    age_s: float | None
    """Age of the values; None if there never were any."""
    identity: Identity | None
    status: ControllerStatus | None
    aisles: tuple[tuple[int, AisleState], ...]
    """State of each aisle that can be entered, in order; all UNKNOWN unless trust is GOOD."""
    is_movable: bool
    """Whether a ticket could be given at all: identity right, simulator or commissioned, nothing latched."""
    why_not: Message | None
    """Why not, for a person."""
    motion: str | None = None
    """Id of the ticket under way."""
    plain: PlainStatus | None = None
    """The last matched status of a plain controller, in the place of `status`."""
    capabilities: Capabilities | None = None
    """What a plain controller can do and tell; None of the reference map."""
    needs_attendance: bool = False
    """Whether a second person must hold the controller's own stop at the aisle while it moves."""

    def open_aisles(self) -> tuple[int, ...]:
        """The aisles that stand open, occupied or not."""
        return tuple(n for n, state in self.aisles if state in (AisleState.OPEN, AisleState.OCCUPIED))


TICKET_LIFE_S = 60.0
"""Time to go to the aisle that closes, look, and come back. Everything is checked again when the ticket is used; the
controller's own selection lives 10 s at most and is made only then."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to ask for one motion, once a person has confirmed that the aisle which closes is clear."""

    id: str
    block: int
    opens: int
    closes: int | None
    """The aisle that closes and must be confirmed clear: the open one of the segment or, after an interrupted motion, the
    widest that narrows. The supervisor always names one."""
    moving_carriages: tuple[int, ...]
    expected_s: float
    """How long it should take, warning included."""
    life_s: float = TICKET_LIFE_S
    """How long it may be used, from when it was given."""


class OutcomeKind(Enum):
    """How an asked-for motion ended."""

    DONE = "done"
    REFUSED = "refused"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an asked-for motion, as observed."""

    kind: OutcomeKind
    reason: Message
    view: BlockView | None
    """What was last seen."""


@dataclass(frozen=True, slots=True)
class StopReport:
    """What became of a stop, per block: sent, and whether standstill was seen."""

    block: int
    is_sent: bool
    is_standstill_seen: bool
    path: str
    """`server` or `direct`, the way it went."""
    reason: Message | None = None
    """Why it was not sent or not seen."""


def open_gaps(block: Block, positions_mm: tuple[int, ...]) -> tuple[int, ...]:
    """Return the aisles that stand open at these positions."""
    widths = block.gaps_mm(positions_mm)
    return tuple(aisle for aisle in block.aisles if widths[aisle] >= block.aisle_mm - OPEN_TOLERANCE_MM)


def closing_aisle(block: Block, positions_mm: tuple[int, ...], opens: int) -> int | None:
    """Return the aisle of the same segment that closes when `opens` opens, None if none is open there."""
    segment = block.segment_of(opens)
    if segment is None:
        return None
    widths = block.gaps_mm(positions_mm)
    return next((gap for gap in segment.gaps if gap != opens and widths[gap] >= block.aisle_mm - OPEN_TOLERANCE_MM), None)


def target_positions(block: Block, positions_mm: tuple[int, ...], opens: int) -> tuple[int, ...]:
    """Return where the carriages will stand once an aisle has opened: its segment as built, all others as they are."""
    segment = block.segment_of(opens)
    if segment is None:
        return positions_mm
    elsewhere = tuple(aisle for aisle in block.open_aisles if aisle not in segment.gaps)
    built = block.positions_mm((*elsewhere, opens))
    return tuple(
        built[carriage.number - 1] if carriage.is_mobile and carriage.number in segment.gaps else position
        for carriage, position in zip(block.carriages, positions_mm, strict=True)
    )


def narrowing_aisles(block: Block, positions_mm: tuple[int, ...], opens: int) -> tuple[int, ...]:
    """Return the other gaps of the segment in which somebody could stand, widest first: they narrow when `opens` opens."""
    segment = block.segment_of(opens)
    if segment is None:
        return ()
    widths = block.gaps_mm(positions_mm)
    wide = (gap for gap in segment.gaps if gap != opens and widths[gap] > max(STANDING_ROOM_MM, block.clearance_mm))
    return tuple(sorted(wide, key=lambda gap: -widths[gap]))


def carriages_between(opens: int, closes: int) -> tuple[int, ...]:
    """Return the carriages that move, the one next to the open gap first."""
    if opens > closes:
        return tuple(range(closes + 1, opens + 1))
    return tuple(range(closes, opens, -1))


def changed_aisles(opens: int, closes: int) -> range:
    """Return the aisles that a motion changes: the two, and those between, which slide sideways."""
    return range(min(opens, closes), max(opens, closes) + 1)


def impossibility(block: Block, positions_mm: tuple[int, ...], tolerance_mm: int = 5) -> Message | None:
    """Return why positions cannot be true, by order, gaps and fixed carriages; None if they can.

    The sum of a segment's gaps follows from the fixed carriages standing where they must, so it is checked by them.
    """
    widths = block.gaps_mm(positions_mm)
    for gap, width in enumerate(widths):
        least = 0 if block.segment_of(gap) is None else block.clearance_mm
        if width < least - tolerance_mm:
            return say(
                "Gap {gap} of block {block} is {width} mm wide: swapped or wrong positions.",
                gap=gap,
                block=block.number,
                width=width,
            )
    home = block.positions_mm(block.open_aisles)
    for carriage, position, fixed_at in zip(block.carriages, positions_mm, home, strict=True):
        if not carriage.is_mobile and abs(position - fixed_at) > tolerance_mm:
            return say(
                "Fixed carriage {carriage} of block {block} is reported {distance} mm off its place.",
                carriage=carriage.number,
                block=block.number,
                distance=abs(position - fixed_at),
            )
    return None
