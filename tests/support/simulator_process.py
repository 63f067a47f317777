"""The simulator as a process of its own: a foreign end for the driver and a host for foreign clients."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SMALL_ROOM = ROOT / "archroom" / "rooms" / "small.toml"


@dataclass(frozen=True, slots=True)
class SimulatorProcess:
    """A running simulator of the small sample room."""

    pty: str
    rtu_tcp: str
    tcp: str
    unit: int
    carriages: int

    @property
    def urls(self) -> tuple[str, str, str]:
        """The URLs of its three wires."""
        return self.pty, self.rtu_tcp, self.tcp


@contextmanager
def running_simulator(folder: Path) -> Iterator[SimulatorProcess]:
    """Start a simulator whose pty has a link in this folder, and end it."""
    wires = ("--pty", str(folder / "bus"), "--rtu-tcp", "127.0.0.1:0", "--tcp", "127.0.0.1:0")
    command = [sys.executable, "-m", "hardware_sim", str(SMALL_ROOM), *wires]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            ends = json.loads(process.stdout.readline())
            ((unit, carriages),) = ends["units"].items()
            yield SimulatorProcess(ends["pty"], ends["rtu_tcp"], ends["tcp"], int(unit), carriages)
        finally:
            process.terminate()
