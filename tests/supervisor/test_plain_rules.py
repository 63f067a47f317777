"""The rules that an order to a controller of another make rests on, and what is believed of what it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plain_rig import SIDES_AND_STOP
from statuses import opening
from supervised_room import block_of

from archroom.core.controllers import Fault, Mode
from archroom.core.plain.facts import Alarm, Capabilities, OrderKind, PlainStatus, PositionSense, Side
from archroom.core.plain.rules import (
    PlainPlan,
    confirmation_problem,
    disarming_problem,
    expected_s,
    planned,
    standing_problem,
)
from archroom.core.plain.watch import PlainWatch, impossibility, is_closed_up, open_aisles
from archroom.core.shelving import Trust
from archroom.core.supervisor.watch import Sight
from archroom.errors import Message

BLOCK = block_of()
TWO_PARTS = block_of(6, fixed=(3,), open_aisles=(0, 6))
LITTLE = 1 / 1024
TELLS_AISLE = replace(SIDES_AND_STOP, position_sense=PositionSense.AISLE, tells_occupied=True)
TELLS_NOTHING = replace(SIDES_AND_STOP, position_sense=PositionSense.NOTHING)
PLAN = PlainPlan(3, 0, (1, 2, 3), frozenset({0, 1, 2, 3}))
GOOD = PlainStatus(is_moving=False, mode=Mode.AUTOMATIC, is_enabled=True, open_aisle=0)
UNDER_WAY = replace(GOOD, is_moving=True)
THERE = replace(GOOD, open_aisle=3)


# -- rules


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"alarms": (Alarm(Fault.BEAM, "8.0"), Alarm(Fault.EDGE, "9"))}, "a light beam was broken (8.0)"),
        ({"mode": None}, "does not say its mode"),
        ({"mode": Mode.LOCAL}, "not in automatic: local operation"),
        ({"is_enabled": False}, "not released"),
        ({"is_moving": True}, "is moving"),
        ({"people_inside": 1}, "counts 1 inside"),
    ],
)
def test_what_stands_against_an_order(change: dict[str, object], words: str) -> None:
    status = PlainStatus(**{**{"mode": Mode.AUTOMATIC, "is_moving": False}, **change})  # type: ignore[arg-type]
    problem = standing_problem(BLOCK, SIDES_AND_STOP, status)
    assert problem is not None
    assert words in problem.english()
    disarming = disarming_problem(BLOCK, SIDES_AND_STOP, status)
    assert (disarming is None) is ("is moving" in words or "inside" in words)


def test_what_is_not_told_stands_against_no_order() -> None:
    silent = replace(SIDES_AND_STOP, tells_mode=False)
    for status in (PlainStatus(), PlainStatus(mode=Mode.LOCAL), PlainStatus(people_inside=0, is_enabled=True)):
        assert standing_problem(BLOCK, silent, status) is None
        assert disarming_problem(BLOCK, silent, status) is None


def test_which_carriages_move_is_told_as_far_as_it_can_be_foreseen() -> None:
    assert planned(BLOCK, TELLS_AISLE, GOOD, opening(3)) == PLAN
    assert planned(BLOCK, TELLS_AISLE, THERE, opening(1)) == PlainPlan(1, 3, (3, 2), frozenset({1, 2, 3}))
    unknown = planned(TWO_PARTS, TELLS_NOTHING, GOOD, opening(1))
    assert unknown == PlainPlan(1, None, (1, 2), frozenset({0, 1, 2}))
    assert planned(TWO_PARTS, TELLS_NOTHING, GOOD, opening(4)) == PlainPlan(4, None, (4, 5, 6), frozenset({3, 4, 5, 6}))
    elsewhere = planned(TWO_PARTS, TELLS_AISLE, replace(GOOD, open_aisle=6), opening(1))
    assert elsewhere == PlainPlan(1, None, (1, 2), frozenset({0, 1, 2})), "the other part tells nothing of this one"
    assert isinstance(unknown, PlainPlan)
    assert expected_s(TWO_PARTS, unknown) == 10.0 + 2 * 775 / 30


@pytest.mark.parametrize(
    ("opens", "capabilities", "status", "words"),
    [
        (3, replace(TELLS_AISLE, orders=frozenset({OrderKind.JOG})), GOOD, "cannot open an aisle"),
        (9, TELLS_AISLE, GOOD, "has no aisle 9"),
        (0, TELLS_AISLE, GOOD, "is open already"),
        (3, TELLS_AISLE, replace(GOOD, occupied_aisles=frozenset({5, 3, 2})), "Somebody is in aisle 2"),
    ],
)
def test_what_has_no_plan(opens: int, capabilities: Capabilities, status: PlainStatus, words: str) -> None:
    found = planned(BLOCK, capabilities, status, opening(opens))
    assert isinstance(found, Message)
    assert words in found.english()


def test_an_end_without_an_entrance_and_a_part_that_stands_have_no_plan() -> None:
    outer = block_of(4, fixed=(1, 2), end_aisles=(False, False), open_aisles=(2,))
    for aisle in (0, 1, 4):
        found = planned(outer, TELLS_NOTHING, GOOD, opening(aisle))
        assert isinstance(found, Message)
        assert f"has no aisle {aisle}" in found.english()
    assert isinstance(planned(outer, TELLS_NOTHING, GOOD, opening(3)), PlainPlan)


def test_what_must_be_confirmed() -> None:
    assert confirmation_problem(BLOCK, PLAN, (0,)) is None
    for wrong in ((), (1,), (0, 1), (0, 0)):
        problem = confirmation_problem(BLOCK, PLAN, wrong)
        assert problem is not None
        assert "aisle 0 is clear" in problem.english()
    unknown = PlainPlan(3, None, (1, 2, 3, 4, 5, 6), frozenset(range(7)))
    assert confirmation_problem(BLOCK, unknown, (0,)) is confirmation_problem(BLOCK, unknown, (6,)) is None
    assert confirmation_problem(BLOCK, unknown, (1, 2)) is None, "after a motion that was broken off"
    for wrong in ((), (3,), (7,), (0, 0), (0, 3)):
        problem = confirmation_problem(BLOCK, unknown, wrong)
        assert problem is not None
        assert "look, and confirm" in problem.english()


# -- what is believed


def test_two_equal_answers_at_rest_200_ms_apart_prove_a_controller() -> None:
    for second, after_s, sight in (
        (GOOD, 0.2, Sight.PROVED),
        (GOOD, 0.2 - LITTLE, Sight.TAKEN),
        (THERE, 0.2, Sight.TAKEN),
        (replace(GOOD, temperature_c=20.0, humidity_percent=50.0, others=(("a", "b"),)), 0.2, Sight.PROVED),
        (replace(GOOD, is_moving=None), 0.2, Sight.TAKEN),
    ):
        watch = PlainWatch(BLOCK, TELLS_AISLE)
        assert watch.take_status(0.0, replace(GOOD, freshness=1)) is Sight.TAKEN
        assert watch.take_status(after_s, replace(second, freshness=2)) is sight
        assert watch.trust(after_s) is (Trust.GOOD if sight is Sight.PROVED else Trust.UNKNOWN)
    moving_watch = PlainWatch(BLOCK, TELLS_AISLE)
    moving_watch.take_status(0.0, replace(UNDER_WAY, freshness=1))
    assert moving_watch.take_status(1.0, replace(UNDER_WAY, freshness=2)) is Sight.TAKEN
    unsaid = PlainWatch(BLOCK, TELLS_AISLE)
    unsaid.take_status(0.0, PlainStatus(freshness=1))
    assert unsaid.take_status(1.0, PlainStatus(freshness=2)) is Sight.PROVED
    assert unsaid.take_status(1.0, PlainStatus(freshness=2)) is Sight.REPEATED
    assert unsaid.take_status(1.25, PlainStatus(freshness=3)) is Sight.TAKEN


def test_a_controller_that_tells_nothing_new_is_not_asked_for_it() -> None:
    watch = PlainWatch(BLOCK, replace(TELLS_AISLE, tells_fresh=False))
    assert watch.take_status(0.0, GOOD) is Sight.TAKEN
    assert watch.take_status(1.0, GOOD) is Sight.PROVED
    assert watch.take_status(2.0, GOOD) is Sight.TAKEN


@pytest.mark.parametrize("change", [{"carriages": 5}, {"carriages": 7}, {"sides": (Side.LOW,) * 5}])
def test_another_number_of_carriages_shakes_everything(change: dict[str, object]) -> None:
    watch = PlainWatch(BLOCK, SIDES_AND_STOP)
    wrong = PlainStatus(freshness=1, **change)  # type: ignore[arg-type]
    assert watch.take_status(0.0, wrong) is Sight.SHAKEN
    problem = impossibility(BLOCK, wrong)
    assert problem is not None
    assert watch.reason == problem
    assert f"has {5 if change != {'carriages': 7} else 7} carriages, the room has 6" in problem.english()


@pytest.mark.parametrize("carriages", [6, 5, None])
def test_a_controller_may_count_its_mobile_carriages_only(carriages: int | None) -> None:
    assert impossibility(TWO_PARTS, PlainStatus(carriages=carriages, sides=(Side.LOW,) * 6)) is None


def test_what_is_shown_open() -> None:
    sides = (Side.LOW, Side.HIGH, Side.UNKNOWN, Side.LOW, Side.HIGH, Side.HIGH)
    status = PlainStatus(sides=sides, open_aisle=2)
    assert open_aisles(TWO_PARTS, status, PositionSense.SIDES) == {1, 4}
    assert open_aisles(TWO_PARTS, status, PositionSense.AISLE) == {2}
    assert open_aisles(TWO_PARTS, status, PositionSense.NOTHING) == frozenset()
    assert open_aisles(TWO_PARTS, replace(status, is_moving=True), PositionSense.AISLE) == frozenset()
    assert open_aisles(TWO_PARTS, replace(status, is_moving=False), PositionSense.AISLE) == {2}
    assert open_aisles(TWO_PARTS, replace(status, open_aisle=7), PositionSense.AISLE) == frozenset()
    assert open_aisles(TWO_PARTS, PlainStatus(), PositionSense.SIDES) == frozenset()


@pytest.mark.parametrize(
    ("sides", "is_closed"), [("LLLL", True), ("HHHH", True), ("LLHH", False), ("LHLH", False), ("", False)]
)
def test_a_block_is_closed_up_if_all_width_is_where_nobody_can_enter(sides: str, is_closed: bool) -> None:
    shut = block_of(4, end_aisles=(False, False), open_aisles=(1,))
    named = {"L": Side.LOW, "H": Side.HIGH}
    status = PlainStatus(sides=tuple(named[letter] for letter in sides) or None)
    assert is_closed_up(shut, status) is is_closed
    assert not is_closed_up(BLOCK, PlainStatus(sides=(Side.LOW,) * 6)), "its end is an aisle"
