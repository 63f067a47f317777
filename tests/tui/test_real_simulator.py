"""The technician's screens on the real thing: what happens at the simulator is reported over the wire, and recorded."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from commissioned import commission
from tui_person import Person, app_on

from archroom import config
from archroom.cli import demo_house
from archroom.cli.simulator import Simulator
from archroom.core.shelving import AisleState, Trust
from archroom.tui.actions import BY_NAME
from archroom.tui.situation import Where
from archroom.wiring import House


def seen(person: Person, aisle: int) -> AisleState | None:
    """What the controller of the first block reports of an aisle now, None while it is not believed."""
    view, _ = person.app.shelving.views.get(1, (None, 0.0))
    return None if view is None or view.trust is not Trust.GOOD else dict(view.aisles)[aisle]


@pytest.mark.timeout(120)
async def test_somebody_walks_in_the_controller_says_so_and_the_frames_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with Simulator(demo_house.ROOM, "tcp") as simulator:
        settings = demo_house.demo_config(config.load().config, tmp_path, simulator.url)
        commission(settings.state_folder, demo_house.room_plan().blocks)
        with House(settings) as house:
            demo_house.build_room(house)
            async with app_on(house, tmp_path / "labels", simulator.control) as person:
                await person.press("ctrl+b")
                await person.see(lambda: person.app.why_not(BY_NAME["record_frames"]) is None)
                person.app.perform(BY_NAME["record_frames"])
                await person.see(lambda: any((tmp_path / "bench").glob("frames-bus1-*.jsonl")))
                await person.press("ctrl+g")
                await person.see(lambda: person.app.where is Where.SIMULATOR)
                await person.see(lambda: seen(person, 1) is AisleState.OPEN)
                await person.see(lambda: person.app.situation.chosen.aisle == (1, 1))
                await person.press(*"person ana enters aisle 1", "enter")
                await person.see(lambda: seen(person, 1) is AisleState.OCCUPIED)
                await person.press(*"person ana leaves", "enter")
                await person.see(lambda: seen(person, 1) is AisleState.OPEN)
                await person.press("ctrl+b")
                await person.see(lambda: person.app.where is Where.BENCH)
                person.app.perform(BY_NAME["write_bundle"])
                await person.see(lambda: any((tmp_path / "bench").glob("bundle-*.zip")))
            house.dismiss_shelving()
    (bundle,) = (tmp_path / "bench").glob("bundle-*.zip")
    with zipfile.ZipFile(bundle) as archive:
        frames = [json.loads(line) for line in archive.read("frames/1.jsonl").splitlines()]
    assert {"sent", "matched"} <= {frame["verdict"] for frame in frames}
