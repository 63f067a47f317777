"""`shelving commission` and `shelving record`: by a script at a simulator, and by a person who types."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli

from archroom import config
from archroom.cli.output import Output
from archroom.cli.typing_technician import TypingTechnician
from archroom.core.commissioning import Finding, Licence, Step, StepKind, Verdict
from archroom.core.commissioning_rules import judged_alarm, not_possible
from archroom.core.shelving import Action, Ticket, Wanted
from archroom.errors import say
from archroom.services.technician import Task
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"
STEP = Step(StepKind.JOG, 2)
ASKED = say("Which?")


@pytest.fixture
def fresh(room: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cli, str]]:
    """The command line of a room whose block nobody has commissioned, and the control channel of its simulator."""
    with RunningSimulator(ROOM_FILE, tcp="127.0.0.1:0", control="127.0.0.1:0", speed=20.0) as running:
        monkeypatch.setenv("ARCHROOM_SHELVING", running.endpoints["tcp"])
        yield room, running.endpoints["control"]
        with House(config.load().config) as opened:
            opened.dismiss_shelving()


def test_a_block_is_watched_then_commissioned_then_moved(fresh: tuple[Cli, str], tmp_path: Path) -> None:
    cli, control = fresh
    assert cli("shelving", "record", "1").code == 4
    (block,) = cli("--json", "aisle", "status").json["blocks"]
    assert (block["licence"], block["movable"], block["licence_until"]) == ("monitor", False, None)
    assert "archroom shelving commission 1" in block["why_not"]
    page = tmp_path / "block.pdf"
    names = ("--by", "Ann Miller", "--witness", "王小明")
    made = cli("--json", "shelving", "commission", "1", *names, "--simulator", control, "--pdf", str(page))
    assert (made.code, made.json["licence"], made.json["witness"]) == (0, "full", "王小明")
    assert {finding["verdict"] for finding in made.json["findings"]} == {"passed"}
    assert made.json["seq"] is not None
    assert page.read_bytes().startswith(b"%PDF")
    shown = cli("--json", "shelving", "record", "1").json
    assert {**shown, "seq": 0, "pdf": 0} == {**made.json, "seq": 0, "pdf": 0}
    assert cli("aisle", "open", "1/3", "--clear", "1", "--by", "Ann Miller", "--arm").code == 0
    assert any("valid until" in line for line in cli("aisle", "status").lines)


def test_a_script_commissions_no_steel(fresh: tuple[Cli, str]) -> None:
    cli, control = fresh
    with socket.create_connection(("127.0.0.1", int(control.rpartition(":")[2])), 5) as line:
        line.sendall(b'{"do": "configure", "unit": 1, "kind": 2}\n')
        assert b'"ok": true' in line.recv(1000)
    ran = cli("shelving", "commission", "1", "--by", "Ann Miller", "--witness", "Bo", "--simulator", control)
    assert (ran.code, "is no simulator" in ran.err) == (4, True)


def test_nobody_at_the_keyboard_signs_nothing(fresh: tuple[Cli, str]) -> None:
    cli, _ = fresh
    ran = cli("shelving", "commission", "1", "--by", "Ann Miller", "--witness", "Bo Chen")
    assert ran.code == 4
    assert "Not signed" in ran.err
    assert cli("shelving", "record", "1").code == 4


@pytest.mark.parametrize(
    "words", [("--witness", "ann miller"), ("--witness", " "), ("--witness", "Bo", "--simulator", "127.0.0.1:1")]
)
def test_two_people_and_a_simulator_that_is_there_are_needed(fresh: tuple[Cli, str], words: tuple[str, ...]) -> None:
    assert fresh[0]("shelving", "commission", "1", "--by", "Ann Miller", *words).code == 6


def technician(typed: str) -> TypingTechnician:
    output = Output(io.StringIO(), io.StringIO(), is_json=False)
    return TypingTechnician(io.BytesIO(typed.encode()), output, "Ann Miller", "王小明")


def test_answers_are_numbers_or_they_are_asked_again() -> None:
    assert technician("\nfour\n1234\n\u0664\n4\n").ask_number(STEP, ASKED) == 4
    assert technician("S\n").ask_number(STEP, ASKED) is None
    assert technician("").ask_number(STEP, ASKED) is None
    assert technician("0\n3\n2\n").ask_way(STEP, ASKED) is False
    assert technician("1\n").ask_way(STEP, ASKED) is True
    assert technician("s\n").ask_way(STEP, ASKED) is None
    assert technician("\n").do(STEP, Task.TRIP, ASKED)
    assert not technician("s\n").do(STEP, Task.TRIP, ASKED)


def test_the_steps_are_said_in_their_order_and_how_something_done_is_answered() -> None:
    said = io.StringIO()
    person = TypingTechnician(io.BytesIO(b"\n"), Output(io.StringIO(), said, is_json=False), "Ann Miller", "Bo Chen")
    person.expect([Step(StepKind.COUNT), STEP])
    assert person.do(STEP, Task.TRIP, say("Press it"))
    order, asked = said.getvalue().splitlines()
    assert order.endswith("Steps, in this order: Number of carriages; Jog carriage 2 by a hand's width")
    assert asked.endswith("Press it, then Enter:")


@pytest.mark.parametrize(("typed", "clear"), [("2\n", (2,)), ("2, 3\n", (2, 3)), ("y\n", None), ("\n", None), ("", None)])
def test_an_aisle_is_clear_by_its_number_only(typed: str, clear: tuple[int, ...] | None) -> None:
    ticket = Ticket("t1", 1, Wanted(Action.JOG, 2, 50), (2,), (2,), 1.0)
    assert technician(typed).confirm_clear(STEP, ticket) == clear


@pytest.mark.parametrize(
    ("narrows", "candidates", "asked"),
    [
        ((2,), (), "Is aisle 2 clear? Look into it, then type its number."),
        ((2, 5), (), "Are aisles 2, 5 clear? Look into each, then type all these numbers."),
        ((), (1, 2, 4), "Which aisles other than 3 stand open, even a little?"),
    ],
)
def test_the_question_asks_for_just_the_numbers_that_are_an_answer(
    narrows: tuple[int, ...], candidates: tuple[int, ...], asked: str
) -> None:
    stderr = io.StringIO()
    person = TypingTechnician(io.BytesIO(b"no\n"), Output(io.StringIO(), stderr, is_json=False), "Ann Miller", "王小明")
    ticket = Ticket("t1", 1, Wanted(Action.OPEN, 3), narrows, (), 1.0, candidates=candidates)
    assert person.confirm_clear(STEP, ticket) is None
    assert asked in stderr.getvalue()


def test_a_failed_step_may_be_repeated_and_a_passed_one_is_not() -> None:
    failed, passed = (Finding(STEP, verdict, say("seen")) for verdict in (Verdict.FAILED, Verdict.PASSED))
    assert technician("y\n").wants_again(failed)
    assert not technician("\n").wants_again(failed)
    assert not technician("y\n").wants_again(passed)


def test_a_device_that_nothing_was_told_of_may_be_tripped_again_but_not_one_that_is_never_told() -> None:
    edge, none = Step(StepKind.EDGE, 2), frozenset[str]()
    assert technician("y\n").wants_again(judged_alarm(edge, none, none, none))
    assert not technician("y\n").wants_again(not_possible(edge))


@pytest.mark.parametrize(
    ("typed", "is_signed"),
    [
        ("ann miller\n王小明\n", True),
        ("Ann Miller\nAnn Miller\n", False),
        ("\n\n", False),
        ("Ann Miller\n", False),
        ("", False),
    ],
)
def test_both_names_are_typed_to_sign(typed: str, is_signed: bool) -> None:
    assert technician(typed).signs([], Licence.FULL, say("seen")) is is_signed
