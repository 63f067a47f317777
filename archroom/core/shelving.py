"""Mobile shelving as the supervisor and the screens see it: statuses with an age, tickets, outcomes.

What is not known is said to be unknown: a status that is stale, unmatched or impossible carries no positions to be believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from archroom.core.arming import Arming, Unfinished
from archroom.core.controllers import Action as Action
from archroom.core.controllers import ControllerKind as ControllerKind
from archroom.core.controllers import ControllerState as ControllerState
from archroom.core.controllers import ControllerStatus as ControllerStatus
from archroom.core.controllers import EndReason as EndReason
from archroom.core.controllers import Fault as Fault
from archroom.core.controllers import Identity as Identity
from archroom.core.controllers import Instruction as Instruction
from archroom.core.controllers import Mode as Mode
from archroom.core.licensing import Permission
from archroom.core.people_holds import Hold
from archroom.core.plain.facts import Capabilities, PlainStatus
from archroom.core.stop_reports import StopReport as StopReport
from archroom.errors import Message

PLAIN_ACTIONS: Final = (Action.OPEN, Action.CLOSE, Action.VENTILATE)
"""What can be asked of a controller of another make, where its profile lists the order."""


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

    @property
    def cannot(self) -> frozenset[Action]:
        """What the controller cannot be asked to do from here, as far as that is known."""
        if self.capabilities is not None:
            told = {order.value for order in self.capabilities.orders}
            return frozenset(action for action in Action if action not in PLAIN_ACTIONS or action.value not in told)
        return frozenset() if self.identity is None else frozenset(Action) - frozenset(self.identity.capabilities)

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
