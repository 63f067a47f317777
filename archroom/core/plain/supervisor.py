"""Decides whether a block with a plain controller may be asked to move, watches it, and owns its STOP where there is one.

The same duties as `supervisor`, with less to rest on: no select before operate, no sequence numbers, no heartbeat. So a
motion needs a commissioning that allows it and, unless the controller was seen to stop by itself, a second person at the
aisle; its order is wished once; and a STOP that does not exist is never claimed to have been sent. Sans-IO.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

from archroom.core.arming import Arming
from archroom.core.commissioning import Controller, Licence
from archroom.core.licensing import Permission, attendance_problem
from archroom.core.plain.facts import Capabilities, PlainStatus
from archroom.core.plain.motion import PlainMotion, PlainPhase
from archroom.core.plain.rules import (
    PlainPlan,
    candidates,
    confirmation_problem,
    disarming_problem,
    expected_s,
    plain_permission,
    planned,
    standing_problem,
)
from archroom.core.plain.watch import PlainWatch, open_aisles
from archroom.core.rooms import Block
from archroom.core.shelving import Action, AisleState, BlockView, StopReport, Ticket, Trust, Wanted
from archroom.core.supervisor.base import SupervisorBase
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.notices import Notice, NoticeKind, PlainIntent
from archroom.core.supervisor.watch import Sight
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.errors import Message, MotionRefused, say

SCAN_S = 0.1
"""Taken for the period of a program that nobody knows."""


@dataclass(frozen=True, slots=True)
class _GivenTicket:
    ticket: Ticket
    plan: PlainPlan
    by: str
    given_s: float


class PlainSupervisor(SupervisorBase[PlainStatus, PlainMotion]):
    """Decides for one block. Not safe for two threads at once: its bus holds the lock."""

    def __init__(
        self, block: Block, capabilities: Capabilities, new_id: Callable[[], str], gate: Gate | None = None
    ) -> None:
        self._watch = PlainWatch(block, capabilities)
        super().__init__(block, self._watch, new_id, gate)
        self.capabilities = capabilities
        self._ticket: _GivenTicket | None = None
        self._is_status_owed = False
        """Whether a STOP went out and no status was asked for since: a pulse may outlast the time to its repetition."""

    # -- the shell's side: what to send, and what became of it

    def wishes(self, now: float) -> list[Wish]:
        """Return everything that should be sent to the controller, now or later."""
        self._advance(now)
        is_pressing = self._stopping.is_active or (self._motion is not None and self._motion.phase is PlainPhase.STARTING)
        lane = Lane.PROBE if not self.is_answering else Lane.COMMAND if is_pressing else Lane.POLL
        is_anew = self._watch.trust(now) in (Trust.UNKNOWN, Trust.LOST)
        may_release = self.permission(now).licence is not Licence.MONITOR
        found = [replace(self._polls.wish(Frame.STATUS, lane), is_anew=is_anew, may_release=may_release)]
        if self._motion is not None:
            found += self._motion.wishes()
        stop = self._stopping.wish(now, self._watch.heard_s)
        if stop is not None and not self._is_status_owed:
            found.append(stop)
        return found

    def frame_sent(self, now: float, wish: Wish) -> None:
        """Take note that a wish goes out now; an ORDER is never wished again after this."""
        if wish.frame is Frame.STOP:
            self._stopping.frame_sent(now)
            self._is_status_owed = True
        elif wish.frame in (Frame.ORDER, Frame.HEARTBEAT) and self._motion is not None:
            self._motion.frame_sent(now, wish.frame)
        elif wish.frame is Frame.STATUS:
            self._is_status_owed = False
        if wish.frame in (Frame.ORDER, Frame.STOP):
            self._polls.hasten(now + 2 * SCAN_S)

    def frame_failed(self, now: float, wish: Wish, is_sent: bool = True) -> None:
        """Take note that a frame got no matched answer; `is_sent` False if it certainly did not go out."""
        if wish.frame is Frame.STOP:
            self._stopping.frame_failed(now)
        elif wish.frame is Frame.ORDER and self._motion is not None and not is_sent:
            text = say(
                "The order to move block {block} did not go out. Nothing moves; start again.", block=self.block.number
            )
            self._motion.frame_unsent(now, text)
        if wish.frame is Frame.ORDER and self._motion is not None:
            self._motion.order_ended(now)
        self._watch.take_failure()
        self._advance(now)
        if wish.frame is Frame.STATUS:
            self._schedule_poll(now)

    def frame_echoed(self, now: float, wish: Wish) -> None:
        """Take note that a write was answered: it was received, no more."""
        if wish.frame is Frame.ORDER and self._motion is not None:
            self._motion.order_ended(now)
        super().frame_echoed(now, wish)

    def status_read(self, now: float, status: PlainStatus, asked_s: float, notes: tuple[Message, ...] = ()) -> None:
        """Take a matched status that was asked for at `asked_s`; `notes` say what was put right at the controller before."""
        number = self.block.number
        self._notices += [Notice(NoticeKind.RELEASED, say("Block {block}: {what}", block=number, what=n)) for n in notes]
        sight = self._watch.take_status(now, status)
        if sight is Sight.SHAKEN:
            self._disappoint(NoticeKind.DISTRUSTED)
            if status.is_moving and self.capabilities.can_stop:
                self._ask_stop(now)
        elif sight is not Sight.REPEATED:
            if sight is Sight.PROVED:
                self._notices.append(Notice(NoticeKind.PROVED, say("Block {block} is read and believed.", block=number)))
            is_standing = self.capabilities.tells_motion and status.is_moving is False
            if self._stopping.take_status(is_standing, asked_s, SCAN_S):
                self._notices.append(Notice(NoticeKind.STANDSTILL, say("Block {block} is at rest.", block=number)))
                if self._motion is not None:
                    self._motion.settle(status)
            elif not self.capabilities.tells_motion and self._stopping.take_silence_of_motion(asked_s):
                self.gate.disarm(say("Standstill of block {block} was not seen.", block=number))
            elif self._motion is not None:
                self._motion.take_status(now, status)
        self._schedule_poll(now)
        self._advance(now)

    # -- acts of people

    def arm(self, now: float, by: str, for_s: float, acknowledged: Collection[str] = ()) -> Arming:
        """Arm the block in a person's name; raises MotionRefused unless its status is fresh, proved and without alarm."""
        self._advance(now)
        if isinstance(ready := self._ready(now), Message):
            raise MotionRefused(ready)
        return self.gate.arm(now, by, for_s, acknowledged)

    def select(self, now: float, wanted: Wanted, by: str) -> Ticket:
        """Give leave to do something; raises MotionRefused with the reason. An earlier ticket ends."""
        self._advance(now)
        self._ticket = None
        if not by.strip():
            raise MotionRefused(say("Say who moves the shelving."))
        _, plan = self._permitted(now, wanted)
        ticket = Ticket(
            id=self._new_id(),
            block=self.block.number,
            wanted=wanted,
            narrows=() if plan.closes is None else (plan.closes,),
            moving_carriages=plan.carriages,
            expected_s=expected_s(self.block, plan),
            candidates=candidates(self.block, plan),
            needs_attendant=self._needs_attendant(now),
        )
        self._ticket = _GivenTicket(ticket, plan, by, now)
        return ticket

    def go(self, now: float, ticket_id: str, confirmed_clear: tuple[int, ...], by: str, attendant: str = "") -> PlainIntent:
        """Use up a ticket; raises MotionRefused. Nothing is sent before `release`, for which the intent is written down.

        `attendant` is who stands at the aisle and holds the controller's own stop, where that is needed.
        """
        self._advance(now)
        given, self._ticket = self._ticket, None
        if given is None or given.ticket.id != ticket_id:
            raise MotionRefused(say("This leave was used or has ended. Ask again."))
        ticket = given.ticket
        if now - given.given_s > ticket.life_s:
            raise MotionRefused(say("The leave has run out. Ask again."))
        if by != given.by:
            raise MotionRefused(say("The leave was given to {name}.", name=given.by))
        permission = self.permission(now)
        attendant = attendant.strip() or permission.attendant
        problem = attendance_problem(self.block.number, permission, attendant, by)
        problem = problem or confirmation_problem(self.block, given.plan, confirmed_clear)
        if problem is not None:
            raise MotionRefused(problem)
        status, plan = self._permitted(now, ticket.wanted)
        if plan != given.plan:
            raise MotionRefused(say("The carriages of block {block} have moved since. Ask again.", block=self.block.number))
        motion = PlainMotion(self.block, self.capabilities, ticket, given.plan, by, attendant, now)
        self._motion = motion
        return PlainIntent(ticket, by, attendant, confirmed_clear, motion.order, status, self._watch.age_s(now) or 0.0)

    def release(self, now: float, motion_id: str) -> None:
        """Let an intended motion begin: its intent is written down. What changed meanwhile ends it."""
        self._advance(now)
        motion = self._motion
        if motion is None or motion.ticket.id != motion_id or motion.phase is not PlainPhase.INTENDED:
            return
        try:
            self._permitted(now, motion.ticket.wanted, motion)
        except MotionRefused as refusal:
            motion.fail(now, refusal.message)
        else:
            motion.release(now)
        self._advance(now)

    def stop(self, now: float, reason: Message) -> None:
        """Stop, in any state; every ticket ends. Where the controller has no stop, only the watching of a motion ends."""
        self._ticket = None
        if self._motion is not None:
            self._motion.fail(now, reason)
            self._motion.wants_stop = False
        if self.capabilities.can_stop:
            self._is_status_owed = False
            self._ask_stop(now)
        self._advance(now)

    # -- what is so

    @property
    def is_busy(self) -> bool:
        """Whether a motion or a stop is under way, or the controller says that something moves."""
        status = self._watch.status
        is_moving = status is not None and self.is_answering and status.is_moving is True
        return self._motion is not None or self._stopping.is_active or is_moving

    @property
    def can_stop(self) -> bool:
        """Whether its profile knows of a stop."""
        return self.capabilities.can_stop

    @property
    def is_stranger(self) -> bool:
        """Whether what answers is certainly another controller: a plain one gives no proof of that."""
        return False

    def stop_report(self) -> StopReport:
        """Return what became of the last stop."""
        number = self.block.number
        if not self.capabilities.can_stop:
            reason = say("Block {block} cannot be stopped from here: its controller has no stop. Use its own.", block=number)
            return StopReport(number, False, False, "server", reason)
        return self._stopping.report(number, None)

    def view(self, now: float) -> BlockView:
        """Return what may be shown."""
        trust = self._watch.trust(now, self._motion is not None)
        ready = self._ready(now)
        problem = ready if isinstance(ready, Message) else None
        view = BlockView(
            block=self.block.number,
            trust=trust,
            age_s=self._watch.age_s(now),
            identity=None,
            status=None,
            aisles=tuple((aisle, self._aisle_state(aisle, trust)) for aisle in self.block.aisles),
            is_movable=problem is None,
            why_not=problem,
            motion=None if self._motion is None else self._motion.ticket.id,
            motion_by=None if self._motion is None else self._motion.by,
            plain=self._watch.status,
            capabilities=self.capabilities,
            needs_attendance=self.permission(now).licence is not Licence.FULL,
            permission=self.permission(now),
        )
        return self.gate.shown(now, view)

    @property
    def controller(self) -> Controller:
        """Which controller answers: a plain one tells no serial, so it is known by its profile and its carriages."""
        return Controller(self.licensing.profile, "", len(self.block.carriages))

    @property
    def can(self) -> Capabilities:
        """What its profile declares."""
        return self.capabilities

    def permission(self, now: float) -> Permission:
        """Return how far the block may be moved now."""
        return plain_permission(self.capabilities, super().permission(now))

    # -- rules

    def _ready(self, now: float, ours: PlainMotion | None = None) -> PlainStatus | Message:
        """Return the status that an order may rest on, or why none may be given."""
        status = self._watch.believed(now, self._motion is not None)
        if isinstance(status, Message):
            return status
        if self._motion is not None and self._motion is not ours:
            return say("An opening is under way at block {block}.", block=self.block.number)
        if self._stopping.is_active:
            return say("The stop of block {block} is not confirmed yet.", block=self.block.number)
        return standing_problem(self.block, self.capabilities, status) or self._licence_problem(now) or status

    def _permitted(self, now: float, wanted: Wanted, ours: PlainMotion | None = None) -> tuple[PlainStatus, PlainPlan]:
        if isinstance(status := self._ready(now, ours), Message):
            raise MotionRefused(status)
        plan = planned(self.block, self.capabilities, status, wanted)
        if isinstance(plan, Message):
            raise MotionRefused(plan)
        self.gate.admit(plan.changes)
        return status, plan

    def _aisle_state(self, aisle: int, trust: Trust) -> AisleState:
        status = self._watch.status
        if trust is not Trust.GOOD or status is None:
            return AisleState.UNKNOWN
        if status.occupied_aisles is not None and aisle in status.occupied_aisles:
            return AisleState.OCCUPIED
        motion = self._motion
        if motion is not None and motion.phase is PlainPhase.MOVING:
            if motion.ticket.wanted == Wanted(Action.OPEN, aisle):
                return AisleState.OPENING
            if aisle in motion.ticket.narrows:
                return AisleState.CLOSING
        shown = open_aisles(self.block, status, self.capabilities.position_sense)
        if aisle in shown:
            return AisleState.OPEN
        segment = self.block.segment_of(aisle)
        is_other_open = segment is not None and any(other in segment.gaps for other in shown)
        return AisleState.CLOSED if is_other_open and status.is_moving is not True else AisleState.UNKNOWN

    # -- time

    def _advance(self, now: float) -> None:
        if self._watch.advance(now, self._motion is not None):
            self._polls.begin_anew()
            self._disappoint(NoticeKind.LOST)
        motion = self._motion
        self.gate.heed(now, self._watch.doubt(partial(disarming_problem, self.block, self.capabilities)), motion)
        if motion is None:
            return
        if motion.is_watched and self._watch.failures != 1 and self._is_stale(now, motion):
            motion.fail(now, say("The status of block {block} went stale during its motion.", block=self.block.number))
        motion.advance(now)
        self._take_stop_of(now, motion)
        if motion.outcome is not None:
            self._conclude(now, motion, *motion.outcome)

    def _is_stale(self, now: float, motion: PlainMotion) -> bool:
        """Whether the last status is too old for a motion; while the order itself has the line, nothing can be read."""
        since_s = motion.ordered_until_s
        return self._watch.trust(now, is_busy=True) is Trust.STALE and now - since_s > self._watch.pace.stale_s

    def _end_ticket(self) -> None:
        self._ticket = None

    def _schedule_poll(self, now: float) -> None:
        if not self.is_answering:
            self._polls.schedule_probe(now)
            return
        is_proved = self._watch.trust(now) is Trust.GOOD
        is_busy = self.is_busy or self.licensing.is_commissioned_now(now)
        self._polls.schedule(now, self._watch.pace, SCAN_S, is_strange=False, is_busy=is_busy, is_proved=is_proved)
