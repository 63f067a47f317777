"""Where a shelf is, in words and as a small drawing: its carriage in the block, its aisle, and its place on the face.

The address is the only thing needed; the block's plan adds the drawing.
"""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.holdings import Place
from archroom.core.rooms import Block, End
from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.glyphs import Glyphs
from archroom.tui.text import Piece, fitted, width_of, words

_PARTS = 6
_LABEL_CELLS = 10
_BETWEEN = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """A shelf by the parts of its address."""

    row_code: str
    """The block's number, or the code of static shelving."""
    carriage: int
    face: str
    bay: int
    level: int
    block: int | None
    aisle: int | None


def spot_of(place: Place) -> Spot | None:
    """Return the parts of a shelf's address, None for another place."""
    parts = place.address.split("/")
    numbers = [parts[index] for index in (2, 4, 5)] if len(parts) == _PARTS else []
    if not numbers or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    carriage, bay, level = (int(number) for number in numbers)
    return Spot(parts[1], carriage, parts[3], bay, level, place.block, place.aisle)


def in_words(spot: Spot) -> Message:
    """Return the shelf in words; from which aisle it is reached is told beside."""
    face, bay, level = spot.face, spot.bay, spot.level
    shelf = say("face {face}, bay {bay}, level {level}", face=face, bay=bay, level=level)
    if spot.block is None:
        return say("Shelving {code}, row {row}, {shelf}", code=spot.row_code, row=spot.carriage, shelf=shelf)
    return say("Block {block}, carriage {carriage}, {shelf}", block=spot.block, carriage=spot.carriage, shelf=shelf)


def drawn(spot: Spot, block: Block, width: int, glyphs: Glyphs) -> list[list[Piece]]:
    """Return the block's carriages in a row with the aisle to enter, and the face with its shelf marked."""
    if not 0 < spot.carriage <= len(block.carriages):
        return []
    carriages, face = _row_of_carriages(spot, block, width, glyphs), _face(spot, block, width, glyphs)
    left = max(_width(line) for line in carriages) + _BETWEEN
    if left + max(_width(line) for line in face) > width:
        return [*carriages, [], *face]
    beside: list[list[Piece]] = []
    for index, line in enumerate(face):
        first = carriages[index] if index < len(carriages) else []
        beside.append([*first, (" " * (left - _width(first)), ""), *line])
    return beside


def _width(line: list[Piece]) -> int:
    return sum(width_of(text) for text, _ in line)


def _row_of_carriages(spot: Spot, block: Block, width: int, glyphs: Glyphs) -> list[list[Piece]]:
    """Return the carriages as numbers, mirrored if the block is numbered from the right, and a pointer into the aisle."""
    size = 4 if _LABEL_CELLS + 4 * len(block.carriages) <= width else 3
    numbers = [unit.number for unit in block.carriages]
    aisle_column = (spot.aisle if spot.aisle is not None else spot.carriage) * size
    if block.numbered_from is End.RIGHT:
        numbers.reverse()
        aisle_column = len(numbers) * size - aisle_column
    label = words(say("Block {block}", block=block.number))
    row: list[Piece] = [(fitted(label, _LABEL_CELLS), marks.MUTED)]
    for number in numbers:
        text = str(number).center(size)
        row.append((text, "bold reverse" if number == spot.carriage else marks.MUTED))
    if spot.aisle is None:
        return [row]
    pointer = glyphs.below + " " + words(say("aisle {aisle}", aisle=spot.aisle))
    return [row, [(" " * max(_LABEL_CELLS + aisle_column - 1, 0), ""), (pointer, marks.GOOD)]]


def _face(spot: Spot, block: Block, width: int, glyphs: Glyphs) -> list[list[Piece]]:
    unit = block.carriages[spot.carriage - 1]
    size = 2 if _LABEL_CELLS + 2 * unit.bays > width - 2 or unit.bays > 9 else 3
    lines: list[list[Piece]] = []
    for level in range(unit.levels, 0, -1):
        label = words(say("Level {level}", level=level)) if level in (unit.levels, 1, spot.level) else ""
        line: list[Piece] = [(fitted(label, _LABEL_CELLS), marks.PLAIN if level == spot.level else marks.MUTED)]
        for bay in range(1, unit.bays + 1):
            is_meant = (bay, level) == (spot.bay, spot.level)
            shape = glyphs.full if is_meant else glyphs.free
            line.append((fitted(shape, size), marks.NEWS if is_meant else marks.MUTED))
        lines.append(line)
    bays: list[Piece] = [(fitted(words(say("Bay")), _LABEL_CELLS), marks.MUTED)]
    for bay in range(1, unit.bays + 1):
        text = str(bay) if width_of(str(bay)) < size or bay == spot.bay else "."
        bays.append((fitted(text, size), marks.PLAIN if bay == spot.bay else marks.MUTED))
    return [*lines, bays]
