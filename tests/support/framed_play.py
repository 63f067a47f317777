"""Plays a client's day on a faulty line of frames and judges it: was a wrong value believed, did an order go out twice?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from faulty_bus import FaultyBus
from faulty_play import Verdict
from paper_cabinets import PaperCabinets, PaperStow

from archroom.core.plain.facts import Order, OrderKind, PlainStatus
from archroom.drivers.plain import PlainDriver
from archroom.errors import LinkError

MOST_TRIES = 100
"""A flawed line may never give an answer."""


class FramedClient:
    """One client of one faulty bus."""

    def __init__(self, drivers: dict[int, PlainDriver], bus: FaultyBus[PaperCabinets], seed: int) -> None:
        self.verdict = Verdict()
        self._drivers = drivers
        self._bus = bus
        self._random = Random(seed)
        self._ordered: Counter[bytes] = Counter()
        """How often each frame could go out, by the orders that were given."""

    def play(self, exchanges: int) -> Verdict:
        """Read each unit once, as is done before anything is ordered; go on until so many requests are out, then judge."""
        for unit in self._drivers:
            any(self._read_status(unit) for _ in range(MOST_TRIES))
        while sum(self._bus.faults.values()) < exchanges:
            unit = self._random.choice(list(self._drivers))
            self._random.choice((self._read_status, self._read_status, self._open))(unit)
        verdict = self.verdict
        for frame, count in self._bus.bus.carried_out.items():
            verdict.operated += count
            if count > self._ordered[frame]:
                verdict.executed_twice.append(f"{count} x {frame.hex()}")
        return verdict

    def _tried(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except LinkError as error:
            self.verdict.failed[error.message.template] += 1
            return False
        self.verdict.matched += 1
        return True

    def _read_status(self, unit: int) -> bool:
        found: list[PlainStatus] = []
        asked = self._bus.bus.asked
        self._tried(lambda: found.append(self._drivers[unit].status().status))
        if not found:
            return False
        truth, told = self._bus.bus.truth(unit, self._bus.bus.carriages), self._told(found[0])
        if told != truth or self._bus.bus.asked == asked:
            self.verdict.believed_wrong.append(f"{told} of {unit}, which was {truth}")
        return True

    def _open(self, unit: int) -> None:
        aisle = self._random.randint(1, self._bus.bus.carriages - 1)
        frames, done = Counter(self._bus.frames), self._bus.bus.carried_out.total()
        is_taken = self._tried(lambda: self._drivers[unit].order(Order(OrderKind.OPEN, aisle=aisle)))
        sent = Counter(self._bus.frames) - frames
        if sent.total() > 1:
            self.verdict.sent_twice.append(f"aisle {aisle} of {unit}: {sent}")
        for frame in sent:
            self._ordered[frame] += 1
        if is_taken and self._bus.bus.carried_out.total() == done:
            self.verdict.believed_wrong.append(f"receipt of aisle {aisle} of {unit}")

    def _told(self, status: PlainStatus) -> str:
        if isinstance(self._bus.bus, PaperStow):
            return f"{status.freshness} {status.open_aisle}"
        return " ".join(side.value for side in status.sides or ())
