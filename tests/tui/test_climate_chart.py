"""The chart in cells: what was read stands at its height, a gap stays a gap, limits are lines, and what is beyond is red."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from archroom.tui import marks
from archroom.tui.climate.chart import LABEL_CELLS, Band, drawn, parts_of
from archroom.tui.glyphs import ASCII, UNICODE, Glyphs
from archroom.tui.text import Piece, width_of

WIDTH, HEIGHT = 47, 8


def lines_of(bands: Sequence[Band | None], glyphs: Glyphs) -> list[list[Piece]]:
    return drawn(bands, 14, 24, WIDTH, HEIGHT, glyphs)


def columns(lines: list[list[Piece]]) -> list[str]:
    """The chart's columns, from above, without the labels."""
    plain = ["".join(text for text, _ in line)[LABEL_CELLS:] for line in lines]
    return ["".join(line[index] for line in plain) for index in range(WIDTH - LABEL_CELLS)]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_line_is_as_wide_as_it_should_be(glyphs: Glyphs) -> None:
    bands: list[Band | None] = [Band(15, 26)] * parts_of(WIDTH, glyphs)
    lines = lines_of(bands, glyphs)
    assert len(lines) == HEIGHT
    assert {sum(width_of(text) for text, _ in line) for line in lines} == {WIDTH}


def test_a_rise_rises() -> None:
    parts = parts_of(WIDTH, ASCII)
    values = [14 + 10 * part / (parts - 1) for part in range(parts)]
    bands: list[Band | None] = [Band(value, value) for value in values]
    found = columns(lines_of(bands, ASCII))
    heights = [column.index("*") for column in found]
    assert heights == sorted(heights, reverse=True)
    assert (heights[0], heights[-1]) == (HEIGHT - 1, 0)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_gap_stays_a_gap_and_only_limits_are_drawn_through_it(glyphs: Glyphs) -> None:
    parts = parts_of(WIDTH, glyphs)
    bands: list[Band | None] = [Band(18, 19)] * parts
    bands[parts // 2 - 8 : parts // 2 + 8] = [None] * 16
    found = columns(lines_of(bands, glyphs))
    middle = found[len(found) // 2]
    assert set(middle) == {" ", glyphs.rule}
    assert middle.count(glyphs.rule) == 2
    assert set(found[0]) - {" ", glyphs.rule}


def test_what_lies_beyond_a_limit_has_the_tone_of_what_is_wrong() -> None:
    parts = parts_of(WIDTH, UNICODE)
    lines = lines_of([Band(10, 10)] * (parts // 2) + [Band(18, 18)] * (parts - parts // 2), UNICODE)
    tones = {style for line in lines for text, style in line[1:] if text.strip() and style != marks.FAINT}
    assert tones == {marks.BAD, marks.NEWS}
    within = lines_of([Band(18, 19)] * parts, UNICODE)
    assert {style for line in within for text, style in line[1:] if text.strip(" ─")} == {marks.NEWS}


def test_limits_stand_beside_their_lines() -> None:
    labels = ["".join(text for text, _ in line)[:LABEL_CELLS].strip() for line in lines_of([], UNICODE)]
    assert "24.0" in labels
    assert "14.0" in labels


def test_one_even_value_is_a_line_and_nought_is_drawn() -> None:
    found = drawn([Band(0, 0)] * parts_of(WIDTH, ASCII), -1, 1, WIDTH, 5, ASCII)
    assert sum("*" in "".join(text for text, _ in line) for line in found) == 1
