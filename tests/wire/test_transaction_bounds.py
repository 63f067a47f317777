"""One exchange at its bounds: floods, what is kept of a failure, giving way, and what a stop leaves behind on a line."""

from __future__ import annotations

import struct

import pytest
from paper_controller import with_crc

from archroom.drivers import reference
from archroom.drivers.line_state import MOST_BYTES, LineState
from archroom.drivers.modbus import Request, read
from archroom.drivers.timing import Framing, serial_timing, stream_timing
from archroom.drivers.transactions import Failure, FailureKind, Reply, Transaction

ASK = read(1, 0x0100, 2)
ANSWER = with_crc(struct.pack(">BBBHH", 1, 3, 4, 0xBEEF, 0x00FF))
STOP = reference.stop(1, 7)
STOPPED = with_crc(struct.pack(">BBHH", 1, 6, 0x0220, 7))
FAST = serial_timing(115_200)


def begun(state: LineState, at: float = 0.0, request: Request = ASK) -> Transaction:
    """An exchange whose request has gone out."""
    transaction = Transaction(request, state, at)
    assert transaction.advance(at)
    return transaction


def failure_of(transaction: Transaction) -> Failure:
    assert isinstance(transaction.outcome, Failure)
    return transaction.outcome


@pytest.mark.parametrize("pieces", [1, 2, MOST_BYTES])
def test_more_than_two_of_the_longest_frames_is_a_flood(pieces: int) -> None:
    transaction = begun(LineState(FAST))
    flood = b"\x55" * MOST_BYTES
    size = MOST_BYTES // pieces
    for start in range(0, MOST_BYTES, size):
        transaction.receive(flood[start : start + size], 0.01)
    assert transaction.outcome is None
    transaction.receive(b"\x55", 0.01)
    assert failure_of(transaction).kind is FailureKind.GARBAGE


def test_a_flood_in_one_piece_fails_at_once_and_the_first_64_bytes_of_it_are_kept() -> None:
    transaction = begun(LineState(FAST))
    transaction.receive(bytes(range(100)) * 20, 0.01)
    assert failure_of(transaction) == Failure(FailureKind.GARBAGE, ASK, True, None, bytes(range(64)))


def test_nothing_is_sent_or_changed_once_it_has_ended() -> None:
    state = LineState(FAST)
    transaction = begun(state)
    transaction.receive(ANSWER, 0.01)
    transaction.advance(0.02)
    outcome = transaction.outcome
    assert isinstance(outcome, Reply)
    transaction.give_way()
    assert transaction.advance(99.0) == b""
    assert transaction.outcome is outcome


def test_an_exchange_that_is_asked_too_early_waits_on() -> None:
    transaction = begun(LineState(FAST))
    assert transaction.advance(0.05) == b""
    transaction.receive(ANSWER, 0.06)
    assert transaction.advance(0.061) == b""
    assert transaction.outcome is None
    transaction.receive(b"", 0.061)
    assert transaction.due_at == pytest.approx(0.06 + 0.00175), "no bytes are no sound"


def test_only_what_waits_gives_way() -> None:
    state = LineState(FAST)
    out = begun(state)
    out.give_way()
    assert out.outcome is None
    waiting = Transaction(ASK, LineState(FAST, dirty_until=9.0), 0.0)
    waiting.advance(1.0)
    waiting.give_way()
    assert failure_of(waiting).kind is FailureKind.BABBLE


def test_stray_characters_before_and_behind_an_exchange_are_not_added_up() -> None:
    """Three and two would be as many as the shortest answer."""
    state = LineState(FAST)
    state.hear(b"\x00\x00\x00", 0.0)
    transaction = begun(state, 0.01, STOP)
    transaction.receive(STOPPED + b"\xff\xff", 0.02)
    assert isinstance(transaction.outcome, Reply)
    assert state.dirty_until is None
    assert state.noise_bytes == 5


def test_a_late_answer_is_counted_though_a_stop_went_out_in_the_drain() -> None:
    state = LineState(FAST)
    silent = begun(state)
    silent.advance(silent.due_at)
    assert failure_of(silent).kind is FailureKind.SILENCE
    state.hear(ANSWER, 0.12)
    stop = begun(state, 0.13, STOP)
    stop.receive(STOPPED, 0.14)
    assert isinstance(stop.outcome, Reply)
    begun(state, 1.0)
    assert state.count(1).late == 1


def test_what_comes_in_front_of_the_answer_to_a_stop_begins_the_drain_anew() -> None:
    state = LineState(FAST)
    state.distrust(0.0, 2)
    stop = begun(state, 0.1, STOP)
    stop.receive(ANSWER + STOPPED, 0.2)
    assert isinstance(stop.outcome, Reply)
    assert state.dirty_until == pytest.approx(0.2 + 0.25)


def test_an_answer_to_a_stop_alone_does_not_begin_the_drain_anew() -> None:
    state = LineState(FAST)
    state.distrust(0.0, 2)
    stop = begun(state, 0.1, STOP)
    stop.receive(STOPPED, 0.2)
    assert isinstance(stop.outcome, Reply)
    assert state.dirty_until == pytest.approx(0.25)


def test_a_good_stream_answer_counts_as_received_when_it_came() -> None:
    state = LineState(stream_timing(Framing.MBAP))
    transaction = begun(state, 5.0)
    pdu = ANSWER[1:-2]
    transaction.receive(struct.pack(">HHHB", 1, 0, len(pdu) + 1, 1) + pdu, 5.02)
    assert transaction.outcome == Reply((0xBEEF, 0x00FF), 5.0, 5.02)
