"""`aisle open` on a controller of another make: the second person's name is an option, or typed, and kept in the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from command_line import Cli
from commissioned import commission_plain
from simulator_process import SMALL_ROOM

from archroom import config, paths
from archroom.exchange.roomfile import sample_room
from archroom.wiring import House
from hardware_sim.running import RunningSimulator


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """The small room's shelving, of a make that has no stop, fast."""
    with RunningSimulator(SMALL_ROOM, udp="127.0.0.1:0", profile="z5", speed=20.0, choices={"warning_ms": "100"}) as running:
        yield running


@pytest.fixture
def aisles(room: Cli, simulator: RunningSimulator) -> Iterator[Cli]:
    """The command line of a house with that shelving, commissioned for attended motion."""
    home = paths.home_override()
    assert home is not None
    url = simulator.endpoints["udp"]
    (home / "config.toml").write_text(f'[[bus]]\nurl = "{url}"\nprofile = "z5"\n', encoding="utf-8")
    commission_plain(config.load().config.state_folder, sample_room("small").blocks, "z5")
    yield room
    with House(config.load().config) as opened:
        opened.dismiss_shelving()


def test_the_second_person_is_named_or_asked_for_and_without_one_nothing_moves(
    aisles: Cli, simulator: RunningSimulator
) -> None:
    opening = ("--json", "aisle", "open", "1/4", "--by", "Olga Berg", "--arm")
    refused = {
        ("--clear", "1"): (b"", "a second person holds its own stop"),
        ("--clear", "1", "--attended-by", "olga  berg"): (b"", "must be another one"),
        ("--clear", "2", "--attended-by", "Ben"): (b"", "What must be: 1. Nothing moves."),
        (): (b"1\n31142060001\n", "A code is no answer"),
    }
    for options, (typed, why) in refused.items():
        ran = aisles(*opening, *options, stdin=typed)
        assert (ran.code, ran.json["outcome"]) == (6, "refused"), ran
        assert why in ran.json["message"], ran
    assert simulator.truth(1)["open_aisles"] == [1]
    ran = aisles(*opening, stdin=b"1\nBen Wu\n")
    assert (ran.code, ran.json["outcome"], ran.json["attendant"]) == (0, "done", "Ben Wu"), ran
    assert "Type their name, then Enter" in ran.err
    assert simulator.truth(1)["open_aisles"] == [4]
    ran = aisles("aisle", "open", "1/2", "--clear", "4", "--by", "Olga Berg", "--attended-by", "Ben Wu")
    assert ran.code == 0, ran
    assert simulator.truth(1)["open_aisles"] == [2]
