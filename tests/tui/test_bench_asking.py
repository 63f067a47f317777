"""Scan, read and write from the screen of the bench: asked by a form, answered in lines with time, never asked twice."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from paper_bench import PaperBench
from tui_house import TuiHouse, tui_house
from tui_stage import Stage, on_stage

from archroom.core.bench import FoundUnit
from archroom.errors import LinkError, Refused, say
from archroom.tui.actions import BY_NAME
from archroom.tui.bench.screen import BenchScreen
from archroom.tui.messages import BusAnswered
from archroom.tui.situation import Where

WIDE = (160, 50)


@pytest.fixture
def bench() -> PaperBench:
    """A bus on which a controller and a sensor answer."""
    found = {3: FoundUnit(3, say("a device of another make"), False), 5: FoundUnit(5, say("no answer"), False)}
    return PaperBench(found=found)


@pytest.fixture
def house(tmp_path: Path, bench: PaperBench) -> TuiHouse:
    """A house with that bench."""
    return tui_house(tmp_path, bench=bench)


async def asked(stage: Stage, action: str, *values: str) -> None:
    """Go to the bench, begin an action and type into its boxes, the first of them emptied before."""
    if stage.app.where is not Where.BENCH:
        await stage.press("ctrl+b")
        await stage.until_shown("5120")
    stage.app.perform(BY_NAME[action])
    await stage.until(lambda: stage.app.where in (Where.ASK_BUS, Where.WRITE_BUS))
    for value in values:
        await stage.press("ctrl+u")
        await stage.type(value)
        await stage.press("enter")


async def answered(stage: Stage) -> None:
    """Press F9 as a person does."""
    stage.key("f9", 0.5)
    await stage.settle()


async def test_a_scan_tells_who_answers_with_its_time(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, WIDE) as stage:
        await asked(stage, "scan_bus", "2", "6")
        assert bench.log == []
        await answered(stage)
        await stage.until_shown("units asked: 5; found: 3, 5")
        assert bench.log == [f"probe 1 {unit}" for unit in range(2, 7)]
        line = next(line for line in stage.shown().splitlines() if "a device of another make" in line)
        assert line.split()[0] == f"{house.clock.now():%H:%M:%S}"
        assert "is being asked" not in stage.shown()


async def test_a_scan_can_be_ended_and_nothing_else_is_asked_meanwhile(house: TuiHouse, bench: PaperBench) -> None:
    bench.may_answer = Event()
    async with on_stage(house, WIDE) as stage:
        await asked(stage, "scan_bus", "1", "247")
        stage.key("f9", 0.5)
        await stage.until_shown("Unit 1 is being asked.")
        refused = say("A question to the bus is under way: wait for its answer.")
        for name in ("scan_bus", "read_register", "write_register"):
            assert stage.app.why_not(BY_NAME[name]) == refused
        assert stage.app.why_not(BY_NAME["end_scan"]) is None
        stage.app.perform(BY_NAME["end_scan"])
        bench.may_answer.set()
        await stage.until_shown("units asked: 1; found: -")
        assert bench.log == ["probe 1 1"]
        assert stage.app.why_not(BY_NAME["end_scan"]) is not None


async def test_a_scan_ends_with_the_screen(house: TuiHouse, bench: PaperBench) -> None:
    bench.may_answer = Event()
    async with on_stage(house, WIDE) as stage:
        await asked(stage, "scan_bus", "1", "247")
        stage.key("f9", 0.5)
        await stage.until_shown("Unit 1 is being asked.")
        assert isinstance(stage.app.screen, BenchScreen)
        stage.app.screen.on_unmount()
        bench.may_answer.set()
        await stage.settle()
        assert bench.log == ["probe 1 1"]


async def test_a_register_is_read_of_the_chosen_unit(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, WIDE) as stage:
        await stage.press("ctrl+b")
        await stage.until_shown("5120")
        await stage.press("down", "down")
        await asked(stage, "read_register")
        await stage.press("enter")
        await stage.press("enter")
        await stage.type("0x0103")
        await answered(stage)
        await stage.until_shown("Bus 1, unit 2, holding 0x0103: 259 (0x0103).")
        assert bench.log == ["read 1 2 holding 259"]


async def test_a_parameter_is_written_once_in_somebodys_name(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, WIDE) as stage:
        await asked(stage, "write_register", "101", "holding", "0x0103", "5")
        await answered(stage)
        assert "Say who writes it." in stage.said()
        assert bench.log == []
        await stage.type("Ann Lee")
        await answered(stage)
        await stage.until_shown("holding 0x0103: 5 (0x0005). Written by Ann Lee.")
        assert bench.log == ["write 1 101 holding 259 5 by Ann Lee"]


@pytest.mark.parametrize(
    "error",
    [Refused(say("Something moves on this bus: ask again when it stands.")), LinkError(say("The bus does not answer."))],
    ids=["refused", "lost"],
)
async def test_a_refusal_and_a_lost_answer_are_said_and_nothing_is_written_again(
    house: TuiHouse, bench: PaperBench, error: LinkError
) -> None:
    bench.refusal = error
    async with on_stage(house, WIDE) as stage:
        await asked(stage, "write_register", "101", "holding", "0x0103", "5", "Ann Lee")
        await answered(stage)
        await stage.until_shown(error.message.english())
        await stage.press("f3", "ctrl+b")
        await stage.until_shown(error.message.english())
        assert len(bench.log) == 1


async def test_what_is_not_given_back_is_told(house: TuiHouse, bench: PaperBench) -> None:
    bench.kept = 7
    async with on_stage(house, WIDE) as stage:
        await asked(stage, "write_register", "101", "holding", "0x0103", "5", "Ann Lee")
        await answered(stage)
        await stage.until_shown("holding 0x0103: 7 (0x0007). It does not give back what was written")


@pytest.mark.parametrize(
    ("action", "values", "why"),
    [
        ("scan_bus", ("0", "5"), "A unit is a number from 1 to 247."),
        ("scan_bus", ("7", "5"), "The first unit lies after the last."),
        ("read_register", ("248", "holding", "1"), "A unit is a number from 1 to 247."),
        ("read_register", ("3", "words", "1"), "A table is one of coils, discrete, holding, input."),
        ("read_register", ("3", "holding", "65536"), "65536 is not a number of 16 bits"),
        ("write_register", ("3", "holding", "1", "0x12345", "Ann"), "0x12345 is not a number of 16 bits"),
    ],
)
async def test_what_is_wrong_is_said_in_the_form(
    house: TuiHouse, bench: PaperBench, action: str, values: tuple[str, ...], why: str
) -> None:
    async with on_stage(house, WIDE) as stage:
        await asked(stage, action, *values)
        await answered(stage)
        assert why in stage.said()
        assert bench.log == []


@pytest.mark.parametrize("action", ["scan_bus", "read_register", "write_register"])
async def test_a_scan_is_no_answer_and_neither_is_a_key_as_fast_as_one(
    house: TuiHouse, bench: PaperBench, action: str
) -> None:
    async with on_stage(house, WIDE) as stage:
        await asked(stage, action)
        await stage.scan(house.box.code)
        assert "A scan is not an answer." in stage.said()
        assert bench.log == []
        assert stage.app.where in (Where.ASK_BUS, Where.WRITE_BUS)


@pytest.mark.parametrize("size", [(80, 24), (80, 16), (40, 10)])
async def test_every_box_can_be_seen_in_a_small_terminal(house: TuiHouse, bench: PaperBench, size: tuple[int, int]) -> None:
    async with on_stage(house, size) as stage:
        await asked(stage, "write_register", "101", "holding", "0x0103", "5")
        await stage.type("Ann Lee")
        await stage.until_shown("Ann Lee")
        await answered(stage)
        assert bench.log == ["write 1 101 holding 259 5 by Ann Lee"]


async def test_without_a_bus_there_is_nothing_to_ask(tmp_path: Path) -> None:
    async with on_stage(tui_house(tmp_path)) as stage:
        await stage.press("ctrl+b")
        assert stage.app.why_not(BY_NAME["scan_bus"]) == say("No bus is there to ask.")


async def test_answers_that_do_not_fit_are_shown_page_by_page(house: TuiHouse, bench: PaperBench) -> None:
    bench.found = {unit: FoundUnit(unit, say("a device of another make"), False) for unit in range(1, 41)}
    async with on_stage(house, (80, 24)) as stage:
        await asked(stage, "scan_bus", "1", "40")
        await answered(stage)
        await stage.until_shown("found: 1, 2, 3")
        assert "unit 40:" in stage.shown()
        assert "below: 0. Page Up and Page Down show them." in stage.said()
        await stage.press(*["pageup"] * 20)
        assert "unit 1:" in stage.shown()
        assert "unit 40:" not in stage.shown()
        assert "Lines above: 0, below:" in stage.said()
        stage.app.screen.post_message(BusAnswered(house.clock.now(), say("one more"), True, True))
        await stage.settle()
        assert "one more" not in stage.shown(), "who reads older answers goes on reading them"
        await stage.press(*["pagedown"] * 20)
        assert "one more" in stage.shown()
        assert "below: 0." in stage.said()
