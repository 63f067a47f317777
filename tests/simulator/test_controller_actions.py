"""Close, ventilate, jog, lock and unlock of docs/shelving-protocol.md, each with what it does and what is refused."""

from __future__ import annotations

import pytest
from shelving_master import SCAN_S, Master, track

from hardware_sim import Settings, registers
from hardware_sim.layout import BlockLayout
from hardware_sim.registers import NONE, TOWARDS_ORIGIN, Action, Capability, EndReason, Fault, Flag, Operation, Result, State

OPEN, CLOSE, VENTILATE, JOG, LOCK, UNLOCK = Action
DOWN = TOWARDS_ORIGIN


def ready(layout: BlockLayout | None = None) -> Master:
    """A block whose watchdog is armed; without a layout: six carriages, aisle 3 open, no entrance at the far end."""
    master = Master(layout or track(6, end_aisles=(True, False), open_aisles=(3,)))
    master.beat()
    return master


def parted(locked: int = 3) -> Master:
    """Six carriages, aisle 3 open, one locked."""
    master = ready()
    master.lock(locked)
    return master


# -- what they do


def test_close_gives_all_spare_width_to_the_end_that_nobody_can_enter() -> None:
    master = ready()
    assert master.run(6, 3, CLOSE) == [25, 25, 25, 25, 25, 25, 800]
    assert master.select(6, NONE, action=CLOSE) == Result.OPEN_ALREADY
    assert master.select(2, 6) == Result.AISLE_WRONG
    assert master.run(2, NONE) == [25, 25, 800, 25, 25, 25, 25], "after a close no aisle is open"


def test_ventilate_spreads_the_spare_width_and_gives_what_does_not_divide_to_the_last_gap() -> None:
    master = ready()
    assert master.run(0, 3, VENTILATE) == [25 + 110] * 6 + [25 + 115]
    assert master.select(0, NONE, action=VENTILATE) == Result.OPEN_ALREADY
    assert master.run(3, NONE) == [25, 25, 25, 800, 25, 25, 25]


def test_ventilate_is_asked_for_by_any_gap_of_the_segment_the_open_one_and_the_end_too() -> None:
    for aisle, closes in ((3, NONE), (6, 3), (1, 3)):
        assert ready().run(aisle, closes, VENTILATE)[-1] == 140
    for aisle, closes, result in ((3, 3, Result.AISLE_WRONG), (7, 3, Result.AISLE_WRONG), (1, NONE, Result.CLOSES_NOT_OPEN)):
        assert ready().select(aisle, closes, action=VENTILATE) == result


@pytest.mark.parametrize(
    ("carriage", "way", "gaps"),
    [
        (3, 200, [25, 25, 225, 600, 25, 25, 25]),
        (4, DOWN + 200, [25, 25, 25, 600, 225, 25, 25]),
        (3, 2000, [25, 25, 800, 25, 25, 25, 25]),
        (4, DOWN + 2000, [25, 25, 25, 25, 800, 25, 25]),
        (3, 1, [25, 25, 26, 799, 25, 25, 25]),
    ],
)
def test_a_jog_moves_one_carriage_by_its_distance_or_to_its_neighbour(carriage: int, way: int, gaps: list[int]) -> None:
    assert ready().run(carriage, way, JOG) == gaps


@pytest.mark.parametrize(("carriage", "way"), [(1, DOWN + 300), (6, 300), (3, 2000)])
def test_a_jog_keeps_a_clearance_from_the_end_of_the_track_and_from_what_is_fixed(carriage: int, way: int) -> None:
    layout = track(6, fixed=(4,) if carriage == 3 else (), open_aisles=(3, 4) if carriage == 3 else (3,))
    master = ready(layout)
    if carriage != 3:
        master.run(1 if carriage == 1 else 5, 3)
        master.run(carriage, 100 if carriage == 1 else DOWN + 100, JOG)
    gap = master.run(carriage, way, JOG)[0 if carriage == 1 else carriage]
    assert gap == 25
    assert master.select(carriage, way, action=JOG) == Result.OPEN_ALREADY


def test_status_names_what_is_selected_and_under_way() -> None:
    master = ready()
    assert master.status()["ACTION"] == 0
    for action, aisle, closes in ((OPEN, 1, 3), (CLOSE, 6, 3), (VENTILATE, 0, 3), (JOG, 4, DOWN + 70), (LOCK, 2, NONE)):
        assert master.select(aisle, closes, action=action) == Result.SELECTED
        status = master.status()
        assert (status["ACTION"], status["TARGET"], status["CLOSES"]) == (action + 1, aisle, closes)
    master.start(4, DOWN + 70, action=JOG)
    master.live(1.5)
    status = master.status()
    assert (status["STATE"], status["ACTION"], status["MOVING_LO"]) == (State.MOVING, JOG + 1, 0b1000)
    master.live(5.0)
    assert (master.status()["ACTION"], master.status()["TARGET"]) == (0, NONE)


