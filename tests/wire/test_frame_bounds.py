"""Frames at the bounds of their lengths, and every function's own answer."""

from __future__ import annotations

import struct

import pytest
from paper_controller import with_crc

from archroom.drivers.modbus import Function, Request, read, read_from, write_coil, write_one, write_several
from archroom.drivers.modbus_frames import (
    FoundReply,
    Strangeness,
    build_request,
    explain,
    find_reply,
    has_wrong_start,
    reply_bytes,
    whole_frames,
)
from archroom.drivers.timing import Framing

NUMBER = 0x0A0B
BOTH = pytest.mark.parametrize("framing", Framing)


def framed(unit: int, pdu: bytes, framing: Framing, transaction: int = NUMBER) -> bytes:
    """The frame of a PDU."""
    if framing is Framing.RTU:
        return with_crc(bytes((unit,)) + pdu)
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


CASES = [
    (read_from(9, Function.READ_COILS, 7, 10), b"\x01\x00\x07\x00\x0a", b"\x01\x02\x81\x02", (1, 0, 0, 0, 0, 0, 0, 1, 0, 1)),
    (read_from(9, Function.READ_DISCRETE, 7, 8), b"\x02\x00\x07\x00\x08", b"\x02\x01\x81", (1, 0, 0, 0, 0, 0, 0, 1)),
    (read(9, 7, 2), b"\x03\x00\x07\x00\x02", b"\x03\x04\x00\x01\xff\xff", (1, 0xFFFF)),
    (read_from(9, Function.READ_INPUT, 7, 1), b"\x04\x00\x07\x00\x01", b"\x04\x02\x12\x34", (0x1234,)),
    (write_coil(9, 7, True), b"\x05\x00\x07\xff\x00", b"\x05\x00\x07\xff\x00", ()),
    (write_coil(9, 7, False), b"\x05\x00\x07\x00\x00", b"\x05\x00\x07\x00\x00", ()),
    (write_one(9, 7, 0x1234), b"\x06\x00\x07\x12\x34", b"\x06\x00\x07\x12\x34", ()),
    (write_several(9, 7, (1, 2)), b"\x10\x00\x07\x00\x02\x04\x00\x01\x00\x02", b"\x10\x00\x07\x00\x02", ()),
]


@BOTH
@pytest.mark.parametrize(("request_", "question", "answer", "values"), CASES)
def test_each_function_has_its_question_and_its_answer(
    request_: Request, question: bytes, answer: bytes, values: tuple[int, ...], framing: Framing
) -> None:
    assert build_request(request_, framing, NUMBER) == framed(9, question, framing)
    frame = framed(9, answer, framing)
    assert reply_bytes(request_, framing) == len(frame)
    assert find_reply(b"\xee" + frame, request_, framing, NUMBER) == FoundReply(1, 1 + len(frame), values, None)
    assert find_reply(frame[:-1], request_, framing, NUMBER) is None
    for place in range(len(answer)):
        if request_.function.is_read and place > 1:
            continue
        wrong = bytearray(answer)
        wrong[place] ^= 0x40
        assert find_reply(framed(9, bytes(wrong), framing), request_, framing, NUMBER) is None, place
    refused = framed(9, bytes((request_.function | 0x80, 4)), framing)
    assert find_reply(refused, request_, framing, NUMBER) == FoundReply(0, len(refused), (), 4)


def test_the_number_counts_on_modbus_tcp_only() -> None:
    request = read(9, 7, 1)
    answer = b"\x03\x02\x12\x34"
    assert find_reply(framed(9, answer, Framing.MBAP, NUMBER + 1), request, Framing.MBAP, NUMBER) is None
    assert find_reply(framed(9, answer, Framing.RTU), request, Framing.RTU, NUMBER + 1) is not None


@BOTH
@pytest.mark.parametrize(("pdu", "values", "code"), [(b"\x03\x02\x12\x34", (0x1234,), None), (b"\x83\x02", (), 2)])
def test_an_answer_is_found_behind_a_byte_like_its_own_first_one(
    pdu: bytes, values: tuple[int, ...], code: int | None, framing: Framing
) -> None:
    frame = framed(9, pdu, framing)
    found = find_reply(frame[:1] + frame, read(9, 7, 1), framing, NUMBER)
    assert found == FoundReply(1, 1 + len(frame), values, code)


@pytest.mark.parametrize("pdu", [b"\x83\x02", b"\x03\x02\x12\x34"])
def test_an_answer_without_its_first_byte_or_with_another_in_its_place_is_known(pdu: bytes) -> None:
    request = read(9, 7, 1)
    frame = framed(9, pdu, Framing.RTU)
    assert has_wrong_start(frame[1:], request, Framing.RTU)
    assert has_wrong_start(b"\xee" + frame[1:], request, Framing.RTU)
    for other in (b"", frame[1:2], frame[2:], b"\xee\xee" + frame[2:], framed(8, pdu, Framing.RTU)[1:]):
        assert not has_wrong_start(other, request, Framing.RTU)
    assert not has_wrong_start(b"\xee" + framed(9, pdu, Framing.MBAP, 0)[1:], request, Framing.MBAP)


