"""Finding things: what a typed text names exactly comes first, then what holds all its words, newest first.

Whole words come before begun ones, and of either, where a digit is asked for, containers before what is in them. Asking the
index for begun words reads much more of it, so it is asked only when the whole words do not fill the page.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archroom.core.codes import ForeignCode, OwnCode, read_scan
from archroom.core.comparing import exact_key
from archroom.core.events import event_of
from archroom.core.ports import Details, Hit
from archroom.core.searching import MAX_QUERY, Phrase, by_rank, opened, query_phrases
from archroom.store import search
from archroom.store.standings import in_list, standings, things

if TYPE_CHECKING:
    from archroom.store.connections import Books

_MOST_EXACT = 50
_MOST_CONTENTS = 500
_MOST_HISTORY = 100


def find(books: Books, words: str, limit: int, offset: int) -> list[Hit]:
    """Return a page of the things that match cleaned words; of all things, newest first, if there are none."""
    if not words:
        return hits(books, _newest(books, limit, offset))
    return hits(books, _matching(Answers(books), words, offset + limit)[offset:])


def find_counted(books: Books, words: str, limit: int, offset: int, at_most: int) -> tuple[list[Hit], int]:
    """Return a page as `find` does, and how many things match in all, counted up to a limit."""
    if not words:
        row = books.row("SELECT count(*) FROM (SELECT id FROM thing LIMIT ?) AS counted", (at_most,))
        return hits(books, _newest(books, limit, offset)), int(row[0]) if row else 0
    answers = Answers(books, opened(query_phrases(words)), at_most)
    found = _matching(answers, words, offset + limit)
    is_complete = len(found) < offset + limit
    total = len(found) if is_complete else _count(answers, words, at_most)
    return hits(books, found[offset:]), min(total, at_most)


class Answers:
    """What the index answered within one search, so that it reads nothing twice."""

    def __init__(self, books: Books, counted: tuple[Phrase, ...] = (), at_least: int = 0) -> None:
        self.books = books
        self._counted, self._at_least = counted, at_least
        """The question whose answers will be counted: it is asked for that many at once, for whatever it is asked first."""
        self._known: dict[tuple[Phrase, ...], tuple[list[int], int]] = {}

    def to(self, question: tuple[Phrase, ...], most: int) -> list[int]:
        """Return the newest numbers that answer a question, at most so many."""
        answer, asked = self._known.get(question, ([], 0))
        if asked < most and (asked == 0 or len(answer) == asked):
            asked = max(most, self._at_least) if question == self._counted else most
            answer = search.matching(self.books, question, asked)
            self._known[question] = answer, asked
        return answer[:most]


def exact(books: Books, text: str) -> list[int]:
    """Return the numbers of the things whose own code, barcode or reference code a text is."""
    code = read_scan(text)
    found: list[int] = []
    if isinstance(code, OwnCode):
        found += thing_of_code(books, code)
    elif isinstance(code, ForeignCode):
        row = books.row("SELECT thing_id FROM barcode WHERE value = ? AND retired_at IS NULL", (code.value,))
        found += [row[0]] if row and row[0] is not None else []
    return found + [number for number in referred(books, text) if number not in found]


def thing_of_code(books: Books, code: OwnCode) -> list[int]:
    """Return the number of the thing that an own code names, if it is a thing and of that kind."""
    return [thing.id for thing in things(books, "t.id = ?", (code.number,)) if thing.kind.code_kind is code.kind]


def referred(books: Books, text: str) -> list[int]:
    """Return the numbers of the things of a reference code, newest first."""
    key = exact_key(text[:MAX_QUERY])
    rows = books.rows(
        "SELECT thing_id FROM description WHERE reference_key = ? AND reference_key <> '' ORDER BY thing_id DESC LIMIT ?",
        (key, _MOST_EXACT),
    )
    return [row[0] for row in rows]


def count_referred(books: Books, text: str) -> int:
    """Return how many things have a reference code."""
    key = exact_key(text[:MAX_QUERY])
    row = books.row("SELECT count(*) FROM description WHERE reference_key = ? AND reference_key <> ''", (key,))
    return int(row[0]) if row else 0


def hits(books: Books, thing_ids: list[int]) -> list[Hit]:
    """Return things as hits, in the order given."""
    if not thing_ids:
        return []
    stands = standings(books, thing_ids)
    rows = books.rows(
        "SELECT d.thing_id, c.title, d.path, d.dates, d.level FROM description d"
        f" LEFT JOIN collection c ON c.id = d.collection_id WHERE d.thing_id IN {in_list(thing_ids)}"
    )
    described = {row[0]: row for row in rows}
    found: list[Hit] = []
    for thing_id in thing_ids:
        if thing_id in stands and thing_id in described:
            _, collection, path, dates, level = described[thing_id]
            found.append(Hit(stands[thing_id], collection or "", tuple(json.loads(path)), dates, level))
    return found


def details(books: Books, thing_id: int) -> Details | None:
    """Return everything of one thing."""
    found = hits(books, [thing_id])
    row = books.row(
        "SELECT d.profile, d.version, t.made_seq FROM description d JOIN thing t ON t.id = d.thing_id WHERE t.id = ?",
        (thing_id,),
    )
    if not found or row is None:
        return None
    barcodes = books.rows("SELECT value FROM barcode WHERE thing_id = ? ORDER BY bound_seq, value", (thing_id,))
    inside = books.row("SELECT count(*) FROM thing WHERE container_id = ?", (thing_id,))
    events = books.rows(
        "SELECT e.body FROM event e WHERE e.seq = ? OR e.seq IN (SELECT seq FROM event_thing WHERE thing_id = ?)"
        " ORDER BY e.seq DESC LIMIT ?",
        (row[2], thing_id, _MOST_HISTORY),
    )
    return Details(
        hit=found[0],
        barcodes=tuple(value for (value,) in barcodes),
        contents=tuple(things(books, "t.container_id = ?", (thing_id,), f"ORDER BY t.id LIMIT {_MOST_CONTENTS}")),
        contents_count=int(inside[0]) if inside else 0,
        history=tuple(event_of(bytes(body)) for (body,) in events),
        profile=row[0],
        version=row[1],
    )


def _newest(books: Books, limit: int, offset: int) -> list[int]:
    return [row[0] for row in books.rows("SELECT id FROM thing ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset))]


def _matching(answers: Answers, words: str, count: int) -> list[int]:
    """Return the first `count` numbers of matching things; fewer than those begin with the same."""
    found = dict.fromkeys(exact(answers.books, words))
    phrases = query_phrases(words)
    if phrases:
        for asked in dict.fromkeys((phrases, opened(phrases))):
            for question in by_rank(asked):
                if len(found) < count:
                    found |= dict.fromkeys(answers.to(question, count))
    return list(found)[:count]


def _count(answers: Answers, words: str, at_most: int) -> int:
    """Return how many things match, counted up to a limit; one whole word tells cheaply that there are as many."""
    phrases = query_phrases(words)
    if len(phrases) == 1 and len(answers.to(phrases, at_most)) >= at_most:
        return at_most
    found = set(answers.to(opened(phrases), at_most)) if phrases else set()
    return len(found.union(exact(answers.books, words)))
