"""Jogging in the app: a press is a step, what is held is let go by whatever ends it, and nothing moves by waiting keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from manual_clock import ManualClock
from textual import events
from textual.message import Message as Posted
from tui_house import TuiHouse
from tui_stage import Stage, key_event, on_stage

from archroom.core.shelving import OutcomeKind
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.aisles.grip import HANG_S, LOOKED_S, Grip, Looked
from archroom.tui.aisles.jog import HELD_MOST_MM, LATE_S, JogField, JogScreen


async def hand(stage: Stage, *keys: str) -> None:
    """Press keys while a worker may wait for the answer."""
    for key in keys:
        stage.key(key, 0.5)
        await stage.until(lambda: not stage.app.is_holding_keys)


def arrow(stage: Stage, key: str) -> None:
    """Press an arrow key now, a second after the last key."""
    stage.key_s = max(stage.key_s, Posted().time)
    stage.key(key, 1.0)


async def arrows(stage: Stage, *keys: str) -> None:
    """Press arrow keys one after the other, as a person does who looks in between."""
    for key in keys:
        arrow(stage, key)
        await stage.settle()


def ended(stage: Stage) -> int:
    """How many motions came to their end."""
    return stage.names().count("OpeningEnded")


@asynccontextmanager
async def jogging(house: TuiHouse, carriage: str = "4") -> AsyncIterator[tuple[Stage, JogScreen]]:
    """The app with one carriage on the jog screen."""
    async with on_stage(house) as stage:
        await stage.press("f4")
        await stage.until_shown("LIVE")
        stage.app.perform(BY_NAME["jog"])
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await hand(stage, carriage, "f9")
        await stage.until(lambda: isinstance(stage.app.screen, JogScreen))
        await stage.settle()
        screen = stage.app.screen
        assert isinstance(screen, JogScreen)
        yield stage, screen
        screen.let_go()
        house.shelving.stop()
        stage.app.opening.give_up()


async def first_step(stage: Stage, key: str = "left", aisle: str = "3") -> None:
    """Make a step that way and answer its question."""
    before = ended(stage)
    arrow(stage, key)
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    assert f"Aisle {aisle} of block 1 CLOSES." in stage.said()
    await hand(stage, aisle, "f9")
    await stage.until(lambda: ended(stage) > before)
    await stage.settle()


def field(screen: JogScreen, index: int = 0) -> JogField:
    """One of the two fields."""
    return list(screen.query(JogField))[index]


@pytest.fixture
def roomy(house: TuiHouse) -> TuiHouse:
    """A house in which every carriage has room to go."""
    block = house.shelving.blocks[1]
    spread = list(block.positions_mm(block.open_aisles))
    for carriage in range(2, len(spread)):
        spread[carriage - 1] -= 100 * (len(spread) - carriage)
    house.shelving.positions[1] = tuple(spread)
    return house


async def test_a_step_asks_once_each_way_and_then_moves_by_one_press(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, _):
        start = roomy.shelving.positions[1][3]
        await first_step(stage)
        assert roomy.shelving.log == ["select jog 1/4 by Olga Berg", "go jog 1/4 clear (3,)"]
        assert roomy.shelving.positions[1][3] == start - 20
        await arrows(stage, "left")
        assert (ended(stage), roomy.shelving.positions[1][3]) == (2, start - 40)
        await arrows(stage, "up", "left")
        assert (ended(stage), roomy.shelving.positions[1][3]) == (3, start - 90)
        await first_step(stage, "right", "4")
        assert roomy.shelving.positions[1][3] == start - 40
        assert "DONE: Jogging 1/4. Carriage 4 of block 1 has moved 50 mm." in " ".join(stage.toasts())


async def test_no_step_is_longer_than_50_mm(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, screen):
        await arrows(stage, *["up"] * 6)
        assert screen.step_mm == 50
        await arrows(stage, *["down"] * 6)
        assert screen.step_mm == 5


async def test_the_answer_counts_for_a_minute_and_until_something_goes_wrong(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, _):
        await first_step(stage)
        roomy.clock.pass_seconds(LOOKED_S + 1)
        await first_step(stage)
        roomy.shelving.end = OutcomeKind.UNKNOWN
        await arrows(stage, "left")
        assert "UNKNOWN" in " ".join(stage.toasts())
        roomy.shelving.end = OutcomeKind.DONE
        await first_step(stage)


async def test_leaving_the_question_moves_nothing(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, _):
        start = roomy.shelving.positions[1]
        arrow(stage, "left")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await hand(stage, "escape")
        await stage.until(lambda: ended(stage) == 1)
        assert roomy.shelving.positions[1] == start
        assert isinstance(stage.app.screen, JogScreen)


async def test_a_key_that_is_held_down_makes_one_step(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, _):
        await first_step(stage)
        arrow(stage, "left")
        await stage.until(lambda: ended(stage) == 2)
        stage.key("left", 0.66)
        for _ in range(30):
            stage.key("left", 0.033)
        await stage.settle()
        assert roomy.shelving.log.count("select jog 1/4 by Olga Berg") == 2


async def test_a_key_that_waited_in_a_hanging_screen_moves_nothing(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, _):
        await first_step(stage)
        event = key_event("left")
        event.time = Posted().time - LATE_S - 0.1
        stage.app.post_message(event)
        await stage.until_shown("had waited too long")
        assert ended(stage) == 1


async def test_a_scan_moves_nothing(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, _):
        stage.burst("R1/1/03/A/2/4")
        await stage.until_shown("A scan moves nothing here.")
        assert roomy.shelving.log == []


async def press_down(stage: Stage, screen: JogScreen, index: int = 0) -> None:
    """Press the mouse on a field and wait until the carriage moves."""
    seen = stage.names().count("BlockSeen")
    at = field(screen, index).region
    await stage.pilot.mouse_down(offset=(at.x + 2, at.y + 1))
    await stage.until(lambda: stage.names().count("BlockSeen") > seen)


async def test_a_mouse_button_moves_it_as_long_as_it_is_held(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, screen):
        await first_step(stage)
        start = roomy.shelving.positions[1][3]
        roomy.shelving.pace_s = 0.3
        await press_down(stage, screen)
        assert field(screen).has_class("-held")
        at = field(screen).region
        await stage.pilot.mouse_up(offset=(at.x + 2, at.y + 1))
        await stage.until(lambda: ended(stage) == 2)
        assert start - HELD_MOST_MM < roomy.shelving.positions[1][3] <= start
        assert not field(screen).has_class("-held")
        assert "DONE: Jogging 1/4. It was let go." in " ".join(stage.toasts())


async def test_one_press_goes_so_far_at_most(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, screen):
        await first_step(stage, "right", "4")
        roomy.shelving.positions[1] = (
            *roomy.shelving.positions[1][:3],
            roomy.shelving.positions[1][3] - 250,
            *roomy.shelving.positions[1][4:],
        )
        start = roomy.shelving.positions[1][3]
        await press_down(stage, screen, 1)
        await stage.until(lambda: ended(stage) == 2)
        assert roomy.shelving.positions[1][3] == start + HELD_MOST_MM


@pytest.mark.parametrize("end", ["away", "focus", "leave", "help"])
async def test_what_is_held_is_let_go_by_whatever_ends_it(roomy: TuiHouse, end: str) -> None:
    async with jogging(roomy) as (stage, screen):
        await first_step(stage)
        roomy.shelving.pace_s = 0.1
        await press_down(stage, screen)
        if end == "away":
            at = field(screen).region
            moved = events.MouseMove(None, 0, 0, 0, 0, 1, False, False, False, at.right + 3, at.y + 4)
            stage.app.post_message(moved)
        elif end == "focus":
            stage.app.post_message(events.AppBlur())
        elif end == "leave":
            screen.leave()
        else:
            screen.post_message(events.ScreenSuspend())
        await stage.until(lambda: ended(stage) == 2)
        assert "It was let go." in " ".join(stage.toasts())


async def test_a_hanging_screen_lets_go(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, screen):
        await first_step(stage)
        roomy.shelving.pace_s = 0.1
        await press_down(stage, screen)
        roomy.clock.pass_seconds(HANG_S + 0.01)
        await stage.until(lambda: ended(stage) == 2)
        assert "It was let go." in " ".join(stage.toasts())


async def test_nothing_is_held_where_nobody_has_looked(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, screen):
        at = field(screen).region
        await stage.pilot.mouse_down(offset=(at.x + 2, at.y + 1))
        await stage.until_shown("Nobody has looked into aisle 3 within a minute")
        assert roomy.shelving.log == []


async def test_stop_is_obeyed_over_it(roomy: TuiHouse) -> None:
    async with jogging(roomy) as (stage, screen):
        await first_step(stage)
        roomy.shelving.pace_s = 0.1
        await press_down(stage, screen)
        stage.key("f8", 0.1)
        await stage.until(lambda: ended(stage) == 2)
        assert roomy.shelving.stops == 1


# -- what lets it go, by itself


def test_a_grip_is_held_until_it_is_let_go_and_never_again() -> None:
    grip = Grip(ManualClock().monotonic)
    assert grip.is_held()
    grip.let_go()
    grip.show_life()
    assert not grip.is_held()


def test_a_grip_of_a_hanging_screen_is_let_go_for_good() -> None:
    clock = ManualClock()
    grip = Grip(clock.monotonic)
    for _ in range(10):
        clock.pass_seconds(HANG_S)
        grip.show_life()
    assert grip.is_held()
    clock.pass_seconds(HANG_S + 0.01)
    grip.show_life()
    assert not grip.is_held()


def test_a_look_counts_for_a_minute_for_its_aisle_only() -> None:
    clock = ManualClock()
    looked = Looked(clock.monotonic)
    looked.add((3,))
    assert (looked.covers((3,)), looked.covers((3, 4)), looked.covers((4,))) == (True, False, False)
    clock.pass_seconds(LOOKED_S)
    assert looked.covers((3,))
    clock.pass_seconds(0.1)
    assert not looked.covers((3,))
    looked.add((3,))
    looked.forget()
    assert not looked.covers((3,))
