"""Controllers of another make that tell where their carriages stand in millimetres, and that come back after a silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plain_rig import SIDES_AND_STOP
from supervised_room import block_of

from archroom.core.plain.facts import PlainStatus, PositionSense
from archroom.core.plain.watch import PlainWatch, impossibility, open_aisles
from archroom.core.shelving import Trust
from archroom.core.supervisor.watch import Sight
from archroom.errors import say

TWO_PARTS = block_of(6, fixed=(3,), open_aisles=(0, 6))
TELLS_MM = replace(SIDES_AND_STOP, position_sense=PositionSense.MILLIMETRES)
HOME = TWO_PARTS.positions_mm((0, 6))
STANDING = PlainStatus(is_moving=False, positions_mm=HOME)
BESIDE_FIXED = TWO_PARTS.positions_mm((2, 6))


@pytest.mark.parametrize("is_moving", [False, None])
def test_each_part_has_the_aisle_open_whose_width_is_measured(is_moving: bool | None) -> None:
    status = replace(STANDING, is_moving=is_moving)
    assert open_aisles(TWO_PARTS, status, PositionSense.MILLIMETRES) == {0, 6}
    assert open_aisles(TWO_PARTS, replace(status, positions_mm=BESIDE_FIXED), PositionSense.MILLIMETRES) == {2, 6}


def test_no_aisle_is_open_while_something_moves_or_where_no_position_is_told() -> None:
    for status in (replace(STANDING, is_moving=True), PlainStatus(is_moving=False)):
        assert open_aisles(TWO_PARTS, status, PositionSense.MILLIMETRES) == frozenset()


@pytest.mark.parametrize("sense", [PositionSense.NOTHING, PositionSense.AISLE, PositionSense.SIDES])
def test_millimetres_are_believed_only_of_a_controller_that_is_declared_to_tell_them(sense: PositionSense) -> None:
    assert open_aisles(TWO_PARTS, STANDING, sense) == frozenset()


def test_positions_that_can_be_shake_nothing_and_others_do() -> None:
    assert impossibility(TWO_PARTS, STANDING) is None
    for positions, words in (
        (HOME[:5], "has 5 carriages, the room has 6"),
        ((*HOME, 9000), "has 7 carriages, the room has 6"),
        ((HOME[1], HOME[0], *HOME[2:]), "swapped or wrong positions"),
        ((*BESIDE_FIXED[:2], BESIDE_FIXED[2] - 6, *BESIDE_FIXED[3:]), "Fixed carriage 3"),
    ):
        wrong = replace(STANDING, positions_mm=positions)
        problem = impossibility(TWO_PARTS, wrong)
        assert problem is not None
        assert words in problem.english()
        watch = PlainWatch(TWO_PARTS, TELLS_MM)
        assert watch.take_status(0.0, wrong) is Sight.SHAKEN
        assert watch.reason == problem


def test_a_lost_controller_that_answers_again_is_checked_before_it_is_believed() -> None:
    watch = PlainWatch(TWO_PARTS, TELLS_MM)
    watch.lose(say("The port is gone."))
    assert watch.trust(1.0) is Trust.LOST
    assert watch.take_status(1.0, replace(STANDING, freshness=1)) is Sight.TAKEN
    assert watch.trust(1.0) is Trust.UNKNOWN
    assert watch.reason == say("Block {block} answers again and is being checked.", block=1)
    assert watch.take_status(1.25, replace(STANDING, freshness=2)) is Sight.PROVED
    assert watch.trust(1.25) is Trust.GOOD
