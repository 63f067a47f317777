"""A block has a motion policy; that of every block which was built before is `staggered`, as each was planned until then."""

from __future__ import annotations

from peewee import Database
from playhouse.migrate import SchemaMigrator

_COLUMN = (
    "ALTER TABLE block ADD COLUMN motion TEXT NOT NULL DEFAULT 'staggered'"
    " CHECK (motion IN ('sequential', 'staggered', 'group'))"
)


def up(migrator: SchemaMigrator, db: Database) -> None:
    """Add the column."""
    db.execute_sql(_COLUMN)  # type: ignore[no-untyped-call]  # peewee's stubs leave it open
