"""A block drawn from above, to scale: carriages as boxes, gaps as gaps, on rows of characters.

Pure: facts in, lines of styled pieces out. What is not known for sure is drawn hatched and in no tone of health.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from archroom.core.outages import Outage
from archroom.core.rooms import Block, Carriage, End
from archroom.core.shelving import AisleState
from archroom.tui import marks
from archroom.tui.aisles import marks as shelving_marks
from archroom.tui.glyphs import Glyphs
from archroom.tui.text import Piece, cut, width_of, words

NARROWEST_CARRIAGE: Final = 4
"""Cells of a box that holds a number of two digits."""
MOST_CELLS_A_METRE: Final = 13
Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is to be drawn of a block."""

    block: Block
    positions_mm: tuple[int, ...]
    is_sure: bool
    """Whether the positions are those of now."""
    aisles: Mapping[int, AisleState] = field(default_factory=dict)
    moving: Mapping[int, int] = field(default_factory=dict)
    """Moving carriages, each with the way it goes: -1 to the low positions, 1 to the high ones."""
    chosen: int | None = None
    """The aisle under the cursor."""
    held: frozenset[int] = frozenset()
    """Aisles that somebody holds; their numbers are marked, whatever is known of the steel."""
    locked: frozenset[int] = frozenset()
    """Carriages that stand as still as fixed ones."""
    outage: Outage | None = None
    """What the books say of the block while it is out of order: it marks each aisle, whatever its controller tells."""


def drawn(sight: Sight, width: int, height: int, glyphs: Glyphs) -> list[list[Piece]]:
    """Return the block in rows of at most `width` cells: arrows, boxes of `height` lines, and the aisles' numbers below.

    A block too long for its carriages to hold their numbers is drawn in several bands, one below the other.
    """
    bands = _bands(sight.block, width)
    lines: list[list[Piece]] = []
    for first, last in bands:
        lines += _Band(sight, first, last, width, height, glyphs).lines()
    return lines


