"""A scanner at the app's keyboard: whatever has the focus, a scan is a scan, and typing is typing."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Button, Input
from tui_house import OPERATOR, TuiHouse
from tui_stage import Stage, on_stage

from archroom.tui.desk.bursts import MOST_HELD
from archroom.tui.inputs import ScanBar, TextBox
from archroom.tui.situation import Where


def answers(stage: Stage) -> int:
    """How many scans were answered."""
    return stage.names().count("ScanAnswered")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t", "\r\r", ""])
async def test_every_terminator_ends_one_scan(house: TuiHouse, end: str) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.ann.code, end)
        assert "In hand   Ann Archer" in stage.shown()
        assert answers(stage) == 1
        assert stage.app.query_one(ScanBar).value == ""


async def test_twenty_five_scans_back_to_back_are_all_carried_out(house: TuiHouse) -> None:
    boxes = [house.archive.add_thing(title=f"Box {number} of many") for number in range(24)]
    async with on_stage(house) as stage:
        stage.burst(house.ann.code)
        for box in boxes:
            stage.burst(box.code, pause_s=0.0)
        await stage.settle()
        assert answers(stage) == 25
        assert all(house.archive.standing_of(box).held_by == house.ann for box in boxes)


@pytest.mark.parametrize("pause_s", [0.0, 0.06])
async def test_a_card_too_short_for_a_burst_keeps_its_turn_before_the_scans_behind_it(
    house: TuiHouse, pause_s: float
) -> None:
    house.services.desk.bind(OPERATOR, "Ann Archer", "ANN")
    async with on_stage(house) as stage:
        for text in ("ANN", house.box.code, "DONE", house.other_box.code):
            stage.burst(text, pause_s=pause_s)
        await stage.settle()
        await stage.until(lambda: answers(stage) == 4)
        words = [entry.mark.word.english() for entry in stage.app.journal.entries(4)]
        assert words == ["RETURNED", "DONE", "LENT", "PERSON"]
        assert house.archive.standing_of(house.box).held_by == house.ann


async def test_a_scan_presses_no_button(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        pressed: list[Button] = []
        button = Button("Press")
        await stage.app.screen.mount(button)
        button.action_press = lambda: pressed.append(button)  # type: ignore[method-assign]  # what Enter does to a button
        button.focus()
        await stage.pilot.pause()
        await stage.scan(house.ann.code)
        assert pressed == []
        assert "In hand   Ann Archer" in stage.shown()
        await stage.press("enter")
        assert pressed == [button]


async def test_a_scan_in_find_goes_to_the_desk_and_leaves_the_box_alone(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f2")
        await stage.type("smith")
        await stage.scan(house.ann.code)
        assert stage.app.where is Where.FIND
        assert stage.app.screen.query_one(TextBox).value == "smith"
        assert "PERSON: Ann Archer: nothing out." in " ".join(stage.toasts())
        await stage.press("f3")
        assert "In hand   Ann Archer" in stage.shown()


async def test_keys_typed_just_before_a_scan_are_told_apart_from_it(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f2")
        await stage.scan("ab" + house.ann.code)
        assert stage.app.screen.query_one(TextBox).value == "ab"
        assert answers(stage) == 1
        await stage.press("f3")
        assert "In hand   Ann Archer" in stage.shown()


async def test_two_codes_run_together_are_refused_whole(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.box.code + house.other_box.code)
        assert "✗ REFUSED" in stage.shown()
        assert answers(stage) == 1
        assert len(house.archive.books.open_loans) == 1


@pytest.mark.parametrize("wrap", [str.lower, "]C0{}".format, "  {} ".format])
async def test_what_scanners_do_to_a_code_is_undone_in_one_place(house: TuiHouse, wrap: type[str]) -> None:
    async with on_stage(house) as stage:
        await stage.scan(wrap(house.ann.code))
        assert "In hand   Ann Archer" in stage.shown()


async def test_full_width_letters_of_an_input_method_are_read(house: TuiHouse) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in house.ann.code)
    async with on_stage(house) as stage:
        await stage.scan(wide)
        assert "In hand   Ann Archer" in stage.shown()


async def test_a_scan_without_end_is_cut_refused_and_told_once(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan("A" * (MOST_HELD * 5), end="")
        assert answers(stage) == 1
        assert "REFUSED" in stage.shown()
        assert stage.app.query_one(ScanBar).value == ""


async def test_a_foreign_code_without_terminator_is_read_once_the_scan_bar_rests(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        house.services.desk.bind(stage.app.performer, house.box.code, "9780001112223")
        stage.burst("9780001112223", end="")
        await stage.until(lambda: answers(stage) == 1)
        assert "SHOWN" in stage.shown()
        assert stage.app.query_one(ScanBar).value == ""


async def test_typing_hanzi_and_slow_letters_goes_to_the_box(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f2")
        await stage.type("档案 Box 1")
        assert stage.app.screen.query_one(TextBox).value == "档案 Box 1"
        assert answers(stage) == 0


async def test_a_fast_typist_searches_and_scans_nothing(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f2")
        stage.key("h", 0.3)
        stage.key("a", 0.02)
        stage.key("t", 0.02)
        stage.key("\r", 0.02)
        await stage.settle()
        assert stage.app.screen.query_one(TextBox).value == "hat"
        assert answers(stage) == 0


async def test_a_paste_in_find_is_one_line_of_harmless_text(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.press("f2")
        stage.app.post_message(events.Paste("Smith\x1b[31m\nfamily\u202e"))
        await stage.settle()
        box = stage.app.screen.query_one(Input)
        assert box.value == "Smith\ufffd[31m family\ufffd"
        assert answers(stage) == 0


async def test_more_scans_than_may_wait_are_dropped_and_told(house: TuiHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archroom.tui.desk.scanning.MOST_WAITING", 1)
    async with on_stage(house) as stage:
        for _ in range(4):
            stage.burst(house.ann.code, pause_s=0.0)
        await stage.settle()
        assert "Scans come faster" in stage.said()
        assert answers(stage) < 4
