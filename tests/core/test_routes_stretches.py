"""Stretches: what is held, locked or fixed never moves in any walk, and what cannot be reached is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
import route_judge as judge
from arbitrary_blocks import blocks
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plain_rig import SIDES_AND_STOP
from statuses import identity_of, status_of

from archroom.core.arming import unarmed
from archroom.core.gaps import changed_aisles
from archroom.core.people_holds import Hold
from archroom.core.plain.facts import SAFETY_DEVICE, Alarm, PlainStatus, Side
from archroom.core.rooms import Block, Face
from archroom.core.routes.errands import Errand, Route
from archroom.core.routes.motion import Motion
from archroom.core.routes.pins import Pins, pins_of, why_unreachable
from archroom.core.routes.planning import planned
from archroom.core.routes.slotting import Lending, best_parking, habits_of
from archroom.core.routes.stretches import Stretch, stretches_of, widest_gaps
from archroom.core.shelving import BlockView, ControllerState, Fault, Mode, Trust
from archroom.core.supervisor.texts import EMERGENCY_STOP_INPUT
from archroom.errors import say
from archroom.exchange.roomfile import sample_room

SMALL = sample_room("small").blocks[0]
DRIVES = Motion(875)
BEAM = 4
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def held(*aisles: int, locked: tuple[int, ...] = ()) -> Pins:
    """Aisles that somebody is in, and carriages that are locked."""
    return Pins(tuple(Hold(aisle, f"Person {aisle}", NINE) for aisle in aisles), frozenset(locked))


@st.composite
def pinned_lists(draw: st.DrawFn) -> tuple[Block, Pins, list[Errand]]:
    """A block, what is pinned in it, and errands in any of its aisles."""
    block = draw(blocks())
    assume(block.aisles)
    aisles = st.sampled_from(block.aisles)
    numbers = st.integers(1, len(block.carriages))
    pinned = draw(st.frozensets(aisles, max_size=2)), draw(st.frozensets(numbers, max_size=2))
    pins = held(*pinned[0], locked=tuple(pinned[1]))
    wanted = draw(st.lists(aisles, min_size=1, max_size=8))
    return block, pins, [Errand(number, block.number, aisle, Face.B, 1, 1) for number, aisle in enumerate(wanted)]


def touched(block: Block, pins: Pins, route: Route) -> list[str]:
    """What a walk moves that must not move."""
    fixed = {carriage.number for carriage in block.carriages if not carriage.is_mobile}
    found: list[str] = []
    for step in route.steps:
        if step.closes is None:
            continue
        found += [f"aisle {aisle}" for aisle in changed_aisles(step.aisle, step.closes) if aisle in pins.held_aisles]
        found += [f"carriage {number}" for number in step.carriages if number in pins.locked_carriages | fixed]
    return found


@given(pinned_lists())
@settings(max_examples=200, deadline=None)
def test_no_walk_moves_what_is_pinned_and_every_errand_is_walked_or_told(case: tuple[Block, Pins, list[Errand]]) -> None:
    block, pins, errands = case
    open_gaps = widest_gaps(block, block.positions_mm(block.open_aisles))
    stretches = stretches_of(block, open_gaps, pins, Motion(block.aisle_mm - block.clearance_mm))
    reached = [e for e in errands if why_unreachable(block, open_gaps, pins, e.aisle) is None]
    route = planned(tuple(stretch for stretch in stretches if stretch.open_gaps), reached)
    assert touched(block, pins, route) == []
    assert judge.flaws(route, stretches, reached) == []
    walked = {errand.aisle for errand in reached}
    assert walked >= {errand.aisle for errand in errands if errand.aisle in open_gaps} - pins.held_aisles


@given(blocks())
def test_with_nothing_pinned_the_stretches_are_the_segments(block: Block) -> None:
    open_gaps = widest_gaps(block, block.positions_mm(block.open_aisles))
    stretches = stretches_of(block, open_gaps, Pins(), DRIVES)
    assert sorted(aisle for stretch in stretches for aisle in stretch.aisles) == sorted(block.aisles)
    assert all(len(stretch.open_gaps) == 1 for stretch in stretches)
    assert set(block.open_aisles) <= set(open_gaps)


def test_the_check_sees_a_walk_over_a_held_aisle_and_a_locked_carriage() -> None:
    stretches = stretches_of(SMALL, (1,), Pins(), DRIVES)
    route = planned(stretches, [judge.errand(0, 5)])
    assert touched(SMALL, Pins(), route) == []
    assert touched(SMALL, held(3, locked=(4,)), route) == ["aisle 3", "carriage 4"]


def reasons_of(pins: Pins, aisles: tuple[int, ...] = SMALL.aisles) -> list[str]:
    """Why each aisle of the small room, whose aisle 1 is open, cannot be reached; empty where it can."""
    found = (why_unreachable(SMALL, (1,), pins, aisle) for aisle in aisles)
    return ["" if why is None else why.english() for why in found]


def test_a_held_aisle_parts_the_block_and_is_told_by_name_with_what_lies_behind() -> None:
    assert reasons_of(held(3)) == [
        *("", "", "aisle 1/3 is held by Person 3: it must not change"),
        *(f"aisle 1/{aisle} cannot open: aisle 3, which would change with it, is held by Person 3" for aisle in (4, 5, 6)),
    ]


def test_all_who_are_in_an_aisle_are_named_and_the_nearest_obstacle_is_told() -> None:
    both = Pins((Hold(3, "Ann", NINE), Hold(5, "Cleo", NINE), Hold(3, "张伟", NINE)), frozenset({6}))
    found = reasons_of(both, (3, 4, 6))
    assert found[0] == "aisle 1/3 is held by Ann, 张伟: it must not change"
    assert found[1].endswith("aisle 3, which would change with it, is held by Ann, 张伟")
    assert found[2] == "aisle 1/6 cannot open: carriage 6, which would move for it, is locked"


def test_a_locked_carriage_parts_the_block_between_its_aisles() -> None:
    assert reasons_of(held(locked=(3,))) == [
        *("", ""),
        *(f"aisle 1/{aisle} cannot open: carriage 3, which would move for it, is locked" for aisle in (3, 4, 5, 6)),
    ]


def test_where_the_open_aisle_is_held_nothing_else_opens() -> None:
    first, *others = reasons_of(held(1))
    assert first == "aisle 1/1 stands open and is held by Person 1: go there directly"
    assert {why.partition(": ")[2] for why in others} == {"aisle 1, which would change with it, is held by Person 1"}


def test_what_halts_a_block_leaves_only_the_open_aisle() -> None:
    first, *others = reasons_of(Pins(halt=say("its emergency stop is pressed.")))
    assert first == ""
    assert others == [f"aisle 1/{aisle} cannot open now: its emergency stop is pressed." for aisle in SMALL.aisles[1:]]


def test_an_aisle_that_is_not_there_is_told() -> None:
    assert reasons_of(Pins(), (0, 7, 99)) == [f"there is no aisle 1/{aisle} that can be entered" for aisle in (0, 7, 99)]


# -- what a view pins


def view_of(**facts: object) -> BlockView:
    """The small room's block as a controller shows it."""
    base = BlockView(1, Trust.GOOD, 0.1, identity_of(SMALL), status_of(SMALL, 1, (1,)), (), True, None)
    return replace(base, **facts)  # type: ignore[arg-type]


