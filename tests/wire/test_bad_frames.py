"""What a bus may bring in place of an answer, case by case: the catalogue of bad frames that the driver must survive."""

from __future__ import annotations

import struct

import pytest
from paper_controller import CARRIAGES, PaperController, checked, packed, with_crc
from virtual_wire import scripted_line

from archroom.core.shelving import Action, Instruction
from archroom.drivers import reference
from archroom.drivers.controller import ReferenceController
from archroom.drivers.line import ExchangeFailed
from archroom.drivers.modbus import Request, read, write_one, write_several
from archroom.drivers.timing import Framing, serial_timing, stream_timing
from archroom.drivers.transactions import FailureKind
from archroom.errors import LinkError

RTU, TCP = serial_timing(19_200), stream_timing(Framing.MBAP)
ASK = read(1, 0x0100, 2)
PDU = struct.pack(">BBHH", 3, 4, 0xBEEF, 0x00FF)
ANSWER = with_crc(b"\x01" + PDU)


def mbap(transaction: int, pdu: bytes, *, unit: int = 1, protocol: int = 0, extra: int = 0) -> bytes:
    return struct.pack(">HHHB", transaction, protocol, len(pdu) + 1 + extra, unit) + pdu


def kind_of_failure(received: bytes, timing: object = RTU) -> FailureKind:
    """What an exchange makes of these bytes, which come at once; the next must still be right, after a drain."""
    line_timing = TCP if timing is TCP else RTU
    good = ANSWER if line_timing is RTU else mbap(2, PDU)
    line, wire, clock = scripted_line(line_timing, received, good)
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(ASK)
    failed_at = clock.now
    assert failed.value.failure.request == ASK
    assert len(wire.sent) == 1
    assert line.exchange(ASK).registers == (0xBEEF, 0x00FF)
    assert wire.sent[1][0] - failed_at >= 0.250 - 1e-9
    return failed.value.failure.kind


@pytest.mark.parametrize("timing", [RTU, TCP], ids=["rtu", "tcp"])
@pytest.mark.parametrize("byte", [0x00, 0x01, 0x55, 0xFF])
@pytest.mark.parametrize("count", [1, 3, 255, 257, 1_000_000])
def test_any_number_of_any_byte_is_dropped(count: int, byte: int, timing: object) -> None:
    assert kind_of_failure(bytes((byte,)) * count, timing) in (FailureKind.GARBAGE, FailureKind.CUT_SHORT)


def test_nothing_at_all_is_silence() -> None:
    assert kind_of_failure(b"") is FailureKind.SILENCE


@pytest.mark.parametrize(
    ("received", "kind"),
    [
        (with_crc(b"\x02" + PDU), FailureKind.WRONG_UNIT),
        (with_crc(b"\x01\x04" + PDU[1:]), FailureKind.WRONG_FUNCTION),
        (with_crc(b"\x01\x84\x02"), FailureKind.WRONG_FUNCTION),
        (with_crc(b"\x01\x06\x01\x00\x00\x02"), FailureKind.WRONG_FUNCTION),
        (with_crc(b"\x01\x03\x02\xbe\xef"), FailureKind.WRONG_CONTENT),
        (with_crc(b"\x01\x03\x05\xbe\xef\x00\xff\x00"), FailureKind.WRONG_CONTENT),
    ],
)
def test_a_good_crc_is_not_enough(received: bytes, kind: FailureKind) -> None:
    assert kind_of_failure(received) is kind


