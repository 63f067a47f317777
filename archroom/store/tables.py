"""What all tables have in common: how they are made on either database."""

from __future__ import annotations

from enum import Enum
from typing import Any

from peewee import SQL, AutoField, Context, Model, NodeList, SchemaManager

WITHOUT_ROW_NUMBER = frozenset({"DescriptionVersion", "ListedIn", "AlsoIn", "PersonVersion", "Barcode", "EventThing"})
"""Models whose tables SQLite stores in the order of their key."""


def one_of(column: str, values: type[Enum]) -> SQL:
    """Return the rule that a column holds one of an enumeration's values."""
    words = ", ".join(f"'{member.value}'" for member in values)
    return SQL(f"CHECK ({column} IN ({words}))")


def truth(column: str) -> SQL:
    """Return the rule that a column is 0 or 1, and 0 if nothing is said."""
    return SQL(f"DEFAULT 0 CHECK ({column} IN (0, 1))")


def _is_sqlite(context: Context) -> bool:
    """Whether SQL is being written for SQLite."""
    return str(context.state.param) == "?"


class NumberField(AutoField):
    """A primary key whose numbers are never given twice, also after a row is gone: they are printed as barcodes."""

    def ddl(self, ctx: Context) -> NodeList:
        """Return the column's definition."""
        column = super().ddl(ctx)
        return NodeList((column, SQL("AUTOINCREMENT"))) if _is_sqlite(ctx) else column


class TableMaker(SchemaManager):
    """Makes tables STRICT where the database is SQLite, and without a hidden row number where the model asks for it."""

    def create_table(self, safe: bool = True, **options: Any) -> None:
        """Create the model's table."""
        statement, _ = self._create_table(safe, **options).query()  # type: ignore[attr-defined]  # left out of the stubs
        endings: list[str] = []
        if self.database.param == "?":
            endings = ["STRICT", *(["WITHOUT ROWID"] if self.model.__name__ in WITHOUT_ROW_NUMBER else [])]
        self.database.execute_sql(f"{statement} {', '.join(endings)}".strip())


class Table(Model):
    """What all tables have in common."""

    class Meta:
        legacy_table_names = False
        schema_manager_class = TableMaker
