"""The climate in the app: fresh values only in the place of values, alarms that a person acknowledges, a chart."""

from __future__ import annotations

from pathlib import Path

import pytest
from climate_house import ClimateHouse, climate_house
from tui_house import TuiHouse
from tui_stage import Stage, on_stage

from archroom.core.acts import ActKind
from archroom.core.climate import AlarmState
from archroom.errors import PortUnavailable, say
from archroom.tui.forms import FormBox, FormScreen
from archroom.tui.situation import Where


@pytest.fixture
def lived(tmp_path: Path) -> ClimateHouse:
    """A house at the end of a day."""
    return climate_house(tmp_path)


async def at_climate(stage: Stage) -> None:
    """Go to the climate and wait until chart and values are there."""
    await stage.press("ctrl+t")
    await stage.until(lambda: "ClimatePastRead" in stage.names())
    await stage.until_shown("LIVE")


def line_with(stage: Stage, text: str) -> str:
    """The first line of the screen that holds a text."""
    return next(line for line in stage.shown().splitlines() if text in line)


async def test_a_fresh_value_stands_in_its_place_and_an_old_one_in_brackets_with_its_age(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        await at_climate(stage)
        depot, vault, attic = (line_with(stage, name) for name in ("depot", "film vault", "attic"))
        assert "LIVE" in depot
        assert "18.0 °C" in depot
        assert "12 s" in depot
        assert "STALE" in vault
        assert "(13.8 °C)" in vault
        assert "3 h ago" in vault
        assert "SCALE?" in attic
        assert "tells 213 and 502" in attic


async def test_values_grow_old_on_the_screen_when_the_server_falls_silent(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        await at_climate(stage)
        lived.rooms.trouble = PortUnavailable(say("The shelving server does not answer."))
        lived.house.clock.pass_seconds(30)
        await stage.until_shown("The shelving server does not answer.")
        depot = line_with(stage, "depot")
        assert "LIVE" not in depot
        assert "(18.0 °C)" in depot


async def test_an_alarm_is_told_on_the_screen_that_is_up(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        await stage.until(lambda: "Climate alarms to be acknowledged: 3. See them with ^T." in stage.toasts())
        assert stage.app.where is Where.DESK


async def test_the_news_does_not_lie_over_the_alarms_it_tells_of(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        await stage.until(lambda: any("Climate alarms" in toast for toast in stage.toasts()))
        await at_climate(stage)
        await stage.until(lambda: stage.toasts() == [])


async def acknowledging(stage: Stage) -> FormScreen:
    """Choose the newest alarm and ask for the form."""
    await at_climate(stage)
    await stage.press("down", "down", "down")
    await stage.press("enter")
    screen = stage.app.screen
    assert isinstance(screen, FormScreen)
    return screen


async def test_an_alarm_is_acknowledged_with_a_note(lived: ClimateHouse) -> None:
    async with on_stage(lived.house, (160, 50)) as stage:
        newest = lived.rooms.climate().alarms[0]
        screen = await acknowledging(stage)
        name, note = screen.query(FormBox)
        assert name.value == "Olga Berg"
        note.value = "dehumidifier was full"
        stage.key("f9", 0.5)
        await stage.until(lambda: "AlarmAcknowledged" in stage.names())
        await stage.until_shown("dehumidifier was full")
        (kept,) = [alarm for alarm in lived.rooms.climate().alarms if alarm.number == newest.number]
        assert kept.state in (AlarmState.ACKNOWLEDGED, AlarmState.CLOSED)
        assert kept.acknowledged is not None
        assert (kept.acknowledged.by, kept.acknowledged.note) == ("Olga Berg", "dehumidifier was full")
        assert lived.house.archive.books.events[-1].act.kind is ActKind.CLIMATE_ACKNOWLEDGED


async def test_without_a_note_nothing_is_acknowledged(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        await acknowledging(stage)
        stage.key("f9", 0.5)
        await stage.until(lambda: "An alarm is acknowledged by a name and a note." in stage.said())
        assert all(alarm.acknowledged is None for alarm in lived.rooms.climate().alarms)


async def test_a_scan_acknowledges_nothing(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        screen = await acknowledging(stage)
        list(screen.query(FormBox))[1].value = "seen"
        await stage.scan(lived.house.box.code)
        await stage.until_shown("A scan is not an answer")
        assert all(alarm.acknowledged is None for alarm in lived.rooms.climate().alarms)


async def test_left_and_right_choose_how_far_back_the_chart_goes(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        await at_climate(stage)
        assert "depot, 24 hours" in stage.shown()
        await stage.press("right", "right")
        await stage.until_shown("depot, 90 days")
        await stage.press("left", "left", "left")
        await stage.until_shown("depot, 24 hours")


async def test_the_chart_is_that_of_the_sensor_under_the_cursor(lived: ClimateHouse) -> None:
    async with on_stage(lived.house) as stage:
        await at_climate(stage)
        await stage.press("down")
        await stage.until_shown("film vault, 24 hours")


async def test_a_house_without_sensors_says_so_and_asks_nobody(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("ctrl+t")
        await stage.until_shown("No sensor of temperature and humidity is set up on this machine.")
        await stage.press("ctrl+n")
        await stage.until(lambda: "Nothing here waits to be acknowledged." in stage.toasts())
        assert "ClimateRead" not in stage.names()


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (40, 12), (20, 6)])
@pytest.mark.parametrize("glyphs", ["unicode", "ascii"])
async def test_no_line_is_wider_than_the_screen(lived: ClimateHouse, size: tuple[int, int], glyphs: str) -> None:
    async with on_stage(lived.house, size, glyphs=glyphs) as stage:
        await stage.press("ctrl+t")
        await stage.until(lambda: "ClimatePastRead" in stage.names())
        assert max(len(line) for line in stage.shown().splitlines()) <= size[0]
        if glyphs == "ascii" and size == (80, 24):
            body = "".join(line for line in stage.shown().splitlines() if "*" in line)
            assert not any("\u2800" <= char <= "\u28ff" for char in stage.shown())
            assert body
