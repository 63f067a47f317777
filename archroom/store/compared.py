"""The tables compared with what the events say, a few thousand rows in one look, each after catching up with the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from itertools import zip_longest

from archroom.core.acts import Owner
from archroom.core.events import instant, keyed_digest
from archroom.core.holdings import Custody, ThingKind, Whereabouts
from archroom.core.outage_rules import OutageFact
from archroom.core.replay import LoanFact, Replay
from archroom.errors import LedgerBroken, Message, say
from archroom.store import rooms
from archroom.store.connections import Books, Row
from archroom.store.database import look
from archroom.store.digests import DESCRIPTION_FIELDS, digested

_AT_ONCE = 2_000
_NO_OUTAGE = OutageFact(0, 0, date.min, "")
_DESCRIBED = ", ".join(f"d.{column}" for column in DESCRIPTION_FIELDS)
_THINGS = (
    "SELECT t.id, t.kind, t.custody, t.place_id, t.container_id, t.home_place_id, t.home_container_id, t.touched_seq,"
    f" t.made_seq, t.width_mm, d.version, {_DESCRIBED} FROM thing t LEFT JOIN description d ON d.thing_id = t.id"
    " WHERE t.id > ? ORDER BY t.id LIMIT ?"
)
_LOANS = (
    "SELECT id, thing_id, person_id, due_on, lent_at, opened_seq, closed_seq, closed_at, was_undone FROM loan"
    " WHERE id > ? ORDER BY id LIMIT ?"
)
_PAST_PEOPLE = "SELECT person_id, version, name, replaced_seq FROM person_version"
_PAST = (
    "SELECT thing_id, version, fields, replaced_seq FROM description_version WHERE (thing_id, version) > (?, ?)"
    " ORDER BY thing_id, version LIMIT ?"
)
_OUTAGES = (
    "SELECT b.number, o.begun_seq, o.since_on, o.why, o.aisle, o.opened_seq, o.ended_seq"
    " FROM outage o JOIN block b ON b.id = o.block_id ORDER BY o.begun_seq"
)
_BARCODES = "SELECT value, thing_id, place_id, person_id FROM barcode WHERE value > ? ORDER BY value LIMIT ?"


def compared(books: Books, replay: Replay, catch_up: Callable[[], None]) -> None:
    """Compare all tables that the ledger answers for; raises LedgerBroken with number 0 and the first difference."""
    with look(books):
        catch_up()
        _rooms(books, replay)
        _places(books, replay)
        _people(books, replay)
        _outages(books, replay)
    _things(books, replay, catch_up)
    _past_descriptions(books, replay, catch_up)
    _loans(books, replay, catch_up)
    _barcodes(books, replay, catch_up)


def _rooms(books: Books, replay: Replay) -> None:
    digests = rooms.furniture_digests(books)
    for code in sorted(digests.keys() | replay.rooms.keys()):
        is_told = replay.rooms.get(code) != ""
        if code not in digests or code not in replay.rooms or (is_told and digests[code] != replay.rooms[code]):
            raise _untrue(say("room {code}", code=code))
    if rooms.has_strays(books):
        raise _untrue(say("furniture of no room"))


def _places(books: Books, replay: Replay) -> None:
    rows = {row[0]: tuple(row[1:]) for row in books.rows("SELECT id, kind, address, width_mm FROM place")}
    for number in sorted(rows.keys() | replay.places.keys()):
        if rows.get(number) != replay.places.get(number):
            raise _untrue(say("place {number}", number=number))


def _people(books: Books, replay: Replay) -> None:
    rows = {row[0]: row[1:] for row in books.rows("SELECT id, version, name, digest_key FROM person")}
    for number in sorted(rows.keys() | replay.people.keys()):
        if number not in rows or number not in replay.people:
            raise _untrue(say("person {number}", number=number))
        version, name, key = rows[number]
        said_version, said_digest = replay.people[number]
        is_forgotten = key is None
        if version != said_version or not (is_forgotten or keyed_digest(bytes(key), (name,)) == said_digest):
            raise _untrue(say("person {number}", number=number))
    _past_people(books, replay, {number: row[2] for number, row in rows.items()})


def _outages(books: Books, replay: Replay) -> None:
    rows = [OutageFact(row[0], row[1], date.fromisoformat(row[2]), *row[3:]) for row in books.rows(_OUTAGES)]
    for said, found in zip_longest(replay.outages.facts, rows):
        if said != found:
            raise _untrue(say("block {number}, out of order", number=(said or found or _NO_OUTAGE).block))


def _past_people(books: Books, replay: Replay, keys: dict[int, bytes | None]) -> None:
    past = {tuple(row[:2]): row[2:] for row in books.rows(_PAST_PEOPLE)}
    for person, version in sorted(past.keys() | replay.past_people.keys()):
        said = replay.past_people.get((person, version))
        name, replaced_seq = past.get((person, version), ("", 0))
        key = keys.get(person)
        digest = "" if key is None else keyed_digest(bytes(key), (name,))
        if said is None or said.replaced_seq != replaced_seq or digest not in ("", said.digest):
            raise _untrue(say("version {version} of person {number}", version=version, number=person))


def _things(books: Books, replay: Replay, catch_up: Callable[[], None]) -> None:
    house = _house_key(books)
    for rows in _pages(books, _THINGS, catch_up, 0):
        for row in rows:
            if row[0] not in replay.things or not _is_thing_true(row, replay, house):
                raise _untrue(say("thing {number}", number=row[0]))
    with look(books):
        catch_up()
        moves = books.row("SELECT count(*) FROM event_thing")
        count = books.row("SELECT count(*) FROM thing")
        if not count or count[0] != replay.things.count:
            raise _untrue(say("some things are missing"))
        if not moves or moves[0] != replay.moves:
            raise _untrue(say("the histories of things are not whole"))


def _past_descriptions(books: Books, replay: Replay, catch_up: Callable[[], None]) -> None:
    house = _house_key(books)
    for rows in _pages(books, _PAST, catch_up, 0, 0):
        for thing, version, fields, replaced_seq in rows:
            said = replay.things.past(thing, version)
            if said is None or said != (_digest_of(house, fields), replaced_seq):
                raise _untrue(say("version {version} of thing {number}", version=version, number=thing))
    with look(books):
        catch_up()
        count = books.row("SELECT count(*) FROM description_version")
        if not count or count[0] != replay.things.past_count:
            raise _untrue(say("some past versions are missing"))


def _digest_of(house_key: bytes, fields: str) -> str:
    """Return the digest of a past version's fields, empty if they are no list of texts."""
    try:
        texts = json.loads(fields)
    except (ValueError, RecursionError):
        return ""
    is_list = isinstance(texts, list) and all(isinstance(text, str) for text in texts)
    return keyed_digest(house_key, texts) if is_list else ""


