"""One exchange by the clock: silence before, silence behind, drain after failure, and what a stop may do."""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import combinations

import pytest
from paper_controller import with_crc
from virtual_wire import scripted_line

from archroom.core.shelving import Action, Instruction
from archroom.drivers import reference
from archroom.drivers.line import ExchangeFailed
from archroom.drivers.line_state import LineState, newly_opened
from archroom.drivers.modbus import read, write_one
from archroom.drivers.timing import Framing, serial_timing, stream_timing
from archroom.drivers.transactions import Failure, FailureKind, Reply, Transaction

ASK = read(1, 0x0100, 2)
ANSWER = with_crc(struct.pack(">BBBHH", 1, 3, 4, 0xBEEF, 0x00FF))
OTHER = with_crc(struct.pack(">BBBH", 2, 3, 2, 0x1111))
FAST, SLOW = serial_timing(115_200), serial_timing(9_600)
CHARACTER_S = 11 / 9_600


def begun(state: LineState, at: float = 0.0) -> Transaction:
    """An exchange whose request has gone out."""
    transaction = Transaction(ASK, state, at)
    assert transaction.advance(at)
    return transaction


def kind_of(transaction: Transaction) -> FailureKind:
    assert isinstance(transaction.outcome, Failure)
    return transaction.outcome.kind


@pytest.mark.parametrize(
    ("baud", "silence_s", "answer_s"),
    [
        (1_200, 3.5 * 11 / 1_200, 0.150),
        (9_600, 0.0040104, 0.150),
        (19_200, 0.0020052, 0.100),
        (38_400, 0.00175, 0.100),
        (115_200, 0.00175, 0.100),
    ],
)
def test_a_line_has_the_times_of_its_baud(baud: int, silence_s: float, answer_s: float) -> None:
    timing = serial_timing(baud)
    assert timing.silence_s == pytest.approx(silence_s, abs=1e-6)
    assert timing.answer_s == answer_s
    assert timing.drain_s == 0.250


def test_a_request_waits_for_three_and_a_half_characters_of_silence() -> None:
    state = LineState(SLOW)
    state.hear(b"\x00", 10.0)
    transaction = Transaction(ASK, state, 10.0)
    assert transaction.due_at == pytest.approx(10.0 + 3.5 * CHARACTER_S)
    assert transaction.advance(10.0 + 3.4 * CHARACTER_S) == b""
    assert transaction.advance(10.0 + 3.6 * CHARACTER_S) != b""


def test_an_answer_is_believed_once_silence_shows_that_it_was_the_only_one() -> None:
    transaction = begun(LineState(FAST))
    transaction.receive(ANSWER, 0.01)
    assert transaction.outcome is None
    assert transaction.due_at == pytest.approx(0.01 + 0.00175)
    transaction.advance(transaction.due_at)
    assert transaction.outcome == Reply((0xBEEF, 0x00FF), sent_at=0.0, received_at=0.01)


@pytest.mark.parametrize("behind", [ANSWER, OTHER, b"\x01\x03\x04\x00\x00"])
def test_an_answer_with_another_behind_it_is_not_believed(behind: bytes) -> None:
    for pieces in ([ANSWER + behind], [ANSWER, behind], [ANSWER, behind[:2], behind[2:]]):
        state = LineState(FAST)
        transaction = begun(state)
        for place, piece in enumerate(pieces):
            transaction.receive(piece, 0.01 + 0.001 * place)
        assert kind_of(transaction) is FailureKind.CROWDED
        assert state.dirty_until is not None


def test_stray_characters_around_an_answer_are_noise() -> None:
    state = LineState(FAST)
    transaction = begun(state)
    transaction.receive(b"\x00" + ANSWER + b"\xff\xff", 0.01)
    transaction.advance(transaction.due_at)
    assert isinstance(transaction.outcome, Reply)
    assert (state.noise_bytes, state.dirty_until) == (3, None)


def test_a_modbus_tcp_answer_is_believed_at_once_by_its_number() -> None:
    state = LineState(stream_timing(Framing.MBAP))
    transaction = begun(state)
    pdu = ANSWER[1:-2]
    stale, right = (struct.pack(">HHHB", number, 0, len(pdu) + 1, 1) + pdu for number in (0, 1))
    transaction.receive(stale, 0.01)
    assert transaction.outcome is None
    transaction.receive(right, 0.02)
    assert isinstance(transaction.outcome, Reply)


def test_transaction_numbers_go_round_without_zero() -> None:
    state = LineState(stream_timing(Framing.MBAP), next_transaction=0xFFFE)
    assert [state.take_transaction() for _ in range(4)] == [0xFFFE, 0xFFFF, 1, 2]


