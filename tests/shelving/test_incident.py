"""A recorded motion becomes a scenario that ends in the simulator as it ended in the journal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from recorded import recorded

from archroom.core.rooms import MotionPolicy
from archroom.core.shelving import OutcomeKind
from archroom.errors import BadFile
from archroom.exchange import roomfile
from archroom.shelving.incident import CAUSES, PHRASES, WITH_PHRASE, find_incident, room_text, scenario_of
from archroom.shelving.journal import entries
from archroom.shelving.spec import FILE_NAME, read_spec
from hardware_sim import VirtualRoom, parse_room
from hardware_sim.judging import judge

ENDS = [
    ("at 5s desk stops", "second master stops", "stop"),
    ("at 5s desk falls silent", "second master stops", "stop"),
    ("at 5s desk goes away", "second master stops", "stop"),
    ("at 5s e-stop press", "e-stop press", "fault"),
    ("at 5s edge carriage 2 on", "edge carriage 1 on", "fault"),
    ("at 5s beam aisle 0 on", "beam aisle 0 on", "fault"),
    ("at 5s jam carriage 3 on", "jam carriage 1 on", "fault"),
    ("at 5s person bo enters aisle 0", "person somebody enters aisle 0", "occupied"),
    ("at 5s mode local", "mode local", "not_enabled"),
    ("at 5s enable off", "enable off", "not_enabled"),
    ("at 5s silent on", "second master falls silent", "watchdog"),
]


@pytest.mark.parametrize(("end", "act", "reason"), ENDS)
def test_it_ends_in_the_simulator_as_it_ended_in_the_journal(end: str, act: str, reason: str, tmp_path: Path) -> None:
    file = recorded(f"room small\nat 2s desk opens aisle 3\n{end}", tmp_path)
    incident = find_incident(entries(file), None)
    assert incident.outcome in (OutcomeKind.ABORTED, OutcomeKind.UNKNOWN)
    text = scenario_of(incident)
    assert f"block 1 {act}\n" in text
    room = VirtualRoom.of_room(parse_room(room_text(read_spec(tmp_path / FILE_NAME).blocks)), speed=4.0)
    *changes, verdict = judge(room, text)
    assert verdict == {"broken": [], "refused": []}
    assert changes[-1]["end"] == reason
    assert changes[-1]["state"] in ("idle", "faulted")


@pytest.mark.parametrize("policy", MotionPolicy)
def test_a_room_for_the_simulator_keeps_how_carriages_start(policy: MotionPolicy) -> None:
    block = replace(roomfile.sample_room("small").blocks[0], motion=policy)
    text = room_text([block]) + '[[place]]\ncode = "STG"\nkind = "staging"\ntitle = "Trolley"\n'
    parse_room(text)
    assert [read.motion for read in roomfile.parse_room(text.encode()).blocks] == [policy]
    assert ("motion" in text) is (policy is not MotionPolicy.STAGGERED)


def test_the_last_motion_that_was_not_done_is_chosen_and_stands_where_it_stood(tmp_path: Path) -> None:
    file = recorded(
        "room small\nat 2s desk opens aisle 3\nat 5s desk stops\nat 8s desk jogs carriage 4 by -20mm\n"
        "at 14s desk jogs carriage 4 by -20mm",
        tmp_path,
    )
    first, *_, last = (entry for entry in entries(file) if entry["kind"] == "intent")
    incident = find_incident(entries(file), None)
    assert incident.motion == first["motion"]
    assert "stand at 800,1375,1950,2525,3100mm" in scenario_of(incident)
    done = find_incident(entries(file), str(last["motion"]))
    assert done.outcome is OutcomeKind.DONE
    text = scenario_of(done)
    assert "second master jogs carriage 4 by -20mm" in text
    assert "# recorded: done after" in text
    room = VirtualRoom.of_room(parse_room(room_text(read_spec(tmp_path / FILE_NAME).blocks)), speed=4.0)
    *changes, verdict = judge(room, text)
    assert (changes[-1]["end"], verdict) == ("arrived", {"broken": [], "refused": []})


def test_a_server_that_was_cut_off_is_told_as_a_remark(tmp_path: Path) -> None:
    file = recorded("room small\nat 2s desk opens aisle 3\nat 5s server dies for 500ms", tmp_path)
    text = scenario_of(find_incident(entries(file), None))
    assert "# the server was cut off, nobody knows when: at 4s block 1 second master falls silent\n" in text
    assert "# recorded: unknown after" in text


def test_what_is_no_journal_or_names_no_motion_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no motion"):
        find_incident([], None)
    file = recorded("room small\nat 2s desk opens aisle 3", tmp_path)
    with pytest.raises(BadFile, match="no motion t9 of"):
        find_incident(entries(file), "t9")
    intent = next(entry for entry in entries(file) if entry["kind"] == "intent")
    with pytest.raises(BadFile, match="has no time"):
        find_incident([{**intent, "at": "yesterday"}], None)
    with pytest.raises(BadFile, match="no motion of"):
        find_incident([{**intent, "operate": 3}], None)


def test_each_sentence_of_an_end_is_one_that_is_said() -> None:
    said = (Path(__file__).parents[2] / "archroom/locale/zh_CN/LC_MESSAGES/archroom.po").read_text().replace('"\n"', "")
    for sentence in (*WITH_PHRASE, *(sentence for sentence, _ in (*CAUSES, *PHRASES))):
        assert f'msgid "{sentence}"' in said, sentence
