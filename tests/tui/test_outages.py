"""A block out of order in the app: asked for a reason, marked by word and shape, told wherever a box is looked for."""

from __future__ import annotations

import pytest
from tui_house import OPERATOR, TuiHouse
from tui_stage import Stage, on_stage

from archroom.core.acts import ActKind
from archroom.core.shelving import AisleState
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles import block_drawing
from archroom.tui.aisles.block_drawing import Sight
from archroom.tui.aisles.outages import OrderForm, sayings
from archroom.tui.forms import FormBox
from archroom.tui.glyphs import ASCII, UNICODE
from archroom.tui.situation import Where


async def at_aisles(stage: Stage) -> None:
    """Go to the aisles, to aisle 2."""
    await stage.press("f4")
    await stage.until_shown("LIVE")
    await stage.press("right")


async def form_of(stage: Stage, action: str) -> OrderForm:
    """Begin an action that has no key, as the palette does."""
    stage.app.perform(BY_NAME[action])
    await stage.until(lambda: isinstance(stage.app.screen, OrderForm))
    await stage.until(lambda: len(stage.app.screen.query(FormBox)) > 0)
    screen = stage.app.screen
    assert isinstance(screen, OrderForm)
    return screen


async def answered(stage: Stage, action: str, why: str = "") -> None:
    """Fill in a form and say yes."""
    screen = await form_of(stage, action)
    if why:
        screen.query(FormBox).last().value = why
    await stage.press("f9")


def drawing(house: TuiHouse, glyphs: str = "unicode") -> str:
    """The line of the aisles' numbers under block 1."""
    block = house.shelving.blocks[1]
    outage = house.services.outages.present().get(1)
    sight = Sight(block, house.shelving.positions[1], True, {2: AisleState.OPEN}, outage=outage)
    lines = block_drawing.drawn(sight, 80, 3, ASCII if glyphs == "ascii" else UNICODE)
    return "".join(text for text, _ in lines[-1])


async def test_it_takes_a_reason_and_is_shown_until_it_is_back(house: TuiHouse) -> None:
    async with on_stage(house, (120, 40)) as stage:
        await at_aisles(stage)
        screen = await form_of(stage, "out_of_order")
        assert stage.app.where is Where.ORDER
        assert "no safety function" in stage.said()
        await stage.press("f9")
        assert "what is wrong with it" in stage.said(), "no reason, no act"
        assert house.services.outages.present() == {}
        screen.query(FormBox).last().value = "drive of carriage 3"
        await stage.press("f9")
        await stage.until_shown("OUT OF ORDER  Since")
        assert "✗ OUT OF ORDER Since 2026-11-24, says " in stage.said()
        assert "drive of carriage 3" in stage.said()
        event = house.archive.books.events[-1]
        assert (event.act.kind, event.performer.actor) == (ActKind.BLOCK_OUT_OF_ORDER, OPERATOR.actor)
        await answered(stage, "opened_by_hand")
        await stage.until_shown("✓ BY HAND  Aisle 2, says ")
        await answered(stage, "in_order")
        await stage.until(lambda: "OUT OF ORDER  Since" not in stage.shown())
        assert house.services.outages.present() == {}


async def test_what_cannot_be_said_is_told_and_leaves_no_trace(house: TuiHouse) -> None:
    async with on_stage(house, (120, 40)) as stage:
        await at_aisles(stage)
        count = len(house.archive.books.events)
        await answered(stage, "in_order")
        await stage.until(lambda: any("is not out of order" in text for text in stage.toasts()))
        await answered(stage, "opened_by_hand")
        assert len(house.archive.books.events) == count
        await form_of(stage, "out_of_order")
        await stage.scan(house.box.code)
        assert "A scan is not an answer" in stage.said()
        await stage.press("escape")
        assert len(house.archive.books.events) == count


async def test_an_opening_is_refused_with_the_reason_and_another_terminal_sees_it(house: TuiHouse) -> None:
    async with on_stage(house, (120, 40)) as stage:
        await at_aisles(stage)
        house.services.outages.take_out(OPERATOR, 1, "drive of carriage 3")
        await stage.until_shown("OUT OF ORDER")
        await stage.press("f6")
        await stage.until(lambda: any("shelving in-order 1" in text for text in stage.toasts()))
        assert house.shelving.log == []


async def test_find_says_that_a_box_cannot_be_had(house: TuiHouse) -> None:
    house.services.outages.take_out(OPERATOR, 1, "drive of carriage 3")
    async with on_stage(house, (160, 40)) as stage:
        await stage.press("f2")
        await stage.type("MS 1/1")
        await stage.until_shown("✗ UNREACHABLE  R1/1/03/A/2/4")
        await stage.until(lambda: "(drive of carriage 3)" in stage.said())
        house.services.outages.open_by_hand(OPERATOR, 1, 2)
        await stage.press("f4", "f2")
        await stage.until_shown("✓ BY HAND  R1/1/03/A/2/4")
        await stage.press("f3")
        await stage.scan(house.box.code)
        assert "its aisle 2 was opened by hand" in stage.said()


@pytest.mark.parametrize(("glyphs", "no", "yes"), [("unicode", "✗", "✓"), ("ascii", "x", "+")])
def test_the_drawing_marks_each_aisle_by_a_shape(house: TuiHouse, glyphs: str, no: str, yes: str) -> None:
    assert not {no, yes} & set(drawing(house, glyphs))
    house.services.outages.take_out(OPERATOR, 1, "drive")
    assert drawing(house, glyphs).split() == [f"{no}{aisle}" for aisle in house.shelving.blocks[1].aisles]
    house.services.outages.open_by_hand(OPERATOR, 1, 2)
    marked = drawing(house, glyphs).split()
    assert marked == [f"{yes if aisle == 2 else no}{aisle}" for aisle in house.shelving.blocks[1].aisles]


def test_nothing_is_said_of_a_block_in_order() -> None:
    assert sayings(None) == []
