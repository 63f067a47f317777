"""A motion by itself, and the statuses that a controller would show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from statuses import bent, identity_of, opening, status_of
from supervised_room import block_of

from archroom.core.shelving import ControllerState, ControllerStatus, EndReason, OutcomeKind, Ticket, Wanted
from archroom.core.supervisor.motion import Motion, Phase
from archroom.core.supervisor.plans import Plan, plan
from archroom.core.supervisor.wishes import Frame

BLOCK = block_of()
SETTLED_S = 0.0625
"""Longer than two scans; times made of it are exact."""


class Course:
    """A motion from aisle 0 to aisle 3 in EPOCH 4, and the statuses that a controller would show of it."""

    def __init__(self, wanted: Wanted | None = None, *, speed_mm_s: int = 40, start_s: float = 0.0) -> None:
        wanted = wanted or opening(3)
        found = plan(BLOCK, BLOCK.positions_mm((0,)), wanted)
        assert isinstance(found, Plan)
        self.planned = found
        ticket = Ticket("t1", 1, wanted, found.narrows, self.planned.carriages, 20.0)
        identity = replace(identity_of(BLOCK), speed_mm_s=speed_mm_s)
        self.motion = Motion(BLOCK, identity, ticket, self.planned, (4, 1), "Ana", start_s)
        self.now = start_s
        self.status = status_of(BLOCK)

    def show(self, after_s: float = SETTLED_S, **change: object) -> None:
        """Show a status with changes that last."""
        self.bend(change, after_s)

    def bend(self, change: Mapping[str, object], after_s: float = SETTLED_S) -> None:
        """Show a status with changes that last."""
        self.now += after_s
        self.motion.keep_alive(self.now)
        self.status = bent_status(self.status, change)
        self.motion.take_status(self.now, self.status, self.now)
        self.motion.advance(self.now)

    def send(self, frame: Frame, *, is_answered: bool = True) -> None:
        """Let a wish go out."""
        assert frame in [wish.frame for wish in self.motion.wishes()]
        self.motion.frame_sent(self.now, frame)
        if is_answered:
            self.motion.frame_echoed(frame)
        else:
            self.motion.frame_failed(frame)

    def select(self) -> None:
        """Come as far as a SELECT that waits for its effect."""
        self.motion.release(self.now)
        self.show()
        self.send(Frame.HEARTBEAT)
        self.send(Frame.SELECT)

    def operate(self, *, is_answered: bool = True) -> None:
        """Come as far as an OPERATE that waits for its effect."""
        self.select()
        self.show(epoch=4, last_seq=1, last_result=1, state=ControllerState.SELECTED)
        self.send(Frame.OPERATE, is_answered=is_answered)

    def run(self, percent: int = 0) -> None:
        """Come as far as moving steel."""
        self.operate()
        self.show(state=ControllerState.WARNING, last_seq=2, last_result=2, end_reason=EndReason.NONE)
        self.show(state=ControllerState.MOVING, positions_mm=self.at(percent))

    def at(self, percent: int) -> tuple[int, ...]:
        """Where the carriages are after so much of the way."""
        pairs = zip(self.planned.start_mm, self.planned.target_mm, strict=True)
        return tuple(start + (target - start) * percent // 100 for start, target in pairs)

    def rest(self, end_reason: EndReason, percent: int) -> None:
        """Show the steel at rest."""
        self.show(state=ControllerState.IDLE, end_reason=end_reason, positions_mm=self.at(percent))

    def ended(self) -> tuple[OutcomeKind, str]:
        """How it ended."""
        assert self.motion.outcome is not None
        kind, reason = self.motion.outcome
        return kind, reason.english()

    def stopping(self) -> str:
        """Why it waits for standstill."""
        assert self.motion.phase is Phase.STOPPING
        assert self.motion.wants_stop
        self.motion.settle(self.status)
        return self.ended()[1]


def bent_status(status: ControllerStatus, change: Mapping[str, object]) -> ControllerStatus:
    """The same status with other values and one scan later."""
    return replace(bent(status, change), counter=status.counter + 1)
