"""A technician who is asked on the screen: each question is a message to it, each answer what a person typed there.

The walk of the commissioning runs on a worker's thread and waits here; once the screen is left, nothing waits any more and
the walk ends at its next word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from enum import Enum
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

from textual.message import Message as Posted

from archroom.core.commissioning import Finding, Licence, Step
from archroom.core.commissioning_rules import may_be_repeated
from archroom.core.shelving import Ticket
from archroom.errors import Message, Refused, say
from archroom.services.commissioning import ended
from archroom.services.commissioning_words import licence_message, seen_message
from archroom.services.technician import Task
from archroom.tui.commissioning.messages import (
    AnswerAsked,
    ClearAsked,
    FindingSeen,
    PartTold,
    StepBegun,
    StepsExpected,
)

if TYPE_CHECKING:
    from archroom.services.commissioning import Commissioning

SKIP: Final = "s"
YES: Final = "y"
NO: Final = "n"
MOST_DIGITS: Final = 3
Answer = TypeVar("Answer")


class AnswerKind(Enum):
    """What answers a question."""

    NUMBER = "number"
    WAY = "way"
    DONE = "done"
    AGAIN = "again"
    SIGNATURES = "signatures"
    """Both names, typed into a form of their own."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the walk."""

    kind: AnswerKind
    text: Message

    @property
    def how(self) -> Message:
        """How it is answered."""
        match self.kind:
            case AnswerKind.NUMBER:
                return say("Type the number and press F9. To skip the step: s and F9.")
            case AnswerKind.WAY:
                return say("Type 1 or 2 and press F9. To skip the step: s and F9.")
            case AnswerKind.DONE:
                return say("Once it is done, press F9. To skip the step: s and F9.")
            case AnswerKind.AGAIN:
                return say("Once more? Type y for yes or n to go on, and press F9.")
            case AnswerKind.SIGNATURES:
                return say("Read the steps with up and down, then press F9 to sign. Esc: nothing is signed.")

    def is_answered_by(self, typed: str) -> bool:
        """Whether what was typed is an answer."""
        is_number = typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS
        match self.kind:
            case AnswerKind.NUMBER:
                return is_number or typed == SKIP
            case AnswerKind.WAY:
                return typed in ("1", "2", SKIP)
            case AnswerKind.DONE:
                return typed in ("", SKIP)
            case AnswerKind.AGAIN:
                return typed in (YES, NO)
            case AnswerKind.SIGNATURES:
                return not typed


class ScreenTechnician:
    """The person at the app, who speaks with the one at the shelving; its methods run on the walk's thread."""

    def __init__(self, block: int, post: Callable[[Posted], object]) -> None:
        """`post` takes messages from any thread."""
        self._block = block
        self._post = post
        self._lock = Lock()
        self._is_left = False
        self._cancel: Callable[[], object] | None = None
        """Lets go what waits for an answer."""
        self.service: Commissioning | None = None
        """Through which the walk goes, once it does."""

    def leave(self) -> None:
        """End the walk, from the screen: what moves is stopped, and whatever waits for an answer goes without one.

        It hangs up a connection of this machine and waits for nothing.
        """
        with self._lock:
            self._is_left, cancel = True, self._cancel
        if cancel is not None:
            cancel()
        if self.service is not None:
            self.service.end(self._block)

    def expect(self, steps: Sequence[Step]) -> None:
        """Show which steps there will be."""
        self._tell(StepsExpected(steps))

    def begin(self, step: Step, text: Message) -> None:
        """Show what the next step is."""
        self._tell(StepBegun(step))

    def part(self, step: Step, text: Message) -> None:
        """Show what must be done now."""
        self._tell(PartTold(text))

    def do(self, step: Step, task: Task, text: Message) -> bool:
        """Wait until something was done."""
        return self._typed(AnswerKind.DONE, text) != SKIP

    def ask_number(self, step: Step, text: Message) -> int | None:
        """Wait for a number."""
        typed = self._typed(AnswerKind.NUMBER, text)
        return None if typed == SKIP else int(typed)

    def ask_way(self, step: Step, text: Message) -> bool | None:
        """Wait for 1 or 2."""
        typed = self._typed(AnswerKind.WAY, text)
        return None if typed == SKIP else typed == "1"

    def confirm_clear(self, step: Step, ticket: Ticket) -> tuple[int, ...] | None:
        """Wait for the numbers of the aisles that narrow, as long as the ticket lives."""
        try:
            return self._answer(lambda answer: ClearAsked(ticket, answer), ticket.life_s)
        except TimeoutError:
            return None

    def wants_again(self, finding: Finding) -> bool:
        """Show what came of a step; one that could show more may be repeated."""
        self._tell(FindingSeen(finding))
        return may_be_repeated(finding) and self._typed(AnswerKind.AGAIN, seen_message(finding)) == YES

    def signs(self, findings: Sequence[Finding], licence: Licence, reason: Message) -> bool:
        """Show what came of it all, and wait until both have signed; who does not, leaves."""
        self._typed(AnswerKind.SIGNATURES, licence_message(licence, reason))
        return True

    # -- inside

    def _typed(self, kind: AnswerKind, text: Message) -> str:
        question = Question(kind, text)
        return self._answer(lambda answer: AnswerAsked(question, answer))

    def _tell(self, message: Posted) -> None:
        with self._lock:
            if self._is_left:
                raise Refused(ended(self._block))
        self._post(message)

    def _answer(self, asked: Callable[[Future[Answer]], Posted], life_s: float | None = None) -> Answer:
        """Ask, and wait for the answer; raises Refused once the screen is left, TimeoutError after `life_s`."""
        answer: Future[Answer] = Future()
        with self._lock:
            if self._is_left:
                raise Refused(ended(self._block))
            self._cancel = answer.cancel
        self._post(asked(answer))
        try:
            return answer.result(timeout=life_s)
        except CancelledError:
            raise Refused(ended(self._block)) from None
