"""Scans that name nothing, name the wrong kind of thing, or come from a scanner that is set up wrongly, at the real desk.

How codes are read is proved in tests/core/test_codes.py, how streams are cut into scans in tests/cli/test_scan_lines.py.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import Cli, Ran

from archroom.core.acts import Performer
from archroom.core.codes import CodeKind, format_code
from archroom.services.answers import Answer
from archroom.services.desk import Desk, LoanPolicy
from archroom.store import ledger
from archroom.store.archive import SqlArchive
from benchmarks.stocked import stock
from tests.conftest import PERFORMER, FakeClock

BOX = format_code(CodeKind.BOX, 1)
ANN = format_code(CodeKind.PERSON, 1)
HOME = "R1/1/01/B/1/6"
AZERTY = str.maketrans("0123456789", "à&é\"'(-è_ç")
"""What a scanner set up for an American keyboard types on a French one."""


def entries(cli: Cli) -> int:
    """How many entries the ledger has, which must be true."""
    ran = cli("--json", "ledger", "verify")
    assert ran.code == 0
    return int(ran.json["count"])


def answers(ran: Ran) -> list[dict[str, object]]:
    """What each scan came to."""
    assert ran.code == 0
    assert ran.err == ""
    return [json.loads(line) for line in ran.lines]


def test_empty_scans_are_no_scans(house: Cli) -> None:
    before = entries(house)
    assert answers(house("--json", "scan", stdin="\n\r\n\t   \n\u3000\u00a0\r\x0b\n".encode())) == []
    assert entries(house) == before


@pytest.mark.parametrize(
    ("scan", "told"),
    [
        (BOX[:-1], "cut short"),
        (BOX[:4], "cut short"),
        (BOX.translate(AZERTY).lower(), "keyboard layout"),
        (f"{BOX[:-1]}Z", "misread"),
        (f"{BOX[0]}{BOX[2]}{BOX[1]}{BOX[3:8]}9{BOX[-1]}", "misread"),
        ("BX/000123", "not one of ours"),
        ("9780141439518", "not one of ours"),
        ("https://example.org/B", "not one of ours"),
        (format_code(CodeKind.BOX, 99_999_999), "nothing here has it"),
        (format_code(CodeKind.FOLDER, 1), "nothing here has it"),
        (format_code(CodeKind.PERSON, 77), "nothing here has it"),
        ("SNAPI0100", "not one of ours"),
        ("{F0}SETDEF", "not one of ours"),
        ("%%SpecCodeA1", "not one of ours"),
        ("\x16M\rDEFALT.", None),
        (f"{BOX}\x1b[A", "control"),
        (f"{BOX[:5]}\x00{BOX[5:]}", "control"),
        (f"{BOX}\u200b{BOX}", "keyboard layout"),
    ],
)
def test_what_names_nothing_is_told_by_its_reason_and_changes_nothing(house: Cli, scan: str, told: str | None) -> None:
    before = entries(house)
    found = answers(house("--json", "scan", stdin=f"{scan}\n".encode()))
    assert [(answer["act"], answer["ok"]) for answer in found] == [("refused", False)] * len(found)
    assert told is None or told in str(found[0]["message"])
    assert entries(house) == before


def test_a_badge_is_taken_for_a_person_only_and_never_shown(house: Cli) -> None:
    misread = ANN[:-1] + ("X" if ANN[-1] != "X" else "W")
    attempts = [
        house("--json", "scan", stdin=f"{ANN}\n{misread}\n{ANN[:6]}\n{ANN}{ANN}\n{BOX}{ANN}\n".encode()),
        house("scan", stdin=f"{misread}\n".encode()),
        house("show", ANN),
        house("put", ANN, HOME),
        house("return", ANN),
        house("lend", ANN, BOX),
        house("lend", BOX, BOX),
        house("bind", BOX, ANN),
        house("find", ANN),
        house("place", "--run", ANN),
        house("aisle", "open", "--for", ANN),
    ]
    for ran in attempts:
        assert ANN not in ran.out + ran.err
        assert misread not in ran.out + ran.err
    assert [ran.code for ran in attempts[2:]] == [2, 2, 2, 2, 2, 2, 0, 2, 2]


def test_what_is_disposed_of_or_retired_is_told_and_left_alone(house: Cli, tmp_path: Path) -> None:
    """Written into the tables as a later program will: this one disposes of nothing yet."""
    assert house("bind", BOX, "OLD-1").code == 0
    connection = sqlite3.connect(tmp_path / "home" / "data" / "archroom.db")
    connection.execute("UPDATE thing SET custody = 'disposed', place_id = NULL WHERE id = 1")
    connection.execute("UPDATE barcode SET retired_at = '2026-01-01T00:00:00.000000Z' WHERE value = 'OLD-1'")
    connection.commit()
    connection.close()
    found = answers(house("--json", "scan", stdin=f"{ANN}\n{BOX}\nOLD-1\n".encode()))
    assert [answer["act"] for answer in found] == ["person", "refused", "refused"]
    assert "no longer in use" in str(found[1]["message"])
    assert house("lend", BOX, "Ann Lee").code in (2, 4)
    assert house("--json", "bind", format_code(CodeKind.BOX, 3), "OLD-1").code in (2, 4)
    assert house("--json", "show", BOX).json["custody"] == "disposed"


def test_a_return_of_what_is_not_out_says_where_it_is(house: Cli) -> None:
    before = entries(house)
    ran = house("--json", "return", BOX)
    assert (ran.code, ran.json["error"]) == (4, "refused")
    assert entries(house) == before
    (shown,) = answers(house("--json", "scan", stdin=f"{BOX}\n".encode()))
    assert (shown["act"], HOME in str(shown["message"])) == ("shown", True)


def test_an_overdue_loan_still_holds_its_thing(archive: SqlArchive, clock: FakeClock) -> None:
    stock(archive, 16)
    with archive.writing() as books:
        other, act = books.new_person("Bo")
        books.commit(act, PERFORMER)
    desk = Desk(archive, clock, LoanPolicy(), lambda: [])
    session = desk.open_session(Performer("Olga", "desk/1"), is_live=True)

    def scan(code: str) -> Answer:
        clock.advance(timedelta(seconds=2))
        return desk.scan(session, code)

    lent = [scan(code).step.value for code in (ANN, format_code(CodeKind.ITEM, 2), "DONE")]
    clock.advance(timedelta(days=365))
    refused = [scan(code) for code in (format_code(CodeKind.PERSON, other.id), format_code(CodeKind.ITEM, 2))]
    assert lent == ["person", "lent", "done"]
    assert [answer.step.value for answer in refused] == ["person", "refused"]
    assert "Ann Reader" in refused[1].message.english()
    ledger.verify(archive)
