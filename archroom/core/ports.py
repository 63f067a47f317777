"""What the services need from outside, as small protocols: storage, shelving, clock, randomness.

Services see nothing else of the world. `archroom.wiring` chooses what stands behind each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from archroom.core.acts import Act, Performer
    from archroom.core.arming import Arming
    from archroom.core.climate import Alarm, ClimateView, Limits
    from archroom.core.climate_history import Span
    from archroom.core.codes import OwnCode
    from archroom.core.commissioning import CommissioningRecord, Finding, FoundRecord
    from archroom.core.events import Event
    from archroom.core.holdings import Loan, Person, Place, PlaceKind, Standing, Thing
    from archroom.core.outages import Outage
    from archroom.core.people_holds import Hold, Release
    from archroom.core.records import ImportCounts, Record, RecordChange
    from archroom.core.rooms import Block, RoomPlan
    from archroom.core.shelving import BlockView, Outcome, StopReport, Ticket, Wanted


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present instant, UTC, with microseconds."""
        ...

    def today(self) -> date:
        """Return the present date in the site's time zone."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only go forward."""
        ...


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, with where it is, who has it and where it belongs."""

    standing: Standing
    collection: str
    path: tuple[str, ...]
    dates: str
    level: str


@dataclass(frozen=True, slots=True)
class Details:
    """Everything the books say of one thing."""

    hit: Hit
    barcodes: tuple[str, ...]
    contents: tuple[Thing, ...]
    """What is in it now, at most the first 500."""
    contents_count: int
    history: tuple[Event, ...]
    """Its events, newest first, at most 100."""
    profile: str
    version: int
    """Version of its description."""


@dataclass(frozen=True, slots=True)
class PlaceDetails:
    """Everything the books say of one place; what is in a thing that stands there is not listed."""

    place: Place
    barcodes: tuple[str, ...]
    free_mm: int | None
    """As `Reading.free_mm` says."""
    here: tuple[Standing, ...]
    """What stands there now, at most the first 500."""
    here_count: int
    away: tuple[Standing, ...]
    """What is at home there and is elsewhere now, at most the first 500."""
    away_count: int


class Reading(Protocol):
    """A consistent look at the books."""

    def owner_of(self, code: OwnCode) -> Person | Standing | Place | None:
        """Return what an own code names; None if its number does not exist or is of another kind."""
        ...

    def owner_of_barcode(self, value: str) -> Person | Standing | Place | None:
        """Return what a normalised foreign barcode is bound to, None if nothing."""
        ...

    def owner_of_text(self, text: str) -> Person | Standing | Place | None:
        """Return what a typed address, reference code or exact name means, if exactly one thing has it; else None."""
        ...

    def count_of_text(self, text: str) -> int:
        """Return how many places, things and people have a typed text as address, reference code or exact name."""
        ...

    def standing(self, thing_id: int) -> Standing | None:
        """Return how a thing stands."""
        ...

    def place(self, place_id: int) -> Place | None:
        """Return a place by its number."""
        ...

    def first_place(self, kind: PlaceKind) -> Place | None:
        """Return the first place of a kind in building order: the default staging place."""
        ...

    def free_mm(self, place_id: int) -> int | None:
        """Return the width at a place that no thing at home there takes; None if the place has no width.

        A box of unknown width counts with `usual_width_mm`.
        """
        ...

    def usual_width_mm(self) -> int:
        """Return the median width of boxes of this house, `USUAL_WIDTH_MM` if none is known."""
        ...

    def touched_seqs(self, thing_ids: Sequence[int]) -> dict[int, int]:
        """Return the number of the last event of each thing."""
        ...

    def event(self, seq: int) -> Event | None:
        """Return one entry of the ledger."""
        ...

    def last_undoable(self, terminal: str) -> Event | None:
        """Return the newest act of a terminal that is of a kind that can be undone and was not undone."""
        ...

    def last_events(self, count: int, terminal: str | None = None) -> list[Event]:
        """Return the newest custody events, newest first, of one terminal or of all."""
        ...

    def people_named(self, name: str) -> list[Person]:
        """Return registered people of exactly this name, case and width folded."""
        ...

    def open_loans(self, person_id: int | None = None) -> list[tuple[Thing, Loan]]:
        """Return open loans, oldest first, of one person or of all; at most 1,000."""
        ...

    def lendings(self, at_most: int) -> list[tuple[Loan, Hit]]:
        """Return loans, open or finished but not undone, newest first, each with what was lent as it stands now."""
        ...

    def details(self, thing_id: int) -> Details | None:
        """Return everything of one thing."""
        ...

    def place_details(self, place_id: int) -> PlaceDetails | None:
        """Return everything of one place."""
        ...

    def find(self, words: str, limit: int, offset: int = 0) -> list[Hit]:
        """Return things that match: exact code, barcode or reference first, then all words in any order, newest first.

        Where the words hold a digit, boxes, volumes and tubes come first, then folders, then items.
        """
        ...

    def find_counted(self, words: str, limit: int, offset: int = 0, at_most: int = 1001) -> tuple[list[Hit], int]:
        """Return a page as `find` does, and how many things match, counted up to a limit."""
        ...

    def find_people(self, words: str, limit: int) -> list[tuple[Person, int]]:
        """Return people whose names hold all words, with how many things each has."""
        ...

    def all_people(self) -> Iterator[tuple[Person, int]]:
        """Yield people who are registered or still have something, by name, with how many things each has."""
        ...

    def room_codes(self) -> list[str]:
        """Return the codes of the rooms that were built."""
        ...

    def blocks(self) -> list[Block]:
        """Return all blocks in order of their numbers."""
        ...

    def block(self, number: int) -> Block | None:
        """Return a block by its number."""
        ...

    def outages(self) -> dict[int, Outage]:
        """Return what is out of order at present, by the number of the block."""
        ...

    def counts(self) -> dict[str, int]:
        """Return the numbers of rooms, blocks, places, containers, items, people and open loans by those names."""
        ...

    def unplaced_boxes(self) -> Iterator[Thing]:
        """Yield top containers without a home, in reference order: by collection, then natural order of indicators.

        What is out is among them, so that its place is kept; what was disposed of is not.
        """
        ...

    def shelves_from(self, place_id: int) -> Iterator[tuple[Place, int]]:
        """Yield the shelves from one on in shelving order, each with its free width, mm."""
        ...


class Writing(Reading, Protocol):
    """One write transaction, in which one act and its event are written together.

    Reads for a decision are made here, so nothing can change between decision and act.
    """

    def commit(self, act: Act, performer: Performer, happened_at: datetime | None = None) -> Event:
        """Write the act's rows and its event; raises if called twice in one transaction."""
        ...

    def new_person(self, name: str) -> tuple[Person, Act]:
        """Write a person's row and return it with the act that is to be committed."""
        ...

    def new_room(self, plan: RoomPlan) -> Act:
        """Write a room's rows and return the act; raises Refused if a room of that code exists."""
        ...

    def bind(self, value: str, owner: Thing | Place | Person) -> Act:
        """Return the act that binds a barcode; raises Refused if it is bound already."""
        ...


