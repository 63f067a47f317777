"""How long a stop takes from the key to the wire: through the server on a busy line, and past a server that is frozen.

Figures: 1,000 presses while one unit of the line is dead, four programs look on and a processor is kept busy, 19,200 baud
(p99 and worst); and `archroom aisle stop` in a fresh process while the server is suspended, from the moment a bare
interpreter would be up. A tap between server and simulator reads the clock when the frame's first bytes come out.
"""

from __future__ import annotations

import json
import os
import pty
import random
import selectors
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from archroom.core.shelving import Trust
from archroom.exchange.roomfile import read_room
from archroom.shelving.client import VERSION, ShelvingClient
from archroom.shelving.endpoint import connect
from archroom.shelving.notice_board import read_board
from archroom.shelving.spec import BusSpec, Places, ServerSpec, write_spec

BAUD = 19_200
PRESSES = 1000
FRESH_RUNS = 20
LIVING, DEAD = 1, 2
STOP_OF_THE_LIVING = bytes((LIVING, 6, 2, 0x20))
FRAME_WITHIN_S = 2.0
ONLOOKERS = 4
ROOM = """
[room]
code = "R1"
title = "Room"
[[place]]
code = "STG"
kind = "staging"
title = "Trolley"
"""
BLOCK = """
[[block]]
number = {number}
title = "Block {number}"
numbered_from = "left"
aisle_mm = 800
clearance_mm = 25
end_aisles = [true, true]
open_aisles = [0]
[[block.carriage]]
kind = "mobile"
depth_mm = 550
faces = ["A", "B"]
bays = 1
levels = 1
shelf_mm = 870
count = 6
"""
ONLOOKER = """
import sys, threading
from pathlib import Path
from archroom.shelving.client import ShelvingClient
from archroom.shelving.spec import Places, read_spec
client = ShelvingClient(read_spec(Path(sys.argv[1])), Places(*map(Path, sys.argv[2:5])))
pause = threading.Event()
while True:
    client.views()
    pause.wait(0.1)
"""
BURNER = "while True: pass"


