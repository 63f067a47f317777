"""Open lines as things that take and give bytes, whatever carries them. Waiting for bytes is the only way to let time pass.

A line that went away raises PortUnavailable from whatever is done with it; `termios.error` and pySerial's own errors never
leave this file. Nothing about a port is changed after it was opened (ptys refuse it, pySerial 3.5).
"""

from __future__ import annotations

import os
import select
import socket
import sys
import time
from typing import Protocol

import serial

from archroom.drivers.timing import LineTiming
from archroom.errors import PortUnavailable, say

CHUNK_BYTES = 4096
WRITE_PATIENCE_S = 0.5
LONGEST_SILENCE_S = 0.005
LATE_WAKING_S = 0.0001
"""How much too late the system wakes a sleeper: Linux gives itself 50 microseconds, and a switch takes some more."""
POLL_S = 0.002
"""How often a port is looked at where the system cannot wait for it (Windows)."""

if sys.platform == "win32":
    PORT_ERRORS: tuple[type[Exception], ...] = (OSError, ValueError)
else:
    import termios

    PORT_ERRORS = (OSError, ValueError, termios.error)
"""What an unplugged port raises; serial.SerialException is an OSError."""


class Wire(Protocol):
    """One open line, used by one thread."""

    @property
    def name(self) -> str:
        """The port as its URL names it."""
        ...

    @property
    def timing(self) -> LineTiming:
        """The line's rules of time; `timing.is_stream` is False where the rules of a serial line hold."""
        ...

    def write(self, data: bytes) -> None:
        """Give bytes to the line; returns when the system has taken them. Raises PortUnavailable."""
        ...

    def read(self, max_wait_s: float) -> bytes:
        """Return what has come, as soon as anything has; empty if nothing came in time. Raises PortUnavailable."""
        ...

    def close(self) -> None:
        """Let go of the line; closing twice is no error."""
        ...


class DescriptorWire:
    """A serial port or socket that the system can wait for; faster than pySerial's own reading by 1 to 2 ms an answer."""

    def __init__(self, owner: serial.Serial | socket.socket, name: str, timing: LineTiming) -> None:
        self._owner = owner
        self._descriptor = owner.fileno()
        self._socket = owner if isinstance(owner, socket.socket) else None
        self._name = name
        self._timing = timing
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
        """Return what has come, as soon as anything has; empty if nothing came in time. Raises PortUnavailable."""
        self._check_open()
        try:
            if not self._is_readable(max_wait_s):
                return b""
            data = self._socket.recv(CHUNK_BYTES) if self._socket else os.read(self._descriptor, CHUNK_BYTES)
        except BlockingIOError:
            return b""
        except PORT_ERRORS as error:
            raise _gone(self._name) from error
        if not data:
            raise _gone(self._name)
        return data

    def write(self, data: bytes) -> None:
        """Give bytes to the line. Raises PortUnavailable if it is gone or takes nothing for half a second."""
        self._check_open()
        try:
            while data:
                _, ready, _ = select.select([], [self._descriptor], [], WRITE_PATIENCE_S)
                if not ready:
                    raise PortUnavailable(say("{port} takes no more bytes.", port=self._name))
                data = data[self._write_some(data) :]
        except PORT_ERRORS as error:
            raise _gone(self._name) from error

    def close(self) -> None:
        """Let go of the line; closing twice is no error."""
        if self._is_open:
            self._is_open = False
            self._owner.close()

    def _is_readable(self, max_wait_s: float) -> bool:
        """Wait for bytes; the last moment of a short wait, a silence of the line, is waited awake."""
        if max_wait_s <= 0 or max_wait_s > LONGEST_SILENCE_S:
            return bool(select.select([self._descriptor], [], [], max(0.0, max_wait_s))[0])
        ends_at = time.monotonic() + max_wait_s
        ready, _, _ = select.select([self._descriptor], [], [], max(0.0, max_wait_s - LATE_WAKING_S))
        while not ready and time.monotonic() < ends_at:
            ready, _, _ = select.select([self._descriptor], [], [], 0)
        return bool(ready)

    def _write_some(self, data: bytes) -> int:
        try:
            return self._socket.send(data) if self._socket else os.write(self._descriptor, data)
        except BlockingIOError:
            return 0

    def _check_open(self) -> None:
        if not self._is_open:
            raise _gone(self._name)


class PolledSerialWire:
    """A serial port on a system that cannot wait for its descriptor: looked at every 2 ms."""

    def __init__(self, port: serial.SerialBase, name: str, timing: LineTiming) -> None:
        self._port = port
        self._name = name
        self._timing = timing

    @property
    def name(self) -> str:
        """The port as its URL names it."""
        return self._name

    @property
    def timing(self) -> LineTiming:
        """The line's rules of time."""
        return self._timing

    def read(self, max_wait_s: float) -> bytes:
        """Return what has come, as soon as anything has; empty if nothing came in time. Raises PortUnavailable."""
        ends_at = time.monotonic() + max_wait_s
        try:
            while True:
                waiting = self._port.in_waiting
                if waiting:
                    return bytes(self._port.read(waiting))
                left_s = ends_at - time.monotonic()
                if left_s <= 0:
                    return b""
                time.sleep(min(POLL_S, left_s))  # no port of every system can be waited for with a bound of ms
        except PORT_ERRORS as error:
            raise _gone(self._name) from error

    def write(self, data: bytes) -> None:
        """Give bytes to the line. Raises PortUnavailable if it is gone."""
        try:
            self._port.write(data)
        except PORT_ERRORS as error:
            raise _gone(self._name) from error

    def close(self) -> None:
        """Let go of the line; closing twice is no error."""
        self._port.close()


def _gone(name: str) -> PortUnavailable:
    return PortUnavailable(say("{port} went away.", port=name))
