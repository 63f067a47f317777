"""Wires that are no stream: datagrams from one address only, and one connection for each question.

Both keep the promises of `wires.Wire`. What comes from another address than the one asked is never handed on.
"""

from __future__ import annotations

import select
import socket
import time

from archroom.drivers.timing import LineTiming
from archroom.drivers.wires import CHUNK_BYTES, WRITE_PATIENCE_S
from archroom.errors import PortUnavailable, say

DATAGRAM_BYTES = 65_536


class DatagramWire:
    """A UDP socket of our own; each `write` is one datagram, each `read` too."""

    def __init__(self, owner: socket.socket, far_end: tuple[str, int], name: str, timing: LineTiming) -> None:
        self._socket = owner
        self._far_end = far_end
        self._name = name
        self._timing = timing
        self.foreign = 0
        """Datagrams that came from elsewhere and were thrown away."""

    @property
    def name(self) -> str:
        """The port as its URL names it."""
        return self._name

    @property
    def timing(self) -> LineTiming:
        """The line's rules of time."""
        return self._timing

    def read(self, max_wait_s: float) -> bytes:
        """Return the next datagram of the far end's address; empty if none came in time. Raises PortUnavailable."""
        ends_at = time.monotonic() + max_wait_s
        is_over = False
        try:
            while not is_over and select.select([self._socket], [], [], max(0.0, ends_at - time.monotonic()))[0]:
                is_over = time.monotonic() >= ends_at  # whoever floods the port holds nobody longer than that
                data, sender = self._received()
                if sender is not None and sender != self._far_end[0]:
                    self.foreign += 1
                elif data:
                    return data
        except (OSError, ValueError) as error:
            raise _gone(self._name) from error
        return b""

    def _received(self) -> tuple[bytes, str | None]:
        """Return a datagram and who sent it: nobody where its checksum was wrong, which shows only when it is taken."""
        try:
            data, sender = self._socket.recvfrom(DATAGRAM_BYTES)
        except BlockingIOError:
            return b"", None
        return data, str(sender[0])

    def write(self, data: bytes) -> None:
        """Send one datagram. Raises PortUnavailable."""
        try:
            self._socket.sendto(data, self._far_end)
        except (OSError, ValueError) as error:
            raise _gone(self._name) from error

    def close(self) -> None:
        """Let go of the socket; closing twice is no error."""
        self._socket.close()


class QuestionWire:
    """A TCP connection for each `write`: whatever an earlier question is still answered with can never be read."""

    def __init__(self, far_end: tuple[str, int], name: str, timing: LineTiming, connect_s: float) -> None:
        self._far_end = far_end
        self._name = name
        self._timing = timing
        self._connect_s = connect_s
        self._connection: socket.socket | None = None
        self._is_open = True

    @property
    def name(self) -> str:
        """The port as its URL names it."""
        return self._name

    @property
    def timing(self) -> LineTiming:
        """The line's rules of time."""
        return self._timing

    def read(self, max_wait_s: float) -> bytes:
        """Return what has come; empty if nothing came in time, or nothing more will. Raises PortUnavailable."""
        if not self._is_open:
            raise _gone(self._name)
        ends_at = time.monotonic() + max_wait_s
        if self._connection is not None:
            try:
                if not select.select([self._connection], [], [], max(0.0, max_wait_s))[0]:
                    return b""
                data = self._connection.recv(CHUNK_BYTES)
            except OSError:
                data = b""
            if data:
                return data
            self._hang_up()
        time.sleep(max(0.0, ends_at - time.monotonic()))  # a lost line is silent for as long as it was to be heard
        return b""

    def write(self, data: bytes) -> None:
        """Connect anew and send. Raises PortUnavailable if nobody listens."""
        if not self._is_open:
            raise _gone(self._name)
        self._hang_up()
        try:
            self._connection = socket.create_connection(self._far_end, timeout=self._connect_s)
            self._connection.settimeout(WRITE_PATIENCE_S)
            self._connection.sendall(data)
        except OSError as error:
            raise PortUnavailable(say("{port} cannot be reached.", port=self._name)) from error

    def close(self) -> None:
        """Let go of the connection; closing twice is no error."""
        self._is_open = False
        self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _gone(name: str) -> PortUnavailable:
    return PortUnavailable(say("{port} went away.", port=name))
