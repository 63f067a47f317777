"""One exchange of frames by the clock: what is believed, what is refused and why, and what becomes of the line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from paper_cabinets import crc8
from virtual_wire import Script, VirtualClock, VirtualWire

from archroom.core.line_counters import UnitCounters
from archroom.drivers.checksums import Checksum
from archroom.drivers.framed_exchange import FramedExchange, FramedFailure, FramedFailureKind, FramedReply, FramedRequest
from archroom.drivers.framed_line import FramedExchangeFailed, FramedLine
from archroom.drivers.framed_state import MOST_PUSHES, FramedState, Push, newly_opened
from archroom.drivers.timing import FAST_SILENCE_S, Framing, LineTiming, serial_timing, stream_timing
from archroom.drivers.z5 import Z5Language

Kind = FramedFailureKind
STREAM = replace(stream_timing(Framing.MBAP), silence_s=FAST_SILENCE_S)
SLOW = serial_timing(9_600)
LANGUAGE = Z5Language(Checksum())


def frame(area: int, column: int, command: int, *data: int) -> bytes:
    """A frame of the Z5 wire."""
    body = bytes((0x55, 5 + len(data), 1, area, column, command, *data))
    return body + bytes((crc8(body), 0x68))


ASK, ANSWER = frame(2, 3, 0x81), frame(2, 3, 0x01, 2)
OTHER, PUSH = frame(2, 4, 0x01, 1), frame(2, 3, 0x8C, 1)
BAD = ANSWER[:-2] + bytes((ANSWER[-2] ^ 1, 0x68))


def request(*, is_stop: bool = False) -> FramedRequest:
    """Ask column 3 of area 2 for its place."""
    return FramedRequest(ASK, 2, lambda told: told == ANSWER, is_read=True, is_stop=is_stop, answer_bytes=9)


def state_of(timing: LineTiming = STREAM) -> FramedState:
    """A clean and quiet line."""
    return FramedState(LANGUAGE, timing)


def begun(state: FramedState, at: float = 0.0, *, is_stop: bool = False) -> FramedExchange:
    """An exchange whose request has gone out."""
    exchange = FramedExchange(request(is_stop=is_stop), state, at)
    assert exchange.advance(at) == ASK
    assert exchange.is_sent
    return exchange


def ended(exchange: FramedExchange) -> FramedReply | FramedFailure:
    """The outcome, once time has passed."""
    for _ in range(3):
        assert exchange.advance(exchange.due_at) == b""
        if exchange.outcome is not None:
            return exchange.outcome
    raise AssertionError("it does not end")


def kind_of(exchange: FramedExchange) -> Kind:
    outcome = ended(exchange)
    assert isinstance(outcome, FramedFailure)
    assert outcome.is_sent
    return outcome.kind


def test_an_answer_is_believed_after_a_silence_and_the_line_stays_clean() -> None:
    state = state_of()
    exchange = begun(state, 1.0)
    exchange.receive(ANSWER[:4], 1.02)
    exchange.receive(ANSWER[4:], 1.03)
    assert exchange.outcome is None
    assert exchange.due_at == pytest.approx(1.03 + FAST_SILENCE_S)
    assert exchange.advance(1.03) == b""
    assert ended(exchange) == FramedReply(ANSWER, 1.0, 1.03)
    assert exchange.advance(9.0) == b""
    assert state.dirty_until is None
    assert state.counters[2] == UnitCounters(sent=1, matched=1)


@pytest.mark.parametrize(
    ("came", "kind", "counter"),
    [
        (b"", Kind.SILENCE, "silent"),
        (BAD, Kind.BAD_CHECKSUM, "crc"),
        (OTHER, Kind.WRONG_ANSWER, "strange"),
        (ANSWER[:-1], Kind.CUT_SHORT, "strange"),
        (ANSWER[:1], Kind.CUT_SHORT, "strange"),
        (b"\x55\x01\x00", Kind.GARBAGE, "strange"),
        (b"noise", Kind.GARBAGE, "strange"),
        (ASK, Kind.ECHO, "strange"),
        (OTHER + ANSWER, Kind.WRONG_ANSWER, "strange"),
        (ANSWER + OTHER, Kind.CROWDED, "strange"),
        (ANSWER + ANSWER, Kind.CROWDED, "strange"),
    ],
)
def test_what_is_no_answer_is_refused_counted_and_drained(came: bytes, kind: Kind, counter: str) -> None:
    state = state_of()
    exchange = begun(state)
    if came:
        exchange.receive(came, 0.01)
    assert kind_of(exchange) is kind
    assert getattr(state.counters[2], counter) == 1
    assert state.dirty_until is not None
    assert isinstance(exchange.outcome, FramedFailure)
    assert exchange.outcome.received == came


def test_a_flood_ends_at_once() -> None:
    exchange = begun(state_of())
    exchange.receive(b"\xaa" * (LANGUAGE.most_bytes + 1), 0.01)
    assert isinstance(exchange.outcome, FramedFailure)
    assert exchange.outcome.kind is Kind.GARBAGE


def test_noise_around_an_answer_is_counted_and_no_more() -> None:
    state = state_of()
    exchange = begun(state)
    exchange.receive(b"\x00" + ANSWER + b"\x00", 0.01)
    assert isinstance(ended(exchange), FramedReply)
    assert (state.noise_bytes, state.dirty_until) == (2, None)


def test_a_push_in_an_answer_is_kept_and_disturbs_nothing() -> None:
    state = state_of()
    exchange = begun(state)
    exchange.receive(PUSH + ANSWER[:5], 0.01)
    exchange.receive(ANSWER[5:] + PUSH, 0.02)
    assert isinstance(ended(exchange), FramedReply)
    assert state.take_pushes(2) == [Push(PUSH, 0.01), Push(PUSH, 0.02)]
    assert state.take_pushes(2) == []
    assert state.noise_bytes == 0


def test_pushes_are_no_answer() -> None:
    exchange = begun(state_of())
    exchange.receive(PUSH, 0.01)
    assert kind_of(exchange) is Kind.SILENCE


def test_what_is_asked_for_is_no_push_even_if_it_is_sent_unasked_too() -> None:
    state, climate = state_of(), frame(2, 0, 0x0E, 0, 1, 0, 2)
    asked = FramedRequest(frame(2, 0, 0x8E), 2, lambda told: told == climate, is_read=True)
    exchange = FramedExchange(asked, state, 0.0)
    exchange.advance(0.0)
    exchange.receive(climate, 0.01)
    assert isinstance(ended(exchange), FramedReply)
    state.hear(climate, 0.5)
    assert state.take_pushes(2) == [Push(climate, 0.5)]


def test_pushes_do_not_keep_a_line_from_coming_clean_and_only_so_many_are_kept() -> None:
    state = state_of()
    state.distrust(0.0)
    for number in range(MOST_PUSHES + 5):
        state.hear(PUSH, 0.001 * number)
    assert state.dirty_until == STREAM.drain_s
    assert len(state.take_pushes(2)) == MOST_PUSHES
    state.hear(OTHER, 0.1)
    assert state.dirty_until == pytest.approx(0.1 + STREAM.drain_s)


def test_after_a_failure_nothing_goes_out_before_the_drain_and_late_answers_are_counted() -> None:
    state = state_of()
    assert kind_of(begun(state)) is Kind.SILENCE
    exchange = FramedExchange(request(), state, 0.2)
    exchange.receive(ANSWER, 0.25)
    assert exchange.advance(0.25) == b""
    assert exchange.due_at == pytest.approx(0.5)
    assert exchange.advance(0.5) == ASK
    assert state.dirty_until is None
    assert state.counters[2].late == 1


def test_a_drain_for_nobody_counts_nothing() -> None:
    state = state_of()
    state.distrust(0.0)
    state.hear(ANSWER, 0.1)
    assert begun(state, 0.4).is_sent
    assert state.counters[2].late == 0


def test_noise_is_forgotten_once_the_line_is_silent() -> None:
    state = state_of()
    state.hear(b"\x01\x02", 0.0)
    state.hear(b"\x03" * 6, 0.1)
    assert (state.dirty_until, state.noise_bytes) == (None, 8)
    state.hear(b"\x04" * 2, 0.1)
    assert state.dirty_until is not None


def test_a_line_that_never_falls_silent_gets_nothing() -> None:
    state = state_of()
    exchange = FramedExchange(request(), state, 0.0)
    for step in range(101):
        exchange.receive(b"\x00" * 9, step / 100)
        assert exchange.advance(step / 100) == b""
    assert isinstance(exchange.outcome, FramedFailure)
    assert (exchange.outcome.kind, exchange.outcome.is_sent) == (Kind.BABBLE, False)


def test_an_unsent_exchange_gives_way_and_a_sent_one_does_not() -> None:
    exchange = FramedExchange(request(), state_of(), 0.0)
    exchange.give_way()
    assert exchange.outcome == FramedFailure(Kind.GAVE_WAY, exchange.outcome.request, is_sent=False)  # type: ignore[union-attr]
    sent = begun(state_of())
    sent.give_way()
    assert sent.outcome is None


def test_a_stop_goes_out_on_a_dirty_line_and_is_concluded_at_once() -> None:
    state = state_of()
    state.distrust(0.0)
    exchange = begun(state, 0.01, is_stop=True)
    exchange.receive(OTHER + b"\x00" + ANSWER, 0.02)
    assert exchange.outcome == FramedReply(ANSWER, 0.01, 0.02)
    assert state.dirty_until == pytest.approx(0.02 + STREAM.drain_s)
    exchange.receive(OTHER, 0.03)
    assert state.dirty_until == pytest.approx(0.03 + STREAM.drain_s)


def test_a_stop_waits_for_a_babbling_line_twenty_milliseconds_at_most() -> None:
    state = state_of()
    exchange = FramedExchange(request(is_stop=True), state, 0.0)
    for step in range(20):
        exchange.receive(b"\x00", step / 1000)
        assert exchange.advance(step / 1000) == b""
    exchange.receive(b"\x00", 0.02)
    assert exchange.advance(0.02) == ASK


def test_on_a_serial_line_the_answer_has_its_own_time() -> None:
    exchange = begun(state_of(SLOW))
    first_due = exchange.due_at
    assert first_due == pytest.approx(SLOW.wire_s(len(ASK)) + SLOW.answer_s)
    exchange.receive(ANSWER[:1], first_due)
    assert exchange.due_at == pytest.approx(first_due + SLOW.wire_s(9))
    exchange.receive(ANSWER[1:2], first_due)
    assert exchange.due_at == pytest.approx(first_due + SLOW.wire_s(9))


@pytest.mark.parametrize(
    ("came", "kind"),
    [(ASK + ANSWER, None), (ANSWER, Kind.ECHO), (b"", Kind.SILENCE), (ASK, Kind.SILENCE), (ASK + b"noise", Kind.GARBAGE)],
)
def test_on_a_line_that_echoes_the_echo_comes_first(came: bytes, kind: Kind | None) -> None:
    exchange = begun(state_of(replace(SLOW, has_echo=True)))
    if came:
        exchange.receive(came, 0.01)
    outcome = ended(exchange)
    assert (outcome.kind if isinstance(outcome, FramedFailure) else None) is kind


def test_a_short_request_is_not_looked_for_in_an_answer() -> None:
    asked = FramedRequest(b"\x00\x02", 1, lambda told: False, is_read=True)
    exchange = FramedExchange(asked, state_of(), 0.0)
    exchange.advance(0.0)
    exchange.receive(b"\x00\x02\x05", 0.01)
    assert kind_of(exchange) is Kind.GARBAGE


# -- the line


def line_of(*answers: bytes | list[tuple[float, bytes]]) -> tuple[FramedLine, VirtualWire, VirtualClock]:
    clock = VirtualClock()
    wire = VirtualWire(clock, stream_timing(Framing.MBAP), Script(*answers))
    return FramedLine(wire, clock, LANGUAGE, 0.3), wire, clock


def test_a_new_line_is_drained_and_keeps_a_short_silence_and_its_profiles_patience() -> None:
    state = newly_opened(LANGUAGE, stream_timing(Framing.MBAP), 0.3, 5.0)
    assert (state.dirty_until, state.timing.silence_s, state.timing.answer_s) == (5.25, FAST_SILENCE_S, 0.3)
    assert newly_opened(LANGUAGE, SLOW, 0.3, 5.0).timing.silence_s == SLOW.silence_s


def test_a_read_is_repeated_at_most_twice_and_an_order_never() -> None:
    line, wire, _ = line_of(b"", BAD, ANSWER)
    assert line.exchange_read(request()).frame == ANSWER
    assert len(wire.sent) == 3
    line, wire, _ = line_of()
    with pytest.raises(FramedExchangeFailed, match="Unit 2 at virtual does not answer"):
        line.exchange_read(request())
    assert len(wire.sent) == 3
    with pytest.raises(ValueError, match="only reads"):
        line.exchange_read(replace(request(), is_read=False))
    with pytest.raises(ValueError, match="at most twice"):
        line.exchange_read(request(), 3)


def test_a_request_gives_way_to_what_is_urgent_and_a_stop_does_not_ask() -> None:
    line, wire, _ = line_of(ANSWER)
    with pytest.raises(FramedExchangeFailed, match="more urgent") as failed:
        line.exchange_read(request(), is_urgent=lambda: True)
    assert not failed.value.failure.is_sent
    assert not wire.sent
    assert line.exchange(request(is_stop=True), lambda: True).frame == ANSWER


def test_datagrams_that_wait_from_before_are_heard_before_anything_goes_out() -> None:
    line, wire, clock = line_of(ANSWER)
    clock.now += 1.0
    for _ in range(3):
        wire.arrive(clock.now, OTHER)
    before = clock.now
    assert line.exchange(request()).frame == ANSWER
    assert wire.sent[0][0] >= before + STREAM.drain_s


def test_a_distrusted_line_is_drained() -> None:
    line, wire, clock = line_of(ANSWER)
    clock.now += 1.0
    line.exchange(replace(request(), answers=lambda told: True))
    line.distrust(2)
    now = clock.now
    with pytest.raises(FramedExchangeFailed):
        line.exchange(request())
    assert wire.sent[1][0] >= now + STREAM.drain_s
