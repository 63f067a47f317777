"""Whoever types the commands of README.md, in either language, from top to bottom, sees each of them work."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli

from archroom import config
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

ROOT = Path(__file__).parents[2]
ROOM_FILE = ROOT / "archroom" / "rooms" / "small.toml"


@pytest.fixture
def shelving(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The simulator that the page starts, fast and on free ports; gives that of its control channel."""
    with RunningSimulator(ROOM_FILE, tcp="127.0.0.1:0", control="127.0.0.1:0", speed=20.0) as running:
        monkeypatch.setenv("ARCHROOM_SHELVING", running.endpoints["tcp"])
        yield running.endpoints["control"]
        with House(config.load().config) as opened:
            opened.dismiss_shelving()


def commands(page: str) -> list[str]:
    """The lines that prepare, then the commands of the table."""
    block = next(block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "archroom init" in block)
    prepared = [line for line in block.splitlines() if line.startswith("archroom ")]
    return prepared + re.findall(r"\| `(archroom [^`]+)` \|$", page, re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_each_command_of_the_page_works_as_it_stands(cli: Cli, shelving: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "archroom").symlink_to(ROOT / "archroom")
    found = commands((ROOT / name).read_text(encoding="utf-8"))
    assert len(found) > 12
    for command in found:
        ran = cli(*shlex.split(command.replace("127.0.0.1:1503", shelving))[1:], stdin=b"1\n")
        assert (ran.code, ran.out != "") == (0, True), (command, ran)


def test_what_the_page_starts_is_there() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    (started,) = re.findall(r"^python -m hardware_sim (\S+)", page, re.MULTILINE)
    assert ROOT / started == ROOM_FILE
