"""One guarded Modbus exchange, sans-IO: fed with time and bytes, it says what to send and what became of it.

Nothing is ever sent twice. An answer is believed only if it matches its request by unit, function, length, echo and CRC
(on Modbus TCP: transaction number), and if 3.5 characters of silence behind it show that it was the only one. After any
failure the line is not used again until it has been silent for `drain_s`, and what comes meanwhile is thrown away; only a
stop may go out on such a line, after 3.5 characters of silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from archroom.drivers.line_state import MOST_BYTES, LineState
from archroom.drivers.modbus import Request
from archroom.drivers.modbus_frames import (
    SHORTEST_ANSWER_BYTES,
    FoundReply,
    Strangeness,
    build_request,
    explain,
    find_reply,
    has_wrong_start,
    reply_bytes,
    whole_frames,
)
from archroom.drivers.timing import Framing

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
    CROWDED = "crowded"
    """More came right behind the answer: two devices with one unit, a line that doubles, a late answer before the true."""
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


class Transaction:
    """One exchange: `advance` gives the bytes to send once they may go out, `receive` takes what comes.

    It has ended when `outcome` is set. Until then one of the two must be called at `due_at`, or earlier.
    """

    __slots__ = (
        "_begun_at",
        "_deadline",
        "_found",
        "_found_at",
        "_frame",
        "_is_sent",
        "_number",
        "_received",
        "_request",
        "_sent_at",
        "_state",
        "outcome",
    )

    def __init__(self, request: Request, state: LineState, now: float) -> None:
        self._request = request
        self._state = state
        self._begun_at = now
        self._number = 0
        self._frame = b""
        self._is_sent = False
        self._sent_at = 0.0
        self._deadline = 0.0
        self._found: FoundReply | None = None
        self._found_at = 0.0
        self._received = bytearray()
        self.outcome: Reply | Failure | None = None

    @property
    def is_sent(self) -> bool:
        """Whether the request has gone out."""
        return self._is_sent

    @property
    def frame(self) -> bytes:
        """The request's bytes; empty until it has gone out."""
        return self._frame

    @property
    def sent_at(self) -> float:
        """When the request went out."""
        return self._sent_at

    @property
    def received(self) -> bytes:
        """Everything that came since."""
        return bytes(self._received)

    @property
    def due_at(self) -> float:
        """When `advance` has something to do if nothing comes in before."""
        if self._found is not None:
            return self._state.quiet_from
        if self._is_sent:
            return self._deadline
        return min(self._state.ready_at(self._request), self._patience_ends_at)

    def advance(self, now: float) -> bytes:
        """Let time pass; returns the request's bytes, once, when they may go out. Send them at once."""
        if self.outcome is not None:
            return b""
        if self._found is not None:
            if now >= self._state.quiet_from:
                self._conclude(self._found, now)
            return b""
        if self._is_sent:
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
        if not self._is_sent or self.outcome is not None:
            state.hear(data, now)
            return
        if not self._received:
            self._deadline += state.timing.wire_s(reply_bytes(self._request, self._framing))
        state.quiet_from = now + state.timing.silence_s
        self._received += data[: MOST_BYTES + 1]
        if self._found is None:
            self._look_for_reply(now)
        if self._found is not None:
            self._look_behind(self._found, now)
        elif len(self._received) > MOST_BYTES:
            self._give_up(now)

    def give_way(self) -> None:
        """End an exchange whose request has not gone out yet; one that is under way goes on."""
        if not self._is_sent and self.outcome is None:
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
        self._number = state.take_transaction()
        self._frame = build_request(request, self._framing, self._number)
        self._is_sent, self._sent_at = True, now
        gone_at = now + state.timing.wire_s(len(self._frame))
        self._deadline = gone_at + state.timing.answer_s
        state.quiet_from = gone_at + state.timing.silence_s
        state.count(request.unit).sent += 1
        if request.is_broadcast:
            self.outcome = Reply((), now, now)
        return self._frame

    def _look_for_reply(self, now: float) -> None:
        answer = self._without_echo()
        self._found = None if answer is None else find_reply(answer, self._request, self._framing, self._number)
        self._found_at = now

    def _look_behind(self, found: FoundReply, now: float) -> None:
        """Conclude at once where silence says nothing more; fail if what follows the answer may be an answer too."""
        answer = self._without_echo() or b""
        if self._framing is Framing.MBAP or self._request.is_stop:
            self._conclude(found, now)
        elif len(answer) - found.end >= SHORTEST_ANSWER_BYTES[self._framing]:
            self._fail(FailureKind.CROWDED, now)

    def _conclude(self, found: FoundReply, now: float) -> None:
        """Believe the answer, unless it came behind something that is a whole frame itself."""
        state, request = self._state, self._request
        answer = self._without_echo() or b""
        before, behind = answer[: found.start], answer[found.end :]
        is_strange = any(True for _ in whole_frames(before, self._framing))
        if is_strange and self._framing is Framing.RTU and not request.is_stop:
            self._fail(_KIND_OF[explain(before, request, self._framing, self._number)], now)
            return
        counters = state.count(request.unit)
        if found.exception_code is None:
            counters.matched += 1
            self.outcome = Reply(found.registers, self._sent_at, self._found_at)
        else:
            counters.refuse(found.exception_code)
            self.outcome = Failure(FailureKind.EXCEPTION, request, True, found.exception_code)
        state.noise_bytes += len(before)
        counters.first_byte += bool(before)
        if before and state.dirty_until is not None:
            state.distrust(now)
        if behind:
            state.hear(behind, now)

    def _without_echo(self) -> bytes | None:
        """What came, without the echo of our own frame on a line that echoes; None while that has not come."""
        if not self._state.timing.has_echo:
            return bytes(self._received)
        at = self._received.find(self._frame)
        return None if at < 0 else bytes(self._received[at + len(self._frame) :])

    @property
    def _framing(self) -> Framing:
        return self._state.timing.framing

    def _give_up(self, now: float) -> None:
        answer = self._without_echo()
        if answer is None and self._received:
            self._fail(FailureKind.ECHO, now)
        else:
            self._fail(_KIND_OF[explain(answer or b"", self._request, self._framing, self._number)], now)

    def _fail(self, kind: FailureKind, now: float) -> None:
        state, unit = self._state, self._request.unit
        state.count(unit).fail(kind.value, has_wrong_start(bytes(self._received), self._request, self._framing))
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
