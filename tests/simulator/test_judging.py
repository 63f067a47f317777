"""`--judge`: a scenario is played at once, and what happened and what was broken is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from shelving_master import track

from hardware_sim import ControlError, VirtualBlock
from hardware_sim.judging import judge


def test_what_happens_is_told_in_its_order() -> None:
    *changes, verdict = judge(VirtualBlock(track()), "second master opens aisle 3\nat 4s e-stop press\nat 5s power off")
    assert [(change["at_s"], change["state"], change["end"]) for change in changes] == [
        (0.02, "selected", "none"),
        (0.04, "warning", "none"),
        (1.04, "moving", "none"),
        (4.0, "stopping", "fault"),
        (4.22, "faulted", "fault"),
        (5.0, "no power", "fault"),
    ]
    assert changes[4]["faults"] == ["emergency_stop"]
    assert verdict == {"broken": [], "refused": []}


def test_what_is_broken_and_what_could_not_be_done_is_told_last() -> None:
    text = "drive keeps running on stop\nsecond master opens aisle 3\nat 4s second master stops\nperson ana leaves"
    *_, verdict = judge(VirtualBlock(track()), text)
    assert "too long" in str(verdict["broken"])
    assert "ana is in no aisle" in str(verdict["refused"])


def test_carriages_are_put_where_they_stood() -> None:
    block = VirtualBlock(track())
    block.control("scenario", text="carriages stand at 25,600,1500,2075,2650,3225mm")
    assert block.truth()["positions"] == [25.0, 600.0, 1500.0, 2075.0, 2650.0, 3225.0]
    for wrong in ("25,500,1500,2075,2650,3225mm", "25,600,1500,2075,2650,9225mm"):
        block.control("scenario", text=f"carriages stand at {wrong}")
        assert block.truth()["positions"] == [25.0, 600.0, 1500.0, 2075.0, 2650.0, 3225.0]
        assert block.player is not None
        assert len(block.player.refused) == 1
    with pytest.raises(ControlError, match="positions must be 6 whole numbers"):
        block.control("scenario", text="carriages stand at 25,600mm")


@pytest.mark.parametrize(
    ("act", "said"), [("jogs carriage 1 by -50mm", 750.0), ("ventilates aisle 0", 135.0), ("opens aisle 1", 25.0)]
)
def test_a_second_master_orders_everything_by_the_book(act: str, said: float) -> None:
    block = VirtualBlock(track())
    *changes, _ = judge(block, f"second master {act}")
    assert changes[-1]["end"] == "arrived"
    assert block.station.block.carriages[0].position == said


def test_a_second_master_locks_and_unlocks() -> None:
    block = VirtualBlock(track())
    block.control("scenario", text="second master locks carriage 2\nat 1s second master opens aisle 3")
    block.advance(4.0)
    assert block.truth()["locked"] == [2]
    assert block.station.block.is_still
    block.control("scenario", text="second master unlocks carriage 2")
    block.advance(1.0)
    assert block.truth()["locked"] == []


@pytest.mark.parametrize(("text", "code"), [("second master opens aisle 3", 0), ("block 1 drive keeps running on stop", 1)])
def test_the_program_judges(room_file: Path, tmp_path: Path, text: str, code: int) -> None:
    file = tmp_path / "scenario.txt"
    moves = "block 1 second master opens aisle 3\nat 4s block 1 second master stops\n"
    file.write_text(moves + (text + "\n" if code else ""))
    ended = subprocess.run(
        [sys.executable, "-m", "hardware_sim", str(room_file), "--scenario", str(file), "--judge"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == code, ended.stderr
    assert bool(json.loads(ended.stdout.splitlines()[-1])["broken"]) is bool(code)


def test_the_program_judges_nothing_without_a_scenario(room_file: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "hardware_sim", str(room_file), "--judge"], capture_output=True, text=True, timeout=30
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--judge takes a --scenario" in ended.stderr
