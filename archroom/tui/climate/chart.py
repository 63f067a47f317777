"""A chart in cells: what a sensor read over a while, between its least and its most, against its limits.

With Unicode a cell holds two by four dots, in plain ASCII one mark. Where nothing was read nothing is drawn, and nothing is
joined over such a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archroom.tui import marks
from archroom.tui.glyphs import UNICODE, Glyphs
from archroom.tui.text import Piece, fitted

LABEL_CELLS = 7
"""Of the numbers at the left, with a blank behind them."""
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dots of a cell, from above, left and right (Unicode, block Braille Patterns)."""
_EMPTY = 0x2800
_MARGIN = 0.05
"""Room above and below what is drawn, as a part of it."""


@dataclass(frozen=True, slots=True)
class Band:
    """Least and most of one part of the while."""

    least: float
    most: float


def parts_of(width: int, glyphs: Glyphs) -> int:
    """Return into how many parts a while is cut for a chart of so many cells in all."""
    cells = max(width - LABEL_CELLS, 1)
    return cells * 2 if glyphs is UNICODE else cells


def drawn(
    bands: Sequence[Band | None], low: float, high: float, width: int, height: int, glyphs: Glyphs
) -> list[list[Piece]]:
    """Return the lines of a chart, from above; `low` and `high` are the limits, drawn as lines.

    `bands` are as many as `parts_of` says. What lies beyond a limit is drawn in the tone of what is wrong.
    """
    height = max(height, 2)
    bottom, top = _ends(bands, low, high)
    scale = (height * 4 if glyphs is UNICODE else height) / (top - bottom)
    cells = max(width - LABEL_CELLS, 1)
    grid = (
        _braille(bands, bottom, scale, cells, height) if glyphs is UNICODE else _marks(bands, bottom, scale, cells, height)
    )
    step = (top - bottom) / height
    rows = {_row(value, bottom, step, height): value for value in (top - step / 2, bottom + step / 2)}
    limit_rows = {_row(value, bottom, step, height): value for value in (low, high)}
    lines: list[list[Piece]] = []
    for index in range(height):
        value = limit_rows.get(index, rows.get(index))
        label = "" if value is None else f"{value:.1f}"
        tone = marks.PLAIN if index in limit_rows else marks.FAINT
        middle = top - (index + 0.5) * step
        is_beyond = middle > high + step / 2 or middle < low - step / 2
        lines.append([(fitted(label.rjust(LABEL_CELLS - 1), LABEL_CELLS), tone)])
        lines[-1] += _pieces(grid[index], index in limit_rows, marks.BAD if is_beyond else marks.NEWS, glyphs)
    return lines


def _ends(bands: Sequence[Band | None], low: float, high: float) -> tuple[float, float]:
    """Return what the chart reaches from and to: all that was read, and both limits."""
    seen = [band for band in bands if band is not None]
    bottom = min([low, *(band.least for band in seen)])
    top = max([high, *(band.most for band in seen)])
    margin = max(top - bottom, 1.0) * _MARGIN
    return bottom - margin, top + margin


def _row(value: float, bottom: float, step: float, height: int) -> int:
    return min(height - 1, max(0, height - 1 - int((value - bottom) / step)))


def _braille(bands: Sequence[Band | None], bottom: float, scale: float, cells: int, height: int) -> list[list[str]]:
    grid = [[0] * cells for _ in range(height)]
    for column, band in enumerate(bands):
        if band is None or column >= cells * 2:
            continue
        for dot in _dots(band, bottom, scale, height * 4):
            above = height * 4 - 1 - dot
            grid[above // 4][column // 2] |= _DOTS[above % 4][column % 2]
    return [[chr(_EMPTY + cell) if cell else " " for cell in line] for line in grid]


def _marks(bands: Sequence[Band | None], bottom: float, scale: float, cells: int, height: int) -> list[list[str]]:
    grid = [[" "] * cells for _ in range(height)]
    for column, band in enumerate(bands[:cells]):
        if band is not None:
            for dot in _dots(band, bottom, scale, height):
                grid[height - 1 - dot][column] = "*"
    return grid


def _dots(band: Band, bottom: float, scale: float, most: int) -> range:
    first, last = (min(most - 1, max(0, int((value - bottom) * scale))) for value in (band.least, band.most))
    return range(first, last + 1)


def _pieces(cells: Sequence[str], is_limit: bool, tone: str, glyphs: Glyphs) -> list[Piece]:
    """Return one line of cells as few pieces; on the line of a limit a rule stands where nothing was read."""
    pieces: list[Piece] = []
    for cell in cells:
        text, style = (cell, tone) if cell != " " else (glyphs.rule if is_limit else " ", marks.FAINT)
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + text, style)
        else:
            pieces.append((text, style))
    return pieces
