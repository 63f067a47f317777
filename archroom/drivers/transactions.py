"""One guarded Modbus exchange, sans-IO: fed with time and bytes, it says what to send and what became of it.

Nothing is ever sent twice. An answer is believed only if it matches its request by unit, function, length, echo and CRC
(on Modbus TCP: transaction number). After any failure the line is not used again until it has been silent for `drain_s`,
and what comes meanwhile is thrown away; only a stop may go out on such a line, after 3.5 characters of silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from archroom.drivers.modbus import Request
from archroom.drivers.modbus_frames import (
    SHORTEST_ANSWER_BYTES,
    Strangeness,
    build_request,
    explain,
    find_reply,
    reply_bytes,
    whole_frames,
)
from archroom.drivers.timing import Framing, LineTiming

MOST_BYTES = 600
"""More than two of the longest frames within one exchange is a flood: the exchange fails at once."""
STOP_PATIENCE_S = 0.020
"""Longest that a stop waits for 3.5 characters of silence on a line that never falls silent."""
DRAIN_PATIENCE_S = 1.0
"""Longest that a request waits for a line to become usable before it fails unsent."""


class FailureKind(Enum):
    """Why there is no matched answer."""

    SILENCE = "silence"
    BAD_CRC = "bad crc"
    WRONG_UNIT = "wrong unit"
    WRONG_FUNCTION = "wrong function"
    WRONG_CONTENT = "wrong content"
    """Right unit and function, but another length, address, value or transaction number."""
    EXCEPTION = "exception"
    """The unit answered, and refused: `exception_code` says how. The line is clean."""
    CUT_SHORT = "cut short"
    GARBAGE = "garbage"
    ECHO = "echo"
    """Our own request came back, on a line that is not said to echo; or did not, on one that is."""
    BABBLE = "babble"
    """The line never fell silent, so nothing was sent."""
    GAVE_WAY = "gave way"
    """Nothing was sent, because something more urgent waits."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A matched answer."""

    registers: tuple[int, ...]
    """What was read; empty for a write."""
    sent_at: float
    """When the request went out: what is read is not older than this."""
    received_at: float


@dataclass(frozen=True, slots=True)
class Failure:
    """An exchange without a matched answer, or with an exception for an answer."""

    kind: FailureKind
    request: Request
    is_sent: bool
    """False if the request certainly never went out; True means that nobody knows whether it was carried out."""
    exception_code: int | None = None
    received: bytes = b""
    """What came instead, at most 64 bytes."""


@dataclass(slots=True)
class UnitCounters:
    """What has happened with one unit since the line was opened."""

    sent: int = 0
    matched: int = 0
    exceptions: int = 0
    silent: int = 0
    crc: int = 0
    strange: int = 0
    """Answers of another unit, to another question, cut short, garbage, echoes."""
    late: int = 0
    """Whole frames thrown away while the line was being drained."""


@dataclass(slots=True)
class LineState:
    """What must be remembered of a line from one exchange to the next."""

    timing: LineTiming
    quiet_from: float = 0.0
    """When 3.5 characters of silence have passed since the last byte, ours or another's."""
    dirty_until: float | None = None
    """When the line has been silent for long enough after a failure; None on a clean line."""
    next_transaction: int = 1
    last_failed_unit: int | None = None
    noise_bytes: int = 0
    """Bytes that came unasked or in front of an answer."""
    counters: dict[int, UnitCounters] = field(default_factory=dict)
    unasked: bytearray = field(default_factory=bytearray)
    """What came unasked since the line was last silent, at most `MOST_BYTES`."""

    def count(self, unit: int) -> UnitCounters:
        """Return the counters of a unit."""
        return self.counters.setdefault(unit, UnitCounters())

    def distrust(self, now: float, unit: int | None = None) -> None:
        """Use the line again only after a drain: something on it was not as it should be."""
        self.dirty_until = now + self.timing.drain_s
        self.last_failed_unit = unit if unit is not None else self.last_failed_unit

    def ready_at(self, request: Request) -> float:
        """Return when a request may go out, if nothing more comes in until then."""
        if self.dirty_until is None or request.is_stop:
            return self.quiet_from
        return max(self.quiet_from, self.dirty_until)

    def hear(self, data: bytes, now: float) -> None:
        """Take note of bytes that nobody asked for: the silence starts anew.

        Fewer of them than the shortest answer are noise of the line; more may be a late answer, so the line is drained.
        """
        if now >= self.quiet_from and self.dirty_until is None:
            self.unasked.clear()
        self.noise_bytes += len(data)
        self.quiet_from = now + self.timing.silence_s
        self.unasked += data[: MOST_BYTES - len(self.unasked)]
        if self.dirty_until is not None or len(self.unasked) >= SHORTEST_ANSWER_BYTES[self.timing.framing]:
            self.distrust(now)

    def come_clean(self) -> None:
        """End a drain; frames thrown away in it count as late answers of the unit that failed last."""
        late = sum(1 for _ in whole_frames(bytes(self.unasked), self.timing.framing))
        if self.last_failed_unit is not None:
            self.count(self.last_failed_unit).late += late
        self.dirty_until = None
        self.unasked.clear()

    def take_transaction(self) -> int:
        """Return the next transaction number; 0 is never used."""
        number = self.next_transaction
        self.next_transaction = number % 0xFFFF + 1
        return number


def newly_opened(timing: LineTiming, now: float) -> LineState:
    """Return the state of a line that was just opened: what is still under way on it is for whoever had it before us."""
    state = LineState(timing, quiet_from=now + timing.silence_s)
    state.distrust(now)
    return state


