"""The desk: scans in, answers and acts in words, what is in hand and what comes next."""

from __future__ import annotations

import threading

from tui_house import TuiHouse
from tui_stage import on_stage

from archroom.core.shelving import OutcomeKind
from archroom.errors import Busy, say
from archroom.tui.aisles.marks import OUTCOMES
from archroom.tui.inputs import ScanBar


async def test_the_desk_shows_the_last_acts_and_takes_keys(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        shown = stage.shown()
        assert "LENT" in shown
        assert "Box 2, Smith family papers lent to 张伟, due 2026-12-01" in shown
        assert "In hand   nothing" in shown
        assert isinstance(stage.app.focused, ScanBar)


async def test_a_person_and_a_box_are_scanned_and_it_is_lent(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.ann.code)
        assert "In hand   Ann Archer" in stage.shown()
        assert "The next thing goes to Ann Archer." in stage.shown()
        await stage.scan(house.box.code)
        assert "▸ LENT" in stage.shown()
        standing = house.archive.standing_of(house.box)
        assert standing.held_by == house.ann
        assert stage.names().count("ScanAnswered") == 2


async def test_a_code_typed_by_hand_and_enter_does_the_same(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.type(house.ann.code)
        assert stage.app.query_one(ScanBar).value == house.ann.code
        await stage.press("enter")
        assert "In hand   Ann Archer" in stage.shown()
        assert stage.app.query_one(ScanBar).value == ""


async def test_a_refusal_is_said_and_heard(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        rung: list[bool] = []
        stage.app.bell = lambda: rung.append(True)  # type: ignore[method-assign]  # nothing else tells that it rang
        await stage.scan("B00000099X")
        assert "✗ REFUSED" in stage.shown()
        assert rung == [True]
        await stage.scan(house.ann.code)
        assert rung == [True]


async def test_an_answer_stands_for_its_act_and_is_not_told_twice(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.other_box.code)
        await stage.until(lambda: len(house.archive.books.events) == stage.app.journal.entries(1)[0].seq)
        assert stage.shown().count("RETURNED") == 1


async def test_a_long_word_does_not_touch_the_sentence(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        for _ in range(2):
            stage.app.note(stage.app.journal.note(OUTCOMES[OutcomeKind.ABORTED], say("Aisle 1/2. Stopped.")), True)
        await stage.until_shown("STOPPED ON THE WAY")
        assert ".. Aisle 1/2. Stopped." in stage.shown()


async def test_the_palette_can_undo_what_was_done(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.ann.code)
        await stage.scan(house.box.code)
        await stage.press("ctrl+p")
        await stage.type("undo")
        await stage.press("enter")
        await stage.until_shown("◂ UNDONE")
        assert house.archive.standing_of(house.box).held_by is None


async def test_the_hand_empties_itself_after_a_minute(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.ann.code)
        assert stage.app.scans.present(stage.key_s + 61) is not None
        await stage.until_shown("In hand   nothing")


async def test_scans_wait_for_their_turn_while_the_books_are_slow(house: TuiHouse) -> None:
    """The first scan hangs; those behind it are carried out in their order, each at the time of its own keys."""
    may_go_on, has_begun = threading.Event(), threading.Event()

    def hang() -> None:
        has_begun.set()
        assert may_go_on.wait(10)

    async with on_stage(house) as stage:
        house.archive.on_writing = hang
        stage.burst(house.other_box.code)
        await stage.until(has_begun.is_set)
        stage.burst(house.ann.code)
        stage.burst(house.other_box.code)
        stage.burst(house.box.code)
        await stage.pilot.pause()
        assert not stage.app.scans.is_idle
        may_go_on.set()
        await stage.settle()
        assert stage.names().count("ScanAnswered") == 4
        assert house.archive.standing_of(house.other_box).held_by == house.ann
        assert house.archive.standing_of(house.box).held_by == house.ann


async def test_books_that_do_not_answer_are_told_and_the_app_goes_on(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        house.archive.broken = Busy(say("Another terminal holds the books; nothing changed."))
        await stage.scan(house.box.code)
        assert "✗ FAILED" in stage.shown()
        assert "was not counted. Another terminal holds the books" in stage.said()
        house.archive.broken = None
        await stage.scan(house.box.code)
        assert "SHOWN" in stage.shown()


async def test_an_error_that_nobody_foresaw_is_told_by_its_kind_only(house: TuiHouse) -> None:
    def fail() -> None:
        raise ZeroDivisionError("[/] \x1b[31m")

    async with on_stage(house) as stage:
        await stage.scan(house.ann.code)
        house.archive.on_writing = fail
        await stage.scan(house.box.code)
        assert "unexpected happened (ZeroDivisionError)" in stage.said()
        await stage.scan(house.box.code)
        assert "▸ LENT" in stage.shown()


async def test_the_same_code_within_a_moment_counts_once(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.other_box.code)
        await stage.scan(house.other_box.code, pause_s=0.3)
        assert "READ TWICE" in stage.shown()
        assert len([event for event in house.archive.books.events if event.act.kind.value == "thing.returned"]) == 1


async def test_pasted_lines_wait_for_enter_and_are_read_in_order(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        from textual import events

        stage.app.post_message(events.Paste(f"{house.ann.code}\n{house.box.code}\r\n\n"))
        await stage.settle()
        assert house.archive.standing_of(house.box).held_by is None
        assert stage.app.query_one(ScanBar).value == f"{house.ann.code} | {house.box.code}"
        await stage.press("enter")
        assert house.archive.standing_of(house.box).held_by == house.ann


async def test_escape_empties_the_scan_bar_and_acts_on_nothing(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await stage.scan(house.ann.code)
        await stage.type("abc")
        await stage.press("escape")
        assert stage.app.query_one(ScanBar).value == ""
        assert "In hand   Ann Archer" in stage.shown()
