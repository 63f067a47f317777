"""Help and palette are made from the registry of actions; nothing can be done that is not in it."""

from __future__ import annotations

import pytest
from tui_house import TuiHouse
from tui_stage import on_stage

from archroom.tui.action import Action
from archroom.tui.actions import ACTIONS, in_bar, offered
from archroom.tui.deeds import Deeds
from archroom.tui.modes import screen_of
from archroom.tui.situation import HOUSE, Where
from archroom.tui.text import width_of, words

TYPED_BY_SCANNERS = set("abcdefghijklmnopqrstuvwxyz0123456789") | {"space", "minus", "slash", "enter", "tab"}


def test_no_key_is_one_that_a_scanner_types() -> None:
    assert [action.name for action in ACTIONS if action.key in TYPED_BY_SCANNERS] == []
    assert {key for key in TYPED_BY_SCANNERS if key == "b"}  # the set does hold letters


def test_keys_and_names_stand_for_one_action_each() -> None:
    keys = [action.key for action in ACTIONS if action.key]
    assert len(keys) == len(set(keys))
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)


async def test_every_action_is_carried_out_by_the_app_or_by_each_screen_it_is_offered_on(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        screens = {where: screen_of(where, stage.app) for where in HOUSE}
        for action in ACTIONS:
            own = [where for where in action.where & HOUSE if screens[where].own_deed(action.name) is not None]
            if callable(getattr(Deeds, action.name, None)):
                assert own == [], action.name
            else:
                assert own, action.name
                assert set(own) == action.where, action.name


@pytest.mark.parametrize("where", list(Where))
def test_every_bar_shows_stop_and_at_most_six_keys_that_fit_eighty_columns(where: Where) -> None:
    bar = in_bar(where)
    assert len(bar) <= 6
    assert any(action.is_urgent for action in bar)
    assert sum(width_of(f" {action.shown_key()} {words(action.label)} ") for action in bar) <= 80
    assert all(where in action.where for action in bar)


@pytest.mark.parametrize(("key", "where"), [("f3", Where.DESK), ("f2", Where.FIND), ("f4", Where.AISLES)])
async def test_help_lists_what_can_be_done_here_with_its_reasons(house: TuiHouse, key: str, where: Where) -> None:
    async with on_stage(house, (120, 90)) as stage:
        await stage.press(key, "f1")
        assert stage.app.where is Where.HELP
        shown = stage.said()
        for action in offered(where):
            if action.name == "help":
                continue
            assert words(action.label) in shown
            assert words(action.sentence) in shown.replace(" │ │ ", " ")
        if where is not Where.AISLES:
            assert "Nothing is chosen" in shown


async def test_enter_does_what_is_under_the_cursor(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f1", "down", "down", "enter")
        assert stage.app.where is Where.AISLES


async def test_typing_narrows_the_list_and_enter_does_it(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f1")
        await stage.type("light")
        assert "Find a thing" not in stage.shown()
        await stage.press("enter")
        assert stage.app.theme == "archroom-light"


async def test_what_is_dimmed_says_why_instead_of_being_done(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f1")
        await stage.type("label")
        assert "Nothing is chosen" in stage.shown()
        await stage.press("enter")
        assert house.labels == []
        assert "Nothing is chosen" in " ".join(stage.toasts())


async def test_a_list_longer_than_the_screen_follows_the_cursor(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f1", *["pagedown"] * 4)
        assert "Quit" in stage.shown()
        await stage.press(*["pageup"] * 4)
        assert "▸ F2" in stage.shown()


async def test_help_of_nothing_is_said(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f1")
        await stage.type("[/]")
        assert "No action is called that." in stage.shown()
        await stage.press("enter", "escape")
        assert stage.app.where is Where.DESK


async def test_the_palette_finds_actions_and_does_them(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("ctrl+p")
        await stage.type("aisles")
        await stage.until_shown("Watch the mobile shelving")
        await stage.press("enter")
        await stage.until(lambda: stage.app.where is Where.AISLES)


async def test_a_click_on_a_key_does_its_action(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.pilot.click("KeyBar", offset=(11, 0))
        await stage.settle()
        assert stage.app.where is Where.FIND


async def test_the_code_of_the_chosen_thing_can_be_copied(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.box.code)
        await stage.press("f1")
        await stage.type("copy")
        await stage.press("enter")
        assert stage.app.clipboard == house.box.code


async def test_keys_of_other_screens_do_nothing_under_a_question(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f4", "right")
        stage.key("f6", 0.5)
        await stage.until_shown("CLOSES")
        for key in ("f2", "f3", "f1", "ctrl+p", "ctrl+q"):
            stage.key(key, 0.5)
            await stage.pilot.pause()
            assert stage.app.where is Where.CONFIRM
        await stage.press("escape")


def test_the_registry_is_what_screens_offer() -> None:
    assert all(isinstance(action, Action) for action in offered(Where.DESK))
    assert {action.name for where in HOUSE for action in offered(where)} >= {"find", "desk", "aisles", "stop", "quit"}


async def test_no_toast_lies_over_the_help(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f6")
        assert stage.toasts() != []
        await stage.press("f1")
        assert stage.toasts() == []
