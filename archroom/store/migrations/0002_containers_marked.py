"""Titles of containers are indexed a second time, each token behind a mark: so the box is found before what is in it.

The words are those of the program that takes this step: a step that changes what is indexed of a thing indexes all anew.
"""

from __future__ import annotations

from typing import cast

from peewee import Database
from playhouse.migrate import SchemaMigrator

from archroom.store import search
from archroom.store.connections import Books, Row

_AT_ONCE = 1_000
_CONTAINERS = (
    "SELECT t.id, t.kind, d.title, d.reference, d.label, d.indicator, d.housing, d.path,"
    " CASE WHEN t.id > c.retitled_through THEN coalesce(c.former_title, c.title) ELSE c.title END"
    " FROM thing t JOIN description d ON d.thing_id = t.id LEFT JOIN collection c ON c.id = d.collection_id"
    " WHERE t.kind <> 'item' AND t.id > ? ORDER BY t.id LIMIT ?"
)


def up(migrator: SchemaMigrator, db: Database) -> None:
    """Index all containers anew."""
    books = cast(Books, db)
    found = books.rows(_CONTAINERS, (0, _AT_ONCE))
    while found:
        search.remove(books, [(row[0], _words("item", row)) for row in found])
        search.add(books, [(row[0], _words(row[1], row)) for row in found])
        found = books.rows(_CONTAINERS, (found[-1][0], _AT_ONCE))


def _words(kind: str, row: Row) -> list[str]:
    title, reference, label, indicator, housing, path, collection_title = row[2:]
    return search.words_of(kind, title, reference, label, indicator, housing, path, collection_title or "")