@pytest.mark.parametrize(
    ("request_", "received"),
    [
        (write_one(1, 0x0210, 7), with_crc(b"\x01\x06\x02\x10\x00\x08")),
        (write_one(1, 0x0210, 7), with_crc(b"\x01\x06\x02\x11\x00\x07")),
        (write_several(1, 0x0200, (1, 2)), with_crc(b"\x01\x10\x02\x00\x00\x03")),
        (reference.operate(1, 1, 2, Instruction(Action.OPEN, 2, 1), 5_000), with_crc(b"\x01\x10\x02\x01\x00\x07")),
    ],
)
def test_a_write_is_acknowledged_only_by_its_own_echo(request_: Request, received: bytes) -> None:
    line, wire, _ = scripted_line(RTU, received)
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(request_)
    assert failed.value.failure.kind is FailureKind.WRONG_CONTENT
    assert failed.value.failure.is_sent
    assert len(wire.sent) == 1


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 8, 10, 11])
def test_an_exception_is_told_and_nothing_is_sent_again(code: int) -> None:
    line, wire, _ = scripted_line(RTU, with_crc(bytes((1, 0x90, code))))
    with pytest.raises(ExchangeFailed) as failed:
        ReferenceController(line, 1).operate(1, 2, Instruction(Action.OPEN, 2, 1), 5_000)
    assert failed.value.failure.kind is FailureKind.EXCEPTION
    assert failed.value.failure.exception_code == code
    assert str(code) in failed.value.message.english()
    assert len(wire.sent) == 1


def test_what_cannot_be_asked_is_not_built() -> None:
    for address, count in ((0, 126), (0xFFFF, 2), (0, 0)):
        with pytest.raises(ValueError, match="registers"):
            read(1, address, count)


def test_an_answer_of_another_length_than_asked_for_is_dropped() -> None:
    for count in (1, 3, 126):
        data = bytes((1, 3, 2 * count)) + bytes(2 * count)
        assert kind_of_failure(with_crc(data)) in (FailureKind.WRONG_CONTENT, FailureKind.GARBAGE)


@pytest.mark.parametrize("pause_s", [0.0, 0.001, 0.050])
def test_an_answer_byte_by_byte_is_right_or_too_late_and_never_wrong(pause_s: float) -> None:
    line, _, _ = scripted_line(RTU, [(pause_s * place, ANSWER[place : place + 1]) for place in range(len(ANSWER))])
    if pause_s < 0.05:
        assert line.exchange(ASK).registers == (0xBEEF, 0x00FF)
    else:
        with pytest.raises(ExchangeFailed) as failed:
            line.exchange(ASK)
        assert failed.value.failure.kind is FailureKind.CUT_SHORT


def test_two_whole_answers_in_one_read_are_one_too_many() -> None:
    assert kind_of_failure(ANSWER + ANSWER) is FailureKind.CROWDED


def test_our_own_echo_is_taken_for_nothing_unless_the_line_is_said_to_echo() -> None:
    question = with_crc(b"\x01\x03\x01\x00\x00\x02")
    assert kind_of_failure(question) is FailureKind.ECHO
    assert kind_of_failure(question + ANSWER) is FailureKind.ECHO
    echoing = serial_timing(19_200, has_echo=True)
    line, _, _ = scripted_line(echoing, question + ANSWER, [(0.001, question[:3]), (0.002, question[3:]), (0.02, ANSWER)])
    assert line.exchange(ASK).registers == (0xBEEF, 0x00FF)
    assert line.exchange(ASK).registers == (0xBEEF, 0x00FF)


def test_on_a_line_that_echoes_a_write_is_not_acknowledged_by_its_echo() -> None:
    heartbeat = reference.heartbeat(1, 7)
    frame = with_crc(b"\x01\x06\x02\x10\x00\x07")
    echoing = serial_timing(19_200, has_echo=True)
    line, _, _ = scripted_line(echoing, frame, frame + frame, ANSWER)
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(heartbeat)
    assert failed.value.failure.kind is FailureKind.SILENCE
    line.exchange(heartbeat)
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(ASK)
    assert failed.value.failure.kind is FailureKind.ECHO


@pytest.mark.parametrize(
    "received",
    [
        mbap(1, PDU, extra=200),
        mbap(1, PDU, protocol=1),
        mbap(0, PDU),
        mbap(7, PDU),
        mbap(1, PDU, unit=2),
        mbap(1, PDU)[:-1],
        mbap(1, b""),
    ],
    ids=["longer", "protocol", "older", "newer", "unit", "shorter", "empty"],
)
def test_a_modbus_tcp_answer_with_a_wrong_header_is_dropped(received: bytes) -> None:
    kind_of_failure(received, TCP)


