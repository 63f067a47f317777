"""A second person at the aisle: named by hand for each motion, in a question of its own, and by nothing else."""

from __future__ import annotations

import pytest
from tui_house import TuiHouse
from tui_stage import Stage, on_stage

from archroom.tui.aisles.attending import AttendForm
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.situation import Where

CARD = "31142060001"


async def hand(stage: Stage, *keys: str) -> None:
    """Press keys while a worker waits for the answer."""
    for key in keys:
        stage.key(key, 0.5)
        await stage.until(lambda: not stage.app.is_holding_keys)


async def asked(stage: Stage) -> None:
    """Ask for an aisle, say that the one which closes is clear, and be asked who is there."""
    await stage.press("f4")
    await stage.until_shown("LIVE")
    await stage.press("right", "right")
    await stage.pilot.press("f6")
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await hand(stage, "1", "f9")
    await stage.until(lambda: isinstance(stage.app.screen, AttendForm))
    await stage.until_shown("Who stands there now")


async def test_a_typed_name_lets_it_move_and_only_then(house: TuiHouse) -> None:
    house.shelving.needs_attendant = True
    async with on_stage(house) as stage:
        await asked(stage)
        assert "moves only while a second person" in stage.said()
        assert stage.app.where is Where.ATTEND
        assert house.shelving.log == ["select 1/3 by Olga Berg"]
        await hand(stage, *"Ben Wu", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
    assert house.shelving.log[1:] == ["go 1/3 clear (1,) attended by Ben Wu"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("f9",), "moves only while a second person holds"),
        ((*"olga berg", "f9"), "must be another one"),
        (("1", "f9"), "A code is no answer"),
        ((*"Ben", "enter"), "Who stands there now"),
    ],
)
async def test_nothing_else_is_an_answer(house: TuiHouse, keys: tuple[str, ...], said: str) -> None:
    house.shelving.needs_attendant = True
    async with on_stage(house) as stage:
        await asked(stage)
        await hand(stage, *keys)
        assert said in stage.said()
        assert house.shelving.log == ["select 1/3 by Olga Berg"]
        await stage.press("escape")
        await stage.settle()
    assert house.shelving.log == ["select 1/3 by Olga Berg"]


async def test_a_scan_is_no_answer(house: TuiHouse) -> None:
    house.shelving.needs_attendant = True
    async with on_stage(house) as stage:
        await asked(stage)
        stage.burst(house.ann.code)
        await stage.until_shown("A scan is not an answer.")
        await hand(stage, "f9")
        assert stage.app.where is Where.ATTEND
        await stage.press("escape")
        await stage.settle()
    assert house.shelving.log == ["select 1/3 by Olga Berg"]


async def test_the_question_goes_away_with_its_ticket(house: TuiHouse) -> None:
    house.shelving.needs_attendant = True
    house.shelving.life_s = 2.0
    async with on_stage(house) as stage:
        await asked(stage)
        await stage.until(lambda: stage.app.where is Where.AISLES)
        await stage.settle()
    assert house.shelving.log == ["select 1/3 by Olga Berg"]


async def test_where_it_does_not_tell_the_person_says_which_aisle_is_open(house: TuiHouse) -> None:
    house.shelving.tells_places = False
    async with on_stage(house) as stage:
        await stage.press("f4")
        await stage.until_shown("LIVE")
        await stage.press("right", "right")
        await stage.pilot.press("f6")
        await stage.until_shown("The open aisle of block 1 CLOSES")
        await hand(stage, "3", "f9")
        await stage.until_shown("Aisle 3 does not close here.")
        await hand(stage, *"5, 1", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
    assert house.shelving.log[1:] == ["go 1/3 clear (1, 5)"]
