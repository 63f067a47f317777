"""Disks and folders that take no write: each command says so in a sentence, nothing is half done, and STOP still works.

A full disk is tried on a small file system of its own where one may be mounted, and everywhere by a limit on the size of
files in a process of its own, which reaches the books but not the files beside them.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cli, Ran
from many_commands import Command, run_apart

from archroom.core.codes import CodeKind, format_code

BOX, ANN = format_code(CodeKind.BOX, 1), format_code(CodeKind.PERSON, 1)
HOME = "R1/1/01/B/1/6"
SAMPLES = Path(__file__).parents[2] / "archroom" / "samples"
AID = "<ead><archdesc><did><unittitle>New</unittitle></did><dsc>{}</dsc></archdesc></ead>".format(
    "".join(f'<c level="file"><did><unittitle>{number} {"words " * 60}</unittitle></did></c>' for number in range(200))
)
LOOKS: tuple[Command, ...] = (
    (("room",), ""),
    (("find", "box"), ""),
    (("show", BOX), ""),
    (("person", "list"), ""),
    (("ledger", "verify"), ""),
    (("where",), ""),
)
SCANS = f"{ANN}\n{BOX}\nSTOP\n{ANN}\n"


def writes(outside: Path, new_aid: Path) -> tuple[Command, ...]:
    """Commands that write into the books."""
    return (
        (("lend", BOX, "Ann Lee"), ""),
        (("put", BOX, "R1/STG"), ""),
        (("undo",), ""),
        (("bind", BOX, "X1"), ""),
        (("person", "add", "Bo"), ""),
        (("import", "ead", str(new_aid)), ""),
        (("restore", str(outside / "copy.db")), ""),
    )


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that takes writes, with a finding aid in it."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "new.xml").write_text(AID)
    return folder


def home_with_books(cli: Cli, monkeypatch: pytest.MonkeyPatch, home: Path) -> dict[str, str]:
    """Fill a home with a house, and return the environment in which it is found."""
    monkeypatch.setenv("ARCHROOM_HOME", str(home))
    for arguments in (
        ("init", "small"),
        ("import", "ead", str(SAMPLES)),
        ("place", "--run", HOME),
        ("person", "add", "Ann Lee"),
    ):
        assert cli(*arguments).code == 0
    return {"ARCHROOM_HOME": str(home), "ARCHROOM_LANG": "en", "LOGNAME": "tester"}


def all_files(folder: Path) -> dict[str, int]:
    """Every file below a folder, with its size."""
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def assert_refused(ran: Ran, code: int = 3) -> None:
    """It ended with a sentence."""
    assert ran.code == code, ran
    assert ran.out == "", ran
    assert len(ran.err.splitlines()) == 1, ran
    assert ran.err.startswith("archroom: "), ran
    assert "unexpected" not in ran.err, ran


def assert_scans_go_on(ran: Ran) -> None:
    """What could not be written was refused, and STOP and looking went on."""
    assert (ran.code, ran.err) == (3, ""), ran
    answers = [json.loads(line) for line in ran.lines]
    assert [answer["act"] for answer in answers] == ["person", "refused", "refused", "person"]
    assert "nothing was changed" in answers[1]["message"]
    assert "No shelving is connected" in answers[2]["message"]  # which only STOP says


def test_books_and_folders_that_may_only_be_read(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outside: Path
) -> None:
    home = tmp_path / "home"
    environment = home_with_books(cli, monkeypatch, home)
    assert cli("backup", str(outside / "copy.db")).code == 0
    files = [path for path in home.rglob("*") if path.is_file()]
    for path in (*files, *(path for path in home.rglob("*") if path.is_dir()), home):
        path.chmod(0o444 if path.is_file() else 0o555)
    before = all_files(home)
    to_write = writes(outside, outside / "new.xml")
    others: tuple[Command, ...] = (
        (("init", "small"), ""),
        (("backup", str(home / "copy.db")), ""),
        (("--db", f"sqlite:///{home}/new.db", "init", "small"), ""),
        (("--db", f"sqlite:///{home}/new/new.db", "init", "small"), ""),
    )
    last: tuple[Command, ...] = (
        (("--json", "scan"), SCANS),
        (("label", BOX, "-o", str(home / "label.pdf")), ""),
        (("label", BOX, "-o", str(outside / "label.pdf")), ""),
        (("backup", str(outside / "second.db")), ""),
        (("--shelving", "tcp://127.0.0.1:9", "aisle", "status"), ""),
        (("--shelving", "tcp://127.0.0.1:9", "aisle", "stop"), ""),
    )
    ran = run_apart((*LOOKS, *to_write, *others, *last), environment, is_bound_by_modes=True)
    looked, wrote, rest = ran[: len(LOOKS)], ran[len(LOOKS) : -len(last)], ran[-len(last) :]
    assert [one.code for one in looked] == [0] * len(LOOKS)
    for one in wrote:
        assert_refused(one)
    scanned, label_inside, label_outside, backup, status, stop = rest
    assert_scans_go_on(scanned)
    assert_refused(label_inside, 2)
    assert [label_outside.code, backup.code] == [0, 0]
    assert_refused(status, 6)
    assert (stop.code, "emergency stop" in stop.out) == (6, True)
    assert all_files(home) == before
    assert cli("ledger", "verify").code == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB of its own."""
    point = tmp_path / "disk"
    point.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(point)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    yield point
    subprocess.run(["umount", str(point)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to the last block with one file."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


def test_a_full_disk(cli: Cli, monkeypatch: pytest.MonkeyPatch, small_disk: Path, outside: Path) -> None:
    environment = home_with_books(cli, monkeypatch, small_disk / "home")
    assert cli("backup", str(outside / "copy.db")).code == 0
    counts, head = cli("--json", "room").json["counts"], cli("--json", "ledger", "verify").json["head"]
    filler = fill(small_disk)
    before = all_files(small_disk)
    others: tuple[Command, ...] = (
        (("backup", str(small_disk / "copy.db")), ""),
        (("backup", str(outside / "second.db")), ""),
        (("--db", f"sqlite:///{small_disk}/new.db", "init", "small"), ""),
    )
    last: tuple[Command, ...] = (
        (("--json", "scan"), SCANS),
        (("label", BOX, "-o", str(small_disk / "label.pdf")), ""),
        (("--shelving", "tcp://127.0.0.1:9", "aisle", "status"), ""),
        (("--shelving", "tcp://127.0.0.1:9", "aisle", "stop"), ""),
    )
    to_write = tuple(command for command in writes(outside, outside / "new.xml") if command[0][0] != "undo")
    ran = run_apart((*LOOKS, *to_write, *others, *last), environment)
    looked, wrote, rest = ran[: len(LOOKS)], ran[len(LOOKS) : -len(last)], ran[-len(last) :]
    assert [one.code for one in looked] == [0] * len(LOOKS)
    for one in wrote:
        assert_refused(one)
    scanned, label, status, stop = rest
    assert_scans_go_on(scanned)
    assert_refused(label, 2)
    assert_refused(status, 6)
    assert (stop.code, "emergency stop" in stop.out) == (6, True)
    assert all_files(small_disk) == before
    assert sorted(path.name for path in outside.iterdir()) == ["copy.db", "copy.db.json", "new.xml"]
    filler.unlink()
    assert (cli("--json", "room").json["counts"], cli("--json", "ledger", "verify").json["head"]) == (counts, head)
    assert cli("lend", BOX, "Ann Lee").code == 0
    assert cli("ledger", "verify").code == 0


def test_books_that_may_not_grow(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outside: Path) -> None:
    home = tmp_path / "home"
    environment = home_with_books(cli, monkeypatch, home)
    counts = cli("--json", "room").json["counts"]
    size = (home / "data" / "archroom.db").stat().st_size
    adding = [(("person", "add", f"Person {number} {'x' * 400}"), "") for number in range(60)]
    commands: tuple[Command, ...] = ((("import", "ead", str(outside / "new.xml")), ""), *adding, *LOOKS)
    imported, *added = run_apart(commands, environment, largest_file=size)
    assert_refused(imported)
    refused = [ran for ran in added[: len(adding)] if ran.code != 0]
    assert refused
    for ran in refused:
        assert_refused(ran)
    assert [ran.code for ran in added[len(adding) :]] == [0] * len(LOOKS)
    people = len(adding) - len(refused)
    assert cli("--json", "room").json["counts"] == {**counts, "people": counts["people"] + people}
    assert cli("ledger", "verify").code == 0
    assert cli("import", "ead", str(outside / "new.xml")).code == 0


def test_books_that_are_not_there_keep_no_stop_from_being_heard(cli: Cli) -> None:
    ran = cli("--json", "scan", stdin=f"{BOX}\nSTOP\n".encode())
    answers = [json.loads(line) for line in ran.lines]
    assert (ran.code, [answer["act"] for answer in answers]) == (3, ["refused", "refused"])
    assert "archroom init" in answers[0]["message"]
    assert "No shelving is connected" in answers[1]["message"]
