"""The rules by which an opening is allowed or refused, one by one, and that no plan opens two aisles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from arbitrary_blocks import blocks
from hypothesis import assume, given
from hypothesis import strategies as st
from statuses import bent, identity_of, status_of
from supervised_room import block_of

from archroom.core.rooms import Block
from archroom.core.shelving import (
    ControllerKind,
    ControllerState,
    EndReason,
    Fault,
    Mode,
    changed_aisles,
    narrowing_aisles,
    open_gaps,
    target_positions,
)
from archroom.core.supervisor_rules import (
    Plan,
    allowed_plan,
    cabinet_problem,
    deadline_s,
    identity_problem,
    permission_problem,
    plan,
    standing_problem,
)
from archroom.core.supervisor_texts import end_text, result_text
from archroom.errors import Message

BLOCK = block_of()


def planned(block: Block, positions_mm: tuple[int, ...], opens: int) -> Plan:
    """The plan of an opening that must be possible."""
    found = plan(block, positions_mm, opens)
    assert found is not None
    return found


def partway(opening: Plan, percent: int) -> tuple[int, ...]:
    """Where the carriages stand when an opening was interrupted."""
    pairs = zip(opening.start_mm, opening.target_mm, strict=True)
    return tuple(start + (target - start) * percent // 100 for start, target in pairs)


# -- plans


@st.composite
def standing_blocks(draw: st.DrawFn) -> tuple[Block, tuple[int, ...], int]:
    """A block, where its carriages stand after some openings, the last of them perhaps interrupted, and an aisle to open."""
    block = draw(blocks())
    assume(block.aisles)
    positions = block.positions_mm(block.open_aisles)
    for _ in range(draw(st.integers(0, 3))):
        opening = plan(block, positions, draw(st.sampled_from(block.aisles)))
        if opening is not None:
            positions = partway(opening, draw(st.sampled_from([100, 100, 60, 35])))
    return block, positions, draw(st.sampled_from(block.aisles))


@given(standing_blocks())
def test_no_plan_opens_two_aisles(given_block: tuple[Block, tuple[int, ...], int]) -> None:
    block, positions, opens = given_block
    found = plan(block, positions, opens)
    if found is None:
        assert opens in open_gaps(block, positions)
        return
    segment = block.segment_of(opens)
    assert segment is not None
    before, after = set(open_gaps(block, positions)), set(open_gaps(block, found.target_mm))
    assert after & set(segment.gaps) == {opens}
    assert after - set(segment.gaps) == before - set(segment.gaps)


@given(standing_blocks())
def test_a_plan_moves_only_its_own_segment_and_names_every_aisle_that_changes(
    given_block: tuple[Block, tuple[int, ...], int],
) -> None:
    block, positions, opens = given_block
    found = plan(block, positions, opens)
    assume(found is not None)
    assert found is not None
    segment = block.segment_of(opens)
    assert segment is not None
    moved = {n for n, pair in enumerate(zip(found.start_mm, found.target_mm, strict=True), start=1) if pair[0] != pair[1]}
    assert set(found.carriages) == moved
    assert all(block.carriages[number - 1].is_mobile and number in segment.gaps for number in moved)
    edges = {gap for number in moved for gap in (number - 1, number)}
    assert found.changes == edges
    assert found.closes in segment.gaps
    assert found.closes != opens
    assert found.distance_mm > 0
    assert sum(block.gaps_mm(found.target_mm)) == sum(block.gaps_mm(positions))


def test_the_carriage_next_to_the_open_aisle_moves_first() -> None:
    up = planned(BLOCK, BLOCK.positions_mm((0,)), 3)
    down = planned(BLOCK, BLOCK.positions_mm((5,)), 2)
    assert (up.carriages, up.closes, up.open_now) == ((1, 2, 3), 0, 0)
    assert (down.carriages, down.closes, down.open_now) == ((5, 4, 3), 5, 5)
    assert up.changes == set(changed_aisles(3, 0))


def test_an_interrupted_opening_names_the_widest_gap_that_narrows() -> None:
    opening = planned(BLOCK, BLOCK.positions_mm((0,)), 3)
    halfway = partway(opening, 52)
    again = planned(BLOCK, halfway, 3)
    assert (again.open_now, again.closes, again.carriages) == (None, 0, (1, 2, 3))
    back = planned(BLOCK, halfway, 0)
    assert (back.open_now, back.closes, back.carriages) == (None, 3, (3, 2, 1))


def test_two_half_open_aisles_that_would_both_close_are_left_to_the_panel() -> None:
    block = block_of()
    first = planned(block, block.positions_mm((0,)), 3)
    positions = partway(first, 50)
    status = replace(status_of(block), positions_mm=positions)
    assert narrowing_aisles(block, positions, 5) == (3, 0)
    refused = allowed_plan(block, status, 5)
    assert isinstance(refused, Message)
    assert (refused.values["first"], refused.values["second"]) == (0, 3)
    assert isinstance(allowed_plan(block, status, 3), Plan)


def test_an_aisle_that_cannot_be_entered_stands_open_or_is_outside_has_no_plan() -> None:
    block = block_of(4, fixed=(1, 2), end_aisles=(False, True), open_aisles=(4,))
    positions = block.positions_mm(block.open_aisles)
    assert plan(block, positions, 0) is None
    assert plan(block, positions, 1) is None
    assert plan(block, positions, 4) is None
    assert plan(block, positions, 9) is None
    assert target_positions(block, positions, 9) == positions
    assert narrowing_aisles(block, positions, 9) == ()


def test_times_follow_from_distance_speed_and_number() -> None:
    found = planned(BLOCK, BLOCK.positions_mm((0,)), 3)
    assert found.expected_s(identity_of(BLOCK)) == 1.0 + 775 / 40 + 2 * 0.5
    assert found.expected_s(replace(identity_of(BLOCK), speed_mm_s=0)) > 700
    assert deadline_s(10.0) == 18.0
    assert deadline_s(1000.0) == 60.0


# -- refusals

STATUS_REFUSALS = [
    ({"faults": Fault.ESTOP | Fault.BEAM}, "emergency stop pressed"),
    ({"faults": Fault.EDGE}, "a safety edge was touched"),
    ({"faults": Fault.OCCUPIED}, "somebody was in the aisle"),
    ({"faults": Fault.BEAM}, "a light beam was broken"),
    ({"faults": Fault.OVERTRAVEL}, "ran too far"),
    ({"faults": Fault.POSITION}, "a position is not known"),
    ({"faults": Fault.DRIVE}, "a drive has failed"),
    ({"inputs": 1}, "the emergency stop is pressed"),
    ({"inputs": 2}, "a safety edge is pressed"),
    ({"inputs": 4}, "a light beam is broken"),
    ({"mode": Mode.LOCAL}, "local operation"),
    ({"mode": Mode.MAINTENANCE}, "maintenance"),
    ({"mode": Mode.HAND_CRANK}, "hand crank"),
    ({"is_enabled": False}, "Local enable is off"),
    ({"state": ControllerState.MOVING}, "is moving"),
    ({"state": ControllerState.WARNING}, "is moving"),
    ({"state": ControllerState.STOPPING}, "is moving"),
    ({"moving_carriages": frozenset({2})}, "is moving"),
    ({"state": ControllerState.STARTING}, "it is starting"),
    ({"state": ControllerState.SELECTED}, "an aisle is selected"),
    ({"state": ControllerState.FAULTED}, "it reports a fault"),
]


@pytest.mark.parametrize(("change", "words"), STATUS_REFUSALS)
def test_a_controller_that_is_not_ready_is_refused(change: dict[str, object], words: str) -> None:
    status = bent(status_of(BLOCK), change)
    problem = standing_problem(BLOCK, status)
    assert problem is not None
    assert words in problem.english()
    assert standing_problem(BLOCK, status_of(BLOCK)) is None


def test_after_our_select_only_selected_is_ready() -> None:
    idle = standing_problem(BLOCK, status_of(BLOCK), is_selected_by_us=True)
    assert idle is not None
    assert "nothing is selected" in idle.english()
    assert (
        standing_problem(BLOCK, bent(status_of(BLOCK), {"state": ControllerState.SELECTED}), is_selected_by_us=True) is None
    )


def test_what_moves_is_no_problem_of_the_cabinet() -> None:
    assert cabinet_problem(BLOCK, bent(status_of(BLOCK), {"state": ControllerState.MOVING})) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"block": 2}, "says that it is block 2"),
        ({"carriages": 5}, "has 5 carriages, the room has 6"),
        ({"fixed_carriages": frozenset({1})}, "other fixed carriages"),
        ({"aisle_mm": 900}, "opens aisles of 900 mm"),
    ],
)
def test_another_controller_than_the_blocks_is_refused(change: dict[str, object], words: str) -> None:
    problem = identity_problem(BLOCK, bent(identity_of(BLOCK), change))
    assert problem is not None
    assert words in problem.english()
    assert identity_problem(BLOCK, identity_of(BLOCK)) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": ControllerKind.STEEL}, "real steel"),
        ({"watchdog_mode": 0}, "does not stop by itself"),
        ({"watchdog_mode": 2}, "does not stop by itself"),
        ({"watchdog_mode": 3}, "does not stop by itself"),
        ({"watchdog_ms": 499}, "waits 499 ms"),
        ({"watchdog_ms": 2001}, "waits 2001 ms"),
    ],
)
def test_a_controller_that_would_not_stop_by_itself_is_only_watched(change: dict[str, object], words: str) -> None:
    problem = permission_problem(BLOCK, bent(identity_of(BLOCK), change))
    assert problem is not None
    assert words in problem.english()


@pytest.mark.parametrize("watchdog_ms", [500, 2000])
def test_a_simulator_with_a_good_watchdog_may_be_moved(watchdog_ms: int) -> None:
    assert permission_problem(BLOCK, replace(identity_of(BLOCK), watchdog_ms=watchdog_ms)) is None


@pytest.mark.parametrize(
    ("opens", "change", "words"),
    [
        (7, {}, "has no aisle 7"),
        (-1, {}, "has no aisle -1"),
        (0, {}, "is open already"),
        (3, {"occupied_aisles": frozenset({0})}, "Somebody is in aisle 0"),
        (3, {"occupied_aisles": frozenset({2})}, "Somebody is in aisle 2"),
        (3, {"occupied_aisles": frozenset({3})}, "Somebody is in aisle 3"),
    ],
)
def test_an_aisle_that_may_not_open_is_refused(opens: int, change: dict[str, object], words: str) -> None:
    refused = allowed_plan(BLOCK, bent(status_of(BLOCK), change), opens)
    assert isinstance(refused, Message)
    assert words in refused.english()


def test_somebody_in_an_aisle_that_does_not_change_is_no_reason() -> None:
    assert isinstance(allowed_plan(BLOCK, replace(status_of(BLOCK), occupied_aisles=frozenset({4})), 3), Plan)


# -- sentences


@pytest.mark.parametrize("result", [*range(0x10, 0x14), *range(0x20, 0x2A), 3])
def test_every_result_of_a_command_has_its_own_reason(result: int) -> None:
    reason = result_text(1, result).values["reason"]
    others = [
        result_text(1, other).values["reason"] for other in (*range(0x10, 0x14), *range(0x20, 0x2A)) if other != result
    ]
    same = {0x11, 0x12}
    assert isinstance(reason, Message)
    assert (reason in others) == (result in same)


@pytest.mark.parametrize("end_reason", list(EndReason))
def test_every_end_of_a_motion_has_a_sentence(end_reason: EndReason) -> None:
    status = replace(status_of(BLOCK), end_reason=end_reason, faults=Fault.EDGE)
    assert "lock 1" in end_text(1, status).english()
    assert ("safety edge" in end_text(1, status).english()) == (end_reason is EndReason.FAULT)
