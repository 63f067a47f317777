"""Mobile shelving as the supervisor and the screens see it: statuses with an age, tickets, outcomes.

What is not known is said to be unknown: a status that is stale, unmatched or impossible carries no positions to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from archroom.core.arming import Arming, Unfinished
from archroom.core.controllers import Fault as Fault
from archroom.core.controllers import Mode as Mode
from archroom.core.licensing import Permission
from archroom.core.people_holds import Hold
from archroom.core.plain import Capabilities, PlainStatus
from archroom.errors import Message


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of a block."""

    action: Action
    number: int
    """The aisle to open; any gap of the segment to close or ventilate; the carriage to jog, lock or unlock."""
    jog_mm: int = 0
    """Of a jog: how far, negative towards carriage 1."""
    is_held: bool = False
    """Whether a jog goes on only while a key is held (hold to run); else it is one short step."""


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
    """Whether a ticket could be given at all: identity right, commissioned, nothing latched."""
    why_not: Message | None
    """Why not, for a person."""
    motion: str | None = None
    """Id of the ticket under way."""
    motion_by: str | None = None
    """Who asked for it."""
    holds: tuple[Hold, ...] = ()
    """Who is in which aisle by their own word, whatever the controller reports."""
    arming: Arming = Arming()
    unfinished: tuple[Unfinished, ...] = ()
    """Motions whose end nobody saw; they are acknowledged by whoever arms the block."""
    plain: PlainStatus | None = None
    """The last matched status of a plain controller, in the place of `status`."""
    capabilities: Capabilities | None = None
    """What a plain controller can do and tell; None of the reference map."""
    needs_attendance: bool = False
    """Whether a second person must hold the controller's own stop at the aisle while it moves."""
    permission: Permission = Permission()
    """How far it may be moved, by its commissioning."""

    def open_aisles(self) -> tuple[int, ...]:
        """The aisles that stand open, occupied or not."""
        return tuple(n for n, state in self.aisles if state in (AisleState.OPEN, AisleState.OCCUPIED))


TICKET_LIFE_S = 60.0
"""Time to go to the aisles that narrow, look, and come back. Everything is checked again when the ticket is used; the
controller's own selection lives 10 s at most and is made only then."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to ask for one action, once a person has confirmed that every aisle which narrows is clear."""

    id: str
    block: int
    wanted: Wanted
    narrows: tuple[int, ...]
    """The aisles that must be confirmed clear, each by its number, in order: those in which somebody could stand, else the
    widest that narrows. A motion always names one, locking and unlocking none."""
    moving_carriages: tuple[int, ...]
    expected_s: float
    """How long it should take, warning included."""
    life_s: float = TICKET_LIFE_S
    """How long it may be used, from when it was given."""
    candidates: tuple[int, ...] = ()
    """Where the controller does not tell which aisles are open and will close: a person must look, and name them."""
    needs_attendant: bool = False
    """Whether a second person must hold the shelving's own stop at the aisle, and be named when the ticket is used."""

    @property
    def answer(self) -> tuple[int, ...]:
        """The numbers with which a person says yes: the aisles that narrow; where none does, what the action is done to.

        Where a person must look which aisle is open there is no such answer, but `candidates`.
        """
        return self.narrows or (self.wanted.number,)

    def is_answered_by(self, numbers: tuple[int, ...]) -> bool:
        """Whether these numbers say yes: all that are asked for and no other; of candidates at least one."""
        if self.candidates:
            return 0 < len(numbers) == len(set(numbers)) and set(numbers) <= set(self.candidates)
        return tuple(sorted(numbers)) == tuple(sorted(self.answer))


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
