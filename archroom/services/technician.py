"""Who works at the shelving during a commissioning, as the procedure sees them: told, asked, and believed for what they see.

The same steps run with a person at a command line, and with a script that works a simulator.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from archroom.core.commissioning import Finding, Licence, Step
from archroom.core.shelving import Ticket
from archroom.errors import Message


class Task(Enum):
    """What hands do at the shelving in a step."""

    TRIP = "trip"
    LET_GO = "let_go"
    """Let go of what was tripped, and reset the controller."""
    JOIN = "join"
    """Put the line together again."""


class Technician(Protocol):
    """The person, or the script; None and False skip the step."""

    def expect(self, steps: Sequence[Step]) -> None:
        """Hear which steps there will be, in order."""
        ...

    def begin(self, step: Step, text: Message) -> None:
        """Hear what the next step is."""
        ...

    def part(self, step: Step, text: Message) -> None:
        """Be told to part the line, now or once carriages move; returns at once, since they do."""
        ...

    def do(self, step: Step, task: Task, text: Message) -> bool:
        """Do something with one's hands; returns once it is done."""
        ...

    def ask_number(self, step: Step, text: Message) -> int | None:
        """Say a number that is seen at the shelving."""
        ...

    def ask_way(self, step: Step, text: Message) -> bool | None:
        """Say whether it went towards carriage 1."""
        ...

    def confirm_clear(self, step: Step, ticket: Ticket) -> tuple[int, ...] | None:
        """Say the numbers of the aisles that were looked into and are clear."""
        ...

    def wants_again(self, finding: Finding) -> bool:
        """See what came of a step, and say whether it is to be repeated."""
        ...

    def signs(self, findings: Sequence[Finding], licence: Licence, reason: Message) -> bool:
        """See what came of it all, and sign it or not."""
        ...
