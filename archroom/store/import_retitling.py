"""A changed title of a collection, taken through the search index.

Every thing is indexed with its collection's title, and the index must be told the old words of what it forgets. So the old
title is kept until the last thing has been gone through, with the number up to which the new one holds: whoever comes after
a crash goes on from there.
"""

from __future__ import annotations

from archroom.core.acts import Act, ActKind, Performer
from archroom.core.ports import Clock
from archroom.store import chain, search
from archroom.store.connections import Books, Row
from archroom.store.database import unit_of_work

CHUNK = 1_000
"""Things that change their words in one transaction."""


def begin_retitling(books: Books, clock: Clock, key: str, title: str, performer: Performer, file: str) -> None:
    """Give a collection another title; the index still has the old one, which is kept beside it."""
    with unit_of_work(books):
        books.run(
            "UPDATE collection SET former_title = title, title = ?, retitled_through = 0, source_digest = NULL"
            " WHERE key = ?",
            (title, key),
        )
        facts: dict[str, str | int] = {"file": file, "collection": key, "retitled": 1}
        chain.append(books, Act(ActKind.RECORDS_IMPORTED, facts=facts), performer, clock.now())


def retitle(books: Books, collection_id: int) -> None:
    """Index the rest of a collection under its new title, a batch of things at a time."""
    while _retitle_some(books, collection_id):
        pass


def _retitle_some(books: Books, collection_id: int) -> bool:
    with unit_of_work(books):
        row = books.row("SELECT title, former_title, retitled_through FROM collection WHERE id = ?", (collection_id,))
        if row is None or row[1] is None:
            return False
        title, former_title, through = row
        found = books.rows(
            "SELECT d.thing_id, t.kind, d.title, d.reference, d.label, d.indicator, d.housing, d.path"
            " FROM description d JOIN thing t ON t.id = d.thing_id"
            " WHERE d.collection_id = ? AND d.thing_id > ? ORDER BY d.thing_id LIMIT ?",
            (collection_id, through, CHUNK),
        )
        search.remove(books, [(thing[0], _words(thing, former_title)) for thing in found])
        search.add(books, [(thing[0], _words(thing, title)) for thing in found])
        if len(found) < CHUNK:
            books.run("UPDATE collection SET former_title = NULL, retitled_through = 0 WHERE id = ?", (collection_id,))
            return False
        books.run("UPDATE collection SET retitled_through = ? WHERE id = ?", (found[-1][0], collection_id))
        return True


def _words(thing: Row, collection_title: str) -> list[str]:
    _, kind, title, reference, label, indicator, housing, path = thing
    return search.words_of(kind, title, reference, label, indicator, housing, path, collection_title)
