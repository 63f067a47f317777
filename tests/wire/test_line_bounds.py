"""What is remembered of a line between exchanges, at its bounds: noise, drains, pushes and what a tap is told."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from paper_cabinets import crc8
from paper_controller import with_crc
from virtual_wire import Script, VirtualClock, VirtualWire, scripted_line

from archroom.core.bench import Verdict
from archroom.drivers.checksums import Checksum
from archroom.drivers.framed_exchange import FramedExchange, FramedFailure, FramedFailureKind, FramedReply, FramedRequest
from archroom.drivers.framed_line import FramedExchangeFailed, FramedLine
from archroom.drivers.framed_state import FramedState, Push, newly_opened
from archroom.drivers.line_state import LineState
from archroom.drivers.passages import Passage
from archroom.drivers.timing import FAST_SILENCE_S, LISTEN_S, Framing, LineTiming, serial_timing, stream_timing
from archroom.drivers.z5 import Z5Language

AT = 100.0
FAST = serial_timing(115_200)
STREAM = replace(stream_timing(Framing.MBAP), silence_s=FAST_SILENCE_S)
LATE_ANSWER = with_crc(struct.pack(">BBBHH", 1, 3, 4, 0xBEEF, 0x00FF))


def frame(area: int, column: int, command: int, *data: int) -> bytes:
    """A frame of the Z5 wire."""
    body = bytes((0x55, 5 + len(data), 1, area, column, command, *data))
    return body + bytes((crc8(body), 0x68))


ASK, ANSWER = frame(2, 3, 0x81), frame(2, 3, 0x01, 2)
OTHER, PUSH, PUSH_OF_THREE = frame(2, 4, 0x01, 1), frame(2, 3, 0x8C, 1), frame(3, 3, 0x8C, 1)


def modbus() -> LineState:
    """A clean line, quiet from `AT` on."""
    return LineState(FAST, quiet_from=AT)


def framed() -> FramedState:
    """The same of frames that are no Modbus."""
    return FramedState(Z5Language(Checksum()), STREAM, quiet_from=AT)


def asked(*, is_stop: bool = False) -> FramedRequest:
    """Ask column 3 of area 2 for its place."""
    return FramedRequest(ASK, 2, lambda told: told == ANSWER, is_read=True, is_stop=is_stop)


def begun(state: FramedState, at: float = AT, *, is_stop: bool = False) -> FramedExchange:
    """An exchange whose request has gone out."""
    exchange = FramedExchange(asked(is_stop=is_stop), state, at)
    assert exchange.advance(at) == ASK
    return exchange


def failure_of(exchange: FramedExchange) -> FramedFailure:
    assert isinstance(exchange.outcome, FramedFailure)
    return exchange.outcome


# -- both


@pytest.mark.parametrize("state", [modbus(), framed()], ids=["modbus", "framed"])
def test_what_comes_once_the_silence_is_over_begins_anew(state: LineState | FramedState) -> None:
    state.hear(b"\x01\x02\x03", AT - 1.0)
    state.quiet_from = AT
    state.hear(b"\x04\x05", AT)
    assert bytes(state.unasked) == b"\x04\x05"
    state.hear(b"\x06", AT)
    assert bytes(state.unasked) == b"\x04\x05\x06"
    assert state.noise_bytes == 6
    assert state.dirty_until is None


@pytest.mark.parametrize("make", [modbus, framed], ids=["modbus", "framed"])
@pytest.mark.parametrize(
    ("is_dirty", "failed_unit", "verdict"),
    [(False, None, Verdict.UNASKED), (False, 2, Verdict.UNASKED), (True, None, Verdict.UNASKED), (True, 2, Verdict.LATE)],
)
def test_a_tap_is_told_whether_what_nobody_asked_for_may_be_a_late_answer(
    make: Callable[[], LineState | FramedState], is_dirty: bool, failed_unit: int | None, verdict: Verdict
) -> None:
    state, heard = make(), list[Passage]()
    state.tap = heard.append
    state.last_failed_unit = failed_unit
    state.dirty_until = AT + 1.0 if is_dirty else None
    state.hear(b"\x01", AT)
    assert [(one.is_ours, one.verdict, one.data, one.at_s) for one in heard] == [(False, verdict, b"\x01", AT)]


def test_a_drain_forgets_what_came_in_it_and_counts_late_answers_of_whom_it_is_for() -> None:
    for state, late in ((modbus(), LATE_ANSWER), (framed(), ANSWER)):
        state.distrust(AT, 2)
        state.hear(late + late, AT)
        state.come_clean()
        assert (state.dirty_until, bytes(state.unasked), state.counters[2].late) == (None, b"", 2)
    for state in (modbus(), framed()):
        state.distrust(AT, 2)
        state.hear(b"\x01", AT)
        state.come_clean()
        state.distrust(AT)
        state.come_clean()
        assert (bytes(state.unasked), state.counters) == (b"", {}), "nothing was late"
    for state, late in ((modbus(), LATE_ANSWER), (framed(), ANSWER)):
        state.distrust(AT)
        state.hear(late, AT)
        state.come_clean()
        assert state.counters == {}, "nobody failed"


def test_only_so_much_of_what_nobody_asked_for_is_kept() -> None:
    state = modbus()
    state.hear(b"\x01" * 400, AT)
    state.hear(b"\x02" * 400, AT)
    assert bytes(state.unasked) == b"\x01" * 400 + b"\x02" * 200
    framed_state, most = framed(), framed().language.most_bytes
    framed_state.hear(b"\x01" * most, AT)
    framed_state.hear(b"\x02" * 10, AT)
    assert bytes(framed_state.unasked) == b"\x01" * (most - 10) + b"\x02" * 10


@pytest.mark.parametrize("size", [4, 5])
def test_as_much_as_the_shortest_answer_is_drained(size: int) -> None:
    state = modbus()
    state.hear(b"\x01" * size, AT)
    assert (state.dirty_until is not None) is (size == 5)


def test_a_line_lets_go_of_its_port() -> None:
    line, wire, _ = scripted_line(FAST)
    line.close()
    assert wire.is_closed
    clock = VirtualClock()
    framed_wire = VirtualWire(clock, STREAM, Script())
    FramedLine(framed_wire, clock, Z5Language(Checksum()), 0.3).close()
    assert framed_wire.is_closed


# -- pushes


def test_pushes_are_cut_out_of_what_stands_around_them() -> None:
    state = framed()
    state.hear(b"\x01" + PUSH + b"\x02" + PUSH_OF_THREE + b"\x03" + PUSH + b"\x04", AT)
    assert bytes(state.unasked) == b"\x01\x02\x03\x04"
    assert state.noise_bytes == 4
    assert state.take_pushes(2) == [Push(PUSH, AT)] * 2
    assert state.take_pushes(3) == [Push(PUSH_OF_THREE, AT)]


def test_a_push_is_found_behind_a_byte_like_its_own_first_one() -> None:
    state = framed()
    state.hear(PUSH[:1] + PUSH, AT)
    assert bytes(state.unasked) == PUSH[:1]
    assert state.take_pushes(2) == [Push(PUSH, AT)]


def test_a_push_behind_noise_is_no_noise() -> None:
    state = framed()
    state.hear(b"\x01\x02", AT)
    state.hear(PUSH, AT)
    assert state.noise_bytes == 2
    assert state.dirty_until is None


def test_the_last_64_pushes_of_a_unit_are_kept() -> None:
    state = framed()
    for number in range(70):
        state.hear(PUSH, AT + number)
    assert [push.received_at for push in state.take_pushes(2)] == [AT + number for number in range(6, 70)]


# -- exchanges


def test_a_request_orders_no_stop_and_knows_nothing_of_its_answer_unless_it_says_so() -> None:
    request = FramedRequest(ASK, 2, lambda _: True, is_read=True)
    assert (request.is_stop, request.answer_bytes) == (False, 0)


@pytest.mark.parametrize(("size", "kind"), [(5, FramedFailureKind.GARBAGE), (6, FramedFailureKind.ECHO)])
def test_a_request_of_six_bytes_is_known_when_it_comes_back(size: int, kind: FramedFailureKind) -> None:
    request = FramedRequest(b"\x01" * size, 2, lambda _: False, is_read=True)
    exchange = FramedExchange(request, framed(), AT)
    exchange.receive(exchange.advance(AT), AT + 0.01)
    exchange.advance(exchange.due_at)
    assert failure_of(exchange).kind is kind


def test_a_new_line_is_quiet_after_its_silence() -> None:
    state = newly_opened(Z5Language(Checksum()), stream_timing(Framing.MBAP), 0.3, AT)
    assert state.quiet_from == AT + FAST_SILENCE_S


def test_an_exchange_waits_a_second_for_a_line_and_a_stop_twenty_milliseconds() -> None:
    state = framed()
    state.quiet_from = AT + 9.0
    waiting, stop = FramedExchange(asked(), state, AT), FramedExchange(asked(is_stop=True), state, AT)
    assert (waiting.due_at, stop.due_at) == (AT + 1.0, AT + 0.02)
    assert waiting.advance(AT + 0.9375) == b""
    assert waiting.outcome is None
    assert waiting.advance(AT + 1.0) == b""
    assert failure_of(waiting).kind is FramedFailureKind.BABBLE
    assert (failure_of(waiting).is_sent, failure_of(waiting).sent_at) == (False, 0.0)
    assert stop.advance(AT + 0.02) == ASK


def test_a_request_takes_its_time_on_a_serial_wire_before_the_silence_begins() -> None:
    slow = serial_timing(9_600)
    state = FramedState(Z5Language(Checksum()), slow)
    begun(state)
    assert state.quiet_from == pytest.approx(AT + (len(ASK) + 3.5) * 11 / 9_600)


def test_an_answer_is_crowded_by_as_much_as_the_shortest_frame() -> None:
    shortest = framed().language.shortest_bytes
    for size in (shortest - 1, shortest):
        exchange = begun(framed())
        exchange.receive(ANSWER + b"\x01" * size, AT + 0.01)
        assert (exchange.outcome is not None) is (size == shortest)
    assert failure_of(exchange).kind is FramedFailureKind.CROWDED


def test_an_exchange_does_not_cut_a_drain_short_when_its_patience_ends() -> None:
    state = framed()
    state.distrust(AT + 0.9)
    waiting = FramedExchange(asked(), state, AT)
    assert waiting.advance(AT + 1.0) == b""
    assert failure_of(waiting).kind is FramedFailureKind.BABBLE


def test_what_has_ended_stays_as_it_ended() -> None:
    state = framed()
    exchange = begun(state)
    exchange.receive(ANSWER, AT + 0.01)
    exchange.advance(exchange.due_at)
    outcome = exchange.outcome
    assert outcome == FramedReply(ANSWER, AT, AT + 0.01)
    exchange.give_way()
    assert exchange.advance(AT + 99.0) == b""
    assert exchange.outcome is outcome
    exchange.receive(OTHER, AT + 99.0)
    assert state.dirty_until is not None, "what comes then is nobody's"


def test_only_what_waits_gives_way() -> None:
    out = begun(framed())
    out.give_way()
    assert out.outcome is None
    waiting = FramedExchange(asked(), framed(), AT)
    waiting.give_way()
    assert failure_of(waiting) == FramedFailure(FramedFailureKind.GAVE_WAY, waiting._request, False, b"", 0.0)


def test_an_answer_is_of_when_it_came_whatever_comes_behind() -> None:
    exchange = begun(framed())
    exchange.receive(ANSWER, AT + 0.01)
    exchange.receive(b"\x01", AT + 0.011)
    assert exchange.received == ANSWER + b"\x01"
    exchange.advance(exchange.due_at)
    assert exchange.outcome == FramedReply(ANSWER, AT, AT + 0.01)


def test_a_flood_is_told_with_its_first_64_bytes() -> None:
    state = framed()
    most = state.language.most_bytes
    flood = bytes(number % 64 for number in range(most))
    exchange = begun(state)
    exchange.receive(flood, AT + 0.01)
    assert exchange.outcome is None
    exchange.receive(b"\x01", AT + 0.01)
    failure = failure_of(exchange)
    assert (failure.kind, failure.is_sent, failure.received, failure.sent_at) == (
        FramedFailureKind.GARBAGE, True, bytes(range(64)), AT,
    )  # fmt: skip


def test_what_came_before_a_stop_on_a_clean_line_is_forgotten_and_on_a_dirty_one_is_not() -> None:
    clean, dirty = framed(), framed()
    clean.unasked += b"\x01\x02"
    begun(clean, is_stop=True)
    assert clean.unasked == b""
    dirty.distrust(AT, 2)
    dirty.unasked += ANSWER
    begun(dirty, is_stop=True)
    assert (bytes(dirty.unasked), dirty.dirty_until) == (ANSWER, AT + 0.25)
    begun(dirty, AT + 0.25)
    assert (bytes(dirty.unasked), dirty.dirty_until, dirty.counters[2].late) == (b"", None, 1)


@pytest.mark.parametrize(("before", "until_s"), [(b"", 0.25), (b"\x01", 0.375)])
def test_what_comes_in_front_of_the_answer_to_a_stop_begins_the_drain_anew(before: bytes, until_s: float) -> None:
    state = framed()
    state.distrust(AT, 2)
    stop = begun(state, is_stop=True)
    stop.receive(before + ANSWER, AT + 0.125)
    assert isinstance(stop.outcome, FramedReply)
    assert state.dirty_until == AT + until_s
    assert state.noise_bytes == len(before)


def test_a_drained_line_may_be_asked_at_the_end_of_its_drain_to_the_moment() -> None:
    state = framed()
    state.distrust(AT, 2)
    waiting = FramedExchange(asked(), state, AT)
    assert waiting.advance(AT + 0.25 - 1 / 1024) == b""
    assert waiting.advance(AT + 0.25) == ASK
    assert state.dirty_until is None


@pytest.mark.parametrize(
    ("came", "verdicts"),
    [
        (ANSWER, [Verdict.SENT, Verdict.MATCHED]),
        (b"", [Verdict.SENT, Verdict.SILENT]),
        (OTHER, [Verdict.SENT, Verdict.STRANGE]),
    ],
)
def test_a_tap_of_a_line_of_frames_hears_the_question_and_what_became_of_it(came: bytes, verdicts: list[Verdict]) -> None:
    clock = VirtualClock()
    line = FramedLine(VirtualWire(clock, STREAM, Script(came)), clock, Z5Language(Checksum()), 0.3)
    clock.now += 1.0
    heard: list[Passage] = []
    line.state.tap = heard.append
    with suppress(FramedExchangeFailed):
        line.exchange(asked())
    assert [one.verdict for one in heard] == verdicts
    assert [(one.unit, one.is_ours, one.data) for one in heard] == [(2, True, ASK), (2, False, came)]
    assert heard[0].at_s <= heard[1].at_s
    assert heard[1].after_s == pytest.approx(heard[1].at_s - heard[0].at_s)


def test_a_tap_hears_that_nothing_was_sent_unless_it_gave_way() -> None:
    clock = VirtualClock()
    line = FramedLine(VirtualWire(clock, STREAM, Script()), clock, Z5Language(Checksum()), 0.3)
    heard: list[Passage] = []
    line.state.tap = heard.append
    with suppress(FramedExchangeFailed):
        line.exchange(asked(), lambda: True)
    assert heard == []
    line.state.quiet_from = clock.now + 9.0
    with suppress(FramedExchangeFailed):
        line.exchange(asked())
    assert [(one.verdict, one.data) for one in heard] == [(Verdict.UNSENT, b"")]


def test_silence_means_nothing_on_a_stream_only_and_no_adapter_echoes_unless_told() -> None:
    assert [timing.is_stream for timing in (STREAM, FAST)] == [True, False]
    assert not STREAM.has_echo
    assert not LineTiming(Framing.RTU, 0.0, 0.0, 0.0).has_echo
    assert LISTEN_S == 1.0, "a master polls at least once a second"
