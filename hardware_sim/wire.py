"""From bytes to units and back, for one wire: at once, or at the pace of a real serial line.

A paced line is half duplex: a character takes 11 bits, requests and replies take turns, a reply begins 3.5 characters
after the last character of its request (1.75 ms above 19,200 baud), and no byte is readable before a real wire would
have brought it. All times are absolute, so no lateness adds up.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from hardware_sim.line_faults import Delivery
from hardware_sim.loop import Loop
from hardware_sim.sessions import BrokenStream, Session

CHARACTER_BITS = 11
FAST_SILENCE_S = 0.00175
FAST_BAUD = 19_200
TICK_S = 0.001
"""Replies trickle in portions of this, as through a converter; the last byte comes at its exact time."""


class Port(Protocol):
    """Where a client is heard and answered: a pty or a connection. `heard_at` is when its last byte came."""

    heard_at: float

    @property
    def session(self) -> Session: ...

    def send(self, data: bytes) -> None: ...

    def hang_up(self) -> None: ...


class InstantWire:
    """A wire without a speed: what arrives is answered at once."""

    __slots__ = ("_loop", "_silence_s")

    def __init__(self, loop: Loop, silence_s: float) -> None:
        self._loop = loop
        self._silence_s = silence_s

    def receive(self, port: Port, data: bytes) -> None:
        """A client's bytes have come."""
        now = self._loop.now()
        try:
            deliveries = port.session.feed(data)
        except BrokenStream as broken:
            port.send(broken.last_words)
            port.hang_up()
            return
        for delivery in deliveries:
            self._deliver(port, delivery, now)
        if port.session.is_over:
            last = max((delivery.after_s for delivery in deliveries), default=0.0)
            self._loop.call_at(now + last, port.hang_up)
        _await_silence(self._loop, port, now, self._silence_s)

    def forget(self, port: Port) -> None:
        """The client has gone; nothing is kept of it."""

    def _deliver(self, port: Port, delivery: Delivery, now: float) -> None:
        if delivery.after_s:
            self._loop.call_at(now + delivery.after_s, lambda: port.send(delivery.data))
        else:
            port.send(delivery.data)


class PacedWire:
    """A serial line with a baud rate. Where several clients share it, the device server between them keeps them apart."""

    __slots__ = (
        *("_character_s", "_free_at", "_is_busy", "_is_shared", "_loop"),
        *("_queue", "_quiet_until", "_silence_s", "_t35_s"),
    )

    def __init__(self, loop: Loop, baud: int, silence_s: float, *, is_shared: bool) -> None:
        self._loop = loop
        self._silence_s = silence_s
        self._character_s = CHARACTER_BITS / baud
        self._t35_s = 3.5 * self._character_s if baud <= FAST_BAUD else FAST_SILENCE_S
        self._is_shared = is_shared
        self._free_at = 0.0
        self._quiet_until = 0.0
        self._is_busy = False
        self._queue: deque[tuple[Port, bytes, float]] = deque()

    def receive(self, port: Port, data: bytes) -> None:
        """A client has handed bytes to its end of the line."""
        self._queue.append((port, data, self._loop.now()))
        if not self._is_busy:
            self._begin()

    def forget(self, port: Port) -> None:
        """The client has gone, and what it had still to say with it."""
        self._queue = deque(entry for entry in self._queue if entry[0] is not port)

    def _begin(self) -> None:
        port, data, handed_over = self._queue.popleft()
        self._is_busy = True
        free_at = self._quiet_until if self._is_shared else self._free_at
        arrived = max(handed_over, free_at, self._free_at) + len(data) * self._character_s
        self._free_at = arrived
        reply_from = arrived + self._t35_s
        self._loop.call_at(reply_from - TICK_S / 2, lambda: self._take_up(port, data, arrived, reply_from))

    def _take_up(self, port: Port, data: bytes, arrived: float, reply_from: float) -> None:
        deliveries = port.session.feed(data)
        for delivery in deliveries:
            if delivery.after_s:
                start = reply_from + delivery.after_s
            else:
                start = max(reply_from, self._free_at)
                self._free_at = start + len(delivery.data) * self._character_s
            self._transmit(port, delivery.data, 0, start)
        _await_silence(self._loop, port, arrived, self._silence_s)
        if deliveries:
            self._quiet_until = self._free_at + self._t35_s
            self._loop.call_at(self._free_at, self._finish)
        else:
            self._finish()

    def _transmit(self, port: Port, data: bytes, sent: int, start: float) -> None:
        """Let the rest of a reply that began at `start` come through, portion by portion."""
        left = len(data) - sent
        portion = max(1, int(TICK_S / self._character_s))
        if left < 2 * portion:
            portion = left
        due = start + (sent + portion) * self._character_s
        is_last = portion == left

        def arrive() -> None:
            port.send(data[sent : sent + portion])
            if not is_last:
                self._transmit(port, data, sent + portion, start)

        self._loop.call_at(due, arrive, is_exact=is_last)

    def _finish(self) -> None:
        self._is_busy = False
        if self._queue:
            self._begin()


def _await_silence(loop: Loop, port: Port, now: float, silence_s: float) -> None:
    """A frame that is not completed within the silence is void."""
    port.heard_at = now
    if not port.session.is_waiting:
        return

    def look() -> None:
        if port.heard_at == now:
            port.session.fall_silent()

    loop.call_at(now + silence_s, look)
