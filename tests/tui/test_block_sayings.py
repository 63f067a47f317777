"""What a block's panel says of a resting block, straight from a view."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tui_house import TuiHouse

from archroom.core.shelving import AisleState, Trust
from archroom.tui.block_panel import sayings


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