def test_the_first_of_two_answers_is_taken_and_a_begun_one_waits() -> None:
    request = read(9, 7, 1)
    first, second = (framed(9, b"\x03\x02\x00" + bytes((number,)), Framing.RTU) for number in (1, 2))
    assert find_reply(first + second, request, Framing.RTU, 0) == FoundReply(0, 7, (1,), None)
    assert find_reply(first[:3] + second, request, Framing.RTU, 0) == FoundReply(3, 10, (2,), None)
    assert find_reply(b"\x09\x03" + second[:0], request, Framing.RTU, 0) is None


@pytest.mark.parametrize(
    ("frame", "unit", "function"),
    [
        (with_crc(b"\x01\x83\x02"), 1, 0x83),
        (with_crc(b"\xf7\x03\x02\x12\x34"), 247, 3),
        (with_crc(b"\x01\x03\x00\x07\x00\x01"), 1, 3),
        (with_crc(b"\x01\x06\x00\x07\x00\x01"), 1, 6),
        (with_crc(b"\x01\x17\x02\x12\x34"), 1, 23),
        (with_crc(b"\x01\x01\x01\x81"), 1, 1),
        (with_crc(b"\x01\x02\x01\x81"), 1, 2),
        (with_crc(b"\x01\x04\x02\x12\x34"), 1, 4),
        (with_crc(b"\x01\x10\x00\x07\x00\x01"), 1, 16),
        (with_crc(b"\x01\x10\x00\x07\x00\x01\x02\x12\x34"), 1, 16),
        (with_crc(b"\x01\x0f\x00\x07\x00\x08\x01\x81"), 1, 15),
        (with_crc(b"\x01\x10\x00\x07\x00\x7d\xfb" + bytes(251)), 1, 16),
        (with_crc(b"\x01\x03\xff" + bytes(255)), 1, 3),
    ],
)
def test_a_whole_frame_of_anybody_is_known_by_its_length_and_its_checksum(frame: bytes, unit: int, function: int) -> None:
    assert list(whole_frames(frame, Framing.RTU)) == [(unit, function)]
    assert list(whole_frames(b"\xff" + frame + frame, Framing.RTU)) == [(unit, function)] * 2
    assert list(whole_frames(frame[:-1], Framing.RTU)) == []
    assert list(whole_frames(frame[:-1] + bytes((frame[-1] ^ 1,)), Framing.RTU)) == []


@pytest.mark.parametrize(
    "data",
    [
        with_crc(b"\xf8\x03\x02\x12\x34"),
        with_crc(b"\x01\x10\x00\x07\x00\x7e\xfc" + bytes(252)),
        with_crc(b"\x01\x06\x00\x07\x00"),
        with_crc(b"\x01\x83\x02\x00"),
        b"",
        b"\x01\x83\x02",
        b"\xff\xff\xff\xff" + with_crc(b"\x01\x03\x08" + bytes(6)),
        b"\xff" + with_crc(b"\x01\x03\x08" + bytes(6)) + b"\xff",
    ],
)
def test_bytes_of_another_unit_checksum_or_length_are_no_frame_of_anybody(data: bytes) -> None:
    assert list(whole_frames(data, Framing.RTU)) == []


@pytest.mark.parametrize(
    ("protocol", "length", "is_whole"),
    [(0, 2, False), (0, 3, True), (0, 254, True), (0, 255, False), (1, 3, False)],
)
def test_a_frame_of_modbus_tcp_is_known_by_its_length(protocol: int, length: int, is_whole: bool) -> None:
    frame = struct.pack(">HHH", NUMBER, protocol, length) + b"\x09\x83" + bytes(length - 2)
    found = list(whole_frames(frame, Framing.MBAP))
    assert ((9, 0x83) in found) is is_whole
    assert not is_whole or list(whole_frames(frame + frame, Framing.MBAP)) == [(9, 0x83)] * 2
    assert not is_whole or (9, 0x83) not in list(whole_frames(frame[:-1], Framing.MBAP))


@BOTH
def test_what_came_in_place_of_an_answer_has_a_name(framing: Framing) -> None:
    request = read(9, 7, 2)
    good = framed(9, b"\x03\x04\x00\x01\x00\x02", framing)
    names = {
        framed(9, b"\x83\x02", framing, NUMBER if framing is Framing.RTU else NUMBER + 1): Strangeness.WRONG_CONTENT,
        framed(9, b"\x84\x02", framing): Strangeness.WRONG_FUNCTION,
        framed(8, b"\x83\x02", framing): Strangeness.WRONG_UNIT,
        good[:1]: Strangeness.CUT_SHORT,
        good[:-1]: Strangeness.CUT_SHORT,
        b"\xee" + good[:-1]: Strangeness.GARBAGE,
        b"\x00" + build_request(request, framing, NUMBER): Strangeness.ECHO,
    }
    assert {data: explain(data, request, framing, NUMBER) for data in names} == names
    if framing is Framing.RTU:
        assert explain(good[:-1] + bytes((good[-1] ^ 1,)), request, framing, NUMBER) is Strangeness.BAD_CRC
