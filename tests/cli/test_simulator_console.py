"""The console of a running simulator by command: what is asked for happens there, and what it refuses is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli

from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """A simulator with a control channel."""
    with RunningSimulator(ROOM_FILE, tcp="127.0.0.1:0", control="127.0.0.1:0") as running:
        yield running


@pytest.fixture
def console(cli: Cli, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line of a machine that knows the simulator, and has no books."""
    monkeypatch.setenv("ARCHROOM_SIMULATOR", simulator.endpoints["control"].rpartition("/")[2])
    return cli


def test_the_speed_is_set_and_told(console: Cli) -> None:
    assert console("simulator", "do", "speed", "factor=4").code == 0
    answer = console("--json", "simulator", "state").json
    assert (answer["ok"], answer["speed"]) == (True, 4.0)
    assert console("simulator", "state").lines[0].startswith("speed 4, ")


def test_people_and_faults_come_by_sentence(console: Cli, simulator: RunningSimulator) -> None:
    assert console("simulator", "act", "person ana enters aisle 1", "at 100ms e-stop press").code == 0
    assert simulator.wait_until(1, lambda truth: "ana" in str(truth), 5.0)
    told = console("simulator", "state").out
    assert "ana" in told
    assert simulator.wait_until(1, lambda truth: truth["emergency_stop"] is True, 5.0)


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("do", "dance"), 4, "The simulator refuses"),
        (("do", "speed", "factor=fast"), 4, "The simulator refuses"),
        (("act", "person ana dances"), 4, "The simulator refuses"),
        (("do", "speed", "factor"), 2, "is no field"),
        (("state", "--control", "nowhere"), 2, "Name the control channel"),
        (("state", "--control", "127.0.0.1:1"), 6, "No simulator answers"),
    ],
)
def test_what_cannot_be_is_said(console: Cli, arguments: tuple[str, ...], code: int, why: str) -> None:
    ran = console("simulator", *arguments)
    assert (ran.code, why in ran.err) == (code, True), ran
