"""Answers are cut out of whatever else comes: split anywhere, glued to anything, in front of or behind noise."""

from __future__ import annotations

import struct

import pytest
from paper_controller import with_crc

from archroom.drivers.modbus import Function, Request, read, read_from, write_one, write_several
from archroom.drivers.modbus_frames import (
    FoundReply,
    Strangeness,
    build_request,
    explain,
    find_reply,
    reply_bytes,
    whole_frames,
)
from archroom.drivers.timing import Framing

READ = read(17, 0x0100, 3)
WRITE = write_one(17, 0x0210, 0x1234)
COMMAND = write_several(17, 0x0200, (1, 2, 3))
REGISTERS = (0xAE41, 0x5652, 0x4340)
PDUS = {
    READ: struct.pack(">BB3H", 3, 6, *REGISTERS),
    WRITE: struct.pack(">BHH", 6, 0x0210, 0x1234),
    COMMAND: struct.pack(">BHH", 16, 0x0200, 3),
}
NUMBER = 0x0A0B


def framed(unit: int, pdu: bytes, framing: Framing, transaction: int = NUMBER) -> bytes:
    if framing is Framing.RTU:
        return with_crc(bytes((unit,)) + pdu)
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


def found(data: bytes, request: Request, framing: Framing) -> FoundReply | None:
    return find_reply(data, request, framing, NUMBER)


def by_function(value: object) -> str | None:
    return value.function.name if isinstance(value, Request) else None


every_request = pytest.mark.parametrize("request_", PDUS, ids=by_function)
every_framing = pytest.mark.parametrize("framing", Framing)


@every_framing
@every_request
def test_a_good_answer_is_found_and_read(request_: Request, framing: Framing) -> None:
    frame = framed(17, PDUS[request_], framing)
    assert len(frame) == reply_bytes(request_, framing)
    registers = REGISTERS if request_.function is Function.READ else ()
    assert found(frame, request_, framing) == FoundReply(0, len(frame), registers, None)


@every_framing
@every_request
def test_an_exception_is_found_and_read(request_: Request, framing: Framing) -> None:
    frame = framed(17, bytes((request_.function | 0x80, 6)), framing)
    assert found(frame, request_, framing) == FoundReply(0, len(frame), (), 6)


@every_framing
@every_request
def test_no_beginning_of_an_answer_is_an_answer(request_: Request, framing: Framing) -> None:
    for pdu in (PDUS[request_], bytes((request_.function | 0x80, 2))):
        frame = framed(17, pdu, framing)
        assert [cut for cut in range(len(frame)) if found(frame[:cut], request_, framing)] == []


@every_framing
@every_request
def test_an_answer_is_found_behind_and_before_anything(request_: Request, framing: Framing) -> None:
    frame = framed(17, PDUS[request_], framing)
    others = [
        framed(18, PDUS[request_], framing),
        framed(17, b"\x03\x02\x00\x11", framing, NUMBER - 1),
        framed(17, b"\x84\x01", framing, NUMBER - 1),
        b"\x00",
        b"\xff",
        bytes((17,)),
        bytes((17, request_.function)),
    ]
    for other in others:
        for data, start in ((other + frame, len(other)), (frame + other, 0), (frame + frame, 0)):
            reply = found(data, request_, framing)
            assert reply is not None, data.hex()
            assert (reply.start, reply.end) == (start, start + len(frame))


@every_request
def test_every_single_bit_of_an_rtu_answer_counts(request_: Request) -> None:
    frame = framed(17, PDUS[request_], Framing.RTU)
    for place in range(8 * len(frame)):
        damaged = bytearray(frame)
        damaged[place // 8] ^= 1 << place % 8
        assert found(bytes(damaged), request_, Framing.RTU) is None


@every_framing
def test_what_is_no_answer_has_a_name(framing: Framing) -> None:
    good = PDUS[READ]
    names = {
        b"": Strangeness.NOTHING,
        build_request(READ, framing, NUMBER): Strangeness.ECHO,
        framed(18, good, framing): Strangeness.WRONG_UNIT,
        framed(17, b"\x04" + good[1:], framing): Strangeness.WRONG_FUNCTION,
        framed(17, b"\x03\x04\x00\x01\x00\x02", framing): Strangeness.WRONG_CONTENT,
        framed(17, good, framing)[:-3]: Strangeness.CUT_SHORT,
        b"OK\r\n+CME ERROR: 3\r\n": Strangeness.GARBAGE,
    }
    if framing is Framing.RTU:
        names[framed(17, good, framing)[:-1] + b"\x00"] = Strangeness.BAD_CRC
    else:
        names[framed(17, good, framing, NUMBER - 1)] = Strangeness.WRONG_CONTENT
    assert {data: explain(data, READ, framing, NUMBER) for data in names} == names


@every_framing
def test_whole_frames_are_found_wherever_they_stand(framing: Framing) -> None:
    first, second = framed(17, PDUS[READ], framing), framed(3, PDUS[COMMAND], framing)
    question = build_request(COMMAND, framing, NUMBER)
    assert list(whole_frames(first + second + question, framing)) == [(17, 3), (3, 16), (17, 16)]
    assert list(whole_frames(b"\xff" + first, framing))[-1] == (17, 3)


@pytest.mark.parametrize(
    ("unit", "address", "count"),
    [(248, 0, 1), (-1, 0, 1), (0, 0, 1), (1, 0, 126), (1, 0, 0), (1, 0xFFFF, 2), (1, -1, 1), (1, 0x10000, 1)],
)
def test_a_read_that_breaks_the_protocol_is_not_built(unit: int, address: int, count: int) -> None:
    with pytest.raises(ValueError, match=r"unit|registers"):
        read(unit, address, count)


@pytest.mark.parametrize("values", [(), (1,) * 124, (0x10000,), (-1,)])
def test_a_write_that_breaks_the_protocol_is_not_built(values: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"registers|value"):
        write_several(1, 0, values)


def test_what_writes_is_not_built_as_a_question() -> None:
    with pytest.raises(ValueError, match="WRITE_ONE does not read"):
        read_from(1, Function.WRITE_ONE, 0, 1)


def test_only_a_stop_may_be_broadcast_and_no_read_is_a_stop() -> None:
    assert write_one(0, 0x0220, 1, is_stop=True).is_broadcast
    with pytest.raises(ValueError, match="unit 0"):
        write_several(0, 0x0220, (1,))
    with pytest.raises(ValueError, match="values"):
        Request(1, Function.READ, 0, 1, (), True)
