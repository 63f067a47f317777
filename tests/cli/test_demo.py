"""`demo --script`: the whole round on both kinds of wire, and that it says so when a step is not seen."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from command_line import Cli

from archroom.cli import demo_house, demo_script
from archroom.cli.demo_house import sample_files
from archroom.cli.demo_script import NotSeen, Round
from archroom.cli.simulator import Simulator
from archroom.config import load
from archroom.core.shelving import BlockView
from archroom.errors import Message, PortUnavailable, say
from archroom.wiring import House

WITHIN_MS = 40_000


@pytest.mark.parametrize("wire", ["pty", "tcp"])
def test_each_step_of_the_round_is_seen(cli: Cli, tmp_path: Path, wire: str) -> None:
    ran = cli("--json", "demo", "--script", "--wire", wire)
    assert ran.json["ok"] is True
    assert [step["ok"] for step in ran.json["steps"]] == [True] * len(demo_script.STEPS)
    assert ran.json["ms"] < WITHIN_MS
    assert ran.code == 0
    assert not (tmp_path / "home" / "data").exists()


def test_the_script_ends_what_it_started(cli: Cli) -> None:
    """As a process of its own, with one line a step; its temporary folders, short for sockets, are nobody else's."""
    command = [sys.executable, "-m", "archroom", "demo", "--script", "--wire", "tcp"]
    with tempfile.TemporaryDirectory(prefix="ar-") as folder:
        environment = os.environ | {"TMPDIR": folder}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        ) as process:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0
        assert (len(out.splitlines()), err) == (len(demo_script.STEPS) + 1, "")
        assert _running(folder) == []
        assert os.listdir(folder) == []


def test_a_process_that_is_left_is_seen() -> None:
    command = [sys.executable, "-c", "print(flush=True); input()", "ar-canary"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as left:
        assert left.stdout is not None
        assert left.stdout.readline() == b"\n"
        assert len(_running("ar-canary")) == 1
        left.communicate(b"\n", timeout=30)


def _running(word: str) -> list[str]:
    """Command lines of living processes that hold a word."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if word in line:
                found.append(line)
    return found


def test_a_step_that_is_not_seen_breaks_the_round_off(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def claim(going: Round) -> Message:
        raise NotSeen(say("not seen: {what}", what="anything"))

    first = demo_script.STEPS[0]
    monkeypatch.setattr(demo_script, "STEPS", (first, (say("Claim something"), claim), first))
    ran = cli("--json", "demo", "--script", "--wire", "tcp")
    assert ran.code == 1
    assert [step["ok"] for step in ran.json["steps"]] == [True, False]
    assert ran.json["steps"][1]["seen"] == "not seen: anything"


def test_carriages_that_do_not_move_are_not_taken_for_an_open_aisle(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script believes the controller and nobody else: with another aisle open than asked, it says so."""
    monkeypatch.setattr(BlockView, "open_aisles", lambda view: (1,))
    ran = cli("--json", "demo", "--script", "--wire", "tcp")
    assert ran.code == 1
    assert ran.json["steps"][-1]["seen"] == "not seen: aisle 2 was seen open, the controller tells aisle 1"


def test_the_demo_needs_a_terminal(cli: Cli) -> None:
    ran = cli("demo", "--wire", "tcp")
    assert ran.code == 2
    assert "needs a terminal" in ran.err


def test_a_simulator_that_cannot_start_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.devnull)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(PortUnavailable, match="did not start"):
        Simulator("small", "tcp")


def test_a_founding_that_was_broken_off_begins_anew(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupt(house: House) -> None:
        raise KeyboardInterrupt

    config = demo_house.demo_config(load().config, tmp_path, "tcp://127.0.0.1:1")
    with House(config) as house, monkeypatch.context() as patch:
        patch.setattr(demo_house, "add_people", interrupt)
        with pytest.raises(KeyboardInterrupt):
            demo_house.furnish_once(house, tmp_path)
    with House(config) as house:
        demo_house.furnish_once(house, tmp_path)
        house.people.add(house.performer, "Bo")
        demo_house.furnish_once(house, tmp_path)
        assert len(house.people.all()) == len(demo_house.PEOPLE) + 1


def test_the_samples_come_along() -> None:
    with sample_files() as files:
        assert [file.name for file in files] == ["lindqvist.xml", "qingshi.xml"]
