"""What the bench of the app writes: every frame until that is ended, whatever screen is up, and the bundle."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event

import pytest
from paper_bench import FRAMES, PaperBench, frame
from tui_house import TuiHouse, tui_house
from tui_stage import Stage, on_stage

from archroom.core.bench import SeenFrames, Verdict
from archroom.errors import PortUnavailable, Unreadable, UsageError, say
from archroom.tui.actions import BY_NAME
from archroom.tui.situation import Where

WIDE = (160, 50)


@pytest.fixture
def house(tmp_path: Path, bench: PaperBench) -> TuiHouse:
    """A house with that bench."""
    return tui_house(tmp_path, bench=bench)


async def begun(stage: Stage) -> None:
    """Go to the bench and begin to record."""
    await stage.press("ctrl+b")
    await stage.until_shown("5120")
    stage.app.perform(BY_NAME["record_frames"])


async def ended(stage: Stage) -> None:
    """End the recording and wait until that is told."""
    stage.app.perform(BY_NAME["end_recording"])
    await stage.until(lambda: "RecordEnded" in stage.names())


async def test_every_frame_is_recorded_also_what_the_screen_leaves_out(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        await stage.until_shown("Bus 1 is recorded into /bench/frames-bus1-1.jsonl: 0 frames.")
        stage.key("enter", 0.5)
        await stage.until_shown("only what is wrong")
        bench.passing.put(SeenFrames(FRAMES, 0))
        await stage.until_shown("frames-bus1-1.jsonl: 4 frames.")
        (record,) = house.bench_files.records
        assert record.frames == list(FRAMES)
        assert not record.is_closed
        await ended(stage)
        await stage.until_shown("Bus 1: frames recorded: 4, in /bench/frames-bus1-1.jsonl")
        assert "is recorded into" not in stage.shown()
        assert record.is_closed


async def test_it_goes_on_while_another_screen_is_up(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        await stage.until(lambda: bench.watches == 1)
        stage.key("f4", 0.5)
        await stage.until(lambda: bench.looked_away == 1)
        bench.passing.put(SeenFrames(FRAMES, 0))
        await stage.until(lambda: len(house.bench_files.records[0].frames) == 4)
        stage.key("ctrl+b", 0.5)
        await stage.until_shown("4 frames.")
        await ended(stage)


async def test_one_recording_at_a_time_and_another_after_it(house: TuiHouse) -> None:
    async with on_stage(house, WIDE) as stage:
        await stage.press("ctrl+b")
        await stage.until_shown("5120")
        assert stage.app.why_not(BY_NAME["end_recording"]) == say("No frames are being recorded.")
        await begun(stage)
        refused = say("Frames are being recorded already: end that first.")
        assert stage.app.why_not(BY_NAME["record_frames"]) == refused
        await ended(stage)
        await stage.until(lambda: stage.app.why_not(BY_NAME["record_frames"]) is None)
        await stage.settle()
        await begun(stage)
        await stage.until_shown("frames-bus1-2.jsonl: 0 frames.")
        assert [record.is_closed for record in house.bench_files.records] == [True, False]


async def test_the_end_of_the_app_ends_it(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        await stage.until(lambda: bench.watches == 1)
        stage.key("f3", 0.5)
    await asyncio.get_running_loop().shutdown_default_executor()  # no thread goes on
    assert house.bench_files.records[0].is_closed


async def test_a_full_disk_is_said_and_the_watching_goes_on(house: TuiHouse, bench: PaperBench) -> None:
    house.bench_files.full = Unreadable(say("The disk is full."))
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        bench.passing.put(SeenFrames(FRAMES, 0))
        await stage.until_shown("Bus 1: frames recorded: 0, in /bench/frames-bus1-1.jsonl. The disk is full.")
        assert house.bench_files.records[0].is_closed
        bench.frames = [frame(9, 1, Verdict.CRC, say("damaged"), "01 03 ff")]
        await stage.until_shown("damaged")
        assert stage.toasts() == []


async def test_its_end_is_told_where_another_screen_is_up(house: TuiHouse, bench: PaperBench) -> None:
    house.bench_files.full = Unreadable(say("The disk is full."))
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        stage.key("f3", 0.5)
        await stage.until(lambda: bench.looked_away == 1)
        bench.passing.put(SeenFrames(FRAMES, 0))
        await stage.until(lambda: "The disk is full." in " ".join(stage.toasts()))


async def test_a_folder_that_takes_no_file_is_said(house: TuiHouse, bench: PaperBench) -> None:
    house.bench_files.refusal = UsageError(say("{file} cannot be written: {reason}.", file="/bench", reason="Read-only"))
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        await stage.until_shown("Nothing is recorded: /bench cannot be written: Read-only.")
        assert stage.app.why_not(BY_NAME["record_frames"]) is None
        assert bench.watches == 0


async def test_a_server_that_goes_away_ends_no_recording(house: TuiHouse, bench: PaperBench) -> None:
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        bench.passing.put(SeenFrames(FRAMES[:1], 0))
        bench.passing.put(PortUnavailable(say("The shelving server does not answer.")))
        await stage.until_shown("The shelving server does not answer.")
        bench.trouble = PortUnavailable(say("Nobody answers the screen either."))
        await stage.until_shown("Nobody answers the screen either.")
        assert "frames-bus1-1.jsonl: 1 frames." in stage.shown()
        bench.trouble = None
        bench.passing.put(SeenFrames(FRAMES[1:], 12))
        await stage.until_shown("4 frames. Missed: 12.")
        assert house.bench_files.records[0].frames == list(FRAMES)
        assert bench.watches == 2
        assert "does not answer" not in stage.shown()


BUNDLE = "The bundle is /bench/bundle-1.zip, with 2 files in it. Names of people and passwords are left out"


async def test_a_bundle_is_written_and_named(house: TuiHouse) -> None:
    async with on_stage(house, WIDE) as stage:
        await stage.press("ctrl+b")
        await stage.until_shown("5120")
        stage.app.perform(BY_NAME["write_bundle"])
        await stage.until_shown(BUNDLE)
        assert house.bench_files.bundles == 1


async def test_one_bundle_is_written_at_a_time_and_told_wherever_one_is(house: TuiHouse) -> None:
    house.bench_files.may_write = Event()
    async with on_stage(house, WIDE) as stage:
        await stage.press("ctrl+b")
        await stage.until_shown("5120")
        stage.app.perform(BY_NAME["write_bundle"])
        stage.app.perform(BY_NAME["write_bundle"])
        await stage.until(lambda: "A bundle is being written: wait for its end." in stage.toasts())
        stage.key("f4", 0.5)
        await stage.until(lambda: stage.app.where is Where.AISLES)
        house.bench_files.may_write.set()
        await stage.until(lambda: any(toast.startswith(BUNDLE) for toast in stage.toasts()))
        assert house.bench_files.bundles == 1


async def test_why_there_is_no_bundle_is_said(house: TuiHouse) -> None:
    house.bench_files.refusal = UsageError(say("{file} cannot be written: {reason}.", file="/bench", reason="Read-only"))
    async with on_stage(house, WIDE) as stage:
        await stage.press("ctrl+b")
        await stage.until_shown("5120")
        stage.app.perform(BY_NAME["write_bundle"])
        await stage.until_shown("/bench cannot be written: Read-only.")
