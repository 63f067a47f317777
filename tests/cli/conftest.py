"""Running the command line in the tests' own process, on a machine of its own under a temporary folder."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli, Ran
from commissioned import commission_here

from archroom import config
from archroom.cli.program import run
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"
SAMPLES = Path(__file__).parents[2] / "archroom" / "samples"
FIRST_SHELF = "R1/1/01/B/1/6"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A function that runs one command line; each test has a machine of its own."""
    for name in [name for name in os.environ if name.startswith("ARCHROOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ARCHROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ARCHROOM_LANG", "en")
    monkeypatch.setenv("LOGNAME", "tester")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str, stdin: bytes = b"", lang: str = "en") -> Ran:
        monkeypatch.setenv("ARCHROOM_LANG", lang)
        stdout, stderr = io.StringIO(), io.StringIO()
        code = run(arguments, io.BytesIO(stdin), stdout, stderr)
        assert "Traceback" not in stderr.getvalue()
        return Ran(code, stdout.getvalue(), stderr.getvalue())

    return run_one


@pytest.fixture
def room(cli: Cli) -> Cli:
    """The same, with the small sample room built."""
    assert cli("init", "small").code == 0
    return cli


@pytest.fixture
def config_file(cli: Cli, tmp_path: Path) -> Path:
    """Where the settings file of the test's machine is read from."""
    folder = tmp_path / "home"
    folder.mkdir(exist_ok=True)
    return folder / "config.toml"


@pytest.fixture
def house(room: Cli) -> Cli:
    """The same, with the sample finding aids taken in, their boxes shelved from the first shelf on, and Ann registered."""
    assert room("import", "ead", str(SAMPLES)).code == 0
    assert room("place", "--run", FIRST_SHELF).code == 0
    assert room("person", "add", "Ann Lee").code == 0
    return room


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """The small room's shelving, fast."""
    with RunningSimulator(ROOM_FILE, tcp="127.0.0.1:0", speed=20.0) as running:
        yield running


@pytest.fixture
def aisles(room: Cli, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """The command line of a room with that shelving."""
    monkeypatch.setenv("ARCHROOM_SHELVING", simulator.endpoints["tcp"])
    commission_here()
    yield room
    with House(config.load().config) as opened:
        opened.dismiss_shelving()
