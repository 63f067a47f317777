"""The app on the real house: books in a file, the shelving server, simulated shelving on a wire. One round, then again."""

from __future__ import annotations

from pathlib import Path

import pytest
from commissioned import commission
from tui_person import Person, app_on

from archroom import config
from archroom.cli import demo_house
from archroom.cli.simulator import Simulator
from archroom.core.shelving import Trust
from archroom.tui.aisles.arming import ArmScreen
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.situation import Where
from archroom.wiring import House

SPEED = 12.0


async def find_box(person: Person, house: House) -> str:
    """Find a shelved box in the app by the code that stands on it; returns the code."""
    hits = house.finder.find("lindqvist box", 50).hits
    code = next(hit.standing.thing.code for hit in hits if hit.standing.place and not hit.standing.enclosing)
    await person.press("f2", *code)
    await person.see(lambda: person.app.situation.chosen.code == code)
    return code


@pytest.mark.timeout(120)
async def test_the_whole_round_on_the_real_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with Simulator(demo_house.ROOM, "tcp", SPEED) as simulator:
        settings = demo_house.demo_config(config.load().config, tmp_path, simulator.url)
        commission(settings.state_folder, demo_house.room_plan().blocks)
        with House(settings) as house:
            demo_house.furnish(house)
            ada = house.people.find("Ada")[0][0]
            async with app_on(house, tmp_path / "labels") as person:
                await person.see(lambda: any(demo_house.BOX in toast.message for toast in person.app._notifications))
                for text, word in (
                    ("ADA", "PERSON"),
                    (demo_house.BOX, "LENT"),
                    ("DONE", "DONE"),
                    (demo_house.BOX, "RETURNED"),
                ):
                    await person.scan(text)
                    assert person.word() == word
                code = await find_box(person, house)
                where = house.finder.details(code).hit.standing
                assert where.place is not None
                await open_its_aisle(person, where.place.aisle)
                await lend_and_return(person, house, ada.code, code, where.place.code)
                await person.press("f2", "f5")
                await person.see(lambda: any((tmp_path / "labels").glob("*.pdf")))
                await person.press("f8")
                await person.see(lambda: person.app.stop_state.is_seen_to_stand)
        with House(settings) as house:
            async with app_on(house, tmp_path / "labels") as person:
                lines = [entry.message.english() for entry in person.app.journal.entries(20)]
                assert any("lent to" in line for line in lines)
                standing = house.finder.details(code).hit.standing
                assert standing.place == standing.home_place


async def open_its_aisle(person: Person, aisle: int | None) -> None:
    """Ask for the aisle of the chosen box, confirm it, and watch it open."""
    await person.press("f6")
    await person.see(lambda: isinstance(person.app.screen, ArmScreen))
    await person.press("f9")
    await person.see(lambda: isinstance(person.app.screen, ConfirmScreen))
    screen = person.app.screen
    assert isinstance(screen, ConfirmScreen)
    assert f"Aisle {aisle} opens" in screen.asking.effect.english()
    ((closes,),) = screen.asking.answers
    await person.press(*str(closes), "f9")
    await person.see(lambda: person.app.where is Where.AISLES)
    await person.see(lambda: not person.app.opening.is_under_way)
    assert person.word() == "OPEN"
    await person.see(
        lambda: (
            person.app.shelving.views[1][0].trust is Trust.GOOD and aisle in person.app.shelving.views[1][0].open_aisles()
        )
    )


async def lend_and_return(person: Person, house: House, borrower: str, code: str, shelf: str) -> None:
    """Lend a box, take it back, put it away, by scans."""
    await person.press("f3")
    for scan, word in (
        (borrower, "PERSON"),
        (code, "LENT"),
        ("DONE", "DONE"),
        (code, "RETURNED"),
        (code, "SHOWN"),
        (shelf, "PUT AWAY"),
    ):
        await person.scan(scan)
        assert person.word() == word
    assert house.finder.details(code).hit.standing.held_by is None
