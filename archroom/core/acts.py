"""An act: one thing a person did, as the complete list of what it changed.

Core decides an act, the store writes its rows and its event in one transaction, replay applies it to plain dictionaries:
the same value in all three, so tables and ledger cannot tell two stories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from archroom.core.holdings import PlaceKind, ThingKind, Whereabouts
from archroom.core.performer import Performer as Performer


class ActKind(Enum):
    """What was done, in the past tense; the value stands in the ledger for ever."""

    HOUSE_FOUNDED = "house.founded"
    ROOM_BUILT = "room.built"
    PERSON_ADDED = "person.added"
    RECORDS_IMPORTED = "records.imported"
    THINGS_PLACED = "things.placed"
    BARCODE_BOUND = "barcode.bound"
    THING_LENT = "thing.lent"
    THING_RETURNED = "thing.returned"
    THING_FOUND = "thing.found_on_shelf"
    THING_PUT = "thing.put_away"
    THING_PUT_OVER = "thing.put_away_over"
    ACT_UNDONE = "act.undone"
    MOTION_INTENDED = "motion.intended"
    MOTION_ENDED = "motion.ended"
    MOTION_REFUSED = "motion.refused"
    MOTION_STOPPED = "motion.stopped"
    AISLE_HELD = "aisle.held"
    AISLE_RELEASED = "aisle.released"
    BLOCK_ARMED = "block.armed"
    BLOCK_DISARMED = "block.disarmed"
    BLOCK_COMMISSIONED = "block.commissioned"
    BLOCK_OUT_OF_ORDER = "block.out_of_order"
    AISLE_OPENED_BY_HAND = "aisle.opened_by_hand"
    BLOCK_IN_ORDER = "block.in_order"
    CLIMATE_LIMITS_SET = "climate.limits_set"
    CLIMATE_ACKNOWLEDGED = "climate.alarm_acknowledged"
    ARCHIVE_RESTORED = "archive.restored"


UNDOABLE = frozenset(
    {
        ActKind.THINGS_PLACED,
        ActKind.THING_LENT,
        ActKind.THING_RETURNED,
        ActKind.THING_FOUND,
        ActKind.THING_PUT,
        ActKind.THING_PUT_OVER,
    }
)
"""Acts on custody, which a new act can reverse."""
CUSTODY_ACTS = UNDOABLE | {ActKind.ACT_UNDONE}
"""Acts that change custody."""
FURNITURE_FACT = "furniture"
"""Name of the fact of a built room that holds the digest of its furniture."""


class Owner(Enum):
    """What a barcode is bound to."""

    THING = "thing"
    PLACE = "place"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Move:
    """A change of one thing's custody or places."""

    thing_id: int
    before: Whereabouts
    after: Whereabouts
    touched_before: int
    """The event that had touched it before this one; undoing gives it back."""


@dataclass(frozen=True, slots=True)
class LoanOpened:
    """A thing lent to a person until a date."""

    thing_id: int
    person_id: int
    due_on: date


@dataclass(frozen=True, slots=True)
class LoanClosed:
    """The end of a thing's open loan: by its return, or because the lending was undone."""

    thing_id: int
    opened_seq: int
    was_undone: bool = False


@dataclass(frozen=True, slots=True)
class LoanReopened:
    """A loan that is open again, because its return was undone."""

    thing_id: int
    opened_seq: int


@dataclass(frozen=True, slots=True)
class ThingMade:
    """A thing that came into the books, with its first whereabouts."""

    thing_id: int
    kind: ThingKind
    whereabouts: Whereabouts


@dataclass(frozen=True, slots=True)
class PlaceMade:
    """A place that was built."""

    place_id: int
    kind: PlaceKind
    address: str
    width_mm: int | None


@dataclass(frozen=True, slots=True)
class BarcodeBound:
    """A foreign barcode bound for ever to one owner."""

    value: str
    owner: Owner
    owner_id: int


@dataclass(frozen=True, slots=True)
class Described:
    """A new version of a description or of a person's data, known to the ledger by its keyed digest only."""

    owner: Owner
    owner_id: int
    version: int
    digest: str
    """HMAC-SHA-256, 32 hexadecimal digits of it."""


@dataclass(frozen=True, slots=True)
class OutageBegun:
    """A block that is out of order from now on."""

    block: int
    since_on: date
    """The date of the site."""
    why: str


@dataclass(frozen=True, slots=True)
class AisleOpenedByHand:
    """The aisle of a block out of order that stands open by hand now, in place of any said before."""

    block: int
    aisle: int
    begun_seq: int
    """The event that took the block out of order."""


@dataclass(frozen=True, slots=True)
class OutageEnded:
    """A block that is in order again."""

    block: int
    begun_seq: int


@dataclass(frozen=True, slots=True)
class Act:
    """Everything one act changed. Empty sections changed nothing."""

    kind: ActKind
    moves: tuple[Move, ...] = ()
    loans_opened: tuple[LoanOpened, ...] = ()
    loans_closed: tuple[LoanClosed, ...] = ()
    loans_reopened: tuple[LoanReopened, ...] = ()
    things_made: tuple[ThingMade, ...] = ()
    places_made: tuple[PlaceMade, ...] = ()
    barcodes_bound: tuple[BarcodeBound, ...] = ()
    described: tuple[Described, ...] = ()
    outages_begun: tuple[OutageBegun, ...] = ()
    opened_by_hand: tuple[AisleOpenedByHand, ...] = ()
    outages_ended: tuple[OutageEnded, ...] = ()
    undoes: int | None = None
    """Number of the event that this act reverses."""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """What else a reader of the ledger wants to know: file names and counts, aisle and block, outcome and reason."""

    @property
    def thing_ids(self) -> tuple[int, ...]:
        """The things whose custody it changed."""
        return tuple(move.thing_id for move in self.moves)