def test_lock_and_unlock_are_done_at_once_and_need_no_watchdog() -> None:
    master = Master(track(open_aisles=(3,)))
    for action, locked in ((LOCK, 0b10000), (UNLOCK, 0)):
        assert master.select(5, NONE, action=action) == Result.SELECTED
        assert master.status()["STATE"] == State.SELECTED
        assert master.operate(5, NONE, action=action) == Result.ACCEPTED
        status = master.status()
        assert (status["STATE"], status["ACTION"], status["END_REASON"]) == (State.IDLE, 0, EndReason.NONE)
        assert (status["LOCKED_LO"], status["FLAGS"] & Flag.WATCHDOG_ARMED) == (locked, 0)
        assert master.block.truth()["locked"] == ([5] if locked else [])
    assert master.select(1, 3) == Result.WATCHDOG_NOT_ARMED


def test_a_high_carriage_is_locked_in_the_high_register() -> None:
    master = ready(track(20, open_aisles=(3,)))
    master.lock(18)
    assert (master.status()["LOCKED_LO"], master.status()["LOCKED_HI"]) == (0, 2)


def test_a_lock_leaves_the_reason_of_the_last_motion() -> None:
    master = ready()
    master.run(1, 3)
    master.lock(2)
    assert master.status()["END_REASON"] == EndReason.ARRIVED


# -- locked carriages part a segment


def test_a_locked_carriage_parts_its_segment() -> None:
    master = parted(3)
    assert master.select(2, 3) == Result.AISLE_WRONG, "not of one segment"
    assert master.select(2, NONE) == Result.TOO_NARROW, "there is no spare width on this side"
    assert master.run(5, 3) == [25, 25, 25, 25, 25, 800, 25]
    assert master.select(2, NONE) == Result.TOO_NARROW
    master.lock(3, is_locked=False)
    assert master.run(2, 5) == [25, 25, 800, 25, 25, 25, 25]


def test_each_side_of_a_locked_carriage_has_the_spare_width_that_it_has() -> None:
    master = ready()
    master.run(3, 300, JOG)
    master.lock(3)
    assert master.run(0, NONE, VENTILATE) == [125, 125, 125, 500, 25, 25, 25]
    assert master.run(6, NONE, VENTILATE) == [125, 125, 125, 143, 143, 143, 146]
    assert master.run(6, NONE, CLOSE) == [125, 125, 125, 25, 25, 25, 500]
    for aisle in (1, 4):
        assert master.select(aisle, NONE) == Result.TOO_NARROW
        assert master.operate(aisle, NONE) == Result.NOT_SELECTED


@pytest.mark.parametrize(("way", "is_wide"), [(20, True), (21, False)])
def test_an_aisle_that_just_becomes_open_may_be_opened(way: int, is_wide: bool) -> None:
    master = ready()
    master.run(3, way, JOG)
    master.run(4, 100 + DOWN, JOG)
    master.lock(3)
    assert master.select(3, NONE) == (Result.SELECTED if is_wide else Result.TOO_NARROW)


def test_people_on_the_other_side_of_a_locked_carriage_are_not_concerned() -> None:
    master = ready()
    master.run(3, 320, JOG)
    master.lock(3)
    master.block.control("person_in", aisle=2)
    assert master.select(1, NONE, action=VENTILATE) == Result.OCCUPIED
    master.start(6, NONE, action=VENTILATE)
    master.live(20.0)
    (person,) = master.block.station.block.people
    assert (master.status()["END_REASON"], person.shifted_mm) == (EndReason.ARRIVED, 0.0)


def test_a_jog_stays_clear_of_a_locked_carriage() -> None:
    assert parted(3).run(4, 2000 + DOWN, JOG) == [25, 25, 25, 25, 800, 25, 25]


def test_a_lock_outlives_a_power_cut_and_another_controller() -> None:
    master = parted(3)
    master.block.control("power", on=False)
    master.block.control("power", on=True)
    master.block.advance(SCAN_S)
    assert (master.status()["LOCKED_LO"], master.block.truth()["locked"]) == (0b100, [3])
    master.block.control("configure", kind=2)
    master.block.advance(SCAN_S)
    assert master.status()["LOCKED_LO"] == 0b100
    master.seq = 0
    master.beat()
    assert master.select(2, 3) == Result.AISLE_WRONG


