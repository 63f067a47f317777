"""One guarded exchange of frames that are no Modbus, sans-IO: fed with time and bytes, it says what to send and what became.

Nothing is ever sent twice. A frame is believed only if its checksum is good, the request says that it answers it, and the
silence behind it shows that it was the only one. After any failure the line is not used again until it has been silent for
`drain_s`; only a stop may go out on such a line. Pushes are no answers and disturb nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from archroom.drivers.framed_state import FramedState, Remains

STOP_PATIENCE_S = 0.020
"""Longest that a stop waits for silence on a line that never falls silent."""
DRAIN_PATIENCE_S = 1.0
"""Longest that a request waits for a line to become usable before it fails unsent."""
LEAST_ECHO_BYTES = 6
"""Shorter requests may stand in an answer by chance, and are not looked for in it."""


class FramedFailureKind(Enum):
    """Why there is no matched answer."""

    SILENCE = "silence"
    BAD_CHECKSUM = "bad checksum"
    WRONG_ANSWER = "wrong answer"
    """A whole frame of another unit, or to another question."""
    CUT_SHORT = "cut short"
    GARBAGE = "garbage"
    ECHO = "echo"
    """Our own request came back, on a line that is not said to echo; or did not, on one that is."""
    CROWDED = "crowded"
    """More came right behind the answer."""
    BABBLE = "babble"
    """The line never fell silent, so nothing was sent."""
    GAVE_WAY = "gave way"
    """Nothing was sent, because something more urgent waits."""


@dataclass(frozen=True, slots=True)
class FramedRequest:
    """One request, and how its answer is known."""

    frame: bytes
    unit: int
    answers: Callable[[bytes], bool]
    """Whether a whole frame is the answer: it names the same unit, thing and question, and is as long as it must be."""
    is_read: bool
    """Whether it may be repeated: it orders nothing."""
    is_stop: bool = False
    answer_bytes: int = 0
    """Of the answer, for its time on a serial wire."""


@dataclass(frozen=True, slots=True)
class FramedReply:
    """A matched answer."""

    frame: bytes
    sent_at: float
    """When the request went out: what is read is not older than this."""
    received_at: float


@dataclass(frozen=True, slots=True)
class FramedFailure:
    """An exchange without a matched answer."""

    kind: FramedFailureKind
    request: FramedRequest
    is_sent: bool
    """False if the request certainly never went out; True means that nobody knows whether it was carried out."""
    received: bytes = b""
    """What came instead, at most 64 bytes."""
    sent_at: float = 0.0
    """When it went out, if it did."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer in what came, with what stands around it."""

    frame: bytes
    before: bytes
    behind: bytes
    received_at: float


