"""What controllers of other makes tell of their places, and what stands for what."""

from __future__ import annotations

import pytest
from supervised_room import block_of

from archroom.core.controllers import Fault
from archroom.core.plain.facts import SAFETY_DEVICE, Alarm, Order, OrderKind, Side, aisle_between


@pytest.mark.parametrize(
    ("sides", "aisle"),
    [
        ("LLLHHH", 3),
        ("BBLHBB", 3),
        ("HHHHHH", 0),
        ("LLLLLL", 6),
        ("LHLHHH", None),
        ("BBBBBB", None),
        ("LHBBBB", 1),
        ("HLLHHH", None),
        ("LLLLLB", None),
        ("LLNHHH", None),
        ("LNLHHH", None),
        ("LLLHNH", None),
    ],
)
def test_limit_switches_show_one_aisle_or_none(sides: str, aisle: int | None) -> None:
    block = block_of()
    named = {"L": Side.LOW, "H": Side.HIGH, "B": Side.BOTH, "N": Side.BETWEEN}
    assert aisle_between(block, block.segments[0], tuple(named[letter] for letter in sides)) == aisle


def test_a_fixed_carriage_parts_the_switches_too() -> None:
    block = block_of(6, fixed=(3,), open_aisles=(1, 4))
    sides = (Side.LOW, Side.HIGH, Side.UNKNOWN, Side.LOW, Side.HIGH, Side.HIGH)
    assert [aisle_between(block, segment, sides) for segment in block.segments] == [1, 4]


def test_a_carriage_on_its_way_hides_the_aisle_of_its_own_part_only() -> None:
    block = block_of(6, fixed=(3,), open_aisles=(1, 4))
    sides = (Side.LOW, Side.HIGH, Side.UNKNOWN, Side.LOW, Side.HIGH, Side.BETWEEN)
    assert [aisle_between(block, segment, sides) for segment in block.segments] == [1, None]


def test_an_aisle_beside_a_fixed_carriage_is_shown_by_the_one_across_it() -> None:
    block = block_of(6, fixed=(3,), open_aisles=(2, 3))
    sides = (Side.LOW, Side.LOW, Side.UNKNOWN, Side.HIGH, Side.HIGH, Side.HIGH)
    assert [aisle_between(block, segment, sides) for segment in block.segments] == [2, 3]


def test_some_orders_move_steel() -> None:
    assert {kind for kind in OrderKind if kind.is_motion} == {
        OrderKind.OPEN,
        OrderKind.CLOSE,
        OrderKind.VENTILATE,
        OrderKind.JOG,
    }
    assert [kind.is_motion for kind in (OrderKind.LOCK, OrderKind.UNLOCK, OrderKind.WAKE)] == [False] * 3
    assert Order(OrderKind.JOG, carriage=2).is_towards_low is False


def test_one_alarm_may_stand_for_several_devices() -> None:
    assert set(SAFETY_DEVICE) == {Fault.ESTOP, Fault.EDGE, Fault.BEAM}
    told = [Alarm(fault, "1").is_any for fault in (Fault.NONE, Fault.BEAM, Fault.BEAM | Fault.EDGE, SAFETY_DEVICE)]
    assert told == [False, False, True, True]