# -- refusals


@pytest.mark.parametrize(
    ("action", "aisle", "closes"),
    [
        *[(CLOSE, 0, 3), (CLOSE, 3, NONE), (CLOSE, 7, 3), (CLOSE, 6, 6), (CLOSE, 6, 9), (CLOSE, NONE, 3)],
        *[(VENTILATE, NONE, 3), (VENTILATE, 0, 6), (VENTILATE, 0, 7)],
        *[(JOG, 0, 50), (JOG, 7, 50), (JOG, NONE, 50), (JOG, 3, 0), (JOG, 3, DOWN), (JOG, 3, 2001), (JOG, 3, DOWN + 2001)],
        *[
            (JOG, 3, NONE),
            (LOCK, 0, NONE),
            (LOCK, 7, NONE),
            (LOCK, 3, 3),
            (LOCK, 3, 0),
            (UNLOCK, 3, NONE),
            (UNLOCK, 0, NONE),
        ],
    ],
)
def test_what_an_action_does_not_take_is_refused(action: Action, aisle: int, closes: int) -> None:
    master = ready()
    for operation in Operation:
        assert master.order(operation, aisle, closes, 5000, action) == Result.AISLE_WRONG


def test_what_cannot_move_is_not_jogged_and_not_locked_twice() -> None:
    master = ready(track(6, fixed=(4,), open_aisles=(1, 5)))
    for action, closes in ((JOG, 100), (LOCK, NONE), (UNLOCK, NONE)):
        assert master.select(4, closes, action=action) == Result.AISLE_WRONG
    master.lock(3)
    for action, closes in ((JOG, 100), (LOCK, NONE)):
        assert master.select(3, closes, action=action) == Result.AISLE_WRONG
    assert master.select(3, 1 | DOWN, action=UNLOCK) == Result.AISLE_WRONG


WELL_ORDERED = [(OPEN, 1, 3), (CLOSE, 6, 3), (VENTILATE, 0, 3), (JOG, 4, DOWN + 70), (LOCK, 2, NONE), (UNLOCK, 5, NONE)]


@pytest.mark.parametrize(("action", "aisle", "closes"), WELL_ORDERED)
def test_each_action_needs_mode_enable_and_no_fault(action: Action, aisle: int, closes: int) -> None:
    master = ready()
    if action is UNLOCK:
        master.lock(aisle)
    master.block.control("mode", mode="maintenance")
    assert master.select(aisle, closes, action=action) == Result.NOT_ENABLED
    master.block.control("mode", mode="automatic")
    master.block.control("beam", aisle=0, broken=True)
    assert master.select(aisle, closes, action=action) == Result.FAULTED
    master.block.control("beam", aisle=0, broken=False)
    assert master.select(aisle, closes, ttl_ms=10_001, action=action) == Result.TTL_RANGE
    assert master.operate(aisle, closes, action=action) == Result.NOT_SELECTED
    assert master.select(aisle, closes, action=action) == Result.SELECTED
    assert master.operate(aisle, closes, action=action) == Result.ACCEPTED


@pytest.mark.parametrize(("action", "aisle", "closes"), WELL_ORDERED)
def test_no_action_begins_while_something_moves(action: Action, aisle: int, closes: int) -> None:
    master = ready()
    if action is UNLOCK:
        master.lock(aisle)
    master.start(4, DOWN + 200, action=JOG)
    locked = master.block.truth()["locked"]
    for _ in range(2):
        assert master.order(Operation.OPERATE, aisle, closes, 5000, action) == Result.MOVING
        master.live(2.0)
        assert master.status()["STATE"] == State.MOVING
    assert master.block.truth()["locked"] == locked


@pytest.mark.parametrize(("action", "aisle", "closes"), WELL_ORDERED[:4])
def test_motions_need_the_watchdog(action: Action, aisle: int, closes: int) -> None:
    master = Master(track(6, end_aisles=(True, False), open_aisles=(3,)))
    assert master.select(aisle, closes, action=action) == Result.WATCHDOG_NOT_ARMED


