"""Backups and their way back: a copy counts only when it was proved, and what was there before is kept."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from archroom.core.acts import ActKind
from archroom.errors import ArchroomError, BadDatabase, LedgerBroken, ReadOnlyDatabase, UsageError
from archroom.store import backup, files, ledger
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.restoring import restore
from tests.conftest import PERFORMER, FakeClock
from tests.store.conftest import ActingDesk


def path_of(archive: SqlArchive) -> Path:
    return Path(archive.url.removeprefix("sqlite:///"))


def dumped(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table; of the search index, the tables in which SQLite keeps it."""
    file = sqlite3.connect(path)
    names = [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE TABLE%'")]
    rows = {name: sorted(file.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
    file.close()
    assert len(rows) > 20
    return rows


def tamper(path: Path, *statements: str) -> None:
    """Change a file as another program may: without our guards, and with the schema put back."""
    file = sqlite3.connect(path, isolation_level=None)
    triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        file.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        file.execute(statement)
    for _, sql in triggers:
        file.execute(sql)
    file.close()


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.fixture
def saved(file_desk: ActingDesk, tmp_path: Path) -> Path:
    """A backup of a house in which a box was lent."""
    file_desk.lend(file_desk.boxes()[0])
    target = tmp_path / "away" / "monday.backup"
    target.parent.mkdir()
    backup.backup(file_desk.archive, target)
    return target


def test_a_backup_is_the_books_and_its_manifest_is_true(file_desk: ActingDesk, saved: Path) -> None:
    manifest = json.loads(saved.with_name(saved.name + ".json").read_text())
    assert dumped(saved) == dumped(path_of(file_desk.archive))
    assert manifest["sha256"] == files.sha256(saved)
    assert manifest["size"] == saved.stat().st_size
    assert manifest["head"] == ledger.verify(file_desk.archive).head_hex
    assert manifest["counts"]["items"] == len(file_desk.items())
    assert saved.stat().st_mode & 0o777 == 0o600
    assert leftovers(saved.parent) == leftovers(path_of(file_desk.archive).parent) == []


def test_a_backup_writes_over_nothing(file_desk: ActingDesk, saved: Path, tmp_path: Path) -> None:
    before = files.sha256(saved)
    with pytest.raises(UsageError, match="there already"):
        backup.backup(file_desk.archive, saved)
    assert files.sha256(saved) == before
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("pipe", "link", "away"):
        with pytest.raises(UsageError, match="there already"):
            backup.backup(file_desk.archive, tmp_path / name)
    with pytest.raises(UsageError, match="no folder"):
        backup.backup(file_desk.archive, tmp_path / "missing" / "x")


def test_the_books_of_a_server_are_saved_by_its_own_tools(postgres_archive: SqlArchive, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pg_dump"):
        backup.backup(postgres_archive, tmp_path / "x")
    with pytest.raises(UsageError, match="pg_restore"):
        restore(tmp_path / "x", postgres_archive.url, postgres_archive.clock, PERFORMER)


STEPS: list[tuple[object, str]] = [
    (files, "make_empty"),
    (backup, "_copy_books"),
    (files, "sync"),
    (backup, "refuse_damage"),
    (ledger, "verify"),
    (files, "copy"),
    (backup, "_write_manifest"),
    (files, "name_finished"),
]


@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_backup_that_fails_at_any_step_is_not_there(
    file_desk: ActingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    real: Callable[..., object] = getattr(module, name)

    def fail(*arguments: object, **named: object) -> object:
        real(*arguments, **named)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, name, fail)
    target = tmp_path / "failed"
    if name == "name_finished":
        monkeypatch.setattr(files, name, lambda unfinished, path: fail_before())
    with pytest.raises((ReadOnlyDatabase, BadDatabase)):
        backup.backup(file_desk.archive, target)
    assert not target.exists()
    assert not target.with_name("failed.json").exists()
    assert leftovers(tmp_path) == []
    assert len(STEPS) == 8


def fail_before() -> None:
    raise OSError(28, "No space left on device")


def test_unsound_books_make_no_backup(file_desk: ActingDesk, tmp_path: Path) -> None:
    tamper(path_of(file_desk.archive), "UPDATE thing SET custody = 'missing' WHERE id = 1")
    with pytest.raises(LedgerBroken):
        backup.backup(file_desk.archive, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_disk_that_reads_back_differently_is_noticed(
    file_desk: ActingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.copy

    def copy_badly(source: Path, target: Path) -> str:
        digest = real(source, target)
        with target.open("r+b") as file:
            file.seek(9000)
            file.write(b"\x00\xff")
        return digest

    monkeypatch.setattr(files, "copy", copy_badly)
    with pytest.raises(BadDatabase, match="reads back differently"):
        backup.backup(file_desk.archive, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_restore_gives_the_backup_and_keeps_what_was_there(file_desk: ActingDesk, saved: Path, clock: FakeClock) -> None:
    boxes = file_desk.boxes()
    file_desk.lend(boxes[1])
    later = file_desk.standing(boxes[1])
    assert later.loan is not None
    report = restore(saved, file_desk.archive.url, clock, PERFORMER)
    assert file_desk.standing(boxes[1]).loan is None, "a terminal that has the books open goes on with the restored ones"
    assert file_desk.standing(boxes[0]).loan is not None
    with file_desk.archive.reading() as books:
        told = books.event(report.count)
    assert told is not None
    assert told.act.kind is ActKind.ARCHIVE_RESTORED
    assert told.act.facts["restored_head"] == report.restored.head
    assert told.act.facts["replaced_entries"] == report.restored.entries + 1
    assert ledger.verify(file_desk.archive).head_hex == report.head_hex
    assert report.kept is not None
    kept = open_archive(f"sqlite:///{report.kept}", clock, create=False)
    assert ActingDesk(kept).standing(boxes[1]) == later
    kept.close()
    file_desk.lend(boxes[2])
    ledger.verify(file_desk.archive)
    assert leftovers(path_of(file_desk.archive).parent) == []


def test_a_restore_where_nothing_is_makes_the_books(saved: Path, tmp_path: Path, clock: FakeClock) -> None:
    report = restore(saved, f"sqlite:///{tmp_path / 'new.db'}", clock, PERFORMER)
    assert report.kept is None
    assert report.count == report.restored.entries + 1


@pytest.mark.parametrize("stale", [b"", b"left over", b"7\x7f\x06\x82" + bytes(4096)])
def test_a_restore_over_a_damaged_file_takes_nothing_that_lay_beside_it(
    file_desk: ActingDesk, saved: Path, clock: FakeClock, stale: bytes
) -> None:
    path = path_of(file_desk.archive)
    file_desk.archive.close()
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xa5" * 8000)
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).write_bytes(stale)
    report = restore(saved, file_desk.archive.url, clock, PERFORMER)
    assert report.kept is not None
    assert report.kept.exists()
    again = open_archive(file_desk.archive.url, clock, create=False)
    with again.reading() as books:
        assert books.counts() == report.restored.counts
    again.close()


def bad_sources(folder: Path, good: Path) -> dict[str, Path]:
    """Files that must not be restored."""
    made = {name: folder / f"bad-{name}" for name in ("missing", "text", "empty", "other", "cut", "newer", "tampered")}
    made["folder"] = folder
    made["text"].write_text("not a database at all" * 10)
    made["empty"].touch()
    other = sqlite3.connect(made["other"])
    other.execute("CREATE TABLE notes (text)")
    other.close()
    for name in ("cut", "newer", "tampered"):
        shutil.copy(good, made[name])
    os.truncate(made["cut"], 20_000)
    newer = sqlite3.connect(made["newer"])
    newer.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01')")
    newer.commit()
    newer.close()
    tamper(made["tampered"], "UPDATE loan SET due_on = '2030-01-01'")
    return made


@pytest.mark.parametrize("name", ["missing", "text", "empty", "other", "cut", "newer", "tampered", "folder"])
def test_what_is_no_sound_backup_is_refused_before_anything_is_touched(
    file_desk: ActingDesk, saved: Path, tmp_path: Path, clock: FakeClock, name: str
) -> None:
    path = path_of(file_desk.archive)
    before = files.sha256(path)
    with pytest.raises(ArchroomError) as refused:
        restore(bad_sources(tmp_path, saved)[name], file_desk.archive.url, clock, PERFORMER)
    assert refused.type in (BadDatabase, LedgerBroken)
    assert files.sha256(path) == before
    assert leftovers(path.parent) == []


def test_a_backup_changed_against_its_manifest_is_refused(file_desk: ActingDesk, saved: Path, clock: FakeClock) -> None:
    manifest = saved.with_name(saved.name + ".json")
    claimed = json.loads(manifest.read_text())
    for name, value in (("sha256", "0" * 64), ("head", "0" * 64), ("entries", 1)):
        manifest.write_text(json.dumps(claimed | {name: value}))
        with pytest.raises(BadDatabase, match="manifest says"):
            restore(saved, file_desk.archive.url, clock, PERFORMER)
    manifest.write_text("[")
    with pytest.raises(BadDatabase, match="not a manifest"):
        restore(saved, file_desk.archive.url, clock, PERFORMER)


def test_a_backup_of_another_house_is_refused(saved: Path, tmp_path: Path, clock: FakeClock) -> None:
    other = open_archive(f"sqlite:///{tmp_path / 'other.db'}", clock, create=True)
    with pytest.raises(BadDatabase, match="another house"):
        restore(saved, other.url, clock, PERFORMER)
    other.close()


def test_a_file_of_something_else_is_not_replaced(saved: Path, tmp_path: Path, clock: FakeClock) -> None:
    for content in (b"", b"a letter", b"SQLite format 3\x00" + bytes(100)):
        (tmp_path / "mine").write_bytes(content)
        with pytest.raises(BadDatabase):
            restore(saved, f"sqlite:///{tmp_path / 'mine'}", clock, PERFORMER)
        assert (tmp_path / "mine").read_bytes() == content
