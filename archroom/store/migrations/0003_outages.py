"""Times in which a block is out of order have a table of their own."""

from __future__ import annotations

from peewee import Database
from playhouse.migrate import SchemaMigrator

_TABLE = """CREATE TABLE outage (
    id {NUMBER},
    block_id INTEGER NOT NULL,
    begun_seq INTEGER NOT NULL,
    since_on TEXT NOT NULL,
    why TEXT NOT NULL CHECK (why <> ''),
    aisle INTEGER,
    opened_seq INTEGER,
    ended_seq INTEGER,
    FOREIGN KEY (block_id) REFERENCES block (id),
    CHECK ((aisle IS NULL) = (opened_seq IS NULL))
)"""
_INDEXES = (
    "CREATE UNIQUE INDEX outage_begun_seq ON outage (begun_seq)",
    "CREATE UNIQUE INDEX outage_one_at_a_time ON outage (block_id) WHERE (ended_seq IS NULL)",
)


def up(migrator: SchemaMigrator, db: Database) -> None:
    """Make the table, empty."""
    is_sqlite = db.param == "?"
    number = "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" if is_sqlite else "SERIAL NOT NULL PRIMARY KEY"
    statement = _TABLE.replace("{NUMBER}", number) + (" STRICT" if is_sqlite else "")
    for step in (statement, *_INDEXES):
        db.execute_sql(step)  # type: ignore[no-untyped-call]  # peewee's stubs leave it open