class FramedExchange:
    """One exchange: `advance` gives the bytes to send once they may go out, `receive` takes what comes.

    It has ended when `outcome` is set. Until then one of the two must be called at `due_at`, or earlier.
    """

    __slots__ = ("_begun_at", "_deadline", "_found", "_is_sent", "_received", "_request", "_sent_at", "_state", "outcome")

    def __init__(self, request: FramedRequest, state: FramedState, now: float) -> None:
        self._request = request
        self._state = state
        self._begun_at = now
        self._is_sent = False
        self._sent_at = 0.0
        self._deadline = 0.0
        self._found: _Found | None = None
        self._received = bytearray()
        self.outcome: FramedReply | FramedFailure | None = None

    @property
    def is_sent(self) -> bool:
        """Whether the request has gone out."""
        return self._is_sent

    @property
    def received(self) -> bytes:
        """Everything that came since the request, pushes apart."""
        return bytes(self._received)

    @property
    def due_at(self) -> float:
        """When `advance` has something to do if nothing comes in before."""
        if self._found is not None:
            return self._state.quiet_from
        if self._is_sent:
            return self._deadline
        return min(self._state.ready_at(is_stop=self._request.is_stop), self._patience_ends_at)

    def advance(self, now: float) -> bytes:
        """Let time pass; returns the request's bytes, once, when they may go out. Send them at once."""
        if self.outcome is not None or now < self.due_at:
            return b""
        if self._found is not None:
            self._conclude(self._found, now)
        elif self._is_sent:
            self._fail(self._explained(), now)
        elif self._request.is_stop or now >= self._state.ready_at(is_stop=False):
            return self._send(now)
        else:
            self._fail(FramedFailureKind.BABBLE, now)
        return b""

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes in, in any pieces."""
        state = self._state
        if not self._is_sent or self.outcome is not None:
            state.hear(data, now)
            return
        had = len(self._received)
        state.quiet_from = now + state.timing.silence_s
        self._received += data
        state.sift(self._received, now, self._request.answers)
        if not had and self._received:
            self._deadline += state.timing.wire_s(self._request.answer_bytes)
        if len(self._received) > state.language.most_bytes:
            self._fail(self._explained(), now)
        else:
            self._look_for_answer(now)

    def give_way(self) -> None:
        """End an exchange whose request has not gone out yet; one that is under way goes on."""
        if not self._is_sent and self.outcome is None:
            self.outcome = FramedFailure(FramedFailureKind.GAVE_WAY, self._request, is_sent=False)

    @property
    def _patience_ends_at(self) -> float:
        return self._begun_at + (STOP_PATIENCE_S if self._request.is_stop else DRAIN_PATIENCE_S)

    def _send(self, now: float) -> bytes:
        state, request = self._state, self._request
        if state.dirty_until is None:
            state.unasked.clear()
        elif now >= state.dirty_until:
            state.come_clean()
        self._is_sent, self._sent_at = True, now
        gone_at = now + state.timing.wire_s(len(request.frame))
        self._deadline = gone_at + state.timing.answer_s
        state.quiet_from = gone_at + state.timing.silence_s
        state.count(request.unit).sent += 1
        return request.frame

    def _look_for_answer(self, now: float) -> None:
        """Find the answer, fail if what follows it may be another, and conclude a stop at once."""
        answer, language = self._without_echo(), self._state.language
        for span in language.frames(answer):
            frame = answer[span.start : span.end]
            if not self._request.answers(frame):
                continue
            received_at = now if self._found is None else self._found.received_at
            self._found = _Found(frame, answer[: span.start], answer[span.end :], received_at)
            if self._request.is_stop:
                self._conclude(self._found, now)
            elif len(self._found.behind) >= language.shortest_bytes:
                self._fail(FramedFailureKind.CROWDED, now)
            return

    def _conclude(self, found: _Found, now: float) -> None:
        """Believe the answer, unless it came behind something that is a whole frame itself."""
        state, request = self._state, self._request
        if state.language.frames(found.before) and not request.is_stop:
            self._fail(FramedFailureKind.WRONG_ANSWER, now)
            return
        state.count(request.unit).matched += 1
        self.outcome = FramedReply(found.frame, self._sent_at, found.received_at)
        state.noise_bytes += len(found.before)
        if found.before and state.dirty_until is not None:
            state.distrust(now)
        if found.behind:
            state.hear(found.behind, now)

    def _without_echo(self) -> bytes:
        """What came, without the echo of our own frame on a line that echoes; nothing while that has not come."""
        if not self._state.timing.has_echo:
            return bytes(self._received)
        at = self._received.find(self._request.frame)
        return b"" if at < 0 else bytes(self._received[at + len(self._request.frame) :])

    def _explained(self) -> FramedFailureKind:
        """What came in place of an answer."""
        frame, has_echo = self._request.frame, self._state.timing.has_echo
        is_ours_back = frame in self._received
        if self._received and is_ours_back is not has_echo and (has_echo or len(frame) >= LEAST_ECHO_BYTES):
            return FramedFailureKind.ECHO
        answer = self._without_echo()
        if not answer:
            return FramedFailureKind.SILENCE
        if self._state.language.frames(answer):
            return FramedFailureKind.WRONG_ANSWER
        return _KIND_OF[self._state.language.remains(answer)]

    def _fail(self, kind: FramedFailureKind, now: float) -> None:
        state, unit = self._state, self._request.unit
        state.count(unit).fail(kind.value)
        state.distrust(now, unit)
        self.outcome = FramedFailure(kind, self._request, self._is_sent, bytes(self._received[:64]), self._sent_at)


_KIND_OF = {
    Remains.DAMAGED: FramedFailureKind.BAD_CHECKSUM,
    Remains.CUT_SHORT: FramedFailureKind.CUT_SHORT,
    Remains.GARBAGE: FramedFailureKind.GARBAGE,
}
