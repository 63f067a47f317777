"""Proof before motion: what must be seen at a block before it may be moved from here, and the record of what was seen.

A block without a valid record may be watched only. What was not seen to work is never assumed: a controller that was not
seen to stop by itself moves only with a second person at the aisle; one that did not do what it was told does not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from archroom.core.plain.facts import Capabilities, OrderKind
from archroom.core.rooms import Block
from archroom.errors import Message, say

VALID_DAYS = 365
"""A year, as inspections of work equipment are usually due; a site may ask for it more often, never less."""


class Licence(Enum):
    """How far a block may be moved from here, as its commissioning has shown."""

    MONITOR = "monitor"
    """It may be watched only."""
    ATTENDED = "attended"
    """A second person at the aisle holds the controller's own stop during every motion."""
    FULL = "full"


class StepKind(Enum):
    """What is done at the shelving in one step, in this order."""

    IDENTITY = "identity"
    """The controller says who it is, twice the same."""
    COUNT = "count"
    """The carriages are counted from the end where number 1 should stand."""
    JOG = "jog"
    """One carriage moves a hand's width, and is seen to."""
    OPENING = "opening"
    """One aisle opens, and is seen to."""
    EMERGENCY_STOP = "emergency_stop"
    EDGE = "edge"
    BEAM = "beam"
    PLUG = "plug"
    """The line is parted while carriages move, and they stop by themselves."""

    @property
    def is_motion(self) -> bool:
        """Whether steel moves for it."""
        return self in (StepKind.JOG, StepKind.OPENING, StepKind.PLUG)


class Verdict(Enum):
    """What came of a step."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_POSSIBLE = "not_possible"
    """The controller cannot show it, so nobody knows."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be seen."""

    kind: StepKind
    number: int = 0
    """The carriage of a JOG or EDGE, the aisle of an OPENING or BEAM; 0 where there is one such step only."""
    is_towards_low: bool = False
    """Of a JOG: towards carriage 1."""

    @property
    def key(self) -> str:
        """Its name in the record: "jog-3"."""
        return f"{self.kind.value}-{self.number}" if self.kind in _NUMBERED else self.kind.value


_NUMBERED = (StepKind.JOG, StepKind.EDGE, StepKind.BEAM, StepKind.OPENING)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen in one step."""

    step: Step
    verdict: Verdict
    text: Message
    measured: tuple[tuple[str, int], ...] = ()
    """Figures by name, each with its unit in the name: "travelled_mm"."""


@dataclass(frozen=True, slots=True)
class Controller:
    """Which controller was proved, so that another one in its place is not."""

    profile: str
    """`reference`, or the name and digest of a profile: an edited one is another."""
    serial: str
    """As it says itself; empty where it tells none."""
    carriages: int
    stops_after_ms: int = 0
    """The watchdog that it says it has; 0 where it tells none."""


@dataclass(frozen=True, slots=True)
class CommissioningRecord:
    """One commissioning of one block, as it was signed."""

    block: int
    controller: Controller
    findings: tuple[Finding, ...]
    by: str
    """Who gave the orders."""
    witness: str
    """Who stood at the shelving."""
    begun_at: str
    """UTC, ISO 8601."""
    signed_at: str
    signed_on: date
    expires_on: date
    licence: Licence
    reason: Message = field(default_factory=lambda: say("everything was seen to work"))
    """Why the licence is not full; or that it is."""


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """What the state folder holds of a block's last commissioning."""

    record: CommissioningRecord | None = None
    problem: Message | None = None
    """Why there is none although there is a file."""
    digest: str = ""
    """Of the record, as it stands on the paper that was signed."""


