"""What controllers of plain makes are told, say back, and report. Pure values.

A way is up, towards the high carriage numbers, or down. What a make calls left and right is its wire face's matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What an order asks for."""

    OPEN = "open"
    """Open an aisle."""
    CLOSE = "close"
    """Push everything together; no aisle stays open where the block has an end that nobody can enter."""
    VENTILATE = "ventilate"
    """Spread the carriages evenly."""
    PUSH = "push"
    """Move a carriage to its end, with those that stand in its way."""
    JOG = "jog"
    """Move one carriage alone until it stands beside its neighbour."""
    STOP = "stop"
    LOCK = "lock"
    """Refuse motions of the whole block from now on."""
    UNLOCK = "unlock"
    RELEASE = "release"
    """Take back the protection that a safety device has latched, if the device is clear."""
    WAKE = "wake"
    """Give the mobile carriages their power back."""


MOTIONS = frozenset({Act.OPEN, Act.CLOSE, Act.VENTILATE, Act.PUSH, Act.JOG})


@dataclass(frozen=True, slots=True)
class Order:
    """One order: `place` is the aisle of an OPEN, the carriage of a PUSH or JOG; `is_up` the way of these."""

    act: Act
    place: int = 0
    is_up: bool = False


class Refusal(StrEnum):
    """Why an order is not carried out."""

    NOT_OFFERED = "this make has no such order"
    NOT_THERE = "there is no such place"
    NOT_AUTOMATIC = "the mode switch or the local enable is against it"
    PROTECTED = "a safety device has tripped"
    ASLEEP = "the mobile carriages have no power"
    LOCKED = "the block or a carriage is locked"
    MOVING = "something moves"
    OCCUPIED = "somebody is in an aisle that would change"


class Side(StrEnum):
    """Where a carriage stands, as its switches say."""

    LOW = "low"
    HIGH = "high"
    BOTH = "both"
    NEITHER = "neither"
    LOCKED = "locked"


class PlainState(StrEnum):
    """What the cabinet is doing."""

    OFF = "off"
    ASLEEP = "asleep"
    IDLE = "idle"
    WARNING = "warning"
    MOVING = "moving"
    STOPPING = "stopping"
    FAULTED = "faulted"


class Happened(StrEnum):
    """What a cabinet reports unasked, if its make does that."""

    STARTED = "started"
    """A carriage has begun to move."""
    ARRIVED = "arrived"
    """A carriage stands at an end."""
    ALARM = "alarm"
    """A safety device has tripped; carriage 0: no certain one."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that has happened, and to which carriage."""

    what: Happened
    carriage: int


@dataclass(frozen=True, slots=True)
class PlainSettings:
    """What is set once in a cabinet. Times in ms of the controller."""

    abilities: frozenset[Act]
    scan_ms: int = 20
    warning_ms: int = 1000
    silence_stop_ms: int = 0
    """A motion stops when no request has come for this long; 0: it is finished, host or no host."""
    sleep_after_ms: int = 0
    """The mobile carriages lose their power after this long without a motion; 0: never."""
    needs_enable: bool = True
    """Whether motions need the local enable."""
    sides_by_neighbours: bool = False
    """A side is told by whether the neighbour is near, not by the end of the carriage's own way."""
