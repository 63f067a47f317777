"""One asked-for action, from the person's confirmation to its outcome.

SELECT, read back, OPERATE once, observe. Whatever goes wrong ends in a STOP and in one outcome: refused where nothing was
moved, aborted where the steel was seen at rest, unknown where nobody can tell. Nothing is tried again but one SELECT.
"""

from __future__ import annotations

from enum import Enum

from archroom.core.rooms import Block
from archroom.core.shelving import Action, ControllerState, ControllerStatus, EndReason, Identity, OutcomeKind, Ticket
from archroom.core.supervisor.plans import REACHED_MM, Plan, deadline_s
from archroom.core.supervisor.rules import allowed_plan, cabinet_problem, standing_problem
from archroom.core.supervisor.texts import done_text, end_text, result_text
from archroom.core.supervisor.watch import Authority
from archroom.core.supervisor.wishes import Command, Frame, Lane, Wish
from archroom.errors import Message, say

LEASE_S = 1.0
"""Longest silence of the program that confirmed a motion."""
HELD_LEASE_S = 0.3
"""The same of a jog that goes on only while a key is held."""
HEARTBEAT_S = 0.2
SELECT_TTL_MS = 5000
SELECT_TRIES = 2
TAKEN_WITHIN_S = 1.0
"""Longest time until a command that was answered shows in the status."""
HANDSHAKE_S = 3.0
"""Longest time from the intent's being written down to an accepted OPERATE."""
STANDSTILL_S = 3.0
"""Longest time from a STOP until standstill must have been seen."""
PROGRESS_S = 1.5
PROGRESS_MM = 20
"""Without a millimetre of progress for the time that these take at nominal speed, and at least `PROGRESS_S`, it is stuck:
the next carriage may start half a second after one that had less than a millimetre to go, and softly."""
SELECTED_RESULT = 1
ACCEPTED_RESULT = 2


class Phase(Enum):
    """How far a motion has come."""

    INTENDED = "intended"
    """Allowed, not yet written down: no frame goes out."""
    SELECTING = "selecting"
    OPERATING = "operating"
    RUNNING = "running"
    """Accepted by the controller: it warns, then moves."""
    STOPPING = "stopping"
    ENDED = "ended"


