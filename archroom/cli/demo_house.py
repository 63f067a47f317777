"""The sample house of the demo: room, records, people, boxes on their shelves; and the settings that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from archroom.config import Bus, Config, sqlite_url
from archroom.core.acts import Performer
from archroom.errors import Message, say

if TYPE_CHECKING:
    from archroom.core.commissioning import CommissioningRecord, Finding
    from archroom.core.holdings import Person
    from archroom.core.rooms import RoomPlan
    from archroom.services.importing import IntakeReport
    from archroom.services.placing import PlacingReport
    from archroom.wiring import House

ROOM = "small"
_BOOKS = "demo.db"
PEOPLE = {"ADA": "Ada Lindqvist", "WANG": "王小明"}
"""The people of the demo, by the barcode on their cards: words that can be typed where there is no scanner."""

BOX = "31142060001"
"""The barcode of a box of the demo that has a place, for the same end."""


def greeting() -> Message:
    """Return what a person who sees the demo for the first time may type."""
    return say(
        "Without a scanner: type {person} and press Enter, then {box} and Enter. That lends a box. "
        "{key} lets people walk into the aisles. F1 tells the rest.",
        person=next(iter(PEOPLE)),
        box=BOX,
        key="^G",
    )


def demo_config(config: Config, folder: Path, bus_url: str) -> Config:
    """Return settings for books and state in a folder, with simulated shelving at a URL."""
    return replace(
        config,
        database=sqlite_url(folder / _BOOKS),
        buses=(Bus(bus_url),),
        state_folder=folder / "state",
        run_folder=folder / "run",
    )


def furnish_once(house: House, folder: Path) -> None:
    """Found the sample house in a folder, unless it stands there.

    The people come last. Without them an earlier founding was broken off, and what there is of it goes.
    """
    if not house.books.is_file_missing:
        if house.people.all():
            return
        house.books.close()
        for file in folder.glob(f"{_BOOKS}*"):
            file.unlink()
    furnish(house)


def furnish(house: House) -> None:
    """Found the sample house: room, records, boxes on their shelves, people."""
    build_room(house)
    take_in_samples(house)
    place_samples(house)
    add_people(house)


def build_room(house: House) -> dict[str, int]:
    """Found the books and build the sample room; returns the numbers of what was built."""
    house.books.opened(may_found=True)
    return house.rooms.build(house.performer, room_plan())


def room_plan() -> RoomPlan:
    """Return the plan of the sample room."""
    from archroom.exchange.roomfile import sample_room

    return sample_room(ROOM)


def take_in_samples(house: House) -> IntakeReport:
    """Take in the sample finding aids."""
    from archroom.exchange.ead import read_ead
    from archroom.services.importing import Source

    with sample_files() as paths:
        sources = [Source(path.name, read_ead(path)) for path in paths]
        return house.intake.take_in(sources, house.performer, False, lambda count: None)


def place_samples(house: House) -> PlacingReport:
    """Shelve the sample boxes from the first shelf on that is reached from an aisle which is closed at first."""
    plan = room_plan()
    block = plan.blocks[0]
    first = next(shelf for shelf in plan.shelves() if shelf.aisle is not None and shelf.aisle not in block.open_aisles)
    return house.placing.place_run(house.performer, first.address, False, lambda count: None)


def add_people(house: House) -> list[Person]:
    """Register the people of the demo and give them their cards."""
    people: list[Person] = []
    for barcode, name in PEOPLE.items():
        people.append(house.people.add(house.performer, name))
        house.desk.bind(house.performer, people[-1].code, barcode)
    return people


def commission(
    house: House, block: int, control: str, report: Callable[[Finding], None] = lambda finding: None
) -> CommissioningRecord:
    """Have a script commission the simulated block, at the control channel of its simulator, in the people's names."""
    from archroom.cli.simulated_technician import SimulatedTechnician, await_itself

    by, witness = PEOPLE.values()
    with SimulatedTechnician(control, block, report) as technician:
        performer = Performer(by, house.performer.terminal)
        record, _ = house.commissioning.commission(performer, block, witness, technician)
    await_itself(house.aisles.views, block)
    return record


@contextmanager
def sample_files() -> Iterator[list[Path]]:
    """Give the sample finding aids as files."""
    with as_file(files("archroom") / "samples") as folder:
        yield sorted(folder.glob("*.xml"))
