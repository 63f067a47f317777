"""Pictures of every screen, as text, in two sizes and two languages: what a person sees may not change unseen.

ARCHROOM_WRITE_PICTURES=1 writes them anew, and the pictures of the manual in docs/pictures with them. Those of the
technician's screens are in test_bench_pictures.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from climate_house import climate_house
from tui_house import OPERATOR, TuiHouse, tui_house
from tui_pictures import IS_WRITING, MANUAL, MANUAL_SIZE, SIZES, Scene, compared, drawing, words_in
from tui_stage import Stage, on_stage

from archroom.core.arming import Unfinished
from archroom.core.shelving import StopReport
from archroom.errors import say
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.aisles.jog import JogScreen
from archroom.tui.commissioning.screen import CommissioningScreen
from archroom.tui.commissioning.technician import AnswerKind
from archroom.tui.situation import Where


async def desk(stage: Stage) -> None:
    """A person in hand, something lent, something refused."""
    await stage.scan(stage.house.ann.code)
    await stage.scan(stage.house.box.code)
    await stage.scan(stage.house.other_box.code)


async def find(stage: Stage) -> None:
    """A box on its shelf, told whole."""
    await stage.press("f2")
    await stage.type("smith")
    await stage.until(lambda: len(stage.shown()) > 0 and "MS 1/2" in stage.shown())
    await stage.press("end", "down")
    await stage.until_shown("R1/1/03/A/2/4")
    await stage.until(lambda: "DetailsRead" in stage.names() and "MS 1/1" in stage.shown())
    await stage.until(lambda: "▴" in stage.shown())


async def find_nothing(stage: Stage) -> None:
    """Nothing found."""
    await stage.press("f2")
    await stage.type("zeppelin")
    await stage.settle()
    await stage.until(lambda: "PageFound" in stage.names())


async def aisles(stage: Stage) -> None:
    """The shelving at rest."""
    await stage.press("f4")
    await stage.until(lambda: "ViewsRead" in stage.names())
    await stage.press("right", "right")


async def aisles_moving(stage: Stage) -> None:
    """An aisle that opens."""
    stage.house.shelving.pace_s = 20.0
    await question(stage)
    stage.key("1", 0.5)
    stage.key("f9", 0.5)
    await stage.until(lambda: "BlockSeen" in stage.names())
    await stage.until(lambda: "◂◂◂" in stage.shown())


async def aisles_old(stage: Stage) -> None:
    """Values that are no longer true."""
    await aisles(stage)
    stage.house.shelving.is_blocked = True
    await stage.until(lambda: stage.app.shelving.is_awaited)
    stage.house.clock.pass_seconds(4)
    await stage.until(lambda: "░" in stage.shown())


async def question(stage: Stage) -> None:
    """The question before an aisle opens."""
    await aisles(stage)
    stage.key("f6", 0.5)
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await stage.until(lambda: "F9" in stage.shown())


async def aisles_held(stage: Stage) -> None:
    """Somebody in an aisle, and a block that is not armed."""
    stage.house.shelving.hold(1, 3, "Ann Archer", "cleaning")
    stage.house.shelving.people.gates[1].disarm(say("Block {block} was stopped.", block=1))
    await aisles(stage)
    await stage.until(lambda: "▪3" in stage.shown())


async def aisles_out_of_order(stage: Stage) -> None:
    """A block out of order, whose aisle 3 somebody opened by hand."""
    outages = stage.house.services.outages
    outages.take_out(OPERATOR, 1, "drive of carriage 3")
    outages.open_by_hand(OPERATOR, 1, 3)
    await aisles(stage)
    await stage.until(lambda: "✓3" in stage.shown())


async def arming(stage: Stage) -> None:
    """The offer to arm a block, with what an earlier server did not see the end of."""
    ended = "The opening of aisle {aisle} of block {block} by {name} ended unseen: look at the shelving."
    left = say(ended, aisle=3, block=1, name="Bo")
    stage.house.shelving.people.leave_unfinished(1, Unfinished("m1", left))
    await aisles(stage)
    await stage.press("f7")


async def hold_form(stage: Stage) -> None:
    """Who is in an aisle."""
    await aisles(stage)
    await stage.press("f10")


async def release_form(stage: Stage) -> None:
    """Who is out of an aisle again."""
    stage.house.shelving.hold(1, 3, "Ann Archer")
    await aisles(stage)
    await stage.until(lambda: "▪3" in stage.shown())
    await stage.press("f12")


async def locking(stage: Stage) -> None:
    """The question which carriage is locked, where one is locked already."""
    stage.house.shelving.locked[1] = frozenset({4})
    await aisles(stage)
    await stage.until(lambda: stage.shown().count("╔") == 2)
    stage.app.perform(BY_NAME["lock"])
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))


async def jogging(stage: Stage) -> None:
    """What moves one carriage a little."""
    await aisles(stage)
    stage.app.perform(BY_NAME["jog"])
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    stage.key("4", 0.5)
    stage.key("f9", 0.5)
    await stage.until(lambda: isinstance(stage.app.screen, JogScreen))
    await stage.settle()


async def commission_prepare(stage: Stage) -> None:
    """What proving a block takes."""
    await aisles(stage)
    stage.app.perform(BY_NAME["commission"])
    await stage.until(lambda: stage.app.where is Where.PREPARE)
    await stage.press("enter")
    await stage.type("Bo Chen")


async def commission_walk(stage: Stage) -> None:
    """A step that has failed, and the question whether it is done again."""
    await commission_prepare(stage)
    stage.key("f9", 0.5)
    for asked, typed in ((AnswerKind.NUMBER, "5"), (None, "1"), (AnswerKind.WAY, "2"), (AnswerKind.AGAIN, "")):
        await stage.until(lambda asked=asked: asks(stage, asked))  # type: ignore[misc]
        for key in (*typed, *(["f9"] if typed else [])):
            stage.key(key, 0.5)
    await stage.until(lambda: "F9" in stage.shown())


def asks(stage: Stage, kind: AnswerKind | None) -> bool:
    """Whether the walk of a commissioning asks this, None: which aisle is clear."""
    screen = stage.app.screen
    if kind is None or not isinstance(screen, CommissioningScreen):
        return kind is None and isinstance(screen, ConfirmScreen)
    return screen.course.question is not None and screen.course.question.kind is kind


async def aisles_help(stage: Stage) -> None:
    """What can be done at the aisles."""
    await aisles(stage)
    await stage.press("f1")
    await stage.press(*["pagedown"] * 2)


async def help_list(stage: Stage) -> None:
    """What can be done here."""
    await stage.press("f1")


async def stop(stage: Stage) -> None:
    """A stop of which one block's end was not seen."""
    stage.house.shelving.reports = [
        StopReport(1, True, True, "server"),
        StopReport(2, True, False, "direct", say("It answers no more.")),
    ]
    stage.key("f8", 0.1)
    await stage.until(lambda: "StopReported" in stage.names())
    await stage.settle()


