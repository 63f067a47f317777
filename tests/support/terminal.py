"""A program on a real terminal, as a person runs it: keys go in, and what it writes is kept byte for byte."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class Terminal:
    """A terminal of 80x24 with a program on it."""

    def __init__(self, command: list[str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        self.output = b""

    def read_until(self, text: str, within_s: float = 30.0) -> None:
        """Read until a text was written, now or before."""
        ends_at = monotonic() + within_s
        while text.encode() not in self.output:
            assert monotonic() < ends_at, f"{text!r} was not written: {self.output[-2000:]!r}"
            self._read(0.1)

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def read_to_end(self) -> int:
        """Read until the program ends; return its exit code."""
        ends_at = monotonic() + 20
        while self.process.poll() is None:
            assert monotonic() < ends_at, "it does not end"
            self._read(0.1)
        self._read(0)
        return self.process.returncode

    def close(self) -> None:
        """End the program if it runs, and give the terminal back."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self._master)

    def _read(self, wait_s: float) -> None:
        if select.select([self._master], [], [], wait_s)[0]:
            try:
                self.output += os.read(self._master, 65536)
            except OSError:
                return  # the program has ended and closed its side


@contextmanager
def on_terminal(command: list[str]) -> Iterator[Terminal]:
    """Run a program on a terminal."""
    terminal = Terminal(command)
    try:
        yield terminal
    finally:
        terminal.close()
