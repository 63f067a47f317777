"""docs/scanning.md says what is there: every act word, every card, every kind, every number."""

from __future__ import annotations

import re
from pathlib import Path

from archroom.core.codes import MAX_SCAN, CodeKind, Command, OwnCode, read_scan
from archroom.core.holdings import ThingKind
from archroom.core.scans import HAND_SECONDS, REPEAT_SECONDS, Step
from archroom.services.desk import LoanPolicy

PAGE = (Path(__file__).parents[2] / "docs" / "scanning.md").read_text(encoding="utf-8")


def first_cells(section: str) -> list[str]:
    """The words in the first column of the table in a section."""
    text = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_every_act_word_is_listed_once() -> None:
    assert sorted(word for word in first_cells("For programs") if word != "act") == sorted(step.value for step in Step)


def test_every_command_card_is_listed_once() -> None:
    assert sorted(first_cells("Command cards")) == sorted(command.value for command in Command)


def test_every_kind_of_thing_and_letter_is_named() -> None:
    assert all(f"`{kind.value}`" in PAGE for kind in ThingKind)
    assert all(re.search(rf"\b{kind.value} (is )?an? ", PAGE) for kind in CodeKind)


def test_the_code_in_the_text_is_a_right_one() -> None:
    (code,) = set(re.findall(r"`([BFTSP][0-9]{8}.)`", PAGE))
    assert read_scan(code) == OwnCode(CodeKind.BOX, 127)


def test_the_numbers_are_those_of_the_program() -> None:
    assert f"after {HAND_SECONDS:.0f} seconds" in PAGE
    assert f"within\n{REPEAT_SECONDS} seconds" in PAGE
    assert f"more than {MAX_SCAN} characters" in PAGE
    assert f"({LoanPolicy().loan_days} days" in PAGE
