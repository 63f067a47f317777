"""The logic that plain makes share, on a virtual clock: orders, sides, locks, sleep, safety devices, power."""

from __future__ import annotations

import pytest

from hardware_sim.block import Block
from hardware_sim.layout import BlockLayout, CarriageFacts
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Act, Happened, Order, PlainSettings, PlainState, Refusal, Side
from hardware_sim.registers import Fault, Mode

ALL = frozenset(Act)
LOW, HIGH, BOTH, NEITHER, LOCKED = Side.LOW, Side.HIGH, Side.BOTH, Side.NEITHER, Side.LOCKED


def layout_of(
    kinds: str = "FMMM", open_aisles: tuple[int, ...] = (1,), ends: tuple[bool, bool] = (False, False)
) -> BlockLayout:
    """Carriages of 500 mm, F fixed and M mobile; aisles of 800 mm, clearance 25 mm."""
    carriages = tuple(CarriageFacts(number, kind == "F", 500) for number, kind in enumerate(kinds, start=1))
    return BlockLayout(1, "Block", 800, 25, ends, open_aisles, carriages)


def cabinet_of(
    layout: BlockLayout | None = None, *, warning_ms: int = 100, sleep_after_ms: int = 0, sides_by_neighbours: bool = False
) -> PlainCabinet:
    """A cabinet with all abilities."""
    settings = PlainSettings(
        ALL, warning_ms=warning_ms, sleep_after_ms=sleep_after_ms, sides_by_neighbours=sides_by_neighbours
    )
    return PlainCabinet(Block(layout or layout_of()), settings)


def scan(cabinet: PlainCabinet, seconds: float) -> None:
    """Let time pass."""
    for _ in range(round(seconds * 50)):
        cabinet.scan()


def done(cabinet: PlainCabinet, order: Order) -> None:
    """Have an order carried out to its end."""
    assert cabinet.take(order) is None
    cabinet.scan()
    for _ in range(50 * 120):
        if not cabinet.is_running:
            return
        cabinet.scan()
    raise AssertionError("the motion does not end")


def sides(cabinet: PlainCabinet) -> list[Side]:
    """The side of each carriage."""
    return [cabinet.side(carriage.number) for carriage in cabinet.block.carriages]


def test_an_order_warns_moves_and_arrives() -> None:
    cabinet = cabinet_of()
    assert cabinet.take(Order(Act.OPEN, 3)) is None
    assert not cabinet.is_running, "nothing before the scan"
    cabinet.scan()
    assert (cabinet.state, cabinet.target, cabinet.is_running) == (PlainState.WARNING, 3, True)
    scan(cabinet, 0.5)
    assert cabinet.state is PlainState.MOVING
    assert cabinet.is_moving(2, is_up=False)
    assert cabinet.take(Order(Act.OPEN, 2)) is Refusal.MOVING
    scan(cabinet, 25)
    assert (cabinet.state, cabinet.open_aisles, cabinet.last_opened, cabinet.target) == (PlainState.IDLE, [3], 3, None)
    assert [(happening.what, happening.carriage) for happening in cabinet.drain()] == [
        (Happened.STARTED, 2),
        (Happened.STARTED, 3),
        (Happened.ARRIVED, 2),
        (Happened.ARRIVED, 3),
    ]


def test_sides_by_the_own_way_and_by_the_neighbours() -> None:
    by_ends, by_neighbours = cabinet_of(), cabinet_of(sides_by_neighbours=True)
    assert sides(by_ends) == [BOTH, HIGH, HIGH, HIGH]
    assert sides(by_neighbours) == [LOW, HIGH, BOTH, BOTH]
    for cabinet in (by_ends, by_neighbours):
        done(cabinet, Order(Act.OPEN, 2))
    assert sides(by_ends) == [BOTH, LOW, HIGH, HIGH]
    assert sides(by_neighbours) == [BOTH, LOW, HIGH, BOTH]
    for cabinet in (by_ends, by_neighbours):
        done(cabinet, Order(Act.VENTILATE))
    assert by_ends.is_ventilated
    assert sides(by_ends) == [BOTH, NEITHER, NEITHER, NEITHER]
    assert sides(by_neighbours) == [LOW, NEITHER, NEITHER, NEITHER]


