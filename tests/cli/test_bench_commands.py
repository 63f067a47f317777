"""The technician's bench by command, on a running simulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli

from archroom import config
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """The small room's shelving, fast."""
    with RunningSimulator(ROOM_FILE, tcp="127.0.0.1:0", speed=20.0) as running:
        yield running


@pytest.fixture
def bench(room: Cli, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """The command line of a machine with that shelving."""
    monkeypatch.setenv("ARCHROOM_SHELVING", simulator.endpoints["tcp"])
    yield room
    with House(config.load().config) as opened:
        opened.dismiss_shelving()


def test_counters_are_told_in_lines_and_as_json(bench: Cli) -> None:
    assert bench("aisle", "status").code == 0
    ran = bench("shelving", "counters")
    assert ran.code == 0
    assert ran.lines[0].startswith("Bus 1  tcp://127.0.0.1:")
    assert ran.lines[1].startswith("  unit 1  sent ")
    (bus,) = bench("--json", "shelving", "counters").json["buses"]
    (unit,) = bus["units"]
    assert (bus["number"], bus["problem"], unit["unit"], unit["silent"], unit["causes"]) == (1, None, 1, 0, [])
    assert unit["matched"] >= 2


def test_the_monitor_shows_and_records(bench: Cli, tmp_path: Path) -> None:
    file = tmp_path / "frames.jsonl"
    ran = bench("shelving", "monitor", "1", "--for", "1", "--record", str(file))
    assert ran.code == 0
    assert any(" -> " in line and "read status" in line and "03 01 00" in line for line in ran.lines), ran
    assert any(" <- " in line and "matched" in line for line in ran.lines)
    recorded = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(recorded) >= len(ran.lines) > 2
    assert {"at", "ours", "unit", "function", "verdict", "after_ms", "meaning", "hex"} == recorded[0].keys()
    again = bench("shelving", "monitor", "1", "--for", "1", "--record", str(file))
    assert (again.code, "is there already" in again.err) == (2, True)


def test_the_monitor_leaves_out_what_was_not_asked_for(bench: Cli) -> None:
    assert bench("shelving", "monitor", "--for", "1", "--errors").lines == []
    assert bench("shelving", "monitor", "--for", "1", "--unit", "9").lines == []
    lines = bench("--json", "shelving", "monitor", "--for", "1", "--unit", "1").lines
    assert {json.loads(line)["unit"] for line in lines} == {1}


def test_without_shelving_there_is_no_bench(room: Cli) -> None:
    ran = room("shelving", "counters")
    assert (ran.code, "No shelving is connected" in ran.err) == (6, True)


def test_a_scan_and_a_register_are_told(bench: Cli) -> None:
    ran = bench("shelving", "scan", "1", "--from", "1", "--to", "3")
    assert (ran.code, len(ran.lines)) == (0, 1), ran
    assert ran.lines[0].startswith("unit 1  shelving controller of block 1")
    assert "Units asked: 3; found: 1." in ran.err
    found = bench("--json", "shelving", "scan", "--to", "1").json
    assert (found["bus"], found["from"], found["to"]) == (1, 1, 1)
    assert [(one["unit"], one["controller"]) for one in found["found"]] == [(1, True)]
    assert bench("shelving", "scan", "--from", "5", "--to", "4").code == 2
    assert bench("shelving", "read", "1", "1", "holding", "0x0000").lines == ["holding 0x0000  16722  0x4152"]
    assert bench("--json", "shelving", "read", "1", "1", "holding", "0").json["value"] == 0x4152
    for wrong in ("0x10000", "65536", "-1", "ten"):
        assert bench("shelving", "read", "1", "1", "holding", wrong).code == 2


def test_what_moves_steel_is_not_written(bench: Cli) -> None:
    ran = bench("shelving", "write", "1", "1", "holding", "0x0220", "1", "--by", "Ann Lee")
    assert (ran.code, "moves steel" in ran.err) == (4, True)
    assert bench("shelving", "write", "1", "1", "holding", "0x0220", "1").code == 2
