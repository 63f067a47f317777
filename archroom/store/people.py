"""People and their loans, as rows and as facts."""

from __future__ import annotations

from collections.abc import Iterator

from archroom.core.holdings import Loan, Person, Thing
from archroom.store.connections import Books, Row
from archroom.store.standings import LOAN_COLUMNS, THING_COLUMNS, in_list, loan_of, thing_of

_MOST_LOANS = 1000
_COLUMNS = "q.id, q.name, q.is_active"
_IS_KNOWN = "(q.is_active = 1 OR q.id IN (SELECT person_id FROM loan WHERE closed_seq IS NULL))"
_THING_WIDTH = len(THING_COLUMNS.split(","))


def folded(name: str) -> str:
    """Return a name as it is searched: without case, accents, width and surplus blanks."""
    from archroom.core.comparing import fold

    return " ".join(fold(name).split())


def person(books: Books, person_id: int) -> Person | None:
    """Return a person by number."""
    row = books.row(f"SELECT {_COLUMNS} FROM person q WHERE q.id = ?", (person_id,))
    return _person_of(row) if row else None


def people_named(books: Books, name: str) -> list[Person]:
    """Return registered people of exactly this name, case and width folded."""
    from archroom.core.comparing import name_key

    statement = f"SELECT {_COLUMNS} FROM person q WHERE q.folded_name = ? AND q.is_active = 1 ORDER BY q.id"
    return [_person_of(row) for row in books.rows(statement, (folded(name),)) if name_key(row[1]) == name_key(name)]


def find_people(books: Books, words: str, limit: int) -> list[tuple[Person, int]]:
    """Return people whose names hold all words, registered or with things still out, with how many things each has."""
    parts = folded(words).split()[:8]
    if not parts:
        return []
    condition = " AND ".join("q.folded_name LIKE ? ESCAPE '!'" for _ in parts)
    rows = books.rows(
        f"SELECT {_COLUMNS} FROM person q WHERE {condition} AND {_IS_KNOWN} ORDER BY q.folded_name, q.id LIMIT ?",
        (*(f"%{_literal(part)}%" for part in parts), limit),
    )
    if not rows:
        return []
    counted = books.rows(
        "SELECT person_id, count(*) FROM loan WHERE closed_seq IS NULL"
        f" AND person_id IN {in_list(row[0] for row in rows)} GROUP BY person_id"
    )
    has = {person_id: int(count) for person_id, count in counted}
    return [(_person_of(row), has.get(row[0], 0)) for row in rows]


def all_people(books: Books) -> Iterator[tuple[Person, int]]:
    """Yield people who are registered or still have something, by name, with how many things each has."""
    has: dict[int, int] = dict(
        books.rows("SELECT person_id, count(*) FROM loan WHERE closed_seq IS NULL GROUP BY person_id")
    )
    for row in books.rows(f"SELECT {_COLUMNS} FROM person q WHERE {_IS_KNOWN} ORDER BY q.folded_name, q.id"):
        yield _person_of(row), int(has.get(row[0], 0))


def open_loans(books: Books, person_id: int | None) -> list[tuple[Thing, Loan]]:
    """Return open loans, oldest first, of one person or of all; at most 1,000."""
    condition = "" if person_id is None else f" AND l.person_id = {int(person_id)}"
    rows = books.rows(
        f"SELECT {THING_COLUMNS}, {LOAN_COLUMNS} FROM loan l JOIN person q ON q.id = l.person_id"
        f" JOIN thing t ON t.id = l.thing_id JOIN description d ON d.thing_id = t.id"
        f" WHERE l.closed_seq IS NULL{condition} ORDER BY l.opened_seq, l.id LIMIT ?",
        (_MOST_LOANS,),
    )
    return [(thing_of(row), loan_of(row[_THING_WIDTH:])) for row in rows]


def past_loans(books: Books, at_most: int) -> list[Loan]:
    """Return loans, open or finished but not undone, newest first."""
    rows = books.rows(
        f"SELECT {LOAN_COLUMNS} FROM loan l JOIN person q ON q.id = l.person_id"
        " WHERE l.was_undone = 0 ORDER BY l.opened_seq DESC, l.id DESC LIMIT ?",
        (at_most,),
    )
    return [loan_of(row) for row in rows]


def _person_of(row: Row) -> Person:
    return Person(row[0], row[1], bool(row[2]))


def _literal(part: str) -> str:
    return part.replace("!", "!!").replace("%", "!%").replace("_", "!_")