def status_of(changes: dict[int, int], carriages: int = 8) -> bytes:
    """A status reply of the paper controller with registers changed and CHECK made right again."""
    block = list(PaperController(1, carriages).status)
    for address, value in changes.items():
        block[address] = value
    block = list(checked(tuple(block[:-1])))
    return with_crc(bytes((1, 3, 2 * len(block))) + packed(tuple(block)))


@pytest.mark.parametrize(
    "changes",
    [
        {0x05: 7},
        {0x05: 0xFFFF},
        {0x06: 0},
        {0x06: 5},
        {0x08: 0x80},
        {0x11: 8},
        {0x16: 7},
        {0x01: 0},
        {0x15: 9},
        {0x14: 1},
        {0x15: 1},
    ],
    ids=[
        "state",
        "state none",
        "mode",
        "mode high",
        "fault",
        "end reason",
        "carriages",
        "boot",
        "action",
        "a locked carriage that is not there",
        "action of nothing",
    ],
)
def test_a_status_that_cannot_be_is_refused_whole_and_drained(changes: dict[int, int]) -> None:
    line, _, _ = scripted_line(RTU, status_of(changes))
    with pytest.raises(LinkError) as refused:
        ReferenceController(line, 1).status(8)
    assert not isinstance(refused.value, ExchangeFailed)
    assert line.state.dirty_until is not None


@pytest.mark.parametrize("position", [0xFFFF, 0x8000])
def test_a_position_is_given_on_as_the_number_that_came(position: int) -> None:
    """Whether it can be true is for the supervisor, who knows the block; nothing here bends it into range."""
    line, _, _ = scripted_line(RTU, status_of({0x17: position}))
    assert ReferenceController(line, 1).status(8).status.positions_mm[0] == position


@pytest.mark.parametrize("chatter", [b"4006381333931\r\n", b"ATZ\r\nOK\r\n", b'\x02{"t":21.5}\x03', b"login: "])
def test_another_device_on_the_port_is_found_out_before_anything_is_written(chatter: bytes) -> None:
    line, wire, clock = scripted_line(RTU, chatter, chatter, chatter)
    wire.arrive(clock.now, chatter)
    with pytest.raises(ExchangeFailed) as failed:
        ReferenceController(line, 1).identity()
    assert failed.value.failure.kind in (FailureKind.GARBAGE, FailureKind.BABBLE)
    assert {data[1] for _, data in wire.sent} == {3}


def test_a_modbus_device_of_another_kind_is_found_out_before_anything_is_written() -> None:
    thermometer = with_crc(bytes((1, 3, 38)) + packed((215, 480, *[0] * 17)))
    line, wire, _ = scripted_line(RTU, thermometer)
    with pytest.raises(LinkError, match="not a shelving controller"):
        ReferenceController(line, 1).identity()
    assert len(wire.sent) == 1


def test_a_serial_number_with_escape_sequences_arrives_harmless() -> None:
    identity = PaperController(1, CARRIAGES[1]).identity
    letters = struct.unpack(">4H", b"\x1b]0;\x07\x9bA\x00")
    assert reference.parse_identity(checked((*identity[:13], *letters, identity[17]))).serial == "?]0;??A"


def test_a_gateway_that_repeats_itself_later_is_one_question_behind_and_no_more() -> None:
    """On RTU the same question's last answer once more looks right; its counter tells, and any other question ends it."""
    device = PaperController(1, 8)
    statuses = []
    for _ in range(3):
        device.answer(struct.pack(">BHH", 3, 0x0100, 29))
        block = device.status
        statuses.append(with_crc(bytes((1, 3, 2 * len(block))) + packed(block)))
    beat = with_crc(b"\x01\x06\x02\x10\x00\x07")
    line, _, _ = scripted_line(
        RTU,
        [(0.02, statuses[0]), (0.04, statuses[0])],
        [(0.05, statuses[1])],
        [(0.05, beat)],
        [(0.02, statuses[2])],
    )
    controller = ReferenceController(line, 1)
    assert [controller.status(8).status.counter for _ in range(2)] == [1, 1]
    with pytest.raises(ExchangeFailed):
        controller.heartbeat(7)
    assert controller.status(8).status.counter == 3