@pytest.mark.parametrize(
    ("kinds", "open_aisles", "ends", "closed"),
    [
        ("FMMM", (1,), (False, False), [BOTH, LOW, LOW, LOW]),
        ("MMMF", (2,), (False, False), [HIGH, HIGH, HIGH, BOTH]),
        ("MMFMM", (1, 3), (False, False), [HIGH, HIGH, BOTH, LOW, LOW]),
        ("MMFMM", (1, 3), (True, True), [HIGH, HIGH, BOTH, LOW, LOW]),
        ("FMMF", (1,), (False, False), [BOTH, LOW, LOW, BOTH]),
        ("MMM", (1,), (True, True), [LOW, LOW, LOW]),
    ],
)
def test_closing_gathers_everything_at_the_fixed_carriage(
    kinds: str, open_aisles: tuple[int, ...], ends: tuple[bool, bool], closed: list[Side]
) -> None:
    cabinet = cabinet_of(layout_of(kinds, open_aisles, ends))
    done(cabinet, Order(Act.CLOSE))
    assert sides(cabinet) == closed
    done(cabinet, Order(Act.CLOSE))
    assert sides(cabinet) == closed


def test_a_push_takes_along_what_is_in_its_way_and_leaves_the_rest() -> None:
    cabinet = cabinet_of(layout_of("FMMMM"))
    done(cabinet, Order(Act.PUSH, 3, is_up=False))
    assert sides(cabinet) == [BOTH, LOW, LOW, HIGH, HIGH]
    done(cabinet, Order(Act.PUSH, 4, is_up=False))
    done(cabinet, Order(Act.VENTILATE))
    done(cabinet, Order(Act.PUSH, 3, is_up=True))
    assert sides(cabinet) == [BOTH, NEITHER, HIGH, HIGH, HIGH]
    done(cabinet, Order(Act.PUSH, 3, is_up=True))
    assert sides(cabinet) == [BOTH, NEITHER, HIGH, HIGH, HIGH], "it is there"


def test_a_jog_moves_one_alone() -> None:
    cabinet = cabinet_of()
    done(cabinet, Order(Act.JOG, 3, is_up=False))
    assert sides(cabinet) == [BOTH, HIGH, HIGH, HIGH], "its neighbour is in the way"
    done(cabinet, Order(Act.JOG, 2, is_up=False))
    assert sides(cabinet) == [BOTH, LOW, HIGH, HIGH]


@pytest.mark.parametrize(
    "order", [Order(Act.OPEN, 0), Order(Act.OPEN, 4), Order(Act.OPEN, 5), Order(Act.OPEN, -1), Order(Act.PUSH, 1)]
)
def test_what_is_not_there_is_refused(order: Order) -> None:
    assert cabinet_of().take(order) is Refusal.NOT_THERE


def test_what_the_make_does_not_have_is_refused() -> None:
    cabinet = PlainCabinet(Block(layout_of()), PlainSettings(frozenset({Act.OPEN})))
    assert cabinet.take(Order(Act.STOP)) is Refusal.NOT_OFFERED
    assert cabinet.take(Order(Act.OPEN, 2)) is None


def test_stop_works_in_every_state() -> None:
    cabinet = cabinet_of()
    cabinet.take(Order(Act.OPEN, 3))
    scan(cabinet, 2.0)
    cabinet.is_locked = cabinet.is_asleep = True
    cabinet.is_enabled = True
    assert cabinet.take(Order(Act.STOP)) is None
    scan(cabinet, 0.5)
    assert cabinet.block.is_still
    assert not cabinet.is_running
    cabinet.is_locked = cabinet.is_asleep = False
    cabinet.take(Order(Act.OPEN, 3))
    cabinet.take(Order(Act.STOP))
    cabinet.scan()
    assert not cabinet.is_running, "of one scan, what came last holds"


def test_a_locked_block_and_a_locked_carriage() -> None:
    cabinet = cabinet_of()
    done(cabinet, Order(Act.LOCK))
    assert cabinet.take(Order(Act.OPEN, 2)) is Refusal.LOCKED
    done(cabinet, Order(Act.UNLOCK))
    cabinet.block.set_locked(3, True)
    assert sides(cabinet) == [BOTH, HIGH, LOCKED, HIGH]
    assert cabinet.take(Order(Act.OPEN, 3)) is Refusal.LOCKED
    assert cabinet.take(Order(Act.PUSH, 3)) is Refusal.LOCKED
    done(cabinet, Order(Act.OPEN, 2))
    assert cabinet.open_aisles == [2]


