"""What each action does to the carriages, wherever they stand and whatever is locked: pure plans."""

from __future__ import annotations

from dataclasses import replace

import pytest
from arbitrary_standings import Standing, all_wanted, partway, standings
from hypothesis import assume, given
from hypothesis import strategies as st
from statuses import identity_of, opening, status_of
from supervised_room import block_of

from archroom.core.gaps import (
    Positions,
    changed_aisles,
    is_roomy,
    narrowing_gaps,
    open_gaps,
    target_positions,
    ways_of,
)
from archroom.core.rooms import Block, Segment
from archroom.core.shelving import Action, Instruction, Wanted
from archroom.core.supervisor.plans import Plan, deadline_s, plan
from archroom.core.supervisor.rules import allowed_plan
from archroom.errors import Message

BLOCK = block_of()
SHUT = block_of(4, fixed=(1,), end_aisles=(False, False), open_aisles=(1,))
"""Its last gap, 4, is an end without an entrance."""


def planned(block: Block, positions_mm: Positions, wanted: Wanted, locked: frozenset[int] = frozenset()) -> Plan:
    """A plan that must be possible."""
    found = plan(block, positions_mm, wanted, locked)
    assert isinstance(found, Plan), found
    return found


def refused(block: Block, positions_mm: Positions, wanted: Wanted, locked: frozenset[int] = frozenset()) -> str:
    """Why there is no plan."""
    found = plan(block, positions_mm, wanted, locked)
    assert isinstance(found, Message)
    return found.english()


def part_of(block: Block, gap: int, locked: frozenset[int]) -> Segment:
    """The part of the block in which a gap lies."""
    found = block.segment_of(gap, locked)
    assert found is not None
    return found


def some_plan(data: st.DataObject, standing: Standing, *actions: Action) -> Plan | None:
    """One of the plans that are possible, None if none is."""
    block, positions, locked = standing
    wanted = all_wanted(block, actions or tuple(Action), data.draw(st.integers(1, 50)))
    plans = [found for one in wanted if isinstance(found := plan(block, positions, one, locked), Plan)]
    return data.draw(st.sampled_from(plans)) if plans else None


@given(standings(), st.data())
def test_a_plan_moves_only_what_is_free_in_its_own_part_and_names_all_that_changes(
    standing: Standing, data: st.DataObject
) -> None:
    block, positions, locked = standing
    found = some_plan(data, standing, Action.OPEN, Action.CLOSE, Action.VENTILATE)
    if found is None:
        return
    segment = part_of(block, found.told.number, locked)
    moved = {n for n, pair in enumerate(zip(found.start_mm, found.target_mm, strict=True), start=1) if pair[0] != pair[1]}
    assert set(found.carriages) == moved
    assert all(number in segment.gaps and number - 1 in segment.gaps for number in moved)
    assert not any(number in locked or not block.carriages[number - 1].is_mobile for number in moved)
    assert found.changes == {gap for number in moved for gap in (number - 1, number)}
    assert found.distance_mm > 0
    assert sum(block.gaps_mm(found.target_mm)) == sum(block.gaps_mm(positions))
    assert min(block.gaps_mm(found.target_mm)[gap] for gap in segment.gaps) >= block.clearance_mm


@given(standings(), st.data())
def test_a_motion_names_every_aisle_that_narrows_and_could_hold_somebody(standing: Standing, data: st.DataObject) -> None:
    block, positions, locked = standing
    found = some_plan(data, standing)
    if found is None:
        return
    before, after = block.gaps_mm(positions), block.gaps_mm(found.target_mm)
    narrower = {gap for gap, width in enumerate(before) if after[gap] < width}
    assert set(found.narrows) >= {gap for gap in narrower if is_roomy(block, before[gap])}
    assert set(found.narrows) <= narrower <= found.changes
    assert bool(found.narrows) is found.wanted.action.is_motion
    assert found.narrows == tuple(sorted(found.narrows))


@given(standings(), st.data())
def test_no_plan_opens_two_aisles(standing: Standing, data: st.DataObject) -> None:
    block, positions, locked = standing
    opens = data.draw(st.sampled_from(block.aisles))
    found = plan(block, positions, opening(opens), locked)
    if isinstance(found, Message):
        assert opens in open_gaps(block, positions) or locked
        return
    segment = part_of(block, opens, locked)
    before, after = set(open_gaps(block, positions)), set(open_gaps(block, found.target_mm))
    assert after & set(segment.gaps) == {opens}
    assert after - set(segment.gaps) == before - set(segment.gaps)


