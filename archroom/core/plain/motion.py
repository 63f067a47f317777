"""One asked-for motion of a plain controller, from the person's confirmation to its outcome.

Its order goes out once. What became of it is only seen: done needs that the controller shows it by itself; where it tells
no positions the end is unknown, and whoever stands there must look.
"""

from __future__ import annotations

from enum import Enum

from archroom.core.plain.facts import Capabilities, Order, OrderKind, PlainStatus, PositionSense
from archroom.core.plain.rules import START_S, PlainPlan, order_of, standing_problem
from archroom.core.plain.watch import is_closed_up, open_aisles
from archroom.core.rooms import Block
from archroom.core.shelving import OutcomeKind, Ticket
from archroom.core.supervisor.motion import LEASE_S, STANDSTILL_S
from archroom.core.supervisor.texts import done_text
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.errors import Message, say


class PlainPhase(Enum):
    """How far a motion has come."""

    INTENDED = "intended"
    """Allowed, not yet written down: no frame goes out."""
    ORDERING = "ordering"
    STARTING = "starting"
    """The order went out; no sign of motion yet."""
    MOVING = "moving"
    STOPPING = "stopping"
    ENDED = "ended"


class PlainMotion:
    """The course of one motion; the supervisor feeds it and sends what it wishes."""

    def __init__(
        self, block: Block, capabilities: Capabilities, ticket: Ticket, plan: PlainPlan, by: str, attendant: str, now: float
    ) -> None:
        self.block = block
        self.ticket = ticket
        self.by = by
        self.attendant = attendant
        self.phase = PlainPhase.INTENDED
        self.wants_stop = False
        """Set when something was sent that a STOP must end; whoever sends the STOP clears it."""
        self._capabilities = capabilities
        self._plan = plan
        self._order = order_of(plan)
        self._ending = (OutcomeKind.UNKNOWN, say("It has not ended yet."))
        self._lease_s = self._since_s = self._beat_s = now
        self.ordered_until_s = now
        """When the exchange of the order ended: a controller that answers none takes all the time of an answer."""
        self._is_armed = capabilities.lease_period_s is None

    @property
    def order(self) -> Order:
        """What the controller is told."""
        return self._order

    @property
    def changes(self) -> frozenset[int]:
        """The aisles that it changes, as far as that can be foreseen."""
        return self._plan.changes

    @property
    def outcome(self) -> tuple[OutcomeKind, Message] | None:
        """How it ended, None while it is under way."""
        return self._ending if self.phase is PlainPhase.ENDED else None

    @property
    def is_watched(self) -> bool:
        """Whether steel may be moving for it, so that a stale status ends it."""
        return self.phase in (PlainPhase.ORDERING, PlainPhase.STARTING, PlainPhase.MOVING)

    # -- acts

    def release(self, now: float) -> None:
        """Let the order go out: the intent is written down."""
        self.phase = PlainPhase.ORDERING
        self._since_s = self._beat_s = now

    def keep_alive(self, now: float) -> None:
        """Take note that the program that confirmed it is alive."""
        self._lease_s = now

    def fail(self, now: float, reason: Message) -> None:
        """End it with a reason: at once if nothing was sent, else once standstill is seen, as far as that can be."""
        if self.phase in (PlainPhase.STOPPING, PlainPhase.ENDED):
            return
        if self.phase in (PlainPhase.INTENDED, PlainPhase.ORDERING):
            self._end(OutcomeKind.REFUSED, reason)
            return
        self._ending = (OutcomeKind.ABORTED, reason)
        self.wants_stop = self._capabilities.can_stop
        self.phase = PlainPhase.STOPPING
        self._since_s = now

    def lose(self, reason: Message) -> None:
        """End it without knowing how."""
        if self.phase is PlainPhase.ENDED:
            return
        is_unsent = self.phase in (PlainPhase.INTENDED, PlainPhase.ORDERING)
        self.wants_stop = self._capabilities.can_stop and not is_unsent
        self._end(OutcomeKind.REFUSED if is_unsent else OutcomeKind.UNKNOWN, reason)

    # -- the wire

    def wishes(self) -> list[Wish]:
        """Return what should be sent: the beats of the lease, and the order until it was sent once."""
        found: list[Wish] = []
        if self._capabilities.lease_period_s is not None and self.is_watched:
            found.append(Wish(Frame.HEARTBEAT, Lane.HEARTBEAT, self._beat_s))
        if self.phase is PlainPhase.ORDERING and self._is_armed:
            found.append(Wish(Frame.ORDER, Lane.COMMAND, self._since_s, order=self._order))
        return found

    def frame_sent(self, now: float, frame: Frame) -> None:
        """Take note that one of the wishes goes out now: the order is never wished again."""
        if frame is Frame.HEARTBEAT:
            self._beat_s = now + (self._capabilities.lease_period_s or 0.0)
        else:
            self.phase = PlainPhase.STARTING
            self._since_s = now

    def order_ended(self, now: float) -> None:
        """Take note that the exchange of the order has ended, answered or not."""
        self.ordered_until_s = self._since_s = now

    def frame_echoed(self, frame: Frame) -> None:
        """Take note that a frame was received: the order waits for the first beat of the lease."""
        self._is_armed = self._is_armed or frame is Frame.HEARTBEAT

    def frame_unsent(self, now: float, reason: Message) -> None:
        """Take note that the order certainly did not go out."""
        if self.phase is PlainPhase.STARTING:
            self.phase = PlainPhase.ORDERING
            self.fail(now, reason)

    # -- what is seen

    def take_status(self, now: float, status: PlainStatus) -> None:
        """Judge a fresh status."""
        if self.phase not in (PlainPhase.STARTING, PlainPhase.MOVING):
            return
        problem = self._trouble(status)
        if problem is not None:
            self.fail(now, problem)
        elif self._is_done(status):
            self._end(OutcomeKind.DONE, done_text(self._number, self.ticket.wanted, 0))
        elif status.is_moving is True and self.phase is PlainPhase.STARTING:
            self.phase = PlainPhase.MOVING
        elif status.is_moving is False and self.phase is PlainPhase.MOVING:
            self._conclude(status)

    def settle(self, status: PlainStatus) -> None:
        """Take note that standstill was seen after the STOP."""
        if self.phase is PlainPhase.STOPPING:
            if self._is_done(status):
                self._ending = (OutcomeKind.DONE, self._ending[1])
            self.phase = PlainPhase.ENDED

    def advance(self, now: float) -> None:
        """Let time pass: lease, first sign of motion, deadline, standstill."""
        waited_s = now - self._since_s
        if self.phase is PlainPhase.STOPPING:
            if waited_s > STANDSTILL_S:
                self.wants_stop = False
                self._end(OutcomeKind.UNKNOWN, self._not_seen())
        elif self.phase is PlainPhase.ENDED:
            return
        elif now - self._lease_s > LEASE_S:
            self.fail(now, say("The program that opened block {block} fell silent.", block=self._number))
        elif self.phase is PlainPhase.ORDERING and waited_s > START_S:
            self.fail(now, say("The controller of block {block} does not take the command.", block=self._number))
        elif self.phase is PlainPhase.STARTING and waited_s > START_S and self._capabilities.tells_motion:
            self.fail(now, say("Block {block} did not begin to move. Look there before you ask again.", block=self._number))
        elif self.phase in (PlainPhase.STARTING, PlainPhase.MOVING) and waited_s > self.ticket.expected_s:
            self.fail(now, say("The motion of block {block} took too long.", block=self._number))

    # -- judgements

    @property
    def _number(self) -> int:
        return self.block.number

    def _end(self, kind: OutcomeKind, reason: Message) -> None:
        self._ending = (kind, reason)
        self.phase = PlainPhase.ENDED

    def _trouble(self, status: PlainStatus) -> Message | None:
        occupied = min(self._plan.changes & (status.occupied_aisles or frozenset()), default=None)
        if occupied is not None:
            return say("Somebody is in aisle {aisle} of block {block}.", aisle=occupied, block=self._number)
        at_rest = PlainStatus(
            mode=status.mode, is_enabled=status.is_enabled, alarms=status.alarms, people_inside=status.people_inside
        )
        return standing_problem(self.block, self._capabilities, at_rest)

    def _is_done(self, status: PlainStatus) -> bool:
        """Whether the controller itself shows what was asked for; that carriages are spread, none can show."""
        if status.is_moving is True:
            return False
        if self._plan.opens is not None:
            return self._plan.opens in open_aisles(self.block, status, self._capabilities.position_sense)
        return self._plan.kind is OrderKind.CLOSE and is_closed_up(self.block, status)

    def _conclude(self, status: PlainStatus) -> None:
        sense, kind = self._capabilities.position_sense, self._plan.kind
        is_told = sense is not PositionSense.AISLE or bool(open_aisles(self.block, status, sense))
        is_shown = kind is OrderKind.OPEN and sense is not PositionSense.NOTHING and is_told
        if not is_shown and not (kind is OrderKind.CLOSE and sense is PositionSense.SIDES):
            reason = say(
                "Block {block} moved and stands still; its controller does not tell which aisle is open. Look there.",
                block=self._number,
            )
            self._end(OutcomeKind.UNKNOWN, reason)
        else:
            self._end(OutcomeKind.ABORTED, say("Block {block} is at rest, but not where it should be.", block=self._number))

    def _not_seen(self) -> Message:
        if not self._capabilities.can_stop:
            return Message(
                say("{reason} It cannot be stopped from here: the person at the aisle must stop it.").template,
                {"reason": self._ending[1]},
            )
        return say("Standstill of block {block} was not seen after a stop: use the red button there.", block=self._number)
