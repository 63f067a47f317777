"""The aisles: drawn from what is reported, old values never shown as true, an opening asked for, confirmed and watched."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_house import TuiHouse, tui_house
from tui_stage import Stage, on_stage

from archroom.core.shelving import OutcomeKind, Trust
from archroom.errors import LinkError, MotionRefused, say
from archroom.tui.aisles.block_panel import BlockPanel
from archroom.tui.aisles.confirm import AnswerBox, ConfirmScreen
from archroom.tui.situation import Where


async def at_aisles(stage: Stage) -> None:
    """Go to the aisles and wait until the block is drawn."""
    await stage.press("f4")
    await stage.until_shown("LIVE")


async def asked(stage: Stage, *keys: str) -> ConfirmScreen:
    """Choose an aisle with the arrow keys and ask for it."""
    await at_aisles(stage)
    await stage.press(*keys)
    await stage.pilot.press("f6")
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await stage.until_shown("CLOSES")
    screen = stage.app.screen
    assert isinstance(screen, ConfirmScreen)
    return screen


async def hand(stage: Stage, *keys: str) -> None:
    """Press keys while a worker waits for the answer."""
    for key in keys:
        stage.key(key, 0.5)
        await stage.until(lambda: not stage.app.is_holding_keys)


async def test_the_block_is_drawn_with_its_open_aisle(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        shown = stage.shown()
        assert "╔═══╗           ┌────────┐" in shown
        assert "✓ OPEN  Aisle 1" in shown
        assert "read 0.2 s ago" in shown


async def test_old_values_are_stale_whatever_they_said(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        house.shelving.is_blocked = True
        await stage.until(lambda: stage.app.shelving.is_awaited)
        house.clock.pass_seconds(1.5)
        await stage.until_shown("? STALE")
        shown = stage.shown()
        assert "OPEN" not in shown
        assert "░" in shown
        assert "read 1.7 s ago" in shown
        house.shelving.is_blocked = False
        house.shelving.unblocked.set()
        await stage.until_shown("✓ LIVE")


@pytest.mark.parametrize(
    ("trust", "word"), [(Trust.UNKNOWN, "? UNKNOWN"), (Trust.LOST, "✗ NO ANSWER"), (Trust.STALE, "? STALE")]
)
async def test_what_is_not_known_is_hatched_and_never_open(house: TuiHouse, trust: Trust, word: str) -> None:
    house.shelving.trust = trust
    async with on_stage(house) as stage:
        await stage.press("f4")
        await stage.until_shown(word)
        assert "░" in stage.shown()
        assert "✓" not in stage.shown()


async def test_a_block_that_may_not_be_moved_says_why(house: TuiHouse) -> None:
    house.shelving.why_not = say("This controller is not commissioned.")
    async with on_stage(house) as stage:
        await at_aisles(stage)
        assert "✗ NOT TO BE MOVED  This controller is not commissioned." in stage.shown()


async def test_shelving_that_does_not_answer_is_told_and_grows_old(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        house.shelving.trouble = LinkError(say("The shelving server does not answer."))
        await stage.until_shown("The shelving server does not answer.")
        house.clock.pass_seconds(3)
        await stage.until_shown("STALE")


async def test_an_opening_is_asked_confirmed_by_number_and_watched(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await asked(stage, "right", "right")
        shown = stage.said()
        assert "Aisle 1 of block 1 CLOSES." in shown
        assert "Aisle 3 opens; carriages that move: 2, 3." in shown
        await hand(stage, "1", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
        assert stage.app.where is Where.AISLES
        assert house.shelving.log == ["select 1/3 by Olga Berg", "go 1/3 clear (1,)"]
        await stage.until_shown("✓ OPEN  Aisle 3")
        assert "BlockSeen" in stage.names()
        assert "OPEN: Aisle 1/3" in " ".join(stage.toasts())


async def test_the_aisle_of_a_found_thing_is_asked_for_from_find(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f2")
        await stage.type("1, smith")
        await stage.until(lambda: stage.app.situation.chosen.code == house.box.code)
        await stage.pilot.press("f6")
        await stage.until_shown("Aisle 2 opens")
        await stage.press("escape")
        await stage.settle()
        assert "Not confirmed: nothing moves." in " ".join(stage.toasts())
        assert stage.app.where is Where.FIND


@pytest.mark.parametrize("keys", [("enter",), ("1", "enter"), ("f9",), ("2", "f9"), ("1", "escape")])
async def test_nothing_else_moves_steel(house: TuiHouse, keys: tuple[str, ...]) -> None:
    async with on_stage(house) as stage:
        await asked(stage, "right")
        await hand(stage, *keys)
        assert house.shelving.log == ["select 1/2 by Olga Berg"]
        if stage.app.where is Where.CONFIRM:
            await stage.press("escape")
        await stage.settle()
        assert house.shelving.log == ["select 1/2 by Olga Berg"]


@pytest.mark.parametrize("text", ["1", "12", "B00000001K", "9780001112223", "1\t1"])
@pytest.mark.parametrize("end", ["\r", "\t", "\n"])
async def test_a_scan_is_no_answer(house: TuiHouse, text: str, end: str) -> None:
    async with on_stage(house) as stage:
        screen = await asked(stage, "right")
        stage.burst(text, end)
        await stage.until_shown("A scan is not an answer.")
        assert screen.query_one(AnswerBox).value == ""
        await hand(stage, "f9")
        await stage.until_shown("Type the number first.")
        assert "ScanAnswered" not in stage.names()
        await stage.press("escape")
        await stage.settle()
        assert house.shelving.log == ["select 1/2 by Olga Berg"]


async def test_a_scanner_that_ends_with_the_named_key_is_no_answer_either(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await asked(stage, "right")
        stage.key("1", 0.5)
        stage.key("f9", 0.01)
        await stage.until_shown("A scan is not an answer.")
        await stage.press("escape")
        await stage.settle()
        assert house.shelving.log == ["select 1/2 by Olga Berg"]


async def test_the_stop_card_is_obeyed_over_the_question(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await asked(stage, "right")
        stage.burst("CMD-STOP")
        await stage.until_shown("STOPPED")
        assert house.shelving.stops == 1
        await stage.press("escape")


async def test_a_paste_is_no_answer(house: TuiHouse) -> None:
    from textual import events

    async with on_stage(house) as stage:
        screen = await asked(stage, "right")
        stage.app.post_message(events.Paste("1"))
        await hand(stage, "f9")
        await stage.until_shown("Type the number first.")
        assert screen.query_one(AnswerBox).value == ""
        await stage.press("escape")


async def test_a_wrong_number_is_told_and_may_be_corrected(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await asked(stage, "right")
        await hand(stage, "4", "f9")
        await stage.until_shown("Aisle 4 does not close here.")
        await hand(stage, "1", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        assert house.shelving.log[-1] == "go 1/2 clear (1,)"


async def test_a_question_goes_away_with_its_ticket(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await asked(stage, "right")
        house.clock.pass_seconds(11)
        await stage.until(lambda: stage.app.where is Where.AISLES)
        await stage.until_shown("The question was open too long")
        await stage.settle()
        assert house.shelving.log == ["select 1/2 by Olga Berg"]


async def test_a_refusal_of_the_supervisor_is_told(house: TuiHouse) -> None:
    house.shelving.refusal = MotionRefused(say("Somebody is in aisle {aisle}.", aisle=4))
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await stage.press("f6")
        assert "REFUSED: Aisle 1/1. Somebody is in aisle 4." in " ".join(stage.toasts())


@pytest.mark.parametrize(("kind", "word"), [(OutcomeKind.UNKNOWN, "UNKNOWN"), (OutcomeKind.ABORTED, "STOPPED ON THE WAY")])
async def test_an_end_that_is_not_good_has_its_own_word(house: TuiHouse, kind: OutcomeKind, word: str) -> None:
    house.shelving.end = kind
    async with on_stage(house) as stage:
        await asked(stage, "right")
        await hand(stage, "1", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
        await stage.press("f3")
        assert word in stage.shown()
        assert "Aisle 1/2. The controller no longer answers." in stage.said()


async def test_one_opening_at_a_time_and_leaving_is_asked_twice(house: TuiHouse) -> None:
    house.shelving.pace_s = 20.0
    async with on_stage(house) as stage:
        await asked(stage, "right")
        await hand(stage, "1", "f9")
        await stage.until(lambda: "BlockSeen" in stage.names())
        await stage.until_shown("▸ MOVING  Aisle 2 opens, aisle 1 closes.")
        assert "◂◂◂" in stage.shown()
        await hand(stage, "f6")
        await stage.until_shown("The shelving moves for you")
        await hand(stage, "ctrl+q")
        await stage.until_shown("Press ^Q again")
        assert stage.app.is_running
        await hand(stage, "f8")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
        assert "STOPPED ON THE WAY" in " ".join(stage.toasts())


async def done_from_palette(stage: Stage, words: str) -> None:
    """Do an action by its name, as ctrl+p and Enter do."""
    await stage.press("f1")
    await stage.type(words)
    await stage.pilot.press("enter")
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))


async def test_a_block_closes_up_once_the_aisle_that_closes_is_clear(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await stage.press("right")
        await done_from_palette(stage, "close all aisles")
        assert "Aisle 1 of block 1 CLOSES." in stage.said()
        assert "The block closes up around aisle 2; carriages that move:" in stage.said()
        await hand(stage, "1", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
        assert house.shelving.log == ["select close 1/2 by Olga Berg", "go close 1/2 clear (1,)"]
        await stage.until_shown("ALL CLOSED")
        assert "DONE: Closing 1/2. Block 1 is closed around aisle 2." in " ".join(stage.toasts())


async def test_what_cannot_be_done_is_refused_with_its_reason(house: TuiHouse) -> None:
    house.shelving.refusal = MotionRefused(say("The controller of block {block} cannot do that.", block=1))
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await stage.press("f1")
        await stage.type("spread")
        await stage.press("enter")
        await stage.settle()
        assert "REFUSED: Ventilating 1/1. The controller of block 1 cannot do that." in " ".join(stage.toasts())


async def test_each_of_several_aisles_that_narrow_is_confirmed_by_its_number(house: TuiHouse) -> None:
    house.shelving.locked[1] = frozenset({4})
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await done_from_palette(stage, "spread the carriages")
        await hand(stage, "1", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.until_shown("? PARTLY OPEN  Aisle 1, 2, 3")
        await stage.press("right", "right")
        await stage.pilot.press("f6")
        await stage.until_shown("Aisles 1, 2 of block 1 NARROW.")
        for said, words in (("1", "not the numbers"), ("1,3", "Aisle 3 does not close here."), ("", "all of them first")):
            await hand(stage, *said, "f9")
            await stage.until_shown(words)
        assert house.shelving.log[-1] == "select 1/3 by Olga Berg"
        await hand(stage, *"2, 1", "f9")
        await stage.until(lambda: house.shelving.log[-1] == "go 1/3 clear (1, 2)")
        await stage.until_shown("✓ OPEN  Aisle 3")


async def test_a_carriage_is_locked_drawn_as_fixed_and_unlocked(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await done_from_palette(stage, "lock a carriage")
        assert "Carriages: 2, 3, 4, 5, 6, 7." in stage.said()
        for said, words in (("", "Type the number first."), ("1", "1 is none of these carriages.")):
            await hand(stage, *said, "f9")
            await stage.until_shown(words)
        assert house.shelving.log == []
        await hand(stage, "3", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        assert house.shelving.log == ["select lock 1/3 by Olga Berg", "go lock 1/3 clear ()"]
        await stage.until_shown("✗ LOCKED  Carriage 3")
        assert stage.shown().count("╔") == 2
        assert "DONE: Locking 1/3. Carriage 3 of block 1 is locked now." in " ".join(stage.toasts())
        await done_from_palette(stage, "locked carriage")
        await stage.until_shown("Carriages: 3.")
        await stage.press("escape")
        await stage.settle()
        assert house.shelving.locked == {1: frozenset({3})}
        await done_from_palette(stage, "locked carriage")
        await hand(stage, "3", "f9")
        await stage.until(lambda: house.shelving.locked == {1: frozenset()})


@pytest.mark.parametrize("end", ["\r", "\t"])
async def test_a_scan_locks_nothing(house: TuiHouse, end: str) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await done_from_palette(stage, "lock a carriage")
        stage.burst("3", end)
        await stage.until_shown("A scan is not an answer.")
        await hand(stage, "f9")
        await stage.until_shown("Type the number first.")
        assert house.shelving.log == []


async def test_the_cursor_goes_along_the_aisles_as_they_are_drawn_and_from_block_to_block(tmp_path: Path) -> None:
    async with on_stage(tui_house(tmp_path, "large"), (160, 50)) as stage:
        await at_aisles(stage)
        await stage.press("right")
        assert stage.app.situation.chosen.aisle == (1, 2)
        await stage.press("down", "left")
        assert stage.app.situation.chosen.aisle == (2, 2)  # block 2 is numbered from the right
        await stage.press("up", "up", "left", "left")
        assert stage.app.situation.chosen.aisle == (1, 1)


async def test_a_click_chooses_the_aisle_that_is_drawn_there(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        line = next(line for line in stage.shown().split("\n") if "[1]" in line)
        panel = stage.app.screen.query_one(BlockPanel)
        y = stage.shown().split("\n").index(line) - panel.region.y
        await stage.pilot.click(BlockPanel, offset=(line.index("4") - panel.region.x, y))
        await stage.settle()
        assert stage.app.situation.chosen.aisle == (1, 4)


async def test_nobody_asks_the_shelving_while_nobody_looks(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await stage.press("f3")
        before = stage.names().count("ViewsRead")
        await stage.pilot.pause(0.6)
        assert stage.names().count("ViewsRead") <= before + 1
