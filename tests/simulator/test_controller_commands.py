"""Every line of the command tables of docs/shelving-protocol.md, on a virtual clock."""

from __future__ import annotations

import pytest
from shelving_master import SCAN_S, Master, track

from hardware_sim import Settings, registers
from hardware_sim.registers import NONE, EndReason, Operation, RegisterError, Result, State

SELECT, OPERATE = Operation.SELECT, Operation.OPERATE


@pytest.fixture
def master() -> Master:
    """Six mobile carriages, aisle 0 open, watchdog armed."""
    ready = Master()
    ready.beat()
    return ready


def send(master: Master, *values: int, check: int = 0) -> dict[str, int]:
    """A command of any content, and the status after the scan that took it."""
    *body, right_check = registers.command(*values)
    master.block.write(registers.COMMAND, *body, right_check ^ check)
    master.block.advance(SCAN_S)
    return master.status()


def test_select_then_operate_moves_and_arrives(master: Master) -> None:
    assert master.select(2, 0) == Result.SELECTED
    assert master.status()["STATE"] == State.SELECTED
    assert master.operate(2, 0) == Result.ACCEPTED
    assert (master.status()["STATE"], master.status()["TARGET"], master.status()["CLOSES"]) == (State.WARNING, 2, 0)
    master.live(2.0)
    status = master.status()
    assert (status["STATE"], status["MOVING_LO"], status["END_REASON"]) == (State.MOVING, 0b11, EndReason.NONE)
    master.live(22.0)
    status = master.status()
    assert (status["STATE"], status["END_REASON"], status["TARGET"]) == (State.IDLE, EndReason.ARRIVED, NONE)
    assert (status["POS_1"], status["POS_2"], status["POS_3"]) == (25, 600, 1950)


def test_motion_begins_when_the_warning_is_over_and_not_before(master: Master) -> None:
    master.start(1, 0)
    place = master.status()["POS_1"]
    master.live(0.98)
    assert master.status()["STATE"] == State.WARNING
    master.live(0.02)
    assert master.status()["STATE"] == State.MOVING
    assert master.status()["POS_1"] == place
    master.live(0.2)
    assert master.status()["POS_1"] < place


@pytest.mark.parametrize(
    ("values", "check", "refusal"),
    [
        ((2, 1, SELECT, 1, 0, 5000), 1, Result.CHECK_WRONG),
        ((1, 1, SELECT, 1, 0, 5000), 0, Result.EPOCH_OLD),
        ((2, 5, SELECT, 1, 0, 5000), 0, Result.SEQUENCE_WRONG),
        ((2, 0, SELECT, 1, 0, 5000), 0, Result.SEQUENCE_WRONG),
        ((3, 2, SELECT, 1, 0, 5000), 0, Result.SEQUENCE_WRONG),
        ((2, 2, 0, 1, 0, 5000), 0, Result.OPERATION_UNKNOWN),
        ((2, 2, 3, 1, 0, 5000), 0, Result.OPERATION_UNKNOWN),
    ],
)
def test_an_ill_formed_command_changes_nothing_but_refusal(
    master: Master, values: tuple[int, ...], check: int, refusal: Result
) -> None:
    master.epoch = 2
    assert master.select(2, 0) == Result.SELECTED
    before = master.status()
    after = send(master, *values, check=check)
    assert after["REFUSAL"] == 0x0100 | refusal
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"STATUS_CTR", "REFUSAL"}
    assert master.operate(2, 0) == Result.ACCEPTED, "the selection still lives"


def test_the_count_of_ill_formed_commands_wraps(master: Master) -> None:
    for _ in range(256):
        status = send(master, 9, 9, SELECT, 1, 0, 5000)
    assert status["REFUSAL"] == Result.SEQUENCE_WRONG
    assert send(master, 9, 9, SELECT, 1, 0, 5000)["REFUSAL"] >> 8 == 1


@pytest.mark.parametrize("operation", [SELECT, OPERATE])
@pytest.mark.parametrize("aisle", [7, 100, 0xFFFF, 3])
def test_an_aisle_that_does_not_exist_or_closes_itself_is_refused(master: Master, operation: int, aisle: int) -> None:
    closes = aisle if aisle == 3 else 0
    assert master.order(operation, aisle, closes, 5000) == Result.AISLE_WRONG


@pytest.mark.parametrize(("aisle", "closes"), [(0, 3), (3, 0), (2, 5), (2, 9)])
def test_aisles_that_cannot_be_entered_or_lie_in_another_segment_are_refused(aisle: int, closes: int) -> None:
    master = Master(track(7, fixed=(4,), end_aisles=(False, True), open_aisles=(3, 4)))
    master.beat()
    assert master.select(aisle, closes) == Result.AISLE_WRONG


@pytest.mark.parametrize(
    ("operation", "ttl_ms", "is_good"),
    [(SELECT, 0, False), (SELECT, 1, True), (SELECT, 10_000, True), (SELECT, 10_001, False), (OPERATE, 60_001, False)],
)
def test_time_to_live_has_a_range(master: Master, operation: int, ttl_ms: int, is_good: bool) -> None:
    assert (master.order(operation, 1, 0, ttl_ms) != Result.TTL_RANGE) == is_good


