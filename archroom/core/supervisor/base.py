"""What every supervisor of a block does alike, whatever its controller: one motion, its watch, its stop, its notices.

Whoever derives from this says what is read and wished, and what a motion needs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from archroom.core.commissioning import Controller, Licence
from archroom.core.licensing import Licensing, Permission
from archroom.core.plain.facts import Capabilities
from archroom.core.rooms import Block
from archroom.core.shelving import BlockView, Outcome, OutcomeKind, Ticket
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.link import LinkWatch
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.core.supervisor.polls import Polls
from archroom.core.supervisor.stop import Stopping
from archroom.core.supervisor.wishes import Frame, Pace, Wish
from archroom.errors import Message, say

S = TypeVar("S")
"""The status of the controller."""


class Course(Protocol):
    """A motion from its permission to its outcome."""

    ticket: Ticket
    wants_stop: bool

    def frame_echoed(self, frame: Frame) -> None: ...

    def fail(self, now: float, reason: Message) -> None: ...

    def lose(self, reason: Message) -> None: ...

    def keep_alive(self, now: float) -> None: ...


M = TypeVar("M", bound=Course)


class SupervisorBase(ABC, Generic[S, M]):
    """One block. Not safe for two threads at once: its bus holds the lock."""

    def __init__(self, block: Block, watch: LinkWatch[S], new_id: Callable[[], str], gate: Gate | None) -> None:
        self.block = block
        self.gate = gate or Gate(block)
        """What people say: holds and arming. Whoever changes it wakes the bus, which draws the consequences."""
        self.licensing = Licensing(block.number)
        """How far the block may be moved; whoever reads its records sets it. Without a record it is watched only."""
        self._link = watch
        self._new_id = new_id
        self._stopping = Stopping()
        self._polls = Polls()
        self._motion: M | None = None
        self._ended: tuple[str, Outcome] | None = None
        self._notices: list[Notice] = []

    @abstractmethod
    def view(self, now: float) -> BlockView:
        """Return what may be shown."""

    @property
    @abstractmethod
    def can_stop(self) -> bool:
        """Whether there is a STOP that can be sent to the controller."""

    @property
    @abstractmethod
    def controller(self) -> Controller | None:
        """Which controller answers, as its commissioning names it; None while nobody knows."""

    @property
    @abstractmethod
    def can(self) -> Capabilities:
        """What the controller can do and tell, as far as that is known."""

    @abstractmethod
    def _advance(self, now: float) -> None:
        """Let time pass."""

    @abstractmethod
    def _end_ticket(self) -> None:
        """End the ticket that is out."""

    # -- the shell's side

    def set_pace(self, pace: Pace) -> None:
        """Take over how fast the line is."""
        self._link.pace = pace

    def frame_echoed(self, now: float, wish: Wish) -> None:
        """Take note that a write was answered: it was received, no more."""
        self._link.take_echo(now)
        if self._motion is not None:
            self._motion.frame_echoed(wish.frame)
        self._advance(now)

    def port_lost(self, now: float, reason: Message) -> None:
        """Take note that the port of the unit's bus is not open."""
        was_lost = self._link.is_lost
        self._link.lose(reason)
        if not was_lost:
            self._disappoint(NoticeKind.LOST)
        self._advance(now)

    def take_notices(self) -> list[Notice]:
        """Return what happened since the last call."""
        found, self._notices = self._notices + self.gate.take_notices(), []
        return found

    # -- acts of people

    def withdraw(self, now: float, motion_id: str, reason: Message) -> None:
        """End a motion because whoever asked for it cannot go on; it is stopped if it has begun and can be."""
        if self._motion is not None and self._motion.ticket.id == motion_id:
            self._motion.fail(now, reason)
        self._advance(now)

    def keep_alive(self, now: float, motion_id: str) -> None:
        """Take note that the program that confirmed a motion is alive."""
        if self._motion is not None and self._motion.ticket.id == motion_id:
            self._motion.keep_alive(now)

    def end_commissioning(self, now: float, key: str, reason: Message) -> None:
        """Let the commissioning of a key end: what moves is stopped, and the block is not armed any more."""
        if self.licensing.end(key):
            self._end_ticket()
            if self._motion is not None:
                self._motion.fail(now, reason)
            self.gate.disarm(reason)
            self._advance(now)

    # -- what is so

    def permission(self, now: float) -> Permission:
        """Return how far the block may be moved now."""
        return self.licensing.permission(now, self.controller)

    def _needs_attendant(self, now: float) -> bool:
        """Whether somebody must be named who is at the aisle; whoever commissions the block has named them once."""
        permission = self.permission(now)
        return permission.licence is not Licence.FULL and not permission.attendant

    def _licence_problem(self, now: float) -> Message | None:
        permission = self.permission(now)
        return permission.reason if permission.licence is Licence.MONITOR else None

    def refresh(self, now: float) -> None:
        """Ask for a status at once, of a unit that did not answer too."""
        self._polls.hasten(now)
        self._polls.begin_anew()

    def fresh_since(self, since_s: float) -> bool:
        """Return whether a status with news came since then."""
        return self._link.fresh_s is not None and self._link.fresh_s > since_s

    @property
    def is_answering(self) -> bool:
        """Whether the unit has answered and was not lost since."""
        return self._link.is_answering

    @property
    def is_unread(self) -> bool:
        """Whether nothing speaks for or against the unit yet."""
        return self._link.is_unread

    def outcome(self, motion_id: str) -> Outcome | None:
        """Return how a motion ended, None while it is under way; only the last one is remembered."""
        return self._ended[1] if self._ended is not None and self._ended[0] == motion_id else None

    # -- consequences

    def _take_stop_of(self, now: float, motion: M) -> None:
        """Ask for the stop that a motion wants, once."""
        if motion.wants_stop:
            motion.wants_stop = False
            self._ask_stop(now)

    def _conclude(self, now: float, motion: M, kind: OutcomeKind, reason: Message) -> None:
        """Let a motion have ended."""
        self._motion = None
        self.gate.conclude(kind, reason)
        self._ended = (motion.ticket.id, Outcome(kind, reason, self.view(now)))
        self._notices.append(Notice(NoticeKind.ENDED, reason, motion.ticket.id, kind))

    def _disappoint(self, kind: NoticeKind) -> None:
        """Draw the consequences of what the watch no longer believes."""
        reason = self._link.reason or say("Block {block} was not read yet.", block=self.block.number)
        self._end_ticket()
        if self._link.doubt_is_news() or kind is NoticeKind.LOST:
            self._notices.append(Notice(kind, reason))
        if self._motion is not None:
            self._motion.lose(reason)

    def _ask_stop(self, now: float) -> None:
        self._stopping.ask(now, self._link.heard_s)
        self._notices.append(Notice(NoticeKind.STOP_ASKED, say("Block {block} is being stopped.", block=self.block.number)))
