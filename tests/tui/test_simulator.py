"""The console of a simulator in the app: what is chosen or typed happens there, and what it says to it is told."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from paper_simulator import PaperSimulator
from tui_house import TuiHouse, tui_house
from tui_stage import Stage, on_stage

from archroom.errors import PortUnavailable, Refused, say
from archroom.tui.actions import BY_NAME
from archroom.tui.bench.simulator import PhraseBox
from archroom.tui.situation import Where

WIDE = (160, 50)


@pytest.fixture
def simulator() -> PaperSimulator:
    """A simulator that knows the first block."""
    return PaperSimulator()


@pytest.fixture
def house(tmp_path: Path, simulator: PaperSimulator) -> TuiHouse:
    """A house whose app knows that simulator."""
    house = tui_house(tmp_path)
    house.simulator = simulator
    return house


async def at_console(stage: Stage) -> None:
    """Go to the console and wait until the simulator has answered."""
    await stage.press("ctrl+g")
    await stage.until_shown("Nobody is in an aisle.")
    await stage.until_shown("Ana walks into aisle 1")


async def typed(stage: Stage, line: str) -> None:
    """Type a line and press Enter."""
    await stage.type(line)
    await stage.press("enter")


async def test_the_block_stands_beside_what_can_be_done(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_console(stage)
        assert stage.app.where is Where.SIMULATOR
        assert "OPEN" in stage.shown()
        assert "Simulated steel, speed 1." in stage.said()
        assert "Press the emergency stop" in stage.shown()


async def test_somebody_walks_into_the_chosen_aisle_and_out_again(house: TuiHouse, simulator: PaperSimulator) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        await stage.press("right", "right", "enter")
        await stage.until_shown("Ana in 1/3")
        assert simulator.log == [{"do": "person_in", "unit": 1, "aisle": 3, "name": "Ana"}]
        line = next(line for line in stage.shown().splitlines() if "Ana walks into aisle 3: Done." in line)
        assert line.split()[0] == f"{house.clock.now():%H:%M:%S}"
        await stage.until_shown("Bo walks into aisle 3")
        await stage.press("down", "enter")
        await stage.until_shown("Nobody is in an aisle.")
        assert simulator.log[1:] == [{"do": "person_out", "unit": 1, "name": "Ana"}]


async def test_the_cursor_stays_at_its_act_when_others_come(house: TuiHouse, simulator: PaperSimulator) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        await stage.press("down")
        simulator.people = [{"name": "Chen", "aisle": 1, "detected": True, "hit": False}]
        await stage.until_shown("Chen walks out of aisle 1")
        await stage.press("enter")
        await stage.until_shown("Release the emergency stop")
        assert simulator.log == [{"do": "emergency_stop", "unit": 1, "pressed": True}]


async def test_a_sentence_and_a_verb_are_typed(house: TuiHouse, simulator: PaperSimulator) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        await typed(stage, "person ana enters aisle 3")
        await stage.until_shown("person ana enters aisle 3: It is played.")
        await typed(stage, "link fault=drop count=5")
        await stage.until_shown("link fault=drop count=5: Done.")
        await typed(stage, "reset")
        await stage.until_shown('reset: latched ["edge"]')
        assert simulator.log == [
            {"do": "scenario", "text": "person ana enters aisle 3"},
            {"do": "link", "fault": "drop", "count": 5},
            {"do": "reset"},
        ]
        assert stage.app.screen.query_one(PhraseBox).value == ""


async def test_what_can_be_typed_is_told_while_somebody_types(house: TuiHouse) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        await stage.type("per")
        assert "person NAME enters aisle N [unseen]" in stage.shown()
        assert "beam aisle N" not in stage.shown()
        assert "Ana walks into aisle 1" not in stage.shown()
        await stage.type("x")
        assert "Nothing that can be typed begins so." in stage.shown()
        await stage.press("left", "right", "ctrl+u")
        assert "Ana walks into aisle 1" in stage.shown()


async def test_what_is_refused_is_told_and_what_cannot_be_done_later_too(house: TuiHouse, simulator: PaperSimulator) -> None:
    simulator.refused = ["line 1 (of earlier): no"]
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        simulator.refusal = Refused(say("The simulator refuses: {why}", why="'fire' is not modelled"))
        await typed(stage, "fire at=3")
        await stage.until_shown("fire at=3: The simulator refuses: 'fire' is not modelled")
        simulator.refusal = None
        simulator.refused = []
        await typed(stage, "at 1s person bo enters aisle 2")
        simulator.refused = ["line 1 (person bo enters aisle 2): too narrow"]
        await stage.until_shown("The simulator could not do it: line 1 (person bo enters aisle 2): too narrow")
        await typed(stage, "reset")
        await stage.until_shown("reset: latched")
        assert stage.shown().count("too narrow") == 1
        assert "of earlier" not in stage.shown()


async def test_a_field_that_is_none_is_told_before_anything_is_asked(house: TuiHouse, simulator: PaperSimulator) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        await typed(stage, "speed 4FACTOR=4")
        await stage.until_shown("4FACTOR=4 is no field; write NAME=VALUE.")
        assert simulator.log == []


async def test_nothing_is_told_twice_while_an_answer_is_awaited(house: TuiHouse, simulator: PaperSimulator) -> None:
    simulator.may_answer = Event()
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        stage.key("enter", 0.5)
        stage.key("enter", 0.5)
        await stage.until(lambda: "The simulator has not answered the last act yet." in stage.toasts())
        simulator.may_answer.set()
        await stage.until_shown("Ana walks into aisle 1: Done.")
        assert len(simulator.log) == 1


async def test_a_simulator_that_has_gone_is_said_and_comes_back(house: TuiHouse, simulator: PaperSimulator) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        simulator.trouble = PortUnavailable(say("No simulator answers at {place}.", place="127.0.0.1:1"))
        await stage.until_shown("No simulator answers at 127.0.0.1:1.")
        await stage.press("enter")
        assert simulator.log == []
        simulator.trouble = None
        simulator.hits = 2
        await stage.until_shown("Somebody was touched by steel: 2 times.")


async def test_acts_and_aisles_are_clicked(house: TuiHouse, simulator: PaperSimulator) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        rows = stage.shown().splitlines()
        at = next(index for index, line in enumerate(rows) if "Press the emergency stop" in line)
        await stage.pilot.click(offset=(10, at))
        await stage.until_shown("Release the emergency stop")
        numbers = next(index for index, line in enumerate(rows) if "[1]" in line)
        await stage.pilot.click(offset=(rows[numbers].index("4"), numbers))
        await stage.until_shown("Ana walks into aisle 4")


async def test_an_aisle_opens_beside_the_acts(house: TuiHouse, simulator: PaperSimulator) -> None:
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        await stage.press("right", "right")
        stage.key("f6", 0.5)
        await stage.until(lambda: stage.app.where is Where.CONFIRM)
        stage.key("1", 0.5)
        stage.key("f9", 0.5)
        await stage.until(lambda: "OpeningEnded" in stage.names())
        assert stage.app.where is Where.SIMULATOR
        assert house.shelving.log[-1] == "go 1/3 clear (1,)"


async def test_the_block_is_armed_from_here_and_what_is_done_elsewhere_says_so(house: TuiHouse) -> None:
    house.shelving.people.gates[1].disarm(say("Block {block} was stopped.", block=1))
    async with on_stage(house, WIDE) as stage:
        await at_console(stage)
        await stage.until_shown("NOT ARMED")
        await stage.press("f7")
        assert stage.app.where is Where.ARM
        stage.key("f9", 0.5)
        await stage.until(lambda: house.shelving.log[-1:] == ["arm 1 by Olga Berg"])
        await stage.until(lambda: stage.app.where is Where.SIMULATOR)
        await stage.press("f10")
        assert "This is not done on this screen; F1 tells what is." in stage.toasts()


async def test_answers_scroll_and_every_size_holds_the_screen(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_console(stage)
        for count in range(1, 7):
            await typed(stage, f"link fault=drop count={count}")
        await stage.until_shown("count=6: Done.")
        assert "count=1: Done." not in stage.shown()
        await stage.press(*["pageup"] * 8)
        assert "count=1: Done." in stage.shown()
        for width, height in [(1, 1), (20, 5), (40, 10), (80, 16), (300, 90)]:
            await stage.pilot.resize_terminal(width, height)
            await stage.settle()
            if height >= 5:
                assert "F8" in stage.shown().split("\n")[-1]


async def test_without_a_simulator_there_is_no_console(tmp_path: Path) -> None:
    async with on_stage(tui_house(tmp_path)) as stage:
        assert stage.app.why_not(BY_NAME["simulator"]) is not None
        await stage.press("ctrl+g")
        assert stage.app.where is Where.DESK
        assert "No simulator is known here" in " ".join(stage.toasts())
