"""A room's furniture as data: what is built, how it is numbered, and which aisle reaches which face.

Lengths are whole millimetres. Positions are those of a carriage's near edge, measured from the track's origin, the end where
carriage 1 stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from archroom.core.holdings import PlaceKind


class Face(Enum):
    """A carriage's side: A looks to the low numbers, B to the high ones."""

    A = "A"
    B = "B"


class End(Enum):
    """The end of the track where carriage 1 stands, seen from the main passage."""

    LEFT = "left"
    RIGHT = "right"


class MotionPolicy(Enum):
    """How the carriages of one opening start."""

    SEQUENTIAL = "sequential"
    """Each waits until the one before it has arrived."""
    STAGGERED = "staggered"
    """Each starts a little after the one before it."""
    GROUP = "group"
    """All start at once."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """One shelving unit on the track."""

    number: int
    is_mobile: bool
    depth_mm: int
    faces: tuple[Face, ...]
    bays: int
    levels: int
    shelf_mm: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of gaps between immovable carriages or track ends, whose spare width is shared among them."""

    first_gap: int
    last_gap: int
    is_mobile: bool
    """Whether a mobile carriage stands in it, and none that is locked; if not, its only gap stays as wide as it is."""

    @property
    def gaps(self) -> range:
        """The numbers of its gaps."""
        return range(self.first_gap, self.last_gap + 1)


@dataclass(frozen=True, slots=True)
class Block:
    """One track of mobile shelving."""

    number: int
    title: str
    numbered_from: End
    aisle_mm: int
    clearance_mm: int
    end_aisles: tuple[bool, bool]
    open_aisles: tuple[int, ...]
    carriages: tuple[Carriage, ...]
    motion: MotionPolicy = MotionPolicy.STAGGERED

    @property
    def aisles(self) -> tuple[int, ...]:
        """The aisles a person can enter: 1..N-1, and the end aisles that exist."""
        last = len(self.carriages)
        inner = tuple(range(1, last))
        return ((0,) if self.end_aisles[0] else ()) + inner + ((last,) if self.end_aisles[1] else ())

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The runs of gaps between immovable things, in order; ends without width are left out."""
        return self.parted(frozenset())

    def parted(self, locked: frozenset[int]) -> tuple[Segment, ...]:
        """Return the segments as these locked carriages part them: a locked carriage is as immovable as a fixed one."""
        found: list[Segment] = []
        first_gap = 0
        has_mobile = False
        for carriage in self.carriages:
            if carriage.is_mobile and carriage.number not in locked:
                has_mobile = True
                continue
            last_gap = carriage.number - 1
            if last_gap > 0 or has_mobile or carriage.is_mobile:
                found.append(Segment(first_gap, last_gap, has_mobile))
            first_gap, has_mobile = carriage.number, False
        if has_mobile or self.carriages[-1].is_mobile:
            found.append(Segment(first_gap, len(self.carriages), has_mobile))
        return tuple(found)

    @property
    def track_mm(self) -> int:
        """Length of the track, as docs/room-file.md sums it."""
        depths = sum(carriage.depth_mm for carriage in self.carriages)
        return depths + sum(self._segment_free_mm(segment) for segment in self.segments)

    def segment_of(self, gap: int, locked: frozenset[int] = frozenset()) -> Segment | None:
        """Return the segment in which a gap lies, as locked carriages part it; None if there is no such gap."""
        return next((segment for segment in self.parted(locked) if gap in segment.gaps), None)

    def aisle_of(self, carriage: int, face: Face) -> int:
        """Return the aisle from which a face is reached: A of carriage k from k-1, B from k."""
        return carriage - 1 if face is Face.A else carriage

    def gaps_mm(self, positions_mm: tuple[int, ...]) -> tuple[int, ...]:
        """Return the widths of gaps 0..N for the carriages' positions."""
        edges = [0]
        widths: list[int] = []
        for carriage, position in zip(self.carriages, positions_mm, strict=True):
            widths.append(position - edges[-1])
            edges.append(position + carriage.depth_mm)
        return (*widths, self.track_mm - edges[-1])

    def positions_mm(self, open_aisles: tuple[int, ...]) -> tuple[int, ...]:
        """Return the carriages' positions when these aisles are open and all else is closed."""
        positions: list[int] = []
        edge = 0
        mobile = {gap: segment.is_mobile for segment in self.segments for gap in segment.gaps}
        for carriage in self.carriages:
            gap = carriage.number - 1
            if gap in mobile:
                edge += self.aisle_mm if gap in open_aisles or not mobile[gap] else self.clearance_mm
            positions.append(edge)
            edge += carriage.depth_mm
        return tuple(positions)

    def _segment_free_mm(self, segment: Segment) -> int:
        if not segment.is_mobile:
            return self.aisle_mm
        return self.clearance_mm * (len(segment.gaps) - 1) + self.aisle_mm


@dataclass(frozen=True, slots=True)
class StaticShelving:
    """Shelving that does not move."""

    code: str
    title: str
    rows: int
    faces: tuple[Face, ...]
    bays: int
    levels: int
    shelf_mm: int


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A staging place, reading room or desk."""

    code: str
    kind: PlaceKind
    title: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One shelf to be built, with its address and the order in which boxes are shelved."""

    address: str
    block: int | None
    """Number of its block, None on static shelving."""
    row_code: str
    """The block's number or the static shelving's code, as in the address."""
    carriage: int
    face: Face
    bay: int
    level: int
    width_mm: int
    aisle: int | None


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A whole room as its file describes it."""

    code: str
    title: str
    blocks: tuple[Block, ...]
    statics: tuple[StaticShelving, ...]
    places: tuple[NamedPlace, ...]

    def shelves(self) -> Iterator[Shelf]:
        """Yield every shelf in shelving order: along each face bay by bay, in a bay from the top board down."""
        for block in self.blocks:
            for unit in block.carriages:
                for face in unit.faces:
                    aisle = block.aisle_of(unit.number, face)
                    yield from self._face(str(block.number), block.number, aisle, unit, face)
        for static in self.statics:
            for row in range(1, static.rows + 1):
                unit = Carriage(row, False, 0, static.faces, static.bays, static.levels, static.shelf_mm)
                for face in static.faces:
                    yield from self._face(static.code, None, None, unit, face)

    def _face(self, row_code: str, block: int | None, aisle: int | None, unit: Carriage, face: Face) -> Iterator[Shelf]:
        for bay in range(1, unit.bays + 1):
            for level in range(unit.levels, 0, -1):
                address = f"{self.code}/{row_code}/{unit.number:02d}/{face.value}/{bay}/{level}"
                yield Shelf(address, block, row_code, unit.number, face, bay, level, unit.shelf_mm, aisle)