def test_it_falls_asleep_and_must_be_woken() -> None:
    cabinet = cabinet_of(sleep_after_ms=1000)
    scan(cabinet, 1.1)
    assert cabinet.state is PlainState.ASLEEP
    assert cabinet.take(Order(Act.OPEN, 2)) is Refusal.ASLEEP
    done(cabinet, Order(Act.WAKE))
    assert cabinet.take(Order(Act.OPEN, 2)) is None
    scan(cabinet, 2.0)
    assert not cabinet.is_asleep, "nobody sleeps on the way"


def test_a_device_that_trips_stops_latches_and_is_told_once() -> None:
    cabinet = cabinet_of()
    cabinet.take(Order(Act.OPEN, 3))
    scan(cabinet, 2.0)
    cabinet.drain()
    cabinet.block.edges_held.add(3)
    scan(cabinet, 1.0)
    assert (cabinet.state, cabinet.faults, cabinet.block.is_still) == (PlainState.FAULTED, Fault.EDGE, True)
    assert [(event.what, event.carriage) for event in cabinet.drain()] == [(Happened.ALARM, 3)]
    assert cabinet.press_reset() is Fault.EDGE
    cabinet.block.edges_held.clear()
    assert cabinet.take(Order(Act.OPEN, 3)) is Refusal.PROTECTED
    assert not cabinet.press_reset()
    cabinet.scan()
    assert cabinet.state is PlainState.IDLE


def test_somebody_in_an_aisle_that_changes_keeps_and_stops_the_motion() -> None:
    cabinet = cabinet_of()
    cabinet.block.let_in("Ana", 1)
    assert cabinet.take(Order(Act.OPEN, 2)) is Refusal.OCCUPIED
    cabinet.block.let_out("Ana")
    cabinet.take(Order(Act.OPEN, 2))
    scan(cabinet, 2.0)
    cabinet.block.let_in("Ana", 1)
    scan(cabinet, 0.5)
    assert cabinet.faults is Fault.OCCUPIED
    assert cabinet.block.is_still
    assert cabinet.block.hits == 0


def test_a_broken_beam_keeps_and_stops_the_motion() -> None:
    cabinet = cabinet_of()
    cabinet.block.beams_broken.add(1)
    assert cabinet.take(Order(Act.OPEN, 2)) is Refusal.PROTECTED
    cabinet.block.beams_broken.clear()
    cabinet.take(Order(Act.OPEN, 2))
    scan(cabinet, 2.0)
    cabinet.block.beams_broken.add(1)
    scan(cabinet, 0.5)
    assert cabinet.faults is Fault.BEAM
    assert cabinet.block.is_still


def test_the_drive_gives_up_on_what_is_jammed() -> None:
    cabinet = cabinet_of()
    cabinet.block.jammed.add(2)
    cabinet.take(Order(Act.OPEN, 3))
    scan(cabinet, 2.0)
    assert cabinet.faults is Fault.DRIVE


def test_the_mode_switch_and_the_enable() -> None:
    cabinet = cabinet_of()
    cabinet.take(Order(Act.OPEN, 3))
    scan(cabinet, 2.0)
    cabinet.mode = Mode.LOCAL
    scan(cabinet, 0.5)
    assert cabinet.block.is_still
    assert cabinet.take(Order(Act.OPEN, 3)) is Refusal.NOT_AUTOMATIC
    cabinet.mode, cabinet.is_enabled = Mode.AUTOMATIC, False
    assert cabinet.take(Order(Act.OPEN, 3)) is Refusal.NOT_AUTOMATIC


def test_a_power_cut_brakes_and_nothing_goes_on_when_power_returns() -> None:
    cabinet = cabinet_of()
    cabinet.take(Order(Act.OPEN, 3))
    scan(cabinet, 2.0)
    cabinet.switch_power(False)
    assert not cabinet.is_heard
    scan(cabinet, 1.0)
    assert (cabinet.state, cabinet.block.is_still) == (PlainState.OFF, True)
    cabinet.switch_power(True)
    scan(cabinet, 1.0)
    assert (cabinet.state, cabinet.is_running, cabinet.boots) == (PlainState.IDLE, False, 2)
