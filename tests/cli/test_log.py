"""The log is where `archroom where` says, whatever went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Cli

from archroom.cli import find
from archroom.cli.job import Job


def test_the_log_is_in_the_folder_of_the_settings(
    room: Cli, monkeypatch: pytest.MonkeyPatch, config_file: Path, tmp_path: Path
) -> None:
    def fail(job: Job) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(find, "_find", fail)
    config_file.write_text(f'state_folder = "{tmp_path}/elsewhere"\n', encoding="utf-8")
    log = Path(room("--json", "where").json["paths"]["log"])
    assert room("find", "x").code == 70
    assert (log.parent, log.is_file()) == (tmp_path / "elsewhere", True)


def test_settings_that_go_wrong_meanwhile_hide_nothing(
    room: Cli, monkeypatch: pytest.MonkeyPatch, config_file: Path, tmp_path: Path
) -> None:
    def fail(job: Job) -> int:
        config_file.write_text("nonsense = 1\n", encoding="utf-8")
        raise ZeroDivisionError

    monkeypatch.setattr(find, "_find", fail)
    assert room("find", "x").code == 70
    assert (tmp_path / "home" / "state" / "archroom.log").is_file()