@given(standings(), st.data())
def test_a_ventilated_part_has_even_gaps_the_last_one_with_what_does_not_divide(
    standing: Standing, data: st.DataObject
) -> None:
    block, positions, locked = standing
    found = some_plan(data, standing, Action.VENTILATE)
    if found is None:
        return
    segment = part_of(block, found.told.number, locked)
    *widths, last = (block.gaps_mm(found.target_mm)[gap] for gap in segment.gaps)
    assert len(set(widths)) == 1
    assert widths[0] <= last < widths[0] + len(segment.gaps)


@given(standings(), st.data())
def test_a_closed_part_has_no_aisle_that_stands_open(standing: Standing, data: st.DataObject) -> None:
    block, positions, locked = standing
    found = some_plan(data, standing, Action.CLOSE)
    if found is None:
        return
    segment = part_of(block, found.told.number, locked)
    assert found.told.number not in block.aisles
    widths = block.gaps_mm(found.target_mm)
    assert {widths[gap] for gap in segment.gaps if gap in block.aisles} <= {block.clearance_mm}


@given(standings(), st.data())
def test_a_jog_moves_one_carriage_and_keeps_its_clearance(standing: Standing, data: st.DataObject) -> None:
    block, positions, locked = standing
    found = some_plan(data, standing, Action.JOG)
    if found is None:
        return
    wanted = found.wanted
    assert found.carriages == (wanted.number,)
    moved_mm = found.target_mm[wanted.number - 1] - positions[wanted.number - 1]
    assert found.told.jog_mm == moved_mm
    assert 0 < abs(moved_mm) <= abs(wanted.jog_mm) <= 50
    assert (moved_mm > 0) is (wanted.jog_mm > 0)
    assert min(block.gaps_mm(found.target_mm)[gap] for gap in found.narrows) >= block.clearance_mm
    assert found.changes == {wanted.number - 1, wanted.number}


@given(standings(), st.data())
def test_locking_and_unlocking_move_nothing(standing: Standing, data: st.DataObject) -> None:
    block, positions, locked = standing
    found = some_plan(data, standing, Action.LOCK, Action.UNLOCK)
    if found is None:
        return
    wanted = found.wanted
    assert (wanted.number in locked) is (wanted.action is Action.UNLOCK)
    assert (found.target_mm, found.carriages, found.narrows) == (positions, (), ())
    assert bool(found.changes) is (wanted.action is Action.UNLOCK)
    assert found.expected_s(identity_of(block), block.motion) == 0.0


@given(standings(), st.data())
def test_carriages_on_one_side_of_a_locked_one_never_move_for_the_other(standing: Standing, data: st.DataObject) -> None:
    block, positions, locked = standing
    mobile = [unit.number for unit in block.carriages if unit.is_mobile]
    assume(mobile)
    number = data.draw(st.sampled_from(mobile))
    found = some_plan(data, (block, positions, locked | {number}))
    if found is None:
        return
    assert found.target_mm[number - 1] == positions[number - 1]
    assert all(moved < number for moved in found.carriages) or all(moved > number for moved in found.carriages)


# -- openings


def test_the_carriage_next_to_the_open_aisle_moves_first() -> None:
    up = planned(BLOCK, BLOCK.positions_mm((0,)), opening(3))
    down = planned(BLOCK, BLOCK.positions_mm((5,)), opening(2))
    assert (up.carriages, up.narrows, up.told.closes) == ((1, 2, 3), (0,), 0)
    assert (down.carriages, down.narrows, down.told.closes) == ((5, 4, 3), (5,), 5)
    assert up.changes == set(changed_aisles(3, 0))


def test_an_interrupted_opening_names_the_widest_gap_that_narrows() -> None:
    halfway = partway(planned(BLOCK, BLOCK.positions_mm((0,)), opening(3)), 52)
    again = planned(BLOCK, halfway, opening(3))
    assert (again.told.closes, again.narrows, again.carriages) == (None, (0,), (1, 2, 3))
    back = planned(BLOCK, halfway, opening(0))
    assert (back.told.closes, back.narrows, back.carriages) == (None, (3,), (3, 2, 1))


def test_two_half_open_aisles_that_would_both_close_must_both_be_clear() -> None:
    halfway = partway(planned(BLOCK, BLOCK.positions_mm((0,)), opening(3)), 50)
    found = planned(BLOCK, halfway, opening(5))
    assert (found.narrows, found.told) == ((0, 3), Instruction(Action.OPEN, 5))
    assert planned(BLOCK, halfway, opening(3)).narrows == (0,)
    widths = BLOCK.gaps_mm(halfway)
    assert found.carriages[0] in (1, 3, 4), "one beside the widest gap that narrows moves first"
    assert widths[3] >= widths[0]


