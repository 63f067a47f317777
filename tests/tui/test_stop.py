"""STOP: on every screen and over every dialog, behind nothing, with words that claim no more than was seen."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable

import pytest
from textual.command import CommandPalette
from tui_house import TuiHouse
from tui_stage import Stage, on_stage

from archroom.core.shelving import StopReport
from archroom.errors import LinkError, PortUnavailable, say
from archroom.tui.aisles import stopping


async def nowhere(stage: Stage) -> None:
    """Stay at the desk."""


async def at_find(stage: Stage) -> None:
    await stage.press("f2")
    await stage.type("smith")


async def at_aisles(stage: Stage) -> None:
    await stage.press("f4")


async def in_help(stage: Stage) -> None:
    await stage.press("f1")


async def in_palette(stage: Stage) -> None:
    await stage.press("ctrl+p")
    assert isinstance(stage.app.screen, CommandPalette)


async def in_question(stage: Stage) -> None:
    await stage.press("f4", "right")
    stage.key("f6", 0.5)
    await stage.until_shown("CLOSES")


PLACES = [nowhere, at_find, at_aisles, in_help, in_palette, in_question]


@pytest.mark.parametrize("go", PLACES, ids=lambda go: go.__name__)
async def test_stop_goes_out_and_its_end_is_shown(house: TuiHouse, go: Callable[[Stage], Awaitable[None]]) -> None:
    async with on_stage(house) as stage:
        await go(stage)
        stage.key("f8", 0.01)
        await stage.until_shown("✓ STOPPED. All blocks were seen to stand still. This is not an emergency stop.")
        assert house.shelving.stops == 1
        await stage.press("escape")


@pytest.mark.parametrize("go", PLACES, ids=lambda go: go.__name__)
async def test_stop_waits_for_no_worker(
    house: TuiHouse, go: Callable[[Stage], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every lane hangs and every thread for workers is taken, and STOP goes out all the same."""
    monkeypatch.setattr("archroom.tui.work.MOST_THREADS", 3 if go is in_question else 2)
    may_go_on = threading.Event()
    hanging = threading.Semaphore(0)

    def hang() -> None:
        hanging.release()
        assert may_go_on.wait(20)

    async with on_stage(house) as stage:
        await go(stage)
        for _ in range(2):
            stage.app.run_worker(hang, thread=True, exit_on_error=False)
        await stage.until(lambda: hanging.acquire(blocking=False))
        await stage.until(lambda: hanging.acquire(blocking=False))
        stage.key("f8", 0.01)
        await stage.until_shown("STOPPED")
        assert house.shelving.stops == 1
        may_go_on.set()
        await stage.press("escape")


async def test_stop_is_said_at_once_and_a_late_answer_sends_to_the_red_button(house: TuiHouse) -> None:
    house.shelving.may_report = threading.Event()
    async with on_stage(house) as stage:
        stage.key("f8", 0.1)
        await stage.until_shown("STOP is being sent. This is not an emergency stop.")
        await stage.until_shown("USE THE RED BUTTON. No answer to STOP yet.")
        await stage.press("escape")
        assert "USE THE RED BUTTON" in stage.shown()
        house.shelving.may_report.set()
        await stage.until_shown("✓ STOPPED")
        await stage.press("escape")
        assert not stage.app.stop_state.is_news


async def test_each_block_is_told_by_what_was_seen_of_it(house: TuiHouse) -> None:
    house.shelving.reports = [
        StopReport(1, True, True, "server"),
        StopReport(2, True, False, "direct", say("It answers no more.")),
        StopReport(3, False, False, "direct", say("The port is taken.")),
    ]
    async with on_stage(house, (120, 40)) as stage:
        stage.key("f8", 0.1)
        await stage.until_shown("✗ USE THE RED BUTTON. Block 2 was not seen to stand after STOP. It answers no more.")
        assert "✗ USE THE RED BUTTON. STOP was not sent to block 3. The port is taken." in stage.shown()
        assert "✓ Block 1: stopped, seen to stand still." in stage.shown()
        assert "✗ LOOK THERE" in stage.shown()


@pytest.mark.parametrize(
    "error", [PortUnavailable(say("No shelving is connected.")), LinkError(say("Silence.")), OSError("[/]")]
)
async def test_a_stop_that_cannot_be_sent_sends_to_the_red_button(house: TuiHouse, error: Exception) -> None:
    def fail(block: int | None = None) -> list[StopReport]:
        raise error

    house.shelving.stop = fail  # type: ignore[method-assign]  # a shelving that fails in a way of its own
    async with on_stage(house) as stage:
        stage.key("f8", 0.1)
        await stage.until_shown("✗ USE THE RED BUTTON if anything moves.")


async def test_the_stop_card_stops_ahead_of_scans_that_wait(house: TuiHouse) -> None:
    may_go_on, has_begun = threading.Event(), threading.Event()

    def hang() -> None:
        has_begun.set()
        assert may_go_on.wait(10)

    async with on_stage(house) as stage:
        house.archive.on_writing = hang
        stage.burst(house.other_box.code)
        await stage.until(has_begun.is_set)
        stage.burst("STOP")
        await stage.until(lambda: house.shelving.stops == 1)
        may_go_on.set()
        await stage.settle()


async def test_a_held_down_key_sends_no_more_than_may_be_in_flight(house: TuiHouse) -> None:
    house.shelving.may_report = threading.Event()
    async with on_stage(house) as stage:
        for _ in range(stopping.MOST_IN_FLIGHT * 3):
            stage.key("f8", 0.03)
        await stage.until(lambda: house.shelving.stops == stopping.MOST_IN_FLIGHT)
        house.shelving.may_report.set()
        await stage.until_shown("✓ STOPPED")
        stage.key("f8", 0.1)
        await stage.until(lambda: house.shelving.stops == stopping.MOST_IN_FLIGHT + 1)
        await stage.until_shown("✓ STOPPED")


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (80, 24)])
async def test_the_key_of_stop_and_its_news_fit_every_terminal(house: TuiHouse, size: tuple[int, int]) -> None:
    house.shelving.reports = [StopReport(1, True, False, "direct", say("It answers no more."))]
    async with on_stage(house, size) as stage:
        for go in PLACES:
            if go is in_palette:
                continue  # the palette lies over the bar; F8 closes it
            await go(stage)
            assert "F8 STOP" in stage.shown()
            stage.key("f8", 0.1)
            await stage.until_shown("USE THE RED BUTTON")
            assert "F8 STOP" in stage.shown()
            await stage.press("escape", "escape")
            await stage.press("f3")


async def test_a_click_on_the_key_stops(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.pilot.click("KeyBar", offset=(75, 0))
        await stage.until_shown("✓ STOPPED")
        await stage.pilot.click("KeyBar", offset=(65, 0))
        await stage.settle()
        assert house.shelving.stops == 1
