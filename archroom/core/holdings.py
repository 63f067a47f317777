"""Things and places: what is kept, where it belongs, where it is now.

A thing is a container or an item. Home and current place are never one field, and a thing inside a container has no place
of its own: it is where its container is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from archroom.core.codes import CodeKind, format_code
from archroom.core.outages import Outage, Reach

USUAL_WIDTH_MM = 130
"""What a box of unknown width counts with where no box of the house has a known one: an upright document box."""


class ThingKind(Enum):
    """What a thing is; the value is how it is stored and written."""

    BOX = "box"
    VOLUME = "volume"
    TUBE = "tube"
    FOLDER = "folder"
    ITEM = "item"

    @property
    def code_kind(self) -> CodeKind:
        """The letter its own code begins with."""
        if self is ThingKind.ITEM:
            return CodeKind.ITEM
        return CodeKind.FOLDER if self is ThingKind.FOLDER else CodeKind.BOX

    @property
    def is_container(self) -> bool:
        """Whether other things can be in it."""
        return self is not ThingKind.ITEM

    def may_hold(self, other: ThingKind) -> bool:
        """Whether the other goes into this one: items into any container, folders into what is larger than a folder."""
        if other is ThingKind.ITEM:
            return self.is_container
        return other is ThingKind.FOLDER and self.code_kind is CodeKind.BOX


class PlaceKind(Enum):
    """What a place is for."""

    SHELF = "shelf"
    STAGING = "staging"
    READING_ROOM = "reading_room"
    DESK = "desk"


class Custody(Enum):
    """The one custody state of a thing. Requested, held, damaged are facts beside it."""

    IN = "in"
    STAGING = "staging"
    OUT = "out"
    READING_ROOM = "reading_room"
    IN_TRANSIT = "in_transit"
    MISSING = "missing"
    DISPOSED = "disposed"


LENDABLE = frozenset({Custody.IN, Custody.STAGING})


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a thing is now and where it belongs, by the numbers of places and containers.

    At most one of place and container is set; neither means that it is out, or that it was never placed. The same holds
    for the two homes.
    """

    custody: Custody = Custody.IN
    place_id: int | None = None
    container_id: int | None = None
    home_place_id: int | None = None
    home_container_id: int | None = None

    @property
    def has_home(self) -> bool:
        """Whether a home was ever given."""
        return self.home_place_id is not None or self.home_container_id is not None


@dataclass(frozen=True, slots=True)
class Thing:
    """A container or an item as it stands in the books."""

    id: int
    kind: ThingKind
    title: str
    """What a person calls it: "Box 12, Smith family papers", or an item's title. Cleaned text."""
    reference: str
    """Reference code as written in the finding aid, empty if there is none."""
    whereabouts: Whereabouts
    width_mm: int | None = None
    """Width on the shelf; None is not known."""
    touched_seq: int = 0
    """Number of the event that last changed its custody; 0 before any."""
    is_gone: bool = False
    """Whether the latest finding aid no longer lists it."""
    needs_split: bool = False
    """Whether it stands for a range of containers, "1-7", that is still to be split."""

    @property
    def code(self) -> str:
        """Its own code."""
        return format_code(self.kind.code_kind, self.id)


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere a thing can stand: a shelf, a staging place, a reading room, a desk."""

    id: int
    kind: PlaceKind
    address: str
    """`R1/1/03/A/2/4` or `R1/STG`."""
    width_mm: int | None = None
    block: int | None = None
    """Number of its block if it stands on mobile shelving."""
    aisle: int | None = None
    """Aisle from which it is reached, if it stands on mobile shelving."""
    outage: Outage | None = None
    """That of its block, None while its block is in order."""

    @property
    def reach(self) -> Reach | None:
        """How it can be reached while its block is out of order, None if it is in order."""
        return None if self.outage is None else self.outage.reach_of(self.aisle)

    @property
    def code(self) -> str:
        """Its own code."""
        return format_code(CodeKind.PLACE, self.id)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody things are lent to."""

    id: int
    name: str
    is_active: bool = True

    @property
    def code(self) -> str:
        """Their own code."""
        return format_code(CodeKind.PERSON, self.id)


@dataclass(frozen=True, slots=True)
class Loan:
    """One open loan."""

    thing_id: int
    person: Person
    lent_at: datetime
    due_on: date
    opened_seq: int


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides what may be done with a thing: itself, what it is in, who has it, and its way home."""

    thing: Thing
    loan: Loan | None = None
    """Its own open loan."""
    enclosing: tuple[Thing, ...] = ()
    """The containers it is in now, innermost first."""
    enclosing_loan: Loan | None = None
    """The open loan of one of those containers."""
    place: Place | None = None
    """Where it, or the outermost container it is in, stands now."""
    home_enclosing: tuple[Thing, ...] = ()
    """The containers it belongs in, innermost first."""
    home_place: Place | None = None
    """The place where the outermost of those belongs, or its own home."""

    @property
    def held_by(self) -> Person | None:
        """Who has it, by its own loan or with its container."""
        loan = self.loan or self.enclosing_loan
        return loan.person if loan else None

    @property
    def custody(self) -> Custody:
        """The custody that it shares with what it is in: out when its box is out."""
        if self.held_by is not None:
            return Custody.OUT
        own = self.thing.whereabouts.custody
        return self.enclosing[-1].whereabouts.custody if own is Custody.IN and self.enclosing else own

    @property
    def reach(self) -> Reach | None:
        """How it can be reached where it stands in a block out of order, None anywhere else."""
        return self.place.reach if self.place is not None and self.custody is Custody.IN else None

    @property
    def is_at_home(self) -> bool:
        """Whether it is where it belongs, in the containers that it belongs in."""
        inside, belongs_inside = ([outer.id for outer in chain] for chain in (self.enclosing, self.home_enclosing))
        return self.held_by is None and inside == belongs_inside and self.place == self.home_place
