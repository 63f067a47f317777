"""`archroom plan` on a running simulator: nothing that is held or locked there is opened, and its holder is named."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from command_line import Cli

from archroom.shelving import client as shelving_client

FAR, NEAR, MIDDLE = "R1/1/07/A/1/1", "R1/1/02/B/2/3", "R1/1/05/B/1/1"
HELD = "aisle 1/{aisle} cannot open: aisle 3, which would change with it, is held by 张伟"
LOCKED = "aisle 1/{aisle} cannot open: carriage 4, which would move for it, is locked"


def planned(cli: Cli, *codes: str) -> tuple[list[int], list[str], list[str]]:
    """Aisles of a walk in order, why the rest is not on it, and its notes."""
    found: dict[str, Any] = cli("--json", "plan", *codes).json
    return [step["aisle"] for step in found["steps"]], [aside["why"] for aside in found["asides"]], found["notes"]


def test_a_walk_goes_round_what_is_held_and_locked_and_can_be_made(aisles: Cli) -> None:
    assert aisles("shelving", "arm", "1", "--by", "Ann Lee").code == 0
    assert planned(aisles, FAR, NEAR, MIDDLE) == ([2, 5, 6], [], [])
    assert aisles("aisle", "hold", "1/3", "--by", "张伟").code == 0
    assert planned(aisles, FAR, NEAR, MIDDLE) == ([2], [HELD.format(aisle=6), HELD.format(aisle=5)], [])
    assert aisles("aisle", "open", "1/2", "--clear", "1", "--by", "Ann Lee").code == 0
    refused = aisles("aisle", "open", "1/5", "--clear", "2", "--by", "Ann Lee")
    assert (refused.code, "张伟 is in aisle 3" in refused.err) == (6, True)
    assert aisles("aisle", "release", "1/3", "--by", "张伟").code == 0
    assert aisles("aisle", "lock", "1/4", "--clear", "4", "--by", "Ann Lee").code == 0
    assert planned(aisles, FAR, NEAR, MIDDLE) == ([2], [LOCKED.format(aisle=6), LOCKED.format(aisle=5)], [])
    assert aisles("aisle", "unlock", "1/4", "--clear", "4", "--by", "Ann Lee").code == 0
    assert planned(aisles, FAR, NEAR, MIDDLE) == ([2, 5, 6], [], [])


def test_a_block_that_is_only_not_armed_is_planned(aisles: Cli) -> None:
    walked, asides, (note,) = planned(aisles, FAR)
    assert (walked, asides) == ([6], [])
    assert "Block 1 is not armed" in note


def test_a_silent_server_keeps_no_plan_up_and_what_is_not_known_is_said(
    aisles: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aisles("aisle", "hold", "1/3", "--by", "张伟").code == 0
    (board,) = tmp_path.rglob("shelving.json")
    process = json.loads(board.read_text())["pid"]
    monkeypatch.setattr(shelving_client, "ANSWER_WITHIN_S", 0.3)
    os.kill(process, signal.SIGSTOP)
    try:
        walked, asides, notes = planned(aisles, FAR, NEAR)
    finally:
        os.kill(process, signal.SIGCONT)
    assert (walked, asides) == ([2, 6], [])
    assert notes == [
        "The shelving cannot be asked: planned as the room was built, and who is in which aisle is not known. "
        "The shelving server does not answer."
    ]
