"""What happened, as workers tell it to the screens: the only way from a worker back to the UI loop."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message as Posted

from archroom.errors import Message

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from archroom.core.bench import BusCounts, SeenFrames
    from archroom.core.climate import ClimateView
    from archroom.core.holdings import Loan, Person, Thing
    from archroom.core.outages import Outage
    from archroom.core.ports import Details
    from archroom.core.rooms import Block
    from archroom.core.scans import Hand
    from archroom.core.shelving import BlockView, Outcome, StopReport, Ticket, Wanted
    from archroom.core.simulation import SimulatedRoom
    from archroom.services.answers import Answer
    from archroom.services.finding import FoundPage
    from archroom.services.history import ActLine
    from archroom.services.planning import Footing, Walk
    from archroom.tui.climate.drawing import Past


@dataclass(eq=False, repr=False)
class ScanAnswered(Posted):
    """A scan was carried out or refused; `hint` says what the next one will do."""

    answer: Answer
    hand: Hand
    hint: Message


@dataclass(eq=False, repr=False)
class ScanFailed(Posted):
    """The books did not answer a scan; it changed nothing and was not counted."""

    raw: str
    reason: Message


@dataclass(eq=False, repr=False)
class ActsRead(Posted):
    """The last acts of the house were read."""

    lines: list[ActLine]


@dataclass(eq=False, repr=False)
class BlocksRead(Posted):
    """The plan of the room's blocks was read."""

    blocks: list[Block]


@dataclass(eq=False, repr=False)
class PageFound(Posted):
    """One page of what a search found; `number` is that of the search."""

    number: int
    page: int
    found: FoundPage


@dataclass(eq=False, repr=False)
class PageFailed(Posted):
    """One page of a search could not be read."""

    number: int
    page: int
    reason: Message


@dataclass(eq=False, repr=False)
class LoansRead(Posted):
    """What a person has was read."""

    person: Person
    loans: list[tuple[Thing, Loan]]


@dataclass(eq=False, repr=False)
class DetailsRead(Posted):
    """Everything of one thing was read, with its history in words."""

    details: Details
    history: list[ActLine]
    where: Message
    home: str


@dataclass(eq=False, repr=False)
class ViewsRead(Posted):
    """What may be shown of each block, read at `at_s` of the app's clock."""

    views: list[BlockView]
    at_s: float

    def can_replace(self, message: Posted) -> bool:
        """A newer look makes an older one that waits superfluous."""
        return isinstance(message, ViewsRead) and message.at_s <= self.at_s


@dataclass(eq=False, repr=False)
class ViewsFailed(Posted):
    """The shelving could not be asked; what is on the screen grows old."""

    reason: Message


@dataclass(eq=False, repr=False)
class OutagesRead(Posted):
    """What is out of order was read, by the number of the block; None if the books did not answer."""

    outages: dict[int, Outage] | None


@dataclass(eq=False, repr=False)
class WalkPlanned(Posted):
    """A walk was planned for the list in the state `changes`, whose lines have these numbers, from this footing."""

    changes: int
    numbers: tuple[int, ...]
    walk: Walk
    footing: Footing


@dataclass(eq=False, repr=False)
class WalkStands(Posted):
    """Nothing has changed that the plan of the walk rests on."""


@dataclass(eq=False, repr=False)
class WalkFailed(Posted):
    """A walk could not be planned."""

    reason: Message


@dataclass(eq=False, repr=False)
class ClimateRead(Posted):
    """What may be shown of the climate, read at `at_s` of the app's clock."""

    view: ClimateView
    at_s: float


@dataclass(eq=False, repr=False)
class ClimateFailed(Posted):
    """The climate could not be asked for; what is on the screen grows old."""

    reason: Message


@dataclass(eq=False, repr=False)
class ClimatePastRead(Posted):
    """What a sensor read over a while."""

    past: Past


@dataclass(eq=False, repr=False)
class AlarmAcknowledged(Posted):
    """Somebody acknowledged an alarm of the climate; or it could not be kept, and `is_kept` is False."""

    message: Message
    is_kept: bool


@dataclass(eq=False, repr=False)
class BusesSeen(Posted):
    """Counters of the buses, if they were asked for, and what has passed on one since the last look."""

    buses: list[BusCounts] | None
    bus: int
    seen: SeenFrames | None


