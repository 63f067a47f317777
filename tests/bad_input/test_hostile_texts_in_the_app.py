"""Titles, names, errors and device strings that would steer a terminal, past all cleaning, on every screen of the app.

One run of the app is shown all of them, and what stood on its screens is looked at. What they do on a real terminal is seen
in test_app_on_a_terminal.py.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hostile_texts import HOSTILE_TEXTS, steering
from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static
from tui_house import TuiHouse, tui_house
from tui_stage import Stage, on_stage

from archroom.core.codes import CodeKind, format_code
from archroom.core.holdings import ThingKind
from archroom.core.ports import Hit
from archroom.errors import Busy, say
from archroom.tui.find.details import DetailPane, PersonShown, ThingShown
from archroom.tui.find.table import FoundTable, PersonFound


@dataclass
class Seen:
    """What stood on the screens of one run."""

    screens: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    """Targets of links, and actions that a click would do, in any segment of any screen."""
    rows: dict[int, str] = field(default_factory=dict)
    """The row of each text in the table of Find."""
    is_up: bool = False

    def look(self, stage: Stage) -> None:
        """Keep what stands on the screen now."""
        self.screens.append(stage.shown())
        for line in stage.app.screen._compositor.render_strips():
            for segment in line:
                if segment.style is not None:
                    self.links |= {segment.style.link} if segment.style.link else set()
                    self.links |= {str(target) for name, target in segment.style.meta.items() if name.startswith("@")}


async def shown_at(size: tuple[int, int], folder: Path) -> Seen:
    """Show everything to the app once."""
    house = tui_house(folder)
    things = {
        hostile.item: house.archive.add_thing(ThingKind.BOX, hostile.title, f"{hostile.text[:60]} ref", 100)
        for hostile in HOSTILE_TEXTS
    }
    people = {hostile.item: house.archive.add_person(hostile.title) for hostile in HOSTILE_TEXTS}
    seen = Seen()
    async with on_stage(house, size) as stage:
        for hostile in HOSTILE_TEXTS:
            for code in ("DONE", things[hostile.item].code, people[hostile.item].code):
                stage.burst(code)
            await stage.settle()
            seen.look(stage)
        await _find(stage, seen)
        await _fail(stage, seen, house)
        await _distrust(stage, seen, house)
        seen.is_up = stage.app.is_running
    return seen


async def _find(stage: Stage, seen: Seen) -> None:
    """Find all things and people, and read the details of each, row by row."""
    await stage.press("f2")
    await stage.type("mark")
    await stage.until_shown("Mark25")
    table, pane = stage.app.screen.query_one(FoundTable), stage.app.screen.query_one(DetailPane)
    for _ in range(table.row_count):
        await stage.until(lambda: _is_told(pane.showing, table.row_at_cursor))
        seen.look(stage)
        for line in stage.shown().split("\n")[table.region.y + 1 : table.region.bottom]:
            found = re.match(r"...Mark([0-9]+) .*OUT", line)
            if found:
                seen.rows[int(found[1])] = line
        await stage.press("down")


def _is_told(showing: ThingShown | PersonShown | None, row: Hit | PersonFound | None) -> bool:
    """Whether the details are those of the row under the cursor."""
    match showing:
        case ThingShown(details=details):
            return isinstance(row, Hit) and details.hit.standing.thing.id == row.standing.thing.id
        case PersonShown(person=person):
            return isinstance(row, PersonFound) and row.person.id == person.id
        case None:
            return False


async def _fail(stage: Stage, seen: Seen, house: TuiHouse) -> None:
    """Let an error say each text."""
    for hostile in HOSTILE_TEXTS:
        house.archive.broken = Busy(say("{text} cannot be read.", text=hostile.text))
        await stage.scan(format_code(CodeKind.BOX, 1))
        seen.look(stage)
    house.archive.broken = None


async def _distrust(stage: Stage, seen: Seen, house: TuiHouse) -> None:
    """Let a device say each text."""
    await stage.press("f4")
    for hostile in HOSTILE_TEXTS:
        house.shelving.why_not = say("{serial} is not a controller.", serial=hostile.text)
        await stage.until_shown(hostile.shown[:6].strip())
        seen.look(stage)


def assert_harmless(seen: Seen, columns: int) -> None:
    """Everything is shown, as letters, in its place, and does nothing."""
    assert len(seen.screens) > 4 * len(HOSTILE_TEXTS)
    for hostile in HOSTILE_TEXTS:
        words = f"{hostile.mark.title()} {hostile.shown[:24].strip()}"
        assert any(words in screen for screen in seen.screens), words
    for line in "\n".join(seen.screens).split("\n"):
        assert steering(line) == [], line
        assert cell_len(line) <= columns, line
    assert not [target for target in seen.links if "passwd" in target or "app.quit" in target]
    assert set(seen.rows) == {hostile.item for hostile in HOSTILE_TEXTS}
    assert len({cell_len(row.partition("▸ OUT")[0]) for row in seen.rows.values()}) == 1, seen.rows
    assert seen.is_up


def test_hostile_texts_are_letters_on_every_screen(tmp_path: Path) -> None:
    assert_harmless(asyncio.run(shown_at((80, 24), tmp_path)), 80)


@pytest.mark.proof
def test_hostile_texts_are_letters_on_every_wide_screen(tmp_path: Path) -> None:
    assert_harmless(asyncio.run(shown_at((160, 50), tmp_path)), 160)


def test_a_widget_that_takes_a_title_as_it_is_would_be_found_out(tmp_path: Path) -> None:
    """The canary: a link in a title, in a widget that reads markup; a control character, in one that does not."""

    async def shown() -> Seen:
        seen = Seen()
        async with on_stage(tui_house(tmp_path)) as stage:
            await stage.app.screen.mount(Static("[link='file:///etc/passwd']x[/] [@click=app.quit]y[/]"))
            await stage.app.screen.mount(Static(Content("abc\u202edef")))
            await stage.settle()
            seen.look(stage)
        return seen

    seen = asyncio.run(shown())
    assert any("passwd" in target for target in seen.links)
    assert any("quit" in target for target in seen.links)
    assert steering(seen.screens[0].replace("\n", ""))
