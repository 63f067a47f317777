"""The technician's bench in the app: counters with their cause, frames as they pass, and no watch when nobody looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from paper_bench import PaperBench, frame
from tui_house import TuiHouse, tui_house
from tui_stage import Stage, on_stage

from archroom.core.bench import Verdict
from archroom.errors import PortUnavailable, say
from archroom.tui.actions import BY_NAME
from archroom.tui.situation import Where


@pytest.fixture
def house(tmp_path: Path, bench: PaperBench) -> TuiHouse:
    """A house with that bench."""
    return tui_house(tmp_path, bench=bench)


async def at_bench(stage: Stage) -> None:
    """Go to the bench and wait until frames are there."""
    await stage.press("ctrl+b")
    await stage.until_shown("read status")
    await stage.until_shown("5120")


async def test_counters_and_frames_are_shown(house: TuiHouse) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        assert stage.app.where is Where.BENCH
        assert "Bus 1 of 2, serial:///dev/ttyUSB0?baud=19200; all frames" in stage.said()
        matched = next(line for line in stage.shown().splitlines() if "MATCHED" in line and "0x0001" in line)
        assert "19 ms" in matched
        assert "01 03 04 00 01 00 02 2a 32" in matched
        assert "SILENT" in stage.shown()


async def test_a_chosen_unit_shows_its_cause_and_its_frames_only(house: TuiHouse) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        await stage.press("down")
        assert "Unit 1: nothing to look at." in stage.said()
        assert "read identity" not in stage.shown()
        await stage.press("down")
        assert "Unit 2: Never an answer" in stage.said()
        assert "read identity" in stage.shown()
        assert "read status" not in stage.shown()
        await stage.press("down", "up", "up", "up")
        assert "read status" in stage.shown()


async def test_enter_shows_only_what_is_wrong_and_everything_again(house: TuiHouse) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        await stage.press("enter")
        assert "only what is wrong" in stage.said()
        assert "no answer" in stage.shown()
        assert "read status" not in stage.shown()
        await stage.press("enter")
        assert "read status" in stage.shown()


async def test_another_bus_has_its_own_frames_and_says_why_it_is_silent(house: TuiHouse) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        await stage.press("right")
        assert "Bus 2 of 2, tcp://10.0.0.5" in stage.said()
        assert "Nothing listens at tcp://10.0.0.5." in stage.said()
        assert "read status" not in stage.shown()
        assert "Nothing has passed that is to be shown." in stage.said()


async def test_new_frames_come_by_themselves_and_missed_ones_are_told(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        bench.lost = 12
        bench.frames = [frame(9, 1, Verdict.CRC, say("damaged"), "01 03 ff")]
        await stage.until_shown("damaged")
        assert "Frames missed: 12." in stage.said()


async def test_nobody_is_watched_for_once_the_screen_is_left(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house) as stage:
        await at_bench(stage)
        assert bench.looked_away == 0
        await stage.press("f3")
        await stage.until(lambda: bench.looked_away == 1)
        bench.frames = [frame(9, 1, Verdict.CRC, say("damaged"), "01 03 ff")]
        await stage.press("f4", "f3")
        assert bench.frames, "nobody asked for it"


async def test_a_server_that_does_not_answer_is_said_and_comes_back(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        bench.trouble = PortUnavailable(say("The shelving server does not answer."))
        await stage.until_shown("The shelving server does not answer.")
        bench.trouble = None
        await stage.until(lambda: "does not answer" not in stage.shown())


async def test_frames_of_another_master_are_told(house: TuiHouse, bench: PaperBench) -> None:
    bench.buses[0] = replace(bench.buses[0], foreign_frames=4)
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        assert "Frames that nobody here asked for: 4. Another master is on the line." in stage.said()


async def test_without_shelving_the_screen_says_so(tmp_path: Path) -> None:
    async with on_stage(tui_house(tmp_path)) as stage:
        await stage.press("ctrl+b")
        await stage.until_shown("No shelving is connected to this machine.")


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 10)])
async def test_a_small_terminal_shows_what_fits(house: TuiHouse, size: tuple[int, int]) -> None:
    async with on_stage(house, size) as stage:
        await stage.press("ctrl+b")
        await stage.until_shown("5120")
        assert all(len(line) <= size[0] for line in stage.shown().splitlines())


async def test_a_unit_that_is_only_heard_can_be_chosen_too(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        await stage.press("down", "down", "down")
        assert "Unit 2: Never an answer" in stage.said()
        bench.frames = [frame(9, 40, Verdict.UNASKED, say("of another master"), "28 03 02")]
        await stage.until(lambda: any(line.split()[:1] == ["40"] for line in stage.shown().splitlines()))
        await stage.press("down")
        await stage.until_shown("of another master")
        assert "Unit 40: nobody here asks it" in stage.said()
        assert "read status" not in stage.shown()
        row = next(line for line in stage.shown().splitlines() if line.startswith("  ▸ 40"))
        assert set(row.split()[2:]) == {"-"}


async def test_the_cursor_stays_at_its_unit_when_another_comes_before_it(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        await stage.press("down", "down")
        buses = bench.buses[0]
        bench.buses[0] = replace(buses, units={0: buses.units[1], **buses.units})
        await stage.until(lambda: sum("5120" in line for line in stage.shown().splitlines()) == 2)
        assert "Unit 2: Never an answer" in stage.said()
        bench.buses[0] = replace(buses, units={1: buses.units[1]})
        await stage.until(lambda: "Unit 2:" not in stage.shown())
        assert stage.app.is_running


@pytest.mark.parametrize(
    ("text", "found", "hidden"), [("IDENTITY", "read identity", "MATCHED"), ("0001 00", "MATCHED", "read identity")]
)
async def test_only_frames_with_a_text_or_some_bytes_are_shown(house: TuiHouse, text: str, found: str, hidden: str) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await at_bench(stage)
        stage.app.perform(BY_NAME["filter_frames"])
        await stage.until(lambda: stage.app.where is Where.FILTER)
        await stage.type(text)
        stage.key("f9", 0.5)
        await stage.until_shown(f"Only frames with {text} are shown.")
        assert found in stage.shown()
        assert not any(hidden in line for line in stage.shown().splitlines() if ":00." in line)
        stage.app.perform(BY_NAME["filter_frames"])
        await stage.until(lambda: stage.app.where is Where.FILTER)
        await stage.press("ctrl+u")
        stage.key("f9", 0.5)
        await stage.until(lambda: "Only frames with" not in stage.shown())
        assert "read identity" in stage.shown()
        assert "MATCHED" in stage.shown()


async def test_frames_that_have_passed_can_be_read_while_others_pass(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house) as stage:
        await at_bench(stage)
        bench.frames = [frame(nth, 1, Verdict.MATCHED, say("answer {n}", n=nth), "01 03") for nth in range(100, 200)]
        await stage.until_shown("answer 199")
        await stage.press("home")
        assert "answer 199" not in stage.shown()
        assert "These frames have passed before" in stage.said()
        before = [line for line in stage.shown().splitlines() if "answer" in line]
        bench.frames = [frame(nth, 1, Verdict.MATCHED, say("answer {n}", n=nth), "01 03") for nth in range(200, 300)]
        await stage.until(lambda: not bench.frames)
        await stage.settle()
        assert [line for line in stage.shown().splitlines() if "answer" in line] == before
        await stage.press(*["home"] * 12)
        assert "read status" in stage.shown()
        await stage.press(*["end"] * 14)
        assert "answer 299" in stage.shown()
        assert "passed before" not in stage.said()