def test_an_answer_may_begin_late_but_not_later_than_its_time() -> None:
    transaction = begun(LineState(SLOW))
    ends_at = 8 * CHARACTER_S + 0.150
    assert transaction.due_at == pytest.approx(ends_at)
    transaction.receive(ANSWER[:1], ends_at - 0.001)
    assert transaction.due_at == pytest.approx(ends_at + len(ANSWER) * CHARACTER_S)
    transaction.advance(transaction.due_at)
    assert kind_of(transaction) is FailureKind.CUT_SHORT


def test_every_split_of_an_answer_in_three_is_read_right() -> None:
    for first, second in combinations(range(1, len(ANSWER)), 2):
        transaction = begun(LineState(FAST))
        for place, piece in enumerate((ANSWER[:first], ANSWER[first:second], ANSWER[second:])):
            transaction.receive(piece, 0.01 + 0.02 * place)
        transaction.advance(transaction.due_at)
        assert isinstance(transaction.outcome, Reply), (first, second)


def test_after_a_failure_the_line_must_be_silent_for_a_quarter_second() -> None:
    line, wire, clock = scripted_line(FAST, b"", ANSWER)
    with pytest.raises(ExchangeFailed):
        line.exchange(ASK)
    failed_at = clock.now
    assert line.exchange(ASK).registers == (0xBEEF, 0x00FF)
    assert wire.sent[1][0] - failed_at >= 0.250


def test_each_byte_that_comes_starts_the_drain_anew() -> None:
    line, wire, clock = scripted_line(FAST, [(0.2, ANSWER[:4]), (0.4, ANSWER[4:])], ANSWER)
    begun_at = clock.now
    with pytest.raises(ExchangeFailed):
        line.exchange(ASK)
    line.exchange(ASK)
    assert wire.sent[1][0] - begun_at == pytest.approx(0.650)
    assert line.state.count(1).late == 1


def test_a_late_answer_is_never_taken_for_the_next() -> None:
    newer = with_crc(struct.pack(">BBBHH", 1, 3, 4, 2, 2))
    line, _, _ = scripted_line(FAST, [(0.3, ANSWER)], [(0.01, newer)])
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(ASK)
    assert failed.value.failure.kind is FailureKind.SILENCE
    assert line.exchange(ASK).registers == (2, 2)


def test_what_comes_unasked_between_exchanges_is_drained() -> None:
    line, wire, clock = scripted_line(FAST, ANSWER)
    heard_at = clock.now + 0.5
    wire.arrive(heard_at, ANSWER)
    line.listen(heard_at + 0.1)
    line.exchange(ASK)
    assert wire.sent[0][0] - heard_at == pytest.approx(0.250)


def test_a_few_stray_characters_between_exchanges_cost_only_silence() -> None:
    line, wire, clock = scripted_line(FAST, ANSWER)
    wire.arrive(clock.now, b"\x00\x00")
    begun_at = clock.now
    line.exchange(ASK)
    assert wire.sent[0][0] - begun_at == pytest.approx(0.00175)


def test_a_line_that_never_falls_silent_is_given_up_unsent() -> None:
    line, wire, clock = scripted_line(FAST)
    for place in range(1_000):
        wire.arrive(clock.now + 0.001 * place, b"\x55")
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(ASK)
    assert failed.value.failure.kind is FailureKind.BABBLE
    assert not failed.value.failure.is_sent
    assert wire.sent == []


def test_an_opened_line_is_drained_first_but_not_for_a_stop() -> None:
    assert newly_opened(FAST, 5.0).ready_at(ASK) == pytest.approx(5.250)
    assert newly_opened(FAST, 5.0).ready_at(reference.stop(1)) == pytest.approx(5.00175)
    assert newly_opened(stream_timing(Framing.MBAP), 5.0).ready_at(ASK) == 5.0


def test_an_exception_is_an_answer_and_leaves_the_line_clean() -> None:
    line, _, _ = scripted_line(FAST, with_crc(b"\x01\x83\x02"), ANSWER)
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(ASK)
    assert failed.value.failure.exception_code == 2
    assert failed.value.failure.is_sent
    assert line.state.dirty_until is None
    assert line.state.count(1).exceptions == 1


def test_a_stop_goes_out_at_once_on_a_dirty_line() -> None:
    stop = reference.stop(1, 7)
    echo = with_crc(struct.pack(">BBHH", 1, 6, 0x0220, 7))
    line, wire, clock = scripted_line(FAST, b"", [(0.01, ANSWER), (0.02, echo)], ANSWER)
    with pytest.raises(ExchangeFailed):
        line.exchange(ASK)
    failed_at = clock.now
    line.exchange(stop)
    assert wire.sent[1][0] - failed_at <= 0.00175
    assert line.state.dirty_until is not None
    line.exchange(ASK)
    assert wire.sent[2][0] - failed_at >= 0.250