def test_without_a_heartbeat_nothing_is_selected() -> None:
    assert Master().select(1, 0) == Result.WATCHDOG_NOT_ARMED


@pytest.mark.parametrize("mode", ["local", "maintenance", "hand_crank"])
def test_in_another_mode_nothing_is_selected(master: Master, mode: str) -> None:
    master.block.control("mode", mode=mode)
    assert master.select(1, 0) == Result.NOT_ENABLED
    master.block.control("mode", mode="automatic")
    assert master.select(1, 0) == Result.SELECTED


def test_without_local_enable_nothing_is_selected(master: Master) -> None:
    master.block.control("enable", given=False)
    assert master.select(1, 0) == Result.NOT_ENABLED
    assert master.status()["FLAGS"] == registers.Flag.WATCHDOG_ARMED


def test_a_live_input_in_any_aisle_refuses(master: Master) -> None:
    master.block.control("beam", aisle=5, broken=True)
    assert master.select(1, 0) == Result.FAULTED
    assert (master.status()["INPUTS"], master.status()["FAULTS"]) == (4, 0)
    master.block.control("beam", aisle=5, broken=False)
    assert master.select(1, 0) == Result.SELECTED


def test_while_something_moves_a_command_is_refused_and_the_motion_goes_on(master: Master) -> None:
    master.start(1, 0)
    assert master.select(2, 0) == Result.MOVING
    master.live(2.0)
    assert master.select(2, 0) == Result.MOVING
    assert master.status()["STATE"] == State.MOVING


def test_closes_must_be_the_open_aisle(master: Master) -> None:
    assert master.select(2, 1) == Result.CLOSES_NOT_OPEN
    assert master.select(2, NONE) == Result.CLOSES_NOT_OPEN


def test_an_open_aisle_is_not_opened(master: Master) -> None:
    assert master.select(0, NONE) == Result.OPEN_ALREADY


def test_somebody_in_the_aisle_that_closes_is_protected(master: Master) -> None:
    master.block.control("person_in", aisle=0)
    assert master.select(3, 0) == Result.OCCUPIED
    assert master.status()["OCCUPIED_LO"] == 1
    master.block.control("person_out")
    assert master.select(3, 0) == Result.SELECTED


def test_somebody_in_another_segment_is_not_concerned() -> None:
    master = Master(track(7, fixed=(4,), open_aisles=(3, 4)))
    master.beat()
    master.block.control("person_in", aisle=4)
    assert master.select(1, 3) == Result.SELECTED


def stopped_half_way() -> Master:
    """Aisle 0 was to close for aisle 1: both stand about 400 mm wide."""
    master = Master()
    master.start(1, 0)
    master.live(1.0 + 10.0)
    master.block.write(registers.STOP, 0)
    master.live(1.0)
    assert min(master.block.station.block.gaps_mm()[:2]) > 350
    return master


@pytest.mark.parametrize("aisle", [0, 1, 2])
def test_somebody_in_a_half_open_aisle_that_would_change_is_protected(aisle: int) -> None:
    master = stopped_half_way()
    assert master.select(aisle, NONE) == Result.SELECTED
    master.block.control("person_in", aisle=1)
    assert master.select(aisle, NONE) == Result.OCCUPIED


@pytest.mark.parametrize("aisle", [0, 1, 4])
def test_from_half_way_any_aisle_opens_and_closes_none(aisle: int) -> None:
    master = stopped_half_way()
    assert master.select(aisle, 6) == Result.CLOSES_NOT_OPEN
    master.start(aisle, NONE)
    master.live(30.0)
    assert master.status()["END_REASON"] == EndReason.ARRIVED
    gaps = master.block.station.block.gaps_mm()
    assert [round(gap) for gap in gaps] == [800 if gap == aisle else 25 for gap in range(7)]


def test_operate_needs_the_selection_just_before_it(master: Master) -> None:
    assert master.operate(1, 0) == Result.NOT_SELECTED
    assert master.select(1, 0) == Result.SELECTED
    assert master.operate(2, 0) == Result.NOT_SELECTED
    assert master.operate(1, 0) == Result.NOT_SELECTED, "the selection was used up"
    assert master.status()["STATE"] == State.IDLE


def test_a_selection_lives_for_its_time_and_no_longer(master: Master) -> None:
    assert master.select(1, 0, ttl_ms=200) == Result.SELECTED
    master.live(0.18)
    assert master.status()["STATE"] == State.SELECTED
    master.live(0.02)
    assert master.status()["STATE"] == State.IDLE
    assert master.operate(1, 0) == Result.NOT_SELECTED


def test_a_refused_select_ends_the_selection_before_it(master: Master) -> None:
    assert master.select(1, 0) == Result.SELECTED
    assert master.select(0, NONE) == Result.OPEN_ALREADY
    assert master.status()["STATE"] == State.IDLE
    assert master.operate(1, 0) == Result.NOT_SELECTED


