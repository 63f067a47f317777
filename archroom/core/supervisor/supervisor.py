"""Decides whether a block may be asked to move, watches it while it does, and owns its STOP. One per block; sans-IO.

Fed with `(now, answer | failure | act)`, it returns refusals, wishes for its unit's wire, and notices of what happened. A
motion needs a proved and fresh status, a ticket, and a person's word for the aisle that closes; its OPERATE is wished once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from archroom.core.arming import Arming
from archroom.core.commissioning import Controller, Licence
from archroom.core.licensing import attendance_problem
from archroom.core.plain.facts import Capabilities
from archroom.core.rooms import Block
from archroom.core.shelving import BlockView, ControllerStatus, Identity, StopReport, Ticket, Trust, Wanted
from archroom.core.supervisor.base import SupervisorBase
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.motion import Motion, Phase
from archroom.core.supervisor.notices import Intent, Notice, NoticeKind
from archroom.core.supervisor.numbering import Numbering
from archroom.core.supervisor.plans import Plan
from archroom.core.supervisor.rules import (
    Ready,
    allowed_plan,
    capability_problem,
    disarming_problem,
    duration_problem,
    identity_problem,
    permission_problem,
    reference_capabilities,
    standing_problem,
)
from archroom.core.supervisor.tickets import GivenTicket, Tickets
from archroom.core.supervisor.view import aisle_states
from archroom.core.supervisor.watch import Sight, Watch
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.errors import Message, MotionRefused, say

UNKNOWN_SCAN_S = 0.1


class Supervisor(SupervisorBase[ControllerStatus, Motion]):
    """Decides for one block. Not safe for two threads at once: its bus holds the lock."""

    def __init__(self, block: Block, new_id: Callable[[], str], gate: Gate | None = None) -> None:
        self._watch = Watch(block)
        super().__init__(block, self._watch, new_id, gate)
        self._tickets = Tickets()
        self._numbering = Numbering()

    # -- the shell's side: what to send, and what became of it

    def wishes(self, now: float) -> list[Wish]:
        """Return everything that should be sent to the unit, now or later."""
        self._advance(now)
        found = [self._poll_wish()]
        if self._motion is not None:
            found += self._motion.wishes()
        stop = None if self._watch.is_stranger else self._stopping.wish(now, self._watch.heard_s)
        if stop is not None:
            found.append(stop)
        return found

    def frame_sent(self, now: float, wish: Wish) -> None:
        """Take note that a wish goes out now; an OPERATE is never wished again after this."""
        if wish.frame is Frame.STOP:
            self._stopping.frame_sent(now)
        elif self._motion is not None and wish.frame in (Frame.HEARTBEAT, Frame.SELECT, Frame.OPERATE):
            self._motion.frame_sent(now, wish.frame)
        if wish.frame in (Frame.STOP, Frame.SELECT, Frame.OPERATE):
            self._polls.hasten(now + 2 * self._scan_s)

    def frame_failed(self, now: float, wish: Wish) -> None:
        """Take note that a frame got no matched answer."""
        if wish.frame is Frame.STOP:
            self._stopping.frame_failed(now)
        elif self._motion is not None:
            self._motion.frame_failed(wish.frame)
        self._watch.take_failure()
        self._advance(now)
        if wish.frame in (Frame.IDENTITY, Frame.STATUS):
            self._schedule_poll(now)

    def identity_read(self, now: float, identity: Identity) -> None:
        """Take who answers at the unit."""
        self._watch.take_identity(now, identity)
        self._schedule_poll(now)
        if self._watch.is_ours:
            self._polls.hasten(now)

    def stranger_found(self, now: float, reason: Message) -> None:
        """Take note that what answers is no controller of this map: nothing at all is written to it."""
        self._watch.take_stranger(now, reason)
        self._schedule_poll(now)

    def status_read(self, now: float, status: ControllerStatus, asked_s: float) -> None:
        """Take a matched status that was asked for at `asked_s`."""
        before = self._watch.status
        sight = self._watch.take_status(now, status)
        if sight is Sight.SHAKEN:
            self._disappoint(NoticeKind.DISTRUSTED)
            if self._watch.is_ours and not status.state.is_at_rest and not self._stopping.is_active:
                self._ask_stop(now)
            elif before is not None and before.positions_mm == status.positions_mm:
                self._see_standstill(status, asked_s)  # wherever it is: at rest, and not moved since
        elif sight is not Sight.REPEATED:
            if sight is Sight.PROVED:
                text = say("Block {block} is read and believed.", block=self.block.number)
                self._notices.append(Notice(NoticeKind.PROVED, text))
            if self._see_standstill(status, asked_s) and self._motion is not None:
                self._motion.settle(status)
            elif self._motion is not None:
                self._motion.take_status(now, status, asked_s)
        self._schedule_poll(now)
        if sight is Sight.REPEATED:
            self._polls.hasten(now + max(self._watch.pace.busy_poll_s, self._scan_s))
        self._advance(now)

    def _see_standstill(self, status: ControllerStatus, asked_s: float) -> bool:
        if not self._stopping.take_status(status.state.is_standing, asked_s, self._scan_s):
            return False
        self._notices.append(Notice(NoticeKind.STANDSTILL, say("Block {block} is at rest.", block=self.block.number)))
        return True

    # -- acts of people

    def arm(self, now: float, by: str, for_s: float, acknowledged: Collection[str] = ()) -> Arming:
        """Arm the block in a person's name; raises MotionRefused unless its status is fresh, proved and without fault."""
        self._advance(now)
        if isinstance(ready := self._ready(now), Message):
            raise MotionRefused(ready)
        return self.gate.arm(now, by, for_s, acknowledged)

    def select(self, now: float, wanted: Wanted, by: str) -> Ticket:
        """Give leave to do something; raises MotionRefused with the reason. An earlier ticket ends."""
        self._advance(now)
        self._tickets.end()
        if not by.strip():
            raise MotionRefused(say("Say who moves the shelving."))
        ready, planned = self._permitted(now, wanted)
        ticket = Ticket(
            id=self._new_id(),
            block=self.block.number,
            wanted=wanted,
            narrows=planned.narrows,
            moving_carriages=planned.carriages,
            expected_s=planned.expected_s(ready.identity, self.block.motion),
            needs_attendant=wanted.action.is_motion and self._needs_attendant(now),
        )
        self._tickets.give(GivenTicket(ticket, planned, by, now))
        return ticket

    def go(self, now: float, ticket_id: str, confirmed_clear: tuple[int, ...], by: str, attendant: str = "") -> Intent:
        """Use up a ticket; raises MotionRefused. Nothing is sent before `release`, for which the intent is written down.

        `attendant` is who stands at the aisle, where the block's licence asks for one.
        """
        self._advance(now)
        given = self._tickets.use_up(now, ticket_id, confirmed_clear, by)
        ticket = given.ticket
        problem = attendance_problem(self.block.number, self.permission(now), attendant, by)
        if problem is not None and ticket.wanted.action.is_motion:
            raise MotionRefused(problem)
        ready, planned = self._permitted(now, ticket.wanted)
        if not planned.is_like(given.plan):
            raise MotionRefused(say("The carriages of block {block} have moved since. Ask again.", block=self.block.number))
        command = self._numbering.next(self.block.number, ready.status.epoch, self._watch.authority)
        motion = Motion(self.block, ready.identity, ticket, planned, command, by, now)
        self._motion = motion
        age_s = self._watch.age_s(now) or 0.0
        return Intent(ticket, by, ticket.narrows, motion.select, motion.operate, ready.status, age_s)

    def release(self, now: float, motion_id: str) -> None:
        """Let an intended motion begin: its intent is written down. What changed meanwhile ends it."""
        self._advance(now)
        motion = self._motion
        if motion is None or motion.ticket.id != motion_id or motion.phase is not Phase.INTENDED:
            return
        try:
            self._permitted(now, motion.ticket.wanted, motion)
        except MotionRefused as refusal:
            motion.fail(now, refusal.message)
        else:
            motion.release(now)
            self._watch.expect((motion.select.epoch, motion.select.seq), (motion.operate.epoch, motion.operate.seq))
        self._advance(now)

    def let_go(self, now: float, motion_id: str) -> None:
        """Take note that the key of a jog was let go: it is stopped."""
        if self._motion is not None and self._motion.ticket.id == motion_id:
            self._motion.let_go(now)
        self._advance(now)

    def stop(self, now: float, reason: Message) -> None:
        """Stop, in any state; every ticket ends, and nothing moves before somebody selects again."""
        self._tickets.end()
        if self._motion is not None:
            self._motion.fail(now, reason)
            self._motion.wants_stop = False
        self._ask_stop(now)
        self._advance(now)

    # -- what is so

    @property
    def is_busy(self) -> bool:
        """Whether a motion or a stop is under way, or the controller says that something moves.

        A stop that cannot be sent, because a stranger answers there, keeps nobody busy: what is silent must be asked again.
        """
        status = self._watch.status
        is_moving = status is not None and self.is_answering and not status.state.is_at_rest
        is_stopping = self._stopping.is_active and not self._watch.is_stranger
        return self._motion is not None or is_stopping or is_moving

    @property
    def can_stop(self) -> bool:
        """The map has a STOP."""
        return True

    @property
    def controller(self) -> Controller | None:
        """Which controller answers, by its identity block."""
        told = self._watch.identity
        return None if told is None else Controller(self.licensing.profile, told.serial, told.carriages, told.watchdog_ms)

    @property
    def can(self) -> Capabilities:
        """What the register map can tell, and of the orders those that this controller takes."""
        told = self._watch.identity
        return reference_capabilities(frozenset() if told is None else told.capabilities)

    @property
    def is_stranger(self) -> bool:
        """Whether the unit is certainly no controller of this map."""
        return self._watch.is_stranger

    def stop_report(self) -> StopReport:
        """Return what became of the last stop."""
        return self._stopping.report(self.block.number, self._watch.reason if self._watch.is_stranger else None)

    def view(self, now: float) -> BlockView:
        """Return what may be shown."""
        trust = self._watch.trust(now, self._is_under_order)
        status = self._watch.status
        ready = self._ready(now)
        problem = ready if isinstance(ready, Message) else None
        view = BlockView(
            block=self.block.number,
            trust=trust,
            age_s=self._watch.age_s(now),
            identity=self._watch.identity,
            status=status,
            aisles=aisle_states(self.block, status if trust is Trust.GOOD else None),
            is_movable=problem is None,
            why_not=problem,
            motion=None if self._motion is None else self._motion.ticket.id,
            motion_by=None if self._motion is None else self._motion.by,
            needs_attendance=self.permission(now).licence is not Licence.FULL,
            permission=self.permission(now),
        )
        return self.gate.shown(now, view)

    # -- rules

    @property
    def _is_under_order(self) -> bool:
        """Whether steel may move at our word, so that no slow line excuses an old status.

        Until then a silent unit that has the line costs time and nothing else: the order to move goes out only after a
        status that was asked for after the choice.
        """
        return self._motion is not None and self._motion.phase not in (Phase.INTENDED, Phase.SELECTING)

    def _ready(self, now: float, ours: Motion | None = None) -> Ready | Message:
        identity = self._watch.identity
        if identity is None:
            return self._watch.reason or say("Block {block} was not read yet.", block=self.block.number)
        problem = identity_problem(self.block, identity) or permission_problem(self.block, identity)
        status = problem or self._watch.believed(now, self._is_under_order)
        if isinstance(status, Message):
            return status
        if self._motion is not None and self._motion is not ours:
            return say("A motion is under way at block {block}.", block=self.block.number)
        if self._stopping.is_active:
            return say("The stop of block {block} is not confirmed yet.", block=self.block.number)
        return standing_problem(self.block, status) or self._licence_problem(now) or Ready(status, identity)

    def _permitted(self, now: float, wanted: Wanted, ours: Motion | None = None) -> tuple[Ready, Plan]:
        if isinstance(ready := self._ready(now, ours), Message):
            raise MotionRefused(ready)
        problem = capability_problem(self.block, ready.identity, wanted.action)
        planned = problem or allowed_plan(self.block, ready.status, wanted)
        if isinstance(planned, Message):
            raise MotionRefused(planned)
        if (problem := duration_problem(self.block, planned, ready.identity)) is not None:
            raise MotionRefused(problem)
        self.gate.admit(planned.changes)
        return ready, planned

    # -- time

    def _advance(self, now: float) -> None:
        if self._watch.advance(now, self._is_under_order):
            self._polls.begin_anew()
            self._disappoint(NoticeKind.LOST)
        motion = self._motion
        self.gate.heed(now, self._watch.doubt(partial(disarming_problem, self.block)), motion)
        if motion is None:
            return
        is_watched = motion.phase in (Phase.SELECTING, Phase.OPERATING, Phase.RUNNING)
        if is_watched and self._watch.failures != 1 and self._watch.trust(now, self._is_under_order) is Trust.STALE:
            motion.fail(now, say("Block {block} was stopped: its status went stale.", block=self.block.number))
        motion.advance(now)
        self._take_stop_of(now, motion)
        self._finish(now, motion)

    def _finish(self, now: float, motion: Motion) -> None:
        outcome = motion.outcome
        if outcome is None:
            return
        self._watch.forget_expected()
        commands = ((motion.select.epoch, motion.select.seq), (motion.operate.epoch, motion.operate.seq))
        self._numbering.end(commands, self._watch.authority)
        self._conclude(now, motion, *outcome)

    def _end_ticket(self) -> None:
        self._tickets.end()

    # -- polls

    @property
    def _scan_s(self) -> float:
        return UNKNOWN_SCAN_S if self._watch.identity is None else self._watch.identity.scan_ms / 1000

    def _poll_wish(self) -> Wish:
        frame = Frame.STATUS if self._watch.is_ours else Frame.IDENTITY
        if not self.is_answering or self._watch.is_stranger:
            return self._polls.wish(frame, Lane.PROBE)
        phase = None if self._motion is None else self._motion.phase
        is_pressing = self._stopping.is_active or phase in (Phase.SELECTING, Phase.OPERATING)
        return self._polls.wish(frame, Lane.COMMAND if is_pressing else Lane.POLL)

    def _schedule_poll(self, now: float) -> None:
        if not self.is_answering:
            self._polls.schedule_probe(now)
            return
        watch = self._watch
        self._polls.schedule(
            now,
            watch.pace,
            self._scan_s if watch.is_ours else 0.0,
            is_strange=watch.is_stranger or (watch.identity is not None and not watch.is_ours),
            is_busy=self.is_busy or self.licensing.is_commissioned_now(now),
            is_proved=watch.trust(now) is Trust.GOOD,
        )
