"""Find: what is typed is searched, the table pages as far as somebody looks, the row under the cursor is told whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from tui_house import OPERATOR, TuiHouse, tui_house
from tui_stage import Stage, on_stage

from archroom.errors import BadFile, Busy, say
from archroom.services.finding import Finder, FoundPage
from archroom.tui.find.table import PAGE_ROWS, FoundTable
from archroom.tui.inputs import TextBox
from archroom.tui.messages import PageFound
from archroom.tui.situation import Where


async def find(stage: Stage, words: str) -> FoundTable:
    """Go to Find, type words, and wait for what comes of it."""
    await stage.press("f2")
    await stage.type(words)
    table = stage.app.screen.query_one(FoundTable)
    await stage.until(lambda: table.row_count > 0 or "Nothing found." in stage.shown())
    await stage.settle()
    return table


def pages_read(stage: Stage) -> set[int]:
    """The pages that the last search has read."""
    found = [message for message in stage.posted if isinstance(message, PageFound)]
    return {message.page for message in found if message.number == found[-1].number}


async def test_words_find_things_with_place_and_holder(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        table = await find(stage, "smith box")
        assert table.row_count == 2
        shown = stage.shown()
        assert "(2 found)" in shown
        assert "▸ OUT  张伟" in shown
        assert "▪ IN  R1/1/03/A/2/4" in shown


async def test_words_typed_after_coming_back_take_the_place_of_the_former(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await find(stage, "smith box")
        await stage.press("f3")
        await stage.press("f2")
        assert "(2 found)" in stage.shown(), "what was found stands until something is typed"
        await stage.type("zeppelin")
        assert stage.app.screen.query_one(TextBox).value == "zeppelin"


async def test_words_go_on_after_a_look_at_the_help(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await find(stage, "smith")
        await stage.press("f1")
        await stage.press("escape")
        await stage.type(" box")
        assert stage.app.screen.query_one(TextBox).value == "smith box"


async def test_the_code_stands_with_the_title_where_there_is_little_room(house: TuiHouse) -> None:
    async with on_stage(house, (80, 24)) as stage:
        await find(stage, "1, smith")
        await stage.until_shown(house.box.code)


async def test_the_row_under_the_cursor_is_told_whole(house: TuiHouse) -> None:
    house.services.desk.bind(OPERATOR, house.box.code, "9780001112223")
    async with on_stage(house, (160, 50)) as stage:
        await find(stage, "1, smith")
        await stage.until_shown("Level 4")
        shown = stage.shown()
        assert "Block 1, carriage 3, face A, bay 2, level 4" in shown
        assert "▴ aisle 2" in shown
        assert "9780001112223" in shown
        assert house.box.code in shown
        assert "Holds 1" in shown
        assert "Letter to Jones, 3 May 1911" in shown
        assert "History" in shown


async def test_the_cursor_moves_while_the_box_keeps_the_focus(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        table = await find(stage, "smith")
        first = stage.app.situation.chosen.code
        await stage.press("down")
        assert table.cursor == 1
        assert stage.app.situation.chosen.code != first
        await stage.type("z")
        await stage.until_shown("Nothing found.")
        assert stage.app.situation.chosen.code == ""


async def test_people_are_rows_of_their_own_with_what_they_have(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await find(stage, "张伟")
        await stage.until_shown("2026-12-01")
        assert "PERSON" in stage.shown()
        assert "Box 2, Smith family papers" in stage.shown()
        assert house.zhang.code not in stage.shown()


async def test_a_long_list_is_read_page_by_page(tmp_path: Path) -> None:
    house = tui_house(tmp_path, boxes=4 * PAGE_ROWS)
    async with on_stage(house) as stage:
        table = await find(stage, "correspondence")
        assert table.row_count == 4 * PAGE_ROWS - 4
        assert pages_read(stage) == {0}
        await stage.press("ctrl+end")
        await stage.until_shown("Box 4, Smith")
        assert table.cursor == table.row_count - 1
        await stage.press("pageup", "pageup")
        assert table.cursor < table.row_count - 5
        assert pages_read(stage) == {0, 3}


async def test_a_total_that_was_not_counted_to_its_end_grows_as_one_scrolls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = tui_house(tmp_path, boxes=3 * PAGE_ROWS)
    monkeypatch.setattr("archroom.services.finding.MAX_COUNTED", PAGE_ROWS)
    async with on_stage(house) as stage:
        table = await find(stage, "correspondence")
        assert "more than 50" in stage.shown()
        counts = [table.row_count]
        while counts[-1] < 3 * PAGE_ROWS - 4:
            await stage.press("ctrl+end")
            await stage.until(lambda: table.row_count > counts[-1])
            counts.append(table.row_count)
        assert counts == sorted(set(counts))


async def test_what_comes_of_an_earlier_search_is_thrown_away(house: TuiHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    original = Finder.find

    def remember(finder: Finder, words: str, limit: int = 50, offset: int = 0) -> FoundPage:
        asked.append(words)
        return original(finder, words, limit, offset)

    monkeypatch.setattr(Finder, "find", remember)
    async with on_stage(house) as stage:
        await find(stage, "letter")
        await stage.press("ctrl+u")
        await stage.type("smith")
        await stage.until_shown("(2 found)")
        await stage.until(lambda: "Letter to Jones" not in stage.shown())
        assert asked[0] == "letter"
        assert asked[-1] == "smith"


async def test_a_search_that_fails_is_told_and_can_be_tried_again(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        house.archive.broken = Busy(say("The books are busy."))
        await stage.press("f2")
        await stage.type("smith")
        await stage.until_shown("The search failed")
        house.archive.broken = None
        await stage.type(" box")
        await stage.until_shown("(2 found)")


async def test_the_label_of_the_chosen_thing_is_written_and_named(house: TuiHouse) -> None:
    async with on_stage(house, (120, 40)) as stage:
        await find(stage, "1, smith")
        await stage.press("f5")
        assert house.labels == [[house.box.code]]
        await stage.until(lambda: f"The label of {house.box.code} is in" in " ".join(stage.toasts()))


async def test_a_label_that_cannot_be_written_is_told(house: TuiHouse) -> None:
    house.label_error = BadFile(say("{path} cannot be written: {why}.", path="/x/[/].pdf", why="no space"))
    async with on_stage(house, (120, 40)) as stage:
        await find(stage, "1, smith")
        await stage.press("f5")
        await stage.until_shown("/x/[/].pdf cannot be written")


async def test_what_cannot_be_done_says_why(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f5")
        await stage.until_shown("Nothing is chosen")
        assert house.labels == []


async def test_details_lie_below_the_table_when_narrow_and_beside_it_when_wide(house: TuiHouse) -> None:
    for size, is_beside in (((80, 24), False), ((160, 50), True)):
        async with on_stage(house, size) as stage:
            table = await find(stage, "smith")
            details = stage.app.screen.query_one(VerticalScroll)
            assert (details.region.x >= table.region.right) is is_beside
            assert (details.region.y >= table.region.bottom) is not is_beside


async def test_a_click_chooses_a_row(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        table = await find(stage, "smith")
        await stage.pilot.click(FoundTable, offset=(10, 2))
        await stage.settle()
        assert table.cursor == 1


async def test_escape_goes_home_and_find_keeps_what_was_found(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await find(stage, "smith")
        await stage.press("escape")
        assert stage.app.where is Where.DESK
        await stage.press("f2")
        assert "(2 found)" in stage.shown()
