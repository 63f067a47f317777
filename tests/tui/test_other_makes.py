"""`aisle status` and the aisles screen on controllers of other makes: a real server, the real wires, nothing made up."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest
from shelving_room import ShelvingRoom

from archroom import config
from archroom.cli.program import run
from archroom.exchange.roomfile import sample_room
from archroom.tui.app import ArchroomApp
from archroom.tui.commissioning.preparing import what_it_takes
from archroom.wiring import House

DEADLINE_S = 20.0
SAID = {
    "fatek-coils": ("at rest", "does not tell which aisle is open", "tells no positions"),
    "stow-wms": ("no aisle is seen to be open", "has no stop"),
    "z5": ("open aisle 1", "has no stop"),
    "wkl": ("open aisle 1", "has no stop", "never says that it has no alarm", "not tell whether it moves"),
    "mjj-web": ("open aisle 1", "has shown that it stops", "its profile lists no orders"),
}
"""What must be read of each make, in `aisle status`."""
ONLY_IN_THE_LINE = ("at rest", "no aisle is seen to be open")
"""What the screen tells by its drawing, or leaves to an alarm."""
WIRES = {"fatek-coils": "tcp", "stow-wms": "tcp", "z5": "udp", "wkl": "tcp", "mjj-web": "http"}


def screen_text(app: ArchroomApp) -> str:
    """What stands on the screen."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def command(*arguments: str) -> list[str]:
    """The lines that one command line says."""
    out = io.StringIO()
    assert run(arguments, io.BytesIO(), out, io.StringIO()) == 0
    return out.getvalue().splitlines()


@pytest.mark.parametrize("name", WIRES)
async def test_what_is_told_and_what_is_not_stands_in_the_status_and_on_the_screen(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    blocks = sample_room("small").blocks
    with ShelvingRoom(tmp_path, WIRES[name], blocks, profile=name, served_as=name, warning_ms=100) as room:
        file = tmp_path / "home" / "config.toml"
        file.parent.mkdir(parents=True)
        file.write_text(f'[[bus]]\nurl = "{room.spec.buses[0].url}"\nprofile = "{name}"\n', encoding="utf-8")
        assert command("init", "small")
        lines = command("aisle", "status")
        (shape,) = json.loads(command("--json", "aisle", "status")[0])["blocks"]
        with House(config.load().config) as house:
            app = ArchroomApp(house, house.performer, lambda codes: tmp_path / codes[0], lambda record: (tmp_path, ""))
            async with app.run_test(size=(110, 40)) as pilot:
                await pilot.press("f4")
                async with asyncio.timeout(DEADLINE_S):
                    while "LIVE" not in screen_text(app):
                        await pilot.pause()
                shown = " ".join(screen_text(app).split())
                order = what_it_takes(blocks[0], app.shelving.views[1][0])[1][0].english()
            house.dismiss_shelving()
    assert (shape["kind"], shape["trust"], shape["movable"]) == ("plain", "good", False)
    for words in SAID[name]:
        assert any(words in line for line in lines), lines
    for words in SAID[name]:
        if words.startswith("open aisle"):
            assert "OPEN Aisle 1" in shown
            assert shape["open"] == [1]
        elif words not in ONLY_IN_THE_LINE:
            assert words in shown, shown
    is_told = any(words.startswith("open aisle") for words in SAID[name])
    assert ("open aisles 2, 6;" if is_told else "open the lowest and the highest closed aisle;") in order
    if name == "fatek-coils":
        assert set(shape["aisles"].values()) == {"unknown"}
    assert "NOT TO BE MOVED" in shown