class Transaction:
    """One exchange: `advance` gives the bytes to send once they may go out, `receive` takes what comes.

    It has ended when `outcome` is set. Until then one of the two must be called at `due_at`, or earlier.
    """

    __slots__ = (
        "_begun_at",
        "_deadline",
        "_frame",
        "_number",
        "_received",
        "_request",
        "_sent_at",
        "_sent_end",
        "_state",
        "outcome",
    )

    def __init__(self, request: Request, state: LineState, now: float) -> None:
        self._request = request
        self._state = state
        self._begun_at = now
        self._number = 0
        self._frame = b""
        self._sent_at: float | None = None
        self._sent_end = 0.0
        self._deadline = 0.0
        self._received = bytearray()
        self.outcome: Reply | Failure | None = None

    @property
    def is_sent(self) -> bool:
        """Whether the request has gone out."""
        return self._sent_at is not None

    @property
    def due_at(self) -> float:
        """When `advance` has something to do if nothing comes in before."""
        if self._sent_at is not None:
            return self._deadline
        return min(self._state.ready_at(self._request), self._patience_ends_at)

    def advance(self, now: float) -> bytes:
        """Let time pass; returns the request's bytes, once, when they may go out. Send them at once."""
        if self.outcome is not None:
            return b""
        if self._sent_at is not None:
            if now >= self._deadline:
                self._give_up(now)
            return b""
        if now >= self._state.ready_at(self._request):
            return self._send(now)
        if now >= self._patience_ends_at:
            if self._request.is_stop:
                return self._send(now)
            self._fail(FailureKind.BABBLE, now)
        return b""

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes in, in any pieces."""
        state = self._state
        if not data:
            return
        if self._sent_at is None or self.outcome is not None:
            state.hear(data, now)
            return
        if not self._received:
            self._deadline += state.timing.wire_s(reply_bytes(self._request, state.timing.framing))
        state.quiet_from = now + state.timing.silence_s
        self._received += data
        self._look_for_reply(now)
        if self.outcome is None and len(self._received) > MOST_BYTES:
            self._give_up(now)

    def give_way(self) -> None:
        """End an exchange whose request has not gone out yet; one that is under way goes on."""
        if self._sent_at is None and self.outcome is None:
            self.outcome = Failure(FailureKind.GAVE_WAY, self._request, is_sent=False)

    @property
    def _patience_ends_at(self) -> float:
        return self._begun_at + (STOP_PATIENCE_S if self._request.is_stop else DRAIN_PATIENCE_S)

    def _send(self, now: float) -> bytes:
        state, request = self._state, self._request
        if state.dirty_until is not None and now >= state.dirty_until:
            state.come_clean()
        elif state.dirty_until is None:
            state.unasked.clear()
        self._number = state.take_transaction() if state.timing.framing is Framing.MBAP else 0
        self._frame = build_request(request, state.timing.framing, self._number)
        self._sent_at = now
        self._sent_end = now + state.timing.wire_s(len(self._frame))
        self._deadline = self._sent_end + state.timing.answer_s
        state.quiet_from = self._sent_end + state.timing.silence_s
        state.count(request.unit).sent += 1
        if request.is_broadcast:
            self.outcome = Reply((), now, now)
        return self._frame

    def _look_for_reply(self, now: float) -> None:
        state, request, timing = self._state, self._request, self._state.timing
        data = bytes(self._received)
        if timing.has_echo:
            at = data.find(self._frame)
            if at < 0:
                return
            data = data[at + len(self._frame) :]
        found = find_reply(data, request, timing.framing, self._number)
        if found is None or self._sent_at is None:
            return
        before, behind = data[: found.start], data[found.end :]
        strange = any(True for _ in whole_frames(before, timing.framing))
        if strange and timing.framing is Framing.RTU and not request.is_stop:
            self._fail_as(explain(before, request, timing.framing, self._number), now)
            return
        state.noise_bytes += len(before)
        if before and state.dirty_until is not None:
            state.distrust(now)
        counters = state.count(request.unit)
        if found.exception_code is None:
            counters.matched += 1
            self.outcome = Reply(found.registers, self._sent_at, now)
        else:
            counters.exceptions += 1
            self.outcome = Failure(FailureKind.EXCEPTION, request, True, found.exception_code)
        if behind:
            state.hear(behind, now)

    def _give_up(self, now: float) -> None:
        data = bytes(self._received)
        timing = self._state.timing
        if timing.has_echo and data:
            at = data.find(self._frame)
            if at < 0:
                self._fail(FailureKind.ECHO, now)
                return
            data = data[at + len(self._frame) :]
        self._fail_as(explain(data, self._request, timing.framing, self._number), now)

    def _fail_as(self, strangeness: Strangeness, now: float) -> None:
        self._fail(_KIND_OF[strangeness], now)

    def _fail(self, kind: FailureKind, now: float) -> None:
        state, unit = self._state, self._request.unit
        counters = state.count(unit)
        if kind is FailureKind.SILENCE:
            counters.silent += 1
        elif kind is FailureKind.BAD_CRC:
            counters.crc += 1
        else:
            counters.strange += 1
        state.distrust(now, unit)
        self.outcome = Failure(kind, self._request, self.is_sent, None, bytes(self._received[:64]))


_KIND_OF = {
    Strangeness.NOTHING: FailureKind.SILENCE,
    Strangeness.ECHO: FailureKind.ECHO,
    Strangeness.WRONG_UNIT: FailureKind.WRONG_UNIT,
    Strangeness.WRONG_FUNCTION: FailureKind.WRONG_FUNCTION,
    Strangeness.WRONG_CONTENT: FailureKind.WRONG_CONTENT,
    Strangeness.BAD_CRC: FailureKind.BAD_CRC,
    Strangeness.CUT_SHORT: FailureKind.CUT_SHORT,
    Strangeness.GARBAGE: FailureKind.GARBAGE,
}