def test_where_nobody_could_stand_the_widest_gap_that_narrows_is_named() -> None:
    spread = planned(BLOCK, BLOCK.positions_mm((0,)), Wanted(Action.VENTILATE, 0)).target_mm
    assert set(BLOCK.gaps_mm(spread)) == {135, 140}
    assert planned(BLOCK, spread, opening(3)).narrows == (6,)


def test_an_aisle_that_cannot_be_entered_stands_open_or_is_outside_has_no_plan() -> None:
    block = block_of(4, fixed=(1, 2), end_aisles=(False, True), open_aisles=(4,))
    positions = block.positions_mm(block.open_aisles)
    assert "has no aisle 0" in refused(block, positions, opening(0))
    assert "is open already" in refused(block, positions, opening(1))
    assert "is open already" in refused(block, positions, opening(4))
    assert "has no aisle 9" in refused(block, positions, opening(9))
    for action in Action:
        assert target_positions(block, positions, Instruction(action, 1), frozenset({3})) == positions
    assert narrowing_gaps(block, positions, positions) == ()


def test_locked_carriages_leave_an_aisle_what_is_on_their_side() -> None:
    positions = BLOCK.positions_mm((0,))
    assert "cannot open: locked carriages leave it 25 mm" in refused(BLOCK, positions, opening(4), frozenset({3}))
    assert "leave it 25 mm" in refused(BLOCK, positions, opening(3), frozenset({3, 4}))
    on_this_side = planned(BLOCK, positions, opening(2), frozenset({3}))
    assert (on_this_side.carriages, on_this_side.narrows) == ((1, 2), (0,))
    assert on_this_side.locked == {3}


# -- close and ventilate


def test_a_part_closes_towards_the_end_without_an_entrance() -> None:
    positions = SHUT.positions_mm((1,))
    found = planned(SHUT, positions, Wanted(Action.CLOSE, 1))
    assert found.told == Instruction(Action.CLOSE, 4, 1)
    assert (found.narrows, found.carriages) == ((1,), (2, 3, 4))
    assert open_gaps(SHUT, found.target_mm) == ()
    assert "stand so already" in refused(SHUT, found.target_mm, Wanted(Action.CLOSE, 2))
    back = planned(SHUT, found.target_mm, opening(2))
    assert (back.told, back.narrows) == (Instruction(Action.OPEN, 2), (4,)), "the shut end is no aisle that CLOSES names"


def test_the_nearer_of_two_ends_without_an_entrance_is_taken() -> None:
    block = block_of(5, end_aisles=(False, False), open_aisles=(3,))
    positions = block.positions_mm((3,))
    assert planned(block, positions, Wanted(Action.CLOSE, 1)).told.number == 0
    assert planned(block, positions, Wanted(Action.CLOSE, 4)).told.number == 5
    assert planned(block, positions, Wanted(Action.CLOSE, 0)).told.number == 0


@pytest.mark.parametrize("action", [Action.CLOSE, Action.VENTILATE])
def test_where_nothing_can_move_nothing_closes_or_spreads(action: Action) -> None:
    positions = SHUT.positions_mm((1,))
    assert "has no aisle 0" in refused(SHUT, positions, Wanted(action, 0))
    assert "No carriage beside aisle 1" in refused(SHUT, positions, Wanted(action, 1), frozenset({2}))


def test_a_part_that_people_can_enter_everywhere_does_not_close() -> None:
    assert "so one stays open" in refused(BLOCK, BLOCK.positions_mm((0,)), Wanted(Action.CLOSE, 3))
    locked = frozenset({3})
    assert "so one stays open" in refused(SHUT, SHUT.positions_mm((1,)), Wanted(Action.CLOSE, 2), locked)


def test_ventilation_tells_which_aisle_is_open_unless_it_is_the_one_named() -> None:
    positions = SHUT.positions_mm((1,))
    assert planned(SHUT, positions, Wanted(Action.VENTILATE, 3)).told == Instruction(Action.VENTILATE, 3, 1)
    found = planned(SHUT, positions, Wanted(Action.VENTILATE, 1))
    assert (found.told, found.narrows) == (Instruction(Action.VENTILATE, 1), (1,))
    assert SHUT.gaps_mm(found.target_mm) == (0, 218, 218, 218, 221)
    assert "stand so already" in refused(SHUT, found.target_mm, Wanted(Action.VENTILATE, 2))
    assert planned(SHUT, found.target_mm, opening(3)).narrows == (1, 2, 4)