class Motion:
    """The course of one motion; the supervisor feeds it and sends what it wishes."""

    def __init__(
        self, block: Block, identity: Identity, ticket: Ticket, planned: Plan, command: Authority, by: str, now: float
    ) -> None:
        self.block = block
        self.ticket = ticket
        self.by = by
        self.phase = Phase.INTENDED
        self.wants_stop = False
        """Set when something was sent that a STOP must end or void; whoever sends the STOP clears it."""
        epoch, seq = command
        self.select = Command(epoch, seq, planned.told, SELECT_TTL_MS)
        operate_ttl_ms = int(1000 * deadline_s(ticket.expected_s))
        self.operate = Command(epoch, seq + 1, planned.told, operate_ttl_ms)
        self._ending: tuple[OutcomeKind, Message]
        """How it ends; set before it is being stopped."""
        self._identity = identity
        self._planned = planned
        self._lease_s = self._since_s = self._beat_s = now
        self._beats = 0
        self._is_armed = False
        self._sent_s: float | None = None
        """When the command that waits for its effect was sent."""
        self._is_unanswered = False
        self._select_tries = 0
        self._is_operate_sent = False
        self._refusal: int | None = None
        self._furthest = list(planned.start_mm)
        self._nearest: tuple[int, float] | None = None
        """The least way that was left in this motion, and since when."""

    @property
    def outcome(self) -> tuple[OutcomeKind, Message] | None:
        """How it ended, None while it is under way."""
        return self._ending if self.phase is Phase.ENDED else None

    @property
    def changes(self) -> frozenset[int]:
        """The aisles that it changes."""
        return self._planned.changes

    # -- acts

    def release(self, now: float) -> None:
        """Let the frames go out: the intent is written down, and the program's silence counts from now."""
        self.phase = Phase.SELECTING
        self._since_s = self._beat_s = self._lease_s = now

    def keep_alive(self, now: float) -> None:
        """Take note that the program that confirmed it is alive."""
        self._lease_s = now

    def let_go(self, now: float) -> None:
        """Take note that the key of a held jog was let go: that is its proper end, wherever the carriage stands."""
        wanted = self.ticket.wanted
        if wanted.is_held:
            text = say("Carriage {carriage} of block {block} was let go.", carriage=wanted.number, block=self.block.number)
            self.fail(now, text, OutcomeKind.DONE if self.phase is Phase.RUNNING else None)

    def fail(self, now: float, reason: Message, kind: OutcomeKind | None = None) -> None:
        """End it with a reason: at once if no command was sent, else once standstill is seen."""
        if self.phase in (Phase.STOPPING, Phase.ENDED):
            return
        self._ending = (kind or (OutcomeKind.ABORTED if self._is_operate_sent else OutcomeKind.REFUSED), reason)
        self.wants_stop = self._select_tries > 0
        self.phase = Phase.STOPPING if self.wants_stop else Phase.ENDED
        self._since_s = now

    def lose(self, reason: Message) -> None:
        """End it without knowing how."""
        if self.phase is Phase.ENDED:
            return
        self._ending = (OutcomeKind.UNKNOWN if self._is_operate_sent else OutcomeKind.REFUSED, reason)
        self.wants_stop = self._select_tries > 0
        self.phase = Phase.ENDED

    # -- the wire

    def wishes(self) -> list[Wish]:
        """Return what should be sent: heartbeats all along, and the command whose turn it is."""
        if self.phase not in (Phase.SELECTING, Phase.OPERATING, Phase.RUNNING):
            return []
        found = [Wish(Frame.HEARTBEAT, Lane.HEARTBEAT, self._beat_s, value=self._beats & 0xFFFF)]
        if self._is_armed and self._sent_s is None:
            frame = Frame.SELECT if self.phase is Phase.SELECTING else Frame.OPERATE
            command = self.select if frame is Frame.SELECT else self.operate
            found.append(Wish(frame, Lane.COMMAND, self._since_s, command))
        return found

    def frame_sent(self, now: float, frame: Frame) -> None:
        """Take note that one of the wishes goes out now."""
        if frame is Frame.HEARTBEAT:
            self._beats += 1
            self._beat_s = now + HEARTBEAT_S
            return
        self._sent_s = now
        self._is_unanswered = False
        if frame is Frame.SELECT:
            self._select_tries += 1
        else:
            self._is_operate_sent = True

    def frame_echoed(self, frame: Frame) -> None:
        """Take note that a write was answered."""
        if frame is Frame.HEARTBEAT:
            self._is_armed = True

    def frame_failed(self, frame: Frame) -> None:
        """Take note that a write was not answered: whether it arrived must be read."""
        if frame is not Frame.HEARTBEAT:
            self._is_unanswered = True

    # -- what is seen

    def take_status(self, now: float, status: ControllerStatus, asked_s: float) -> None:
        """Judge a fresh status that was asked for at `asked_s`."""
        if self._refusal is None:
            self._refusal = status.refusal
        if self.phase is Phase.SELECTING:
            self._judge_select(now, status, asked_s)
        elif self.phase is Phase.OPERATING:
            self._judge_operate(now, status, asked_s)
        elif self.phase is Phase.RUNNING:
            self._judge_course(now, status)

    def settle(self, status: ControllerStatus) -> None:
        """Take note that standstill was seen after the STOP."""
        if self.phase is not Phase.STOPPING:
            return
        if self._has_arrived(status):
            self._ending = (OutcomeKind.DONE, self._done_text(status))
        elif self._ending[0] is OutcomeKind.DONE:
            is_let_go = status.end_reason is EndReason.STOP
            let_go = (OutcomeKind.DONE, self._done_text(status))
            self._ending = let_go if is_let_go else (OutcomeKind.ABORTED, end_text(self.block.number, status))
        elif self._ending[0] is OutcomeKind.REFUSED and self._is_taken(status):
            self._ending = (OutcomeKind.ABORTED, self._ending[1])
        self.phase = Phase.ENDED

    def advance(self, now: float) -> None:
        """Let time pass: lease, handshake, deadline, standstill."""
        number, waited_s = self.block.number, now - self._since_s
        if self.phase is Phase.STOPPING:
            if waited_s > STANDSTILL_S:
                self.lose(
                    say("Standstill of block {block} was not seen after a stop: use the red button there.", block=number)
                )
        elif now - self._lease_s > (HELD_LEASE_S if self.ticket.wanted.is_held else LEASE_S):
            self.fail(now, say("Block {block} was stopped: the program that moved it fell silent.", block=number))
        elif self.phase in (Phase.SELECTING, Phase.OPERATING) and waited_s > HANDSHAKE_S:
            self.fail(now, _not_taken(number))
        elif self.phase is Phase.RUNNING and waited_s > self.operate.ttl_ms / 1000:
            self.fail(now, say("Block {block} was stopped: the motion took too long.", block=number))

    # -- judgements

    def _judge_select(self, now: float, status: ControllerStatus, asked_s: float) -> None:
        if self._sent_s is None:
            return
        if _shown(status) == (self.select.epoch, self.select.seq):
            problem = _result_problem(self.block, status, SELECTED_RESULT)
            problem = problem or standing_problem(self.block, status, is_selected_by_us=True)
            planned = problem or allowed_plan(self.block, status, self.ticket.wanted)
            if isinstance(planned, Message):
                self.fail(now, planned)
            elif not planned.is_like(self._planned):
                self.fail(now, say("The carriages of block {block} have moved since. Ask again.", block=self.block.number))
            else:
                self.phase = Phase.OPERATING
                self._sent_s = None
        elif status.refusal != self._refusal:
            self.fail(now, result_text(self.block.number, status.refusal & 0xFF))
        elif self._is_unanswered and self._has_settled(self._sent_s, asked_s) and self._select_tries < SELECT_TRIES:
            self._sent_s = None
        elif now - self._sent_s > TAKEN_WITHIN_S:
            self.fail(now, _not_taken(self.block.number))

    def _judge_operate(self, now: float, status: ControllerStatus, asked_s: float) -> None:
        if self._sent_s is None:
            return
        number = self.block.number
        if _shown(status) == (self.operate.epoch, self.operate.seq):
            problem = _result_problem(self.block, status, ACCEPTED_RESULT)
            if problem is not None:
                self.fail(now, problem, OutcomeKind.REFUSED)
                return
            self.phase = Phase.RUNNING
            self._since_s = self._sent_s
            self._judge_course(now, status)
        elif status.refusal != self._refusal:
            self.fail(now, result_text(number, status.refusal & 0xFF), OutcomeKind.REFUSED)
        elif self._is_unanswered and self._has_settled(self._sent_s, asked_s):
            reason = say("The order to move block {block} did not arrive. Nothing moves; start again.", block=number)
            self.fail(now, reason, OutcomeKind.REFUSED)
        elif now - self._sent_s > TAKEN_WITHIN_S:
            self.fail(now, _not_taken(number))

    def _judge_course(self, now: float, status: ControllerStatus) -> None:
        if status.state.is_at_rest:
            self._conclude(status)
            return
        problem = self._trouble(status) or self._deviation(status) or self._stuck(now, status)
        if problem is not None:
            self.fail(now, problem)

    def _trouble(self, status: ControllerStatus) -> Message | None:
        occupied = min(self._planned.changes & status.occupied_aisles, default=None)
        if occupied is not None:
            return say("Somebody is in aisle {aisle} of block {block}.", block=self.block.number, aisle=occupied)
        return cabinet_problem(self.block, status)

    def _deviation(self, status: ControllerStatus) -> Message | None:
        for index, here in enumerate(status.positions_mm):
            target = self._planned.target_mm[index]
            forward = 1 if target >= self._planned.start_mm[index] else -1
            is_backward = (self._furthest[index] - here) * forward > REACHED_MM
            is_beyond = (here - target) * forward > REACHED_MM
            if is_backward or is_beyond:
                number = self.block.number
                return say("Carriage {carriage} of block {block} moves as it should not.", carriage=index + 1, block=number)
            self._furthest[index] = max(self._furthest[index] * forward, here * forward) * forward
        return None

    def _stuck(self, now: float, status: ControllerStatus) -> Message | None:
        if status.state is not ControllerState.MOVING:
            self._nearest = None
            return None
        left_mm = sum(abs(there - here) for here, there in zip(status.positions_mm, self._planned.target_mm, strict=True))
        if self._nearest is None or left_mm < self._nearest[0]:
            self._nearest = (left_mm, now)
            return None
        patience_s = max(PROGRESS_S, PROGRESS_MM / max(1, self._identity.speed_mm_s))
        if left_mm > REACHED_MM and now - self._nearest[1] > patience_s:
            return say("Block {block} should move, but nothing does.", block=self.block.number)
        return None

    def _conclude(self, status: ControllerStatus) -> None:
        reason = end_text(self.block.number, status)
        if self._has_arrived(status):
            self._ending = (OutcomeKind.DONE, self._done_text(status))
        elif status.end_reason in (EndReason.ARRIVED, EndReason.NONE):
            self._ending = (OutcomeKind.UNKNOWN, reason)
        else:
            self._ending = (OutcomeKind.ABORTED, reason)
        self.phase = Phase.ENDED

    def _has_arrived(self, status: ControllerStatus) -> bool:
        wanted = self.ticket.wanted
        if not wanted.action.is_motion:
            is_locked = wanted.number in status.locked_carriages
            return is_locked is (wanted.action is Action.LOCK) and self._is_taken(status)
        pairs = zip(status.positions_mm, self._planned.target_mm, strict=True)
        is_there = all(abs(there - here) <= REACHED_MM for here, there in pairs)
        return is_there and status.end_reason is EndReason.ARRIVED and self._is_taken(status)

    def _is_taken(self, status: ControllerStatus) -> bool:
        is_last = _shown(status) == (self.operate.epoch, self.operate.seq)
        return is_last and status.last_result == ACCEPTED_RESULT

    def _has_settled(self, sent_s: float, asked_s: float) -> bool:
        """Whether a status asked for then must show what was sent: two scans have passed."""
        return asked_s - sent_s >= 2 * self._identity.scan_ms / 1000

    def _done_text(self, status: ControllerStatus) -> Message:
        wanted = self.ticket.wanted
        moved_mm = 0
        if wanted.action is Action.JOG:
            moved_mm = abs(status.positions_mm[wanted.number - 1] - self._planned.start_mm[wanted.number - 1])
        return done_text(self.block.number, wanted, moved_mm)


def _shown(status: ControllerStatus) -> Authority:
    return (status.epoch, status.last_seq)


def _result_problem(block: Block, status: ControllerStatus, expected: int) -> Message | None:
    return None if status.last_result == expected else result_text(block.number, status.last_result)


def _not_taken(number: int) -> Message:
    return say("The controller of block {block} does not take the command.", block=number)
