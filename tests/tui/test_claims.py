"""Arming and holds in the app: offered where they are missing, answered by hand only, and shown while they stand."""

from __future__ import annotations

import pytest
from tui_house import TuiHouse
from tui_stage import Stage, on_stage

from archroom.core.arming import Unfinished
from archroom.errors import MotionRefused, Unreadable, say
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles.arming import ArmingText, ArmScreen
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.forms import FormBox, FormScreen, FormText
from archroom.tui.situation import Where

LEFT = Unfinished("m1", say("The opening of aisle 3 of block 1 by Bo ended unseen: look at the shelving."))


@pytest.fixture
def disarmed(house: TuiHouse) -> TuiHouse:
    """A house whose first block is not armed."""
    house.shelving.people.gates[1].disarm(say("The mode switch was turned."))
    return house


async def at_aisles(stage: Stage) -> None:
    """Go to the aisles and wait until the block is drawn."""
    await stage.press("f4")
    await stage.until_shown("LIVE")


async def hand(stage: Stage, *keys: str) -> None:
    """Press keys while a worker waits for the answer."""
    for key in keys:
        stage.key(key, 0.5)
        await stage.until(lambda: not stage.app.is_holding_keys)


async def arming_asked(stage: Stage) -> ArmScreen:
    """Ask for aisle 2 of a block that is not armed, and wait for the offer to arm it."""
    await at_aisles(stage)
    await stage.press("right")
    await hand(stage, "f6")
    await stage.until_shown("It may move: arm")
    screen = stage.app.screen
    assert isinstance(screen, ArmScreen)
    return screen


async def form_of(stage: Stage, key: str) -> FormScreen:
    """Open a form for aisle 2."""
    await at_aisles(stage)
    await stage.press("right", key)
    screen = stage.app.screen
    assert isinstance(screen, FormScreen)
    return screen


async def fill(stage: Stage, index: int, text: str) -> None:
    """Put a text into a box of the form in the place of what stands there."""
    box = list(stage.app.screen.query(FormBox))[index]
    box.focus()
    box.value = ""
    await stage.type(text)


# -- arming


async def test_a_block_that_is_not_armed_says_why_and_how(disarmed: TuiHouse) -> None:
    async with on_stage(disarmed) as stage:
        await at_aisles(stage)
        assert "✗ NOT ARMED The mode switch was turned. F7 arms it." in stage.said()
        assert "NOT TO BE MOVED" not in stage.said()