def test_a_stop_waits_for_silence_only_so_long() -> None:
    line, wire, clock = scripted_line(FAST)
    for place in range(100):
        wire.arrive(clock.now + 0.001 * place, b"\x55")
    begun_at = clock.now
    with pytest.raises(ExchangeFailed):
        line.exchange(reference.stop(1))
    assert wire.sent[0][0] - begun_at <= 0.025


def test_a_broadcast_is_sent_and_not_waited_for() -> None:
    line, wire, clock = scripted_line(SLOW, ANSWER)
    begun_at = clock.now
    line.exchange(reference.stop_broadcast())
    assert clock.now == begun_at
    assert len(wire.sent) == 1
    assert line.state.quiet_from == pytest.approx(begun_at + (8 + 3.5) * CHARACTER_S)


def test_a_request_gives_way_while_it_waits_but_not_once_it_is_out() -> None:
    line, wire, clock = scripted_line(FAST, b"", ANSWER)
    with pytest.raises(ExchangeFailed):
        line.exchange(ASK, is_urgent=lambda: bool(wire.sent))
    failed_at = clock.now
    assert len(wire.sent) == 1
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(write_one(1, 2, 3), is_urgent=lambda: clock.now > failed_at + 0.1)
    assert failed.value.failure.kind is FailureKind.GAVE_WAY
    assert not failed.value.failure.is_sent
    assert clock.now - failed_at <= 0.1 + 0.006
    assert len(wire.sent) == 1


def test_a_request_gives_way_at_the_last_moment_too() -> None:
    line, wire, _ = scripted_line(FAST, ANSWER)
    with pytest.raises(ExchangeFailed) as failed:
        line.exchange(reference.operate(1, 1, 2, Instruction(Action.OPEN, 2, 1), 5_000), is_urgent=lambda: True)
    assert failed.value.failure.kind is FailureKind.GAVE_WAY
    assert wire.sent == []
    line.exchange(reference.stop_broadcast(), is_urgent=lambda: True)
    assert len(wire.sent) == 1


def test_listening_ends_when_something_is_urgent() -> None:
    line, _, clock = scripted_line(FAST)
    ends_at = clock.now + 10
    urgent_at = clock.now + 1
    line.listen(ends_at, is_urgent=lambda: clock.now >= urgent_at)
    assert clock.now <= urgent_at + 0.006


def test_reads_are_repeated_twice_at_most_with_a_drain_before_each() -> None:
    line, wire, _ = scripted_line(FAST, b"", b"", ANSWER)
    assert line.exchange_read(ASK).registers == (0xBEEF, 0x00FF)
    first, second, third = (at for at, _ in wire.sent)
    assert second - first >= 0.250
    assert third - second >= 0.250
    line, wire, _ = scripted_line(FAST)
    with pytest.raises(ExchangeFailed):
        line.exchange_read(ASK)
    assert len(wire.sent) == 3


def test_nothing_but_a_read_is_repeated() -> None:
    line, wire, _ = scripted_line(FAST)
    for request, repeats in (
        (reference.operate(1, 1, 2, Instruction(Action.OPEN, 2, 1), 5_000), 1),
        (reference.stop(1), 0),
        (ASK, 3),
    ):
        with pytest.raises(ValueError, match="repeated"):
            line.exchange_read(request, repeats)
    assert wire.sent == []


def test_what_came_before_time_was_up_is_looked_at_before_giving_up() -> None:
    """This program may have been held up; the answer that lies there is not late for that."""
    line, wire, clock = scripted_line(FAST, [(0.05, ANSWER)])
    taken = wire.read

    def held_up(max_wait_s: float) -> bytes:
        data = taken(max_wait_s)
        if data:
            clock.now += 5.0
        return data

    wire.read = held_up  # type: ignore[method-assign]  # the wire of this test sleeps
    reply = line.exchange(ASK)
    assert reply.registers == (0xBEEF, 0x00FF)
    assert clock.now - reply.sent_at >= 5.0


def test_the_counters_tell_what_was_wrong() -> None:
    bad_crc = ANSWER[:-1] + bytes((ANSWER[-1] ^ 1,))
    refused = with_crc(b"\x01\x83\x06")
    line, _, _ = scripted_line(FAST, ANSWER, b"", b"", bad_crc, bad_crc, bad_crc, OTHER, OTHER, OTHER, OTHER, *[refused] * 5)
    for _ in range(15):
        with suppress(ExchangeFailed):
            line.exchange(ASK)
    counters = line.state.count(1)
    assert (counters.sent, counters.matched, counters.silent) == (15, 1, 2)
    assert (counters.crc, counters.strange, counters.exceptions) == (3, 4, 5)
