"""The technician's bench by command, on a running simulator."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli
from commissioned import commission_here

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
    lines = bench("--json", "shelving", "monitor", "--for", "1", "--with", "read status").lines
    assert {json.loads(line)["verdict"] for line in lines} == {"sent"}
    assert bench("shelving", "monitor", "--for", "1", "--with", "no such words").lines == []


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


def test_a_bundle_holds_what_helps_and_neither_people_nor_secrets(
    house: Cli, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`house` knows a borrower, Ann Lee; the block is armed and held by others, and the books' address has a password."""
    monkeypatch.setenv("ARCHROOM_SHELVING", simulator.endpoints["tcp"])
    commission_here()
    try:
        assert house("shelving", "arm", "1", "--by", "Olga Berg").code == 0
        assert house("aisle", "hold", "1/1", "--by", "Per Holm", "--reason", "Per Holm repairs").code == 0
        assert house("aisle", "stop", "--as", "Dr. Eva Sand").code == 0
        frames = tmp_path / "frames.jsonl"
        assert house("shelving", "monitor", "--for", "1", "--record", str(frames)).code == 0
        state = config.load().config.state_folder
        (state / "shelving.log").write_text(
            "postgresql://olga:hunter2@db/books failed\nheld by Per Holm\n", encoding="utf-8"
        )
        monkeypatch.setenv("ARCHROOM_AS", "Olga Berg")
        ran = house("--json", "shelving", "bundle", "fault.zip", "--record", str(frames))
    finally:
        with House(config.load().config) as opened:
            opened.dismiss_shelving()
    assert ran.code == 0, ran
    with zipfile.ZipFile("fault.zip") as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert ran.json["contents"] == list(parts)
    everything = "\n".join(parts.values()).casefold()
    for secret in ("ann lee", "olga", "berg", "per holm", "eva", "sand", "hunter2", "tester", str(tmp_path).casefold()):
        assert secret not in everything, secret
    assert json.loads(parts["counters.json"])[0]["units"]["1"]["matched"] > 0
    assert json.loads(parts["settings.json"])["database"] == "sqlite"
    assert [entry["kind"] for entry in map(json.loads, parts["journal.jsonl"].splitlines())].count("armed") == 1
    assert '"archroom"' in parts["versions.json"]
    assert '"verdict": "matched"' in parts["frames/1.jsonl"]
    record = json.loads(parts["records/block-1.json"])["record"]
    assert {record["by"], record["witness"]}.isdisjoint({"Ana", "Ben"})
    assert record["controller"]["serial"].startswith("SIM")
    assert '"blocks"' in parts["shelving-spec.json"]
    assert house("shelving", "bundle", "fault.zip").code == 2


def test_a_bundle_is_written_though_nothing_can_be_asked(
    room: Cli, monkeypatch: pytest.MonkeyPatch, config_file: Path
) -> None:
    monkeypatch.setenv("ARCHROOM_DB", "postgresql://olga:hunter2@127.0.0.1:1/books")
    config_file.write_text('[[bus]]\nurl = "tcp://127.0.0.1:1"\n', encoding="utf-8")
    ran = room("shelving", "bundle", "fault.zip")
    assert ran.code == 0, ran
    with zipfile.ZipFile("fault.zip") as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert "counters: " in parts["problems.txt"]
    assert not any(word in text for text in parts.values() for word in ("hunter2", "olga"))
    assert json.loads(parts["settings.json"])["buses"][0]["url"] == "tcp://127.0.0.1:1"


def test_the_unit_file_is_for_the_settings_of_the_machine(room: Cli, config_file: Path) -> None:
    config_file.write_text('shelving_group = "archives"\n[[bus]]\nurl = "tcp://127.0.0.1:1"\n', encoding="utf-8")
    lines = room("shelving", "unit", "--user", "keeper").lines
    assert {"User=keeper", "Group=archives", "Type=notify", "PrivateDevices=yes"} <= set(lines)
    assert room("--json", "shelving", "unit").json["unit"].endswith("WantedBy=multi-user.target\n")
    assert room("shelving", "unit", "--user", "a\nExecStart=/bin/sh").code == 2
