"""The schema: making it, what peewee has no words for (the ledger's guards, the search index), and knowing it again.

The guards refuse every change of a written event and every event that does not follow the last, whatever program asks.
"""

from __future__ import annotations

import hashlib
import re

from archroom.errors import BadDatabase, say
from archroom.store.connections import Books
from archroom.store.database import look

STEPS = ("0001_initial", "0002_containers_marked", "0003_outages", "0004_motion_policies")
"""The migrations that make this program's schema."""
HISTORY = "schema_migration"
SEARCH_TABLE = "search_index"
SQLITE_DIGEST = "87f1dbed3c7bc71c5255a21a66d8b0cde29fb259f0e0e6e3e9d1ad6264998207"
"""Digest of what `dump` returns for an SQLite file of this schema."""

_SQLITE_GUARDS = (
    """CREATE TRIGGER event_not_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END""",
    """CREATE TRIGGER event_not_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END""",
    """CREATE TRIGGER event_follows_last BEFORE INSERT ON event
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event)
  OR EXISTS (SELECT 1 FROM event WHERE prev_hash = NEW.prev_hash OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'an event follows the last'); END""",
)

_POSTGRES_GUARDS = (
    """CREATE FUNCTION event_not_changed() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the ledger is only added to' USING ERRCODE = 'integrity_constraint_violation'; END$$""",
    """CREATE TRIGGER event_not_changed BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION event_not_changed()""",
    """CREATE TRIGGER event_not_truncated BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_not_changed()""",
    """CREATE FUNCTION event_follows_last() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN
  IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event) THEN
    RAISE EXCEPTION 'an event follows the last' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END$$""",
    """CREATE TRIGGER event_follows_last BEFORE INSERT ON event
FOR EACH ROW EXECUTE FUNCTION event_follows_last()""",
)

_SQLITE_SEARCH = (
    f"CREATE VIRTUAL TABLE {SEARCH_TABLE} USING fts5(words, content='', columnsize=0, tokenize='ascii', prefix='2 3')",
)

_POSTGRES_SEARCH = (
    f"CREATE TABLE {SEARCH_TABLE} (thing_id INTEGER NOT NULL PRIMARY KEY REFERENCES thing (id), words tsvector NOT NULL)",
    f"CREATE INDEX {SEARCH_TABLE}_words ON {SEARCH_TABLE} USING gin (words) WITH (fastupdate = off)",
)


def create_all(books: Books) -> None:
    """Create all tables, indexes and guards in an empty database, on its open connection."""
    from archroom.store.models import MODELS  # loaded only where books are made

    with books.bind_ctx(MODELS, bind_refs=False, bind_backrefs=False):
        books.create_tables(MODELS, safe=False)
    is_sqlite = books.param == "?"
    for statement in (_SQLITE_GUARDS + _SQLITE_SEARCH) if is_sqlite else (_POSTGRES_GUARDS + _POSTGRES_SEARCH):
        books.execute_sql(statement)


def applied(books: Books) -> tuple[str, ...]:
    """Return the names of the migrations that a database has seen; none if it is not one of ours."""
    if books.param == "?":
        is_there = books.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (HISTORY,))
    else:
        is_there = books.row("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?", (HISTORY,))
    return tuple(row[0] for row in books.rows(f"SELECT name FROM {HISTORY} ORDER BY name")) if is_there else ()


def is_older(books: Books) -> bool:
    """Whether the books have an earlier schema of this program, which its migrations bring up to date."""
    with look(books):
        steps = applied(books)
    return 0 < len(steps) < len(STEPS) and steps == STEPS[: len(steps)]


def dump(books: Books) -> list[str]:
    """Return the whole schema as the database tells it, a line for each column, constraint, index, trigger and function."""
    statements = _SQLITE_DUMP if books.param == "?" else _POSTGRES_DUMP
    rows = [row for statement in statements for row in books.rows(statement)]
    return [_SPACING.sub(r"\1", " ".join(" | ".join(map(str, row)).replace('"', "").split())) for row in rows]


def refuse_other_schema(books: Books, shown: str) -> None:
    """Raise BadDatabase unless the books have exactly the schema of this program."""
    with look(books):
        steps = applied(books)
        if not steps:
            raise BadDatabase(
                say("{database} holds no books of archroom. `archroom init ROOM.toml` makes them.", database=shown)
            )
        if steps != STEPS:
            raise BadDatabase(say("{database} was written by a newer archroom. Use that one.", database=shown))
        if books.param == "?" and digest_of(books) != SQLITE_DIGEST:
            raise BadDatabase(say("The tables or triggers of {database} were changed by another program.", database=shown))
        if books.row("SELECT 1 FROM house WHERE id = 1") is None:
            raise BadDatabase(
                say("{database} holds no books of archroom. `archroom init ROOM.toml` makes them.", database=shown)
            )


def digest_of(books: Books) -> str:
    """Return the digest of the whole schema."""
    return hashlib.sha256("\n".join(dump(books)).encode()).hexdigest()


_SPACING = re.compile(r" ?([(),]) ?")
_NOT_HISTORY = f"<> '{HISTORY}'"
_SQLITE_DUMP = (
    f"SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name {_NOT_HISTORY} AND name NOT LIKE 'sqlite%'"
    f" AND name NOT LIKE '{SEARCH_TABLE}!_%' ESCAPE '!' ORDER BY type, name",
)
_POSTGRES_DUMP = (
    f"""SELECT 'column', table_name, column_name, data_type, is_nullable, coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = current_schema() AND table_name {_NOT_HISTORY}
ORDER BY table_name, column_name""",
    f"""SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text {_NOT_HISTORY} ORDER BY 2, 3, 4""",
    f"""SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname = current_schema() AND tablename {_NOT_HISTORY} ORDER BY 2, 3""",
    """SELECT 'trigger', tgrelid::regclass, tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY 2, 3""",
    """SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace ORDER BY 2""",
)
