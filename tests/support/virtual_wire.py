"""A wire on a virtual clock: time passes only while somebody waits for bytes."""

from __future__ import annotations

from collections.abc import Callable

from archroom.drivers.line import Line
from archroom.drivers.line_state import LineState
from archroom.drivers.timing import LineTiming


class VirtualClock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class VirtualWire:
    """What is written goes to `far_end`, which says when which bytes come back."""

    name = "virtual"

    def __init__(
        self, clock: VirtualClock, timing: LineTiming, far_end: Callable[[bytes, float], list[tuple[float, bytes]]]
    ) -> None:
        self.timing = timing
        self.sent: list[tuple[float, bytes]] = []
        """What was written, and when."""
        self._clock = clock
        self._far_end = far_end
        self._arriving: list[tuple[float, int, bytes]] = []
        self._count = 0
        self.is_closed = False

    def arrive(self, at: float, data: bytes) -> None:
        """Let bytes come at a time of the clock, asked for or not; what is due first comes first."""
        self._count += 1
        self._arriving.append((at, self._count, data))
        self._arriving.sort()

    def write(self, data: bytes) -> None:
        """Give bytes to the far end."""
        self.sent.append((self._clock.now, data))
        for at, chunk in self._far_end(data, self._clock.now):
            self.arrive(at, chunk)

    def read(self, max_wait_s: float) -> bytes:
        """Let time pass until bytes come, at most so long."""
        ends_at = self._clock.now + max_wait_s
        if self._arriving and self._arriving[0][0] <= ends_at:
            at, _, data = self._arriving.pop(0)
            self._clock.now = max(self._clock.now, at)
            return data
        self._clock.now = ends_at
        return b""

    def close(self) -> None:
        """Note that the port was let go of."""
        self.is_closed = True


class Script:
    """A far end that answers the first request with the first entry, and so on.

    An entry is bytes that come at once, or pairs of seconds after the request and bytes.
    """

    def __init__(self, *answers: bytes | list[tuple[float, bytes]]) -> None:
        self._answers = list(answers)

    def __call__(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        answer = self._answers.pop(0) if self._answers else b""
        pairs = [(0.0, answer)] if isinstance(answer, bytes) else answer
        return [(now + after_s, chunk) for after_s, chunk in pairs if chunk]


def scripted_line(timing: LineTiming, *answers: bytes | list[tuple[float, bytes]]) -> tuple[Line, VirtualWire, VirtualClock]:
    """Return a line that is clean and quiet, with its wire and clock, whose far end follows a script."""
    clock = VirtualClock()
    wire = VirtualWire(clock, timing, Script(*answers))
    return Line(wire, clock, LineState(timing)), wire, clock