class Archive(Protocol):
    """The books of one house."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Open a look at the books, from any thread."""
        ...

    def writing(self) -> AbstractContextManager[Writing]:
        """Open the one write transaction of an act.

        Raises Busy if another terminal holds the lock for more than 5 s, ReadOnlyDatabase if nothing can be written.
        Leaving without a commit, or with an error, changes nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileImported:
    """What one file did or would do."""

    name: str
    collection_key: str
    """What makes its collection one: two files may describe the same."""
    collection: str
    """Title of its collection."""
    counts: ImportCounts
    changes: tuple[RecordChange, ...] = ()
    """What it changed, in the order of the file, then what is gone from it; the first MOST_NAMED of them."""


class Importing(Protocol):
    """Bulk intake of records."""

    def take_in(
        self, name: str, records: Iterable[Record], performer: Performer, progress: Callable[[int], None]
    ) -> FileImported:
        """Take in the records of one file.

        They are staged first, so that a bad record refuses the whole file before any lock, then written in batches, each
        with its own event and a lock of well under 5 s. `progress` is told how many records were read or written so far.
        Raises BadFile from the records, Refused if a barcode names something that is no container, Busy as
        `Archive.writing`.
        """
        ...

    def rehearsal(self) -> AbstractContextManager[Importing]:
        """Open an intake that does and says the same over any number of files, and writes nothing into the books."""
        ...


class Shelving(Protocol):
    """The mobile shelving of this machine, through its server."""

    def views(self) -> list[BlockView]:
        """Return what may be shown of each block; raises PortUnavailable if there is no shelving here."""
        ...

    def select(self, block: int, wanted: Wanted, by: str) -> Ticket:
        """Ask for leave to do something; raises MotionRefused with the reason."""
        ...

    def go(
        self,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        by: str,
        observe: Callable[[BlockView], None],
        is_held: Callable[[], bool] | None = None,
        attendant: str = "",
    ) -> Outcome:
        """Do what the ticket is for and watch until its end; `observe` is called with each new view, on this thread.

        `confirmed_clear` are the aisles that a person has just confirmed to be clear; others than the ticket's are refused.
        `attendant` is who holds the shelving's own stop at the aisle, where the ticket asks for somebody.
        The motion is stopped if this process goes silent for 1 s. A jog that goes on only while a key is held is stopped
        after 300 ms, and ends as soon as `is_held` says False; it is asked ten times a second, on this thread.
        """
        ...

    def stop(self, block: int | None = None) -> list[StopReport]:
        """Stop one block or all: no login, no question, ahead of everything; past the server if it is silent."""
        ...

    def hold(self, block: int, aisle: int, person: str, reason: str = "") -> Hold:
        """Keep an aisle as it is for a person; raises Refused, Unreadable if that could not be written down."""
        ...

    def release(self, block: int, aisle: int, person: str, by: Sequence[str], reason: str = "") -> Release:
        """Let a person's hold go, by that person or by two others with a reason; raises Refused, Unreadable."""
        ...

    def arm(self, block: int, by: str, hours: int, acknowledged: Sequence[str] = ()) -> Arming:
        """Arm a block in a person's name, 12 h at most; raises MotionRefused with the reason."""
        ...

    def disarm(self, block: int, by: str) -> Arming:
        """Disarm a block; what moves there is stopped."""
        ...


