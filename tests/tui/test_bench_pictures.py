"""Pictures of the technician's screens: the bench, and the console of a simulator."""

from __future__ import annotations

from pathlib import Path

import pytest
from paper_bench import PaperBench
from paper_simulator import PaperSimulator
from tui_house import tui_house
from tui_pictures import IS_WRITING, MANUAL, MANUAL_SIZE, SIZES, Scene, compared, drawing, words_in
from tui_stage import Stage, on_stage

from archroom.core.bench import FoundUnit
from archroom.errors import say
from archroom.tui import messages
from archroom.tui.actions import BY_NAME
from archroom.tui.situation import Where


async def bench(stage: Stage) -> None:
    """Two buses, a dead unit chosen."""
    await stage.press("ctrl+b")
    await stage.until_shown("5120")
    await stage.until_shown("105")
    await stage.press("down", "down")


async def bench_answers(stage: Stage) -> None:
    """What a scan found, and a register that was read."""
    await bench(stage)
    for action, values in (("scan_bus", ("1", "3")), ("read_register", ("2", "holding", "0x0103"))):
        stage.app.perform(BY_NAME[action])
        await stage.until(lambda: stage.app.where is Where.ASK_BUS)
        for value in values:
            await stage.press("ctrl+u")
            await stage.type(value)
            await stage.press("enter")
        stage.key("f9", 0.5)
        await stage.settle()
    await stage.until_shown("259")


async def bench_write(stage: Stage) -> None:
    """What is asked before a parameter is written."""
    await bench(stage)
    stage.app.perform(BY_NAME["write_register"])
    await stage.until(lambda: stage.app.where is Where.WRITE_BUS)
    await stage.settle()


async def bench_recording(stage: Stage) -> None:
    """Frames that are recorded, some of them missed, while a unit is chosen."""
    await bench(stage)
    stage.app.perform(BY_NAME["record_frames"])
    await stage.until(lambda: "FramesRecorded" in stage.names())
    stage.app.screen.post_message(messages.FramesRecorded("/bench/frames-bus1-1.jsonl", 5120, 12, None))
    await stage.until_shown("5120")
    await stage.until(lambda: stage.names().count("FramesRecorded") == 2)


async def simulator(stage: Stage) -> None:
    """The console of a simulator: somebody has walked into an aisle."""
    await stage.press("ctrl+g")
    await stage.until_shown("[1]")
    await stage.until(lambda: "SimulatorSeen" in stage.names())
    await stage.press("enter")
    await stage.until(lambda: "SimulatorAnswered" in stage.names())
    await stage.until_shown("1/1")


async def simulator_phrases(stage: Stage) -> None:
    """What can be typed, while somebody types."""
    await simulator(stage)
    await stage.type("p")


async def bench_filter(stage: Stage) -> None:
    """What must stand in the frames that are shown, and what is left of them."""
    await bench(stage)
    await stage.press("up", "up")
    stage.app.perform(BY_NAME["filter_frames"])
    await stage.until(lambda: stage.app.where is Where.FILTER)
    await stage.type("identity")
    stage.key("f9", 0.5)
    await stage.until(lambda: stage.app.where is Where.BENCH)
    stage.app.perform(BY_NAME["filter_frames"])
    await stage.until(lambda: stage.app.where is Where.FILTER)
    await stage.settle()


BENCH_SCENES: list[Scene] = [bench, bench_answers, bench_write, bench_recording, bench_filter]
SIMULATOR_SCENES: list[Scene] = [simulator, simulator_phrases]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", BENCH_SCENES, ids=lambda scene: scene.__name__)
async def test_the_bench_looks_as_it_did(
    tmp_path: Path, scene: Scene, size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHROOM_LANG", language)
    found = {3: FoundUnit(3, say("a device of another make"), False)}
    async with on_stage(tui_house(tmp_path, bench=PaperBench(found=found)), size) as stage:
        await scene(stage)
        compared(f"{scene.__name__}-{size[0]}x{size[1]}-{language[:2]}", stage.shown())


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SIMULATOR_SCENES, ids=lambda scene: scene.__name__)
async def test_the_simulator_looks_as_it_did(
    tmp_path: Path, scene: Scene, size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHROOM_LANG", language)
    house = tui_house(tmp_path)
    house.simulator = PaperSimulator()
    async with on_stage(house, size) as stage:
        await scene(stage)
        compared(f"{scene.__name__}-{size[0]}x{size[1]}-{language[:2]}", stage.shown())


async def test_the_manual_shows_the_simulator_as_it_is(tmp_path: Path) -> None:
    house = tui_house(tmp_path)
    house.simulator = PaperSimulator()
    async with on_stage(house, MANUAL_SIZE) as stage:
        await simulator(stage)
        drawn, path = drawing(stage), MANUAL / "simulator.svg"
        if IS_WRITING:
            path.write_text(drawn, encoding="utf-8")
        assert words_in(path.read_text(encoding="utf-8")) == words_in(drawn)
