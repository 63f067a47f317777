"""A room file on disk, and the simulator as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOM = """
[room]
code = "R1"
title = "Map room"
"""
BLOCK = """
[[block]]
number = {number}
title = "Block"
numbered_from = "left"
aisle_mm = 800
clearance_mm = 25
end_aisles = [false, true]
open_aisles = [1]
[[block.carriage]]
kind = "fixed"
depth_mm = 500
faces = ["B"]
bays = 5
levels = 6
shelf_mm = 870
[[block.carriage]]
kind = "mobile"
depth_mm = 550
faces = ["A", "B"]
bays = 5
levels = 6
shelf_mm = 870
count = {mobile}
"""


@pytest.fixture
def room_file(tmp_path: Path) -> Path:
    """A room with block 1 (one fixed, three mobile carriages) and block 4 (one fixed, one mobile)."""
    path = tmp_path / "room.toml"
    path.write_text(ROOM + BLOCK.format(number=1, mobile=3) + BLOCK.format(number=4, mobile=1))
    return path


Started = tuple["subprocess.Popen[str]", dict[str, Any]]


@pytest.fixture
def start(room_file: Path) -> Iterator[Callable[..., Started]]:
    """Start ``python -m hardware_sim`` on the room with more arguments; gives the process and its JSON line."""
    processes: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> Started:
        process = subprocess.Popen(
            [sys.executable, "-m", "hardware_sim", str(room_file), *arguments], stdout=subprocess.PIPE, text=True
        )
        processes.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    yield begin
    for process in processes:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
