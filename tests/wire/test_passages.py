"""What a tap hears of a line, what it means, and how a wrong first byte is counted; on a virtual clock."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from paper_controller import with_crc
from virtual_wire import scripted_line

from archroom.core.bench import Verdict
from archroom.core.shelving import Action, Instruction
from archroom.drivers import reference
from archroom.drivers.decoding import function_of, meaning_of, unit_of
from archroom.drivers.line import ExchangeFailed
from archroom.drivers.modbus import Request, read, write_coil, write_one
from archroom.drivers.modbus_frames import has_wrong_start
from archroom.drivers.passages import Passage
from archroom.drivers.timing import Framing, serial_timing, stream_timing

ASK = read(1, 0x0100, 2)
ANSWER = with_crc(struct.pack(">BBBHH", 1, 3, 4, 0xBEEF, 0x00FF))
OTHER = with_crc(struct.pack(">BBBH", 2, 3, 2, 0x1111))
FAST = serial_timing(115_200)


def heard_of(*answers: bytes) -> list[Passage]:
    """What a tap hears of as many exchanges as there are answers."""
    line, _, _ = scripted_line(FAST, *answers)
    heard: list[Passage] = []
    line.state.tap = heard.append
    for _ in answers:
        with suppress(ExchangeFailed):
            line.exchange(ASK)
    return heard


@pytest.mark.parametrize(
    ("answer", "verdict", "meaning"),
    [
        (ANSWER, Verdict.MATCHED, "values 0xBEEF 0x00FF"),
        (b"", Verdict.SILENT, "no answer"),
        (ANSWER[:-1] + b"\x00", Verdict.CRC, "damaged"),
        (OTHER, Verdict.STRANGE, "does not fit the question: a frame of unit 2, function 3"),
        (with_crc(b"\x01\x83\x02"), Verdict.EXCEPTION, "exception 2: no such register"),
        (with_crc(b"\x01\x83\x63"), Verdict.EXCEPTION, "exception 99"),
    ],
)
def test_a_tap_hears_the_question_and_what_became_of_it(answer: bytes, verdict: Verdict, meaning: str) -> None:
    asked, answered = heard_of(answer)
    assert (asked.is_ours, asked.verdict, asked.unit) == (True, Verdict.SENT, 1)
    assert asked.data == with_crc(b"\x01\x03\x01\x00\x00\x02")
    assert meaning_of(asked, False).english() == "read 2 registers from 0x0100"
    assert (answered.is_ours, answered.verdict, answered.data) == (False, verdict, answer)
    assert meaning_of(answered, False).english() == meaning
    assert answered.after_s is not None
    assert answered.at_s >= asked.at_s
    assert function_of(answered) == 3


def test_a_tap_hears_what_comes_unasked_and_what_comes_late() -> None:
    line, wire, clock = scripted_line(FAST, b"", ANSWER)
    heard: list[Passage] = []
    line.state.tap = heard.append
    wire.arrive(clock.now + 0.01, OTHER)
    line.listen(clock.now + 0.05)
    assert [(one.verdict, unit_of(one), function_of(one)) for one in heard] == [(Verdict.UNASKED, 2, 3)]
    assert meaning_of(heard[0], False).english() == "nobody asked for it: a frame of unit 2, function 3"
    with suppress(ExchangeFailed):
        line.exchange(ASK)
    wire.arrive(clock.now + 0.05, ANSWER)
    line.exchange(ASK)
    assert [one.verdict for one in heard[1:]] == [
        Verdict.SENT,
        Verdict.SILENT,
        Verdict.LATE,
        Verdict.SENT,
        Verdict.MATCHED,
    ]
    assert line.state.count(1).late == 1


def test_an_exchange_that_gave_way_did_not_pass() -> None:
    line, _, _ = scripted_line(FAST, ANSWER)
    heard: list[Passage] = []
    line.state.tap = heard.append
    with pytest.raises(ExchangeFailed):
        line.exchange(ASK, lambda: True)
    assert heard == []


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (b"\x00" + ANSWER, 1),
        (b"\x81" + ANSWER[1:], 1),
        (ANSWER[1:], 1),
        (ANSWER, 0),
        (ANSWER[:2] + b"\x05" + ANSWER[3:], 0),
        (b"", 0),
        (OTHER, 0),
    ],
    ids=["one too many", "damaged", "missing", "right", "another byte", "silence", "another unit"],
)
def test_a_wrong_first_byte_is_counted_as_such(answer: bytes, count: int) -> None:
    line, _, _ = scripted_line(FAST, answer)
    with suppress(ExchangeFailed):
        line.exchange(ASK)
    assert line.state.count(1).first_byte == count


def test_modbus_tcp_has_no_first_byte_to_be_damaged() -> None:
    assert not has_wrong_start(ANSWER, ASK, Framing.MBAP)
    line, _, _ = scripted_line(stream_timing(Framing.MBAP), b"")
    with suppress(ExchangeFailed):
        line.exchange(ASK)
    assert line.state.count(1).first_byte == 0


def sent(request: Request) -> Passage:
    return Passage(0.0, request.unit, True, b"", Verdict.SENT, Framing.RTU, request)


@pytest.mark.parametrize(
    ("request_", "meaning"),
    [
        (reference.read_identity(1), "read identity"),
        (reference.read_status(1, 4), "read status"),
        (reference.stop(1), "STOP"),
        (reference.heartbeat(1, 7), "heartbeat 7"),
        (
            reference.select(1, 3, 1, Instruction(Action.OPEN, 2, 0), 5000),
            "SELECT open: EPOCH 3, SEQ 1, AISLE 2, CLOSES 0, TTL 5000 ms",
        ),
        (
            reference.operate(1, 3, 2, Instruction(Action.OPEN, 2, None), 60000),
            "OPERATE open: EPOCH 3, SEQ 2, AISLE 2, CLOSES -, TTL 60000 ms",
        ),
        (read(1, 0x0300, 1), "read 1 registers from 0x0300"),
    ],
)
def test_requests_to_the_reference_controller_are_named(request_: Request, meaning: str) -> None:
    assert meaning_of(sent(request_), True).english() == meaning


def test_the_same_request_to_another_make_is_told_in_numbers() -> None:
    assert meaning_of(sent(write_one(9, 0x0220, 1)), False).english() == "write 0x0001 to 0x0220"
    assert meaning_of(sent(write_coil(9, 200, True)), False).english() == "write 0x0001 to 0x00C8"


def test_a_long_answer_is_cut_in_words_only() -> None:
    ask = read(1, 0, 20)
    answer = with_crc(bytes((1, 3, 40)) + bytes(40))
    passage = Passage(0.0, 1, False, answer, Verdict.MATCHED, Framing.RTU, ask)
    assert meaning_of(passage, False).english() == "values " + "0x0000 " * 16 + "..."


def test_an_answer_of_the_reference_controller_that_cannot_be_says_why() -> None:
    answer = with_crc(bytes((1, 3, 38)) + bytes(38))
    passage = Passage(0.0, 1, False, answer, Verdict.MATCHED, Framing.RTU, reference.read_identity(1))
    assert meaning_of(passage, True).english() == "What answers there is not a shelving controller of this kind."
