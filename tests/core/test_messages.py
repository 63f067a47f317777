"""Sentences: values are put in and never interpreted, phrases stand in sentences, every error has its sentence and code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archroom import errors
from archroom.errors import ArchroomError, Message, fill, say
from archroom.texts import LANGUAGES, chosen_language, render, render_error, tr

HOSTILE = st.sampled_from(["{0.__class__}", "{title}", "%s%n", "{", "}", "[/]", "{user!r:>9}", "^XA"]) | st.text()


@given(HOSTILE)
def test_a_value_is_never_interpreted(value: str) -> None:
    assert fill("{title} is out.", {"title": value}) == f"{value} is out."
    assert say("{title} is out.", title=value).english() == f"{value} is out."


@given(HOSTILE, HOSTILE)
def test_a_phrase_stands_in_a_sentence(inner: str, outer: str) -> None:
    message = say("{title}: {where}.", title=outer, where=say("in {place}", place=inner))
    assert message.english() == f"{outer}: in {inner}."


def test_a_value_that_is_missing_is_seen() -> None:
    assert fill("{title} is out to {name}.", {"title": "Box 1"}) == "Box 1 is out to {name}."


def test_phrases_are_translated_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"{title}: {where}.": "{title}：{where}。", "in {place}": "在{place}"}

    class Catalogue:
        def gettext(self, template: str) -> str:
            return said.get(template, template)

    monkeypatch.setattr("archroom.texts._catalogue", lambda language: Catalogue())
    message = say("{title}: {where}.", title="Box 1", where=say("in {place}", place="R1/STG"))
    assert render(message) == "Box 1：在R1/STG。"
    assert render_error(errors.Refused(message)) == render(message)
    assert tr("in {place}", place="R1/STG") == "在R1/STG"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "ARCHROOM_LANG": "zh"}, "zh_CN"),
        ({"LC_MESSAGES": "", "LANG": "zh_TW"}, "zh_CN"),
    ],
)
def test_the_language_of_the_person(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str) -> None:
    for name in ("ARCHROOM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert chosen_language() == language
    assert language in LANGUAGES


def error_kinds(kind: type[ArchroomError] = ArchroomError) -> list[type[ArchroomError]]:
    """Every error there is."""
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in error_kinds(child))]


def test_each_kind_of_error_is_in_the_tree_that_stands_above_it_with_its_exit_code() -> None:
    tree = errors.__doc__ or ""
    here = [kind for kind in error_kinds() if kind.__module__ == errors.__name__]
    assert len(here) > 15
    assert [kind.__name__ for kind in here if kind.__name__ not in tree] == []
    assert {kind.exit_code for kind in here} == {1, 2, 3, 4, 5, 6}


@given(HOSTILE)
def test_an_error_says_its_sentence(value: str) -> None:
    error = errors.BadFile(say("{file} is bad.", file=value), 3, 4)
    assert str(error) == f"{value} is bad."
    assert (error.line, error.column) == (3, 4)
    assert error.message == Message("{file} is bad.", {"file": value})
