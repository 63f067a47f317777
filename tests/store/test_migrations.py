"""Books of an earlier schema, on both databases: opening brings them up to date, whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archroom.core.rooms import MotionPolicy
from archroom.core.searching import MARKS, Phrase
from archroom.errors import BadDatabase, ReadOnlyDatabase, Refused
from archroom.store import backup, compared, files, import_retitling, ledger, rooms, schema, search
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import look, unit_of_work
from archroom.store.restoring import restore
from archroom.store.schema import applied
from archroom.store.sqlite import SqliteBooks
from benchmarks.stocked import stock
from tests.conftest import PERFORMER, FakeClock

ITEMS = 200
FIRST = schema.STEPS[:1]
FIRST_DIGEST = "91c14f2973341c959baa9237ac7cb17080edec13bad0e42455c483123af344c2"
"""What the schema of the first two steps is known by in a file."""


def stocked(url: str, clock: FakeClock) -> SqlArchive:
    archive = open_archive(url, clock, create=True)
    stock(archive, ITEMS)
    return archive


def forget_later_steps(archive: SqlArchive) -> None:
    """Make books as the first schema had them of books that hold the same: later ones changed what is in them."""
    with unit_of_work(archive.books):
        archive.books.execute_sql("DROP TABLE outage")
        archive.books.execute_sql("ALTER TABLE block DROP COLUMN motion")
        archive.books.run("DELETE FROM schema_migration WHERE name <> ?", FIRST)


@pytest.fixture
def old_url(database_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of books of the first schema, which knew no marks, on each database."""
    with monkeypatch.context() as patch:
        patch.setattr(search, "_MARKS", {})
        archive = stocked(database_url, clock)
    assert ranks(archive, "box 12")[:2] == ["item", "item"], "without marks the box comes last"
    forget_later_steps(archive)
    archive.close()
    return database_url


@pytest.fixture
def old_file(sqlite_url: str, clock: FakeClock) -> Path:
    """A file of the first schema."""
    archive = stocked(sqlite_url, clock)
    forget_later_steps(archive)
    archive.close()
    return Path(sqlite_url.removeprefix("sqlite:///"))


def ranks(archive: SqlArchive, words: str) -> list[str]:
    """The kinds of what is found, in order."""
    with archive.reading() as books:
        return [hit.standing.thing.kind.value for hit in books.find(words, 50)]


