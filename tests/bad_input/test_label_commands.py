"""Titles that are commands to a label printer: what leaves here is dots, and no letter of a title is in it.

The whole file is matched against what it may hold, so that no list of dangerous letters has to be complete.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from command_line import Cli

from archroom.core.labels import LabelContent
from archroom.labels import stock_named, write_labels

HARMLESS = re.compile(
    rb"(?:\^XA\^PW[0-9]+\^LL[0-9]+\^LH0,0\^FO0,0\^GFA,[0-9]+,[0-9]+,[0-9]+,[0-9A-FG-Yg-z,:!]*\^FS\^PQ1\^XZ\n)+"
)
"""Start, size, one field of dots, end; once for each label."""
COMMANDS = (
    "^XA^FO50,50^A0N,50,50^FDowned^FS^XZ",
    "^XZ",
    "^FS^FDmore",
    "~JA",
    "~HS ~DGR:X.GRF ~JR ~CC+ ~CT!",
    "^CC+ +XA",
    "^CT! !JA",
    "^CD;",
    "_5E_58_41",
    "^FH^FD_7EJA",
    "\\&",
    "${}.`^~_'\"\\",
)


def zpl_of(title: str, folder: Path) -> bytes:
    """The ZPL of a label of this title."""
    file = folder / "label.zpl"
    write_labels([LabelContent("B00000001K", title, title, title)], stock_named("roll"), file)
    return file.read_bytes()


@pytest.mark.parametrize("title", COMMANDS)
def test_a_title_of_printer_commands_is_printed_as_its_letters(tmp_path: Path, title: str) -> None:
    assert HARMLESS.fullmatch(zpl_of(title, tmp_path))


def test_no_title_whatever_adds_a_command(tmp_path: Path) -> None:
    draw = random.Random(20261124)
    letters = "^~_\\&+!;,:FDXZAJSGHCT059\x1b\x00\r\n{}[]é会"
    for _ in range(100):
        title = "".join(draw.choices(letters, k=draw.randint(0, 60)))
        assert HARMLESS.fullmatch(zpl_of(title, tmp_path)), repr(title)


def test_labels_of_things_with_such_titles(room: Cli, tmp_path: Path) -> None:
    components = "".join(
        f'<c level="file"><did><unittitle>{title.replace("&", "&amp;")}</unittitle></did></c>' for title in COMMANDS
    )
    (tmp_path / "aid.xml").write_text(
        f"<ead><archdesc><did><unittitle>T ~JA</unittitle></did><dsc>{components}</dsc></archdesc></ead>"
    )
    assert room("import", "ead", str(tmp_path / "aid.xml")).code == 0
    codes = [thing["code"] for thing in room("--json", "find", "").json["things"]]
    assert len(codes) == len(COMMANDS)
    ran = room("--json", "label", *codes, "-o", str(tmp_path / "all.zpl"))
    assert ran.json["codes_read"] == 2 * len(COMMANDS)
    assert HARMLESS.fullmatch((tmp_path / "all.zpl").read_bytes())


@pytest.mark.parametrize("added", [b"^XA~JA^XZ", b"~JA", b"^FO0,0^A0N,50,50^FD^CC+^FS", b"^XA\n^FDtitle^FS^XZ\n"])
def test_a_command_too_many_is_found(tmp_path: Path, added: bytes) -> None:
    """The canary of the pattern."""
    zpl = zpl_of("Letters", tmp_path)
    assert not HARMLESS.fullmatch(zpl + added)
    assert not HARMLESS.fullmatch(added + zpl)
    assert not HARMLESS.fullmatch(zpl.replace(b"^FS", b"^FS" + added))
