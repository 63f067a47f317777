"""Framing: whole, split, glued and broken frames, on RTU and Modbus TCP; exceptions; silence where silence is due."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shelving_master import track

from hardware_sim import VirtualBlock, VirtualRoom, registers
from hardware_sim.modbus import MbapDecoder, Request, RtuDecoder, encode_mbap, encode_rtu
from hardware_sim.sessions import BrokenStream

READ_STATUS = bytes((3, 1, 0, 0, 30))
WRITE_STOP = bytes((6, 2, 0x20, 0, 0))
WRITE_COMMAND = bytes((16, 2, 0, 0, 7, 14)) + registers.to_bytes(registers.command(1, 1, 1, 1, 0, 5000))
pdus = st.sampled_from([READ_STATUS, WRITE_STOP, WRITE_COMMAND, bytes((4, 0, 0, 0, 1)), bytes((43, 14, 1, 0))])
units = st.integers(0, 247)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in pieces."""
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in zip(edges, edges[1:], strict=False)]


@given(st.lists(st.tuples(units, pdus), min_size=1, max_size=6), st.lists(st.integers(0, 500), max_size=12))
def test_rtu_frames_come_out_whole_however_they_are_split_and_glued(
    frames: list[tuple[int, bytes]], places: list[int]
) -> None:
    decoder = RtuDecoder()
    stream = b"".join(encode_rtu(unit, pdu) for unit, pdu in frames)
    requests = [request for piece in cut(stream, places) for request in decoder.feed(piece)]
    assert requests == [Request(unit, pdu) for unit, pdu in frames]
    assert not decoder.is_waiting


@given(
    st.lists(st.tuples(units, pdus, st.integers(0, 0xFFFF)), min_size=1, max_size=6),
    st.lists(st.integers(0, 500), max_size=12),
)
def test_tcp_frames_come_out_whole_however_they_are_split_and_glued(
    frames: list[tuple[int, bytes, int]], places: list[int]
) -> None:
    decoder = MbapDecoder()
    stream = b"".join(encode_mbap(*frame) for frame in frames)
    requests = [request for piece in cut(stream, places) for request in decoder.feed(piece)]
    assert requests == [Request(*frame) for frame in frames]
    assert not decoder.is_waiting


@given(st.binary(max_size=400))
def test_any_bytes_are_survived_and_after_silence_a_frame_is_heard(noise: bytes) -> None:
    decoder = RtuDecoder()
    decoder.feed(noise)
    decoder.fall_silent()
    assert decoder.feed(encode_rtu(1, READ_STATUS)) == [Request(1, READ_STATUS)]


@given(pdus, st.integers(0, 7), st.data())
def test_a_flipped_bit_is_never_taken_for_a_frame(pdu: bytes, bit: int, data: st.DataObject) -> None:
    frame = bytearray(encode_rtu(1, pdu))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] ^= 1 << bit
    assert RtuDecoder().feed(bytes(frame)) == []


@pytest.mark.parametrize("noise", [b"\x00", b"\xff", b"\x80\xff\x00", b"\xff\x03", b"\x01\x01\x01"])
def test_a_stop_behind_noise_is_heard(noise: bytes) -> None:
    assert Request(1, WRITE_STOP) in RtuDecoder().feed(noise + encode_rtu(1, WRITE_STOP))


def test_what_stands_inside_an_unfinished_frame_is_not_carried_out() -> None:
    inner = encode_rtu(1, WRITE_STOP)
    outer = encode_rtu(1, bytes((16, 2, 0, 0, 7, 14)) + inner + b"\0" * 6)
    decoder = RtuDecoder()
    assert decoder.feed(outer[:-2]) == []
    decoder.fall_silent()
    assert decoder.feed(outer[-2:]) == []


def test_an_unknown_function_is_answered_with_exception_1() -> None:
    block = VirtualBlock(track())
    assert block.exchange_rtu(encode_rtu(1, bytes((0x41, 1, 2, 3)))) == encode_rtu(1, bytes((0xC1, 1)))