def test_the_way_of_each_carriage_is_known_while_it_moves() -> None:
    positions = SHUT.positions_mm((2,))
    told = Instruction(Action.VENTILATE, 2)
    assert ways_of(SHUT, positions, told) == {2: 1, 3: -1, 4: -1}
    assert ways_of(SHUT, positions, Instruction(Action.JOG, 3, jog_mm=-20)) == {3: -1}
    assert ways_of(SHUT, positions, Instruction(Action.LOCK, 3)) == {}


# -- jog, lock, unlock


@pytest.mark.parametrize("jog_mm", [0, 51, -51, 5000])
def test_a_step_is_at_most_50_mm(jog_mm: int) -> None:
    text = refused(BLOCK, BLOCK.positions_mm((0,)), Wanted(Action.JOG, 1, jog_mm))
    assert text == "A carriage is jogged by 1 to 50 mm at a time."


def test_a_held_jog_goes_at_most_as_far_as_the_gap_has() -> None:
    positions = BLOCK.positions_mm((0,))
    found = planned(BLOCK, positions, Wanted(Action.JOG, 1, -2000, is_held=True))
    assert (found.told.jog_mm, found.narrows) == (-775, (0,))
    assert found.changes == {0, 1}
    assert found.expected_s(identity_of(BLOCK), BLOCK.motion) == 1.0 + 775 / 40
    too_far = refused(BLOCK, positions, Wanted(Action.JOG, 1, -2001, is_held=True))
    assert too_far == "A carriage is jogged by 1 to 2000 mm at a time."


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(Action.JOG, 1, 50), "has no way to go"),
        (Wanted(Action.JOG, 0, 50), "has no carriage 0"),
        (Wanted(Action.LOCK, 7), "has no carriage 7"),
        (Wanted(Action.JOG, 3, -50), "Carriage 3 of block 1 is locked"),
        (Wanted(Action.LOCK, 3), "is locked"),
        (Wanted(Action.UNLOCK, 1), "is not locked"),
    ],
)
def test_what_cannot_be_done_to_a_carriage_is_refused(wanted: Wanted, words: str) -> None:
    assert words in refused(BLOCK, BLOCK.positions_mm((0,)), wanted, frozenset({3}))


@pytest.mark.parametrize("action", [Action.JOG, Action.LOCK, Action.UNLOCK])
def test_a_fixed_carriage_is_left_alone(action: Action) -> None:
    assert "Carriage 1 of block 1 is fixed" in refused(SHUT, SHUT.positions_mm((1,)), Wanted(action, 1, 20))


def test_somebody_beside_a_carriage_forbids_unlocking_it_and_not_locking_it() -> None:
    status = replace(status_of(BLOCK), occupied_aisles=frozenset({2}), locked_carriages=frozenset({3}))
    unlocking = allowed_plan(BLOCK, status, Wanted(Action.UNLOCK, 3))
    assert isinstance(unlocking, Message)
    assert "Somebody is in aisle 2" in unlocking.english()
    assert isinstance(allowed_plan(BLOCK, status, Wanted(Action.LOCK, 2)), Plan)


# -- comparing and timing


def test_a_plan_is_like_another_only_if_it_is_the_same_from_the_same_places() -> None:
    positions = BLOCK.positions_mm((0,))
    first = planned(BLOCK, positions, opening(3))
    near, far = (tuple(p - off if n == 0 else p for n, p in enumerate(positions)) for off in (5, 6))
    assert first.is_like(planned(BLOCK, near, opening(3)))
    assert not first.is_like(planned(BLOCK, far, opening(3)))
    assert not first.is_like(planned(BLOCK, positions, opening(2)))
    assert not first.is_like(planned(BLOCK, positions, opening(3), frozenset({5})))
    halfway = partway(first, 50)
    jogs = [planned(BLOCK, halfway, Wanted(Action.JOG, 1, way)) for way in (-20, -30)]
    assert not jogs[0].is_like(jogs[1])


def test_times_follow_from_distance_speed_and_number() -> None:
    found = planned(BLOCK, BLOCK.positions_mm((0,)), opening(3))
    assert found.expected_s(identity_of(BLOCK), BLOCK.motion) == 1.0 + 775 / 40 + 2 * 0.5
    assert found.expected_s(replace(identity_of(BLOCK), speed_mm_s=0), BLOCK.motion) > 700
    assert deadline_s(10.0) == 18.0
    assert deadline_s(1000.0) == 60.0
    assert deadline_s(0.0) == 3.0
