"""A page and its Chinese counterpart say the same: they link to each other and hold the same codes, rows and chapters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAIRS = [("README.md", "README.zh-CN.md"), ("docs/scanning.md", "docs/scanning.zh-CN.md")]


def codes(page: str) -> set[str]:
    """What stands in code type on a page, but for words to search for and the option that only the Chinese page names."""
    return {re.sub(r"(?<=archroom find ).*", "", code) for code in re.findall(r"`([^`\n]+)`", page)} - {"--lang zh"}


def shape(page: str) -> tuple[int, int]:
    """How many chapters and table rows a page has."""
    return len(re.findall(r"^## ", page, re.MULTILINE)), len(re.findall(r"^\| ", page, re.MULTILINE))


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_a_page_and_its_counterpart_say_the_same(english: str, chinese: str) -> None:
    first, second = ((ROOT / name).read_text(encoding="utf-8") for name in (english, chinese))
    assert codes(first) == codes(second)
    assert shape(first) == shape(second)
    assert f"]({Path(chinese).name})" in first.split("\n\n")[1]
    assert f"]({Path(english).name})" in second.split("\n\n")[1]


@pytest.mark.parametrize("pair", PAIRS)
def test_the_comparison_sees_a_page_that_was_left_behind(pair: tuple[str, str]) -> None:
    page = (ROOT / pair[0]).read_text(encoding="utf-8")
    assert codes(page + "\n`archroom newer`") != codes(page)
    assert shape(page + "\n| a | b |") != shape(page)
