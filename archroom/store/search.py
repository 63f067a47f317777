"""The search index: one entry for each thing, kept in step with its description by whoever writes that.

On SQLite it is an FTS5 table without content, which must be told the old words of what it forgets, so callers keep them
computable: they are a function of kind, description and collection's title (`words_of`). On PostgreSQL it is a side table
of `tsvector` values that are written out here, token by token, so that no parser or locale of the server has a say in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from archroom.core.holdings import ThingKind
from archroom.core.searching import MAX_TOKENS, Phrase, indexed_tokens, mark_of, marked
from archroom.store.connections import Books

_MAX_POSITION = 16_383
_MARKS = {kind.value: mark for kind in ThingKind if (mark := mark_of(kind)) is not None}


def words_of(
    kind: str, title: str, reference: str, label: str, indicator: str, housing: str, path: str, collection_title: str
) -> list[str]:
    """Return the tokens under which a thing is found: kind and columns of its description as stored, and its collection.

    A container has those of its title once more behind its mark: that tells its number, what it is in, and its collection.
    """
    titled = indexed_tokens((title,))
    own = titled + indexed_tokens((reference, label, indicator, housing))
    tokens = (own + _words_around(path, collection_title))[:MAX_TOKENS]
    mark = _MARKS.get(kind)
    return tokens if mark is None else tokens + marked(titled, mark)


@lru_cache(maxsize=256)
def _words_around(path: str, collection_title: str) -> list[str]:
    """Return the tokens that a thing shares with those beside it; not to be changed by who gets them."""
    titles: list[str] = json.loads(path)
    return indexed_tokens((*titles, collection_title))


def add(books: Books, entries: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Put things into the index by their numbers and tokens."""
    if books.param == "?":
        rows = [(thing_id, " ".join(tokens)) for thing_id, tokens in entries]
        books.run_many("INSERT INTO search_index (rowid, words) VALUES (?, ?)", rows)
    else:
        rows = [(thing_id, _vector(tokens)) for thing_id, tokens in entries]
        books.run_many("INSERT INTO search_index (thing_id, words) VALUES (?, ?::tsvector)", rows)


def remove(books: Books, entries: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Take things out of the index by their numbers and the tokens they were put in with."""
    if books.param == "?":
        rows = [(thing_id, " ".join(tokens)) for thing_id, tokens in entries]
        books.run_many("INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', ?, ?)", rows)
    else:
        books.run_many("DELETE FROM search_index WHERE thing_id = ?", [(thing_id,) for thing_id, _ in entries])


def matching(books: Books, phrases: Sequence[Phrase], limit: int) -> list[int]:
    """Return the numbers of things that hold all phrases, newest first."""
    if books.param == "?":
        statement = "SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?"
        return [row[0] for row in books.rows(statement, (_fts5(phrases), limit))]
    statement = "SELECT thing_id FROM search_index WHERE words @@ ?::tsquery ORDER BY thing_id DESC LIMIT ?"
    return [row[0] for row in books.rows(statement, (_tsquery(phrases), limit))]


def _fts5(phrases: Sequence[Phrase]) -> str:
    return " ".join(f'"{" ".join(phrase.tokens)}"{"*" if phrase.is_open else ""}' for phrase in phrases)


def _tsquery(phrases: Sequence[Phrase]) -> str:
    return " & ".join(
        "(" + " <-> ".join(f"'{token}'" for token in phrase.tokens) + (":*)" if phrase.is_open else ")")
        for phrase in phrases
    )


def _vector(tokens: Sequence[str]) -> str:
    places: dict[str, list[str]] = {}
    for position, token in enumerate(tokens, 1):
        places.setdefault(token, []).append(str(min(position, _MAX_POSITION)))
    return " ".join(f"'{token}':{','.join(positions)}" for token, positions in places.items())
