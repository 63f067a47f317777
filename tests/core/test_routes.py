"""The planner's walks: shortest where that is claimed, never worse than the list, bounded from below, always the same.

All judged by `route_judge`, which knows nothing of the planner.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
import route_judge as judge
from hypothesis import given, settings
from hypothesis import strategies as st

from archroom.core.rooms import Face, MotionPolicy
from archroom.core.routes.errands import Errand, Goal, Route, serpentine, visits_as_listed
from archroom.core.routes.gaps import gap_moves
from archroom.core.routes.motion import Motion
from archroom.core.routes.planning import planned
from archroom.core.routes.stretches import Stretch
from archroom.core.routes.sweep import sweep


def motion_s(route: Route) -> float:
    """The time of all openings of a walk."""
    return sum(step.timed.opening_s for step in route.steps)


@given(
    st.integers(1, 12).flatmap(
        lambda aisles: st.tuples(
            st.just(aisles), st.integers(0, aisles - 1), st.lists(st.integers(0, aisles - 1), min_size=1, max_size=8)
        )
    ),
    st.sampled_from(judge.POLICIES),
)
@settings(max_examples=150, deadline=None)
def test_one_gap_is_as_short_as_any_order(case: tuple[int, int, list[int]], policy: MotionPolicy) -> None:
    aisles, start, wanted = case
    place = judge.stretch(aisles, [start], policy)
    errands = [judge.errand(number, aisle) for number, aisle in enumerate(wanted)]
    route = planned((place,), errands)
    # eight distinct aisles have 40,320 orders: tried for up to seven here, for eight below
    if len(set(wanted)) <= 7:
        assert motion_s(route) == pytest.approx(judge.shortest_motion_s(place, wanted))
    assert route.is_shortest
    assert judge.flaws(route, (place,), errands) == []


@pytest.mark.parametrize("policy", judge.POLICIES)
def test_one_gap_is_as_short_as_any_order_of_eight(policy: MotionPolicy) -> None:
    rng = Random(8)
    for _ in range(2):
        place = judge.stretch(20, [rng.randrange(20)], policy)
        errands = [judge.errand(number, aisle) for number, aisle in enumerate(rng.sample(range(20), 8))]
        route = planned((place,), errands)
        least = judge.shortest_motion_s(place, [errand.aisle for errand in errands])
        assert motion_s(route) == pytest.approx(least)


def test_the_judge_sees_an_order_that_is_not_shortest() -> None:
    place = judge.stretch(10, [4])
    assert judge.given_order_s(place, (0, 9, 5)) > judge.shortest_motion_s(place, (0, 5, 9)) + 1


@pytest.mark.parametrize("gaps", [2, 3])
@pytest.mark.parametrize("policy", judge.POLICIES)
def test_several_gaps_in_any_order_are_as_short_as_everything_tried(gaps: int, policy: MotionPolicy) -> None:
    rng = Random(gaps)
    for _ in range(25):
        place = judge.stretch(12, rng.sample(range(12), gaps), policy)
        errands = judge.random_errands(rng, 6, 12)
        route = planned((place,), errands)
        assert motion_s(route) == pytest.approx(judge.shortest_motion_s(place, [errand.aisle for errand in errands]))
        assert route.is_shortest
        assert judge.flaws(route, (place,), errands) == []


@pytest.mark.parametrize("gaps", [2, 3])
@pytest.mark.parametrize("policy", judge.POLICIES)
def test_several_gaps_in_the_given_order_are_as_good_as_the_offline_optimum(gaps: int, policy: MotionPolicy) -> None:
    rng = Random(40 + gaps)
    greedier = 0
    for _ in range(10):
        place = judge.stretch(21, rng.sample(range(21), gaps), policy)
        order = [rng.randrange(21) for _ in range(40)]
        moves = gap_moves(place, order)
        cost = moved_s(place, order, moves)
        assert cost == pytest.approx(judge.given_order_s(place, order))
        greedier += judge.nearest_gap_s(place, order) > 1.01 * cost
    assert greedier >= 8, "the judge must see the nearest gap fail"


def moved_s(place: Stretch, order: list[int], moves: tuple[int | None, ...]) -> float:
    """The cost of moves, each of a gap that stands where it is said to stand."""
    gaps, total = sorted(place.open_gaps), 0.0
    for aisle, gap in zip(order, moves, strict=True):
        if gap is None:
            assert aisle in gaps
            continue
        assert gap in gaps
        assert aisle not in gaps
        gaps.remove(gap)
        gaps.append(aisle)
        total += judge.opening_s(place.motion, abs(gap - aisle))
    return total


@pytest.mark.parametrize("policy", judge.POLICIES)
def test_orders_stay_together_at_the_least_cost(policy: MotionPolicy) -> None:
    rng = Random(5)
    for _ in range(40):
        place = judge.stretch(9, [rng.randrange(9)], policy)
        orders = {name: set(rng.sample(range(9), rng.randint(1, 3))) for name in "abcd"[: rng.randint(2, 4)]}
        errands = [
            judge.errand(number, aisle, order=name)
            for number, (name, aisle) in enumerate((name, aisle) for name in orders for aisle in sorted(orders[name]))
        ]
        route = planned((place,), errands)
        assert motion_s(route) == pytest.approx(judge.shortest_with_orders_s(place, orders))
        assert route.is_shortest
        assert judge.flaws(route, (place,), errands) == []
        assert parted_orders(route) == []


def parted_orders(route: Route) -> list[str]:
    """The orders that do not stay together."""
    names = [errand.order for step in route.steps for errand in step.errands if errand.order]
    runs = [name for before, name in pairwise(["", *names]) if name != before]
    return [name for name in sorted(set(runs)) if runs.count(name) > 1]


def test_the_check_sees_an_order_that_is_parted() -> None:
    place = judge.stretch(9, [0])
    errands = [judge.errand(0, 1, order="a"), judge.errand(1, 5, order="a"), judge.errand(2, 3)]
    route = planned((place,), errands)
    assert parted_orders(route) == []
    mixed = [replace(found, order=order) for found, order in zip(errands, ("a", "b", "a"), strict=True)]
    steps = tuple(replace(step, errands=(errand,)) for step, errand in zip(route.steps, mixed, strict=True))
    assert parted_orders(replace(route, steps=steps)) == ["a"]


@pytest.mark.parametrize("goal", list(Goal))
@pytest.mark.parametrize("has_dues", [False, True])
def test_waiting_and_due_times_on_one_gap_are_as_good_as_every_order_of_aisles(goal: Goal, has_dues: bool) -> None:
    rng = Random(6)
    for round_ in range(30):
        policy = judge.POLICIES[round_ % 3]
        place = judge.stretch(12, [rng.randrange(12)], policy)
        errands = judge.random_errands(rng, 6, 12)
        if has_dues:
            dues = (rng.choice((None, 40.0 * rng.randint(1, 8))) for _ in errands)
            errands = [replace(found, due_s=due) for found, due in zip(errands, dues, strict=True)]
        route = planned((place,), errands, goal)
        key = (lambda walk: walk) if goal is Goal.WAITING else (lambda walk: (walk[0], walk[2]))
        best = min(key(walk) for walk in judge.every_walk_s((place,), errands))
        effort = route.effort
        assert key((effort.lateness_s, effort.waiting_s, effort.total_s)) == pytest.approx(best)


def test_due_times_of_many_aisles_are_kept_where_the_list_misses_them() -> None:
    place = judge.stretch(40, [20])
    aisles = list(range(0, 40, 2))
    errands = [judge.errand(n, aisle, due_s=60.0 + 65.0 * (20 - n)) for n, aisle in enumerate(aisles)]
    route = planned((place,), errands)
    assert route.listed.lateness_s > 0
    assert route.effort.lateness_s == 0


def test_waiting_of_many_aisles_is_less_than_by_sweeping_and_than_as_listed() -> None:
    rng = Random(12)
    place = judge.stretch(40, [20], MotionPolicy.SEQUENTIAL)
    errands = judge.random_errands(rng, 60, 40)
    route = planned((place,), errands, Goal.WAITING)
    swept = planned((place,), errands)
    assert route.effort.waiting_s < route.listed.waiting_s
    assert route.effort.waiting_s <= swept.effort.waiting_s


def two_blocks(rng: Random, policy: MotionPolicy) -> tuple[Stretch, ...]:
    return tuple(judge.stretch(8, [rng.randrange(8)], policy, block) for block in (1, 2))


@pytest.mark.parametrize("policy", judge.POLICIES)
def test_the_next_block_opens_while_the_person_works(policy: MotionPolicy) -> None:
    rng = Random(2)
    shorter = 0
    for _ in range(25):
        stretches = two_blocks(rng, policy)
        errands = judge.random_errands(rng, 6, 8, blocks=2)
        route = planned(stretches, errands)
        behind = planned(stretches, errands, is_opening_ahead=False)
        best = min(length for _, _, length in judge.every_walk_s(stretches, errands))
        assert route.effort.total_s == pytest.approx(best)
        assert route.lower_bound_s <= best + 1e-6
        assert route.effort.total_s <= behind.effort.total_s + 1e-6
        assert judge.flaws(route, stretches, errands) == []
        shorter += route.effort.total_s < behind.effort.total_s - 1
    assert shorter >= 15


def test_opening_ahead_is_never_worse_and_bounded_on_long_lists_of_six_blocks() -> None:
    rng = Random(3)
    for round_ in range(12):
        policy = judge.POLICIES[round_ % 3]
        stretches = tuple(judge.stretch(13, [rng.randrange(13)], policy, block) for block in range(1, 7))
        errands = judge.random_errands(rng, rng.randint(10, 90), 13, blocks=6)
        route = planned(stretches, errands)
        behind = planned(stretches, errands, is_opening_ahead=False)
        assert route.lower_bound_s <= route.effort.total_s + 1e-6 <= behind.effort.total_s + 2e-6
        assert judge.flaws(route, stretches, errands) == []


@st.composite
def lists(draw: st.DrawFn) -> tuple[tuple[Stretch, ...], list[Errand], Goal]:
    """Any list: several blocks, several gaps, orders, due times, either goal."""
    blocks = draw(st.integers(1, 3))
    policy = draw(st.sampled_from(judge.POLICIES))
    aisles = draw(st.integers(2, 9))
    stretches = tuple(
        judge.stretch(aisles, draw(st.sets(st.integers(0, aisles - 1), min_size=1, max_size=2)), policy, block)
        for block in range(1, blocks + 1)
    )
    errands = [
        judge.errand(
            number,
            draw(st.integers(0, aisles - 1)),
            draw(st.integers(1, blocks)),
            draw(st.sampled_from(("", "", "a", "b"))),
            draw(st.sampled_from((None, None, 60.0, 200.0))),
        )
        for number in range(draw(st.integers(1, 9)))
    ]
    return stretches, errands, draw(st.sampled_from(Goal))


@given(lists())
@settings(max_examples=120, deadline=None)
def test_a_walk_is_whole_never_worse_than_the_list_and_the_same_again(
    case: tuple[tuple[Stretch, ...], list[Errand], Goal],
) -> None:
    stretches, errands, goal = case
    route = planned(stretches, errands, goal)
    assert judge.flaws(route, stretches, errands) == []
    assert parted_orders(route) == []
    assert worth(route, goal) <= worth(replace(route, effort=route.listed), goal)
    assert route.lower_bound_s <= route.effort.total_s + 1e-6
    assert planned(stretches, errands[::-1], goal) == route


def test_the_comparison_with_the_list_sees_a_walk_that_is_worse() -> None:
    place = judge.stretch(9, [0])
    route = planned((place,), [judge.errand(n, aisle) for n, aisle in enumerate((8, 1, 7))])
    swapped = replace(route, effort=route.listed, listed=route.effort)
    assert all(worth(swapped, goal) > worth(route, goal) for goal in Goal)


def worth(route: Route, goal: Goal) -> tuple[float, float, float]:
    """What is compared, rounded."""
    effort = route.effort
    waiting = effort.waiting_s if goal is Goal.WAITING else 0.0
    return round(effort.lateness_s, 6), round(waiting, 6), round(effort.total_s, 6)


def test_the_checker_of_walks_sees_each_flaw() -> None:
    place = judge.stretch(6, [0])
    errands = [judge.errand(0, 2), judge.errand(1, 4)]
    route = planned((place,), errands)
    first, second = route.steps
    assert judge.flaws(route, (place,), errands) == []
    assert judge.flaws(replace(route, steps=(first,)), (place,), errands)
    assert judge.flaws(replace(route, steps=(second, first)), (place,), errands)
    assert judge.flaws(replace(route, steps=(replace(first, closes=None), second)), (place,), errands)
    assert judge.flaws(replace(route, effort=replace(route.effort, total_s=1.0)), (place,), errands)
    swapped = (replace(first, errands=second.errands), replace(second, errands=first.errands))
    assert judge.flaws(replace(route, steps=swapped), (place,), errands)


def test_an_empty_list_is_an_empty_walk() -> None:
    route = planned((judge.stretch(3, [1]),), [])
    assert (route.steps, route.effort.total_s, route.is_shortest) == ((), 0.0, True)


def test_in_an_aisle_the_walk_goes_out_along_one_face_and_back_along_the_other() -> None:
    spots = [(Face.A, 1, 2), (Face.B, 3, 1), (Face.B, 1, 5), (Face.A, 4, 1), (Face.B, 1, 2), (Face.A, 4, 3)]
    errands = [Errand(number, 1, 1, face, bay, level) for number, (face, bay, level) in enumerate(spots)]
    walked = [(errand.face.value, errand.bay, errand.level) for errand in serpentine(errands)]
    assert walked == [("B", 1, 2), ("B", 1, 5), ("B", 3, 1), ("A", 4, 1), ("A", 4, 3), ("A", 1, 2)]


def test_the_list_as_it_stands_keeps_its_order_and_its_orders() -> None:
    errands = [judge.errand(0, 3), judge.errand(1, 5, order="a"), judge.errand(2, 3), judge.errand(3, 1, order="a")]
    walk = visits_as_listed((judge.stretch(6, [0]),), errands[::-1])
    assert [(visit.aisle, [errand.number for errand in visit.errands]) for visit in walk] == [
        (3, [0]),
        (5, [1]),
        (1, [3]),
        (3, [2]),
    ]


@pytest.mark.parametrize("policy", judge.POLICIES)
@pytest.mark.parametrize("travel", [10, 40, 875])
@pytest.mark.parametrize("carriages", [0, 1, 2, 7])
def test_an_opening_takes_what_the_table_of_policies_says(policy: MotionPolicy, travel: int, carriages: int) -> None:
    drives = Motion(travel, policy)
    assert drives.opening_s(carriages) == pytest.approx(judge.opening_s(drives, carriages))


def test_a_stagger_longer_than_a_run_is_a_sequence_and_nonsense_is_refused() -> None:
    slow = Motion(10, MotionPolicy.STAGGERED, stagger_s=9)
    assert slow.opening_s(3) == Motion(10, MotionPolicy.SEQUENTIAL).opening_s(3)
    with pytest.raises(ValueError, match="above 0"):
        Motion(0)


def test_reasons_tell_the_way_of_a_sweep() -> None:
    place = judge.stretch(10, [4])
    route = planned((place,), [judge.errand(n, aisle) for n, aisle in enumerate((9, 4, 3, 6, 1))])
    assert [(step.aisle, step.why.english()) for step in route.steps] == [
        (4, "it stands open already"),
        (3, "first towards aisle 1: the end at aisle 9 is farther away"),
        (1, "first towards aisle 1: the end at aisle 9 is farther away"),
        (6, "on the way up to aisle 9"),
        (9, "the last one of this part of the block"),
    ]


def test_a_sweep_says_where_the_gaps_end() -> None:
    assert sweep(judge.stretch(10, [2, 7]), [1, 3, 9]) == ((1, 3, 9), (3, 9))