def _house_key(books: Books) -> bytes:
    """Return the key of the house's digests."""
    with look(books):
        row = books.row("SELECT digest_key FROM house WHERE id = 1")
    return bytes(row[0]) if row else b""


def _is_thing_true(row: Row, replay: Replay, house_key: bytes) -> bool:
    number, kind, custody, place, container, home_place, home_container, touched, made, width_mm, version = row[:11]
    things = replay.things
    where = Whereabouts(Custody(custody), place, container, home_place, home_container)
    return (
        things.kind(number) is ThingKind(kind)
        and things.where(number) == where
        and things.touched(number) == touched
        and things.made(number) == made
        and things.version(number) == (version or 0)
        and (
            width_mm is None
            if version is None
            else things.digest(number) == keyed_digest(house_key, digested(row[11:], width_mm))
        )
    )


def _loans(books: Books, replay: Replay, catch_up: Callable[[], None]) -> None:
    seen = 0
    for rows in _pages(books, _LOANS, catch_up, 0):
        for row in rows:
            if seen >= len(replay.loans) or _loan_of(row) != replay.loans[seen]:
                raise _untrue(say("loan {number}", number=row[0]))
            seen += 1
        if len(rows) < _AT_ONCE and seen != len(replay.loans):
            raise _untrue(say("some loans are missing"))


def _loan_of(row: Row) -> LoanFact:
    _, thing, person, due_on, lent_at, opened, closed, closed_at, was_undone = row
    ended = instant(closed_at) if closed_at is not None else None
    return LoanFact(thing, person, date.fromisoformat(due_on), instant(lent_at), opened, closed, ended, bool(was_undone))


def _barcodes(books: Books, replay: Replay, catch_up: Callable[[], None]) -> None:
    seen = 0
    for rows in _pages(books, _BARCODES, catch_up, ""):
        for value, thing, place, person in rows:
            owners = {Owner.THING: thing, Owner.PLACE: place, Owner.PERSON: person}
            owner = next(((kind, number) for kind, number in owners.items() if number is not None), None)
            if replay.barcodes.get(value) != owner:
                raise _untrue(say("barcode {value}", value=value))
        seen += len(rows)
        if len(rows) < _AT_ONCE and seen != len(replay.barcodes):
            raise _untrue(say("some barcodes are missing"))


def _pages(books: Books, statement: str, catch_up: Callable[[], None], *first: int | str) -> Iterator[list[Row]]:
    """Yield rows by growing key, the last page shorter than a full one; each compared inside its own look.

    A row begins with its key, which has as many columns as `first`, less than the first of all.
    """
    last = first
    while True:
        with look(books):
            catch_up()
            rows = books.rows(statement, (*last, _AT_ONCE))
            yield rows
        if len(rows) < _AT_ONCE:
            return
        last = tuple(rows[-1][: len(first)])


def _untrue(what: Message) -> LedgerBroken:
    return LedgerBroken(say("The tables are not what the ledger says: {what}.", what=what))
