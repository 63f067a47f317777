"""Jogging from the app through the shelving server: steps, and a mouse button that moves steel only while it is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from commissioned import commission
from tui_person import Person, app_on

from archroom import config
from archroom.cli import demo_house
from archroom.core.shelving import Trust
from archroom.exchange.roomfile import sample_room
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles.arming import ArmScreen
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.aisles.jog import HELD_MOST_MM, JogField, JogScreen
from archroom.tui.screens import HouseDialog
from archroom.wiring import House
from hardware_sim import Settings
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / f"{demo_house.ROOM}.toml"
CARRIAGE, NARROWS = 2, 1
"""Aisle 1 beside carriage 2 stands open, so there is far to go."""
SPEED = 2.0
HANG_S = 5.0
"""How long the screen hangs at most."""


@dataclass(frozen=True)
class Site:
    """A real house, and the truth about its steel."""

    house: House
    simulator: RunningSimulator
    labels: Path

    def place_mm(self) -> int:
        """Where the carriage stands."""
        positions = self.simulator.truth(1)["positions"]
        assert isinstance(positions, list)
        place = positions[CARRIAGE - 1]
        assert isinstance(place, float)
        return round(place)

    def is_still(self) -> bool:
        """Whether nothing moves."""
        return self.simulator.truth(1)["still"] is True


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The sample house with its shelving server and simulated steel."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with RunningSimulator(
        ROOM_FILE, tcp="127.0.0.1:0", speed=SPEED, settings=Settings(serial="SIM00001", warning_ms=300)
    ) as simulator:
        settings = demo_house.demo_config(config.load().config, tmp_path, simulator.endpoints["tcp"])
        commission(settings.state_folder, demo_house.room_plan().blocks)
        with House(settings) as house:
            demo_house.build_room(house)
            yield Site(house, simulator, tmp_path / "labels")
            house.dismiss_shelving()


async def at_jog(person: Person) -> JogScreen:
    """Go to the jog screen of the carriage."""
    await person.press("f4")
    await person.see(lambda: 1 in person.app.shelving.views and person.app.shelving.views[1][0].trust is Trust.GOOD)
    await person.see(lambda: person.app.situation.chosen.aisle is not None)
    person.app.perform(BY_NAME["jog"])
    await person.see(lambda: isinstance(person.app.screen, ConfirmScreen))
    await person.press(str(CARRIAGE), "f9")
    await person.see(lambda: isinstance(person.app.screen, JogScreen))
    screen = person.app.screen
    assert isinstance(screen, JogScreen)
    return screen


def is_asking(person: Person, kind: type[HouseDialog[Any]]) -> bool:
    """Whether this question is on the screen."""
    return isinstance(person.app.screen, kind)


async def step(person: Person, screen: JogScreen, asked: tuple[type[HouseDialog[Any]], ...] = ()) -> None:
    """Make a step to the left, answering these questions one after the other, and wait for its end."""
    latest = person.app.journal.latest
    await person.press("left", each_s=1.0)
    for kind in asked:
        await person.see(partial(is_asking, person, kind))
        await person.press(*(str(NARROWS) if kind is ConfirmScreen else ""), "f9")
    await person.see(lambda: person.app.journal.latest is not latest and not person.app.opening.is_under_way)
    assert person.app.screen is screen


@pytest.mark.timeout(120)
async def test_steps_and_a_held_button_move_steel_no_longer_than_they_should(site: Site) -> None:
    assert NARROWS in sample_room(demo_house.ROOM).blocks[0].open_aisles
    async with app_on(site.house, site.labels) as person:
        screen, start = await at_jog(person), site.place_mm()
        await step(person, screen, (ArmScreen, ConfirmScreen))
        assert (person.word(), site.place_mm()) == ("DONE", start - 20)
        await step(person, screen)
        assert (person.word(), site.place_mm()) == ("DONE", start - 40)

        field = screen.query(JogField).first()
        inside = (field.region.x + 2, field.region.y + 1)
        start = site.place_mm()
        await person.pilot.mouse_down(offset=inside)
        await person.see(lambda: site.place_mm() < start)
        await person.pilot.mouse_up(offset=inside)
        await person.see(lambda: not person.app.opening.is_under_way)
        assert person.word() == "DONE"
        assert (site.is_still(), start - HELD_MOST_MM < site.place_mm() < start) == (True, True)

        start = site.place_mm()
        await person.pilot.mouse_down(offset=inside)
        await person.see(lambda: site.place_mm() < start)
        assert site.simulator.wait_until(
            1, lambda truth: truth["still"] is True, HANG_S
        )  # no turn of the screen's loop meanwhile
        assert (site.is_still(), start - HELD_MOST_MM < site.place_mm() < start) == (True, True)
        await person.see(lambda: not person.app.opening.is_under_way)
        assert person.word() == "DONE"
