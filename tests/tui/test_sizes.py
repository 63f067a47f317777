"""The app keeps its feet: any size, worker failures, no colour, plain ASCII."""

from __future__ import annotations

import pytest
from textual import events
from textual.geometry import Size
from tui_house import TuiHouse
from tui_stage import on_stage

from archroom.errors import Busy, say
from archroom.tui.situation import Where

SIZES = [(1, 1), (3, 2), (20, 5), (40, 10), (80, 24), (100, 16), (160, 50), (300, 90)]


@pytest.mark.parametrize("key", ["f1", "f2", "f3", "f4", "ctrl+l"])
async def test_every_screen_survives_every_size(house: TuiHouse, key: str) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.box.code)
        await stage.press(key)
        if key == "f2":
            await stage.type("smith")
            await stage.settle()
        for width, height in [*SIZES, *reversed(SIZES)]:
            await stage.pilot.resize_terminal(width, height)
            await stage.settle()
            lines = stage.shown().split("\n")
            assert stage.app.is_running
            if height >= 5:
                assert "F8" in lines[-1], (width, height)
        await stage.scan(house.ann.code)
        assert "ScanAnswered" in stage.names()


async def test_the_question_survives_every_size(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f4", "right")
        stage.key("f6", 0.5)
        await stage.until_shown("CLOSES")
        for width, height in SIZES:
            await stage.pilot.resize_terminal(width, height)
            await stage.pilot.pause()
            if width >= 20 and height >= 5:
                assert "F8 STOP" in stage.shown()
        await stage.press("escape")


async def test_no_colour_leaves_every_state_told(house: TuiHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with on_stage(house) as stage:
        await stage.scan(house.ann.code)
        await stage.scan(house.box.code)
        assert "▸ LENT" in stage.shown()
        filters = stage.app.get_line_filters()
        for strip in stage.app.screen._compositor.render_strips():
            for segment in strip.apply_filter(filters[-1], stage.app.background_colors[1]):
                color = segment.style.color if segment.style else None
                if color is not None and color.triplet is not None:
                    assert color.triplet.red == color.triplet.green == color.triplet.blue


async def test_ascii_glyphs_draw_everything_of_ours_in_ascii(house: TuiHouse) -> None:
    async with on_stage(house, glyphs="ascii") as stage:
        await stage.scan(house.ann.code)
        await stage.scan(house.box.code)
        for key in ("f3", "f1", "escape", "f4", "f2"):
            await stage.press(key)
            if key == "f2":
                await stage.type("1, smith")
                await stage.settle()
            shown = stage.shown().replace("张伟", "").replace("一区", "").replace("·", "")
            strange = {char for char in shown if not char.isascii()} - set("▁▂▃▄▅▆▇▌▐█▎▊▔")
            assert strange == set()  # scroll bars and toasts are Textual's own


async def test_a_failing_worker_is_told_and_the_app_goes_on(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        house.archive.broken = Busy(say("The books are busy."))
        stage.app.read_acts()
        await stage.until(lambda: "Reading the last acts failed: The books are busy." in " ".join(stage.toasts()))
        house.archive.broken = None
        await stage.scan(house.box.code)
        assert "SHOWN" in stage.shown()


async def test_focus_that_the_terminal_lost_changes_nothing(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        stage.app.post_message(events.AppBlur())
        await stage.scan(house.ann.code)
        assert "In hand   Ann Archer" in stage.shown()


async def test_the_screens_keep_their_size_when_one_comes_back(house: TuiHouse) -> None:
    async with on_stage(house, (160, 50)) as stage:
        await stage.press("f2")
        await stage.pilot.resize_terminal(80, 24)
        await stage.press("f3")
        assert stage.app.where is Where.DESK
        assert stage.app.screen.size == Size(80, 24)
        assert len(stage.shown().split("\n")) == 24