def test_old_locks_and_holds_count_whatever_is_known_of_the_steel() -> None:
    locked = replace(status_of(SMALL, 1, (1,)), locked_carriages=frozenset({4}))
    for trust in Trust:
        pins = pins_of(SMALL, view_of(trust=trust, status=locked, holds=(Hold(3, "Ann", NINE),)))
        assert (pins.held_aisles, pins.locked_carriages, pins.halt) == (frozenset({3}), frozenset({4}), None)
    assert pins_of(SMALL, None) == Pins() == pins_of(SMALL, view_of(trust=Trust.UNKNOWN, status=None))


def test_a_plain_controller_tells_its_locks_by_its_limit_switches() -> None:
    sides = (Side.LOW, Side.LOCKED, Side.BETWEEN, Side.LOCKED)
    pins = pins_of(SMALL, view_of(status=None, identity=None, plain=PlainStatus(sides=sides)))
    assert (pins.locked_carriages, pins.halt) == (frozenset({2, 4}), None)
    assert pins_of(SMALL, view_of(status=None, plain=PlainStatus())).locked_carriages == frozenset()


def test_what_a_controller_reports_halts_a_block_and_what_passes_does_not() -> None:
    base = status_of(SMALL, 1, (1,))
    halting = [
        replace(base, faults=Fault.DRIVE),
        replace(base, inputs=EMERGENCY_STOP_INPUT),
        replace(base, mode=Mode.HAND_CRANK),
        replace(base, is_enabled=False),
    ]
    assert [pins_of(SMALL, view_of(status=status)).halt is None for status in halting] == [False] * 4
    assert [pins_of(SMALL, view_of(status=status, trust=Trust.STALE)).halt for status in halting] == [None] * 4
    passing = [
        view_of(status=replace(base, state=ControllerState.MOVING), is_movable=False, why_not=say("It is moving.")),
        view_of(status=replace(base, inputs=BEAM), is_movable=False, why_not=say("A light beam is broken.")),
        view_of(is_movable=False, why_not=unarmed(1, say("The mode switch was turned."))),
        view_of(is_movable=False, why_not=say("Block 1 can only be watched.")),
    ]
    assert [pins_of(SMALL, view).halt for view in passing] == [None] * 4


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"alarms": (Alarm(SAFETY_DEVICE, "M148"),)}, "a safety device has tripped, it does not tell which (M148)"),
        ({"alarms": (Alarm(Fault.NONE, "IsBJ"),)}, "(IsBJ)"),
        ({"mode": Mode.LOCAL}, "not in automatic"),
        ({"mode": None}, "does not say its mode"),
        ({"is_enabled": False}, "not released for remote orders"),
    ],
)
def test_what_a_plain_controller_tells_of_alarm_mode_or_lock_halts_a_block(told: dict[str, Any], why: str) -> None:
    fine = PlainStatus(is_moving=True, mode=Mode.AUTOMATIC, is_enabled=True, people_inside=1)
    view = view_of(status=None, identity=None, capabilities=SIDES_AND_STOP, plain=fine)
    assert pins_of(SMALL, view).halt is None, "what passes by itself is no reason"
    halted = replace(view, plain=replace(fine, **told))
    halt = pins_of(SMALL, halted).halt
    assert halt is not None
    assert why in halt.english()
    assert pins_of(SMALL, replace(halted, trust=Trust.STALE)).halt is None