class CommissionedShelving(Shelving, Protocol):
    """Mobile shelving whose blocks can be commissioned from here."""

    def begin_commissioning(self, block: int, by: str, witness: str) -> None:
        """Let this program, and no other, move a block without a licence, with a second person there.

        It ends by `sign_commissioning`, `end_commissioning`, this program's end or half an hour without an act. Raises
        MotionRefused.
        """
        ...

    def sign_commissioning(self, block: int, findings: Sequence[Finding]) -> CommissioningRecord:
        """Have the record of a commissioning written, which ends it; raises MotionRefused, Unreadable."""
        ...

    def end_commissioning(self, block: int) -> None:
        """Let a commissioning end; what moves is stopped."""
        ...

    def commissioning_record(self, block: int) -> FoundRecord:
        """Return the last record of a block."""
        ...


class RoomClimate(Protocol):
    """Temperature and humidity of the rooms, as the shelving server of this machine measures them."""

    def climate(self) -> ClimateView:
        """Return what may be shown now; raises PortUnavailable."""
        ...

    def climate_history(self, sensor: str, from_s: int, to_s: int) -> list[Span]:
        """Return the first spans of a sensor from a time on until before another, seconds since 1970, in order.

        Empty once there are no more. Raises UsageError if there is no such sensor.
        """
        ...

    def set_climate_limits(self, room: str, limits: Limits, by: str) -> None:
        """Judge a room by other limits from now on; raises UsageError, Unreadable if they could not be written down."""
        ...

    def acknowledge_climate(self, number: int, by: str, note: str) -> Alarm:
        """Keep who has taken note of an alarm; raises UsageError, Refused, Unreadable if it could not be written down."""
        ...
