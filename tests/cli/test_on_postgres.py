"""The main job by command on a PostgreSQL server, as on a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Cli

SAMPLES = Path(__file__).parents[2] / "archroom" / "samples"
HOME = "R1/1/01/B/1/6"


@pytest.fixture
def on_server(cli: Cli, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line of a machine whose books are on the server."""
    monkeypatch.setenv("ARCHROOM_DB", postgres_url)
    return cli


def test_the_round_is_the_same(on_server: Cli) -> None:
    assert on_server("init", "small").code == 0
    assert on_server("--json", "import", "ead", str(SAMPLES)).json["items"] == 61
    assert on_server("--json", "place", "--run", HOME).json["placed"] == 26
    on_server("person", "add", "Ann Lee")
    assert on_server("--json", "find", "青石").json["total"] > 0
    assert on_server("lend", "31142060001", "Ann Lee").code == 0
    assert on_server("lend", "31142060001", "Nobody").code == 2
    assert on_server("--json", "show", "31142060001").json["holder"] == "Ann Lee"
    assert on_server("undo").code == 0
    assert on_server("--json", "show", "31142060001").json["place"] == HOME
    assert on_server("--json", "import", "ead", str(SAMPLES), "--dry-run").json["unchanged"] > 0
    assert on_server("ledger", "verify").code == 0


def test_an_empty_database_is_told_with_the_cure(on_server: Cli) -> None:
    ran = on_server("find", "x")
    assert ran.code == 3
    assert "archroom init" in ran.err


def test_its_backup_is_a_matter_of_its_own_tools(on_server: Cli) -> None:
    on_server("init", "small")
    for arguments in (("backup", "copy.db"), ("restore", "copy.db")):
        ran = on_server("--json", *arguments)
        assert (ran.code, ran.json["error"]) == (2, "usage_error")
        assert "pg_" in ran.json["message"]
