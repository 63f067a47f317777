"""A simulated room, a real shelving server process and its clients: what tests of the shelving share.

The simulator runs in this process and tells the truth about its steel; server and clients are what ships.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from commissioned import commission
from supervised_room import block_of, layout_of

from archroom.core.rooms import Block
from archroom.core.shelving import Action, BlockView, Outcome, Trust, Wanted
from archroom.errors import Message
from archroom.shelving.client import ShelvingClient
from archroom.shelving.codec import decode
from archroom.shelving.journal import FILE_NAME as JOURNAL_NAME
from archroom.shelving.journal import entries
from archroom.shelving.spec import BusSpec, Places, ServerSpec, write_spec
from hardware_sim import Settings
from hardware_sim.roomfile import RoomLayout
from hardware_sim.running import RunningSimulator

STANDSTILL_S = 1.0 + 0.02 + 0.25
"""Watchdog, scan and braking: the longest that steel may run on by itself."""
SERIAL = "SIM00001"
WIRES = ("pty", "rtu_tcp", "tcp")


def until(condition: Callable[[], bool], within_s: float) -> bool:
    """Wait until something is so; False when the time is up."""
    deadline_s = monotonic() + within_s
    pause = threading.Event()
    while not condition():
        if monotonic() > deadline_s:
            return False
        pause.wait(0.01)
    return True


def simulator_of(
    blocks: tuple[Block, ...],
    wire: str,
    *,
    baud: int | None = None,
    speed: float = 1.0,
    warning_ms: int = 1000,
    profile: str = "reference",
    choices: Mapping[str, str] | None = None,
) -> RunningSimulator:
    """A simulator of these blocks on one wire."""
    room = RoomLayout("R1", "Room", tuple(layout_of(block) for block in blocks))
    is_ours = profile in ("reference", "climate")
    return RunningSimulator(
        room,
        tcp="127.0.0.1:0" if wire == "tcp" else None,
        rtu_tcp="127.0.0.1:0" if wire == "rtu_tcp" else None,
        udp="127.0.0.1:0" if wire == "udp" else None,
        http="127.0.0.1:0" if wire == "http" else None,
        pty=wire == "pty",
        control="127.0.0.1:0",
        baud=baud,
        speed=speed,
        seed=1,
        settings=Settings(serial=SERIAL, warning_ms=warning_ms) if is_ours else None,
        choices=None if is_ours else {"warning_ms": str(warning_ms), **(choices or {})},
        profile=profile,
    )


@dataclass(slots=True)
class ShelvingRoom:
    """Simulator, folders and processes of one test; ends what it started."""

    folder: Path
    wire: str = "rtu_tcp"
    blocks: tuple[Block, ...] = field(default_factory=lambda: (block_of(open_aisles=(0,)),))
    baud: int | None = None
    speed: float = 1.0
    warning_ms: int = 1000
    silent: tuple[int, ...] = ()
    profile: str = "reference"
    """Whose controllers these are; `climate` puts sensors on the same line."""
    served_as: str = "reference"
    """The profile that the server takes them for."""
    is_commissioned: bool = True
    """Whether the state folder holds a record of each block."""
    simulator: RunningSimulator = field(init=False)
    places: Places = field(init=False)
    spec: ServerSpec = field(init=False)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.simulator = simulator_of(
            self.blocks, self.wire, baud=self.baud, speed=self.speed, warning_ms=self.warning_ms, profile=self.profile
        ).__enter__()
        for unit in self.silent:
            self.simulator.control("silent", unit=unit, on=True)
        locks = self.folder / "locks"
        locks.mkdir(exist_ok=True)
        self.places = Places(self.folder / "run", self.folder / "state", locks)
        url = self.simulator.endpoints[self.wire]
        if self.profile in ("stow-wms", "wkl"):  # a bare stream of bytes, no Modbus
            url = url.replace("tcp://", "socket://")
        self.spec = ServerSpec.of([BusSpec(url, profile=self.served_as)], self.blocks)
        if self.is_commissioned and self.served_as == "reference":
            commission(self.places.state_folder, self.blocks, SERIAL)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self.simulator.close()

    # -- processes

    def start_server(self) -> subprocess.Popen[bytes]:
        """A server process that listens."""
        process = self.spawn(
            "-m", "archroom.shelving", str(write_spec(self.spec, self.places.state_folder)), *self._folders()
        )
        answer = said(process)
        assert answer["ok"] is True, answer
        return process

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A Python process that ends with the test."""
        process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def spawn_opening(self, opens: int) -> subprocess.Popen[bytes]:
        """A process that opens an aisle of the first block and says, a line each, that it has begun and how it ended."""
        file = write_spec(self.spec, self.places.state_folder)
        program = Path(__file__).with_name("opening_program.py")
        return self.spawn(str(program), str(file), *self._folders(), str(self.blocks[0].number), str(opens))

    def client(self) -> ShelvingClient:
        """A client of the room's server."""
        return self.client_of(self.spec)

    def client_of(self, spec: ServerSpec) -> ShelvingClient:
        """A client that wants something served."""
        return ShelvingClient(spec, self.places)

    def ready_client(self) -> ShelvingClient:
        """A client whose server believes every block that answers; somebody has armed them all."""
        made = self.believing_client()
        for view in made.views():
            if view.block not in self.silent:
                made.arm(view.block, "Ana", acknowledged=[one.motion for one in view.unfinished])
        return made

    def believing_client(self) -> ShelvingClient:
        """A client whose server believes every block that answers."""
        made = self.client()
        wanted = [block.number for block in self.blocks if block.number not in self.silent]
        assert until(lambda: all(view.trust is Trust.GOOD for view in made.views() if view.block in wanted), 10.0), (
            made.views()
        )
        return made

    def _folders(self) -> list[str]:
        return [str(self.places.run_folder), str(self.places.state_folder), str(self.places.lock_folder)]

    # -- acts and truths

    def opening(self, client: ShelvingClient, opens: int, block: int | None = None) -> Opening:
        """An opening that runs beside the test."""
        return Opening(client, self.blocks[0].number if block is None else block, opens)

    def truth(self) -> Mapping[str, object]:
        """What is so on the track of the first block."""
        return self.simulator.truth(self.blocks[0].number)

    def wait_until(self, condition: Callable[[Mapping[str, object]], bool], within_s: float) -> bool:
        """Wait until something is so on the track of the first block."""
        return self.simulator.wait_until(self.blocks[0].number, condition, within_s)

    def wait_until_moving(self) -> None:
        """Wait until steel moves."""
        assert self.wait_until(lambda truth: bool(truth["moving"]), 10.0)

    def wait_until_still(self, within_s: float = STANDSTILL_S) -> None:
        """Wait until the steel stands; fails if it runs on."""
        assert self.wait_until(lambda truth: truth["still"] is True, within_s), "the steel ran on"

    def journal(self) -> list[dict[str, object]]:
        """The server's journal."""
        return list(entries(self.places.state_folder / JOURNAL_NAME))


class Opening:
    """One opening, observed in a thread of its own."""

    def __init__(self, client: ShelvingClient, block: int, opens: int) -> None:
        self.ticket = client.select(block, Wanted(Action.OPEN, opens), "Ana")
        self.views: list[BlockView] = []
        self._outcome: Outcome | None = None
        self._client = client
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def outcome(self, within_s: float = 60.0) -> Outcome:
        """Wait for the outcome."""
        self._thread.join(within_s)
        assert self._outcome is not None, "no outcome"
        return self._outcome

    def _go(self) -> None:
        self._outcome = self._client.go(self.ticket, self.ticket.narrows, "Ana", self.views.append)


def found_unknown(client: ShelvingClient) -> list[str]:
    """What its server found unfinished when it started, in English."""
    told = decode(tuple[Message, ...], client.ask("hello").get("unknown"))
    return [message.english() for message in told]


def said(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """The next line that a process says, as JSON."""
    assert process.stdout is not None
    found = json.loads(process.stdout.readline() or b"{}")
    assert isinstance(found, dict)
    return found


def freeze(process: subprocess.Popen[bytes]) -> None:
    """Suspend a process; returns once it is."""
    os.kill(process.pid, signal.SIGSTOP)
    assert until(lambda: Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T", 5.0)
