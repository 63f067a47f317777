"""The schema: made by migration equals made from the models, on both databases; a file of another is refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from archroom.errors import BadDatabase
from archroom.store import founding, migrations, schema
from archroom.store.address import read_address
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.connections import Books
from archroom.store.database import books_at, look
from tests.conftest import FakeClock


def empty_books(url: str, name: str) -> Books:
    """Books beside those of a URL, with nothing in them."""
    if url.startswith("sqlite"):
        return books_at(read_address(f"{url}.{name}"), is_new=True)
    books = books_at(read_address(f"{url}&options=-csearch_path%3D{name}"))
    with books.connection_context():
        books.execute_sql(f"CREATE SCHEMA {name}")
    return books


def dumped(books: Books) -> list[str]:
    with look(books):
        return schema.dump(books)


def test_a_migrated_database_equals_a_created_one(database_url: str) -> None:
    migrated, created = empty_books(database_url, "migrated"), empty_books(database_url, "created")
    with migrated.connection_context():
        founding.migrate(migrated)
    with created.connection_context(), created.atomic():
        schema.create_all(created)
    found = dumped(migrated)
    assert [line.replace("migrated.", "") for line in found] == [line.replace("created.", "") for line in dumped(created)]
    assert sum("loan_one_open" in line for line in found) >= 1
    for books in (migrated, created):
        books.shut()


@pytest.mark.parametrize(
    "change",
    [
        "DROP INDEX loan_one_open",
        "DROP INDEX loan_one_open; CREATE UNIQUE INDEX loan_one_open ON loan (thing_id)",
        "ALTER TABLE thing ADD COLUMN spare INTEGER",
        "DROP TRIGGER event_follows_last ON event",
    ],
)
def test_the_comparison_sees_a_change(database_url: str, clock: FakeClock, change: str) -> None:
    archive = open_archive(database_url, clock, create=True)
    before = dumped(archive.books)
    with archive.books.connection_context(), archive.books.atomic():
        for statement in change.split("; "):
            is_sqlite = database_url.startswith("sqlite")
            archive.books.execute_sql(statement.removesuffix(" ON event") if is_sqlite else statement)
    assert dumped(archive.books) != before
    archive.close()


def test_the_code_knows_all_steps_and_the_digest_they_lead_to(sqlite_archive: SqlArchive) -> None:
    folder = Path(migrations.__file__).parent
    assert tuple(sorted(path.stem for path in folder.glob("[0-9]*.py"))) == schema.STEPS
    with look(sqlite_archive.books):
        assert schema.digest_of(sqlite_archive.books) == schema.SQLITE_DIGEST


@pytest.mark.parametrize(
    "hostile",
    [
        "CREATE TRIGGER evil AFTER INSERT ON loan BEGIN DELETE FROM person; END",
        "CREATE VIEW evil AS SELECT name FROM person",
        "CREATE TABLE evil (id INTEGER)",
        "DROP TRIGGER event_not_updated",
    ],
)
def test_a_foreign_trigger_view_or_table_is_refused(sqlite_archive: SqlArchive, clock: FakeClock, hostile: str) -> None:
    file = sqlite3.connect(sqlite_archive.url.removeprefix("sqlite:///"))
    file.execute(hostile)
    file.close()
    with pytest.raises(BadDatabase, match="changed by another program"):
        open_archive(sqlite_archive.url, clock, create=False)


def test_a_newer_schema_is_refused_and_left_alone(database_url: str, clock: FakeClock) -> None:
    archive = open_archive(database_url, clock, create=True)
    with archive.books.connection_context():
        archive.books.run("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01 00:00:00')")
    archive.close()
    for create in (False, True):
        with pytest.raises(BadDatabase, match="newer archroom"):
            open_archive(database_url, clock, create=create)
