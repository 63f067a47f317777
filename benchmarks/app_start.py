"""The app on 1,000,000 items, from its start until the scan bar and the last acts stand on the terminal, against a bare app.

The bare app is Textual with one input and one line of text, which is shown as soon as it can take keys. Both are started
alternately on a pseudo-terminal of 160x50 and timed until what they show has been written to it. At that moment a code is
typed, and has to be answered: an app that shows a bar but takes no keys counts as failed.

Both run from bytecode, as an installed program does, and are started once before they are timed.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from archroom.config import sqlite_url
from archroom.core.acts import Performer
from archroom.services.desk import Desk, LoanPolicy
from archroom.services.finding import Finder
from archroom.store.archive import open_archive
from benchmarks.installed import installed_environment
from benchmarks.stocked import RealClock, stock

ITEMS = 1_000_000
ROUNDS = 15
REACH = 1.6
COLUMNS, ROWS = 160, 50
GIVE_UP_S = 60.0
ACTS = ROUNDS + 5
PERFORMER = Performer("Olga", "benchmark/desk")
BORROWER = "Ann Reader"
"""Registered with the generated house."""
COMMAND = "import sys; from archroom.__main__ import main; sys.exit(main())"
"""What the installed command `archroom` runs."""
BARE_APP = """
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

class BareApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="Type here")
        yield Static("Nothing else")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.query_one(Static).update("Answered")

BareApp().run()
"""


class Terminal:
    """A program on a pseudo-terminal, and what it has written there."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]) -> None:
        self.began = time.perf_counter()
        self._pid, self._master = pty.fork()
        if self._pid == 0:
            os.execve(command[0], list(command), environment)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._written = b""

    def seconds_until(self, texts: Sequence[str]) -> float:
        """Return how long after the start all of these texts were written."""
        wanted = [text.encode() for text in texts]
        while not all(text in self._written for text in wanted):
            left = self.began + GIVE_UP_S - time.perf_counter()
            if left <= 0 or not select.select([self._master], [], [], left)[0]:
                raise TimeoutError(f"{texts} were not written: {self._written[-2000:]!r}")
            self._written += os.read(self._master, 65536)
        return time.perf_counter() - self.began

    def type(self, text: str) -> None:
        """Type a text and Enter, at once."""
        os.write(self._master, text.encode() + b"\r")

    def end(self) -> None:
        """End the program."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._master)


def seconds_of(command: Sequence[str], environment: dict[str, str], texts: Sequence[str], code: str, answer: str) -> float:
    """Start a program; return how long it takes to show the texts. It must then answer a typed code."""
    terminal = Terminal(command, environment)
    try:
        seconds = terminal.seconds_until(texts)
        terminal.type(code)
        terminal.seconds_until([answer])
        return seconds
    finally:
        terminal.end()


def lend_some(url: str, items: int) -> list[str]:
    """Fill new books and lend some boxes; returns their codes."""
    clock = RealClock()
    archive = open_archive(url, clock, create=True)
    try:
        stock(archive, items)
        desk = Desk(archive, clock, LoanPolicy(), list)
        codes = [hit.standing.thing.code for hit in Finder(archive, clock).find("Box", ACTS).hits]
        for code in codes:
            desk.lend(PERFORMER, code, BORROWER)
        return codes
    finally:
        archive.close()


def main() -> int:
    """Measure and print the figure."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    with tempfile.TemporaryDirectory(prefix="archroom-start-") as folder:
        url = sqlite_url(Path(folder) / "books.db")
        codes = lend_some(url, items)
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment = installed_environment(Path(folder), ARCHROOM_LANG="en", **terminal)
        bare = [sys.executable, "-c", BARE_APP]
        ours = [sys.executable, "-c", COMMAND, "--db", url]
        floors: list[float] = []
        starts: list[float] = []
        for code in codes[: 1 + ROUNDS]:
            floors.append(seconds_of(bare, environment, ["ype here", "Nothing else"], "B00000001K", "Answered"))
            starts.append(seconds_of(ours, environment, ["can a code", f"lent to {BORROWER}"], code, "RETURNED"))
        del floors[0], starts[0]  # these wrote the bytecode
    floor_ms, start_ms = statistics.median(floors) * 1000, statistics.median(starts) * 1000
    ratio = start_ms / floor_ms
    figure = {
        "name": f"the app on {items:,} items, start until it takes keys and shows the last acts, p50",
        "value": round(start_ms, 1),
        "floor": round(floor_ms, 1),
        "ratio": round(ratio, 2),
        "reach": f"at most {REACH:g}x",
        "ok": ratio <= REACH,
    }
    print(json.dumps(figure))
    return 0 if ratio <= REACH else 1


if __name__ == "__main__":
    sys.exit(main())
