"""`archroom find` as a whole process, from its start to its end, against an interpreter that only loads SQLite.

Both are started alternately, so that whatever else the machine does falls on both alike, and from bytecode. The books are
those of the demo: what is measured is starting, and a search in many items has a benchmark of its own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archroom.cli import demo_house
from archroom.config import load
from archroom.wiring import House
from benchmarks.installed import installed_environment

ROUNDS = 41
REACH = 8.0


def seconds_of(command: list[str], environment: dict[str, str]) -> float:
    """Run a command to its end and return how long it took."""
    began = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main() -> int:
    """Measure and print the figure."""
    with tempfile.TemporaryDirectory(prefix="archroom-bench-") as folder:
        os.environ["ARCHROOM_HOME"] = folder
        config = demo_house.demo_config(load().config, Path(folder), "tcp://127.0.0.1:502")
        with House(config) as house:
            demo_house.furnish(house)
        floor_command = [sys.executable, "-c", "import sqlite3"]
        find_command = [sys.executable, "-m", "archroom", "--db", config.database, "find", "letters", "lindqvist"]
        environment = installed_environment(Path(folder))
        floors: list[float] = []
        finds: list[float] = []
        for _ in range(1 + ROUNDS):
            floors.append(seconds_of(floor_command, environment))
            finds.append(seconds_of(find_command, environment))
        del floors[0], finds[0]  # these wrote the bytecode
    floor_ms, find_ms = statistics.median(floors) * 1000, statistics.median(finds) * 1000
    ratio = find_ms / floor_ms
    figure = {
        "name": "`archroom find` as a whole process, p50",
        "value": find_ms,
        "floor": floor_ms,
        "ratio": ratio,
        "reach": f"at most {REACH:g}x",
        "ok": ratio <= REACH,
    }
    print(json.dumps(figure))
    return 0 if ratio <= REACH else 1


if __name__ == "__main__":
    sys.exit(main())
