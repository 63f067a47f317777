"""What a block's panel says of a resting block, straight from a view."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tui_house import TuiHouse

from archroom.core.commissioning import Licence
from archroom.core.controllers import Fault
from archroom.core.licensing import Permission
from archroom.core.plain.facts import Alarm, Capabilities, PlainStatus, PositionSense
from archroom.core.shelving import AisleState, BlockView, Trust
from archroom.tui.aisles.block_panel import sayings


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ({}, "ALL CLOSED"),
        ({2: AisleState.PARTLY}, "PARTLY OPEN"),
        ({2: AisleState.OPEN, 3: AisleState.PARTLY}, "OPEN"),
        ({2: AisleState.OCCUPIED}, "OCCUPIED"),
    ],
)
def test_a_resting_block_is_not_said_to_be_closed_unless_it_is(
    house: TuiHouse, states: dict[int, AisleState], word: str
) -> None:
    view = house.shelving.views()[0]
    closed = dict.fromkeys((aisle for aisle, _ in view.aisles), AisleState.CLOSED)
    mark, _ = sayings(replace(view, aisles=tuple((closed | states).items())), Trust.GOOD)[0]
    assert mark.word.english() == word


BLIND = Capabilities(
    orders=frozenset(),
    can_stop=False,
    position_sense=PositionSense.NOTHING,
    tells_motion=True,
    tells_mode=False,
    tells_faults=True,
    tells_occupied=False,
    tells_fresh=False,
    has_sequence_numbers=False,
    stops_when_host_is_silent=None,
)


def plain(house: TuiHouse, status: PlainStatus, licence: Licence = Licence.ATTENDED) -> BlockView:
    """A block whose controller is of another make."""
    view = house.shelving.views()[0]
    unknown = tuple((aisle, AisleState.UNKNOWN) for aisle, _ in view.aisles)
    return replace(
        view, status=None, aisles=unknown, plain=status, capabilities=BLIND, permission=Permission(licence), holds=()
    )


@pytest.mark.parametrize(
    ("status", "word", "said"),
    [
        (PlainStatus(is_moving=False), "TELLS LITTLE", "at rest, it does not tell which aisle is open."),
        (PlainStatus(is_moving=None), "TELLS LITTLE", "it does not tell whether it moves, it does not tell which"),
        (PlainStatus(is_moving=True), "MOVING", ""),
        (PlainStatus(is_moving=True, alarms=(Alarm(Fault.EDGE, "8.2"),)), "FAULT", "8.2"),
    ],
)
def test_of_another_make_only_what_it_tells_is_said(house: TuiHouse, status: PlainStatus, word: str, said: str) -> None:
    mark, text = sayings(plain(house, status), Trust.GOOD)[0]
    assert mark.word.english() == word
    assert said in ("" if text is None else text.english())


def test_what_a_make_lacks_and_who_must_be_there_is_said_and_old_values_are_not(house: TuiHouse) -> None:
    view = plain(house, PlainStatus(is_moving=False))
    said = [text.english() for _, text in sayings(view, Trust.GOOD) if text is not None]
    for words in ("second person", "cannot be stopped from here", "tells no positions"):
        assert any(words in text for text in said), words
    watched = [text for _, text in sayings(plain(house, PlainStatus(), Licence.MONITOR), Trust.GOOD) if text is not None]
    assert not any("second person" in text.english() for text in watched)
    assert sayings(view, Trust.STALE)[0][0].word.english() == "STALE"


@pytest.mark.parametrize(
    ("permission", "said"),
    [
        (Permission(Licence.FULL, None, date(2027, 11, 24)), "moved from here, valid until 2027-11-24."),
        (
            Permission(Licence.ATTENDED, None, date(2027, 11, 24)),
            "moved only with a second person at the aisle, valid until 2027-11-24.",
        ),
        (Permission(Licence.ATTENDED, None, None, "Ann", "Bo"), "Now, by Ann; at the shelving: Bo."),
        (Permission(Licence.MONITOR, None, date(2025, 11, 24)), None),
        (Permission(), None),
    ],
)
def test_a_commissioning_is_told_while_it_goes_on_and_while_it_holds(
    house: TuiHouse, permission: Permission, said: str | None
) -> None:
    told = sayings(replace(house.shelving.views()[0], permission=permission), Trust.GOOD)
    found = [text.english() for mark, text in told if mark.word.english() == "COMMISSIONED" and text is not None]
    assert found == ([] if said is None else [said])
