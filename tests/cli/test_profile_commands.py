"""`shelving profiles` and `shelving check`: what can be spoken to, and whether one's own profile is sound."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from command_line import Cli

PROFILES = files("archroom") / "drivers" / "profiles"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A profile of one's own."""
    file = tmp_path / "own.toml"
    file.write_bytes((PROFILES / "fatek-coils.toml").read_bytes())
    return file


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    """Its transcript."""
    file = tmp_path / "own.transcript.toml"
    file.write_bytes((PROFILES / "fatek-coils.transcript.toml").read_bytes())
    return file


def test_profiles_say_what_they_rest_on_and_what_they_can_do(cli: Cli) -> None:
    ran = cli("shelving", "profiles")
    assert ran.code == 0
    assert "fatek-coils  Fatek-style controller: read from a user's code, proved on no hardware" in ran.lines
    assert "    It moves only while a second person holds its own stop at the aisle." in ran.lines
    assert "    It tells temperature and humidity, and moves nothing." in ran.lines
    assert "    It takes no orders." in ran.lines, "as shipped, MjjWebApi is read only"
    assert "    It cannot be told to: close, ventilate, jog, lock, unlock, wake." in ran.lines, "stow-wms and wkl open only"
    assert "    It cannot be stopped from here: its controller has no stop. Use the shelving's own." in ran.lines
    found = {profile["name"]: profile for profile in cli("--json", "shelving", "profiles").json["profiles"]}
    assert found["fatek-coils"]["orders"] == ["close", "open", "ventilate"]
    assert "reference" in found


def test_a_sound_profile_and_its_transcript(cli: Cli, own: Path, transcript: Path) -> None:
    assert cli("shelving", "check", str(own)).lines[0] == "fatek-coils is a sound profile."
    ran = cli("--json", "shelving", "check", str(own), "--transcript", str(transcript))
    assert (ran.code, ran.json["exchanges"]) == (0, 10)


def test_an_unsound_profile_is_refused_with_file_and_line(cli: Cli, own: Path) -> None:
    own.write_text(own.read_text().replace("hold_ms = 200", "hold_ms = 200\nretries = 3", 1))
    ran = cli("shelving", "check", str(own))
    assert ran.code == 2
    assert "own.toml: line" in ran.err
    assert "no write is repeated" in ran.err


def test_a_transcript_that_does_not_hold_is_refused(cli: Cli, own: Path, transcript: Path) -> None:
    own.write_text(own.read_text().replace("address = 2201", "address = 2207"))
    ran = cli("shelving", "check", str(own), "--transcript", str(transcript))
    assert ran.code == 2
    assert "stop: sent" in ran.err
    missing = cli("shelving", "check", str(own), "--transcript", str(transcript) + "x")
    assert (missing.code, "cannot be read" in missing.err) == (2, True)
    transcript.write_text("[controller]\nunit = 1\ncarriages = 6\n")
    assert "is empty" in cli("shelving", "check", str(own), "--transcript", str(transcript)).err
