"""docs/reliability.md against the tests: every item of the catalogue is there once, and every test it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reliability.md"
ITEMS = {*range(1, 58), *range(76, 80), *range(101, 116)}
NAMED_TEST = re.compile(r"`([a-z_/]+\.py)::([A-Za-z_0-9]+)`")
GROUP = re.compile(r"^- `([a-z]+)`: (.*)$", re.MULTILINE)
ROW = re.compile(r"^\| ([0-9]+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


@cache
def names_in(file: Path) -> frozenset[str]:
    """The tests that pytest collects from a file: functions called test_ that are not skipped or expected to fail."""
    if not file.is_file() or not file.name.startswith("test_"):
        return frozenset()
    found = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return frozenset(node.name for node in found if node.name.startswith("test_") and not _is_left_out(node))


def _is_left_out(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(re.search(r"\bmark\.(skip|skipif|xfail)\b", ast.unparse(mark)) for mark in node.decorator_list)


def missing(page: str) -> list[str]:
    """The tests that a page names and that do not exist."""
    return [f"{file}::{name}" for file, name in NAMED_TEST.findall(page) if name not in names_in(TESTS / file)]


def unproved(page: str) -> list[int]:
    """The items of the catalogue that a page does not tell once, with a test or a group of tests that proves each."""
    groups = {name for name, tests in GROUP.findall(page) if NAMED_TEST.search(tests)}
    proved: list[int] = []
    for item, comes, happens, tests in ROW.findall(page):
        words = re.findall(r"`([^`]+)`", tests)
        assert comes.strip()
        assert happens.strip()
        if words and all(word in groups or NAMED_TEST.fullmatch(f"`{word}`") for word in words):
            proved.append(int(item))
    return sorted(item for item in ITEMS | set(proved) if proved.count(item) != 1 or item not in ITEMS)


def test_every_item_is_told_once_and_proved() -> None:
    assert unproved(PAGE.read_text()) == []


def test_every_test_that_the_page_names_exists() -> None:
    page = PAGE.read_text()
    assert len(NAMED_TEST.findall(page)) > 100
    assert len(NAMED_TEST.findall(page)) == page.count("::")
    assert missing(page) == []


ROW_OF_7 = "| 7 | one wrong character | refused | `core/test_codes.py::test_every_single_wrong_character_is_caught` |"


def page_with(row: str) -> str:
    """A page that tells all items by one test, but 7 by this row."""
    return "\n".join([ROW_OF_7.replace("| 7 |", f"| {item} |") for item in sorted(ITEMS - {7})] + [row])


@pytest.mark.parametrize(
    "row",
    [
        "",
        ROW_OF_7 + "\n" + ROW_OF_7,
        "| 7 | one wrong character | refused | later |",
        "| 7 | one wrong character | refused | `letters` |",
        "| 7 | one wrong character | refused | `letters` |\n- `letters`: to be done",
        ROW_OF_7.replace("| 7 |", "| 58 |"),
    ],
)
def test_an_item_without_a_proof_is_found(row: str) -> None:
    assert unproved(page_with(ROW_OF_7)) == []
    assert 7 in unproved(page_with(row))


@pytest.mark.parametrize(
    "name", ["core/test_codes.py::test_every_code_is_right", "core/test_nothing.py::test_a", "conftest.py::clock"]
)
def test_a_test_that_does_not_exist_is_found(name: str) -> None:
    assert missing(ROW_OF_7) == []
    assert missing(f"{ROW_OF_7} `{name}`") == [name]


def test_a_test_that_is_left_out_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    file.write_text(
        "@pytest.mark.skip\ndef test_a(): ...\n@pytest.mark.xfail(reason='')\ndef test_b(): ...\ndef test_c(): ...\n"
    )
    assert names_in(file) == {"test_c"}
