"""`archroom shelving replay`: a recorded motion, played again by the simulator as a program of its own."""

from __future__ import annotations

from pathlib import Path

from command_line import Cli
from recorded import recorded

INCIDENT = "room small\nat 2s desk opens aisle 3\nat 5s e-stop press"


def test_a_recorded_motion_is_played_again(cli: Cli, tmp_path: Path) -> None:
    journal = recorded(INCIDENT, tmp_path)
    found = cli("--json", "shelving", "replay", str(journal)).json
    assert (found["action"], found["block"], found["number"], found["by"]) == ("open", 1, 3, "Ana")
    assert (found["outcome"], found["text"]) == (
        "aborted",
        "Block 1 reports a fault: emergency stop pressed. Reset it at the shelving.",
    )
    assert found["simulated"][-1]["faults"] == ["emergency_stop"]
    assert (found["broken"], found["refused"]) == ([], [])
    ran = cli("shelving", "replay", str(journal))
    assert ran.code == 0
    assert ran.lines[1] == "block 1 carriages stand at 800,1375,1950,2525,3100mm"
    assert ran.lines[-1].endswith("block 1 faulted, fault (emergency_stop)")


def test_the_scenario_can_be_had_alone(cli: Cli, tmp_path: Path) -> None:
    journal = recorded(INCIDENT, tmp_path)
    (tmp_path / "shelving-spec.json").unlink()
    ran = cli("shelving", "replay", str(journal), "--text")
    assert ran.lines[-2].startswith("at 3.")
    assert ran.lines[-2].endswith("s block 1 e-stop press")
    assert ran.lines[-1].startswith("# recorded: aborted after 2.")
    refused = cli("shelving", "replay", str(journal))
    assert refused.code == 2
    assert "does not say what shelving to serve" in refused.err
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    recorded(INCIDENT, elsewhere)
    assert cli("shelving", "replay", str(journal), "--spec", str(elsewhere / "shelving-spec.json")).code == 0


def test_what_is_no_journal_is_refused(cli: Cli, tmp_path: Path) -> None:
    assert cli("shelving", "replay", str(tmp_path / "nothing.jsonl")).code == 2
    (tmp_path / "empty.jsonl").write_text("\n")
    refused = cli("shelving", "replay", str(tmp_path / "empty.jsonl"))
    assert (refused.code, refused.out) == (2, "")
    assert "The journal holds no motion" in refused.err


def test_a_motion_can_be_named(cli: Cli, tmp_path: Path) -> None:
    journal = recorded("room small\nat 2s desk opens aisle 3\nat 12s desk opens aisle 9".replace("9", "1"), tmp_path)
    assert cli("--json", "shelving", "replay", str(journal), "--motion", "t2").json["number"] == 1
    assert "no motion t9" in cli("shelving", "replay", str(journal), "--motion", "t9").err
