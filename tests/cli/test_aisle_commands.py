"""The aisles by command, on a running simulator: what is confirmed moves, and nothing else does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli

from archroom import config
from hardware_sim.running import RunningSimulator

UNIT = 1


@pytest.fixture
def aisles(house: Cli, aisles: Cli) -> Cli:
    """The command line of a house, not only of a room, with that shelving."""
    return aisles


@pytest.fixture
def armed(aisles: Cli) -> Cli:
    """The same, and somebody has armed the block."""
    assert aisles("shelving", "arm", "1", "--by", "Olga Berg").code == 0
    return aisles


def open_aisles(cli: Cli) -> list[int]:
    """What the controller reports as open."""
    (block,) = cli("--json", "aisle", "status").json["blocks"]
    assert block["trust"] == "good"
    found: list[int] = block["open"]
    return found


def events(cli: Cli) -> int:
    """How many events the ledger holds."""
    count: int = cli("--json", "ledger", "verify").json["count"]
    return count


def test_status_tells_what_the_controller_reports(aisles: Cli) -> None:
    (block,) = aisles("--json", "aisle", "status").json["blocks"]
    assert (block["block"], block["trust"], block["kind"], block["state"]) == (1, "good", "simulator", "idle")
    assert block["open"] == [1]
    assert block["positions_mm"] == [0, 1350, 2235, 3120, 4005, 4890, 5775]
    assert block["age_s"] < 2
    line, licence = aisles("aisle", "status").lines
    assert licence.startswith("Commissioning of block 1: valid until ")
    assert (block["licence"], block["licence_reason"]) == ("full", None)
    assert line.endswith("archroom shelving arm 1 --by NAME")
    assert line.startswith("Block 1: at rest, open aisle 1, carriages at 0 1350 2235 3120 4005 4890 5775 mm, ")


def test_what_somebody_has_seen_to_be_clear_is_closed(armed: Cli) -> None:
    before = events(armed)
    ran = armed("--json", "aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee")
    assert ran.code == 0
    assert (ran.json["outcome"], ran.json["aisle"], ran.json["narrows"]) == ("done", 3, [1])
    assert "moving" in ran.err
    assert open_aisles(armed) == [3]
    assert events(armed) == before + 2


def test_the_question_is_answered_by_the_number(armed: Cli) -> None:
    ran = armed("aisle", "open", "1/2", stdin=b"1\n")
    assert (ran.code, ran.out) == (0, "Aisle 2 of block 1 is open.\n")
    assert ran.err.startswith("Aisle 2 of block 1 opens and aisle 1 closes; carriages that move: 2.\n")
    assert open_aisles(armed) == [2]


@pytest.mark.parametrize(
    "answer", [b"", b"\n", b"y\n", b"yes\n", b"2\n", b"1 \x00\n", b"B00000001K\n", "１\n".encode(), b"-1\n"]
)
def test_nothing_else_is_a_yes(armed: Cli, answer: bytes) -> None:
    before = events(armed)
    ran = armed("--json", "aisle", "open", "1/2", stdin=answer)
    assert (ran.code, ran.json["outcome"]) == (6, "refused")
    assert "nothing moves" in ran.json["message"].casefold()
    assert open_aisles(armed) == [1]
    assert events(armed) == before + 1


def test_the_wrong_aisle_is_no_confirmation(armed: Cli) -> None:
    ran = armed("--json", "aisle", "open", "1/3", "--clear", "3", "--by", "Ann Lee")
    assert (ran.code, ran.json["error"]) == (6, "motion_refused")
    assert open_aisles(armed) == [1]


def test_the_aisle_of_a_box_is_opened(armed: Cli) -> None:
    armed("put", "31142060001", "R1/1/03/A/1/1", "--override")
    ran = armed("--json", "aisle", "open", "--for", "31142060001", "--clear", "1", "--by", "Ann Lee")
    assert (ran.json["outcome"], ran.json["aisle"]) == ("done", 2)
    armed("put", "31142060001", "R1/W1/01/A/1/1", "--override")
    refused = armed("--json", "aisle", "open", "--for", "31142060001", "--clear", "1", "--by", "Ann Lee")
    assert (refused.code, refused.json["error"]) == (4, "refused")
    assert "R1/W1/01/A/1/1" in refused.json["message"]


def told(cli: Cli, *arguments: str) -> str:
    """The sentence of something done to the aisles that must be done."""
    ran = cli("--json", "aisle", *arguments, "--by", "Ann Lee")
    assert (ran.code, ran.json["outcome"], ran.json["action"]) == (0, "done", arguments[0])
    message: str = ran.json["message"]
    return message


def test_a_block_is_spread_and_each_aisle_that_narrows_is_then_confirmed(armed: Cli) -> None:
    before = events(armed)
    told(armed, "lock", "1/4", "--clear", "4")
    assert "is spread for ventilation" in told(armed, "ventilate", "1/2", "--clear", "1")
    (block,) = armed("--json", "aisle", "status").json["blocks"]
    assert {name for name, state in block["aisles"].items() if state == "partly open"} == {"1", "2", "3"}
    one = armed("--json", "aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee")
    assert (one.code, one.json["outcome"], one.json["narrows"]) == (6, "refused", [1, 2])
    asked = armed("aisle", "open", "1/3", stdin=b"2, 1\n")
    assert (asked.code, asked.out) == (0, "Aisle 3 of block 1 is open.\n")
    assert asked.err.startswith("Aisle 3 of block 1 opens and aisles 1, 2 close; carriages that move: ")
    assert "Type all their numbers" in asked.err
    refused = armed("--json", "aisle", "close", "1/3", "--clear", "3", "--by", "Ann Lee")
    assert (refused.code, refused.json["error"]) == (6, "motion_refused")
    assert "one stays open" in refused.json["message"]
    assert events(armed) == before + 2 + 2 + 1 + 2 + 1


def test_a_block_closes_up(armed: Cli) -> None:
    assert told(armed, "close", "1/2", "--clear", "1") == "Block 1 is closed around aisle 2."
    assert open_aisles(armed) == []
    assert armed("ledger", "verify").code == 0


def test_a_carriage_is_locked_jogged_no_more_and_unlocked(armed: Cli) -> None:
    assert told(armed, "jog", "1/2", "--towards", "low", "--mm", "20", "--clear", "1").endswith("has moved 20 mm.")
    assert told(armed, "lock", "1/2", "--clear", "2") == "Carriage 2 of block 1 is locked now."
    (block,) = armed("--json", "aisle", "status").json["blocks"]
    assert block["locked"] == [2]
    assert {"open", "jog", "lock", "unlock"} <= set(block["can"])
    assert "locked carriages 2" in armed("aisle", "status").lines[0]
    refused = armed("--json", "aisle", "jog", "1/2", "--towards", "high", "--clear", "2", "--by", "Ann Lee")
    assert (refused.code, refused.json["carriage"]) == (6, 2)
    assert refused.json["message"] == "Carriage 2 of block 1 is locked."
    ran = armed("aisle", "unlock", "1/2", stdin=b"2\n")
    assert (ran.code, ran.out) == (0, "Carriage 2 of block 1 may move again.\n")
    assert "Nobody works at it?" in ran.err


@pytest.mark.parametrize("answer", [b"\n", b"yes\n", b"3\n", b"1\n", b"2 2\n", b"2;\n"])
def test_a_lock_needs_the_number_of_its_carriage(armed: Cli, answer: bytes) -> None:
    ran = armed("--json", "aisle", "lock", "1/2", stdin=answer)
    assert (ran.code, ran.json["outcome"]) == (6, "refused")


@pytest.mark.parametrize(
    "arguments",
    [
        ("jog", "1/2", "--clear", "1", "--by", "Ann Lee"),
        ("jog", "1/2", "--towards", "low", "--mm", "51"),
        ("jog", "1/2", "--towards", "left"),
        ("lock", "1/8"),
        ("lock", "1"),
        ("close", "1/9"),
        ("ventilate", "1/1", "--clear", "1"),
        ("ventilate", "1/1", "--clear", "one", "--by", "Ann Lee"),
        ("ventilate", "1/1", "--clear", "1,,2,", "--by", "Ann Lee"),
    ],
)
def test_what_is_asked_wrongly_moves_nothing(aisles: Cli, arguments: tuple[str, ...]) -> None:
    ran = aisles("--json", "aisle", *arguments)
    assert (ran.code, ran.json["error"]) == (2, "usage_error")


def test_an_open_aisle_is_not_opened_again(aisles: Cli) -> None:
    ran = aisles("--json", "aisle", "open", "1/1", "--clear", "2", "--by", "Ann Lee")
    assert (ran.code, ran.json["outcome"]) == (6, "refused")


def test_somebody_in_the_aisle_is_refused_by_the_shelving(armed: Cli, simulator: RunningSimulator) -> None:
    simulator.control("person_in", aisle=1)
    ran = armed("--json", "aisle", "open", "1/2", "--clear", "1", "--by", "Ann Lee")
    assert (ran.code, ran.json["outcome"]) == (6, "refused")
    assert open_aisles(armed) == [1]


def test_stop_tells_each_block(aisles: Cli) -> None:
    open_aisles(aisles)
    ran = aisles("--json", "aisle", "stop")
    assert (ran.code, ran.json["ok"]) == (0, True)
    (block,) = ran.json["blocks"]
    assert (block["block"], block["sent"], block["standstill"], block["path"]) == (1, True, True, "server")
    assert aisles("aisle", "stop", "1").lines == ["Block 1 stands still."]


def test_stop_needs_neither_server_nor_its_own_room(aisles: Cli) -> None:
    """Before any server ran, the stop goes to the line by itself."""
    ran = aisles("--json", "aisle", "stop")
    (block,) = ran.json["blocks"]
    assert (ran.code, block["standstill"], block["path"]) == (0, True, "direct")


def test_a_scanned_stop_goes_to_the_shelving(aisles: Cli) -> None:
    open_aisles(aisles)
    assert aisles("scan", stdin=b"STOP\n").lines == ["Stopped. All shelving stands still."]


@pytest.fixture
def opening(armed: Cli, simulator: RunningSimulator) -> Iterator[subprocess.Popen[str]]:
    """A process that is opening aisle 5, with its carriages on the way."""
    open_aisles(armed)
    simulator.control("speed", factor=2.0)
    process = subprocess.Popen(
        [sys.executable, "-m", "archroom", "--json", "aisle", "open", "1/5", "--clear", "1", "--by", "Ann Lee"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert simulator.wait_until(UNIT, lambda truth: bool(truth["moving"]), 20.0)
    yield process
    process.kill()
    process.communicate()


def test_ctrl_c_sends_stop_and_waits_for_the_outcome(
    opening: subprocess.Popen[str], aisles: Cli, simulator: RunningSimulator
) -> None:
    opening.send_signal(signal.SIGINT)
    out, err = opening.communicate(timeout=30)
    assert opening.returncode == 6
    assert '"outcome": "aborted"' in out
    assert "STOP is asked for" in err
    assert not simulator.truth(UNIT)["moving"]
    assert aisles("ledger", "verify").code == 0


def test_a_stop_from_another_process_ends_it(opening: subprocess.Popen[str], aisles: Cli) -> None:
    assert aisles("--json", "aisle", "stop").json["ok"] is True
    out, _ = opening.communicate(timeout=30)
    assert (opening.returncode, '"outcome": "aborted"' in out) == (6, True)
    (block,) = aisles("--json", "aisle", "status").json["blocks"]
    assert block["state"] == "idle"


@pytest.fixture
def foreground_server(aisles: Cli) -> Iterator[subprocess.Popen[str]]:
    """`shelving serve` as a process of its own, which ends with the test whatever comes."""
    command = [sys.executable, "-m", "archroom", "--json", "shelving", "serve"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        yield process
        process.kill()


def test_a_server_in_the_foreground_says_where_it_listens_and_ends_when_told(
    foreground_server: subprocess.Popen[str], aisles: Cli
) -> None:
    assert foreground_server.stdout is not None
    said = json.loads(foreground_server.stdout.readline())
    assert (said["blocks"], said["unknown"]) == ([1], [])
    assert open_aisles(aisles) == [1]
    second = aisles("--json", "shelving", "serve")
    assert (second.code, second.json["error"]) == (6, "port_unavailable")
    assert str(foreground_server.pid) in second.json["message"]
    foreground_server.terminate()
    assert foreground_server.communicate(timeout=30) == ("", "")
    assert foreground_server.returncode == 0


def test_stop_needs_no_books_where_another_user_started_the_server(aisles: Cli, tmp_path: Path) -> None:
    open_aisles(aisles)
    (config.load().config.state_folder / "shelving-spec.json").unlink()
    (tmp_path / "broken.db").write_text("no books")
    ran = aisles("--json", "--db", f"sqlite:///{tmp_path / 'broken.db'}", "aisle", "stop")
    (block,) = ran.json["blocks"]
    assert (ran.code, block["standstill"], block["path"]) == (0, True, "server")
