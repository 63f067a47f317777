"""The app as it ships, on a real terminal, with books that hold what would steer it: no byte of that gets through.

The titles are written into the tables past all cleaning, as books of another make could hold them.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from command_line import Cli
from hostile_texts import HOSTILE_TEXTS
from terminal import on_terminal

F2, DOWN, CTRL_Q = b"\x1bOQ", b"\x1b[B", b"\x11"
STORABLE = [hostile for hostile in HOSTILE_TEXTS if hostile.item not in (42, 43)]
"""SQLite takes no lone surrogate; a title of a megabyte says nothing here."""
PAYLOADS = (
    b"\x1b]52", b"\x1b]0;owned", b"\x1b]8;;", b"\x1bPq", b"\x1b_G", b"\x1b[6n", b"\x1b[10A", b"\x1bc", b"\b\b",
    "\u009b".encode(), "\u009d".encode(), "\u202e".encode(), "\u2066".encode(), "\u2028".encode(), b"file:///etc/passwd\x1b\\",
)  # fmt: skip
"""What each text would do, as bytes that the app has no use for itself."""


@pytest.fixture
def codes(room: Cli, tmp_path: Path) -> list[str]:
    """Make books whose items have hostile titles, each lent to somebody of such a name; the items' codes, newest first."""
    aid = tmp_path / "aid.xml"
    components = '<c level="file"><did><unittitle>Mark</unittitle></did></c>' * len(STORABLE)
    aid.write_text(f"<ead><archdesc><did><unittitle>T</unittitle></did><dsc>{components}</dsc></archdesc></ead>")
    assert room("import", "ead", str(aid)).code == 0
    assert room("person", "add", "Ann Lee").code == 0
    codes = [thing["code"] for thing in room("--json", "find", "mark").json["things"]]
    for code in codes:
        assert room("lend", code, "Ann Lee").code == 0
    connection = sqlite3.connect(tmp_path / "home" / "data" / "archroom.db")
    numbers = [number for (number,) in connection.execute("SELECT id FROM thing ORDER BY id")]
    connection.executemany(
        "UPDATE description SET title = ?, reference = ? WHERE thing_id = ?",
        [(hostile.title, hostile.text[:40], number) for number, hostile in zip(numbers, STORABLE, strict=True)],
    )
    connection.execute("UPDATE person SET name = ?", (STORABLE[6].title,))
    connection.commit()
    connection.close()
    return codes


def test_no_byte_of_a_hostile_title_reaches_the_terminal(codes: list[str]) -> None:
    with on_terminal([sys.executable, "-m", "archroom"]) as terminal:
        terminal.read_until("LENT")
        terminal.press(F2)
        terminal.read_until("ords in any order")  # the cursor stands on the first letter
        terminal.press(b"mark")
        terminal.read_until("found")
        for code in codes:
            terminal.read_until(code)  # which stands in the details of the row under the cursor
            terminal.press(DOWN)
        terminal.press(CTRL_Q)
        assert terminal.read_to_end() == 0
    shown = [hostile.mark.title().encode() for hostile in STORABLE if hostile.mark.title().encode() in terminal.output]
    assert len(shown) == len(STORABLE)
    assert [payload for payload in PAYLOADS if payload in terminal.output] == []


def test_what_a_program_without_care_writes_is_found() -> None:
    """The canary: the same texts, printed as they are."""
    text = "\n".join(hostile.text for hostile in STORABLE)
    program = f"import sys; sys.stdout.write({text!r}); print('the end')"
    with on_terminal([sys.executable, "-c", program]) as terminal:
        terminal.read_until("the end")
        terminal.read_to_end()
    missing = [payload for payload in PAYLOADS if payload not in terminal.output]
    assert missing == [b"file:///etc/passwd\x1b\\"]
