"""A house whose boxes stand in several aisles of both blocks, so that there is something to walk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from textual import events
from tui_house import OPERATOR, TuiHouse, tui_house
from tui_stage import Stage

from archroom.core.holdings import Thing, ThingKind
from archroom.exchange.roomfile import sample_room
from archroom.tui.walk.screen import WalkScreen

PLACES = {
    1: ("1/03/A/2/4", "1/05/B/1/2", "1/01/B/1/1", "1/07/A/1/1", "1/04/A/1/2", "1/05/A/1/3"),
    2: ("1/03/A/2/4", "1/05/B/1/2", "1/01/B/1/1", "2/02/B/1/1", "2/04/A/1/2", "1/05/A/1/3"),
}


@dataclass
class WalkHouse:
    """The house, and boxes by their number."""

    house: TuiHouse
    boxes: list[Thing]
    SHELF: ClassVar[str] = "R1/1/06/A/1/1"
    """A shelf in the small room."""

    def code_of_shelf(self) -> str:
        """The code of that shelf."""
        return self.house.code_at(self.SHELF)

    def codes(self, *numbers: int) -> str:
        """The codes of boxes, a line each."""
        return "\n".join(self.boxes[number].code for number in numbers)


def walk_house(folder: Path, blocks: int = 1) -> WalkHouse:
    """Return a house of one or two blocks, with a box on each of the places."""
    room = sample_room("small")
    twins = tuple(replace(room.blocks[0], number=number) for number in range(1, blocks + 1))
    house = tui_house(folder, replace(room, blocks=twins))
    boxes: list[Thing] = []
    for number, place in enumerate(PLACES[blocks]):
        box = house.archive.add_thing(ThingKind.BOX, f"Plans of the harbour {number}", f"PL {number}", 90)
        house.services.desk.put(OPERATOR, box.code, f"R1/{place}")
        boxes.append(box)
    house.clock.pass_seconds(600)
    return WalkHouse(house, boxes)


async def at_walk(stage: Stage, texts: str = "") -> WalkScreen:
    """Go to the walk, and paste a list into its box."""
    await stage.press("ctrl+l")
    screen = stage.app.screen
    assert isinstance(screen, WalkScreen)
    await stage.settle()
    if texts:
        await paste(stage, texts)
    return screen


async def paste(stage: Stage, texts: str) -> None:
    """Paste lines into the box and press Enter."""
    stage.app.post_message(events.Paste(texts))
    await stage.settle()
    await stage.press("enter")
    await stage.settle()