def _bands(block: Block, width: int) -> list[tuple[int, int]]:
    """Return the carriages of each band: all in one if the narrowest gets room for its number."""
    count = len(block.carriages)
    for bands in range(1, count + 1):
        size = -(-count // bands)
        parts = [(first, min(first + size, count)) for first in range(0, count, size)]
        if all(_is_wide_enough(block, first, last, width) for first, last in parts):
            return parts
    return [(index, index + 1) for index in range(count)]


def _is_wide_enough(block: Block, first: int, last: int, width: int) -> bool:
    shown = block.carriages[first:last]
    length = sum(unit.depth_mm + block.clearance_mm for unit in shown) + 2 * block.aisle_mm
    narrowest = min(unit.depth_mm for unit in shown)
    return narrowest * width >= NARROWEST_CARRIAGE * length


class _Band:
    """Some neighbouring carriages on a canvas of cells."""

    def __init__(self, sight: Sight, first: int, last: int, width: int, height: int, glyphs: Glyphs) -> None:
        self._sight = sight
        self._units = sight.block.carriages[first:last]
        self._width = width
        self._height = height
        self._glyphs = glyphs
        self._is_mirrored = sight.block.numbered_from is End.RIGHT
        gaps = sight.block.gaps_mm(sight.positions_mm)[first : last + 1]
        self._wider_mm = [max(gap - sight.block.clearance_mm, 0) for gap in gaps]
        self._scale = min(width / max(self._length_mm(first, last), 1), MOST_CELLS_A_METRE / 1000)
        self._canvas: list[list[Cell]] = [[(" ", "") for _ in range(width)] for _ in range(height + 2)]
        self._spans = self._all_spans()
        self._used = min(max(end for _, end in self._spans.values()) + round(self._wider_mm[-1] * self._scale), width)
        if self._is_mirrored:
            self._spans = {number: (self._used - end, self._used - at) for number, (at, end) in self._spans.items()}

    def lines(self) -> list[list[Piece]]:
        """Return the rows, drawn."""
        for unit in self._units:
            self._draw_carriage(unit)
        for aisle in self._gaps():
            self._draw_aisle(aisle)
        return [_joined(cells) for cells in self._canvas]

    def aisle_at(self, column: int) -> int | None:
        """Return the aisle at a column; a closed one takes the cell on either side of it."""
        spans = ((aisle, self._gap_span(aisle)) for aisle in self._gaps())
        return next((aisle for aisle, (first, end) in spans if first - 1 <= column <= end), None)

    def _length_mm(self, first: int, last: int) -> int:
        """Return what the carriages and the wide gaps can take, so that the scale does not jump as they move."""
        block = self._sight.block
        depths = sum(unit.depth_mm for unit in self._units)
        is_whole = (first, last) == (0, len(block.carriages))
        free = block.track_mm - depths - block.clearance_mm * last if is_whole else 0
        return depths + max(free, sum(self._wider_mm), block.aisle_mm)

    def _all_spans(self) -> dict[int, tuple[int, int]]:
        """Return first cell and the one after the last of each carriage: closed neighbours touch, equal ones look equal."""
        spans: dict[int, tuple[int, int]] = {}
        depth_cells, wider_mm = 0, 0
        for unit, gap_mm in zip(self._units, self._wider_mm, strict=False):
            wider_mm += gap_mm
            at = depth_cells + round(wider_mm * self._scale)
            size = max(int(unit.depth_mm * self._scale), 2)
            spans[unit.number] = at, at + size
            depth_cells += size
        return spans

    def _gaps(self) -> list[int]:
        numbers = [self._units[0].number - 1, *(unit.number for unit in self._units)]
        return [number for number in numbers if number in self._sight.block.aisles]

    def _draw_carriage(self, unit: Carriage) -> None:
        first, end = self._spans[unit.number]
        style = f"{marks.MUTED if self._sight.is_sure else marks.FAINT} on $panel"
        number_style = f"{marks.PLAIN} on $panel" if self._sight.is_sure else style
        is_free = unit.is_mobile and unit.number not in self._sight.locked
        lines = self._glyphs.light if is_free else self._glyphs.heavy
        top_left, top_right, low_left, low_right, flat, upright = tuple(lines)
        fill = " " if self._sight.is_sure else self._glyphs.hatch
        inner = end - first - 2
        self._put(1, first, top_left + flat * inner + top_right, style)
        for line in range(2, self._height):
            self._put(line, first, upright + fill * inner + upright, style)
        self._put(self._height, first, low_left + flat * inner + low_right, style)
        number = cut(str(unit.number), inner, "")
        middle = 1 + self._height // 2
        self._put(middle, first + 1 + (inner - len(number)) // 2, number, number_style)
        way = self._sight.moving.get(unit.number)
        if way is not None:
            arrow = self._glyphs.left if (way < 0) is not self._is_mirrored else self._glyphs.right
            size = min(3, end - first)
            self._put(0, first + (end - first - size) // 2, arrow * size, marks.CAREFUL)

    def _draw_aisle(self, aisle: int) -> None:
        first, end = self._gap_span(aisle)
        state = self._sight.aisles.get(aisle, AisleState.UNKNOWN)
        mark = shelving_marks.AISLES[state]
        is_open = state is not AisleState.CLOSED
        middle = (first + end) // 2
        is_chosen = aisle == self._sight.chosen
        is_held = aisle in self._sight.held
        reach = None if self._sight.outage is None else marks.REACH[self._sight.outage.reach_of(aisle)]
        before = self._glyphs.here if is_held else "" if reach is None else reach.shape_of(self._glyphs)
        number = f"{before}{aisle}"
        number = f"[{number}]" if is_chosen else number
        style = mark.tone if is_open and self._sight.is_sure else marks.MUTED
        number_style = "bold reverse" if is_chosen else marks.BAD if is_held else style if reach is None else reach.tone
        at = min(max(middle - len(number) // 2, 0), self._width - len(number))
        self._put(self._height + 1, at, number, number_style)
        room = end - first
        word = words(mark.word)
        if is_open and self._sight.is_sure and width_of(word) <= room:
            self._put(1 + self._height // 2, first + (room - width_of(word)) // 2, word, style)

    def _gap_span(self, aisle: int) -> tuple[int, int]:
        """Return the cells between the carriages on both sides of an aisle."""
        low, high = self._spans.get(aisle), self._spans.get(aisle + 1)
        if self._is_mirrored:
            low, high = high, low
        first = low[1] if low is not None else 0
        end = high[0] if high is not None else self._used
        return first, max(end, first)

    def _put(self, line: int, at: int, text: str, style: str) -> None:
        column = at
        for char in text:
            size = width_of(char)
            if 0 <= column and column + size <= self._width:
                self._canvas[line][column] = (char, style)
                for covered in range(column + 1, column + size):
                    self._canvas[line][covered] = ("", style)
            column += size


def _joined(cells: list[Cell]) -> list[Piece]:
    """Return cells as pieces, neighbours of one style together."""
    pieces: list[Piece] = []
    for char, style in cells:
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + char, style)
        else:
            pieces.append((char, style))
    return pieces


def aisle_at(sight: Sight, width: int, height: int, glyphs: Glyphs, column: int, line: int) -> int | None:
    """Return the aisle that is drawn at a cell, None if none is."""
    bands = _bands(sight.block, width)
    index = line // (height + 2)
    if not 0 <= index < len(bands):
        return None
    return _Band(sight, *bands[index], width, height, glyphs).aisle_at(column)
