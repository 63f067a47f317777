"""What must be remembered of a framed line between exchanges: silence, cleanliness, counters, what came unasked. Sans-IO.

The line is dirty from a failure on until nothing but pushes has come for `drain_s`. Pushes, whole frames that a controller
sends by itself, are taken out wherever they stand and kept by unit with the time at which they came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from archroom.core.bench import Verdict
from archroom.core.line_counters import UnitCounters
from archroom.drivers.passages import Passage, Tap
from archroom.drivers.timing import FAST_SILENCE_S, LineTiming

MOST_PUSHES = 64
"""Kept of each unit until its driver takes them; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a whole frame stands in what came."""

    start: int
    end: int


class Remains(Enum):
    """What bytes without a whole frame look like."""

    DAMAGED = "damaged"
    """A frame by its shape, with a wrong checksum."""
    CUT_SHORT = "cut short"
    GARBAGE = "garbage"


class Language(Protocol):
    """How the frames of a wire look."""

    @property
    def shortest_bytes(self) -> int:
        """Of a whole frame; fewer bytes that nobody asked for are noise."""
        ...

    @property
    def most_bytes(self) -> int:
        """More than this within one exchange is a flood."""
        ...

    def frames(self, data: bytes) -> Sequence[Span]:
        """Return where whole frames with a good checksum stand, in their order."""
        ...

    def remains(self, data: bytes) -> Remains:
        """Return what bytes look like that hold no whole frame."""
        ...

    def unit_of_push(self, frame: bytes) -> int | None:
        """Return the unit that may send such a frame by itself; None if it comes as an answer only."""
        ...


@dataclass(frozen=True, slots=True)
class Push:
    """A frame that a controller sent by itself."""

    frame: bytes
    received_at: float


@dataclass(slots=True)
class FramedState:
    """What must be remembered of a line from one exchange to the next."""

    language: Language
    timing: LineTiming
    quiet_from: float = 0.0
    """When the line has been silent for long enough since the last byte, ours or another's."""
    dirty_until: float | None = None
    """When it may be used again after a failure; None on a clean line."""
    last_failed_unit: int | None = None
    noise_bytes: int = 0
    """Bytes that came unasked or in front of an answer, pushes apart."""
    counters: dict[int, UnitCounters] = field(default_factory=dict)
    unasked: bytearray = field(default_factory=bytearray)
    """What came unasked since the line was last silent or clean."""
    pushes: dict[int, deque[Push]] = field(default_factory=dict)
    tap: Tap | None = None
    """Told of everything that passes."""

    def count(self, unit: int) -> UnitCounters:
        """Return the counters of a unit."""
        return self.counters.setdefault(unit, UnitCounters())

    def distrust(self, now: float, unit: int | None = None) -> None:
        """Use the line again only after a drain: something on it was not as it should be."""
        self.dirty_until = now + self.timing.drain_s
        self.last_failed_unit = unit if unit is not None else self.last_failed_unit

    def ready_at(self, *, is_stop: bool) -> float:
        """Return when a request may go out, if nothing more comes in until then."""
        if self.dirty_until is None or is_stop:
            return self.quiet_from
        return max(self.quiet_from, self.dirty_until)

    def hear(self, data: bytes, now: float) -> None:
        """Take note of bytes that nobody asked for. What is no push and long enough may be a late answer: drain."""
        if self.tap is not None:
            verdict = Verdict.UNASKED if self.last_failed_unit is None or self.dirty_until is None else Verdict.LATE
            self.tap(Passage(now, None, False, data, verdict, None))
        if now >= self.quiet_from and self.dirty_until is None:
            self.unasked.clear()
        self.quiet_from = now + self.timing.silence_s
        before = len(self.unasked)
        self.unasked += data
        self.sift(self.unasked, now)
        grown = len(self.unasked) - before
        if grown <= 0:
            return
        self.noise_bytes += grown
        if self.dirty_until is not None or len(self.unasked) >= self.language.shortest_bytes:
            self.distrust(now)
        del self.unasked[: -self.language.most_bytes]

    def sift(self, buffer: bytearray, now: float, answers: Callable[[bytes], bool] | None = None) -> None:
        """Take the pushes out of what came, and keep them; what answers the question of the moment is none."""
        data, taken = bytes(buffer), 0
        for span in self.language.frames(data):
            frame = data[span.start : span.end]
            unit = self.language.unit_of_push(frame)
            if unit is not None and not (answers is not None and answers(frame)):
                self.pushes.setdefault(unit, deque(maxlen=MOST_PUSHES)).append(Push(frame, now))
                del buffer[span.start - taken : span.end - taken]
                taken += span.end - span.start

    def come_clean(self) -> None:
        """End a drain; frames thrown away in it count as late answers of the unit that failed last."""
        late = len(self.language.frames(bytes(self.unasked)))
        if late and self.last_failed_unit is not None:
            self.count(self.last_failed_unit).late += late
        self.dirty_until = None
        self.unasked.clear()

    def take_pushes(self, unit: int) -> list[Push]:
        """Return what a unit has sent by itself since the last call, oldest first."""
        return list(self.pushes.pop(unit, ()))


def newly_opened(language: Language, timing: LineTiming, answer_s: float, now: float) -> FramedState:
    """Return the state of a line that was just opened: it is drained first, for whoever had it before us.

    `answer_s` is how long its controllers take at most to begin an answer. A short silence is kept on network streams too:
    two answers where one is due show by it.
    """
    ours = replace(timing, answer_s=answer_s, silence_s=max(timing.silence_s, FAST_SILENCE_S))
    state = FramedState(language, ours, quiet_from=now + ours.silence_s)
    state.distrust(now)
    return state
