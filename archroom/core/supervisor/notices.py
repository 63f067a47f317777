"""What a supervisor tells the journal: what happened to its block, and what is about to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from archroom.core.plain.facts import Order, PlainStatus
from archroom.core.shelving import ControllerStatus, OutcomeKind, Ticket
from archroom.core.supervisor.wishes import Command
from archroom.errors import Message


class NoticeKind(Enum):
    """What happened to a block, for the journal and the log."""

    PROVED = "proved"
    DISTRUSTED = "distrusted"
    LOST = "lost"
    STOP_ASKED = "stop_asked"
    STANDSTILL = "standstill"
    ENDED = "ended"
    ARMED = "armed"
    DISARMED = "disarmed"
    RELEASED = "released"
    """An order that was left standing at a controller was ended."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened, past tense."""

    kind: NoticeKind
    text: Message
    motion: str | None = None
    """Id of the motion that ended."""
    outcome: OutcomeKind | None = None
    """How it ended."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A motion that is allowed and has not begun: what is written down before its first frame."""

    ticket: Ticket
    by: str
    confirmed_clear: tuple[int, ...]
    """The aisles that a person has said to be clear."""
    select: Command
    operate: Command
    status: ControllerStatus
    """What it rests on."""
    age_s: float


@dataclass(frozen=True, slots=True)
class PlainIntent:
    """The same of a motion of a plain controller."""

    ticket: Ticket
    by: str
    attendant: str
    """Who stands at the aisle and holds the controller's own stop; empty where nobody must."""
    confirmed_clear: tuple[int, ...]
    order: Order
    status: PlainStatus
    """What it rests on."""
    age_s: float
