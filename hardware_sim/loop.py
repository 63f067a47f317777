"""One thread that waits for sockets and deadlines, and meets the deadlines that matter to the microsecond.

Every callback runs under `lock`; another thread that takes it sees the simulator between two callbacks, never within.
"""

from __future__ import annotations

import heapq
import itertools
import select
import socket
import threading
import time
from collections.abc import Callable

SPIN_S = 0.00025
"""How long before an exact deadline the waiting turns into watching the clock (a sleeping thread wakes late)."""

Callback = Callable[[], None]


class Loop:
    """A selector and a queue of deadlines on the monotonic clock."""

    __slots__ = ("_deadlines", "_is_stopped", "_numbers", "_readers", "_waker", "_wakened", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._readers: dict[int, Callback] = {}
        self._deadlines: list[tuple[float, int, bool, Callback]] = []
        self._numbers = itertools.count()
        self._is_stopped = False
        self._wakened, self._waker = socket.socketpair()
        self._wakened.setblocking(False)
        self._waker.setblocking(False)
        self.add_reader(self._wakened.fileno(), self._swallow_wakes)

    @staticmethod
    def now() -> float:
        """Seconds on the clock of the deadlines."""
        return time.perf_counter()

    def add_reader(self, descriptor: int, callback: Callback) -> None:
        """Call back whenever the descriptor has something to read."""
        self._readers[descriptor] = callback

    def remove_reader(self, descriptor: int) -> None:
        """Forget a descriptor."""
        self._readers.pop(descriptor, None)

    def call_at(self, due: float, callback: Callback, *, is_exact: bool = False) -> None:
        """Call back once at that time, never before; an exact deadline is waited for with open eyes."""
        heapq.heappush(self._deadlines, (due, next(self._numbers), is_exact, callback))

    def stop(self) -> None:
        """End `run` soon. May be called from any thread and from a signal handler."""
        self._is_stopped = True
        self.wake()

    def wake(self) -> None:
        """Make the loop look around. May be called from any thread and from a signal handler."""
        try:
            self._waker.send(b"!")
        except (BlockingIOError, OSError):
            return  # it is awake already, or gone

    def run(self) -> None:
        """Serve until `stop`."""
        while not self._is_stopped:
            for descriptor in self._wait():
                with self.lock:
                    reader = self._readers.get(descriptor)
                    if reader is not None:
                        reader()
            self._run_due()

    def close(self) -> None:
        """Give the descriptors back."""
        self._wakened.close()
        self._waker.close()

    def _wait(self) -> list[int]:
        """Descriptors that are ready; none when a deadline is due first."""
        timeout = None
        if self._deadlines:
            due, _, is_exact, _ = self._deadlines[0]
            timeout = due - self.now() - (SPIN_S if is_exact else 0.0)
            if timeout <= 0.0 and is_exact:
                while self.now() < due:
                    pass
                return []
            timeout = max(0.0, timeout)
        ready, _, _ = select.select(list(self._readers), [], [], timeout)
        return ready

    def _run_due(self) -> None:
        deadlines = self._deadlines
        while deadlines and deadlines[0][0] <= self.now():
            callback = heapq.heappop(deadlines)[3]
            with self.lock:
                callback()

    def _swallow_wakes(self) -> None:
        try:
            while self._wakened.recv(64):
                pass
        except BlockingIOError:
            return
