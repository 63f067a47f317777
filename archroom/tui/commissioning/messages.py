"""What the walk of a commissioning tells its screen from a worker's thread, and what it asks there."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message as Posted

from archroom.errors import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from archroom.core.commissioning import CommissioningRecord, Finding, Step
    from archroom.core.shelving import Ticket
    from archroom.tui.commissioning.technician import Question


@dataclass(eq=False, repr=False)
class StepsExpected(Posted):
    """Which steps there will be is known."""

    steps: Sequence[Step]


@dataclass(eq=False, repr=False)
class StepBegun(Posted):
    """A step has begun."""

    step: Step


@dataclass(eq=False, repr=False)
class PartTold(Posted):
    """Something must be done at the shelving at once; nobody waits for an answer."""

    text: Message


@dataclass(eq=False, repr=False)
class FindingSeen(Posted):
    """A step has come to its end."""

    finding: Finding


@dataclass(eq=False, repr=False)
class AnswerAsked(Posted):
    """The walk waits until `answer` holds what was typed."""

    question: Question
    answer: Future[str]


@dataclass(eq=False, repr=False)
class ClearAsked(Posted):
    """A motion waits until `answer` holds what is said to be clear, or None."""

    ticket: Ticket
    answer: Future[tuple[int, ...] | None]


@dataclass(eq=False, repr=False)
class BlockCommissioned(Posted):
    """A commissioning was signed, and its record stands."""

    record: CommissioningRecord
    is_in_ledger: bool
    file: Path | None
    """The page to sign, None if it could not be written."""
    note: Message | None
    """What is wrong with the page."""


@dataclass(eq=False, repr=False)
class CommissioningFailed(Posted):
    """A commissioning ended without a signed record."""

    reason: Message
