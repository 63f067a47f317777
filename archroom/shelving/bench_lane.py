"""Questions of the technician's bench on a bus: one frame each, in pauses of the supervisors, never while something moves.

A question that gives way to a stop waits for its turn again; a write that has gone out is never sent twice, and one that was
taken back never begins. Whoever asks is another thread than the bus, which carries out without the lock of the bus: so the
queue has a lock of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.modbus import Request
from archroom.drivers.timing import DRAIN_S
from archroom.drivers.transactions import FailureKind, Reply
from archroom.errors import ArchroomError, Message, PortUnavailable

STARVED_S = 0.3
"""A question that has waited for so long goes before a poll."""
ACTIVE_S = 2.0
"""How long after a question the supervisors go on to reckon with another: a silent unit takes 0.35 s of the line."""


class Question:
    """One frame that the bench wants sent, and what became of it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.asked_s = monotonic()
        self.outcome: Reply | ArchroomError | None = None
        self.is_withdrawn = False
        """Whether nobody waits for it any more."""


class BenchLane:
    """The questions of one bus, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Question] = deque()
        self._asked_s = float("-inf")
        self._rests_until_s = float("-inf")

    def ask(self, request: Request) -> Question:
        """Queue a question."""
        question = Question(request)
        with self._lock:
            self._waiting.append(question)
        self._asked_s = question.asked_s
        return question

    def withdraw(self, question: Question) -> bool:
        """Take a question back; False if the bus has it already: then it is not begun anew if it gives way."""
        with self._lock:
            question.is_withdrawn = True
            if question not in self._waiting:
                return False
            self._waiting.remove(question)
            return True

    def is_active(self, now_s: float) -> bool:
        """Whether questions come, or came just now."""
        return now_s - self._asked_s <= ACTIVE_S

    def is_due(self, now_s: float) -> bool:
        """Whether a question waits; none does within the drain after one that failed, so that a poll gets between two."""
        return bool(self._waiting) and now_s >= self._rests_until_s

    def is_starved(self, now_s: float) -> bool:
        """Whether a question has waited for too long."""
        with self._lock:
            return bool(self._waiting) and self._waiting[0].asked_s <= now_s - STARVED_S

    def read_next(self, line: Line, is_urgent: Callable[[], bool] | None = None) -> None:
        """Carry out the oldest question, once, if it was not taken back meanwhile; raises PortUnavailable."""
        with self._lock:
            if not self._waiting:
                return
            question = self._waiting.popleft()
        try:
            question.outcome = line.exchange(question.request, is_urgent)
        except ExchangeFailed as failed:
            if failed.failure.kind is FailureKind.GAVE_WAY:
                self._put_back(question, failed)
            else:
                question.outcome = failed
                self._rests_until_s = monotonic() + DRAIN_S
        except PortUnavailable as error:
            question.outcome = error
            raise

    def fail(self, reason: Message) -> None:
        """End all questions that wait: the port cannot be used."""
        with self._lock:
            while self._waiting:
                self._waiting.popleft().outcome = PortUnavailable(reason)

    def _put_back(self, question: Question, gave_way: ExchangeFailed) -> None:
        """Let a question that gave way wait again, unless it was taken back meanwhile."""
        with self._lock:
            if question.is_withdrawn:
                question.outcome = gave_way
            else:
                self._waiting.appendleft(question)
