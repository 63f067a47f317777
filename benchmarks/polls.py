"""Status polls on a baud-true wire, simulator in another process, against what the wire allows.

The floor of one poll is every character of question and answer at 11 bits, and 3.5 characters of silence (1.75 ms above
19,200 baud) before each of the two. The figure is the median from one poll to the next; the ratio is floor to figure: 1 is a
line that is never idle, more than 1 a line whose silences are not kept, which misses too.
`python -m benchmarks.polls [SECONDS]` takes so long a run at each baud.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from archroom.drivers.controller import ReferenceController
from archroom.drivers.line import Line
from archroom.drivers.modbus_frames import build_request, reply_bytes
from archroom.drivers.ports import open_port
from archroom.drivers.reference import read_status
from archroom.drivers.timing import LineTiming

BAUDS = (9_600, 19_200, 115_200)
RUN_S = 6.0
REACH = 0.95
ROOM = Path(__file__).parents[1] / "archroom" / "rooms" / "small.toml"
UNIT = 1


def limit_s(timing: LineTiming, carriages: int) -> float:
    """Return the shortest time that one status poll can take on this line."""
    question = read_status(UNIT, carriages)
    characters = len(build_request(question, timing.framing, 0)) + reply_bytes(question, timing.framing)
    return timing.wire_s(characters) + 2 * timing.silence_s


def usual_poll_s(line: Line, carriages: int, run_s: float) -> float:
    """Poll back to back for a while and return the median time from one poll's beginning to the next one's."""
    controller = ReferenceController(line, UNIT)
    controller.status(carriages)
    begun_at = [time.perf_counter()]
    while begun_at[-1] - begun_at[0] < run_s:
        controller.status(carriages)
        begun_at.append(time.perf_counter())
    return statistics.median(later - earlier for earlier, later in pairwise(begun_at))


def measured(folder: Path, baud: int, run_s: float) -> dict[str, object]:
    """Start a simulator at this baud, poll it, and return the figure."""
    command = [sys.executable, "-m", "hardware_sim", str(ROOM), "--pty", str(folder / f"bus{baud}"), "--baud", str(baud)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        try:
            assert simulator.stdout is not None
            endpoints = json.loads(simulator.stdout.readline())
            wire = open_port(endpoints["pty"])
            line = Line(wire, time.monotonic)
            carriages = endpoints["units"][str(UNIT)]
            value_s, floor_s = usual_poll_s(line, carriages, run_s), limit_s(wire.timing, carriages)
            line.close()
        finally:
            simulator.terminate()
    ratio = floor_s / value_s
    return {
        "name": f"status poll of {carriages} carriages, {baud:,} baud",
        "value": round(value_s * 1000, 3),
        "floor": round(floor_s * 1000, 3),
        "ratio": round(ratio, 4),
        "reach": f"at least {REACH}",
        "ok": REACH <= ratio <= 1,
    }


def main() -> int:
    """Measure at each baud and print a JSON line for each; 1 if a figure was missed."""
    run_s = float(sys.argv[1]) if len(sys.argv) > 1 else RUN_S
    with tempfile.TemporaryDirectory() as folder:
        figures = [measured(Path(folder), baud, run_s) for baud in BAUDS]
    for figure in figures:
        print(json.dumps(figure))
    return 0 if all(figure["ok"] for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
