"""The bounds of plans and gaps, to the millimetre: what is open, what has room for a person, what cannot be true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from statuses import identity_of, opening
from supervised_room import block_of

from archroom.core.gaps import (
    Positions,
    carriages_between,
    changed_aisles,
    closing_aisle,
    impossibility,
    is_roomy,
    narrowing_gaps,
    open_gaps,
    shut_gaps,
    target_positions,
    ways_of,
    width_if_open,
)
from archroom.core.rooms import Block, MotionPolicy
from archroom.core.shelving import Action, Instruction, Wanted
from archroom.core.supervisor.plans import Plan, deadline_s, plan
from archroom.errors import Message

BLOCK = block_of()
SHUT = block_of(4, fixed=(1,), end_aisles=(False, False), open_aisles=(1,))
MIXED = block_of(5, fixed=(3,), open_aisles=(0, 5))


def standing(block: Block, *widths_mm: int) -> Positions:
    """The positions at which the gaps before the carriages are so wide."""
    found, edge_mm = [], 0
    for carriage, width_mm in zip(block.carriages, widths_mm, strict=True):
        found.append(edge_mm + width_mm)
        edge_mm = found[-1] + carriage.depth_mm
    return tuple(found)


def planned(positions_mm: Positions, wanted: Wanted, locked: frozenset[int] = frozenset(), block: Block = BLOCK) -> Plan:
    found = plan(block, positions_mm, wanted, locked)
    assert isinstance(found, Plan), found
    return found


def refused(positions_mm: Positions, wanted: Wanted, locked: frozenset[int] = frozenset(), block: Block = BLOCK) -> str:
    found = plan(block, positions_mm, wanted, locked)
    assert isinstance(found, Message)
    return found.english()


# -- gaps


@pytest.mark.parametrize(("width_mm", "is_open"), [(779, False), (780, True), (800, True), (900, True)])
def test_an_aisle_is_open_if_it_is_at_most_20_mm_narrower(width_mm: int, is_open: bool) -> None:
    assert open_gaps(BLOCK, standing(BLOCK, width_mm, 25, 25, 25, 25, 25)) == ((0,) if is_open else ())


@pytest.mark.parametrize(("clearance_mm", "most_mm"), [(25, 150), (150, 150), (151, 151), (200, 200)])
def test_a_person_has_room_in_more_than_150_mm_and_never_in_a_closed_gap(clearance_mm: int, most_mm: int) -> None:
    block = replace(BLOCK, clearance_mm=clearance_mm)
    assert not is_roomy(block, most_mm)
    assert is_roomy(block, most_mm + 1)


@pytest.mark.parametrize(("width_mm", "is_true"), [(20, True), (19, False)])
@pytest.mark.parametrize("gap", [0, 2])
def test_a_gap_may_be_5_mm_narrower_than_its_clearance(gap: int, width_mm: int, is_true: bool) -> None:
    widths = [300, 300, 300, 25, 25, 25]
    widths[gap] = width_mm
    found = impossibility(BLOCK, standing(BLOCK, *widths))
    assert (found is None) is is_true
    if found is not None:
        assert found.english() == f"Gap {gap} of block 1 is 19 mm wide: swapped or wrong positions."


@pytest.mark.parametrize(("width_mm", "is_true"), [(-5, True), (-6, False)])
def test_a_gap_that_has_no_width_may_seem_5_mm_less(width_mm: int, is_true: bool) -> None:
    found = impossibility(SHUT, standing(SHUT, width_mm, 800, 25, 25))
    assert (found is None) is is_true
    assert found is None or found.english().startswith("Gap 0 of block 1 is -6 mm wide")


@pytest.mark.parametrize(("off_mm", "is_true"), [(5, True), (-5, True), (6, False), (-6, False)])
def test_a_fixed_carriage_may_seem_5_mm_off(off_mm: int, is_true: bool) -> None:
    home = standing(MIXED, 300, 300, 250, 300, 300)
    found = impossibility(MIXED, (home[0], home[1], home[2] + off_mm, *home[3:]))
    assert (found is None) is is_true
    assert found is None or found.english() == "Fixed carriage 3 of block 1 is reported 6 mm off its place."


def test_which_aisle_closes_is_told_of_the_same_part_alone() -> None:
    both = MIXED.positions_mm((0, 5))
    assert closing_aisle(MIXED, both, 1) == 0
    assert closing_aisle(MIXED, both, 4) == 5
    assert closing_aisle(MIXED, both, 0) is None
    assert closing_aisle(MIXED, both, 1, frozenset({1})) is None
    assert closing_aisle(MIXED, both, 6) is None


def test_widths_and_ends() -> None:
    both = MIXED.positions_mm((0, 5))
    assert [width_if_open(MIXED, both, gap) for gap in range(6)] == [800] * 6
    assert width_if_open(MIXED, both, 1, frozenset({2})) == 800
    assert width_if_open(MIXED, both, 2, frozenset({2})) == 25, "nothing moves there"
    assert width_if_open(SHUT, SHUT.positions_mm((1,)), 0) == 0
    segments = SHUT.segments
    assert [shut_gaps(SHUT, segment) for segment in segments] == [(4,)]
    assert [shut_gaps(MIXED, segment) for segment in MIXED.segments] == [(), ()]


def test_where_carriages_will_stand() -> None:
    both = MIXED.positions_mm((0, 5))
    assert target_positions(MIXED, both, Instruction(Action.OPEN, 1, 0)) == (25, *both[1:])
    assert target_positions(MIXED, both, Instruction(Action.OPEN, 4, 5)) == (*both[:4], both[4] + 775)
    spread = target_positions(MIXED, both, Instruction(Action.VENTILATE, 0))
    assert MIXED.gaps_mm(spread) == (283, 283, 284, 25, 25, 800)
    assert target_positions(MIXED, both, Instruction(Action.OPEN, 9)) == both
    assert target_positions(MIXED, both, Instruction(Action.LOCK, 1)) == both
    jogged = target_positions(MIXED, both, Instruction(Action.JOG, 1, jog_mm=-30))
    assert jogged == (both[0] - 30, *both[1:])
    assert target_positions(MIXED, both, Instruction(Action.JOG, 1, jog_mm=30)) == both, "no way beyond its clearance"
    assert target_positions(MIXED, both, Instruction(Action.JOG, 5, jog_mm=900)) == (*both[:4], both[4] + 775)
    squeezed = standing(MIXED, 810, 15, 25, 25, 25)
    assert target_positions(MIXED, squeezed, Instruction(Action.JOG, 1, jog_mm=30)) == squeezed, "and never back"


def test_which_gaps_narrow() -> None:
    start = standing(BLOCK, 150, 151, 174, 150, 100, 125)
    assert narrowing_gaps(BLOCK, start, standing(BLOCK, 149, 150, 176, 150, 100, 125)) == (1,)
    assert narrowing_gaps(BLOCK, start, standing(BLOCK, 149, 152, 174, 149, 100, 126)) == (0,), "the first of the widest"
    assert narrowing_gaps(BLOCK, start, standing(BLOCK, 150, 151, 174, 150, 99, 126)) == (4,)
    assert narrowing_gaps(BLOCK, start, start) == ()


def test_a_jog_of_a_single_millimetre_goes_the_way_that_was_asked_for() -> None:
    spread = target_positions(BLOCK, BLOCK.positions_mm((0,)), Instruction(Action.VENTILATE, 0))
    for jog_mm in (1, -1):
        target = target_positions(BLOCK, spread, Instruction(Action.JOG, 3, jog_mm=jog_mm))
        assert target == (*spread[:2], spread[2] + jog_mm, *spread[3:])


def test_carriages_keep_to_where_a_fixed_one_was_built_though_it_is_reported_a_little_off() -> None:
    both = MIXED.positions_mm((0, 5))
    for off_mm in (-4, 4):
        reported = (*both[:2], both[2] + off_mm, *both[3:])
        spread_low = target_positions(MIXED, reported, Instruction(Action.VENTILATE, 0))
        assert spread_low[:2] == (283, 283 + 550 + 283)
        assert target_positions(MIXED, reported, Instruction(Action.OPEN, 3, 5))[3:] == MIXED.positions_mm((0, 3))[3:]


def test_which_way_carriages_go() -> None:
    positions = BLOCK.positions_mm((3,))
    assert ways_of(BLOCK, positions, Instruction(Action.OPEN, 1, 3)) == {2: 1, 3: 1}
    assert ways_of(BLOCK, positions, Instruction(Action.OPEN, 5, 3)) == {4: -1, 5: -1}
    assert (carriages_between(5, 3), carriages_between(1, 3), carriages_between(3, 3)) == ((4, 5), (3, 2), ())
    assert (list(changed_aisles(5, 3)), list(changed_aisles(3, 3))) == ([3, 4, 5], [3])


# -- plans


@pytest.mark.parametrize(("second_mm", "is_possible"), [(1355, True), (1354, False)])
def test_locked_carriages_must_leave_an_aisle_but_for_20_mm(second_mm: int, is_possible: bool) -> None:
    positions = (400, second_mm, *standing(BLOCK, 25, 25, 25, 425, 25, 275)[2:])
    found = plan(BLOCK, positions, opening(1), frozenset({2}))
    assert isinstance(found, Plan) is is_possible
    if isinstance(found, Message):
        assert found.english() == "Aisle 1 of block 1 cannot open: locked carriages leave it 779 mm."


@pytest.mark.parametrize(("off_mm", "is_so"), [(5, True), (6, False)])
@pytest.mark.parametrize(("wanted", "block"), [(Wanted(Action.VENTILATE, 1), BLOCK), (Wanted(Action.CLOSE, 2), SHUT)])
def test_carriages_within_5_mm_stand_so_already(wanted: Wanted, block: Block, off_mm: int, is_so: bool) -> None:
    there = planned(block.positions_mm(block.open_aisles), wanted, block=block).target_mm
    near = (*there[:1], there[1] + off_mm, *there[2:])
    found = plan(block, near, wanted)
    assert isinstance(found, Message) is is_so


@pytest.mark.parametrize("jog_mm", [-1, -50, -49])
def test_a_step_of_1_to_50_mm_is_possible(jog_mm: int) -> None:
    found = planned(BLOCK.positions_mm((0,)), Wanted(Action.JOG, 1, jog_mm))
    assert found.told == Instruction(Action.JOG, 1, jog_mm=jog_mm)
    assert (found.narrows, found.changes, found.carriages) == ((0,), frozenset({0, 1}), (1,))


def test_the_first_and_the_last_carriage_are_there_and_no_others() -> None:
    positions = BLOCK.positions_mm((6,))
    assert planned(positions, Wanted(Action.LOCK, 1)).told == Instruction(Action.LOCK, 1)
    assert planned(positions, Wanted(Action.LOCK, 6)).changes == frozenset()
    assert planned(positions, Wanted(Action.UNLOCK, 6), frozenset({6})).changes == {5, 6}
    assert "has no carriage 0" in refused(positions, Wanted(Action.LOCK, 0))
    assert "has no carriage 7" in refused(positions, Wanted(Action.LOCK, 7))


def test_the_carriage_beside_the_widest_gap_that_narrows_moves_first_on_either_side() -> None:
    positions = standing(BLOCK, 25, 25, 400, 25, 25, 425)
    found = planned(positions, opening(4))
    assert found.narrows == (2, 5)
    assert found.carriages == (5, 4, 3)


def test_carriages_on_both_sides_of_the_aisle_that_they_spread_into_move_in_turn_from_it() -> None:
    assert planned(BLOCK.positions_mm((3,)), Wanted(Action.VENTILATE, 3)).carriages == (3, 4, 2, 5, 1, 6)


@pytest.mark.parametrize(("speed_mm_s", "expected_s"), [(40, 22.375), (1, 778.0), (0, 778.0), (2, 390.5)])
def test_the_expected_time_is_of_the_longest_way(speed_mm_s: int, expected_s: float) -> None:
    identity = replace(identity_of(BLOCK), speed_mm_s=speed_mm_s, warning_ms=2000)
    assert planned(BLOCK.positions_mm((0,)), opening(3)).expected_s(identity, MotionPolicy.STAGGERED) == expected_s


@pytest.mark.parametrize(
    ("policy", "expected_s"),
    [(MotionPolicy.SEQUENTIAL, 62.125), (MotionPolicy.STAGGERED, 22.375), (MotionPolicy.GROUP, 21.375)],
)
def test_the_expected_time_goes_by_how_carriages_start(policy: MotionPolicy, expected_s: float) -> None:
    identity = replace(identity_of(BLOCK), speed_mm_s=40, warning_ms=2000)
    assert planned(BLOCK.positions_mm((0,)), opening(3)).expected_s(identity, policy) == expected_s
    assert planned(BLOCK.positions_mm((0,)), Wanted(Action.LOCK, 2)).expected_s(identity, policy) == 0.0


def test_a_motion_may_take_half_as_long_again_and_three_seconds_but_no_minute() -> None:
    assert [deadline_s(second) for second in (2.0, 38.0, 38.5)] == [6.0, 60.0, 60.0]
