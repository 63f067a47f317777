"""The app as it ships, on a real terminal, with books that hold what would steer it: no byte of that gets through.

The titles are written into the tables past all cleaning, as books of another make could hold them.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from command_line import Cli
from hostile_texts import HOSTILE_TEXTS

F2, DOWN, CTRL_Q = b"\x1bOQ", b"\x1b[B", b"\x11"
STORABLE = [hostile for hostile in HOSTILE_TEXTS if hostile.item not in (42, 43)]
"""SQLite takes no lone surrogate; a title of a megabyte says nothing here."""
PAYLOADS = (
    b"\x1b]52", b"\x1b]0;owned", b"\x1b]8;;", b"\x1bPq", b"\x1b_G", b"\x1b[6n", b"\x1b[10A", b"\x1bc", b"\b\b",
    "\u009b".encode(), "\u009d".encode(), "\u202e".encode(), "\u2066".encode(), "\u2028".encode(), b"file:///etc/passwd\x1b\\",
)  # fmt: skip
"""What each text would do, as bytes that the app has no use for itself."""


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


@pytest.fixture
def codes(room: Cli, tmp_path: Path) -> list[str]:
    """Make books whose items have hostile titles, each lent to somebody of such a name; the items' codes, newest first."""
    aid = tmp_path / "aid.xml"
    components = '<c level="file"><did><unittitle>Mark</unittitle></did></c>' * len(STORABLE)
    aid.write_text(f"<ead><archdesc><did><unittitle>T</unittitle></did><dsc>{components}</dsc></archdesc></ead>")
    assert room("import", "ead", str(aid)).code == 0
    assert room("person", "add", "Ann Lee").code == 0
    codes = [thing["code"] for thing in room("--json", "find", "mark").json["things"]]
    for code in codes:
        assert room("lend", code, "Ann Lee").code == 0
    connection = sqlite3.connect(tmp_path / "home" / "data" / "archroom.db")
    numbers = [number for (number,) in connection.execute("SELECT id FROM thing ORDER BY id")]
    connection.executemany(
        "UPDATE description SET title = ?, reference = ? WHERE thing_id = ?",
        [(hostile.title, hostile.text[:40], number) for number, hostile in zip(numbers, STORABLE, strict=True)],
    )
    connection.execute("UPDATE person SET name = ?", (STORABLE[6].title,))
    connection.commit()
    connection.close()
    return codes


def test_no_byte_of_a_hostile_title_reaches_the_terminal(codes: list[str]) -> None:
    with on_terminal([sys.executable, "-m", "archroom"]) as terminal:
        terminal.read_until("LENT")
        terminal.press(F2)
        terminal.read_until("ords in any order")  # the cursor stands on the first letter
        terminal.press(b"mark")
        terminal.read_until("found")
        for code in codes:
            terminal.read_until(code)  # which stands in the details of the row under the cursor
            terminal.press(DOWN)
        terminal.press(CTRL_Q)
        assert terminal.read_to_end() == 0
    shown = [hostile.mark.title().encode() for hostile in STORABLE if hostile.mark.title().encode() in terminal.output]
    assert len(shown) == len(STORABLE)
    assert [payload for payload in PAYLOADS if payload in terminal.output] == []


def test_what_a_program_without_care_writes_is_found() -> None:
    """The canary: the same texts, printed as they are."""
    text = "\n".join(hostile.text for hostile in STORABLE)
    program = f"import sys; sys.stdout.write({text!r}); print('the end')"
    with on_terminal([sys.executable, "-c", program]) as terminal:
        terminal.read_until("the end")
        terminal.read_to_end()
    missing = [payload for payload in PAYLOADS if payload not in terminal.output]
    assert missing == [b"file:///etc/passwd\x1b\\"]
