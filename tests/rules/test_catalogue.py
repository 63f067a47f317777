"""English and Chinese are equal: every sentence of the program has its translation, and the one that ships is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import catalogue
import pytest

PLACEHOLDER = re.compile(r"\{[a-z_0-9]*\}")


def test_every_sentence_is_translated() -> None:
    known = catalogue.catalogue()
    waiting = [text for text in catalogue.templates() if (message := known.get(text)) is None or not message.string]
    assert waiting == []


def test_a_translation_keeps_the_values_of_its_sentence() -> None:
    wrong = [
        message.id
        for message in catalogue.catalogue()
        if message.id and sorted(PLACEHOLDER.findall(str(message.id))) != sorted(PLACEHOLDER.findall(str(message.string)))
    ]
    assert wrong == []


def test_the_compiled_catalogue_is_that_of_the_sources() -> None:
    assert (catalogue.FOLDER / "archroom.mo").read_bytes() == catalogue.compiled(catalogue.catalogue())


def test_every_sentence_can_be_found_by_the_extraction() -> None:
    assert catalogue.unmarked() == []


@pytest.mark.parametrize(
    ("line", "is_unmarked"), [("say('a {b}', b=1)", False), ("say(f'a {b}')", True), ("tr(text)", True), ("tr('x')", False)]
)
def test_the_extraction_sees_an_unmarked_sentence(line: str, is_unmarked: bool, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(line)
    assert bool(catalogue.unmarked(tmp_path)) is is_unmarked
    assert bool(catalogue.templates(tmp_path)) is not is_unmarked
