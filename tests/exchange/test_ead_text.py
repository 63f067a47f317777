"""The fast way to clean a text is `clean`, for every character there is."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from archroom.core.cleaning import clean
from archroom.exchange.ead_memory import NameTable
from archroom.exchange.ead_text import fold, tidy


def test_every_character_is_tidied_as_it_is_cleaned() -> None:
    wrong = [
        hex(number)
        for number in range(sys.maxunicode + 1)
        if (text := fold(f"a{chr(number)}b")) is not None and tidy(text, 20) != clean(text, 20)
    ]
    assert wrong == []


@given(st.text(), st.integers(1, 40))
def test_tidying_is_cleaning(text: str, longest: int) -> None:
    assert tidy(fold(text), longest) == clean(fold(text), longest)


def test_marks_are_counted_by_the_fast_way_too() -> None:
    assert tidy("a" + "\u0301" * 20, 100) == "a" + "\u0301" * 8


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), max_size=60))
def test_a_name_table_that_moves_to_disk_is_a_dictionary(pairs: list[tuple[str, str]]) -> None:
    table, expected = NameTable(held=4), dict[str, str]()
    names = {name.encode("utf-8", "replace").decode() for name, _ in pairs}
    for name, value in pairs:
        name, value = (part.encode("utf-8", "replace").decode() for part in (name, value))
        table.put(name, value)
        expected[name] = value
    assert {name: table.get(name) for name in names} == expected
    table.close()
