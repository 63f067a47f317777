"""Deferred imports and borders, proved by running: static rules cannot see an import inside a function."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"
HEAVY = ("textual", "rich", "pymodbus", "serial", "peewee", "PIL", "zxingcpp", "pypdfium2", "barcode", "qrcode", "psycopg")


UNNEEDED_FOR_A_STOP = {
    *("archroom.core.acts", "archroom.core.shelving", "archroom.core.searching", "archroom.core.commissioning"),
    *("archroom.services.aisles", "archroom.shelving.client", "archroom.cli.aisle_actions", "archroom.store"),
}
"""What opening, holding, commissioning and the books need."""


def modules_after(code: str) -> set[str]:
    """The top-level modules that are loaded once a fresh interpreter has run `code`."""
    return {name.partition(".")[0] for name in whole_modules_after(code)}


def whole_modules_after(code: str) -> set[str]:
    """All modules that are loaded once a fresh interpreter has run `code`."""
    script = f"import sys\n{code}\nprint(*sys.modules, sep='\\n')"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(run.stdout.split("\n"))


def run_main(*arguments: str) -> str:
    """Code that runs the command line and outlives its exit."""
    return f"from archroom.__main__ import main\ntry:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass\n"


@pytest.mark.parametrize(
    "arguments", [("--help",), ("find", "--help"), ("aisle", "--help"), ("label", "--help"), ("where",)]
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert modules_after(run_main(*arguments)).isdisjoint(HEAVY)


def test_a_stop_past_the_server_loads_only_what_stops() -> None:
    """Whatever else is loaded before its frame would keep the steel moving for longer."""
    code = run_main("aisle", "stop", "--help") + "import archroom.services.stopping\nimport archroom.shelving.stopping\n"
    loaded = whole_modules_after(code + "import archroom.shelving.direct\n")
    assert "archroom.cli.aisle_stop" in loaded
    assert loaded.isdisjoint({*UNNEEDED_FOR_A_STOP, "peewee", "pymodbus", "textual"})


def test_the_way_to_the_app_loads_no_bench_and_no_simulator() -> None:
    loaded = whole_modules_after("import archroom.cli.app")
    unneeded = {
        "archroom.core.bench",
        "archroom.cli.frame_file",
        "archroom.core.simulation",
        "archroom.drivers.simulator_channel",
    }
    assert "archroom.cli.bench_files" in loaded
    assert loaded.isdisjoint(unneeded)


UNNEEDED_FOR_THE_FIRST_SCREEN = {
    *("archroom.services.desk", "archroom.services.deciding", "archroom.services.resolving", "archroom.core.custody"),
    *("archroom.services.aisles", "archroom.services.bench", "archroom.wiring.shelving", "archroom.core.shelving"),
    *(
        "archroom.tui.deeds",
        "archroom.tui.find.screen",
        "archroom.tui.aisles.screen",
        "archroom.tui.climate.screen",
        "archroom.tui.bench.screen",
    ),
    *("archroom.tui.bench.simulator", "archroom.tui.walk.screen", "archroom.tui.help"),
}
"""What the first scan, the shelving and the other screens need."""
FIRST_SCREEN = """
import asyncio
import archroom.cli.app
from archroom import config
from archroom.tui import app
from archroom.wiring import House

app.WARM_UP_S = 3600.0

async def stand() -> None:
    with House(config.load().config) as house:
        async with app.ArchroomApp(house, house.performer, str, str).run_test() as pilot:
            await pilot.pause()
            {then}

asyncio.run(stand())
"""
"""Code that opens the app without a terminal until its first screen stands, before it warms up."""


@pytest.fixture
def founded_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose books were founded."""
    monkeypatch.setenv("ARCHROOM_HOME", str(tmp_path))
    whole_modules_after(run_main("init", str(ROOM)))


@pytest.mark.usefixtures("founded_home")
def test_the_first_screen_loads_only_what_it_shows() -> None:
    """Whatever else is loaded before it keeps the person waiting at every start."""
    loaded = whole_modules_after(FIRST_SCREEN.format(then="pass"))
    assert loaded >= {"archroom.tui.desk.screen", "archroom.services.history", "archroom.store.archive"}
    assert loaded.isdisjoint({*UNNEEDED_FOR_THE_FIRST_SCREEN, "pymodbus", "serial", "psycopg", "PIL"})


@pytest.mark.usefixtures("founded_home")
def test_the_check_sees_what_the_first_screen_does_not_need() -> None:
    assert "archroom.services.desk" in whole_modules_after(FIRST_SCREEN.format(then="house.desk"))


def test_the_check_sees_what_a_stop_does_not_need() -> None:
    assert whole_modules_after(run_main("aisle", "status", "--help")) >= {"archroom.cli.aisle_actions", "archroom.core.acts"}


@pytest.mark.parametrize("package", ["archroom.core", "archroom.services", "archroom.labels", "archroom.drivers"])
def test_a_package_by_itself_loads_nothing_heavy(package: str) -> None:
    loaded = modules_after(f"import importlib\nimportlib.import_module({package!r})")
    assert loaded.isdisjoint({"textual", "pymodbus", "peewee", "psycopg", "zxingcpp"})


def test_the_simulator_loads_nothing_of_archroom_nor_its_libraries() -> None:
    assert modules_after("import hardware_sim.__main__").isdisjoint({"archroom", "pymodbus", "textual", "peewee"})


def test_the_check_sees_a_heavy_import() -> None:
    assert "barcode" in modules_after("import barcode")
