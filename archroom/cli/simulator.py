"""The simulated shelving of the demo: another program, started beside this one and ended with it."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from importlib.resources import as_file, files
from types import TracebackType

from archroom.errors import PortUnavailable, say

WIRES = ("pty", "tcp")
USUAL_WIRE = "tcp" if sys.platform == "win32" else "pty"
"""Windows has no pty."""
_START_S = 15.0
_END_S = 5.0


class Simulator:
    """A running simulator of a sample room; used as a context, which ends it."""

    def __init__(self, room: str, wire: str, speed: float = 1.0) -> None:
        """Start it on free ports; raises PortUnavailable if it does not say its ends in time."""
        self._wire = wire
        with as_file(files("archroom") / "rooms" / f"{room}.toml") as room_file:
            options = ["--pty"] if wire == "pty" else ["--tcp", "127.0.0.1:0"]
            command = [
                sys.executable,
                "-m",
                "hardware_sim",
                str(room_file),
                *options,
                "--control",
                "127.0.0.1:0",
                "--speed",
                f"{speed:g}",
            ]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            try:
                said = self._first_words()
                self.url = said[wire]
                self.control = said["control"]
            except PortUnavailable:
                self.end()
                raise

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """Number of its process."""
        return self._process.pid

    def end(self) -> None:
        """End it; ending twice is no error."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _first_words(self) -> dict[str, str]:
        """Return the ends that the simulator prints as soon as they can be opened."""
        lines: queue.Queue[str] = queue.Queue()
        stdout = self._process.stdout
        if stdout is None:
            raise PortUnavailable(say("The simulator could not be started."))
        threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
        try:
            said = json.loads(lines.get(timeout=_START_S))
            return {end: str(said[end]) for end in (self._wire, "control")}
        except (queue.Empty, ValueError, KeyError, TypeError):
            raise PortUnavailable(say("The simulator did not start: {why}", why=self._complaint())) from None

    def _complaint(self) -> str:
        if self._process.poll() is None or self._process.stderr is None:
            return "..."
        return self._process.stderr.read(500).strip()