@pytest.mark.parametrize(("action", "aisle", "closes"), WELL_ORDERED[:4])
@pytest.mark.parametrize("is_before", [True, False])
def test_nobody_is_moved_beside(action: Action, aisle: int, closes: int, is_before: bool) -> None:
    master = ready()
    if not is_before:
        master.start(aisle, closes, action=action)
        master.live(2.0)
    master.block.control("person_in", aisle=3)
    master.block.advance(SCAN_S)
    if is_before:
        assert master.select(aisle, closes, action=action) == Result.OCCUPIED
        return
    assert (master.status()["FAULTS"], master.status()["END_REASON"]) == (Fault.OCCUPIED, EndReason.OCCUPIED)
    master.live(1.0)
    (person,) = master.block.station.block.people
    assert person.shifted_mm <= 40**2 / 400 + 40 * SCAN_S + 1e-6


@pytest.mark.parametrize(("aisle", "concerned"), [(2, {2, 3}), (3, {3, 4})])
def test_a_jog_concerns_the_two_aisles_beside_its_carriage_and_no_other(aisle: int, concerned: set[int]) -> None:
    master = ready()
    master.run(3, 350, JOG)
    master.block.control("person_in", aisle=aisle)
    for carriage, way in ((2, 20), (3, 20), (4, DOWN + 20)):
        expected = Result.OCCUPIED if carriage in concerned else Result.SELECTED
        assert master.select(carriage, way, action=JOG) == expected


@pytest.mark.parametrize("reason", ["stop", "watchdog", "time to live"])
@pytest.mark.parametrize(("action", "aisle", "closes"), WELL_ORDERED[1:3])
def test_what_stops_an_opening_stops_every_motion(action: Action, aisle: int, closes: int, reason: str) -> None:
    master = ready()
    master.start(aisle, closes, ttl_ms=3000 if reason == "time to live" else 60_000, action=action)
    master.live(2.0)
    assert master.status()["STATE"] == State.MOVING
    if reason == "stop":
        master.block.write(registers.STOP, 0)
    if reason == "watchdog":
        master.block.advance(1.5)
    else:
        master.live(1.5)
    expected = {"stop": EndReason.STOP, "watchdog": EndReason.WATCHDOG, "time to live": EndReason.TIME_TO_LIVE}
    assert (master.status()["STATE"], master.status()["END_REASON"]) == (State.IDLE, expected[reason])


def test_an_operate_must_repeat_the_action_of_its_select() -> None:
    master = ready()
    for action in (OPEN, VENTILATE):
        other = VENTILATE if action is OPEN else OPEN
        assert master.select(1, 3, action=action) == Result.SELECTED
        assert master.operate(1, 3, action=other) == Result.NOT_SELECTED
    assert master.select(3, NONE, action=LOCK) == Result.SELECTED
    assert master.operate(2, NONE, action=LOCK) == Result.NOT_SELECTED
    assert master.block.truth()["locked"] == []


@pytest.mark.parametrize(
    ("action", "needed"),
    [
        *[(CLOSE, Capability.CLOSE), (VENTILATE, Capability.VENTILATE), (JOG, Capability.JOG)],
        *[(LOCK, Capability.LOCK), (UNLOCK, Capability.LOCK)],
    ],
)
def test_an_action_beyond_the_capabilities_is_ill_formed(action: Action, needed: Capability) -> None:
    without = int(registers.ALL_CAPABILITIES & ~needed)
    for capabilities, is_known in ((without, False), (without | 0xFF00, False), (int(needed), True)):
        master = Master(settings=Settings(capabilities=capabilities))
        master.beat()
        assert master.block.read(registers.IDENTITY, 19)[17] == capabilities
        master.block.write(registers.COMMAND, *registers.command(1, 1, 1, 3, 0, 5000, action=action))
        master.block.advance(SCAN_S)
        status = master.status()
        assert status["REFUSAL"] == (0 if is_known else 0x0100 | Result.OPERATION_UNKNOWN)
        assert status["LAST_SEQ"] == is_known
        assert master.block.read(registers.COMMAND, 7)[2] == action << 8 | 1


@pytest.mark.parametrize("op", [0x0000, 0x0003, 0x0300, 0x0303, 0x0601, 0x0602, 0xFF01, 0x8001])
def test_an_operation_or_action_that_is_not_on_the_page_is_ill_formed(op: int) -> None:
    master = ready()
    master.block.write(registers.COMMAND, *registers.with_check((1, 1, op, 3, 0, 5000)))
    master.block.advance(SCAN_S)
    assert (master.status()["REFUSAL"], master.status()["LAST_SEQ"]) == (0x0100 | Result.OPERATION_UNKNOWN, 0)


def test_a_controller_without_capabilities_still_opens() -> None:
    master = Master(settings=Settings(capabilities=0))
    assert master.run(2, 0) == [25, 25, 800, 25, 25, 25, 25]
