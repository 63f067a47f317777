"""One bus, used by one thread: the guarded exchange with a wire, a clock and nothing else.

All waiting is waiting for bytes, so what comes unasked is seen when it comes, and a line runs on a virtual clock as on a
real one. Nothing is repeated but reads, and those only by `exchange_read`.
"""

from __future__ import annotations

from collections.abc import Callable

from archroom.core.bench import Verdict
from archroom.drivers.exchanging import URGENCY_LOOK_S, Exchange, carried_out
from archroom.drivers.line_state import LineState, newly_opened
from archroom.drivers.modbus import ExceptionCode, Request
from archroom.drivers.passages import Passage, Tap, verdict_of
from archroom.drivers.timing import Framing
from archroom.drivers.transactions import Failure, FailureKind, Reply, Transaction
from archroom.drivers.wires import Wire
from archroom.errors import LinkError, Message, say

MOST_READ_REPEATS = 2


class ExchangeFailed(LinkError):
    """No matched answer; `failure` says what came instead and whether the request went out at all."""

    def __init__(self, failure: Failure, port: str) -> None:
        super().__init__(describe(failure, port))
        self.failure = failure


class Line:
    """A bus with its state."""

    def __init__(self, wire: Wire, clock: Callable[[], float], state: LineState | None = None) -> None:
        self._wire = wire
        self._clock = clock
        self.state = newly_opened(wire.timing, clock()) if state is None else state
        """What is remembered between exchanges; its counters may be shown."""

    @property
    def name(self) -> str:
        """The port as a person knows it."""
        return self._wire.name

    def exchange(self, request: Request, is_urgent: Callable[[], bool] | None = None) -> Reply:
        """Send a request once and return its matched answer.

        Raises ExchangeFailed, and PortUnavailable if the port went away: then nobody knows whether the request was taken.
        `is_urgent` is asked before the request goes out, and every 5 ms while it waits for the line; once it says yes, the
        exchange fails with GAVE_WAY, unsent. A request that has gone out is never broken off. A stop does not ask.
        """
        transaction = Transaction(request, self.state, self._clock())
        exchange: Exchange[Reply | Failure] = transaction
        outcome = carried_out(exchange, self._wire, self._clock, None if request.is_stop else is_urgent)
        if self.state.tap is not None:
            _tell(self.state.tap, transaction, request, outcome, self.state.timing.framing, self._clock())
        if isinstance(outcome, Failure):
            raise ExchangeFailed(outcome, self.name)
        return outcome

    def exchange_read(
        self, request: Request, repeats: int = MOST_READ_REPEATS, is_urgent: Callable[[], bool] | None = None
    ) -> Reply:
        """Send a read, again after each failure and its drain, at most twice more.

        Raises as `exchange`, with the last failure; ValueError for a write or for more repeats. An exception is an answer
        and is not asked for again.
        """
        if not request.function.is_read or not 0 <= repeats <= MOST_READ_REPEATS:
            raise ValueError("only reads are repeated, and at most twice")
        while True:
            try:
                return self.exchange(request, is_urgent)
            except ExchangeFailed as failed:
                if repeats == 0 or failed.failure.kind in (FailureKind.EXCEPTION, FailureKind.GAVE_WAY):
                    raise
                repeats -= 1

    def listen(self, until: float, is_urgent: Callable[[], bool] | None = None) -> bytes:
        """Return what comes unasked until a time of the clock, or until something is urgent. Raises PortUnavailable."""
        heard = bytearray()
        while (left_s := until - self._clock()) > 0:
            if is_urgent is not None and is_urgent():
                break
            wait_s = left_s if is_urgent is None else min(left_s, URGENCY_LOOK_S)
            received = self._wire.read(wait_s)
            if received:
                self.state.hear(received, self._clock())
                heard += received
        return bytes(heard)

    def distrust(self, unit: int) -> None:
        """Drain the line before it is used again: an answer matched, but what it says cannot be."""
        self.state.distrust(self._clock(), unit)

    def close(self) -> None:
        """Let go of the port."""
        self._wire.close()


def _tell(
    tap: Tap, transaction: Transaction, request: Request, outcome: Reply | Failure, framing: Framing, ended_at: float
) -> None:
    """Tell a tap of an exchange that is over; one that gave way did not pass."""
    failure = outcome if isinstance(outcome, Failure) else None
    if failure is not None and failure.kind is FailureKind.GAVE_WAY:
        return
    unit, sent_at = request.unit, transaction.sent_at
    if not transaction.is_sent:
        tap(Passage(ended_at, unit, True, b"", Verdict.UNSENT, framing, request))
        return
    tap(Passage(sent_at, unit, True, transaction.frame, Verdict.SENT, framing, request))
    if request.is_broadcast:
        return
    at_s = ended_at if isinstance(outcome, Failure) else outcome.received_at
    verdict = Verdict.MATCHED if failure is None else verdict_of(failure.kind.value)
    tap(Passage(at_s, unit, False, transaction.received, verdict, framing, request, at_s - sent_at))


def describe(failure: Failure, port: str) -> Message:
    """Return what went wrong as a sentence."""
    unit = failure.request.unit
    if failure.kind is FailureKind.EXCEPTION:
        return _describe_exception(unit, port, failure.exception_code or 0)
    return Message(_SENTENCES[failure.kind].template, {"unit": unit, "port": port})


def _describe_exception(unit: int, port: str, code: int) -> Message:
    if code in (ExceptionCode.ACKNOWLEDGE, ExceptionCode.BUSY):
        return say("Unit {unit} at {port} is busy (exception {code}).", unit=unit, port=port, code=code)
    if code in (ExceptionCode.GATEWAY_PATH, ExceptionCode.GATEWAY_SILENCE):
        return say("The gateway at {port} cannot reach unit {unit} (exception {code}).", unit=unit, port=port, code=code)
    return say("Unit {unit} at {port} refuses the request (exception {code}).", unit=unit, port=port, code=code)


_SENTENCES = {
    FailureKind.SILENCE: say("Unit {unit} at {port} does not answer."),
    FailureKind.BAD_CRC: say("The answer of unit {unit} at {port} is damaged: noise, or another baud or parity."),
    FailureKind.WRONG_UNIT: say("Another unit than {unit} answered at {port}."),
    FailureKind.WRONG_FUNCTION: say("Unit {unit} at {port} answered another question."),
    FailureKind.WRONG_CONTENT: say("The answer of unit {unit} at {port} does not fit the question."),
    FailureKind.CUT_SHORT: say("The answer of unit {unit} at {port} is cut short."),
    FailureKind.GARBAGE: say("What comes from {port} in place of unit {unit} is not Modbus."),
    FailureKind.ECHO: say("The adapter at {port} gives back what is sent, or was said to and does not: see echo=1."),
    FailureKind.CROWDED: say("More than one answer came at {port} for unit {unit}."),
    FailureKind.BABBLE: say("The line at {port} never falls silent; nothing was sent to unit {unit}."),
    FailureKind.GAVE_WAY: say("Nothing was sent to unit {unit} at {port}: something more urgent came."),
}
"""Filled in by `describe`."""
