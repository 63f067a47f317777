"""Cleaning: what comes out is harmless letters, and comes out the same again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.cleaning import MAX_TITLE, clean, is_cut

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
nasty = st.text(
    st.sampled_from("a \t\n\r\x00\x07\x08\x1b\x9b\u0085\u2028\ufeff\ud800\u0301\u20dd\u200d[/]^~" + BIDI + "\u6863")
)
any_text = st.text(st.characters()) | nasty


@given(any_text)
def test_nothing_harmful_is_left(text: str) -> None:
    cleaned = clean(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in cleaned)
    assert not set(cleaned) & set(BIDI)
    assert cleaned == " ".join(cleaned.split())
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode("utf-8")


@given(any_text, st.integers(0, 12))
def test_cleaning_again_changes_nothing(text: str, longest: int) -> None:
    once = clean(text, longest)
    assert clean(once, longest) == once
    assert len(once) <= longest


@given(any_text, st.integers(0, 12))
def test_a_cut_is_told(text: str, longest: int) -> None:
    whole = clean(text)
    assert is_cut(text, longest) == (len(whole) > longest)


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_letters_and_signs_of_any_script_stay(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "text", ["[/]", "[@click=app.quit]x[/]", "^XA~JA", "{0.__class__}", "%s%n", r"\[bold]", "会议 1950"]
)
def test_text_that_means_something_elsewhere_is_text(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("\x1b]52;c;QQ==\x07", "\ufffd]52;c;QQ==\ufffd"),
        ("paid\rOPEN", "paid OPEN"),
        ("abc\u202edef", "abc\ufffddef"),
        ("a\nb\u2028c\x1cd", "a b c d"),
        ("\ud83d", "\ufffd"),
        ("e" + "\u0301" * 200, "e" + "\u0301" * 8),
        ("  two   words ", "two words"),
    ],
)
def test_harmful_text_becomes_letters(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_title_of_a_megabyte_is_cut() -> None:
    assert len(clean("x" * 1_000_000)) == MAX_TITLE
    assert is_cut("x" * 1_000_000)
    assert not is_cut("x" * MAX_TITLE)
