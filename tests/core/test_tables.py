"""Strict tables name the line of what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archroom.core.tables import Table, parse_toml
from archroom.errors import BadFile, say

TEXT = """# a file
title = "x"

[profile]
name = "p"

[[block]]
number = 1
[[block.part]]
size = 3

[[block]]
number = 2
[[block.part]]
size = 4
[[block.part]]
size = "five"

[signal.running]
address = 70000
[signal.target]
address = 10
"""


def parts(table: Table, block: int, part: int) -> Table:
    """A part of a block."""
    return table.tables("block", "[[block]]")[block - 1].tables("part", "[[block.part]]")[part - 1]


def signal(table: Table) -> Table:
    """The first signal."""
    return table.tables_by_name("signal", "[a-z]+")["running"]


@pytest.mark.parametrize(
    ("act", "line", "words"),
    [
        (lambda table: table.whole("title", 1, 2), 2, "title must be a whole number from 1 to 2"),
        (lambda table: table.table("profile").code("name", "[A-Z]"), 5, "[profile]: name must be of the form"),
        (lambda table: parts(table, 2, 2).whole("size", 1, 9), 17, "[[block]] 2, [[block.part]] 2: size must be"),
        (lambda table: parts(table, 1, 1).whole("size", 5, 9), 10, "[[block]] 1, [[block.part]] 1: size must be"),
        (
            lambda table: table.tables_by_name("signal", "[a-z]+")["running"].whole("address", 0, 65535),
            20,
            "[signal.running]",
        ),
        (lambda table: table.tables_by_name("signal", "[a-q]+"), 19, "running must be of the form"),
        (lambda table: table.table("profile").finish(), 5, "unknown key name"),
        (lambda table: table.table("profile").whole("age", 1, 2), 4, "[profile]: age is missing"),
        (lambda table: parts(table, 2, 1).refuse(say("no")), 14, "[[block]] 2, [[block.part]] 1: no."),
    ],
)
def test_a_refusal_names_its_line(act: Callable[[Table], object], line: int, words: str) -> None:
    with pytest.raises(BadFile) as refused:
        act(parse_toml(TEXT.encode(), 10_000))
    assert refused.value.line == line
    assert f"line {line}" in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a = \xff", "line 1 is not UTF-8"),
        (b"\na = = 2", "line 2 is not TOML"),
        (b"x" * 20_000, "larger than 10000 bytes"),
        (b"a = " + b"[" * 5_000, "nested too deeply"),
    ],
)
def test_what_is_no_toml_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        parse_toml(content, 10_000)
