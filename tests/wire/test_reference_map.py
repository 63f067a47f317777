"""The register map as the driver reads and writes it, field by field, against blocks built from the document."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_controller import PaperController, checked, packed
from statuses import refusal_of, result_of

from archroom.core.shelving import (
    Action,
    ControllerKind,
    ControllerState,
    ControllerStatus,
    EndReason,
    Fault,
    Instruction,
    Mode,
)
from archroom.drivers import reference
from archroom.drivers.modbus import Function
from archroom.drivers.reference import CommandResult
from archroom.errors import LinkError

words = st.integers(0, 0xFFFF)
IDENTITY = [0x4152, 2, 2, 3, 20, 750, 1, 20, 900, 1500, 45, 0b1, 0b1000, *struct.unpack(">4H", b"MAP-0042"), 0b1001]
STATUS = [7, 8, 9, 10, 0x22, 4, 1, 3, 0b1000101, 2, 0b10, 1, 0b100, 0, 3, 1, 77, 0, 0x0310, 0b101, 0, 1, 3, 450, 475, 5000]
TARGET, CLOSES, ACTION = 0x0E, 0x0F, 0x15
NONE = 0xFFFF


def under_way(action: int, target: int, closes: int) -> tuple[int, ...]:
    """A status with something selected or under way."""
    block = list(STATUS)
    block[ACTION], block[TARGET], block[CLOSES] = action, target, closes
    return checked(tuple(block))


def test_an_identity_says_what_stands_in_it() -> None:
    identity = reference.parse_identity(checked(tuple(IDENTITY)))
    assert (identity.kind, identity.block, identity.carriages) == (ControllerKind.STEEL, 3, 20)
    assert (identity.watchdog_ms, identity.watchdog_mode, identity.scan_ms) == (750, 1, 20)
    assert (identity.aisle_mm, identity.warning_ms, identity.speed_mm_s) == (900, 1500, 45)
    assert identity.fixed_carriages == {1, 20}
    assert identity.serial == "MAP-0042"
    assert identity.capabilities == {Action.OPEN, Action.CLOSE, Action.LOCK, Action.UNLOCK}


@pytest.mark.parametrize(("number", "kind"), [(1, ControllerKind.SIMULATOR), (2, ControllerKind.STEEL)])
def test_a_simulator_says_that_it_is_one_and_steel_that_it_is_not(number: int, kind: ControllerKind) -> None:
    identity = reference.parse_identity(checked((*IDENTITY[:2], number, *IDENTITY[3:])))
    assert identity.kind is kind


@pytest.mark.parametrize(
    ("bits", "more"), [(0, set()), (2, {Action.VENTILATE}), (4, {Action.JOG}), (0xFFF0, set()), (0xFFFF, set(Action))]
)
def test_what_a_controller_can_do_is_told_by_bits(bits: int, more: set[Action]) -> None:
    identity = reference.parse_identity(checked((*IDENTITY[:-1], bits)))
    assert identity.capabilities == more | {Action.OPEN}


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, 0x5241, "not a shelving controller"),
        (1, 1, "version 1"),
        (1, 3, "version 3"),
        (2, 0, "KIND 0"),
        (2, 3, "KIND 3"),
        (4, 0, "0 carriages"),
        (4, 33, "33 carriages"),
    ],
)
def test_an_identity_of_something_else_is_refused(place: int, value: int, reason: str) -> None:
    changed = [*IDENTITY[:place], value, *IDENTITY[place + 1 :]]
    with pytest.raises(LinkError, match=reason):
        reference.parse_identity(checked(tuple(changed)))


def test_a_status_says_what_stands_in_it() -> None:
    status = reference.parse_status(checked(tuple(STATUS)))
    assert (status.counter, status.boot_id, status.epoch, status.last_seq) == (7, 8, 9, 10)
    assert result_of(status.last_result) is CommandResult.WATCHDOG_NOT_ARMED
    assert (status.state, status.mode, status.end_reason) == (ControllerState.MOVING, Mode.AUTOMATIC, EndReason.NONE)
    assert (status.is_enabled, status.is_watchdog_armed) == (True, True)
    assert status.faults == Fault.ESTOP | Fault.BEAM | Fault.OVERTRAVEL
    assert status.inputs == 2
    assert status.occupied_aisles == {1, 16}
    assert status.moving_carriages == {3}
    assert (status.instruction, status.heartbeat_echo) == (Instruction(Action.OPEN, 3, 1), 77)
    assert status.locked_carriages == {1, 3}
    assert refusal_of(status) == (CommandResult.CHECK_WRONG, 3)
    assert status.positions_mm == (450, 475, 5000)


@pytest.mark.parametrize(
    ("place", "named", "words_by_number"),
    [
        (0x05, lambda told: told.state.name, "STARTING IDLE SELECTED WARNING MOVING STOPPING FAULTED"),
        (0x06, lambda told: told.mode.name, "- AUTOMATIC LOCAL MAINTENANCE HAND_CRANK"),
        (0x11, lambda told: told.end_reason.name, "NONE ARRIVED STOP WATCHDOG TIME_TO_LIVE FAULT OCCUPIED MODE"),
    ],
)
def test_each_number_of_a_status_is_the_word_of_the_document(
    place: int, named: Callable[[ControllerStatus], str], words_by_number: str
) -> None:
    for number, word in enumerate(words_by_number.split()):
        registers = checked((*STATUS[:place], number, *STATUS[place + 1 :]))
        if word == "-":
            with pytest.raises(LinkError):
                reference.parse_status(registers)
        else:
            assert named(reference.parse_status(registers)) == word


def test_each_bit_of_the_faults_is_the_device_of_the_document() -> None:
    for bit, word in enumerate("ESTOP EDGE BEAM OCCUPIED POSITION DRIVE OVERTRAVEL".split()):
        status = reference.parse_status(checked((*STATUS[:0x08], 1 << bit, *STATUS[0x09:])))
        assert status.faults is Fault[word]


@pytest.mark.parametrize(
    ("registers", "told"),
    [
        ((0, NONE, NONE), None),
        ((1, 0, NONE), Instruction(Action.OPEN, 0)),
        ((2, 0, 3), Instruction(Action.CLOSE, 0, 3)),
        ((3, 2, 1), Instruction(Action.VENTILATE, 2, 1)),
        ((4, 3, 50), Instruction(Action.JOG, 3, jog_mm=50)),
        ((4, 1, 0x8000 | 2000), Instruction(Action.JOG, 1, jog_mm=-2000)),
        ((5, 2, NONE), Instruction(Action.LOCK, 2)),
        ((6, 2, NONE), Instruction(Action.UNLOCK, 2)),
    ],
)
def test_what_is_under_way_is_told_in_words(registers: tuple[int, int, int], told: Instruction | None) -> None:
    assert reference.parse_status(under_way(*registers)).instruction == told


@pytest.mark.parametrize(
    ("registers", "name"),
    [
        ((0, 3, NONE), "ACTION 0"),
        ((0, NONE, 1), "ACTION 0"),
        ((7, 3, NONE), "ACTION 7"),
        ((1, NONE, NONE), "TARGET 65535"),
        ((1, 4, NONE), "TARGET 4"),
        ((4, 0, 50), "TARGET 0"),
        ((5, 0, NONE), "TARGET 0"),
        ((4, 3, 0), "CLOSES 0"),
        ((4, 3, 2001), "CLOSES 2001"),
        ((4, 3, NONE), "CLOSES 65535"),
        ((5, 3, 1), "CLOSES 1"),
        ((1, 3, 4), "CLOSES 4"),
    ],
)
def test_what_cannot_be_under_way_is_not_believed(registers: tuple[int, int, int], name: str) -> None:
    with pytest.raises(LinkError, match=name):
        reference.parse_status(under_way(*registers))


@given(st.sampled_from(("identity", "status")), st.data(), st.integers(1, 0xFFFF))
def test_any_changed_register_is_found_by_check(kind: str, data: st.DataObject, change: int) -> None:
    parse, block = {
        "identity": (reference.parse_identity, checked(tuple(IDENTITY))),
        "status": (reference.parse_status, checked(tuple(STATUS))),
    }[kind]
    place = data.draw(st.integers(0, len(block) - 1))
    with pytest.raises(LinkError):
        parse((*block[:place], block[place] ^ change, *block[place + 1 :]))


@given(st.lists(words, max_size=60))
def test_any_registers_are_refused_or_read_but_never_break_anything(registers: list[int]) -> None:
    for parse in (reference.parse_identity, reference.parse_status):
        for block in (tuple(registers), checked(tuple(registers))):
            with suppress(LinkError):
                parse(block)


@given(st.lists(words, max_size=60))
def test_check_is_the_crc_of_the_document(registers: list[int]) -> None:
    block = tuple(registers)
    assert reference.crc16(block) == checked(block)[-1]
    assert reference.crc16((0x3132, 0x3334)) == checked((0x3132, 0x3334))[-1]


def test_commands_are_what_the_document_says() -> None:
    request = reference.operate(3, 5, 6, Instruction(Action.OPEN, 2), 30_000)
    assert (request.unit, request.function, request.address) == (3, Function.WRITE_SEVERAL, 0x0200)
    assert request.values == checked((5, 6, 2, 2, NONE, 30_000))
    assert not request.is_stop
    assert reference.select(3, 5, 6, Instruction(Action.OPEN, 2, 4), 10_000).values == checked((5, 6, 1, 2, 4, 10_000))
    beat, stop = reference.heartbeat(3, 0x1_0007), reference.stop(3, 0x1_0009)
    assert (beat.function, beat.address, beat.values, beat.is_stop) == (Function.WRITE_ONE, 0x0210, (7,), False)
    assert (stop.function, stop.address, stop.values, stop.is_stop) == (Function.WRITE_ONE, 0x0220, (9,), True)
    assert reference.stop_broadcast().unit == 0
    assert (reference.read_identity(3).address, reference.read_identity(3).count) == (0, 19)
    assert (reference.read_status(3, 32).address, reference.read_status(3, 32).count) == (0x0100, 56)


@pytest.mark.parametrize(
    ("told", "op", "aisle", "closes"),
    [
        (Instruction(Action.OPEN, 0), 0x00, 0, NONE),
        (Instruction(Action.CLOSE, 0, 3), 0x01, 0, 3),
        (Instruction(Action.VENTILATE, 2), 0x02, 2, NONE),
        (Instruction(Action.JOG, 3, jog_mm=1), 0x03, 3, 1),
        (Instruction(Action.JOG, 32, jog_mm=-2000), 0x03, 32, 0x87D0),
        (Instruction(Action.LOCK, 1), 0x04, 1, NONE),
        (Instruction(Action.UNLOCK, 1), 0x05, 1, NONE),
    ],
)
def test_every_action_is_written_as_the_document_says(told: Instruction, op: int, aisle: int, closes: int) -> None:
    selected, operated = reference.select(1, 2, 3, told, 400), reference.operate(1, 2, 4, told, 400)
    assert selected.values == checked((2, 3, op << 8 | 1, aisle, closes, 400))
    assert operated.values == checked((2, 4, op << 8 | 2, aisle, closes, 400))


TOLD = Instruction(Action.OPEN, 1, 2)


@pytest.mark.parametrize(
    ("epoch", "seq", "told", "ttl_ms"),
    [
        (0, 1, TOLD, 100),
        (0x10000, 1, TOLD, 100),
        (1, 0, TOLD, 100),
        (1, 0x10000, TOLD, 100),
        (1, 1, Instruction(Action.OPEN, -1, 2), 100),
        (1, 1, Instruction(Action.OPEN, 33, 2), 100),
        (1, 1, Instruction(Action.OPEN, 1, 33), 100),
        (1, 1, Instruction(Action.OPEN, 1, -1), 100),
        (1, 1, Instruction(Action.LOCK, 0), 100),
        (1, 1, Instruction(Action.JOG, 0, jog_mm=5), 100),
        (1, 1, Instruction(Action.JOG, 1), 100),
        (1, 1, Instruction(Action.JOG, 1, jog_mm=2001), 100),
        (1, 1, Instruction(Action.JOG, 1, jog_mm=-2001), 100),
        (1, 1, Instruction(Action.OPEN, 1, jog_mm=5), 100),
        (1, 1, TOLD, 0),
        (1, 1, TOLD, 60_001),
    ],
)
def test_a_command_out_of_range_is_not_built(epoch: int, seq: int, told: Instruction, ttl_ms: int) -> None:
    for build in (reference.select, reference.operate):
        with pytest.raises(ValueError, match="aisles|range|way"):
            build(1, epoch, seq, told, ttl_ms)


def test_the_limits_of_reads_and_selections() -> None:
    with pytest.raises(ValueError, match="range"):
        reference.select(1, 1, 1, TOLD, 10_001)
    with pytest.raises(ValueError, match="carriages"):
        reference.read_status(1, 33)


def test_every_result_has_a_sentence_of_its_own() -> None:
    sentences = [result.sentence.english() for result in CommandResult]
    assert len(set(sentences)) == len(sentences)
    assert [result for result in CommandResult if result.is_taken] == [CommandResult.SELECTED, CommandResult.ACCEPTED]
    assert result_of(0x77) is None


def test_the_paper_controller_is_understood() -> None:
    """The device that other tests rely on speaks the map."""
    device = PaperController(1, 8)
    assert reference.parse_identity(device.identity).serial == "PAPER001"
    told = Instruction(Action.LOCK, 3)
    for command in (reference.select(1, 1, 1, told, 5_000), reference.operate(1, 1, 2, told, 5_000)):
        assert not reference.parse_status(device.status).locked_carriages
        device.answer(struct.pack(">BHHB", 16, 0x0200, 7, 14) + packed(command.values))
        if command.values[2] & 0xFF == reference.Operation.SELECT:
            selected = reference.parse_status(device.status)
            assert (selected.state, selected.instruction) == (ControllerState.SELECTED, told)
    assert reference.parse_status(device.status).locked_carriages == {3}
