"""File names that no file can have, or that no encoding spells, wherever a command takes one: a sentence, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Cli
from hostile_texts import steering

LONG = "n" * 300
UNSPELLED = "\udcff\udcfe"
"""Bytes of a name that are no UTF-8, as Python hands them on."""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import", "ead", LONG), 1),
        (("import", "ead", f"{LONG}/{LONG}"), 1),
        (("init", LONG), 2),
        (("label", "UNDO", "-o", f"{LONG}.pdf"), 2),
        (("label", "UNDO", "-o", f"{LONG}/label.pdf"), 2),
        (("backup", LONG), 3),
        (("backup", f"{'n' * 250}"), 3),
        (("backup", f"{LONG}/copy.db"), 2),
        (("restore", LONG), 3),
        (("--db", f"sqlite:///{LONG}", "room"), 3),
        (("--db", f"sqlite:///{LONG}", "init", "small"), 3),
        (("--db", "sqlite:///room.toml/books.db", "init", "small"), 3),
        (("--db", "sqlite:///a%00b", "room"), 2),
        (("--db", "sqlite:///a%00b", "init", "small"), 2),
        (("--shelving", f"serial:///dev/{LONG}", "aisle", "stop"), 6),
    ],
)
def test_a_name_that_no_file_can_have_is_told(room: Cli, tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    (tmp_path / "room.toml").write_text("")
    before = sorted(tmp_path.iterdir())
    ran = room(*arguments)
    assert ran.code == code, ran
    assert len((ran.out + ran.err).strip().splitlines()[-1]) > 20
    assert sorted(tmp_path.iterdir()) == before
    assert room("ledger", "verify").code == 0


def test_a_name_that_nothing_spells_is_a_name(house: Cli, tmp_path: Path) -> None:
    """Files made elsewhere have such names; they are read and written, and shown with a mark for what is no letter."""
    aid = tmp_path / f"{UNSPELLED}.xml"
    aid.write_text("<ead><archdesc><did><unittitle>T</unittitle></did></archdesc></ead>")
    assert house("import", "ead", str(aid)).code == 0
    assert house("label", "UNDO", "-o", str(tmp_path / f"{UNSPELLED}.pdf")).code == 0
    backup = house("--json", "backup", str(tmp_path / f"{UNSPELLED}.db"))
    assert backup.code == 0
    assert steering(backup.out.rstrip("\n")) == []
    assert json.loads(backup.out)["file"].endswith(f"{UNSPELLED}.db")
    restored = house("restore", str(tmp_path / f"{UNSPELLED}.db"))
    assert restored.code == 0
    assert steering(restored.out.rstrip("\n")) == []
    assert house("restore", f"{UNSPELLED}.db", "--db", f"sqlite:///{tmp_path}/{UNSPELLED}/b.db").code == 2
