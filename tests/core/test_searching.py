"""What is indexed and what is asked for: folded alike, so that whoever types what they see finds it."""

from __future__ import annotations

import string
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.comparing import fold
from archroom.core.holdings import ThingKind
from archroom.core.searching import (
    MARKS,
    MAX_TERMS,
    MAX_TOKENS,
    Phrase,
    by_rank,
    indexed_tokens,
    mark_of,
    marked,
    opened,
    query_phrases,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ångström", "angstrom"),
        ("Müller Straße", "muller strasse"),
        ("ŁÓDŹ", "lodz"),
        ("Øre, Ærø, Œuvre", "ore, aero, oeuvre"),
        ("Þingvellir, Đakovo, Isparta ISPARTA ıspırta", "thingvellir, dakovo, isparta isparta ispirta"),
        ("ＡＢＣ１２", "abc12"),
        ("Zo\u200be", "zoe"),
    ],
)
def test_case_accents_and_width_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.sampled_from("密集架采购报告"), min_size=1, max_size=12).map("".join), st.data())
def test_any_one_to_four_chinese_characters_are_a_phrase_of_the_run(run: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(run) - 1))
    (phrase,) = query_phrases(run[start : start + data.draw(st.integers(1, 4))])
    tokens = indexed_tokens([run])
    assert any(_begins(tokens[at:], phrase) for at in range(len(tokens)))


def _begins(tokens: list[str], phrase: Phrase) -> bool:
    whole, last = phrase.tokens[:-1], phrase.tokens[-1]
    following = tokens[len(whole) : len(whole) + 1]
    is_last = following and (following[0].startswith(last) if phrase.is_open else following[0] == last)
    return bool(is_last) and tuple(tokens[: len(whole)]) == whole


def test_each_word_is_a_phrase_once() -> None:
    assert query_phrases("Smith letters SMITH 1923/24") == (
        Phrase(("smith",)),
        Phrase(("letters",)),
        Phrase(("1923", "24")),
    )


def test_a_word_may_be_the_beginning_of_one_if_it_is_not_too_short() -> None:
    assert opened(query_phrases("ab c")) == (Phrase(("ab",), is_open=True), Phrase(("c",)))


@pytest.mark.parametrize("words", ["", " ", "*", '"', "[/]", "--", "!?", "\u200b"])
def test_what_has_no_letter_asks_for_nothing(words: str) -> None:
    assert query_phrases(words) == ()


def test_ten_thousand_words_are_cut() -> None:
    assert len(query_phrases(" ".join(f"word{number}" for number in range(10_000)))) <= MAX_TERMS


@given(st.text(max_size=200))
def test_a_query_is_tokens_only(words: str) -> None:
    asked = "".join(token for phrase in query_phrases(words) for token in phrase.tokens)
    assert not set(asked) & set(string.punctuation + string.whitespace)


def test_no_character_brings_a_mark_into_a_token() -> None:
    for start in range(0, sys.maxunicode + 1, 1024):
        chars = [chr(code) for code in range(start, start + 1024)]
        tokens = indexed_tokens((" ".join(chars), "".join(f"{char}1" for char in chars)))
        assert len(tokens) < MAX_TOKENS, "all were looked at"
        assert not any(mark in token for token in tokens for mark in MARKS), hex(start)


@given(st.lists(st.text() | st.sampled_from([*MARKS, "box", "12", "盒"]), max_size=6).map("".join))
def test_no_text_has_a_marked_token(text: str) -> None:
    asked = {token for phrase in opened(query_phrases(text)) for token in phrase.tokens}
    assert not any(token.startswith(MARKS) for token in asked | set(indexed_tokens((text,))))


def test_each_kind_of_container_has_a_mark() -> None:
    assert {kind: mark_of(kind) for kind in ThingKind} == {
        ThingKind.BOX: MARKS[0],
        ThingKind.VOLUME: MARKS[0],
        ThingKind.TUBE: MARKS[0],
        ThingKind.FOLDER: MARKS[1],
        ThingKind.ITEM: None,
    }
    assert marked(["box", "12"], "▣") == ["▣box", "▣12"]


@pytest.mark.parametrize("words", ["box 12", "box １２", "盒 12", "盒12", "ms-3a", "١٢"])
def test_a_digit_asks_for_containers_first(words: str) -> None:
    phrases = opened(query_phrases(words))
    asked = by_rank(phrases)
    assert asked[-1] == phrases
    assert [question[0].tokens[0][0] for question in asked[:-1]] == list(MARKS)
    for question in asked[:-1]:
        assert [it.is_open for it in question] == [it.is_open for it in phrases]
        assert [tuple(token[1:] for token in it.tokens) for it in question] == [it.tokens for it in phrases]


@pytest.mark.parametrize("words", ["smith letters", "盒", "盒十二", "box twelve", "?"])
def test_without_a_digit_all_things_are_asked_for_at_once(words: str) -> None:
    assert by_rank(query_phrases(words)) == (query_phrases(words),)
