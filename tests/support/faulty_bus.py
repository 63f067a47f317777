"""A line that does to each exchange what lines do: loses, delays, doubles, damages, glues, splits, echoes, babbles.

Each in about one of ten. Sans-IO: the driver's bytes go in with the time, and what will arrive, and when, comes out. Seeded,
so a run can be repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Generic, Protocol, TypeVar


class Fault(Enum):
    """What happens to an exchange."""

    NONE = "none"
    REQUEST_LOST = "request lost"
    REPLY_LOST = "reply lost"
    LATE = "late"
    DOUBLED = "doubled"
    CORRUPTED = "corrupted"
    GLUED = "glued"
    SPLIT = "split"
    ECHO = "echo"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True)
class Times:
    """What is late on a line, in seconds after the request."""

    late_from_s: float
    """The driver has surely given up by then."""
    late_until_s: float
    """The driver may use the line again by then. An answer to the same question that came later could not be told apart."""


def times_of(answer_s: float, longest_answer_s: float, drain_s: float) -> Times:
    """Return what is late for a driver that waits so long for an answer to begin and to end, and then drains."""
    return Times(answer_s + longest_answer_s, answer_s + 0.95 * drain_s)


class FarEnd(Protocol):
    """What answers at the far end of the line."""

    def split(self, data: bytes) -> Iterable[bytes]:
        """Give the whole request frames at the head of some bytes."""
        ...

    def answer(self, frame: bytes) -> bytes:
        """Carry out one request; empty if nobody answers."""
        ...


B = TypeVar("B", bound=FarEnd)


class FaultyBus(Generic[B]):
    """A paper bus behind a faulty line."""

    def __init__(self, bus: B, seed: int, times: Times, calm: float = 0.2, faults: Sequence[Fault] = tuple(Fault)) -> None:
        self._faults = [fault for fault in faults if fault is not Fault.NONE]
        self.bus = bus
        self.faults: Counter[Fault] = Counter()
        self.frames: Counter[bytes] = Counter()
        """Every frame that the driver put on the wire, and how often."""
        self._random = Random(seed)
        self._times = times
        self._calm = calm
        self._pending = b""
        self._last_reply = b""

    def take(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        """Take the driver's bytes; returns when which bytes arrive at the driver."""
        self._pending += data
        arrivals: list[tuple[float, bytes]] = []
        for frame in self.bus.split(self._pending):
            self._pending = self._pending[len(frame) :]
            self.frames[frame] += 1
            arrivals += self._exchange(frame, now)
        return arrivals

    def _exchange(self, frame: bytes, now: float) -> list[tuple[float, bytes]]:
        random = self._random
        fault = Fault.NONE if random.random() < self._calm else random.choice(self._faults)
        self.faults[fault] += 1
        if fault is Fault.REQUEST_LOST:
            return []
        if fault is Fault.CORRUPTED and random.random() < 0.3:
            frame, fault = self._damaged(frame), Fault.NONE
        reply = self.bus.answer(frame)
        soon = now + random.uniform(0.0, 0.3) * self._times.late_from_s
        last, self._last_reply = self._last_reply, reply or self._last_reply
        if not reply or fault is Fault.REPLY_LOST:
            return []
        if fault is Fault.LATE:
            return [(now + random.uniform(self._times.late_from_s, self._times.late_until_s), reply)]
        if fault is Fault.SPLIT:
            return self._in_pieces(reply, soon)
        return [(soon, chunk) for chunk in self._spoilt(fault, frame, reply, last) if chunk]

    def _spoilt(self, fault: Fault, frame: bytes, reply: bytes, last: bytes) -> list[bytes]:
        random = self._random
        if fault is Fault.DOUBLED:
            return [reply, reply] if random.random() < 0.5 else [reply + reply]
        if fault is Fault.CORRUPTED:
            return [self._damaged(reply)]
        if fault is Fault.GLUED:
            return [last + reply] if random.random() < 0.5 else [reply + last]
        if fault is Fault.ECHO:
            return [frame, reply] if random.random() < 0.5 else [frame + reply]
        if fault is Fault.GARBAGE:
            noise = random.randbytes(random.choice((1, 2, 3, 5, 20, 300)))
            return random.choice(([noise + reply], [reply + noise], [noise], [noise, reply[: len(reply) // 2]]))
        return [reply]

    def _in_pieces(self, reply: bytes, at: float) -> list[tuple[float, bytes]]:
        """A byte at a time, or in two; sometimes too slowly to be whole in time."""
        random = self._random
        if random.random() < 0.5:
            pause_s = random.choice((0.0, 0.01, 0.05, 0.1)) * self._times.late_from_s
            return [(at + place * pause_s, reply[place : place + 1]) for place in range(len(reply))]
        cut = random.randrange(1, len(reply))
        pause_s = random.choice((0.0, 0.05, 0.5, 0.9)) * self._times.late_from_s
        return [(at, reply[:cut]), (at + pause_s, reply[cut:])]

    def _damaged(self, frame: bytes) -> bytes:
        """One to three bits flipped, or the end cut off: what CRC-16 finds for certain in frames of this length."""
        random = self._random
        if random.random() < 0.2:
            return frame[: random.randrange(1, len(frame))]
        damaged = bytearray(frame)
        for place in random.sample(range(8 * len(frame)), random.randint(1, 3)):
            damaged[place // 8] ^= 1 << place % 8
        return bytes(damaged)
