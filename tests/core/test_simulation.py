"""The simulator's words: what its truth says, what a typed line asks, what can be typed."""

from __future__ import annotations

import pytest

from archroom.core.simulation import GRAMMAR, Json, SimulatedPerson, phrases_for, question_of, room_in, told_by
from archroom.errors import UsageError


def test_the_truth_is_read_from_what_the_simulator_says() -> None:
    people: list[Json] = [{"name": "ana", "aisle": 3, "detected": False, "hit": True}]
    truth: dict[str, Json] = {
        "powered": False,
        "silent": True,
        "emergency_stop": True,
        "beams": [2],
        "people": people,
        "hits": 1,
    }
    state: dict[str, Json] = {
        "ok": True,
        "speed": 4.0,
        "link_faults": [{"fault": "drop", "count": 5}, {"fault": "late", "count": 2}],
        "scenario": {"done": 0, "waiting": 0, "refused": ["line 1 (x): y"]},
        "units": {"2": truth},
    }
    room = room_in(state)
    assert (room.speed, room.line_faults, room.refused) == (4.0, 7, ("line 1 (x): y",))
    block = room.blocks[2]
    assert block.people == (SimulatedPerson("ana", 3, is_seen=False, is_hit=True),)
    assert (block.is_powered, block.is_silent, block.is_stop_pressed) == (False, True, True)
    assert (block.broken_beams, block.hits) == (frozenset({2}), 1)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"units": None, "scenario": None},
        {"units": {"x": 1, "1": None}},
        {"units": {"1": {"people": "no", "beams": 3}}, "link_faults": 7},
    ],
)
def test_what_the_simulator_leaves_out_is_nowhere_wrong(state: dict[str, Json]) -> None:
    room = room_in(state)
    assert (room.refused, room.line_faults) == ((), 0)
    assert all(block.people == () and block.is_powered for block in room.blocks.values())


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("speed factor=4", {"do": "speed", "factor": 4}),
        ("beam aisle=2 broken=true", {"do": "beam", "aisle": 2, "broken": True}),
        ("person_in aisle=1 name=王", {"do": "person_in", "aisle": 1, "name": "王"}),
        ("reset", {"do": "reset"}),
        ("e-stop press", {"do": "scenario", "text": "e-stop press"}),
        ("at 5s power off", {"do": "scenario", "text": "at 5s power off"}),
        ("person a=b enters aisle 3", {"do": "scenario", "text": "person a=b enters aisle 3"}),
    ],
)
def test_a_line_is_a_verb_with_fields_or_a_sentence(line: str, question: dict[str, Json]) -> None:
    assert question_of(line) == question


@pytest.mark.parametrize("line", ["", "  ", "speed =4", "speed Factor=4"])
def test_a_line_that_says_nothing_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        question_of(line)


def test_what_an_answer_says_besides_that_it_was_done() -> None:
    assert told_by({"ok": True, "latched": []}) == []
    assert told_by({"ok": True, "latched": ["edge"], "boot_id": 7}) == ['latched ["edge"]', "boot_id 7"]


def test_phrases_begin_as_somebody_has_begun() -> None:
    assert phrases_for("Per") == [phrase for phrase in GRAMMAR if phrase.startswith("per")]
    assert phrases_for("person ana ent") == [phrase for phrase in GRAMMAR if phrase.startswith("person ")] + [
        phrase for phrase in GRAMMAR if phrase.startswith("person_in")
    ]
    assert phrases_for("zeppelin") == []