def test_a_repeat_is_answered_from_memory_and_does_nothing(master: Master) -> None:
    master.start(1, 0)
    master.live(5.0)
    master.block.write(registers.STOP, 0)
    master.live(1.0)
    place = master.status()["POS_1"]
    again = send(master, master.epoch, master.seq, OPERATE, 1, 0, 60_000)
    assert (again["LAST_RESULT"], again["STATE"], again["REFUSAL"]) == (Result.ACCEPTED, State.IDLE, 0)
    master.live(3.0)
    assert master.status()["POS_1"] == place


def test_a_repeat_does_not_even_need_the_same_content(master: Master) -> None:
    assert master.select(1, 0) == Result.SELECTED
    status = send(master, master.epoch, master.seq, SELECT, 5, 0, 1)
    assert (status["TARGET"], status["LAST_RESULT"]) == (1, Result.SELECTED)


def test_of_two_commands_in_one_scan_the_second_counts(master: Master) -> None:
    master.block.write(registers.COMMAND, *registers.command(1, 1, SELECT, 1, 0, 5000))
    master.block.write(registers.COMMAND, *registers.command(1, 2, SELECT, 2, 0, 5000))
    master.block.advance(SCAN_S)
    status = master.status()
    assert (status["LAST_SEQ"], status["LAST_RESULT"]) == (0, 0)
    assert status["REFUSAL"] == 0x0100 | Result.SEQUENCE_WRONG
    master.block.write(registers.COMMAND, *registers.command(1, 1, SELECT, 1, 0, 5000))
    master.block.write(registers.COMMAND, *registers.command(1, 1, SELECT, 2, 0, 5000))
    master.block.advance(SCAN_S)
    assert (master.status()["LAST_SEQ"], master.status()["TARGET"]) == (1, 2)


def test_a_write_takes_effect_at_the_next_scan_and_reads_back_at_once(master: Master) -> None:
    before = master.status()
    values = registers.command(1, 1, SELECT, 1, 0, 5000)
    master.block.write(registers.COMMAND, *values)
    master.block.write(registers.HEARTBEAT, 77)
    assert master.status() == before
    assert tuple(master.block.read(registers.COMMAND, 7)) == values
    assert master.block.read(registers.HEARTBEAT, 1) == [77]
    master.block.advance(SCAN_S)
    assert (master.status()["HB_ECHO"], master.status()["STATE"]) == (77, State.SELECTED)


def test_a_higher_epoch_takes_over_and_stops_what_moves(master: Master) -> None:
    master.start(1, 0)
    master.live(3.0)
    master.epoch, master.seq = 2, 0
    assert master.select(2, 0) == Result.MOVING
    assert (master.status()["STATE"], master.status()["END_REASON"]) == (State.STOPPING, EndReason.STOP)
    status = send(master, 1, 3, SELECT, 2, 0, 5000)
    assert status["REFUSAL"] & 0xFF == Result.EPOCH_OLD


def test_a_higher_epoch_voids_a_selection(master: Master) -> None:
    assert master.select(1, 0) == Result.SELECTED
    status = send(master, 2, 1, OPERATE, 1, 0, 5000)
    assert (status["EPOCH"], status["LAST_RESULT"], status["STATE"]) == (2, Result.NOT_SELECTED, State.IDLE)


def test_identity_tells_what_the_site_must_check() -> None:
    master = Master(track(20, fixed=(1, 18), end_aisles=(False, True), open_aisles=(1, 18), number=12), speed=3.0)
    values = master.block.read(registers.IDENTITY, registers.IDENTITY_COUNT)
    assert values[:13] == [0x4152, 2, 1, 12, 20, 1000, 1, 20, 800, 1000, 120, 0x0001, 0x0002]
    assert registers.to_bytes(values[13:17]) == b"SIM00012"
    assert values[17] == 0b1111
    assert registers.check_of(values[:18]) == values[18]


READS: list[tuple[int, int]] = [
    (0x0000, 18),
    (0x0001, 18),
    (0x0000, 20),
    (0x0100, 29),
    (0x0100, 31),
    (0x0101, 30),
    (0x0117, 1),
    (0x0200, 6),
    (0x0201, 1),
    (0x0211, 1),
    (0x0220, 2),
    (0x0300, 1),
]


@pytest.mark.parametrize(("address", "count"), READS)
def test_only_whole_blocks_are_read(master: Master, address: int, count: int) -> None:
    with pytest.raises(RegisterError, match="illegal address"):
        master.block.read(address, count)


@pytest.mark.parametrize(
    ("address", "values"),
    [(0x0000, (1,)), (0x0100, (1,)), (0x0200, (1,) * 6), (0x0201, (1,)), (0x0210, (1, 1)), (0x0220, (1, 1)), (0x0221, (1,))],
)
def test_only_the_command_heartbeat_and_stop_are_written(master: Master, address: int, values: tuple[int, ...]) -> None:
    before = master.status()
    with pytest.raises(RegisterError, match="illegal address"):
        master.block.write(address, *values)
    assert master.status() == before


def test_a_serial_number_has_eight_characters() -> None:
    with pytest.raises(ValueError, match="8 ASCII"):
        Settings(serial="SHORT")
