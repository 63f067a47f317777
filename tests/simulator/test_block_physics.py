"""Whatever is asked of the steel: order, gap sums, fixed carriages and speed limits hold, and people can be hit."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shelving_master import track

from hardware_sim.block import BODY_MM, Block
from hardware_sim.layout import BlockLayout, CarriageFacts
from hardware_sim.mechanics import Mechanics
from hardware_sim.motions import Stretch, changed_aisles


@st.composite
def layouts(draw: st.DrawFn) -> BlockLayout:
    """Blocks of 1 to 12 carriages, some fixed, of various depths."""
    is_fixed = draw(st.lists(st.booleans(), min_size=1, max_size=12))
    depths = draw(st.lists(st.integers(300, 1200), min_size=len(is_fixed), max_size=len(is_fixed)))
    carriages = tuple(
        CarriageFacts(number, fixed, depth) for number, (fixed, depth) in enumerate(zip(is_fixed, depths, strict=True), 1)
    )
    ends = (not is_fixed[0], not is_fixed[-1])
    bare = BlockLayout(1, "Block", 800, 25, ends, (), carriages)
    openings = tuple(draw(st.integers(segment.first, segment.last)) for segment in bare.segments if segment.has_mobile)
    return BlockLayout(1, "Block", 800, 25, ends, openings, carriages)


mechanics = st.builds(
    Mechanics,
    speed_mm_s=st.floats(5, 500),
    acceleration_mm_s2=st.floats(5, 200),
    stop_deceleration_mm_s2=st.just(200.0),
    stagger_s=st.floats(0, 3),
    is_sequential=st.booleans(),
)
acts = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["gather", "spread", "lock", "unlock"]), st.integers(0, 12)),
        st.tuples(st.sampled_from(["jog up", "jog down"]), st.integers(0, 12)),
        st.tuples(st.just("stop"), st.just(0)),
        st.tuples(st.just("step"), st.integers(1, 150)),
    ),
    max_size=25,
)


def _do(block: Block, act: str, value: int) -> None:
    """One act of the steel; what a block that moves, or that carriage, cannot do is left."""
    if act == "stop":
        block.stop()
    elif act == "step" or not block.is_still or value > block.layout.carriage_count:
        return
    elif act == "gather":
        block.open_aisle(value)
    elif act == "spread":
        block.run(block.stretch(value).spreading())
    elif act == "unlock":
        block.set_locked(value, False)
    elif block.can_move(value):
        if act == "lock":
            block.set_locked(value, True)
        else:
            block.run(block.jogging(value, 137 if act == "jog up" else -137))


@settings(deadline=None)
@given(layouts(), mechanics, acts, st.sampled_from([0.001, 0.02, 0.3]))
def test_order_gap_sums_immovable_carriages_and_speed_limit_hold(
    layout: BlockLayout, rates: Mechanics, todo: list[tuple[str, int]], dt_s: float
) -> None:
    block = Block(layout, rates)
    least = [layout.closed_gap_mm(gap) for gap in range(layout.carriage_count + 1)]
    for act, value in todo:
        _do(block, act, value)
        segments = layout.segments_parted_by(block.locked)
        sums = [_spare(block, segment.first, segment.last) for segment in segments]
        for _ in range(value if act == "step" else 1):
            before = [carriage.position for carriage in block.carriages]
            block.step(dt_s)
            for carriage, was in zip(block.carriages, before, strict=True):
                assert abs(carriage.position - was) <= rates.speed_mm_s * dt_s + 1e-6
                assert abs(carriage.speed) <= rates.speed_mm_s + 1e-6
                assert block.can_move(carriage.number) or carriage.position == was
            for gap, width in enumerate(block.gaps_mm()):
                assert width >= least[gap] - 1e-6
            for segment, whole in zip(segments, sums, strict=True):
                assert _spare(block, segment.first, segment.last) == pytest.approx(whole, abs=1e-6)


def _spare(block: Block, first: int, last: int) -> float:
    return sum(block.gap(gap) for gap in range(first, last + 1))


@settings(deadline=None)
@given(layouts(), mechanics, st.integers(0, 12), st.integers(0, 400))
def test_an_aisle_opens_from_wherever_the_carriages_were_stopped(
    layout: BlockLayout, rates: Mechanics, aisle: int, stopped_after: int
) -> None:
    aisle = min(aisle, layout.carriage_count)
    segment = layout.segment_of(aisle)
    block = Block(layout, rates)
    block.open_aisle(segment.first)
    for _ in range(stopped_after):
        block.step(0.05)
    block.stop()
    block.step(10.0)
    assert block.is_still
    block.open_aisle(aisle)
    block.step(100_000.0)
    assert block.is_still
    expected = [layout.closed_gap_mm(gap) for gap in range(segment.first, segment.last + 1)]
    if segment.has_mobile:
        expected[aisle - segment.first] = layout.aisle_mm
    assert [block.gap(gap) for gap in range(segment.first, segment.last + 1)] == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(layouts(), acts, st.integers(0, 12))
def test_spare_width_is_spread_evenly_and_the_rest_goes_to_the_last_gap(
    layout: BlockLayout, todo: list[tuple[str, int]], gap: int
) -> None:
    block = Block(layout)
    for act, value in todo:
        _do(block, act, value)
        block.step(1.0)
    block.stop()
    block.step(10.0)
    segment = block.segment_of(min(gap, layout.carriage_count))
    whole = _spare(block, segment.first, segment.last)
    block.run(block.stretch(segment.first).spreading())
    block.step(100_000.0)
    *others, last = [block.gap(number) for number in range(segment.first, segment.last + 1)]
    assert sum(others) + last == pytest.approx(whole, abs=1e-6)
    for other in others:
        assert other == pytest.approx(others[0], abs=1e-6)
        assert -1e-5 <= last - other < len(others) + 1 + 1e-5
    assert block.stretch(segment.first).spreading() == ()


@settings(deadline=None)
@given(layouts(), acts, st.integers(1, 12), st.integers(-2000, 2000))
def test_a_jog_moves_one_carriage_by_its_distance_or_to_one_clearance(
    layout: BlockLayout, todo: list[tuple[str, int]], number: int, displacement_mm: int
) -> None:
    block = Block(layout)
    for act, value in todo:
        _do(block, act, value)
        block.step(1.0)
    block.stop()
    block.step(10.0)
    mobile = [one for one in range(1, layout.carriage_count + 1) if block.can_move(one)]
    assume(mobile)
    number = mobile[number % len(mobile)]
    before = [carriage.position for carriage in block.carriages]
    block.run(block.jogging(number, displacement_mm))
    block.step(100_000.0)
    moved = [carriage.position - was for carriage, was in zip(block.carriages, before, strict=True)]
    way = moved.pop(number - 1)
    assert not any(moved)
    assert way * displacement_mm >= 0
    if abs(way - displacement_mm) > 1e-6:
        assert abs(way) < abs(displacement_mm)
        assert block.gap(number if displacement_mm > 0 else number - 1) == pytest.approx(25, abs=1e-5)


def test_steel_that_was_pressed_together_is_never_planned_across() -> None:
    block = Block(track(4, open_aisles=(0,)))
    block.open_aisle(4)
    block.step(1.5)
    block.jammed.add(1)
    block.step(10.0)
    block.stop()
    block.free(1)
    for locked in (1, 3):
        block.set_locked(locked, True)
    assert block.stretch(1).gaps_mm < 2 * 25, "less than a clearance each"
    for action in (Stretch.spreading, lambda stretch: stretch.gathering(1), lambda stretch: stretch.gathering(2)):
        block.run(action(block.stretch(1)))
        block.step(100.0)
        assert [block.gap(1), block.gap(2)] == pytest.approx([block.stretch(1).gaps_mm / 2] * 2)
    assert block.jogging(2, 100) == block.jogging(2, -100) == ()


@pytest.mark.parametrize("opened", [0, 2, 5])
def test_who_stands_ahead_starts_first_when_the_width_is_spread(opened: int) -> None:
    block = Block(track(5, open_aisles=(opened,)))
    plan = block.stretch(0).spreading()
    assert [move.carriage for move in plan] == [*range(opened + 1, 6), *range(opened, 0, -1)]


def test_a_lock_is_refused_while_something_moves() -> None:
    block = Block(track())
    block.open_aisle(1)
    with pytest.raises(ValueError, match="moving"):
        block.set_locked(4, True)
    assert block.locked == frozenset()


@given(st.lists(st.floats(0.001, 7.0), min_size=1, max_size=30), st.booleans())
def test_a_position_does_not_depend_on_how_time_was_cut(cuts: list[float], is_sequential: bool) -> None:
    rates = Mechanics(is_sequential=is_sequential)
    whole, cut = Block(track(), rates), Block(track(), rates)
    whole.open_aisle(6)
    cut.open_aisle(6)
    for dt_s in cuts:
        cut.step(dt_s)
    whole.step(sum(cuts))
    assert [c.position for c in cut.carriages] == pytest.approx([c.position for c in whole.carriages], abs=1e-6)


def _time_to_stand(block: Block) -> float:
    elapsed = 0.0
    while not block.is_still:
        block.step(0.001)
        elapsed += 0.001
    return elapsed


def test_one_carriage_takes_distance_over_speed_and_one_ramp() -> None:
    block = Block(track())
    block.open_aisle(1)
    assert _time_to_stand(block) == pytest.approx(775 / 40 + 1.0, abs=0.002)


@pytest.mark.parametrize(
    ("rates", "expected_s"),
    [
        (Mechanics(stagger_s=0.0), 20.375),
        (Mechanics(stagger_s=0.5), 20.375 + 2 * 0.5),
        (Mechanics(is_sequential=True), 3 * 20.375),
    ],
)
def test_followers_start_at_once_staggered_or_in_turn(rates: Mechanics, expected_s: float) -> None:
    block = Block(track(), rates)
    block.open_aisle(3)
    assert _time_to_stand(block) == pytest.approx(expected_s, abs=0.002)


@pytest.mark.parametrize(("opened", "aisle", "order"), [(0, 3, [1, 2, 3]), (6, 3, [6, 5, 4]), (3, 6, [4, 5, 6])])
def test_the_carriage_next_to_the_open_gap_starts_first(opened: int, aisle: int, order: list[int]) -> None:
    block = Block(track(open_aisles=(opened,)))
    block.open_aisle(aisle)
    started: list[int] = []
    while len(started) < len(order):
        block.step(0.01)
        started += [carriage.number for carriage in block.carriages if carriage.speed and carriage.number not in started]
    assert started == order


def test_a_short_way_never_reaches_full_speed() -> None:
    assert Mechanics().travel_s(10.0) == pytest.approx(2 * (10 / 40) ** 0.5)
    assert max(abs(speed) for _, speed, _ in Mechanics().phases(-10.0, 0.0)) == pytest.approx((10 * 40) ** 0.5)


def test_a_stop_takes_v_squared_over_two_decelerations() -> None:
    block = Block(track())
    block.open_aisle(1)
    block.step(5.0)
    before = block.carriages[0].position
    block.stop()
    assert _time_to_stand(block) == pytest.approx(40 / 200, abs=0.002)
    assert before - block.carriages[0].position == pytest.approx(40**2 / 400)


def test_a_carriage_that_waits_for_its_turn_never_starts_after_a_stop() -> None:
    block = Block(track())
    block.open_aisle(3)
    block.step(0.2)
    third = block.carriages[2].position
    block.stop()
    block.step(60.0)
    assert block.carriages[2].position == third


def test_an_opening_is_refused_while_something_moves() -> None:
    block = Block(track())
    block.open_aisle(1)
    with pytest.raises(ValueError, match="moving"):
        block.open_aisle(2)


def _changed(block: Block, aisle: int) -> frozenset[int]:
    return changed_aisles(block.stretch(aisle).gathering(aisle))


def test_changed_aisles_are_the_two_and_all_between() -> None:
    assert _changed(Block(track(open_aisles=(4,))), 1) == {1, 2, 3, 4}
    assert _changed(Block(track(open_aisles=(1,))), 2) == {1, 2}
    assert _changed(Block(track(7, fixed=(4,), open_aisles=(0, 4))), 6) == {4, 5, 6}


@pytest.mark.parametrize(
    ("off_mm", "moved"), [(0.5, frozenset({1, 2})), (-0.5, frozenset({1, 2})), (0.75, frozenset({1, 2, 3}))]
)
def test_who_is_told_at_its_place_is_not_moved_for_a_fraction_of_a_millimetre(off_mm: float, moved: frozenset[int]) -> None:
    block = Block(track(open_aisles=(1,)))
    block.carriages[2].position += off_mm
    assert _changed(block, 2) == moved


def test_a_person_in_an_aisle_that_closes_is_hit_once_and_presses_the_edge() -> None:
    block = Block(track())
    person = block.let_in("Ada", 0)
    block.open_aisle(1)
    while block.gap(0) > BODY_MM + 5:
        block.step(0.02)
    assert (block.hits, block.is_edge_pressed()) == (0, False)
    block.step(1.0)
    assert (block.hits, person.is_hit, block.is_edge_pressed()) == (1, True, True)
    block.step(1.0)
    assert block.hits == 1
    assert person.shifted_mm > 500


def test_nobody_walks_into_a_closed_aisle_or_twice_into_one() -> None:
    block = Block(track(end_aisles=(True, False)))
    block.let_in("Ada", 0)
    with pytest.raises(ValueError, match="Ada is in aisle 0 already"):
        block.let_in("Ada", 0)
    with pytest.raises(ValueError, match="25 mm wide"):
        block.let_in("Bob", 2)
    with pytest.raises(ValueError, match="cannot be entered"):
        block.let_in("Bob", 6)
    block.let_out("Ada")
    with pytest.raises(ValueError, match="Ada is in no aisle"):
        block.let_out("Ada")


def test_a_jammed_carriage_stays_its_follower_stands_where_they_touch_and_both_run_on() -> None:
    block = Block(track(), Mechanics(stagger_s=0.0))
    block.open_aisle(2)
    block.step(3.0)
    block.jammed.add(1)
    block.step(0.02)
    where = block.carriages[0].position
    for _ in range(100):
        block.step(0.02)
    assert block.carriages[0].position == where
    assert block.gap(1) == pytest.approx(0.0, abs=1e-9)
    assert block.is_overloaded()
    block.free(1)
    assert not block.is_overloaded()
    block.step(60.0)
    assert block.gap(2) == pytest.approx(800)


def test_an_encoder_that_lies_beyond_its_neighbour_is_impossible() -> None:
    block = Block(track())
    block.encoder_offsets[3] = 10
    assert not block.is_measured_impossible()
    assert block.positions_mm()[2] == round(block.carriages[2].position) + 10
    block.encoder_offsets[3] = 40
    assert block.is_measured_impossible()


@pytest.mark.parametrize("name", ["speed", "gap_mm", "emergency_stop"])
def test_a_typing_error_cannot_add_a_member(name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(Block(track()), name, 1)


def test_rates_that_would_let_carriages_collide_are_refused() -> None:
    with pytest.raises(ValueError, match="brake at least as hard"):
        Mechanics(acceleration_mm_s2=300)
    with pytest.raises(ValueError, match="above 0"):
        Mechanics(speed_mm_s=0)
