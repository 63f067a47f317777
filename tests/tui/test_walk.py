"""The walk: its list from wherever it is filled, the plan of what is left, and ticking off by hand and by scans."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input
from tui_house import OPERATOR
from tui_stage import Stage, on_stage
from walk_house import WalkHouse, at_walk, paste, walk_house

from archroom.errors import Busy, say
from archroom.services import planning
from archroom.services.errands import Asked, Purpose
from archroom.services.planning import Wishes
from archroom.services.walk_words import effort_in_words, spot_in_words, step_in_words
from archroom.tui.actions import ACTIONS, BY_NAME
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.inputs import TextBox
from archroom.tui.situation import Where
from archroom.tui.walk.screen import EmptyWalkForm

WIDE = (160, 50)


@pytest.fixture
def walk(tmp_path: Path) -> WalkHouse:
    return walk_house(tmp_path)


def held(walk: WalkHouse, aisle: int) -> None:
    walk.house.shelving.hold(1, aisle, "Ann Archer")


def left(stage: Stage) -> set[str]:
    """The titles of what is still to be done."""
    return {line.title for line in stage.app.walk_list.left}


def title(number: int) -> str:
    return f"Plans of the harbour {number}"


async def until_planned(stage: Stage) -> None:
    """Look at once, in place of waiting for the screen to do so, and wait for the plan."""
    count = stage.names().count("WalkPlanned")
    screen = await at_walk(stage)
    screen.look()
    await stage.until(lambda: stage.names().count("WalkPlanned") > count)
    await stage.settle()


def test_its_keys_are_none_that_a_box_takes() -> None:
    taken = {key for binding in Input.BINDINGS for key in str(getattr(binding, "key", "")).split(",")}
    ours = {BY_NAME[name].key for name in ("walk", "add_to_walk", "tick")}
    assert "ctrl+w" in taken, "a box deletes a word with it"
    assert ours & taken == set()
    assert sorted(action.key for action in ACTIONS if action.key in ours) == sorted(ours)


async def test_a_pasted_list_is_told_as_the_command_tells_it(walk: WalkHouse) -> None:
    codes = walk.codes(0, 1, 2, 3, 4)
    plan = walk.house.services.planning.plan([Asked(code) for code in codes.split()], Wishes())
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, codes)
        said = stage.said()
        for index, step in enumerate(plan.route.steps):
            assert step_in_words(index, step).english() in said
        for message in [*map(spot_in_words, plan.spots.values()), *effort_in_words(plan)]:
            assert message.english() in said
        assert "▪ NOW 1. Go into aisle 1/1: it stands open already." in said
        assert said.count("NOW") == 1


async def test_references_and_shelves_can_be_typed_and_a_box_stands_for_what_is_in_it(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage)
        for text in ("PL 1", "R1/1/06/A/1/1", walk.house.letter.code):
            await stage.type(text)
            await stage.press("enter")
        said = stage.said()
        assert title(1) in said
        assert "R1/1/06/A/1/1" in said
        assert "Letter to Jones, 3 May 1911 (T00000003C), in Box 1, Smith family papers" in said
        assert stage.app.screen.query_one(TextBox).value == ""


async def test_what_no_walk_reaches_stays_on_the_list_with_the_reason(walk: WalkHouse) -> None:
    held(walk, 4)
    lent, nameless = walk.house.other_box.code, "zeppelin"
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, f"{walk.codes(0, 5)}\n{lent}\n{nameless}\n{walk.house.ann.code}")
        said = stage.said()
        assert (
            f"✗ OFF Not on this walk: {title(5)} (B00000010D): aisle 1/4 is held by Ann Archer: it must not change" in said
        )
        assert "Box 2, Smith family papers (B00000002G): out to 张伟" in said
        assert "zeppelin names nothing here." in said
        assert "Ann Archer is a person, and stands in no aisle." in said
        assert walk.house.ann.code not in said
        assert "To fetch on this walk: 1; not on it: 4; done: 0." in said
        assert "DONE" not in said, "what was out from the beginning was not fetched by this walk"


async def test_a_block_out_of_order_and_its_return_are_heeded(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0, 2))
        assert "2. Open aisle 1/2" in stage.said()
        walk.house.services.outages.take_out(OPERATOR, 1, "drive of carriage 3")
        await until_planned(stage)
        assert "Open aisle" not in stage.said().replace("F6 Open aisle", "")
        assert stage.said().count("drive of carriage 3") >= 2
        walk.house.services.outages.put_back(OPERATOR, 1)
        await until_planned(stage)
        assert "2. Open aisle 1/2" in stage.said()


async def test_it_is_planned_again_when_somebody_holds_an_aisle_and_not_without_a_reason(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, walk.codes(0, 5))
        plans = stage.names().count("WalkPlanned")
        screen.look()
        await stage.until(lambda: "WalkStands" in stage.names())
        assert stage.names().count("WalkPlanned") == plans
        held(walk, 4)
        await until_planned(stage)
        assert "is held by Ann Archer" in stage.said()


async def test_ticking_goes_on_to_the_next_and_a_second_time_takes_it_back(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, walk.codes(0, 1, 2))
        await stage.press("down")
        assert screen.chosen().title == title(2)
        await stage.press("ctrl+r")
        assert left(stage) == {title(0), title(1)}
        assert f"✓ DONE {title(2)}" in stage.said()
        assert "done: 1." in stage.said()
        assert screen.chosen().aisle == (1, 2), "the cursor went on to the next step"
        await stage.press("end", *["pagedown"] * 2)
        assert screen.chosen().title == title(2)
        await stage.press("ctrl+r")
        assert left(stage) == {title(0), title(1), title(2)}


async def test_a_whole_step_is_ticked_at_its_head(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, f"{walk.codes(0)}\n{walk.house.box.code}")
        assert screen.chosen().lines == (0, 1)
        await stage.press("ctrl+r")
        assert left(stage) == set()
        assert "NOW" not in stage.said()


async def test_lending_ticks_off_and_undoing_brings_it_back(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0, 1))
        await stage.scan(walk.house.ann.code)
        await stage.scan(walk.boxes[0].code)
        await stage.until(lambda: left(stage) == {title(1)})
        await stage.until_shown("✓ DONE")
        assert f"{title(0)} (B000000057): out to Ann Archer" in stage.said()
        await stage.scan("UNDO")
        await stage.until(lambda: left(stage) == {title(0), title(1)})
        await stage.settle()
        assert "✓ DONE" not in stage.said()


async def test_what_is_in_a_box_is_done_with_it_and_a_move_to_the_reading_room_too(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, f"{walk.codes(1)}\n{walk.house.letter.code}")
        await stage.scan(walk.house.ann.code)
        await stage.scan(walk.house.box.code)
        await stage.until(lambda: left(stage) == {title(1)})
        walk.house.services.desk.put(OPERATOR, walk.boxes[1].code, "R1/RR")
        await until_planned(stage)
        assert left(stage) == set()


async def test_a_scan_is_the_desks_here_too_and_what_is_in_hand_can_be_added(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage)
        await stage.press("ctrl+o")
        assert "Nothing is in hand" in " ".join(stage.toasts())
        await stage.scan(walk.boxes[0].code)
        assert stage.app.journal.latest is not None
        assert stage.app.journal.latest.mark.word.english() == "SHOWN"
        assert stage.app.walk_list.lines == [], "a scan alone puts nothing on the list"
        assert f"In hand: {title(0)}. {stage.app.hint.english()}" in stage.said()
        await stage.press("ctrl+o")
        await stage.until(lambda: left(stage) == {title(0)})
        await stage.scan(walk.house.ann.code)
        assert stage.app.journal.latest.mark.word.english() == "LENT", "it stayed in hand"
        await stage.scan(walk.house.zhang.code)
        await stage.press("ctrl+o")
        assert "A person is in hand" in " ".join(stage.toasts())
        assert len(stage.app.walk_list.lines) == 1


async def test_find_and_desk_add_what_is_chosen_and_the_list_stays(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await stage.press("ctrl+o")
        assert "Nothing is chosen" in " ".join(stage.toasts())
        await stage.press("f2")
        await stage.type("harbour 3")
        await stage.until_shown("(1 found)")
        await stage.press("ctrl+o")
        assert f"{title(3)} is on the list of the walk; it holds 1." in stage.toasts()
        await stage.press("f3")
        await stage.scan(walk.code_of_shelf())
        await stage.press("ctrl+o")
        await at_walk(stage)
        await stage.until_shown(title(3))
        assert walk.SHELF in stage.said()
        await stage.press("f4", "f3", "ctrl+l")
        assert title(3) in stage.said()


async def test_the_aisle_under_the_cursor_is_asked_for_and_the_rest_planned_from_there(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, walk.codes(0, 1))
        assert screen.chosen().aisle == (1, 2)
        stage.key("f6", 0.5)
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert "Aisle 1 of block 1 CLOSES." in stage.said()
        stage.key("1", 0.5)
        stage.key("f9", 0.5)
        await stage.until(lambda: "OpeningEnded" in stage.names())
        await at_walk(stage)
        await stage.until_shown("1. Go into aisle 1/2: it stands open already")
        assert walk.house.shelving.log[-1] == "go 1/2 clear (1,)"


async def test_the_opening_ahead_is_asked_for_at_its_own_line(tmp_path: Path) -> None:
    walk = walk_house(tmp_path, 2)
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, walk.codes(2, 3))
        await stage.press("down")
        assert "▸ Before you go in, have aisle 2/2 opened (aisle 1 closes)." in stage.said()
        assert screen.chosen().aisle == (2, 2)
        stage.key("f6", 0.5)
        await stage.until_shown("Aisle 1 of block 2 CLOSES.")
        await stage.press("escape")


async def test_no_plan_begins_from_carriages_on_their_way(walk: WalkHouse) -> None:
    walk.house.shelving.pace_s = 20.0
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0, 1))
        stage.key("f6", 0.5)
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        stage.key("1", 0.5)
        stage.key("f9", 0.5)
        await stage.until(lambda: "BlockSeen" in stage.names())
        plans, stands = stage.names().count("WalkPlanned"), stage.names().count("WalkStands")
        stage.key("ctrl+l", 0.5)
        await stage.until(lambda: stage.names().count("WalkStands") > stands)
        assert stage.names().count("WalkPlanned") == plans
        walk.house.shelving.stop()
        await stage.until(lambda: "OpeningEnded" in stage.names())


async def test_emptying_asks_and_neither_enter_nor_a_scan_answers(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage)
        stage.app.perform(BY_NAME["empty_walk"])
        await stage.settle()
        assert "Nothing is on the list." in stage.toasts()
        await paste(stage, walk.codes(0, 1))
        stage.app.perform(BY_NAME["empty_walk"])
        await stage.until(lambda: isinstance(stage.app.screen, EmptyWalkForm))
        await stage.until_shown("Everything is taken off the list of the walk: 2.")
        await stage.press("enter")
        await stage.scan(walk.boxes[0].code)
        assert "A scan is not an answer." in stage.said()
        assert len(stage.app.walk_list.lines) == 2
        stage.key("f9", 0.5)
        await stage.until(lambda: stage.app.walk_list.lines == [])
        await stage.until_shown("Nothing is on the list yet.")


async def test_a_line_is_taken_off_and_the_others_keep_what_is_known_of_them(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, f"zeppelin\n{walk.codes(0, 1, 2)}")
        await stage.press("down", "ctrl+r")
        await stage.press(*["down"] * 4)
        assert screen.chosen().lines == (0,)
        stage.app.perform(BY_NAME["take_off"])
        await stage.settle()
        assert left(stage) == {title(0), title(1)}
        assert f"✓ DONE {title(2)}" in stage.said()
        assert "zeppelin" not in stage.said()


async def test_the_same_list_is_fetched_put_back_and_counted(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0, 1))
        stage.app.perform(BY_NAME["turn_purpose"])
        await stage.until_shown("at home already")
        assert "To put back on this walk: 0; not on it: 2; done: 0." in stage.said()
        stage.app.perform(BY_NAME["turn_purpose"])
        await stage.until_shown("To count on this walk: 2;")
        assert stage.app.walk_list.purpose is Purpose.COUNT
        await stage.scan(walk.boxes[0].code)
        await stage.until(lambda: left(stage) == {title(1)})
        assert stage.app.journal.latest is not None
        assert stage.app.journal.latest.mark.word.english() == "SHOWN"
        stage.app.perform(BY_NAME["turn_purpose"])
        await stage.until_shown("To fetch on this walk: 2;")


async def test_what_comes_home_is_put_back(walk: WalkHouse) -> None:
    desk = walk.house.services.desk
    desk.lend(OPERATOR, walk.boxes[0].code, walk.house.ann.code)
    desk.take_back(OPERATOR, walk.boxes[0].code)
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage)
        stage.app.perform(BY_NAME["turn_purpose"])
        await paste(stage, walk.codes(0))
        await stage.until_shown("To put back on this walk: 1;")
        await stage.scan(walk.boxes[0].code)
        await stage.scan(walk.house.code_at("R1/1/03/A/2/4"))
        await stage.until(lambda: left(stage) == set())


async def test_books_that_do_not_answer_leave_the_last_plan_standing(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        screen = await at_walk(stage, walk.codes(0, 1))
        walk.house.archive.broken = Busy(say("The books are busy."))
        screen.look()
        await stage.until_shown("It could not be planned: The books are busy.")
        assert "1. Open aisle 1/2" in stage.said()
        walk.house.archive.broken = None
        screen.look()
        await stage.until(lambda: "The books are busy." not in stage.said())


async def test_plan_again_plans_though_nothing_has_changed(walk: WalkHouse) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0))
        plans = stage.names().count("WalkPlanned")
        stage.app.perform(BY_NAME["plan_again"])
        await stage.until(lambda: stage.names().count("WalkPlanned") == plans + 1)


async def test_a_list_is_no_longer_than_one_person_walks(walk: WalkHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, walk.codes(0))
        monkeypatch.setattr("archroom.tui.walk.list.MOST_LINES", 2)
        await paste(stage, walk.codes(1, 2))
        assert "3 lines; a list has at most 2." in stage.toasts()
        assert len(stage.app.walk_list.lines) == 1
    assert planning.MOST_LINES == 2000


async def test_the_cursor_is_in_sight_on_any_size(walk: WalkHouse) -> None:
    async with on_stage(walk.house) as stage:
        await at_walk(stage, f"{walk.codes(0, 1, 2, 3, 4, 5)}\nzeppelin\n{walk.house.other_box.code}")
        for width, height in [(1, 1), (20, 5), (40, 10), (80, 24), (100, 16), (160, 50), (80, 24)]:
            await stage.pilot.resize_terminal(width, height)
            await stage.settle()
            for key in ("pagedown", "pagedown", "pageup", "pageup"):
                await stage.press(key)
                if height >= 10:
                    assert "▸" in stage.shown(), (width, height)
        assert stage.app.where is Where.WALK


async def test_hostile_titles_are_drawn_as_text(walk: WalkHouse) -> None:
    from tui_house import add_hostile

    things = add_hostile(walk.house)
    async with on_stage(walk.house, WIDE) as stage:
        await at_walk(stage, "\n".join(thing.code for thing in things))
        shown = stage.shown()
        assert "Not on this walk: [/] (" in shown
        assert not {char for char in shown if ord(char) < 32 and char != "\n"} | ({"\u202e"} & set(shown))
