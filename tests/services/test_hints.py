"""The line that says what the next scan will do: total over hands, and true."""

from __future__ import annotations

import pytest
from arbitrary import people, places, standings
from hypothesis import given
from hypothesis import strategies as st
from small_house import CARRIAGE_3, SmallHouse

from archroom.core.scans import Hand, InHand
from archroom.services.session import hint_for

NOTHING = "Scan a person to lend, a thing to see or return it, a shelf to put things on it."


@given(st.none() | people | places | standings(), st.booleans())
def test_every_hand_has_a_hint(held: InHand, is_armed: bool) -> None:
    hint = hint_for(Hand(held, ("B00000001K", "S00000001J"), is_armed)).english()
    assert hint
    assert "{" not in hint
    assert ("OVERRIDE" in hint) == is_armed


@pytest.mark.parametrize(
    ("scans", "hint"),
    [
        ((), NOTHING),
        (("Ann",), "The next thing goes to Ann. DONE when finished."),
        (("Ann", "box"), "The next thing goes to Ann. DONE when finished."),
        (("Ann", "DONE"), NOTHING),
        (("shelf",), f"Each thing scanned now is put on {CARRIAGE_3}. DONE when finished."),
        (("staging",), "Each thing scanned now goes to R1/STG. DONE when finished."),
        (("box",), "A person borrows Box 1, Smith papers; a shelf puts it away."),
        (("letter",), "A person borrows Letter to Jones; a shelf or a container puts it away."),
        (("reading", "box", "DONE", "box"), "A shelf puts Box 1, Smith papers away."),
        (("box", "other shelf", "OVERRIDE"), "OVERRIDE: scan the refused place or thing again to accept it. DONE gives up."),
    ],
)
def test_the_hint_after_each_kind_of_scan(house: SmallHouse, scans: tuple[str, ...], hint: str) -> None:
    codes = {
        "Ann": house.ann.code,
        "box": house.box.code,
        "letter": house.letter.code,
        "shelf": house.shelf.code,
        "other shelf": house.other_shelf.code,
        "staging": house.archive.place_at("R1/STG").code,
        "reading": house.archive.place_at("R1/RR").code,
    }
    for scan in scans:
        house.scan(codes.get(scan, scan))
    assert house.session.hint().english() == hint


def test_the_hint_forgets_with_the_hand(house: SmallHouse) -> None:
    house.scan(house.ann.code)
    house.clock.pass_seconds(60)
    assert house.session.hint().english() == NOTHING
