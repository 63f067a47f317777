"""Titles that would steer a terminal or a markup parser are letters on every screen, in toasts, and on the wire."""

from __future__ import annotations

import re

import pytest
from tui_house import TuiHouse, add_hostile
from tui_stage import Stage, on_stage

from archroom.core.holdings import ThingKind
from archroom.errors import Refused, say
from archroom.tui.text import shown

STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def assert_harmless(stage: Stage) -> None:
    """Nothing on the screen steers a terminal."""
    for line in stage.app.screen._compositor.render_strips():
        for segment in line:
            assert STEERING.search(segment.text) is None, repr(segment.text)
            assert "@click" not in str(segment.style.meta if segment.style else "")


async def test_every_screen_shows_hostile_titles_as_letters(house: TuiHouse) -> None:
    things = add_hostile(house)
    async with on_stage(house) as stage:
        for thing in things:
            await stage.scan(thing.code)
            assert_harmless(stage)
            await stage.press("f2")
            assert_harmless(stage)
            await stage.scan(thing.code)
            assert_harmless(stage)
            assert stage.app.is_running
            await stage.press("f3")
            assert stage.toasts() == []
            assert shown(thing.title) in stage.shown()


async def test_find_shows_hostile_titles_and_their_details(house: TuiHouse) -> None:
    things = add_hostile(house)
    async with on_stage(house, (160, 50)) as stage:
        await stage.press("f2")
        await stage.type("ref")
        await stage.until_shown(f"({len(things)} found)")
        for _ in things:
            await stage.press("down")
            await stage.pilot.pause(0.1)
            await stage.settle()
            assert_harmless(stage)


async def test_hostile_names_people_and_reasons_are_letters(house: TuiHouse) -> None:
    person = house.archive.add_person("[/] \x1b]0;owned\x07 \u202eeve")
    box = house.archive.add_thing(ThingKind.BOX, "[red]x[/red]", "\x1b[2J")
    async with on_stage(house) as stage:
        await stage.scan(person.code)
        await stage.scan(box.code)
        assert_harmless(stage)
        await stage.press("f2")
        await stage.type("red")
        await stage.until_shown("OUT")
        await stage.settle()
        assert_harmless(stage)


@pytest.mark.parametrize("text", ["[/]", "\x1b]52;c;aGk=\x07", "\u202e", "[@click=app.quit]x[/]", "[bold"])
async def test_toasts_say_hostile_reasons_as_letters(house: TuiHouse, text: str) -> None:
    house.label_error = Refused(say("No label of {title}.", title=text))
    async with on_stage(house) as stage:
        await stage.scan(house.box.code)
        await stage.press("f5")
        await stage.until_shown("No label of")
        assert_harmless(stage)


async def test_a_hostile_operator_is_letters(house: TuiHouse) -> None:
    from archroom.core.acts import Performer
    from archroom.tui.bars import TitleBar

    async with on_stage(house) as stage:
        bar = TitleBar(say("Desk"), Performer("[/]\x1b[31m", "x/\u202e").actor)
        await stage.app.screen.mount(bar)
        await stage.pilot.pause()
        assert_harmless(stage)


def test_the_check_sees_what_steers() -> None:
    assert STEERING.search("a\x1b[2J")
    assert STEERING.search("a\u202eb")
    assert STEERING.search("档案 [/] ^XA") is None
