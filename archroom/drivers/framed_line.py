"""One line of frames that are no Modbus, used by one thread: the guarded exchange with a wire and a clock.

Nothing is repeated but reads, and those only by `exchange_read`.
"""

from __future__ import annotations

from collections.abc import Callable

from archroom.core.bench import Verdict
from archroom.drivers.exchanging import Exchange, carried_out
from archroom.drivers.framed_exchange import (
    FramedExchange,
    FramedFailure,
    FramedFailureKind,
    FramedReply,
    FramedRequest,
)
from archroom.drivers.framed_state import Language, Push, newly_opened
from archroom.drivers.passages import Passage, Tap, verdict_of
from archroom.drivers.wires import Wire
from archroom.errors import LinkError, Message, say

MOST_READ_REPEATS = 2


class FramedExchangeFailed(LinkError):
    """No matched answer; `failure` says what came instead and whether the request went out at all."""

    def __init__(self, failure: FramedFailure, port: str) -> None:
        sentence = _SENTENCES[failure.kind]
        super().__init__(Message(sentence.template, {"unit": failure.request.unit, "port": port}))
        self.failure = failure


class FramedLine:
    """A line with its state."""

    def __init__(self, wire: Wire, clock: Callable[[], float], language: Language, answer_s: float) -> None:
        self._wire = wire
        self._clock = clock
        self.state = newly_opened(language, wire.timing, answer_s, clock())
        """What is remembered between exchanges; its counters may be shown."""

    @property
    def name(self) -> str:
        """The port as a person knows it."""
        return self._wire.name

    def exchange(self, request: FramedRequest, is_urgent: Callable[[], bool] | None = None) -> FramedReply:
        """Send a request once and return its matched answer.

        Raises FramedExchangeFailed, and PortUnavailable if the port went away: then nobody knows whether the request was
        taken. Once `is_urgent` says yes before it went out, it fails with GAVE_WAY; a stop does not ask.
        """
        framed = FramedExchange(request, self.state, self._clock())
        exchange: Exchange[FramedReply | FramedFailure] = framed
        outcome = carried_out(exchange, self._wire, self._clock, None if request.is_stop else is_urgent)
        if self.state.tap is not None:
            _tell(self.state.tap, request, framed.received, outcome, self._clock())
        if isinstance(outcome, FramedFailure):
            raise FramedExchangeFailed(outcome, self.name)
        return outcome

    def exchange_read(
        self, request: FramedRequest, repeats: int = MOST_READ_REPEATS, is_urgent: Callable[[], bool] | None = None
    ) -> FramedReply:
        """Send a read, again after each failure and its drain, at most twice more.

        Raises as `exchange`, with the last failure; ValueError for an order or for more repeats.
        """
        if not request.is_read or not 0 <= repeats <= MOST_READ_REPEATS:
            raise ValueError("only reads are repeated, and at most twice")
        while True:
            try:
                return self.exchange(request, is_urgent)
            except FramedExchangeFailed as failed:
                if repeats == 0 or failed.failure.kind is FramedFailureKind.GAVE_WAY:
                    raise
                repeats -= 1

    def take_pushes(self, unit: int) -> list[Push]:
        """Return what a unit has sent by itself since the last call, oldest first."""
        return self.state.take_pushes(unit)

    def distrust(self, unit: int) -> None:
        """Drain the line before it is used again: an answer matched, but what it says cannot be."""
        self.state.distrust(self._clock(), unit)

    def close(self) -> None:
        """Let go of the port."""
        self._wire.close()


def _tell(tap: Tap, request: FramedRequest, received: bytes, outcome: FramedReply | FramedFailure, ended_at: float) -> None:
    """Tell a tap of an exchange that is over; one that gave way did not pass."""
    unit = request.unit
    if isinstance(outcome, FramedReply):
        tap(Passage(outcome.sent_at, unit, True, request.frame, Verdict.SENT, None))
        after_s = outcome.received_at - outcome.sent_at
        tap(Passage(outcome.received_at, unit, False, received, Verdict.MATCHED, None, None, after_s))
    elif outcome.is_sent:
        tap(Passage(outcome.sent_at, unit, True, request.frame, Verdict.SENT, None))
        verdict, after_s = verdict_of(outcome.kind.value), ended_at - outcome.sent_at
        tap(Passage(ended_at, unit, False, received, verdict, None, None, after_s))
    elif outcome.kind is not FramedFailureKind.GAVE_WAY:
        tap(Passage(ended_at, unit, True, b"", Verdict.UNSENT, None))


_SENTENCES = {
    FramedFailureKind.SILENCE: say("Unit {unit} at {port} does not answer."),
    FramedFailureKind.BAD_CHECKSUM: say("The answer of unit {unit} at {port} has a wrong checksum: noise, or another kind."),
    FramedFailureKind.WRONG_ANSWER: say("The answer of unit {unit} at {port} does not fit the question."),
    FramedFailureKind.CUT_SHORT: say("The answer of unit {unit} at {port} is cut short."),
    FramedFailureKind.GARBAGE: say("What comes from {port} in place of unit {unit} is not what its profile says."),
    FramedFailureKind.ECHO: say("The adapter at {port} gives back what is sent, or was said to and does not: see echo=1."),
    FramedFailureKind.CROWDED: say("More than one answer came at {port} for unit {unit}."),
    FramedFailureKind.BABBLE: say("The line at {port} never falls silent; nothing was sent to unit {unit}."),
    FramedFailureKind.GAVE_WAY: say("Nothing was sent to unit {unit} at {port}: something more urgent came."),
}
"""Filled in by `FramedExchangeFailed`."""
