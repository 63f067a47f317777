"""Bad input at the command line: a clear sentence, the right exit code, nothing half done, no traceback."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import Cli

from archroom.core.codes import CodeKind, format_code

SAMPLES = Path(__file__).parents[2] / "archroom" / "samples"
BOX_CODE = format_code(CodeKind.BOX, 1)
OTHER_CODE = format_code(CodeKind.BOX, 2)
HOME = "R1/1/01/B/1/6"


def state(cli: Cli) -> object:
    """What the books say in numbers, with the head of their ledger."""
    return cli("--json", "room").json["counts"], cli("--json", "ledger", "verify").json["head"]


# -- databases


def _another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipe (id INTEGER)")
    connection.close()


NOT_OURS: dict[str, Callable[[Path], object]] = {
    "of another program": _another_program,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("Dear diary"),
    "half a database": lambda path: path.write_bytes(b"SQLite format 3\x00" + bytes(20)),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
}


@pytest.mark.parametrize("kind", NOT_OURS)
@pytest.mark.parametrize("arguments", [("find", "x"), ("init", "small"), ("person", "add", "Ann"), ("ledger", "verify")])
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(
    cli: Cli, tmp_path: Path, kind: str, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "books.db"
    NOT_OURS[kind](path)
    before = path.read_bytes() if path.is_file() else None
    ran = cli("--json", "--db", f"sqlite:///{path}", *arguments)
    assert ran.code == 3
    assert ran.json["error"] == "bad_database"
    assert "books.db" in ran.json["message"]
    assert (path.read_bytes() if path.is_file() else None) == before


def test_books_that_are_not_there_are_told_with_the_cure(cli: Cli, tmp_path: Path) -> None:
    ran = cli("find", "x")
    assert ran.code == 3
    assert "archroom init" in ran.err
    assert not (tmp_path / "home" / "data").exists()


def test_books_of_a_newer_program_are_refused(room: Cli, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "home" / "data" / "archroom.db")
    connection.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01')")
    connection.commit()
    connection.close()
    ran = room("--json", "room")
    assert (ran.code, ran.json["error"]) == (3, "bad_database")
    assert "newer" in ran.json["message"]


def test_a_changed_table_breaks_the_ledger(house: Cli, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "home" / "data" / "archroom.db")
    connection.execute("UPDATE thing SET custody = 'missing', place_id = NULL WHERE id = 1")
    connection.commit()
    connection.close()
    ran = house("--json", "ledger", "verify")
    assert (ran.code, ran.json["error"]) == (1, "ledger_broken")


# -- files


BILLION_LAUGHS = '<!DOCTYPE ead [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><ead>&b;</ead>'
EXTERNAL = '<!DOCTYPE ead [<!ENTITY x SYSTEM "file:///etc/passwd">]><ead>&x;</ead>'
BAD_FILES = {
    "truncated": (SAMPLES / "lindqvist.xml").read_bytes()[:2000],
    "hostile entities": BILLION_LAUGHS.encode(),
    "external entity": EXTERNAL.encode(),
    "no EAD": b"<html><body/></html>",
    "no XML": b"Box 1; Letters\n",
    "empty": b"",
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_finding_aid_is_refused_whole(room: Cli, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "aid.xml"
    file.write_bytes(BAD_FILES[kind])
    before = state(room)
    ran = room("--json", "import", "ead", str(file))
    assert (ran.code, ran.json["files"], ran.json["refused"]) == (1, 0, 1)
    (refusal,) = ran.json["refusals"]
    assert refusal["error"] == "bad_file"
    assert "aid.xml" in refusal["message"]
    assert "root:" not in ran.out
    assert state(room) == before


def test_a_folder_without_finding_aids_is_told(room: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = room("import", "ead", str(tmp_path / "empty"))
    assert ran.code == 2
    assert "no .xml file" in ran.err


TITLES = (
    "[/]",
    "[@click=app.quit]x[/]",
    "{0.__class__}",
    "\u202egnp.exe",
    "\x85line",
    "\u009b31mC1",
    "^XA~JA^FS",
    "'; DROP TABLE x",
)


def test_hostile_titles_go_in_and_come_out_as_text(room: Cli, tmp_path: Path) -> None:
    files = "".join(
        f'<c level="file"><did><unittitle>Mark {title}</unittitle><container type="Box">{number}</container></did></c>'
        for number, title in enumerate(TITLES, 1)
    )
    aid = tmp_path / "aid.xml"
    aid.write_text(
        f"<ead><archdesc><did><unittitle>T</unittitle></did><dsc>{files}</dsc></archdesc></ead>", encoding="utf-8"
    )
    assert room("--json", "import", "ead", str(aid)).json["items"] == len(TITLES)
    found = room("find", "mark")
    assert len(found.lines) == len(TITLES)
    assert all(line.isprintable() for line in found.lines)
    things = room("--json", "find", "mark").json["things"]
    assert {thing["title"] for thing in things} >= {
        "Mark [/]",
        "Mark [@click=app.quit]x[/]",
        "Mark {0.__class__}",
        "Mark ^XA~JA^FS",
    }
    for thing in things:
        assert room("show", thing["code"]).lines[0] == f"{thing['code']}  {thing['title']}"
    codes = [thing["code"] for thing in things]
    assert room("--json", "label", *codes, "-o", str(tmp_path / "labels.zpl")).json["codes_read"] == 2 * len(TITLES)


def test_titles_of_any_length_are_kept_or_cut_and_told(room: Cli, tmp_path: Path) -> None:
    aid = tmp_path / "aid.xml"
    kept, cut = "a" * 20_000, "b" * 1_000_000
    components = "".join(f'<c level="file"><did><unittitle>{title}</unittitle></did></c>' for title in (kept, cut))
    aid.write_text(f"<ead><archdesc><did><unittitle>T</unittitle></did><dsc>{components}</dsc></archdesc></ead>")
    report = room("--json", "import", "ead", str(aid)).json
    assert (report["items"], report["cut_titles"]) == (2, 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[room]\ncode = 'R1'\ntitle = 'T'\ncolour = 'red'\n", "colour"),
        (b"[room\n", "TOML"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "room"),
    ],
)
def test_a_bad_room_file_builds_nothing(cli: Cli, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "room.toml"
    file.write_bytes(content)
    ran = cli("--json", "init", str(file))
    assert (ran.code, ran.json["error"]) == (2, "bad_file")
    assert told in ran.json["message"]
    assert not (tmp_path / "home" / "data").exists()


def test_a_room_file_that_is_not_there_is_told(cli: Cli) -> None:
    ran = cli("init", "attic.toml")
    assert ran.code == 2
    assert "attic.toml" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("label", BOX_CODE, "-o", "label.doc"), 2),
        (("label", BOX_CODE, "-o", "missing/label.pdf"), 2),
        (("label", BOX_CODE, "-o", "folder.pdf"), 2),
        (("label", BOX_CODE, "-o", "label.pdf", "--stock", "napkin"), 2),
        (("label", BOX_CODE, "B99999999X", "-o", "label.pdf"), 2),
        (("label", BOX_CODE, "-o", "label.zpl", "--stock", "L7160"), 2),
        (("label", BOX_CODE, "-o", "label.pdf", "--first", "2"), 2),
        (("label", BOX_CODE, "-o", "label.pdf", "--stock", "L7160", "--first", "22"), 2),
        (("backup", "missing/copy.db"), 2),
        (("backup", "folder.pdf"), 2),
        (("restore", "missing.db"), 3),
        (("restore", "note.txt"), 3),
    ],
)
def test_a_file_that_cannot_be_is_told_and_leaves_nothing(
    house: Cli, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "note.txt").write_text("no backup")
    before, files = state(house), sorted(tmp_path.iterdir())
    ran = house("--json", *arguments)
    assert (ran.code, ran.json["exit"]) == (code, code)
    assert sorted(tmp_path.iterdir()) == files
    assert state(house) == before


def test_a_backup_that_is_not_there_is_not_to_be_founded(house: Cli, tmp_path: Path) -> None:
    assert house("restore", "missing.db").err == f"archroom: There is no file {tmp_path}/missing.db to restore from.\n"


# -- codes, names, dates


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "B00000001X"), 2),
        (("show", "B0000"), 2),
        (("show", ""), 2),
        (("show", "Ann Lee"), 2),
        (("show", HOME + "/9"), 2),
        (("show", "x" * 1_000_000), 2),
        (("lend", BOX_CODE, "Nobody"), 2),
        (("lend", "nothing", "Ann Lee"), 2),
        (("lend", BOX_CODE, "Ann Lee", "--due", "2020-01-01"), 2),
        (("lend", BOX_CODE, "Ann Lee", "--due", "9999-12-31"), 2),
        (("return", BOX_CODE), 4),
        (("put", BOX_CODE, "R1/9/99/A/9/9"), 2),
        (("put", BOX_CODE, "Ann Lee"), 2),
        (("put", BOX_CODE, BOX_CODE), 4),
        (("bind", BOX_CODE, OTHER_CODE), 2),
        (("bind", BOX_CODE, BOX_CODE + OTHER_CODE), 2),
        (("bind", BOX_CODE, "UNDO"), 2),
        (("bind", BOX_CODE, "ВХ1"), 2),
        (("bind", BOX_CODE, "x" * 65), 2),
        (("bind", BOX_CODE, "31142060002"), 4),
        (("undo", "--terminal", "elsewhere"), 4),
        (("person", "add", ""), 2),
        (("person", "add", "   "), 2),
        (("person", "add", "x" * 501), 2),
        (("place", "--run", "R1/STG"), 2),
        (("place", "--run", "nowhere"), 2),
        (("aisle", "open", "1"), 2),
        (("aisle", "open", "1/99"), 2),
        (("aisle", "open", "x/y"), 2),
        (("aisle", "open", "1/2", "--clear", "1"), 2),
        (("aisle", "open", "--for", "nothing"), 2),
        (("aisle", "open", "1/2"), 6),
        (("aisle", "status"), 6),
        (("aisle", "stop"), 6),
        (("shelving", "serve"), 6),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(house: Cli, arguments: tuple[str, ...], code: int) -> None:
    before = state(house)
    ran = house("--json", *arguments)
    assert (ran.code, ran.json["exit"]) == (code, code), ran
    assert len(ran.json["message"]) < 700
    assert state(house) == before
    plain = house(*arguments)
    assert (plain.code, plain.out) == (code, "")
    assert len(plain.err.splitlines()) == 1


@pytest.mark.parametrize(
    "scan",
    [
        "B00000001X",
        "B0000",
        BOX_CODE + BOX_CODE,
        BOX_CODE + OTHER_CODE,
        "9780141439518",
        "B000000\u0661\u0662K",
        "ВХ-000123",
        "BX/000123",
        BOX_CODE + "\x1b[A",
        "\x00",
        "A" * 65,
        "A" * 1_000_000,
        "\udcff",
    ],
)
def test_a_scan_that_names_nothing_is_a_sentence_and_changes_nothing(house: Cli, scan: str) -> None:
    before = state(house)
    ran = house("--json", "scan", stdin=scan.encode("utf-8", "surrogateescape") + b"\nDONE\n")
    refused, done = [json.loads(line) for line in ran.lines]
    assert (refused["act"], refused["ok"]) == ("refused", False)
    assert len(refused["message"]) < 700
    assert done["act"] == "done"
    assert state(house) == before


# -- ports


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A TCP port where somebody takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_port_that_is_not_there_is_told(house: Cli) -> None:
    ran = house("--json", "--shelving", "serial:///dev/ttyUSB77?baud=9600", "aisle", "stop")
    assert ran.code == 6
    assert "/dev/ttyUSB77" in ran.json["blocks"][0]["message"]


@pytest.mark.parametrize("port", ["/dev/null", "plain-file", "a-folder", "a-pipe"])
def test_what_is_no_serial_port_is_refused_and_not_written_to(house: Cli, tmp_path: Path, port: str) -> None:
    (tmp_path / "plain-file").write_text("precious")
    (tmp_path / "a-folder").mkdir()
    os.mkfifo(tmp_path / "a-pipe")
    ran = house("--json", "--shelving", f"serial://{tmp_path / port}", "aisle", "stop")
    assert (ran.code, ran.json["blocks"][0]["sent"]) == (6, False)
    assert (tmp_path / "plain-file").read_text() == "precious"


def test_nobody_listening_is_told(house: Cli, listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    listening.close()
    ran = house("--json", "--shelving", f"tcp://127.0.0.1:{port}", "aisle", "stop")
    assert (ran.code, ran.json["ok"], ran.json["blocks"][0]["sent"]) == (6, False, False)


def test_an_option_without_a_value_is_told(room: Cli) -> None:
    assert room("--as", "", "room").err == "archroom: --as needs a value; write Ana.\n"


def test_a_password_in_a_database_address_is_never_shown(cli: Cli) -> None:
    for url in ("postgresql://ana:hushhush@127.0.0.1:1/books", "postgresql://127.0.0.1:1/books?password=hushhush"):
        ran = cli("--json", "--db", url, "room")
        assert ran.code == 3
        assert "hushhush" not in ran.out + ran.err