@pytest.mark.parametrize(
    ("pdu", "exception"),
    [
        (bytes((3, 1, 0, 0, 0)), 3),
        (bytes((3, 1, 0, 0, 126)), 3),
        (bytes((3, 1, 0, 0)), 3),
        (bytes((3, 0xFF, 0xFF, 0, 2)), 2),
        (bytes((6, 2, 0x10)), 3),
        (bytes((16, 2, 0, 0, 7, 14)) + bytes(13), 3),
        (bytes((16, 2, 0, 0, 7, 12)) + bytes(12), 3),
        (bytes((16, 2, 0x10, 0, 0, 0)), 3),
        (bytes((16, 2, 0x10, 0, 124, 248)) + bytes(246), 3),
        (bytes((16, 2, 0x10, 0, 2, 4)) + bytes(4), 2),
        (bytes((5, 0, 0, 0, 0)), 1),
        (bytes((23,)), 1),
    ],
)
def test_requests_that_the_map_does_not_allow(pdu: bytes, exception: int) -> None:
    reply = VirtualBlock(track()).exchange_tcp(encode_mbap(1, pdu, 9))
    assert reply == encode_mbap(1, bytes((pdu[0] | 0x80, exception)), 9)


@pytest.mark.parametrize("header", ["0001 0001 0006 01", "0001 0000 0001 01", "0001 0000 00FF 01"])
def test_a_header_that_cannot_be_one_breaks_the_stream(header: str) -> None:
    with pytest.raises(BrokenStream):
        MbapDecoder().feed(bytes.fromhex(header))


def test_heartbeat_and_stop_may_be_written_with_either_function() -> None:
    block = VirtualBlock(track())
    for pdu in (bytes((6, 2, 0x10, 0, 5)), bytes((16, 2, 0x10, 0, 1, 2, 0, 6))):
        assert block.exchange_rtu(encode_rtu(1, pdu)) == encode_rtu(1, pdu[:5])
    assert block.read(registers.HEARTBEAT, 1) == [6]


def test_units_are_apart_and_who_is_not_there_is_silent() -> None:
    room = VirtualRoom((track(number=2), track(3, number=9, open_aisles=(1,))))
    assert len(room.exchange_rtu(encode_rtu(2, READ_STATUS))) == 5 + 2 * 30
    assert room.exchange_rtu(encode_rtu(9, READ_STATUS)) == encode_rtu(9, b"\x83\x02"), "it has 3 carriages"
    assert room.exchange_rtu(encode_rtu(1, READ_STATUS)) == b""
    assert room.exchange_tcp(encode_mbap(255, READ_STATUS, 1)) == b""


@pytest.mark.parametrize("pdu", [WRITE_STOP, bytes((16, 2, 0x20, 0, 1, 2, 0, 0))])
def test_a_broadcast_stops_every_unit_that_has_power(pdu: bytes) -> None:
    room = VirtualRoom((track(number=2), track(number=9)))
    room.control("power", unit=9, on=False)
    assert room.exchange_rtu(encode_rtu(0, bytes((6, 2, 0x20, 0, 7)))) == b""
    assert room.stations[2].controller.read(registers.STOP, 1) == (7,)
    assert room.stations[9].controller.read(registers.STOP, 1) == (0,)
    assert room.exchange_tcp(encode_mbap(0, pdu, 1)) == b""
    assert room.stations[2].controller.read(registers.STOP, 1) == (0,)


@pytest.mark.parametrize(
    "pdu", [WRITE_COMMAND, bytes((6, 2, 0x10, 0, 5)), READ_STATUS, bytes((16, 2, 0x20, 0, 2, 4)) + bytes(4)]
)
def test_nothing_else_is_obeyed_as_a_broadcast(pdu: bytes) -> None:
    room = VirtualRoom((track(number=2),))
    controller = room.stations[2].controller
    assert room.exchange_rtu(encode_rtu(0, pdu)) == b""
    echoes = [
        list(controller.read(*block)) for block in ((registers.COMMAND, 7), (registers.HEARTBEAT, 1), (registers.STOP, 1))
    ]
    assert echoes == [[0] * 7, [0], [0]]
