"""Where the carriages of a plain make stand, and where they go together. Pure questions to the steel, no memory."""

from __future__ import annotations

from hardware_sim.block import Block
from hardware_sim.layout import BlockLayout, Segment
from hardware_sim.plain_orders import Side

OPEN_TOLERANCE_MM = 20
"""An aisle is open when its gap is at least the aisle width less this."""
SWITCH_MM = 5
"""A limit switch closes this far before the end."""


class CarriageSides:
    """Tells the side of each carriage as the limit switches of a make do.

    By the carriage's own way: LOW and HIGH are the two ends of it, and a fixed carriage is at both. By its neighbours:
    LOW is near the one below, HIGH near the one above, BOTH wedged between them.
    """

    __slots__ = ("_block", "_by_neighbours", "_highest", "_lowest")

    def __init__(self, block: Block, *, by_neighbours: bool) -> None:
        layout = block.layout
        self._block = block
        self._by_neighbours = by_neighbours
        movable = [segment for segment in layout.segments if segment.has_mobile]
        self._lowest = layout.positions_with_open(tuple(segment.last for segment in movable))
        self._highest = layout.positions_with_open(tuple(segment.first for segment in movable))

    def of(self, carriage: int) -> Side:
        """The side of carriage 1..N. One that is locked says only that."""
        if carriage in self._block.locked:
            return Side.LOCKED
        is_low, is_high = self._near_neighbours(carriage) if self._by_neighbours else self._at_ends(carriage)
        if is_low:
            return Side.BOTH if is_high else Side.LOW
        return Side.HIGH if is_high else Side.NEITHER

    def _at_ends(self, carriage: int) -> tuple[bool, bool]:
        if self._block.layout.is_fixed(carriage):
            return True, True
        position = self._block.carriages[carriage - 1].position
        low, high = self._lowest[carriage - 1], self._highest[carriage - 1]
        return position <= low + SWITCH_MM, position >= high - SWITCH_MM

    def _near_neighbours(self, carriage: int) -> tuple[bool, bool]:
        block = self._block
        is_near = [block.gap(gap) <= block.layout.clearance_mm + SWITCH_MM for gap in (carriage - 1, carriage)]
        return is_near[0], is_near[1]


def segments_of(block: Block) -> list[Segment]:
    """The segments in order, as locked carriages part them, but for those in which nothing can move."""
    found: list[Segment] = []
    gap = 0
    while gap <= block.layout.carriage_count:
        segment = block.segment_of(gap)
        if segment.has_mobile:
            found.append(segment)
        gap = segment.last + 1
    return found


def closing_gap(layout: BlockLayout, segment: Segment) -> int:
    """The gap that gets the spare width of a segment when the block is closed.

    An end that nobody can enter, if the segment has one; else that which is farthest from the carriage that bounds it.
    """
    for gap in (segment.last, segment.first):
        if not layout.is_enterable(gap):
            return gap
    return segment.last if segment.first > 0 or segment.last == layout.carriage_count else segment.first


def open_aisles(block: Block) -> list[int]:
    """The aisles that are as wide as aisles are."""
    layout = block.layout
    width = layout.aisle_mm - OPEN_TOLERANCE_MM
    return [gap for gap in range(layout.carriage_count + 1) if layout.is_enterable(gap) and block.gap(gap) >= width]