def steps_of(block: Block, capabilities: Capabilities, open_aisles: Sequence[int]) -> tuple[Step, ...]:
    """Return what must be seen at a block whose aisles `open_aisles` stand open now, one of each segment.

    Jogs begin beside the open aisle and go outwards, since only there a carriage has room to move. What a controller does
    not tell still has its step: it ends as not possible, and is in the record.
    """
    steps = [Step(StepKind.IDENTITY), Step(StepKind.COUNT)]
    if OrderKind.JOG in capabilities.orders:
        steps += _jogs(block, open_aisles)
    steps += [Step(StepKind.OPENING, aisle) for aisle in _far_aisles(block, open_aisles)]
    steps.append(Step(StepKind.EMERGENCY_STOP))
    steps += [Step(StepKind.EDGE, unit.number) for unit in block.carriages if unit.is_mobile]
    steps += [Step(StepKind.BEAM, aisle) for aisle in block.aisles]
    steps.append(Step(StepKind.PLUG))
    return tuple(steps)


def licence_of(findings: Sequence[Finding], capabilities: Capabilities) -> tuple[Licence, Message]:
    """Return what a block may do after these findings, and why no more."""
    failed = next((one for one in findings if one.verdict is Verdict.FAILED and one.step.kind is not StepKind.PLUG), None)
    if failed is not None:
        return Licence.MONITOR, failed.text
    if not any(one.step.kind in (StepKind.JOG, StepKind.OPENING) and one.verdict is Verdict.PASSED for one in findings):
        return Licence.MONITOR, say("no carriage was seen to move as it was told")
    plug = next((one for one in findings if one.step.kind is StepKind.PLUG), None)
    if plug is None or plug.verdict is not Verdict.PASSED:
        return Licence.ATTENDED, say("it was not seen to stop by itself") if plug is None else plug.text
    if not capabilities.can_stop:
        return Licence.ATTENDED, say("it cannot be stopped from here")
    return Licence.FULL, say("everything was seen to work")


def record_of(
    block: Block,
    controller: Controller,
    findings: Sequence[Finding],
    capabilities: Capabilities,
    *,
    by: str,
    witness: str,
    begun_at: str,
    signed_at: str,
    signed_on: date,
    valid_days: int = VALID_DAYS,
) -> CommissioningRecord:
    """Return the record of a commissioning that is being signed today."""
    licence, reason = licence_of(findings, capabilities)
    expires_on = signed_on + timedelta(days=min(valid_days, VALID_DAYS))
    return CommissioningRecord(
        block.number,
        controller,
        tuple(findings),
        by,
        witness,
        begun_at,
        signed_at,
        signed_on,
        expires_on,
        licence,
        reason,
    )


def invalidity(record: CommissioningRecord, controller: Controller, today: date) -> Message | None:
    """Return why a record does not speak for a controller today; None if it does."""
    number = record.block
    if today > record.expires_on:
        return say("The commissioning of block {block} ran out on {date}.", block=number, date=record.expires_on.isoformat())
    if today < record.signed_on:
        return say("The commissioning of block {block} is dated in the future: is the clock right?", block=number)
    if controller != record.controller:
        return say("Block {block} was commissioned with another controller, or another setting of it.", block=number)
    return None


def _jogs(block: Block, open_aisles: Sequence[int]) -> list[Step]:
    steps: list[Step] = []
    for segment in block.segments:
        here = next((aisle for aisle in open_aisles if aisle in segment.gaps), segment.first_gap)
        mobile = [gap for gap in segment.gaps if gap and block.carriages[gap - 1].is_mobile]
        steps += [Step(StepKind.JOG, number, is_towards_low=True) for number in mobile if number > here]
        steps += [Step(StepKind.JOG, number) for number in reversed(mobile) if number <= here]
    return steps


def _far_aisles(block: Block, open_aisles: Sequence[int]) -> list[int]:
    """Return two aisles whose numbers cannot be mistaken for each other: the lowest and the highest that are not open."""
    closed = [aisle for aisle in block.aisles if aisle not in open_aisles]
    return [closed[0], closed[-1]] if len(closed) > 1 else closed
