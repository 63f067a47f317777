"""Any bytes in any pieces: nothing raises, nothing takes long, and nothing is believed that is not an answer by the book."""

from __future__ import annotations

import struct
import time
from contextlib import suppress
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st
from paper_controller import crc16, with_crc
from virtual_wire import scripted_line

from archroom.drivers.line import ExchangeFailed
from archroom.drivers.line_state import MOST_BYTES, LineState
from archroom.drivers.modbus import Function, Request, read, write_one, write_several
from archroom.drivers.modbus_frames import build_request, explain, find_reply, whole_frames
from archroom.drivers.timing import Framing, serial_timing, stream_timing
from archroom.drivers.transactions import Transaction

TIMINGS = {Framing.RTU: serial_timing(115_200), Framing.MBAP: stream_timing(Framing.MBAP)}
units = st.integers(1, 4)
requests = st.one_of(
    st.builds(read, units, st.integers(0, 0xFF00), st.integers(1, 125)),
    st.builds(write_one, units, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF)),
    st.builds(
        write_several, units, st.integers(0, 0xFF00), st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=9).map(tuple)
    ),
)


@st.composite
def line_noise(draw: st.DrawFn, request: Request, framing: Framing) -> bytes:
    """Bytes made of what is dangerous: answers to other questions, pieces of right ones, questions, and anything else."""
    pdu = draw(
        st.one_of(
            st.binary(min_size=1, max_size=12),
            st.just(bytes((request.function, 2 * request.count & 0xFF)) + bytes(2 * request.count)),
            st.just(struct.pack(">BHH", request.function, request.address, request.count)),
            st.just(bytes((request.function | 0x80, 2))),
        )
    )
    unit = draw(st.sampled_from((request.unit, request.unit, 1, 9)))
    number = draw(st.sampled_from((1, 1, 2, 0)))
    frame = with_crc(bytes((unit,)) + pdu)
    if framing is Framing.MBAP:
        frame = struct.pack(">HHHB", number, 0, len(pdu) + draw(st.sampled_from((1, 1, 2))), unit) + pdu
    pieces = draw(st.lists(st.one_of(st.binary(max_size=9), st.just(frame), st.just(frame[:-1])), max_size=4))
    return b"".join(pieces)


def is_answer_by_the_book(frame: bytes, request: Request, framing: Framing, transaction: int) -> bool:
    """Whether these bytes answer the request, written again from the specification."""
    if framing is Framing.RTU:
        if crc16(frame):
            return False
        unit, pdu = frame[0], frame[1:-2]
    else:
        number, protocol, length, unit = struct.unpack(">HHHB", frame[:7])
        pdu = frame[7:]
        if number != transaction or protocol or length != len(pdu) + 1:
            return False
    if unit != request.unit:
        return False
    if len(pdu) == 2 and pdu[0] == request.function + 0x80:
        return True
    if request.function is Function.READ:
        return pdu[:2] == bytes((3, 2 * request.count)) and len(pdu) == 2 + 2 * request.count
    echo = request.values[0] if request.function is Function.WRITE_ONE else request.count
    return pdu == struct.pack(">BHH", request.function, request.address, echo)


@given(st.data(), requests, st.sampled_from(Framing))
@settings(max_examples=1_500, deadline=None)
def test_what_is_believed_is_an_answer_by_the_book(data: st.DataObject, request: Request, framing: Framing) -> None:
    received = data.draw(line_noise(request, framing))
    reply = find_reply(received, request, framing, 1)
    if reply is not None:
        assert is_answer_by_the_book(received[reply.start : reply.end], request, framing, 1)
    explain(received, request, framing, 1)
    list(whole_frames(received, framing))


@given(st.data(), requests, st.sampled_from(Framing))
@settings(max_examples=600, deadline=None)
def test_any_pieces_come_to_an_outcome_in_time(data: st.DataObject, request: Request, framing: Framing) -> None:
    received = data.draw(line_noise(request, framing))
    cuts = data.draw(st.lists(st.integers(0, len(received)), max_size=6).map(sorted))
    pieces = [received[start:end] for start, end in pairwise([0, *cuts, len(received)])]
    state = LineState(TIMINGS[framing])
    transaction = Transaction(request, state, 0.0)
    assert transaction.advance(0.0) == build_request(request, framing, 1 if framing is Framing.MBAP else 0)
    for piece in pieces:
        transaction.receive(piece, 0.001)
    while transaction.outcome is None:
        assert transaction.advance(transaction.due_at) == b""
    assert transaction.due_at < 1.0


@given(st.binary(max_size=200), st.sampled_from(Framing))
@settings(max_examples=600, deadline=None)
@example(b"\x03\x03\x06" * 66, Framing.RTU)
@example(b"\x00" * 200, Framing.RTU)
@example(b"\xff" * 200, Framing.MBAP)
def test_any_bytes_end_an_exchange_in_time(received: bytes, framing: Framing) -> None:
    line, _, clock = scripted_line(
        TIMINGS[framing], [(0.001 * place, received[place : place + 1]) for place in range(len(received))]
    )
    begun_at = clock.now
    with suppress(ExchangeFailed):
        line.exchange(read(3, 0, 3))
    assert clock.now - begun_at < 0.3


def test_the_hardest_bytes_take_no_long_time() -> None:
    """Bytes that look like the beginning of an answer everywhere, and are none: the most work that there is."""
    hardest = b"\x03\x03\x06" * (MOST_BYTES // 3)
    times = []
    for _ in range(5):
        begun_at = time.perf_counter()
        assert find_reply(hardest, read(3, 0, 3), Framing.RTU, 0) is None
        explain(hardest, read(3, 0, 3), Framing.RTU, 0)
        times.append(time.perf_counter() - begun_at)
    assert min(times) < 0.010