async def test_an_armed_block_says_by_whom_and_for_how_long(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        assert "✓ ARMED By Olga Berg, for 12:00 h yet." in stage.said()


async def test_an_opening_offers_to_arm_right_there_and_goes_on(disarmed: TuiHouse) -> None:
    async with on_stage(disarmed) as stage:
        await arming_asked(stage)
        assert "Block 1 is not armed, so nothing of it moves. The mode switch was turned." in boxed(stage)
        await hand(stage, "f9")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.until_shown("CLOSES")
        await hand(stage, "1", "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
        select = "select 1/2 by Olga Berg"
        assert disarmed.shelving.log == [select, "arm 1 by Olga Berg", select, "go 1/2 clear (1,)"]


def boxed(stage: Stage) -> str:
    """What the dialog says as one line."""
    texts = stage.app.screen.query("ArmingText, FormText")
    return " ".join(" ".join(text.render().plain for text in texts if isinstance(text, ArmingText | FormText)).split())


@pytest.mark.parametrize(("name", "verb"), [("ventilate", "ventilate"), ("close_aisles", "close")])
async def test_what_else_moves_a_block_offers_to_arm_it_too(disarmed: TuiHouse, name: str, verb: str) -> None:
    async with on_stage(disarmed) as stage:
        await at_aisles(stage)
        await stage.press("right")
        stage.app.perform(BY_NAME[name])
        await stage.until_shown("It may move: arm")
        await hand(stage, "f9")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        select = f"select {verb} 1/2 by Olga Berg"
        assert disarmed.shelving.log == [select, "arm 1 by Olga Berg", select]
        await hand(stage, "escape")
        await stage.until(lambda: "OpeningEnded" in stage.names())


async def test_a_held_aisle_is_neither_spread_nor_closed(house: TuiHouse) -> None:
    house.shelving.hold(1, 1, "Ann Archer")
    async with on_stage(house) as stage:
        await at_aisles(stage)
        for name in ("ventilate", "close_aisles"):
            stage.app.perform(BY_NAME[name])
            await stage.settle()
        assert " ".join(stage.toasts()).count("Ann Archer") == 2
        assert house.shelving.log[1:] == ["select ventilate 1/1 by Olga Berg", "select close 1/1 by Olga Berg"]


async def test_leaving_the_offer_moves_nothing_and_says_so(disarmed: TuiHouse) -> None:
    async with on_stage(disarmed) as stage:
        await arming_asked(stage)
        await hand(stage, "escape")
        await stage.settle()
        said = "REFUSED: Aisle 1/2. Block 1 is not armed. What disarmed it: The mode switch was turned."
        assert said in " ".join(stage.toasts())
        assert disarmed.shelving.log == ["select 1/2 by Olga Berg"]
        assert not disarmed.shelving.people.gates[1].arming(0.0).is_armed


@pytest.mark.parametrize("text", ["1", "12", "B00000001K", "9780001112223"])
@pytest.mark.parametrize("end", ["\r", "\t"])
async def test_a_scan_arms_nothing(disarmed: TuiHouse, text: str, end: str) -> None:
    async with on_stage(disarmed) as stage:
        await arming_asked(stage)
        stage.burst(text, end)
        await stage.until_shown("A scan is not an answer.")
        await hand(stage, "escape")
        await stage.settle()
        assert disarmed.shelving.log == ["select 1/2 by Olga Berg"]


async def test_a_scanner_that_ends_with_the_answering_key_arms_nothing(disarmed: TuiHouse) -> None:
    async with on_stage(disarmed) as stage:
        await arming_asked(stage)
        stage.key("1", 0.5)
        stage.key("f9", 0.01)
        await stage.until_shown("A scan is not an answer.")
        await hand(stage, "escape")
        await stage.settle()
        assert disarmed.shelving.log == ["select 1/2 by Olga Berg"]


@pytest.mark.parametrize("key", ["enter", "1", "space"])
async def test_no_other_key_arms(disarmed: TuiHouse, key: str) -> None:
    async with on_stage(disarmed) as stage:
        await arming_asked(stage)
        await hand(stage, key)
        assert stage.app.where is Where.ARM
        await hand(stage, "escape")
        await stage.settle()
        assert disarmed.shelving.log == ["select 1/2 by Olga Berg"]


async def test_the_stop_card_is_obeyed_over_the_offer(disarmed: TuiHouse) -> None:
    async with on_stage(disarmed) as stage:
        await arming_asked(stage)
        stage.burst("CMD-STOP")
        await stage.until_shown("STOPPED")
        assert disarmed.shelving.stops == 1
        await hand(stage, "escape")


async def test_arming_that_is_refused_is_told(disarmed: TuiHouse) -> None:
    disarmed.shelving.people.refusal = MotionRefused(say("Block 1 reports a fault."))
    async with on_stage(disarmed) as stage:
        await arming_asked(stage)
        await hand(stage, "f9")
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await stage.settle()
        assert "REFUSED: Aisle 1/2. Block 1 reports a fault." in " ".join(stage.toasts())


async def test_what_was_not_seen_is_shown_and_acknowledged_with_the_arming(house: TuiHouse) -> None:
    house.shelving.people.leave_unfinished(1, LEFT)
    async with on_stage(house) as stage:
        await at_aisles(stage)
        assert "? END NOT SEEN The opening of aisle 3 of block 1 by Bo ended unseen" in stage.said()
        await stage.press("f7")
        assert "The opening of aisle 3 of block 1 by Bo ended unseen: look at the shelving." in boxed(stage)
        await stage.press("f9")
        await stage.settle()
        assert house.shelving.log == ["arm 1 by Olga Berg m1"]
        await stage.until_shown("ARMED  By Olga Berg")
        assert "NOTED: Block 1 is armed by Olga Berg for 12 h." in " ".join(stage.toasts())


async def test_disarming_is_in_the_palette(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await stage.press("ctrl+p")
        await stage.type("disarm")
        await stage.until_shown("Disarm block")
        await stage.press("enter")
        await stage.press("enter")
        await stage.until(lambda: "disarm 1 by Olga Berg" in house.shelving.log)
        await stage.until_shown("NOT ARMED  Disarmed by Olga Berg.")


@pytest.mark.parametrize("key", ["f7", "f10", "f12"])
async def test_without_a_chosen_aisle_it_says_what_to_do(house: TuiHouse, key: str) -> None:
    async with on_stage(house) as stage:
        await stage.press(key)
        assert "Choose an aisle first, with F4 and the arrow keys." in " ".join(stage.toasts())


# -- holds


async def test_a_hold_is_placed_in_the_operators_name_and_shown(house: TuiHouse) -> None:
    async with on_stage(house, (100, 30)) as stage:
        await form_of(stage, "f10")
        await stage.press("f9")
        await stage.settle()
        assert house.shelving.log == ["hold 1/2 for Olga Berg"]
        await stage.until_shown("▪ HELD  Aisle 2: Olga Berg since 09:00")
        assert "[▪2]" in stage.shown()
        assert "NOTED: Olga Berg is in aisle 2 of block 1: it stays as it is." in " ".join(stage.toasts())
        await stage.press("right", "f6")
        await stage.settle()
        assert "Olga Berg is in aisle 2 of block 1: it must not change" in " ".join(stage.toasts())


async def test_a_hold_for_another_person_with_a_reason(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await form_of(stage, "f10")
        await fill(stage, 0, "Ann Archer")
        await fill(stage, 1, "cleaning")
        await stage.press("f9")
        await stage.settle()
        (hold,) = house.shelving.people.gates[1].holds
        assert (hold.aisle, hold.person, hold.reason) == (2, "Ann Archer", "cleaning")
        await stage.until_shown("Aisle 2: Ann Archer since 09:00, cleaning")


async def test_a_nameless_hold_is_not_sent(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await form_of(stage, "f10")
        await fill(stage, 0, " ")
        await stage.press("f9")
        assert "Type who is in the aisle." in boxed(stage)
        await stage.press("escape")
        assert house.shelving.log == []


async def test_enter_goes_to_the_next_box_and_answers_nothing(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        screen = await form_of(stage, "f10")
        boxes = list(screen.query(FormBox))
        assert screen.focused is boxes[0]
        await stage.press("enter")
        assert screen.focused is boxes[1]
        assert house.shelving.log == []


async def test_a_hold_stands_on_a_block_of_which_nothing_is_known(house: TuiHouse) -> None:
    house.shelving.hold(1, 2, "Ann Archer")
    async with on_stage(house) as stage:
        await at_aisles(stage)
        house.shelving.is_blocked = True
        await stage.until(lambda: stage.app.shelving.is_awaited)
        house.clock.pass_seconds(3)
        await stage.until_shown("? STALE")
        assert "HELD Aisle 2: Ann Archer" in stage.said()
        assert "▪2" in stage.shown()
        house.shelving.is_blocked = False
        house.shelving.unblocked.set()


async def test_ones_own_hold_is_released_by_f9(house: TuiHouse) -> None:
    house.shelving.hold(1, 2, "Olga Berg")
    async with on_stage(house) as stage:
        await form_of(stage, "f12")
        await stage.press("f9")
        await stage.settle()
        assert house.shelving.log[-1] == "release 1/2 of Olga Berg by Olga Berg"
        assert house.shelving.people.gates[1].holds == ()


async def test_the_hold_of_another_takes_two_names_and_a_reason(house: TuiHouse) -> None:
    house.shelving.hold(1, 2, "Ann Archer")
    async with on_stage(house, (100, 40)) as stage:
        await form_of(stage, "f12")
        await stage.press("f9")
        assert "The hold of somebody else ends by two names and a reason." in boxed(stage)
        await fill(stage, 2, "Bo")
        await stage.press("f9")
        assert stage.app.where is Where.RELEASE
        await fill(stage, 3, "seen at the gate")
        await stage.press("f9")
        await stage.settle()
        assert house.shelving.log[-1] == "release 1/2 of Ann Archer by Olga Berg, Bo"
        assert house.shelving.people.gates[1].holds == ()


async def test_what_is_refused_or_cannot_be_kept_is_told(house: TuiHouse) -> None:
    house.shelving.people.refusal = Unreadable(say("The disk is full."))
    async with on_stage(house) as stage:
        await form_of(stage, "f10")
        await stage.press("f9")
        await stage.settle()
        assert "REFUSED: The disk is full." in " ".join(stage.toasts())


async def test_nobody_is_released_from_an_aisle_that_nobody_holds(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await at_aisles(stage)
        await stage.press("right", "f12")
        assert "Nobody holds aisle 2 of block 1." in " ".join(stage.toasts())


@pytest.mark.parametrize(("key", "log"), [("f10", []), ("f12", ["hold 1/2 for Olga Berg"])])
async def test_a_scan_holds_and_releases_nothing(house: TuiHouse, key: str, log: list[str]) -> None:
    if log:
        house.shelving.hold(1, 2, "Olga Berg")
    async with on_stage(house) as stage:
        await form_of(stage, key)
        stage.burst("B00000001K")
        await stage.until_shown("A scan is not an answer.")
        stage.burst("9780001112223", end="")
        stage.key("f9", 0.01)
        await stage.until(lambda: not stage.app.is_holding_keys)
        assert stage.app.where in (Where.HOLD, Where.RELEASE)
        await stage.press("escape")
        await stage.settle()
        assert house.shelving.log == log


async def test_many_holds_are_counted(house: TuiHouse) -> None:
    for number in range(9):
        house.shelving.hold(1, 2, f"Person {number}")
    async with on_stage(house, (100, 40)) as stage:
        await at_aisles(stage)
        assert stage.said().count("HELD Aisle 2:") == 6
        assert "HELD 3 more." in stage.said()