def test_a_mode_that_a_make_never_tells_halts_nothing() -> None:
    silent = replace(SIDES_AND_STOP, tells_mode=False)
    view = view_of(status=None, identity=None, capabilities=silent, plain=PlainStatus())
    assert pins_of(SMALL, view).halt is None


def test_a_hold_on_an_aisle_that_is_gone_halts_the_block() -> None:
    halt = pins_of(SMALL, view_of(holds=(Hold(99, "Ann", NINE),))).halt
    assert halt is not None
    assert halt.english().startswith("Ann is in aisle 99")


def test_after_a_broken_off_motion_the_widest_gap_is_the_open_one() -> None:
    for moved_mm, widest in ((300, 2), (600, 3)):
        positions = list(SMALL.positions_mm((2,)))
        positions[2] -= moved_mm
        assert widest_gaps(SMALL, tuple(positions)) == (widest,)


def test_parking_is_at_the_most_asked_for_or_at_the_median_by_what_costs() -> None:
    demand = {(1, 0): 4, (1, 5): 3, (1, 6): 3, (2, 3): 99}
    drives = {policy: judge.motion(policy) for policy in judge.POLICIES}
    parked = [best_parking(Stretch(1, tuple(range(8)), (0,), drives[policy]), demand) for policy in judge.POLICIES]
    assert dict(zip((policy.value for policy in judge.POLICIES), parked, strict=True)) == {
        "sequential": 5,
        "staggered": 0,
        "group": 0,
    }
    assert best_parking(Stretch(3, (1, 2), (1,), DRIVES), demand) is None


def lent(person: int, minute: float, box: int, aisle: int | None, collection: str = "") -> Lending:
    return Lending(person, minute * 60, box, collection, None if aisle is None else (1, aisle))


def test_habits_count_orders_and_pairs_that_stand_apart() -> None:
    lendings = [
        *(lent(1, 0, 10, 1, "A"), lent(1, 5, 11, 4, "B"), lent(1, 50, 12, 4, "B")),
        *(lent(1, 500, 10, 1, "A"), lent(1, 501, 11, 4, "B")),
        *(lent(2, 3, 11, 4, "B"), lent(2, 4, 12, 4, "B"), lent(2, 5, 13, None, "C")),
    ]
    habits = habits_of(lendings[::-1])
    assert habits.orders == 3
    assert habits.demand == {(1, 1): 2, (1, 4): 3}
    assert [(pair.first, pair.second, pair.times) for pair in habits.boxes] == [(10, 11, 2)]
    assert [(pair.first, pair.second, pair.times) for pair in habits.collections] == [("A", "B", 2)]


@pytest.mark.parametrize("size", [40, 41])
def test_a_very_large_order_says_nothing_of_what_belongs_together(size: int) -> None:
    twice = [lent(1, 1000 * again, box, box % 6) for again in (0, 1) for box in range(size)]
    assert bool(habits_of(twice).boxes) is (size <= 40)


def test_a_block_does_not_move_while_its_other_part_is_walked() -> None:
    middle = next(block for block in sample_room("large").blocks if len(block.segments) == 2)
    stretches = stretches_of(middle, middle.open_aisles, Pins(), DRIVES)
    errands = [judge.errand(number, aisle, middle.number) for number, aisle in enumerate((3, 9, 2, 12))]
    route = planned(stretches, errands)
    assert route.is_shortest
    assert [step.timed.during for step in route.steps] == [None] * 4
    assert all(later.timed.begins_s >= before.timed.leaves_s for before, later in pairwise(route.steps))
