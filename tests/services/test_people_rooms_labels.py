"""People, rooms and the facts on labels."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_house import CARRIAGE_3, OPERATOR, SmallHouse

from archroom.core.acts import ActKind
from archroom.core.codes import Command
from archroom.core.labels import LabelContent
from archroom.errors import BadCode, Refused, UsageError
from archroom.exchange.roomfile import sample_room
from archroom.services.labelling import Labelling
from archroom.services.people import People
from archroom.services.rooms import Rooms


def test_a_person_is_registered_with_a_clean_name(house: SmallHouse) -> None:
    people = People(house.archive)
    person = people.add(OPERATOR, " 王  \x1b[31m小明 ")
    assert person.name == "王 \ufffd[31m小明"
    assert people.find("小明") == [(person, 0)]
    event = house.archive.books.events[-1]
    assert (event.act.kind, event.performer) == (ActKind.PERSON_ADDED, OPERATOR)


@pytest.mark.parametrize("name", ["", "  \t", "x" * 501])
def test_a_person_needs_a_name_of_a_sane_length(house: SmallHouse, name: str) -> None:
    before = len(house.archive.books.events)
    with pytest.raises(UsageError):
        People(house.archive).add(OPERATOR, name)
    assert len(house.archive.books.events) == before


def test_what_a_person_has(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    people = People(house.archive)
    assert [thing.title for thing, _ in people.loans_of(house.ann.id)] == ["Box 1, Smith papers"]
    assert people.loans_of(house.bob.id) == []


def test_a_room_is_built_once(house: SmallHouse) -> None:
    rooms = Rooms(house.archive)
    whole = sample_room("large")
    plan = replace(whole, blocks=whole.blocks[1:])
    counts = rooms.build(OPERATOR, plan)
    assert counts["blocks"] == 5
    assert counts["places"] == sum(1 for _ in plan.shelves()) + len(plan.places)
    assert rooms.room_codes() == ["R1", "M1"]
    assert rooms.counts()["rooms"] == 2
    assert {block.number for block in rooms.blocks()} == {1, 2, 3, 4, 5, 6}
    with pytest.raises(Refused):
        rooms.build(OPERATOR, plan)


def test_a_block_number_leads_to_one_block_of_the_house(house: SmallHouse) -> None:
    with pytest.raises(Refused):
        Rooms(house.archive).build(OPERATOR, sample_room("large"))


def test_labels_of_everything_that_has_a_code(house: SmallHouse) -> None:
    house.archive.books.collections |= {house.box.id: "Smith papers", house.letter.id: "Smith papers"}
    texts = ["MS 1", house.letter.code, CARRIAGE_3, "Ann", "undo"]
    assert Labelling(house.archive).contents(texts) == [
        LabelContent(house.box.code, "MS 1", "Box 1, Smith papers", ""),
        LabelContent(house.letter.code, "MS 1/7", "Letter to Jones", "Smith papers"),
        LabelContent(house.shelf.code, CARRIAGE_3, "", "R1"),
        LabelContent(house.ann.code, "", "Ann", ""),
        LabelContent("UNDO"),
    ]


@pytest.mark.parametrize("command", Command)
def test_each_command_has_a_card(house: SmallHouse, command: Command) -> None:
    assert Labelling(house.archive).contents([command.value]) == [LabelContent(command.value)]


def test_one_wrong_text_makes_no_label(house: SmallHouse) -> None:
    with pytest.raises(BadCode):
        Labelling(house.archive).contents([house.box.code, "nothing"])
