"""The app as it ships, on a real terminal: a scanner that types at once, and a way out that gives the terminal back."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from time import monotonic

import pytest
from commissioned import commission
from terminal import on_terminal

from archroom import config, paths
from archroom.cli import demo_house
from archroom.config import Config
from archroom.shelving.notice_board import read_board
from archroom.wiring import House

CTRL_G, CTRL_Q = b"\x07", b"\x11"
LEAVE_SCREEN, SHOW_CURSOR = b"\x1b[?1049l", b"\x1b[?25h"
SCANS = 24


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A furnished house of this test's own."""
    monkeypatch.setenv("ARCHROOM_HOME", str(tmp_path))
    settings = demo_house.demo_config(config.load().config, tmp_path, "tcp://127.0.0.1:502")
    with House(settings) as house:
        demo_house.furnish(house)
    return settings


def test_scans_written_at_once_are_all_carried_out_and_the_terminal_is_given_back(settings: Config) -> None:
    with House(settings) as house:
        borrower = house.people.find("Ada")[0][0]
        boxes = [hit.standing.thing.code for hit in house.finder.find("box", 200).hits if not hit.standing.enclosing]
    scanned = [borrower.code, *boxes[:SCANS]]
    assert len(scanned) == SCANS + 1
    with on_terminal([sys.executable, "-m", "archroom", "--db", settings.database]) as terminal:
        terminal.read_until("can a code")
        terminal.press("".join(f"{code}\r" for code in scanned).encode())
        terminal.press(CTRL_Q)
        assert terminal.read_to_end() == 0
    assert LEAVE_SCREEN in terminal.output[-400:]
    assert SHOW_CURSOR in terminal.output[-400:]
    with House(settings) as house:
        assert len(house.people.loans_of(borrower.id)) == SCANS


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_window_is_a_way_out_in_good_order(settings: Config, how: signal.Signals) -> None:
    with on_terminal([sys.executable, "-m", "archroom", "--db", settings.database]) as terminal:
        terminal.read_until("can a code")
        terminal.process.send_signal(how)
        assert terminal.read_to_end() == 0
    assert LEAVE_SCREEN in terminal.output[-400:]


def test_keys_typed_before_the_app_is_up_are_not_lost(settings: Config) -> None:
    with House(settings) as house:
        borrower = house.people.find("Ada")[0][0]
    with on_terminal([sys.executable, "-m", "archroom", "--db", settings.database]) as terminal:
        terminal.press(f"{borrower.code}\r".encode())
        terminal.read_until("Ada Lindqvist: nothing out")
        terminal.press(CTRL_Q)
        assert terminal.read_to_end() == 0


def test_the_demo_knows_the_simulator_that_it_has_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHROOM_HOME", str(tmp_path))
    commission(paths.demo_folder() / "state", demo_house.room_plan().blocks)  # so that leaving interrupts no motion
    with on_terminal([sys.executable, "-m", "archroom", "demo", "--wire", "tcp"]) as terminal:
        terminal.read_until("can a code", 60.0)
        terminal.press(CTRL_G)
        terminal.read_until("Press the emergency stop")
        terminal.press(CTRL_Q)
        assert terminal.read_to_end() == 0
    ends_at = monotonic() + 30
    while read_board(paths.demo_folder() / "run") is not None:
        assert monotonic() < ends_at, "its server goes on without it"
