"""The register map as the driver reads and writes it, field by field, against blocks built from the document."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paper_controller import PaperController, checked, packed

from archroom.core.shelving import ControllerKind, ControllerState, EndReason, Fault, Mode
from archroom.drivers import reference
from archroom.drivers.modbus import Function
from archroom.drivers.reference import CommandResult
from archroom.errors import LinkError

words = st.integers(0, 0xFFFF)
IDENTITY = [0x4152, 1, 2, 3, 20, 750, 1, 20, 900, 1500, 45, 0b1, 0b1000, *struct.unpack(">4H", b"MAP-0042")]
STATUS = [7, 8, 9, 10, 0x22, 4, 1, 3, 0b1000101, 2, 0b10, 1, 0b100, 0, 5, 1, 77, 0, 0x0310, 3, 450, 475, 5000]


def test_an_identity_says_what_stands_in_it() -> None:
    identity = reference.parse_identity(checked(tuple(IDENTITY)))
    assert (identity.kind, identity.block, identity.carriages) == (ControllerKind.STEEL, 3, 20)
    assert (identity.watchdog_ms, identity.watchdog_mode, identity.scan_ms) == (750, 1, 20)
    assert (identity.aisle_mm, identity.warning_ms, identity.speed_mm_s) == (900, 1500, 45)
    assert identity.fixed_carriages == {1, 20}
    assert identity.serial == "MAP-0042"


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, 0x5241, "not a shelving controller"),
        (1, 2, "version 2"),
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
    assert reference.result_of(status.last_result) is CommandResult.WATCHDOG_NOT_ARMED
    assert (status.state, status.mode, status.end_reason) == (ControllerState.MOVING, Mode.AUTOMATIC, EndReason.NONE)
    assert (status.is_enabled, status.is_watchdog_armed) == (True, True)
    assert status.faults == Fault.ESTOP | Fault.BEAM | Fault.OVERTRAVEL
    assert status.inputs == 2
    assert status.occupied_aisles == {1, 16}
    assert status.moving_carriages == {3}
    assert (status.target, status.closes, status.heartbeat_echo) == (5, 1, 77)
    assert reference.refusal_of(status) == (CommandResult.CHECK_WRONG, 3)
    assert status.positions_mm == (450, 475, 5000)


def test_no_aisle_is_none() -> None:
    status = reference.parse_status(checked((*STATUS[:0x0E], 0xFFFF, 0xFFFF, *STATUS[0x10:])))
    assert (status.target, status.closes) == (None, None)


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
    request = reference.operate(3, 5, 6, 2, None, 30_000)
    assert (request.unit, request.function, request.address) == (3, Function.WRITE_SEVERAL, 0x0200)
    assert request.values == checked((5, 6, 2, 2, 0xFFFF, 30_000))
    assert not request.is_stop
    assert reference.select(3, 5, 6, 2, 4, 10_000).values == checked((5, 6, 1, 2, 4, 10_000))
    beat, stop = reference.heartbeat(3, 0x1_0007), reference.stop(3, 0x1_0009)
    assert (beat.function, beat.address, beat.values, beat.is_stop) == (Function.WRITE_ONE, 0x0210, (7,), False)
    assert (stop.function, stop.address, stop.values, stop.is_stop) == (Function.WRITE_ONE, 0x0220, (9,), True)
    assert reference.stop_broadcast().unit == 0
    assert (reference.read_identity(3).address, reference.read_identity(3).count) == (0, 18)
    assert (reference.read_status(3, 32).address, reference.read_status(3, 32).count) == (0x0100, 53)


@pytest.mark.parametrize(
    ("epoch", "seq", "aisle", "closes", "ttl_ms"),
    [
        (0, 1, 1, 2, 100),
        (0x10000, 1, 1, 2, 100),
        (1, 0, 1, 2, 100),
        (1, 0x10000, 1, 2, 100),
        (1, 1, -1, 2, 100),
        (1, 1, 33, 2, 100),
        (1, 1, 1, 33, 100),
        (1, 1, 1, -1, 100),
        (1, 1, 1, 2, 0),
        (1, 1, 1, 2, 60_001),
    ],
)
def test_a_command_out_of_range_is_not_built(epoch: int, seq: int, aisle: int, closes: int, ttl_ms: int) -> None:
    for build in (reference.select, reference.operate):
        with pytest.raises(ValueError, match="aisles|range"):
            build(1, epoch, seq, aisle, closes, ttl_ms)
    with pytest.raises(ValueError, match="range"):
        reference.select(1, 1, 1, 1, 2, 10_001)
    with pytest.raises(ValueError, match="carriages"):
        reference.read_status(1, 33)


def test_every_result_has_a_sentence_of_its_own() -> None:
    sentences = [result.sentence.english() for result in CommandResult]
    assert len(set(sentences)) == len(sentences)
    assert [result for result in CommandResult if result.is_taken] == [CommandResult.SELECTED, CommandResult.ACCEPTED]
    assert reference.result_of(0x77) is None


def test_the_paper_controller_is_understood() -> None:
    """The device that other tests rely on speaks the map."""
    device = PaperController(1, 8)
    assert reference.parse_identity(device.identity).serial == "PAPER001"
    command = reference.select(1, 1, 1, 2, 1, 5_000)
    device.answer(struct.pack(">BHHB", 16, 0x0200, 7, 14) + packed(command.values))
    assert reference.parse_status(device.status).state is ControllerState.SELECTED
