"""What people say about a block, as the supervisor asks it: who is in its aisles, and whether it is armed.

Opens nothing by itself: it can only forbid. What it forbids while a motion is under way, the supervisor stops.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from archroom.core.arming import Arming, BlockArming, Unfinished
from archroom.core.people_holds import (
    Hold,
    Holds,
    Release,
    hold_problem,
    new_hold,
    new_release,
    with_hold,
    without_hold,
)
from archroom.core.rooms import Block
from archroom.core.shelving import BlockView, OutcomeKind
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.errors import Message, MotionRefused, say


class UnderWay(Protocol):
    """A motion under way, as far as people's word can end it."""

    @property
    def changes(self) -> frozenset[int]:
        """The aisles that it changes."""
        ...

    def fail(self, now: float, reason: Message) -> None:
        """End it, with a STOP where steel may move."""
        ...


class Gate:
    """Holds and arming of one block. Not safe for two threads at once: its bus holds the lock."""

    def __init__(
        self,
        block: Block,
        holds: Iterable[Hold] = (),
        unfinished: Iterable[Unfinished] = (),
        record_problem: Callable[[], Message | None] = lambda: None,
    ) -> None:
        """`record_problem` says why the record of holds cannot be relied on, None while it can: without it nothing moves."""
        self.block = block
        self.holds: Holds = tuple(holds)
        self._arming = BlockArming(block.number, unfinished)
        self._record_problem = record_problem
        self._notices: list[Notice] = []

    # -- acts of people

    def hold(self, aisle: int, person: str, since: datetime, reason: str = "") -> Hold:
        """Keep an aisle as it is for a person, whatever the block does; raises Refused."""
        hold = new_hold(self.block, self.holds, Hold(aisle, person, since, reason))
        self.holds = with_hold(self.holds, hold)
        return hold

    def permitted_release(self, aisle: int, person: str, by: tuple[str, ...], reason: str = "") -> Release:
        """Return a release that may be, so that it can be written down; raises Refused."""
        return new_release(self.block, self.holds, Release(aisle, person, by, reason))

    def release(self, release: Release) -> None:
        """Let a hold go, now that its release is written down."""
        self.holds = without_hold(self.holds, release)

    def check_arming(self, by: str, for_s: float, acknowledged: Collection[str]) -> None:
        """Raise MotionRefused if people's word alone is not enough to arm the block so."""
        self._refuse_without_record()
        self._arming.check(by, for_s, acknowledged)

    def arm(self, now: float, by: str, for_s: float, acknowledged: Collection[str]) -> Arming:
        """Arm the block; raises MotionRefused. Whether the controller allows it is the supervisor's to know."""
        self.check_arming(by, for_s, acknowledged)
        self._arming.arm(now, by, for_s, acknowledged)
        state = self._arming.state(now)
        self._tell(NoticeKind.ARMED, say("Block {block} is armed by {name}.", block=self.block.number, name=state.by))
        return state

    def disarm(self, reason: Message) -> None:
        """Disarm the block, if it is armed."""
        if self._arming.disarm(reason):
            self._tell(NoticeKind.DISARMED, self._arming.problem())

    # -- what the supervisor asks

    def heed(self, now: float, problem: Message | None, motion: UnderWay | None) -> None:
        """Draw the consequences of how the block stands, and end a motion under way that people's word forbids.

        `problem` is why the block must be armed anew, None if it need not. An arming does not run out within a motion.
        """
        if problem is not None:
            self.disarm(problem)
        if motion is not None:
            objection = self._objection(now, motion.changes)
            if objection is not None:
                motion.fail(now, objection)
        elif self._arming.let_pass(now):
            self._tell(NoticeKind.DISARMED, self._arming.problem())

    def conclude(self, kind: OutcomeKind, reason: Message) -> None:
        """Take note of how a motion ended: unless it was done or never began, somebody must look and arm anew."""
        if kind in (OutcomeKind.ABORTED, OutcomeKind.UNKNOWN):
            self.disarm(reason)

    def admit(self, changes: Collection[int]) -> None:
        """Raise MotionRefused if a motion that changes these aisles may not be, NotArmed if only arming is missing.

        Locking a carriage changes no aisle, so it is always admitted.
        """
        if not changes:
            return
        self._refuse_without_record()
        problem = hold_problem(self.block, self.holds, changes)
        if problem is not None:
            raise MotionRefused(problem)
        self._arming.refuse_unarmed()

    def problem(self) -> Message | None:
        """Return why nothing of the block may move, None if something may."""
        problem = self._record_problem()
        return problem or (None if self._arming.is_armed else self._arming.problem())

    def arming(self, now: float) -> Arming:
        """Return the arming as it may be shown."""
        return self._arming.state(now)

    def shown(self, now: float, view: BlockView) -> BlockView:
        """Return a view of the block with what people have said of it."""
        problem = self.problem()
        return replace(
            view,
            is_movable=view.is_movable and problem is None,
            why_not=view.why_not or problem,
            holds=self.holds,
            arming=self.arming(now),
            unfinished=self._arming.unfinished,
        )

    def take_notices(self) -> list[Notice]:
        """Return what happened since the last call."""
        found, self._notices = self._notices, []
        return found

    def _objection(self, now: float, changes: Collection[int]) -> Message | None:
        state = self._arming.state(now)
        if not changes:
            return None
        if not state.is_armed:
            return state.reason
        return hold_problem(self.block, self.holds, changes) or self._record_problem()

    def _refuse_without_record(self) -> None:
        problem = self._record_problem()
        if problem is not None:
            raise MotionRefused(problem)

    def _tell(self, kind: NoticeKind, text: Message) -> None:
        self._notices.append(Notice(kind, text))
