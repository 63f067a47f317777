"""What the desk shows of the past: this terminal's answers, and the acts of the house from the ledger, newest first.

An answer that left an event stands for it, so nothing is told twice; what was only looked up or refused stands too, because
a person wants to see what became of a scan.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from archroom.core.scans import Step
from archroom.errors import Message
from archroom.tui import marks
from archroom.tui.marks import Mark

if TYPE_CHECKING:
    from archroom.services.answers import Answer
    from archroom.services.history import ActLine

MOST_ANSWERS: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the past."""

    at: datetime
    mark: Mark
    message: Message
    actor: str
    seq: int | None = None


class Journal:
    """The lines of the past that the desk shows."""

    def __init__(self, actor: str, now: Callable[[], datetime]) -> None:
        self._actor = actor
        self._now = now
        self._answers: deque[Entry] = deque(maxlen=MOST_ANSWERS)
        self._acts: list[Entry] = []

    @property
    def latest(self) -> Entry | None:
        """The newest answer of this terminal."""
        return self._answers[-1] if self._answers else None

    def answer(self, answer: Answer) -> Entry:
        """Add what a scan did."""
        return self.note(mark_of(answer), answer.message, answer.seq)

    def note(self, mark: Mark, message: Message, seq: int | None = None) -> Entry:
        """Add something that happened at this terminal."""
        entry = Entry(self._now(), mark, message, self._actor, seq)
        self._answers.append(entry)
        return entry

    def take(self, lines: Sequence[ActLine]) -> None:
        """Take the last acts as the ledger tells them."""
        self._acts = [Entry(line.at, marks.ACTS[line.kind], line.message, line.actor, line.seq) for line in lines]

    def entries(self, count: int) -> list[Entry]:
        """Return the newest lines, newest first."""
        answered = {entry.seq for entry in self._answers if entry.seq is not None}
        merged = [*reversed(self._answers), *(entry for entry in self._acts if entry.seq not in answered)]
        return sorted(merged, key=lambda entry: entry.at, reverse=True)[:count]


def mark_of(answer: Answer) -> Mark:
    """Return how an answer is shown."""
    if answer.is_repeat:
        return marks.REPEATED
    if answer.is_ok:
        return marks.STEPS[answer.step]
    return marks.NOT_STOPPED if answer.step is Step.STOP else marks.STEPS[Step.REFUSE]
