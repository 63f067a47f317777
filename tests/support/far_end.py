"""The far end of a real wire: a pty or a TCP port served by a thread, which answers as it is told to and when.

What answers is a function of the bytes that came and the time: a paper bus, a faulty bus, or anything a test needs.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

Answering = Callable[[bytes], list[tuple[float, bytes]]]
"""Takes what came, returns when (by time.monotonic) which bytes go back."""


class FarEnd:
    """Serves one client at a time; `url` is what the driver opens. Use it in a `with` statement.

    What could not go back within `slack_s` of its time, because this machine is busy, is lost instead.
    """

    def __init__(self, scheme: str, answering: Answering, slack_s: float = float("inf")) -> None:
        self._answering = answering
        self._slack_s = slack_s
        self._due: list[tuple[float, bytes]] = []
        self._listener: socket.socket | None = None
        self._peer: socket.socket | None = None
        self._master = self._slave = -1
        if scheme == "serial":
            self._master, self._slave = _raw_pty()
            self.url = f"serial://{os.ttyname(self._slave)}?baud=115200"
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._wake_reader, self._wake_writer = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="far end")

    def __enter__(self) -> FarEnd:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.write(self._wake_writer, b"x")
        self._thread.join()
        for descriptor in (self._master, self._slave, self._wake_reader, self._wake_writer):
            if descriptor >= 0:
                os.close(descriptor)
        for connection in (self._listener, self._peer):
            if connection is not None:
                connection.close()

    def _serve(self) -> None:
        while True:
            self._due.sort(key=lambda due: due[0])
            wait_s = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            ready, _, _ = select.select(self._sources(), [], [], wait_s)
            if self._wake_reader in ready:
                return
            if self._listener is not None and self._listener in ready:
                self._peer, _ = self._listener.accept()
                self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._due.clear()
            elif ready:
                self._hear()
            self._send_due()

    def _sources(self) -> list[int | socket.socket]:
        if self._listener is None:
            return [self._wake_reader, self._master]
        return [self._wake_reader, self._peer or self._listener]

    def _hear(self) -> None:
        try:
            data = self._peer.recv(4096) if self._peer else os.read(self._master, 4096)
        except ConnectionError:
            data = b""
        if data:
            self._due += self._answering(data)
        elif self._peer:
            self._peer.close()
            self._peer = None

    def _send_due(self) -> None:
        """Send what is due in one piece, so that what was meant to come together does."""
        now = time.monotonic()
        data = b"".join(chunk for at, chunk in self._due if at <= now <= at + self._slack_s)
        self._due = [(at, chunk) for at, chunk in self._due if at > now]
        if not data:
            return
        if self._listener is None:
            os.write(self._master, data)
        elif self._peer is not None:
            try:
                self._peer.sendall(data)
            except ConnectionError:
                self._peer.close()
                self._peer = None


def _raw_pty() -> tuple[int, int]:
    import pty
    import tty

    master, slave = pty.openpty()
    tty.setraw(slave)
    return master, slave
