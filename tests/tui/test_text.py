"""The render choke point: whatever goes in, what comes out steers no terminal and takes the cells it was given."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from archroom.errors import Message, say
from archroom.tui import text

STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
ANYTHING = st.text(st.characters(codec=None), max_size=60)
WORDS = st.text(st.sampled_from("ab 档案ｶé\u0301,👩"), max_size=80).map(lambda value: " ".join(value.split()))


@given(ANYTHING)
def test_nothing_that_leaves_steers_a_terminal(value: str) -> None:
    for shown in (
        text.shown(value),
        text.plain(value).plain,
        text.words(say("{title}", title=value)),
        text.row((value, "")).plain,
    ):
        assert STEERING.search(shown) is None


@given(ANYTHING)
def test_brackets_are_letters(value: str) -> None:
    assert text.plain(f"[bold]{value}[/bold]").plain.startswith("[bold]")
    assert text.plain(f"[bold]{value}").spans == []


@given(WORDS, st.integers(0, 40))
def test_a_fitted_text_takes_exactly_its_cells(value: str, cells: int) -> None:
    assert text.width_of(text.fitted(value, cells)) == cells
    assert text.width_of(text.cut(value, cells)) <= cells


@given(WORDS, st.integers(2, 40))
def test_wrapping_loses_nothing_and_keeps_within_its_cells(value: str, cells: int) -> None:
    lines = text.wrapped(value, cells)
    assert all(text.width_of(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(value.split())


@given(WORDS, st.integers(4, 40), st.integers(1, 4))
def test_wrapping_keeps_to_its_lines(value: str, cells: int, most: int) -> None:
    lines = text.wrapped(value, cells, most)
    assert len(lines) <= most
    assert all(text.width_of(line) <= cells for line in lines)


def test_a_cut_text_says_that_it_is_cut() -> None:
    assert text.cut("Correspondence", 8) == "Corres.."
    assert text.wrapped("one two three four", 8, 2) == ["one two", "three.."]


def test_hanzi_break_anywhere_and_words_at_blanks() -> None:
    assert text.wrapped("档案袋放在密集架", 6) == ["档案袋", "放在密", "集架"]
    assert text.wrapped("in the reading room", 11) == ["in the", "reading", "room"]


def test_what_is_left_after_a_break_is_broken_again_where_it_is_too_long() -> None:
    assert text.wrapped(" abc案", 4) == ["", "abc", "案"]


def test_no_line_begins_with_a_mark_that_ends_a_phrase() -> None:
    assert text.wrapped("请扫描，再归位。", 6) == ["请扫", "描，再", "归位。"]


def test_a_template_in_data_is_data() -> None:
    assert text.words(Message("{title}", {"title": "{name} {0.__class__} %s"})) == "{name} {0.__class__} %s"
