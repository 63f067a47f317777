"""Orders that change all of a block with a controller of another make at once: to close up and to spread for ventilation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plain_rig import SIDES_AND_STOP
from supervised_room import block_of

from archroom.core.controllers import Mode
from archroom.core.plain.facts import Capabilities, Order, OrderKind, PlainStatus, PositionSense, Side
from archroom.core.plain.motion import PlainMotion
from archroom.core.plain.rules import PlainPlan, candidates, confirmation_problem, order_of, planned
from archroom.core.rooms import Block
from archroom.core.shelving import Action, OutcomeKind, Ticket, Wanted
from archroom.core.supervisor.wishes import Frame
from archroom.errors import Message

AT = 100.0
SHUT = block_of(4, end_aisles=(False, False), open_aisles=(2,))
"""Nobody can enter its ends: it can close up."""
BESIDE_FIXED = block_of(4, fixed=(1, 2), end_aisles=(False, False), open_aisles=(3,))
"""Between its two fixed carriages stands an aisle that is always open."""
TWO_PARTS = block_of(6, fixed=(3,), open_aisles=(0, 6))
CLOSES = replace(SIDES_AND_STOP, orders=frozenset({OrderKind.CLOSE, OrderKind.VENTILATE}))
GOOD = PlainStatus(is_moving=False, mode=Mode.AUTOMATIC, is_enabled=True)
CLOSE, VENTILATE = Wanted(Action.CLOSE, 2), Wanted(Action.VENTILATE, 2)
SIDES = {"L": Side.LOW, "H": Side.HIGH}


def shown(sides: str) -> PlainStatus:
    """A status at rest with each carriage at its low or high end."""
    return replace(GOOD, sides=tuple(SIDES[letter] for letter in sides))


def plan_of(block: Block, status: PlainStatus, wanted: Wanted, capabilities: Capabilities = CLOSES) -> PlainPlan:
    plan = planned(block, capabilities, status, wanted)
    assert isinstance(plan, PlainPlan)
    return plan


# -- what may be


def test_a_controller_that_opens_no_aisle_on_demand_may_close_its_block_or_spread_it() -> None:
    for wanted, kind in ((CLOSE, OrderKind.CLOSE), (VENTILATE, OrderKind.VENTILATE)):
        plan = plan_of(SHUT, shown("LLHH"), wanted)
        assert plan == PlainPlan(None, 2, (1, 2, 3, 4), frozenset(range(5)), kind)
        assert order_of(plan) == Order(kind)
        assert candidates(SHUT, plan) == ()
        assert confirmation_problem(SHUT, plan, (2,)) is None
    refused = planned(SHUT, CLOSES, shown("LLHH"), Wanted(Action.OPEN, 1))
    assert isinstance(refused, Message)
    assert "cannot open an aisle on demand" in refused.english()


def test_the_aisle_that_closes_is_one_that_can() -> None:
    """Never the one between two fixed carriages, which always stands open."""
    tells_mm = replace(CLOSES, position_sense=PositionSense.MILLIMETRES)
    status = replace(GOOD, positions_mm=BESIDE_FIXED.positions_mm((3,)))
    assert plan_of(BESIDE_FIXED, status, Wanted(Action.CLOSE, 3), tells_mm) == PlainPlan(
        None, 3, (3, 4), frozenset({2, 3, 4}), OrderKind.CLOSE
    )


def test_where_several_aisles_may_stand_partly_open_a_person_may_name_them_all() -> None:
    plan = plan_of(SHUT, GOOD, CLOSE)
    assert plan.closes is None
    assert candidates(SHUT, plan) == (1, 2, 3)
    assert confirmation_problem(SHUT, plan, (1, 2, 3)) is None
    assert confirmation_problem(SHUT, plan, (0, 1, 2, 3)) is not None


@pytest.mark.parametrize("wanted", [CLOSE, VENTILATE])
def test_a_block_of_two_mobile_parts_is_not_changed_all_at_once(wanted: Wanted) -> None:
    refused = planned(TWO_PARTS, CLOSES, GOOD, wanted)
    assert isinstance(refused, Message)
    assert "all its parts at once" in refused.english()


# -- how it ends


def ended(capabilities: Capabilities, wanted: Wanted, last: PlainStatus) -> tuple[OutcomeKind, str]:
    """How a motion from aisle 2 ends that is seen to move and then to stand so."""
    ticket = Ticket("t1", 1, wanted, (2,), (1, 2, 3, 4), 40.0)
    motion = PlainMotion(SHUT, capabilities, ticket, plan_of(SHUT, shown("LLHH"), wanted), "Ana", "Ben", AT)
    motion.release(AT)
    motion.frame_sent(AT, Frame.ORDER)
    motion.take_status(AT, replace(last, is_moving=True))
    motion.take_status(AT, last)
    assert motion.outcome is not None
    return motion.outcome[0], motion.outcome[1].english()


@pytest.mark.parametrize("sides", ["LLLL", "HHHH"])
def test_a_block_has_closed_up_once_its_limit_switches_show_it(sides: str) -> None:
    assert ended(CLOSES, CLOSE, shown(sides)) == (OutcomeKind.DONE, "Block 1 is closed around aisle 2.")


def test_a_block_that_stands_with_an_aisle_open_has_not_closed_up() -> None:
    kind, reason = ended(CLOSES, CLOSE, shown("LHHH"))
    assert kind is OutcomeKind.ABORTED
    assert "not where it should be" in reason


def test_without_limit_switches_nobody_can_see_that_a_block_has_closed_up() -> None:
    tells_aisle = replace(CLOSES, position_sense=PositionSense.AISLE)
    kind, reason = ended(tells_aisle, CLOSE, replace(GOOD, open_aisle=1))
    assert kind is OutcomeKind.UNKNOWN
    assert "Look there" in reason


@pytest.mark.parametrize("sides", ["LLLL", "LLHH"])
def test_no_limit_switches_show_that_a_block_is_spread(sides: str) -> None:
    kind, reason = ended(CLOSES, VENTILATE, shown(sides))
    assert kind is OutcomeKind.UNKNOWN
    assert "Look there" in reason