@dataclass(eq=False, repr=False)
class BusesFailed(Posted):
    """The buses could not be asked."""

    reason: Message


@dataclass(eq=False, repr=False)
class UnitAsked(Posted):
    """A scan of a bus asks a unit now."""

    unit: int


@dataclass(eq=False, repr=False)
class BusAnswered(Posted):
    """What came of a question to a bus, also a refusal; `is_last` unless more of the same question follows."""

    at: datetime
    message: Message
    is_good: bool
    is_last: bool


@dataclass(eq=False, repr=False)
class FramesRecorded(Posted):
    """So many more frames stand in a recording, so many were missed before them; `trouble` is why none come now."""

    file: str
    count: int
    lost: int
    trouble: Message | None


@dataclass(eq=False, repr=False)
class RecordEnded(Posted):
    """A recording has ended, or could not begin; the reason is None if somebody ended it."""

    reason: Message | None


@dataclass(eq=False, repr=False)
class BundleEnded(Posted):
    """A bundle was written, or was not for the reason in the message."""

    message: Message
    is_written: bool


@dataclass(eq=False, repr=False)
class SimulatorSeen(Posted):
    """What is so at the simulator was asked."""

    room: SimulatedRoom


@dataclass(eq=False, repr=False)
class SimulatorFailed(Posted):
    """The simulator could not be asked what is so."""

    reason: Message


@dataclass(eq=False, repr=False)
class SimulatorAnswered(Posted):
    """What the simulator said to something that it was told, also a refusal."""

    what: Message
    answer: Message
    is_good: bool
    is_scenario: bool
    """Whether it is played from now on, and may still fail when its time comes."""


@dataclass(eq=False, repr=False)
class BlockSeen(Posted):
    """One block as it moves, seen at `at_s` of the app's clock."""

    view: BlockView
    at_s: float

    def can_replace(self, message: Posted) -> bool:
        """A newer look at the same block makes an older one that waits superfluous."""
        return isinstance(message, BlockSeen) and message.view.block == self.view.block


ShelvingTold = BlocksRead | ViewsRead | ViewsFailed | BlockSeen
"""What workers tell of the shelving while nobody waits for an answer."""


@dataclass(eq=False, repr=False)
class OpeningAsked(Posted):
    """A ticket was given; the worker waits until `answer` holds what is said to be clear, or None."""

    ticket: Ticket
    answer: Future[tuple[int, ...] | None]


@dataclass(eq=False, repr=False)
class AttendantAsked(Posted):
    """A motion needs a second person at the aisle: until `answer` holds their name, or None for nobody."""

    ticket: Ticket
    left_s: float
    """How long the ticket still lives."""
    answer: Future[str | None]


@dataclass(eq=False, repr=False)
class ArmingAsked(Posted):
    """An opening waits for its block to be armed: until `answer` holds what is acknowledged with that, or None for no."""

    view: BlockView
    answer: Future[tuple[str, ...] | None]


@dataclass(eq=False, repr=False)
class ClaimAnswered(Posted):
    """What somebody said of the shelving is kept now, or is not for the reason in the message."""

    message: Message
    is_kept: bool


@dataclass(eq=False, repr=False)
class OpeningEnded(Posted):
    """Something asked of the shelving came to its end."""

    block: int
    wanted: Wanted
    outcome: Outcome


@dataclass(eq=False, repr=False)
class OpeningFailed(Posted):
    """Something could not be asked of the shelving, or its end could not be written down."""

    reason: Message


@dataclass(eq=False, repr=False)
class StopReported(Posted):
    """What became of the stop of press `number`."""

    number: int
    reports: list[StopReport]


@dataclass(eq=False, repr=False)
class StopFailed(Posted):
    """The stop of press `number` could not be sent."""

    number: int
    reason: Message


@dataclass(eq=False, repr=False)
class LabelWritten(Posted):
    """A label stands in a file."""

    code: str
    path: Path


@dataclass(eq=False, repr=False)
class WorkFailed(Posted):
    """Something in a worker was refused or failed; the screen stays as it is."""

    what: Message
    reason: Message