async def climate(stage: Stage) -> None:
    """Sensors, charts and alarms at the end of a day."""
    await stage.press("ctrl+t")
    await stage.until(lambda: "ClimatePastRead" in stage.names())
    await stage.until_shown("45.0")
    await stage.settle()


async def acknowledgement(stage: Stage) -> None:
    """The note to an alarm."""
    await climate(stage)
    await stage.press("down", "down", "down", "ctrl+n")


CLIMATE_SCENES: list[Scene] = [climate, acknowledgement]
SCENES: list[Scene] = [
    desk,
    find,
    find_nothing,
    aisles,
    aisles_moving,
    aisles_old,
    question,
    aisles_held,
    aisles_out_of_order,
    arming,
    hold_form,
    release_form,
    locking,
    jogging,
    commission_prepare,
    commission_walk,
    aisles_help,
    help_list,
    stop,
]
IN_MANUAL: list[Scene] = [desk, find, aisles_moving, question, aisles_held, arming, commission_walk, help_list]


async def end(stage: Stage) -> None:
    """Let what hangs go on, so that the app can be left."""
    stage.house.shelving.unblocked.set()
    stage.house.shelving.stop()
    stage.app.opening.give_up()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_a_screen_looks_as_it_did(
    house: TuiHouse, scene: Scene, size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHROOM_LANG", language)
    async with on_stage(house, size) as stage:
        await scene(stage)
        compared(f"{scene.__name__}-{size[0]}x{size[1]}-{language[:2]}", stage.shown())
        await end(stage)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", CLIMATE_SCENES, ids=lambda scene: scene.__name__)
async def test_the_climate_looks_as_it_did(
    tmp_path: Path, scene: Scene, size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHROOM_LANG", language)
    async with on_stage(climate_house(tmp_path).house, size) as stage:
        await scene(stage)
        compared(f"{scene.__name__}-{size[0]}x{size[1]}-{language[:2]}", stage.shown())


async def test_the_climate_in_ascii_looks_as_it_did(tmp_path: Path) -> None:
    async with on_stage(climate_house(tmp_path).house, glyphs="ascii") as stage:
        await climate(stage)
        compared("climate_ascii-80x24-en", stage.shown())


async def test_the_manual_shows_the_climate_as_it_is(tmp_path: Path) -> None:
    async with on_stage(climate_house(tmp_path).house, MANUAL_SIZE) as stage:
        await climate(stage)
        drawn, path = drawing(stage), MANUAL / "climate.svg"
        if IS_WRITING:
            path.write_text(drawn, encoding="utf-8")
        assert words_in(path.read_text(encoding="utf-8")) == words_in(drawn)


async def test_the_large_room_looks_as_it_did(tmp_path: Path) -> None:
    async with on_stage(tui_house(tmp_path, "large"), (160, 50)) as stage:
        await aisles(stage)
        compared("aisles_large-160x50-en", stage.shown())


async def test_ascii_looks_as_it_did(house: TuiHouse) -> None:
    async with on_stage(house, glyphs="ascii") as stage:
        await aisles(stage)
        compared("aisles_ascii-80x24-en", stage.shown())


@pytest.mark.parametrize("scene", IN_MANUAL, ids=lambda scene: scene.__name__)
async def test_the_manual_shows_the_app_as_it_is(house: TuiHouse, scene: Scene) -> None:
    async with on_stage(house, MANUAL_SIZE) as stage:
        await scene(stage)
        drawn = drawing(stage)
        path = MANUAL / f"{scene.__name__}.svg"
        if IS_WRITING:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(drawn, encoding="utf-8")
        assert words_in(path.read_text(encoding="utf-8")) == words_in(drawn)
        await end(stage)


def test_the_comparison_sees_a_change() -> None:
    with pytest.raises(AssertionError):
        compared("aisles_ascii-80x24-en", "another picture", is_writing=False)
