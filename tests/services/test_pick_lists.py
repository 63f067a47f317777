"""Lines of a pick list: read in whole, or told with the reason and the number."""

from __future__ import annotations

import pytest

from archroom.services.errands import Asked
from archroom.services.pick_lists import BadLine, read_lines


def test_a_line_is_a_code_or_three_columns_of_a_spreadsheet() -> None:
    lines = ["B1", "B2\t7\t12", " B3 \t\t0.5", "PL 1; 2\t8", "", " \t ", "B4\t\t"]
    assert list(read_lines(lines)) == [
        Asked("B1"),
        Asked("B2", "7", 720.0),
        Asked("B3", "", 30.0),
        Asked("PL 1; 2", "8"),
        Asked("B4"),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("B1\t7\tsoon", "Line 2: soon is no number of minutes."),
        ("B1\t7\t-1", "Line 2: -1 is no number of minutes."),
        ("B1\t7\t1e9", "Line 2: 1e9 is no number of minutes."),
        ("B1\t7\t12\t", "Line 2 has more than CODE, ORDER and MINUTES."),
        ("\t7\t12", "Line 2 has no code."),
    ],
)
def test_a_line_that_is_none_is_told_and_the_others_are_read(line: str, why: str) -> None:
    before, bad, after = read_lines(["A", line, "C"])
    assert (before, after) == (Asked("A"), Asked("C"))
    assert isinstance(bad, BadLine)
    assert (bad.number, bad.text, bad.why.english()) == (2, line, why)