def index(archive: SqlArchive) -> list[tuple[object, ...]]:
    """All that the search index holds."""
    if archive.url.startswith("postgres"):
        with look(archive.books):
            return archive.books.rows("SELECT thing_id, words::text FROM search_index ORDER BY thing_id")
    file = sqlite3.connect(archive.url.removeprefix("sqlite:///"))
    try:
        file.execute("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
        file.execute("CREATE VIRTUAL TABLE temp.instances USING fts5vocab (main, search_index, instance)")
        return file.execute("SELECT term, doc, col, offset FROM instances ORDER BY term, doc, offset").fetchall()
    finally:
        file.rollback()
        file.close()


def steps_of(path: Path) -> tuple[str, ...]:
    books = SqliteBooks(path, is_read_only=True)
    try:
        with look(books):
            return applied(books)
    finally:
        books.shut()


def test_old_books_are_indexed_as_new_ones_when_they_are_opened(
    old_url: str, clock: FakeClock, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    archive = open_archive(old_url, clock, create=False)
    with look(archive.books):
        assert applied(archive.books) == schema.STEPS
    found = ranks(archive, "box 12")
    assert (found[0], set(found[1:])) == ("box", {"item"})
    migrated = index(archive)
    assert sum(mark in str(row) for row in migrated for mark in MARKS) >= ITEMS // 16
    archive.close()
    if old_url.startswith("postgres"):
        new_url = request.getfixturevalue("postgres_server").new_database()
    else:
        new_url = f"sqlite:///{tmp_path_factory.mktemp('new') / 'books.db'}"
    new = stocked(new_url, clock)
    assert index(new) == migrated
    new.close()
    again = open_archive(old_url, clock, create=True)
    assert index(again) == migrated
    ledger.verify(again)
    again.close()


def test_blocks_built_before_they_had_a_motion_policy_are_staggered(old_url: str, clock: FakeClock) -> None:
    archive = open_archive(old_url, clock, create=False)
    with archive.reading() as books:
        assert [block.motion for block in books.blocks()] == [MotionPolicy.STAGGERED]
    ledger.verify(archive)
    with pytest.raises(Refused), unit_of_work(archive.books):
        archive.books.run("UPDATE block SET motion = 'hasty'")
    archive.close()


def test_old_books_that_were_being_retitled_leave_no_ghost(
    database_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that ended in the midst of a retitling left some things under the old title."""
    monkeypatch.setattr(import_retitling, "CHUNK", 80)
    with monkeypatch.context() as patch:
        patch.setattr(search, "_MARKS", {})
        archive = stocked(database_url, clock)
        begin_and_break_off(archive, clock, "Quimby ledgers")
    forget_later_steps(archive)
    archive.close()
    archive = open_archive(database_url, clock, create=False)
    import_retitling.retitle(archive.books, 1)
    with look(archive.books):
        boxes = [row[0] for row in archive.books.rows("SELECT id FROM thing WHERE kind = 'box' ORDER BY id DESC")]
        for word in ("family", MARKS[0] + "family"):
            assert search.matching(archive.books, (Phrase((word,)),), 1_000) == boxes, "their own titles are as they were"
        assert len(search.matching(archive.books, (Phrase(("quimby",)),), 1_000)) == ITEMS + len(boxes)
    found = ranks(archive, "box 12")
    assert (found[0], set(found[1:])) == ("box", {"item"})
    index(archive)
    archive.close()


def begin_and_break_off(archive: SqlArchive, clock: FakeClock, title: str) -> None:
    """Give the first collection another title and index some of its things under it."""
    import_retitling.begin_retitling(archive.books, clock, "generated-1", title, PERFORMER, "x.xml")
    assert import_retitling._retitle_some(archive.books, 1)
    with look(archive.books):
        assert archive.books.rows("SELECT retitled_through FROM collection WHERE id = 1") == [(import_retitling.CHUNK,)]


def test_many_programs_may_open_old_books_at_once(old_url: str, clock: FakeClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_archive(old_url, clock, create=False), range(4)))
    for archive in opened:
        assert ranks(archive, "box 12")[0] == "box"
        archive.close()


def test_old_books_that_another_program_changed_are_refused_and_left_alone(old_file: Path, clock: FakeClock) -> None:
    file = sqlite3.connect(old_file)
    file.execute("CREATE TRIGGER evil AFTER INSERT ON loan BEGIN DELETE FROM person; END")
    file.close()
    before = files.sha256(old_file)
    with pytest.raises(BadDatabase, match="changed by another program"):
        open_archive(f"sqlite:///{old_file}", clock, create=False)
    assert files.sha256(old_file) == before


def test_old_books_that_may_only_be_read_are_refused(
    old_file: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archroom.store.sqlite.os.access", lambda path, mode: False)
    with pytest.raises(ReadOnlyDatabase, match="only be read"):
        open_archive(f"sqlite:///{old_file}", clock, create=False)
    assert steps_of(old_file) == FIRST


def test_a_backup_of_old_books_is_restored_and_brought_up_to_date(
    old_file: Path, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved, url = tmp_path / "old.backup", f"sqlite:///{tmp_path / 'new.db'}"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "STEPS", FIRST)
        patch.setattr(schema, "SQLITE_DIGEST", FIRST_DIGEST)
        patch.setattr(compared, "_outages", lambda books, replay: None)
        patch.setattr(rooms, "_FURNITURE_BESIDES", ())
        archive = open_archive(f"sqlite:///{old_file}", clock, create=False)
        made = backup.backup(archive, saved)
        archive.close()
    report = restore(saved, url, clock, PERFORMER)
    assert (report.restored.sha256, report.restored.size) == (made.sha256, made.size) == told_by_manifest(saved)
    assert (steps_of(saved), steps_of(tmp_path / "new.db")) == (FIRST, schema.STEPS)
    manifest = saved.with_name(saved.name + ".json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"sha256": "0" * 64}))
    with pytest.raises(BadDatabase, match="manifest says"):
        restore(saved, url, clock, PERFORMER)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def told_by_manifest(saved: Path) -> tuple[str, int]:
    told = json.loads(saved.with_name(saved.name + ".json").read_text())
    return told["sha256"], told["size"]
