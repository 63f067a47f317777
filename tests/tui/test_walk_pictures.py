"""Pictures of the walk, as those of the other screens."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_house import OPERATOR
from tui_pictures import IS_WRITING, MANUAL, MANUAL_SIZE, SIZES, Scene, compared, drawing, words_in
from tui_stage import Stage, on_stage
from walk_house import PLACES, at_walk, walk_house

from archroom.tui.actions import BY_NAME
from archroom.tui.situation import Where


async def walk(stage: Stage) -> None:
    """A walk through two blocks: one thing done, one lent, one behind a held aisle, a line that names nothing."""
    stage.house.shelving.hold(1, 4, "Ann Archer")
    things = stage.house.archive.books.things.values()
    codes = "\n".join(thing.code for thing in things if thing.title.startswith("Plans of the harbour"))
    await at_walk(stage, f"{codes}\n{stage.house.other_box.code}\nzeppelin")
    await stage.press("down", "down", "ctrl+r")


async def walk_empty(stage: Stage) -> None:
    """The question before the list is emptied."""
    await walk(stage)
    stage.app.perform(BY_NAME["empty_walk"])
    await stage.until(lambda: stage.app.where is Where.EMPTY_WALK)
    await stage.settle()


async def walk_wishes(stage: Stage) -> None:
    """Two orders, a time that is over, the least waiting, and the aisle to leave open in the end."""
    books, desk = stage.house.archive.books, stage.house.services.desk
    codes = [thing.code for thing in books.things.values() if thing.title.startswith("Plans of the harbour")]
    for _ in range(2):
        desk.lend(OPERATOR, codes[0], stage.house.ann.code)
        desk.take_back(OPERATOR, codes[0])
        desk.put(OPERATOR, codes[0], f"R1/{PLACES[2][0]}")
    columns = zip(codes[1:5], ("7", "8", "7", ""), ("12", "", "45", "3"), strict=True)
    screen = await at_walk(stage, "\n".join("\t".join(fields) for fields in columns))
    for name in ("turn_goal", "turn_parking"):
        stage.app.perform(BY_NAME[name])
        await stage.settle()
    stage.house.clock.pass_seconds(300)
    screen.look()
    await stage.settle()
    await stage.press("pagedown", "pagedown")


WALK_SCENES: list[Scene] = [walk, walk_wishes, walk_empty]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", WALK_SCENES, ids=lambda scene: scene.__name__)
async def test_the_walk_looks_as_it_did(
    tmp_path: Path, scene: Scene, size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHROOM_LANG", language)
    async with on_stage(walk_house(tmp_path, 2).house, size) as stage:
        await scene(stage)
        compared(f"{scene.__name__}-{size[0]}x{size[1]}-{language[:2]}", stage.shown())


async def test_the_walk_in_ascii_looks_as_it_did(tmp_path: Path) -> None:
    async with on_stage(walk_house(tmp_path, 2).house, glyphs="ascii") as stage:
        await walk(stage)
        compared("walk_ascii-80x24-en", stage.shown())


async def test_the_manual_shows_the_walk_as_it_is(tmp_path: Path) -> None:
    async with on_stage(walk_house(tmp_path, 2).house, MANUAL_SIZE) as stage:
        await walk(stage)
        drawn, path = drawing(stage), MANUAL / "walk.svg"
        if IS_WRITING:
            path.write_text(drawn, encoding="utf-8")
        assert words_in(path.read_text(encoding="utf-8")) == words_in(drawn)
