"""What must be remembered of a line from one exchange to the next: its silence, its cleanliness, its counters. Sans-IO.

A line is dirty from a failure on until it has been silent for `drain_s`; each byte heard meanwhile starts that time anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from archroom.core.bench import Verdict
from archroom.core.line_counters import UnitCounters
from archroom.drivers.modbus import Request
from archroom.drivers.modbus_frames import SHORTEST_ANSWER_BYTES, whole_frames
from archroom.drivers.passages import Passage, Tap
from archroom.drivers.timing import Framing, LineTiming

MOST_BYTES = 600
"""More than two of the longest frames within one exchange is a flood: the exchange fails at once."""


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
    """What came unasked since the line was last silent or clean, at most `MOST_BYTES`."""
    tap: Tap | None = None
    """Told of everything that passes."""

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
        if self.tap is not None:
            verdict = Verdict.UNASKED if self.last_failed_unit is None or self.dirty_until is None else Verdict.LATE
            self.tap(Passage(now, None, False, data, verdict, self.timing.framing))
        self.noise_bytes += len(data)
        self.quiet_from = now + self.timing.silence_s
        self.unasked += data[: MOST_BYTES - len(self.unasked)]
        if self.dirty_until is not None or len(self.unasked) >= SHORTEST_ANSWER_BYTES[self.timing.framing]:
            self.distrust(now)

    def come_clean(self) -> None:
        """End a drain; frames thrown away in it count as late answers of the unit that failed last."""
        late = sum(1 for _ in whole_frames(bytes(self.unasked), self.timing.framing))
        if late and self.last_failed_unit is not None:
            self.count(self.last_failed_unit).late += late
        self.dirty_until = None
        self.unasked.clear()

    def take_transaction(self) -> int:
        """Return the next transaction number; 0 is never used."""
        number = self.next_transaction
        self.next_transaction = number % 0xFFFF + 1
        return number


def newly_opened(timing: LineTiming, now: float) -> LineState:
    """Return the state of a line that was just opened: what is still under way on it is for whoever had it before us.

    On Modbus TCP nothing is, since transaction numbers belong to a connection.
    """
    state = LineState(timing, quiet_from=now + timing.silence_s)
    if timing.framing is Framing.RTU:
        state.distrust(now)
    return state
