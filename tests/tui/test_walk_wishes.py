"""What is wished of a walk besides its codes: orders, due times, least waiting, and where to park after the last."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_house import OPERATOR
from tui_stage import Stage, on_stage
from walk_house import PLACES, WalkHouse, at_walk, paste, walk_house

from archroom.core.routes.errands import Goal
from archroom.services.errands import Asked
from archroom.services.planning import Planning, Walk, Wishes
from archroom.tui import inputs
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.inputs import TextBox

WIDE = (160, 50)


@pytest.fixture
def walk(tmp_path: Path) -> WalkHouse:
    return walk_house(tmp_path)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[list[Asked]]:
    """What each plan was asked for."""
    asked_of: list[list[Asked]] = []
    plan = Planning.plan

    def noted(self: Planning, asked: list[Asked], wishes: Wishes) -> Walk:
        asked_of.append(asked)
        return plan(self, asked, wishes)

    monkeypatch.setattr(Planning, "plan", noted)
    return asked_of


def box(stage: Stage) -> str:
    return stage.app.screen.query_one(TextBox).value


async def perform(stage: Stage, name: str) -> None:
    stage.app.perform(BY_NAME[name])
    await stage.settle()


async def test_three_columns_of_a_spreadsheet_are_pasted(walk: WalkHouse, planned: list[list[Asked]]) -> None:
    first, second, third = walk.codes(0, 1, 2).split()
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, f"{first}\t7\t12\r\n{second}\t7\r\n\r\n{third}\t\t0.5\r\n")
        assert planned[-1] == [Asked(first, "7", 720.0), Asked(second, "7"), Asked(third, "", 30.0)]
        said = stage.said()
        assert f"({first}); order 7, due in 12 min" in said
        assert f"({second}); order 7 " in said
        assert f"({third}); due in 1 min" in said
        assert box(stage) == ""


async def test_columns_can_be_typed_where_no_tab_can(walk: WalkHouse, planned: list[list[Asked]]) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage)
        await stage.type("PL 1 ;  ; 5")
        await stage.press("enter")
        assert planned[-1] == [Asked("PL 1", "", 300.0)]


async def test_a_bad_line_is_told_and_stays_in_the_box_and_the_others_are_on_the_list(walk: WalkHouse) -> None:
    first, second, third = walk.codes(0, 1, 2).split()
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, f"{first}\n{second}\t7\tsoon\n{third}\n\t8\t5")
        assert "Line 2: soon is no number of minutes. Lines that stay in the box: 2." in stage.toasts()
        assert [line.text for line in stage.app.walk_list.lines] == [first, third]
        assert box(stage) == f"{second} ; 7 ; soon |  ; 8 ; 5"
        await stage.press("enter")
        assert "Line 1: soon is no number of minutes. Lines that stay in the box: 2." in stage.toasts()
        assert box(stage) == f"{second} ; 7 ; soon |  ; 8 ; 5"
        stage.app.screen.query_one(TextBox).value = f"{second} ; 7 ; 30"
        await stage.press("enter")
        assert [line.text for line in stage.app.walk_list.lines] == [first, third, second]
        assert (stage.app.walk_list.lines[-1].order, box(stage)) == ("7", "")


async def test_what_is_too_much_for_list_or_box_is_taken_in_no_part(
    walk: WalkHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archroom.tui.walk.list.MOST_LINES", 2)
    monkeypatch.setattr(inputs, "MOST_PASTED", 3)
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0, 1, 2))
        assert (stage.app.walk_list.lines, box(stage)) == ([], " | ".join(walk.codes(0, 1, 2).split()))
        stage.app.screen.query_one(TextBox).value = ""
        await paste(stage, walk.codes(0, 1, 2, 3))
        assert "4 lines; at most 3 are pasted at once." in stage.toasts()
        assert (stage.app.walk_list.lines, box(stage)) == ([], "")


async def test_orders_stay_together_here_too(walk: WalkHouse) -> None:
    codes = walk.codes(2, 4, 3).split()
    asked = [Asked(code, order) for code, order in zip(codes, ("a", "b", "a"), strict=True)]
    plan = walk.house.services.planning.plan(asked, Wishes())
    aisles = [step.aisle for step in plan.route.steps]
    assert aisles != sorted(aisles), "without orders the walk goes from one end to the other"
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, "\n".join(f"{one.text}\t{one.order}" for one in asked))
        assert stage.app.walk_list.walk == plan


async def test_a_due_time_is_a_moment_and_each_plan_gets_what_is_left_of_it(
    walk: WalkHouse, planned: list[list[Asked]]
) -> None:
    code = walk.boxes[0].code
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, f"{code}\t\t10")
        assert "due in 10 min" in stage.said()
        plans, stands = len(planned), stage.names().count("WalkStands")
        walk.house.clock.pass_seconds(59)
        screen.look()
        await stage.until(lambda: stage.names().count("WalkStands") > stands)
        assert len(planned) == plans, "nothing has changed but a little time"
        walk.house.clock.pass_seconds(2)
        screen.look()
        await stage.until_shown("due in 9 min")
        await stage.until(lambda: planned[-1][0].due_s == 539)
        walk.house.clock.pass_seconds(680)
        screen.look()
        await stage.until_shown("overdue by 3 min")
        await stage.until(lambda: planned[-1][0].due_s == 0)
        await stage.settle()
        await stage.press("ctrl+r")
        assert "overdue" not in stage.said(), "what is done is late no longer"


async def test_the_least_waiting_is_planned_in_place_of_the_shortest_walk(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0, 1))
        await perform(stage, "turn_goal")
        assert "Planned for the least waiting in sum" in stage.said()
        goals = [stage.app.walk_list.wishes.goal]
        assert stage.names().count("WalkPlanned") == 2
        await perform(stage, "turn_goal")
        assert "Planned for the least waiting in sum" not in stage.said()
        goals.append(stage.app.walk_list.wishes.goal)
        assert goals == [Goal.WAITING, Goal.TIME]


def lend_and_put_back(walk: WalkHouse, *numbers: int) -> None:
    """Let past loans ask for these boxes."""
    desk = walk.house.services.desk
    for number in numbers:
        code = walk.boxes[number].code
        desk.lend(OPERATOR, code, walk.house.ann.code)
        desk.take_back(OPERATOR, code)
        desk.put(OPERATOR, code, f"R1/{PLACES[1][number]}")


async def test_the_aisle_to_leave_open_is_a_row_from_which_it_is_opened(walk: WalkHouse) -> None:
    lend_and_put_back(walk, 2, 2, 2)
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, walk.codes(3))
        assert "Afterwards" not in stage.said()
        await perform(stage, "turn_parking")
        assert "The last lines say which aisle to leave open" in stage.said()
        assert "Afterwards have aisle 1/1 opened (aisle 6 closes)" in stage.said()
        await stage.press("pagedown")
        assert (screen.chosen().aisle, screen.chosen().lines) == ((1, 1), ())
        await stage.press("ctrl+r")
        assert "Choose a line of the walk first" in " ".join(stage.toasts())
        await stage.press("up", "up")
        assert screen.chosen().aisle == (1, 6)
        await open_chosen(stage, closes=1)
        walk.house.services.desk.put(OPERATOR, walk.boxes[3].code, "R1/RR")
        await perform(stage, "plan_again")
        assert "To fetch on this walk: 0; not on it: 0; done: 1." in stage.said()
        assert "Afterwards have aisle 1/1 opened" in stage.said(), "it is said when all is done too"
        await stage.press("pagedown")
        assert screen.chosen().aisle == (1, 1)
        await open_chosen(stage, closes=6)
        await stage.until(lambda: "Afterwards" not in stage.said())


async def open_chosen(stage: Stage, closes: int) -> None:
    """Open the aisle of the chosen row, and come back."""
    stage.key("f6", 0.5)
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    ended = stage.names().count("OpeningEnded")
    stage.key(str(closes), 0.5)
    stage.key("f9", 0.5)
    await stage.until(lambda: stage.names().count("OpeningEnded") > ended)
    await at_walk(stage)


async def test_emptying_forgets_the_wishes_and_another_purpose_keeps_them(walk: WalkHouse) -> None:
    lend_and_put_back(walk, 2, 2)
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, f"{walk.boxes[3].code}\t7\t10")
        await perform(stage, "turn_goal")
        await perform(stage, "turn_parking")
        listed = stage.app.walk_list
        await perform(stage, "turn_purpose")
        assert (listed.goal, listed.is_parking, listed.parkings) == (Goal.WAITING, True, ())
        assert "order 7, due in 10 min" in stage.said()
        stage.app.perform(BY_NAME["empty_walk"])
        await stage.until_shown("Press F9")
        stage.key("f9", 0.5)
        await stage.until(lambda: listed.lines == [])
        assert (listed.goal, listed.is_parking) == (Goal.TIME, False)
