"""Scenarios: each sentence is the act of a control verb, at its time; what is not modelled is refused with its line."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from shelving_master import SCAN_S, Master, track

from hardware_sim import ControlError, VirtualBlock, VirtualRoom, commands, registers
from hardware_sim.modbus import Request
from hardware_sim.phrases import ACTS, CONDITIONS, Phrase, request_of
from hardware_sim.scenario import parse_scenario

SAMPLES = {
    **{"aisle": "3", "carriage": "4", "name": "ana", "offset_mm": "-12mm", "by_mm": "120mm", "function": "6"},
    **{"count": "3", "code": "6", "ms": "500ms", "hex": "00ff", "as_unit": "9", "bytes": "5", "factor": "4"},
    **{"kind": "2", "magic": "5", "map_version": "2", "block": "7", "serial": "REALIRON", "watchdog_ms": "3s"},
    **{"watchdog_mode": "3", "warning_ms": "2s", "positions": "25,600,1175,1750,2325,2900mm"},
}


def said(form: list[str]) -> str:
    """A sentence with values in it."""
    return " ".join(SAMPLES[word[1:-1]] if word.startswith("<") else word.split("|")[0] for word in form)


def played(text: str, seconds: float = 0.0, layouts: int = 1) -> VirtualRoom:
    """A room that has lived through a scenario."""
    room = VirtualRoom([track(number=number) for number in range(1, layouts + 1)])
    room.control("scenario", text=text)
    room.advance(seconds)
    return room


def report(room: VirtualRoom) -> object:
    """What the control channel says of the scenario."""
    return room.control("state")["scenario"]


# -- the sentences


@pytest.mark.parametrize("phrase", ACTS, ids=lambda phrase: phrase.sentence)
def test_each_sentence_is_a_request_that_the_control_channel_takes(phrase: Phrase) -> None:
    block = VirtualBlock(track())
    for form in phrase.forms:
        request = request_of(said(form).split(), ACTS)
        assert request["do"] == phrase.verb
        assert phrase.fields.items() <= request.items()
        commands.prepare(block, request)


def test_each_verb_that_does_something_has_a_sentence() -> None:
    listed = str(pytest.raises(ControlError, VirtualBlock(track()).control, "?").value).partition("there is ")[2]
    assert set(listed.split(", ")) - {phrase.verb for phrase in ACTS} == {"state", "scenario"}


def test_the_docs_list_every_sentence() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text().partition("## Scenarios")[2]
    words = set(re.findall(r"[a-z-]+", page))
    for phrase in (*ACTS, *CONDITIONS):
        said_words = re.findall(r"[a-z-]+", re.sub(r"<\w+>", " ", phrase.sentence))
        assert set(said_words) - {"reply", "request", "requests", "byte"} <= words, phrase.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("beam aisle 3 on\nfire alarm", "line 2: 'fire' is not modelled; expected"),
        ("# a remark\n\nbeam aisle 3 up", "line 3: 'up' after 'beam aisle 3'; expected 'chatters' or 'off' or 'on'"),
        ("beam aisle three on", "'three' after 'beam aisle'; expected a whole number"),
        ("beam aisle 3", "the end of the line after 'beam aisle 3'; expected 'chatters' or 'off' or 'on'"),
        ("beam aisle 3 on now", "'now' after 'beam aisle 3 on'; expected the end of the line"),
        ("beam aisle 7 on", "line 1: aisle must be a whole number from 0 to 6"),
        ("edge carriage 0 on", "line 1: carriage must be a whole number from 1 to 6"),
        ("at soon power off", "'soon' is no time like 500ms"),
        ("at 3s", "'at' takes a time and an act"),
        ("at -3s power off", "'-3s' is no time"),
        ("when carriage 4 moving edge carriage 4 on", "a condition ends with ':'"),
        ("when carriage 4 moving:", "a condition ends with ':'"),
        ("when carriage 9 moving: power off", "line 1: carriage must be a whole number from 1 to 6"),
        ("when aisle 9 open: power off", "line 1: aisle must be a whole number from 0 to 6"),
        ("when hungry: power off", "'hungry' is not modelled; expected 'aisle' or 'carriage' or 'state'"),
        ("when state idle time 0: power off", "'0' is not how many times"),
        ("block 2 power off", "line 1: there is no unit 2"),
        ("when block 2 state idle: power off", "line 1: there is no unit 2"),
        ("block two power off", "'block' takes the number of a block"),
        ("block 1 speed 4", "line 1: unknown field 'unit'"),
        ("speed 0", "line 1: the speed factor lies above 0"),
        ("link late 90s", "line 1: ms must be a whole number from 1 to 60000"),
        ("link melt", "'melt' after 'link'; expected 'clear' or"),
        ("mode turbo", "'turbo' after 'mode'; expected 'automatic' or 'hand' or 'local' or 'maintenance'"),
        ("person 4 enters aisle 3", "'4' after 'person'; expected a name"),
        ("crank carriage 4 by 12", "'12' after 'crank carriage 4 by'; expected a length"),
        ("crank carriage 4 by 0mm", "line 1: by_mm must not be 0"),
        ("configure watchdog mode 9", "line 1: watchdog_mode must be a whole number from 0 to 3"),
    ],
)
def test_what_is_no_sentence_or_not_modelled_is_refused_and_nothing_is_played(text: str, sentence: str) -> None:
    block = VirtualBlock(track())
    with pytest.raises(ControlError, match=re.escape(sentence)):
        block.control("scenario", text=text)
    assert report(block) is None
    assert block.truth()["beams"] == []


def test_with_several_blocks_one_is_named() -> None:
    with pytest.raises(ControlError, match="line 1: unit is missing"):
        played("power off", layouts=2)
    with pytest.raises(ControlError, match="line 1: there are blocks 1, 2; say which"):
        played("when state idle: block 2 power off", layouts=2)
    room = played("at 1s block 2 power off\nwhen block 2 state idle: e-stop press", 1.0, layouts=2)
    assert [station.is_powered for station in room.stations.values()] == [True, False]
    assert [station.block.emergency_stop_pressed for station in room.stations.values()] == [False, True]


# -- when


def test_acts_happen_at_their_times_in_their_order() -> None:
    room = played("at 100ms beam aisle 3 off\nat 0.1s beam aisle 3 on\nbeam aisle 2 on\nat 2min power off")
    block = room.stations[1].block
    assert block.beams_broken == {2}
    room.advance(0.099)
    assert block.beams_broken == {2}
    room.advance(0.001)
    assert block.beams_broken == {2, 3}
    assert report(room) == {"done": 3, "waiting": 1, "refused": []}


def test_an_act_falls_between_the_scans_that_it_falls_between() -> None:
    block = VirtualBlock(track())
    block.control("scenario", text="at 70ms e-stop press\nat 90ms e-stop release")
    block.advance(10.0)
    assert block.truth()["faults"] == ["emergency_stop"], "one scan saw it, though time went by in one piece"


def test_a_condition_fires_when_it_comes_to_hold_and_once() -> None:
    master = Master()
    master.block.control(
        "scenario",
        text="when carriage 2 moving: edge carriage 2 on\n300ms after carriage 2 moving: edge carriage 2 off\n"
        "when state faulted: mode local",
    )
    master.start(3, 0)
    master.live(1.2)
    assert master.status()["STATE"] == registers.State.MOVING, "carriage 1 goes first"
    master.live(0.36)
    assert master.block.truth()["edges"] == [2]
    master.live(1.0)
    truth = master.block.truth()
    assert (truth["edges"], truth["faults"], truth["mode"]) == ([], ["edge"], "local")
    assert report(master.block) == {"done": 3, "waiting": 0, "refused": []}


def test_a_condition_may_wait_for_its_third_time() -> None:
    lines = [f"at {at}ms e-stop {act}\nat {at + 20}ms reset" for at, act in ((100, "press"), (200, "release"))]
    lines += ["at 300ms e-stop press", "at 400ms e-stop release", "at 420ms reset", "at 500ms e-stop press"]
    room = played("\n".join([*lines, "when state faulted time 3: power off"]), 0.48)
    assert room.stations[1].is_powered
    room.advance(0.02)
    assert not room.stations[1].is_powered


def test_what_cannot_be_done_when_its_time_comes_is_told_and_the_rest_goes_on() -> None:
    room = played("at 1s person ana enters aisle 3\ncrank carriage 2 by 50mm\nat 2s person bo enters aisle 0", 2.0)
    assert report(room) == {
        "done": 1,
        "waiting": 0,
        "refused": [
            "line 2 (crank carriage 2 by 50mm): the crank can be turned in mode hand_crank only",
            "line 1 (at 1s person ana enters aisle 3): aisle 3 is 25 mm wide; a person needs 300",
        ],
    }


def test_the_whole_is_the_same_whatever_pieces_time_comes_in() -> None:
    text = "second master opens aisle 3\n2s after carriage 2 moving: e-stop press\nat 9s e-stop release\nat 10s reset"
    whole, pieces = played(text), played(text)
    whole.advance(12.0)
    for _ in range(1200):
        pieces.advance(0.01)
    assert whole.control("state", unit=1) | {"now_s": 0} == pieces.control("state", unit=1) | {"now_s": 0}
    assert whole.stations[1].block.gap(3) > 30


def test_a_new_scenario_takes_the_place_of_the_one_before() -> None:
    room = played("at 1s power off")
    room.control("scenario", text="at 2s e-stop press")
    room.advance(3.0)
    assert room.stations[1].is_powered
    assert room.stations[1].block.emergency_stop_pressed


# -- what was added to the model for it


def test_contacts_chatter() -> None:
    room = played("beam aisle 3 chatters\nedge carriage 2 chatters\nat 1s edge carriage 2 off")
    seen = []
    for _ in range(12):
        room.advance(SCAN_S)
        seen.append(room.stations[1].block.beam_mask())
    assert seen == [8, 8, 0, 0, 0, 8, 8, 8, 0, 0, 0, 8]
    assert room.control("state")["units"]["1"]["faults"] == ["edge"]  # type: ignore[index]
    room.advance(1.0)
    assert not room.stations[1].block.is_edge_pressed()


@pytest.mark.parametrize(
    ("fault", "seen"), [("well", {1}), ("stuck clear", {0}), ("stuck occupied", {9}), ("chatters", {0, 1, 9})]
)
def test_a_detector_tells_what_is_not_so(fault: str, seen: set[int]) -> None:
    aisle = 3 if fault == "stuck occupied" else 0
    room = played(f"person ana enters aisle 0\ndetector aisle {aisle} {fault}")
    found = set()
    for scan in range(12):
        if fault == "chatters" and scan == 6:
            room.control("scenario", text="detector aisle 3 chatters")
        room.advance(SCAN_S)
        found.add(room.stations[1].block.occupied_mask())
    assert found == seen


def test_an_encoder_freezes_and_thaws() -> None:
    master = Master()
    master.block.control("scenario", text="when carriage 1 moving: encoder carriage 1 frozen\nat 5s encoder carriage 1 well")
    master.start(1, 0)
    master.live(3.0)
    assert master.status()["POS_1"] == 800
    master.live(2.0)
    assert master.status()["POS_1"] < 750


def test_a_hand_turns_a_crank() -> None:
    room = played("mode hand crank\ncrank carriage 1 by -120mm", 1.0)
    block = room.stations[1].block
    assert 779 < block.carriages[0].position < 781
    room.advance(9.0)
    assert (round(block.carriages[0].position), block.cranked, block.is_still) == (680, None, True)
    room.control("scenario", text="crank carriage 1 by -50mm\nat 1s mode automatic")
    room.advance(2.0)
    assert 659 < block.carriages[0].position < 661, "out of its mode it turns nothing"


def test_whoever_turns_the_crank_squeezes_nobody() -> None:
    room = played("mode hand crank\nperson ana enters aisle 0\ncrank carriage 1 by -700mm", 60.0)
    assert round(room.stations[1].block.gap(0)) == 301
    room = played("mode hand crank\ncrank carriage 1 by -700mm\nat 5s person ana enters aisle 0", 60.0)
    assert 698 < room.stations[1].block.gap(0) < 700, "whoever turns it lets go"
    assert room.stations[1].block.hits == 0


@pytest.mark.parametrize("act", ["crank carriage 2 by 40mm", "jam carriage 1 on\ncrank carriage 1 by -40mm"])
def test_a_crank_that_cannot_turn_is_told(act: str) -> None:
    room = played(f"mode hand crank\n{act}")
    assert "carriage" in str(report(room)).partition("refused")[2]
    assert room.stations[1].block.is_still


def test_a_second_master_opens_an_aisle_by_the_book() -> None:
    room = played("second master opens aisle 3", 30.0)
    assert round(room.stations[1].block.gap(3)) == 800
    assert not room.rivals[1].is_alive
    room.control(
        "scenario", text="second master opens aisle 3\nat 1s second master opens aisle 0\nat 5s second master stops"
    )
    room.advance(6.0)
    assert room.control("state")["units"]["1"]["state"] == "idle"  # type: ignore[index]
    assert 30 < room.stations[1].block.gap(0) < 200


def test_a_second_master_that_falls_silent_is_stopped_by_the_watchdog() -> None:
    room = played("second master opens aisle 3\nat 4s second master falls silent", 5.3)
    assert room.stations[1].block.is_still
    room = played("drive keeps running\nsecond master opens aisle 3\nat 4s second master falls silent", 30.0)
    assert round(room.stations[1].block.gap(3)) == 800, "this drive runs on"


def test_a_drive_that_runs_on_after_a_stop_has_its_own_sentence() -> None:
    room = played("drive keeps running on stop\nsecond master opens aisle 3\nat 4s second master stops", 6.0)
    assert not room.stations[1].block.is_still
    room.control("scenario", text="drive obeys\nsecond master stops")
    room.advance(0.5)
    assert not room.stations[1].block.is_still, "a stop that is under way is not begun anew"


def test_a_carriage_that_is_blocked_while_it_brakes_has_come_to_rest() -> None:
    room = played("second master opens aisle 3\nat 4s second master stops\nat 4.04s jam carriage 1 on", 5.0)
    block = room.stations[1].block
    assert block.is_still
    at_mm = block.carriages[0].position
    room.control("scenario", text="jam carriage 1 off")
    room.advance(5.0)
    assert block.carriages[0].position == at_mm


def test_link_faults_of_a_block_strike_that_block_only() -> None:
    room = played("block 2 link drop for 2 replies", layouts=2)
    status = bytes((3, 1, 0, 0, 27))
    assert room.bus.exchange(Request(1, status))
    assert [bool(room.bus.exchange(Request(2, status))) for _ in range(3)] == [False, False, True]


def test_parsing_keeps_what_was_said() -> None:
    (line,) = parse_scenario("  AT 1.5s  Beam aisle 3 ON  # the cable drum\n")
    assert (line.number, line.text, line.after_ms) == (1, "AT 1.5s  Beam aisle 3 ON", 1500)
    assert line.request == {"do": "beam", "broken": True, "aisle": 3}


# -- as a program


def test_the_program_plays_a_file(start: Callable[..., tuple[object, dict[str, str]]], tmp_path: Path) -> None:
    file = tmp_path / "incident.txt"
    file.write_text("block 1 beam aisle 2 on\nat 60min block 1 power off\nblock 4 e-stop press\n")
    _, line = start("--control", "127.0.0.1:0", "--rtu-tcp", "127.0.0.1:0", "--scenario", str(file))
    host, _, port = line["control"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5.0) as connection, connection.makefile("rwb") as stream:
        stream.write(b'{"do": "state"}\n')
        stream.flush()
        state = json.loads(stream.readline())
    assert state["units"]["1"]["beams"] == [2]
    assert state["units"]["4"]["emergency_stop"] is True
    assert state["scenario"]["refused"] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("block 1 fire", "incident.txt: line 1: 'fire' is not modelled"), (None, "No such file")],
)
def test_the_program_refuses_a_file_with_line_and_reason(
    room_file: Path, tmp_path: Path, text: str | None, sentence: str
) -> None:
    file = tmp_path / "incident.txt"
    if text is not None:
        file.write_text(text)
    ended = subprocess.run(
        [sys.executable, "-m", "hardware_sim", str(room_file), "--scenario", str(file)],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
