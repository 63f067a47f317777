"""Proving a block from the app: typed answers and F9, Esc that ends it, and the record with its page; the walk on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from paper_commissioning import COUNT, JOG, PLUG
from tui_house import TuiHouse
from tui_stage import Stage, on_stage

from archroom.core.commissioning import Licence, Verdict
from archroom.core.licensing import Permission
from archroom.core.shelving import Trust
from archroom.errors import BadFile, MotionRefused, say
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.commissioning.drawing import ProvedBlock
from archroom.tui.commissioning.preparing import PrepareForm
from archroom.tui.commissioning.screen import CommissioningScreen, SignForm
from archroom.tui.commissioning.technician import AnswerKind
from archroom.tui.situation import Where

WIDE = (160, 50)


async def prepared(stage: Stage) -> None:
    """Ask at the aisles for the first block to be commissioned."""
    await stage.press("f4")
    await stage.until(lambda: stage.app.situation.chosen.aisle is not None and 1 in stage.app.shelving.views)
    stage.app.perform(BY_NAME["commission"])
    await stage.until(lambda: isinstance(stage.app.screen, PrepareForm))


async def begun(stage: Stage, witness: str = "Bo Chen") -> CommissioningScreen:
    """Begin a commissioning with a second person."""
    await prepared(stage)
    await press(stage, "enter", *witness, "f9")
    await stage.until(lambda: isinstance(stage.app.screen, CommissioningScreen))
    screen = stage.app.screen
    assert isinstance(screen, CommissioningScreen)
    return screen


async def asked(stage: Stage, kind: AnswerKind) -> None:
    """Wait for a question of the walk."""
    screen = next(one for one in stage.app.screen_stack if isinstance(one, CommissioningScreen))
    await stage.until(lambda: screen.course.question is not None and screen.course.question.kind is kind)


async def press(stage: Stage, *keys: str) -> None:
    """Press keys as a person does, those after an Enter once it was taken; the walk goes on meanwhile."""
    for key in keys:
        stage.key(key, 0.5)
        if key in ("enter", keys[-1]):
            await stage.pilot.pause()
            await stage.until(lambda: not stage.app.is_holding_keys)


async def scanned(stage: Stage, code: str) -> None:
    """Scan a code into a question."""
    stage.burst(code)
    await stage.until_shown("A scan is not an answer.")


async def give(stage: Stage, typed: str = "") -> None:
    """Type an answer and press F9."""
    await press(stage, *typed, "f9")


async def answer(stage: Stage, kind: AnswerKind, typed: str = "") -> None:
    """Wait for a question and answer it."""
    await asked(stage, kind)
    await give(stage, typed)


async def clear(stage: Stage, typed: str = "1") -> None:
    """Answer which aisle is clear."""
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await give(stage, typed)
    await stage.until(lambda: not isinstance(stage.app.screen, ConfirmScreen))


async def up_to_the_plug(stage: Stage, ways: tuple[str, ...] = ("1", "2")) -> None:
    """Answer all questions before the line is parted."""
    await answer(stage, AnswerKind.NUMBER, "5")
    for way in ways:
        await clear(stage)
        await answer(stage, AnswerKind.WAY, way)
    for _ in range(2):
        await answer(stage, AnswerKind.DONE)


async def signed(stage: Stage, *names: str) -> None:
    """Have both sign."""
    await answer(stage, AnswerKind.SIGNATURES)
    await stage.until(lambda: isinstance(stage.app.screen, SignForm))
    for name in names:
        await press(stage, *name, "enter")
    await press(stage, "f9")


async def test_what_it_takes_is_said_before_it_begins(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await prepared(stage)
        said = stage.said().replace("│ │ ", "")
        for words in (
            "number of carriages",
            "jog carriages",
            "light beams of aisles",
            "the line parted",
            "plug",
            "F9 Begin",
        ):
            assert words in said
        assert house.commissioning.begun == []
        await stage.press("escape")
        assert stage.app.where is Where.AISLES


async def test_two_people_are_needed(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await prepared(stage)
        await stage.press("f9")
        assert "a second person" in stage.said()
        await stage.press("enter")
        await stage.type("olga berg")
        stage.key("f9", 0.5)
        await stage.settle()
        assert "must be another one" in stage.said()
        assert house.commissioning.begun == []


async def test_a_block_that_was_never_read_is_not_begun(house: TuiHouse) -> None:
    house.shelving.trust = Trust.LOST
    async with on_stage(house) as stage:
        await stage.press("f4")
        await stage.until(lambda: 1 in stage.app.shelving.views)
        stage.app.perform(BY_NAME["commission"])
        await stage.settle()
        assert "Block 1 was not read yet." in stage.toasts()
        assert stage.app.where is Where.AISLES


async def test_a_whole_walk_ends_with_record_and_page(house: TuiHouse) -> None:
    async with on_stage(house, WIDE) as stage:
        screen = await begun(stage)
        await up_to_the_plug(stage)
        await stage.until_shown("PART THE LINE NOW")
        house.commissioning.parted.set()
        await answer(stage, AnswerKind.DONE)
        await signed(stage, "Olga Berg", "bo chen")
        await stage.until_shown("valid until 2027-11-20")
        assert "The block may be moved from here: everything was seen to work" in stage.said()
        assert "commissioning-block-1.pdf" in stage.said()
        assert "ran on: 41 mm" in stage.said()
        assert [record.licence for record in house.pages] == [Licence.FULL]
        assert house.commissioning.begun == [("Olga Berg", 1, "Bo Chen")]
        assert house.commissioning.answers == [5, (1,), True, (1,), False, True, True, True]
        assert {finding.verdict for finding in screen.course.findings.values()} == {Verdict.PASSED}
        await stage.press("escape")
        assert stage.app.where is Where.AISLES
        assert house.commissioning.ended == []


async def test_a_failed_step_says_why_and_may_be_repeated(house: TuiHouse) -> None:
    async with on_stage(house, WIDE) as stage:
        screen = await begun(stage)
        await answer(stage, AnswerKind.NUMBER, "5")
        await clear(stage)
        await answer(stage, AnswerKind.WAY, "2")
        await asked(stage, AnswerKind.AGAIN)
        assert "left and right are swapped" in stage.said()
        await give(stage)
        await stage.until_shown("That is no answer to this question.")
        await answer(stage, AnswerKind.AGAIN, "y")
        await clear(stage)
        await answer(stage, AnswerKind.WAY, "1")
        await stage.until(lambda: screen.course.now != JOG)
        assert screen.course.findings[JOG].verdict is Verdict.PASSED
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await press(stage, "escape")
        await answer(stage, AnswerKind.AGAIN, "n")
        await asked(stage, AnswerKind.DONE)
        assert "Not confirmed: nothing moves." in stage.said()


async def test_what_has_failed_leaves_the_block_watched_with_the_reason(house: TuiHouse) -> None:
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        await answer(stage, AnswerKind.NUMBER, "5")
        await clear(stage)
        await answer(stage, AnswerKind.WAY, "2")
        await answer(stage, AnswerKind.AGAIN, "n")
        await clear(stage)
        await answer(stage, AnswerKind.WAY, "2")
        for _ in range(2):
            await answer(stage, AnswerKind.DONE, "s")
            await answer(stage, AnswerKind.AGAIN, "n")
        house.commissioning.parted.set()
        await answer(stage, AnswerKind.DONE)
        await signed(stage, "Olga Berg", "Bo Chen")
        await stage.until_shown("valid until 2027-11-20")
        assert "The block may be watched only: carriage 2 moved the other way than it tells" in stage.said()
        assert "Emergency stop was skipped" in stage.said()


async def test_nobody_else_signs_and_nobody_by_a_scan(house: TuiHouse) -> None:
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        await up_to_the_plug(stage)
        house.commissioning.parted.set()
        await answer(stage, AnswerKind.DONE)
        await signed(stage, "Olga Berg", "Olga Berg")
        await stage.until_shown("Bo Chen has not signed: this is another name.")
        await scanned(stage, house.box.code)
        await press(stage, "escape")
        assert stage.app.where is Where.COMMISSION
        assert house.pages == []
        await press(stage, "escape", "escape")
        await stage.until(lambda: stage.app.where is Where.AISLES)
        assert house.pages == []
        assert house.commissioning.ended == [1]


async def test_a_scan_and_enter_and_a_paste_answer_nothing(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await begun(stage)
        await asked(stage, AnswerKind.NUMBER)
        await scanned(stage, "5")
        await press(stage, "5", "enter")
        assert house.commissioning.answers == []
        stage.app.copy_to_clipboard("5")
        for key in ("backspace", "ctrl+v", "f9"):
            await press(stage, key)
        await stage.until_shown("That is no answer to this question.")
        assert house.commissioning.answers == []
        await give(stage, "1234")
        await stage.until(lambda: len(house.commissioning.answers) == 1)


async def test_esc_ends_it_wherever_it_is(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        screen = await begun(stage)
        await up_to_the_plug(stage)
        await stage.until_shown("PART THE LINE NOW")
        assert screen.course.now == PLUG
        await press(stage, "escape")
        await stage.until(lambda: stage.app.where is Where.AISLES)
        assert house.commissioning.ended == [1]
        assert any("is as it was before" in toast for toast in stage.toasts())
        await begun(stage)
        await asked(stage, AnswerKind.NUMBER)
        await press(stage, "escape", "escape")
        await stage.until(lambda: stage.app.where is Where.AISLES)
        assert house.commissioning.ended == [1, 1]
        assert house.pages == []


async def test_steps_that_were_taken_are_not_lost_by_one_esc_while_a_question_waits(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await begun(stage)
        await answer(stage, AnswerKind.NUMBER, "5")
        await clear(stage)
        await asked(stage, AnswerKind.WAY)
        await press(stage, "escape")
        assert any("Press Esc again to end the commissioning." in toast for toast in stage.toasts())
        assert stage.app.where is Where.COMMISSION
        await give(stage, "1")
        await clear(stage)
        await asked(stage, AnswerKind.WAY)
        await press(stage, "escape")
        assert stage.app.where is Where.COMMISSION, "an answer in between begins anew"
        assert house.commissioning.ended == []
        await press(stage, "escape")
        await stage.until(lambda: stage.app.where is Where.AISLES)
        assert house.commissioning.ended == [1]


async def test_stop_works_over_the_walk_and_over_its_questions(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await begun(stage)
        await asked(stage, AnswerKind.NUMBER)
        await press(stage, "f8")
        await stage.until(lambda: house.shelving.stops == 1)
        await give(stage, "5")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await press(stage, "f8")
        await stage.until(lambda: house.shelving.stops == 2)
        assert stage.app.where is Where.CONFIRM


async def test_the_app_ends_it_when_it_is_left(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        await begun(stage)
        await asked(stage, AnswerKind.NUMBER)
    assert house.commissioning.ended == [1]


async def test_what_the_server_has_ended_ends_here_too(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        screen = await begun(stage)
        await asked(stage, AnswerKind.NUMBER)
        house.shelving.permissions[1] = Permission(Licence.ATTENDED, None, None, "Olga Berg", "Bo Chen")
        await stage.until(lambda: screen._was_seen)
        house.shelving.permissions.clear()
        await stage.until_shown("The commissioning of block 1 has ended")
        assert (stage.app.where, bool(screen.course.end)) == (Where.COMMISSION, True)
        assert screen.course.findings.keys() != {COUNT}


async def test_the_block_shows_which_devices_it_tells_as_tripped_while_it_is_believed(house: TuiHouse) -> None:
    async with on_stage(house) as stage:
        panel = (await begun(stage)).query_one(ProvedBlock)
        view = house.shelving.view(1)
        assert view.status is not None
        assert [mark.word.english() for mark, _ in panel.sayings(view, Trust.GOOD)] == ["OPEN"]
        tripped = replace(view, status=replace(view.status, inputs=0b011))
        *_, (mark, said) = panel.sayings(tripped, Trust.GOOD)
        assert (mark.word.english(), said and said.english()) == ("TOLD NOW", "safety edge, emergency stop")
        assert len(panel.sayings(tripped, Trust.STALE)) == 1


async def test_a_refusal_is_said_and_the_screen_stays(house: TuiHouse) -> None:
    house.commissioning.refusal = MotionRefused(say("Block {block} is being commissioned by {name}.", block=1, name="Cy"))
    async with on_stage(house) as stage:
        await begun(stage)
        await stage.until_shown("Block 1 is being commissioned by Cy.")
        await stage.press("escape")
        assert stage.app.where is Where.AISLES


async def test_a_page_that_cannot_be_written_leaves_the_record(house: TuiHouse) -> None:
    house.label_error = BadFile(say("{path} cannot be written: {why}.", path="x.pdf", why="full"))
    house.commissioning.is_in_ledger = False
    async with on_stage(house, WIDE) as stage:
        await begun(stage)
        await up_to_the_plug(stage)
        house.commissioning.parted.set()
        await answer(stage, AnswerKind.DONE)
        await signed(stage, "Olga Berg", "Bo Chen")
        await stage.until_shown("valid until 2027-11-20")
        assert "x.pdf cannot be written: full." in stage.said()
        assert "The ledger has not taken it" in stage.said()


@pytest.mark.parametrize("size", [(80, 24), (80, 16), (40, 10)])
async def test_question_and_box_can_be_seen_in_a_small_terminal(house: TuiHouse, size: tuple[int, int]) -> None:
    async with on_stage(house, size) as stage:
        await begun(stage)
        await asked(stage, AnswerKind.NUMBER)
        await stage.until_shown("How many?")
        await press(stage, "5")
        await stage.until(lambda: "5" in stage.shown().splitlines()[-2])
        await stage.until_shown("F8")


@pytest.mark.parametrize(
    ("permission", "words"),
    [
        (Permission(Licence.FULL, None, date(2027, 3, 4)), "COMMISSIONED moved from here, valid until 2027-03-04."),
        (
            Permission(Licence.ATTENDED, say("seen"), date(2027, 3, 4)),
            "moved only with a second person at the aisle, valid until 2027-03-04.",
        ),
        (
            Permission(Licence.MONITOR, say("Seen."), date(2027, 3, 4)),
            "WATCHED ONLY The last day of its record is 2027-03-04.",
        ),
        (Permission(Licence.MONITOR, say("Seen."), None), "WATCHED ONLY Seen."),
        (Permission(Licence.ATTENDED, None, None, "Cy", "Di"), "COMMISSIONED Now, by Cy; at the shelving: Di."),
    ],
)
async def test_the_aisles_say_how_a_block_is_licensed(house: TuiHouse, permission: Permission, words: str) -> None:
    house.shelving.permissions[1] = permission
    async with on_stage(house, WIDE) as stage:
        await stage.press("f4")
        await stage.until(lambda: words in stage.said())
        assert replace(stage.app.shelving.views[1][0], permission=permission) == stage.app.shelving.views[1][0]
