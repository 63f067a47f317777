"""The width that a container profile tells: stated, or common knowledge; never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.widths import NARROWEST_MM, WIDEST_MM, width_of_profile, width_told_anew


@pytest.mark.parametrize(
    ("profile", "width_mm"),
    [
        ("Volume box - 150 mm", 150),
        ("15 cm wide", 150),
        ("Manuscript box - Letter", 127),
        ("Half legal document box", 64),
        ("Record carton", 318),
        ("5 in", 127),
        ("档案盒 310×220×30", 30),
        ("档案盒 310x220x50 mm", 50),
        ("档案盒 4 cm", 40),
        ("档案盒（脊宽３厘米）", 30),
        ("0.5 linear ft", 152),
        ("Hollinger box - Legal (5 in.)", 127),
        ("2½ in document box", 64),
        ("2 1/2 inches", 64),
        ('5"', 127),
        ("12,5 cm", 125),
        ("Volume box, spine 300 mm", 300),
        ("Records center box", 318),
    ],
)
def test_a_profile_that_tells_its_width(profile: str, width_mm: int) -> None:
    assert width_of_profile(profile) == width_mm


@pytest.mark.parametrize(
    "profile",
    [
        "",
        "Box",
        "Flat box, 24 in",
        "12 x 15 x 3 in",
        "150 mm high",
        "Map tube, 10 cm",
        "Oversize",
        "Volume box, 300 mm",
        "Document box 15 in",
        "5 in, 12 in",
        "Half full letter document box",
        "Letter document phase box",
        "Box 7, 5 in",
        "1 cubic foot",
        "1,500 mm wide",
        "3/0 in",
        "310×220×60",
        "310×220×30, 5 in",
        "图筒 5厘米",
        "Letter",
        "100",
        "0 mm",
        "9999 mm",
        "x" * 500,
    ],
)
def test_what_is_unsure_is_unknown(profile: str) -> None:
    assert width_of_profile(profile) is None


PARTS = [
    "Box",
    "wide",
    "spine",
    "档案盒",
    "宽",
    "in",
    "cm",
    "mm",
    '"',
    "linear ft",
    "/",
    ".",
    ",",
    "½",
    "x",
    "0",
    "5",
    "31",
    "9999",
    " ",
]


@given(st.text(max_size=250) | st.lists(st.sampled_from(PARTS), max_size=9).map("".join))
def test_any_profile_has_a_width_that_can_be_or_none(profile: str) -> None:
    width_mm = width_of_profile(profile)
    assert width_mm is None or NARROWEST_MM <= width_mm <= WIDEST_MM


def test_a_new_profile_brings_its_width_and_leaves_one_from_elsewhere() -> None:
    assert width_told_anew(None, "", "Record carton") == 318
    assert width_told_anew(318, "Record carton", "Volume box - 150 mm") == 150
    assert width_told_anew(99, "Record carton", "Volume box - 150 mm") == 99


@given(
    st.sampled_from(["", "Record carton", "5 in", "Flat box"]), st.sampled_from(["", "Record carton", "5 in", "Flat box"])
)
def test_the_same_profile_again_changes_nothing(before: str, after: str) -> None:
    width_mm = width_told_anew(width_of_profile(before), before, after)
    assert width_told_anew(width_mm, after, after) == width_mm
