"""Holds and arming by command, on a running simulator: what nobody has armed does not move, what somebody holds stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Cli

from archroom import config
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"


def block_of(cli: Cli) -> dict[str, Any]:
    """What `aisle status` says of the block."""
    (block,) = cli("--json", "aisle", "status").json["blocks"]
    found: dict[str, Any] = block
    return found


def test_a_block_that_nobody_has_armed_does_not_move_and_says_how_to_arm(aisles: Cli) -> None:
    ran = aisles("aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee")
    assert (ran.code, ran.out) == (6, "")
    assert "Block 1 is not armed. What disarmed it: The shelving server was started." in ran.err
    assert "archroom shelving arm 1 --by NAME" in ran.err
    block = block_of(aisles)
    assert (block["armed"], block["armed_by"], block["movable"], block["open"]) == (False, None, False, [1])
    assert block["disarmed_because"] == "The shelving server was started."


def test_arming_lets_it_move_and_disarming_ends_that(aisles: Cli) -> None:
    ran = aisles("--json", "shelving", "arm", "1", "--by", "Ann Lee", "--hours", "2")
    assert (ran.code, ran.json["by"], ran.json["hours"], ran.json["block"]) == (0, "Ann Lee", 2, 1)
    assert ran.json["message"] == "Block 1 is armed by Ann Lee for 2 h."
    assert ran.json["seq"] is not None
    assert aisles("aisle", "status").lines[1] == "Block 1: armed by Ann Lee, for 1:59 h yet."
    assert aisles("aisle", "open", "1/3", "--clear", "1", "--by", "Bo").code == 0
    assert aisles("shelving", "disarm", "1", "--by", "Cleo").lines == ["Block 1 is not armed."]
    ran = aisles("--json", "aisle", "open", "1/2", "--clear", "3", "--by", "Bo")
    assert (ran.code, ran.json["error"], ran.json["outcome"]) == (6, "not_armed", "refused")
    assert "What disarmed it: Disarmed by Cleo." in ran.json["message"]
    assert aisles("ledger", "verify").code == 0


def test_an_opening_arms_in_the_name_of_by_if_it_is_told_to(aisles: Cli) -> None:
    ran = aisles("--json", "aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee", "--arm")
    assert (ran.code, ran.json["outcome"]) == (0, "done")
    assert "Block 1 is armed by Ann Lee for 12 h." in ran.err
    assert block_of(aisles)["armed_by"] == "Ann Lee"
    ran = aisles("aisle", "open", "1/2", "--clear", "3", "--by", "Bo", "--arm")
    assert (ran.code, "is armed by" in ran.err) == (0, False)
    assert aisles("aisle", "open", "1/2", "--arm").code == 2


def test_a_held_aisle_stays_as_it_is(aisles: Cli) -> None:
    ran = aisles("--json", "aisle", "hold", "1/2", "--by", "Bo", "--reason", "cleaning")
    assert (ran.code, ran.json["person"], ran.json["aisle"]) == (0, "Bo", 2)
    ran = aisles("--json", "aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee", "--arm")
    assert (ran.code, "Bo is in aisle 2" in ran.json["message"]) == (6, True)
    (hold,) = block_of(aisles)["holds"]
    assert (hold["aisle"], hold["person"], hold["reason"]) == (2, "Bo", "cleaning")
    assert any("Bo is in aisle 2 since" in line for line in aisles("aisle", "status").lines)
    ran = aisles("aisle", "release", "1/2", "--name", "Bo", "--by", "Cleo")
    assert (ran.code, "two others" in ran.err) == (4, True)
    assert aisles("aisle", "release", "1/2", "--by", "bo").lines == ["Bo is not in aisle 2 of block 1 any more."]
    assert aisles("aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee", "--arm").code == 0


def test_two_others_release_with_a_reason(aisles: Cli) -> None:
    aisles("aisle", "hold", "1/2", "--by", "Bo")
    words = ("aisle", "release", "1/2", "--name", "Bo", "--by", "Cleo", "--and", "Dan")
    assert aisles(*words).code == 4
    ran = aisles("--json", *words, "--reason", "gone home, seen at the gate")
    assert (ran.code, ran.json["person"]) == (0, "Bo")
    assert block_of(aisles)["holds"] == []
    with House(config.load().config) as house, house.books.reading() as books:
        event = books.event(ran.json["seq"])
    assert event is not None
    assert event.act.facts["by"] == "Cleo, Dan"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("aisle", "hold", "1/9", "--by", "Bo"), 4),
        (("aisle", "hold", "9/1", "--by", "Bo"), 2),
        (("aisle", "hold", "x", "--by", "Bo"), 2),
        (("aisle", "hold", "1/2", "--by", "  "), 2),
        (("aisle", "hold", "1/2"), 2),
        (("aisle", "release", "1/2", "--by", "Bo"), 4),
        (("shelving", "arm", "1"), 2),
        (("shelving", "arm", "1", "--by", "Bo", "--hours", "13"), 2),
        (("shelving", "arm", "9", "--by", "Bo"), 2),
    ],
)
def test_what_cannot_be_said_is_refused_in_a_sentence(aisles: Cli, words: tuple[str, ...], code: int) -> None:
    ran = aisles("--json", *words)
    assert (ran.code, ran.json["exit"]) == (code, code)


def test_a_hold_needs_no_books_where_a_server_was_told_the_room(aisles: Cli, tmp_path: Path) -> None:
    block_of(aisles)
    (tmp_path / "broken.db").write_text("no books")
    broken = ("--db", f"sqlite:///{tmp_path / 'broken.db'}")
    ran = aisles("--json", *broken, "aisle", "hold", "1/2", "--by", "Bo")
    assert (ran.code, ran.json["seq"]) == (0, None)
    assert "This is not in the ledger" in ran.json["message"]
    assert aisles("--json", *broken, "aisle", "release", "1/2", "--by", "Bo").code == 0


def test_an_opening_that_nobody_saw_the_end_of_is_acknowledged(aisles: Cli, simulator: RunningSimulator) -> None:
    aisles("shelving", "arm", "1", "--by", "Ann Lee")
    simulator.control("speed", factor=2.0)
    command = [sys.executable, "-m", "archroom", "--json", "aisle", "open", "1/5", "--clear", "1", "--by", "Ann Lee"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=dict(os.environ)) as opening:
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 20.0)
        run_folder = config.load().config.run_folder
        board = json.loads((run_folder / "shelving.json").read_text())
        os.kill(board["pid"], 9)
        assert opening.wait(30) == 6
    said = block_of(aisles)["unfinished"]
    assert said == ["The opening of aisle 5 of block 1 by Ann Lee ended unseen: look at the shelving."]
    assert aisles("aisle", "status").lines[1] == said[0]
    ran = aisles("shelving", "arm", "1", "--by", "Bo")
    assert (ran.code, "Say so with --acknowledge." in ran.err) == (6, True)
    ran = aisles("shelving", "arm", "1", "--by", "Bo", "--acknowledge")
    assert (ran.code, said[0] in ran.err) == (0, True)
    assert block_of(aisles)["unfinished"] == []