class Tap:
    """A line laid between server and simulator that notes when each STOP to the living unit begins to come out."""

    def __init__(self, far_end: str) -> None:
        self._near, near_far = pty.openpty()
        tty.setraw(self._near)
        tty.setraw(near_far)
        self._kept_open = near_far
        self.device = os.ttyname(near_far)
        self._far = os.open(far_end, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._far)
        self._end_read, self._end_write = os.pipe()
        self.seen = threading.Condition()
        self.stops_s: list[float] = []
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()

    def first_stop_since(self, since_s: float) -> float:
        """Wait for the first STOP after a moment and return when it came out; raises TimeoutError."""
        with self.seen:
            found = self.seen.wait_for(lambda: bool(self.stops_s) and self.stops_s[-1] >= since_s, FRAME_WITHIN_S)
            if not found:
                raise TimeoutError("no STOP came out")
            return next(at_s for at_s in self.stops_s if at_s >= since_s)

    def close(self) -> None:
        """Take the line away."""
        os.write(self._end_write, b"x")
        self._thread.join()
        for descriptor in (self._near, self._kept_open, self._far, self._end_read, self._end_write):
            os.close(descriptor)

    def _forward(self) -> None:
        with selectors.DefaultSelector() as selector:
            for descriptor in (self._near, self._far, self._end_read):
                selector.register(descriptor, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fd == self._end_read:
                        return
                    data = os.read(key.fd, 4096)
                    if key.fd == self._near and STOP_OF_THE_LIVING in data:
                        with self.seen:
                            self.stops_s.append(monotonic())
                            self.seen.notify_all()
                    os.write(self._far if key.fd == self._near else self._near, data)


@dataclass(frozen=True, slots=True)
class Shelving:
    """What runs while it is measured, and where."""

    tap: Tap
    server: subprocess.Popen[bytes]
    spec: ServerSpec
    places: Places
    control: str
    """The simulator's control channel, as host:port."""


@contextmanager
def shelving(folder: Path) -> Iterator[Shelving]:
    """Simulator with a dead unit, tap, and a server that serves both units."""
    with ExitStack() as ends:
        room_file = folder / "room.toml"
        room_file.write_text(ROOM + BLOCK.format(number=LIVING) + BLOCK.format(number=DEAD))
        simulator = started(
            ends, "-m", "hardware_sim", str(room_file), "--pty", "--baud", str(BAUD), "--control", "127.0.0.1:0"
        )
        endpoints = first_line(simulator)
        silence(endpoints["control"])
        tap = Tap(endpoints["pty"].removeprefix("serial://").partition("?")[0])
        ends.callback(tap.close)
        places = Places(folder / "run", folder / "state")
        spec = ServerSpec.of([BusSpec(f"serial://{tap.device}?baud={BAUD}")], read_room(room_file).blocks)
        file = write_spec(spec, places.state_folder)
        server = started(ends, "-m", "archroom.shelving", str(file), str(places.run_folder), str(places.state_folder))
        assert first_line(server).get("address")
        client = ShelvingClient(spec, places)
        wait_until_known(client)
        yield Shelving(tap, server, spec, places, endpoints["control"])


def key_to_frame(tap: Tap, places: Places, spec_file: Path, chance: random.Random) -> list[float]:
    """Press 1,000 times, at moments that have nothing to do with the line, and return the seconds to the frame."""
    board = read_board(places.run_folder)
    assert board is not None
    pause = threading.Event()
    found: list[float] = []
    with ExitStack() as ends:
        for _ in range(ONLOOKERS):
            lock_folder = "/run/lock"
            started(ends, "-c", ONLOOKER, str(spec_file), str(places.run_folder), str(places.state_folder), lock_folder)
        started(ends, "-c", BURNER)
        for _ in range(PRESSES):
            pause.wait(chance.uniform(0.0, 0.3))
            pressed_s = monotonic()
            lines = connect(board.address, board.token)
            lines.send({"v": VERSION, "do": "stop", "by": "benchmark"})
            found.append(tap.first_stop_since(pressed_s) - pressed_s)
            lines.close()
    return found


def fresh_process(tap: Tap, server: subprocess.Popen[bytes], spec: ServerSpec, home: Path) -> list[float]:
    """Run `archroom aisle stop` while the server is suspended; return the seconds from the spawn to the frame."""
    os.kill(server.pid, signal.SIGSTOP)
    found: list[float] = []
    arguments = [sys.executable, "-m", "archroom", "--shelving", spec.buses[0].url, "aisle", "stop"]
    try:
        for _ in range(FRESH_RUNS):
            begun_s = monotonic()
            process = subprocess.Popen(
                arguments,
                env={**os.environ, "ARCHROOM_HOME": str(home)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            found.append(tap.first_stop_since(begun_s) - begun_s)
            process.kill()
            process.wait()
    finally:
        os.kill(server.pid, signal.SIGCONT)
    return found


def bare_interpreter() -> float:
    """The median seconds that an interpreter takes to come up and do nothing."""
    taken: list[float] = []
    for _ in range(FRESH_RUNS):
        begun_s = monotonic()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        taken.append(monotonic() - begun_s)
    return statistics.median(taken)


def started(ends: ExitStack, *arguments: str) -> subprocess.Popen[bytes]:
    """A Python process that ends with the stack."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stdin=subprocess.PIPE)

    def end() -> None:
        process.kill()
        process.communicate()

    ends.callback(end)
    return process


def first_line(process: subprocess.Popen[bytes]) -> dict[str, str]:
    """What a process says first."""
    assert process.stdout is not None
    found: dict[str, str] = json.loads(process.stdout.readline())
    return found


def silence(control: str) -> None:
    """Cut the dead unit's wire."""
    lines = connect(f"tcp:{control}", "")
    lines.send({"do": "silent", "unit": DEAD, "on": True})
    answer = lines.receive(2.0)
    lines.close()
    assert answer is not None
    assert answer["ok"] is True


def wait_until_known(client: ShelvingClient) -> None:
    """Wait until the living unit is believed and the dead one given up."""
    pause = threading.Event()
    deadline_s = monotonic() + 20.0
    while [view.trust for view in client.views()] != [Trust.GOOD, Trust.LOST]:
        if monotonic() > deadline_s:
            raise TimeoutError("the shelving was not read")
        pause.wait(0.05)


def figure(name: str, value_s: float, reach_ms: float, floor_s: float | None = None) -> bool:
    """Print one figure; returns whether it was reached."""
    value_ms = round(1000 * value_s, 1)
    is_reached = value_ms <= reach_ms
    floor_ms = None if floor_s is None else round(1000 * floor_s, 1)
    reach = f"at most {reach_ms:g} ms"
    print(json.dumps({"name": name, "value": value_ms, "floor": floor_ms, "ratio": None, "reach": reach, "ok": is_reached}))
    return is_reached


def main() -> int:
    """Measure and print; exits 1 if a figure was missed."""
    with tempfile.TemporaryDirectory() as name, shelving(Path(name)) as room:
        floor_s = bare_interpreter()
        fresh = fresh_process(room.tap, room.server, room.spec, Path(name))
        pressed = sorted(
            key_to_frame(room.tap, room.places, room.places.state_folder / "shelving-spec.json", random.Random(1))
        )
    are_reached = [
        figure("Stop, key to frame, p99 of 1,000 presses, one dead unit, 19,200 baud", pressed[-len(pressed) // 100], 150),
        figure("Stop, key to frame, worst of them", pressed[-1], 300),
        figure("`aisle stop` past a suspended server, after start-up, worst of 20", max(fresh) - floor_s, 300, floor_s),
    ]
    return 0 if all(are_reached) else 1


if __name__ == "__main__":
    sys.exit(main())
