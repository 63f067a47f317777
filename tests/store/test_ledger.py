"""Tampering with the ledger or with a table is found, with the first bad number; honest histories are never accused."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archroom.core.acts import FURNITURE_FACT, Act, ActKind
from archroom.core.events import GENESIS, canonical, chain_hash
from archroom.errors import LedgerBroken
from archroom.store import ledger
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import unit_of_work
from archroom.store.sqlite import SqliteBooks
from benchmarks.stocked import ROOM
from tests.conftest import PERFORMER, FakeClock
from tests.store.conftest import ActingDesk

Tamper = Callable[[sqlite3.Connection], object]


def lived_in(desk: ActingDesk) -> ActingDesk:
    """Leave some acts of most kinds."""
    boxes, items = desk.boxes(), desk.items()
    desk.put(boxes[0], desk.shelf())
    desk.lend(boxes[0])
    desk.lend(items[20])
    desk.take_back(boxes[0])
    desk.undo()
    desk.put(boxes[1], desk.shelf(1))
    with desk.archive.writing() as books:
        books.commit(books.bind("SHELF-7", desk.shelf(1)), PERFORMER)
    desk.commit(Act(ActKind.MOTION_STOPPED))
    return desk


@pytest.fixture(scope="module")
def lived_file(stocked_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with some acts in it, to be copied."""
    path = tmp_path_factory.mktemp("lived") / "books.db"
    shutil.copy(stocked_file, path)
    archive = open_archive(f"sqlite:///{path}", FakeClock(), create=False)
    lived_in(ActingDesk(archive))
    archive.close()
    return path


@pytest.fixture
def lived(lived_file: Path, sqlite_url: str, clock: FakeClock) -> Iterator[ActingDesk]:
    """A house in a file, with some acts."""
    shutil.copy(lived_file, sqlite_url.removeprefix("sqlite:///"))
    archive = open_archive(sqlite_url, clock, create=False)
    yield ActingDesk(archive)
    archive.close()


def broken_at(desk: ActingDesk, tamper: Tamper) -> int:
    """Change the file as a stranger may, and return the number that the check names."""
    file = sqlite3.connect(desk.archive.url.removeprefix("sqlite:///"), isolation_level=None)
    for name in ("event_not_updated", "event_not_deleted", "event_follows_last"):
        file.execute(f"DROP TRIGGER {name}")
    tamper(file)
    file.close()
    with pytest.raises(LedgerBroken) as found:
        ledger.verify(desk.archive)
    return found.value.seq


def test_an_honest_ledger_is_true_on_both_databases(desk: ActingDesk) -> None:
    lived_in(desk)
    counts: list[int] = []
    report = ledger.verify(desk.archive, counts.append)
    assert report.count == 12
    assert counts == []


def test_progress_tells_how_far_it_is(desk: ActingDesk) -> None:
    for _ in range(250):
        desk.commit(Act(ActKind.MOTION_STOPPED))
    counts: list[int] = []
    ledger.verify(desk.archive, counts.append)
    assert counts == [100, 200]


@pytest.mark.parametrize("column", ["prev_hash", "hash", "body", "recorded_at", "happened_at", "actor", "terminal", "kind"])
@pytest.mark.parametrize("seq", [1, 6, 12])
def test_one_changed_bit_in_any_column_is_found(lived: ActingDesk, column: str, seq: int) -> None:
    def flip(file: sqlite3.Connection) -> None:
        (value,) = file.execute(f"SELECT {column} FROM event WHERE seq = ?", (seq,)).fetchone()
        raw = bytearray(value if isinstance(value, bytes) else value.encode())
        at = random.Random(f"{column}{seq}").randrange(len(raw))
        raw[at] ^= 1
        changed = bytes(raw) if isinstance(value, bytes) else raw.decode()
        file.execute(f"UPDATE event SET {column} = ? WHERE seq = ?", (changed, seq))

    assert broken_at(lived, flip) == seq


def test_a_hundred_random_changes_of_bodies_are_all_found(lived: ActingDesk, tmp_path: Path, clock: FakeClock) -> None:
    path = Path(lived.archive.url.removeprefix("sqlite:///"))
    draw = random.Random(20261124)
    lived.archive.close()
    untouched = path.read_bytes()
    for _ in range(100):
        path.write_bytes(untouched)
        file = sqlite3.connect(path, isolation_level=None)
        seq, body = draw.choice(file.execute("SELECT seq, body FROM event").fetchall())
        file.execute("DROP TRIGGER event_not_updated")
        raw = bytearray(body)
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
        file.execute("UPDATE event SET body = ? WHERE seq = ?", (bytes(raw), seq))
        file.close()
        archive = SqlArchive(lived.archive.url, "", SqliteBooks(path), clock)
        with pytest.raises(LedgerBroken) as found:
            ledger.verify(archive)
        assert found.value.seq == seq
        archive.close()


def swap(file: sqlite3.Connection, first: int, second: int) -> None:
    rows = [file.execute("SELECT * FROM event WHERE seq = ?", (seq,)).fetchone() for seq in (first, second)]
    file.execute("DELETE FROM event WHERE seq IN (?, ?)", (first, second))
    for seq, row in zip((second, first), rows, strict=True):
        file.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (seq, *row[1:]))


def insert(file: sqlite3.Connection, after: int) -> None:
    """Push an entry in between; the later ones move up."""
    rows = file.execute("SELECT * FROM event WHERE seq > ? ORDER BY seq DESC", (after,)).fetchall()
    file.execute("DELETE FROM event WHERE seq > ?", (after,))
    for row in reversed(rows):
        file.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (row[0] + 1, *row[1:]))
    forged = (after + 1, b"\x01" * 32, b"\x02" * 32, *rows[0][3:])
    file.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", forged)
    file.execute("UPDATE chain_head SET seq = seq + 1")


@pytest.mark.parametrize(
    ("tamper", "seq"),
    [
        (lambda file: file.execute("DELETE FROM event WHERE seq = 5"), 5),
        (lambda file: file.execute("DELETE FROM event WHERE seq = 1"), 1),
        (lambda file: file.execute("DELETE FROM event WHERE seq BETWEEN 5 AND 8"), 5),
        (lambda file: file.execute("DELETE FROM event WHERE seq > 10"), 11),
        (lambda file: file.execute("DELETE FROM event"), 1),
        (lambda file: swap(file, 6, 7), 6),
        (lambda file: insert(file, 6), 7),
        (lambda file: file.execute("UPDATE event SET undoes = NULL WHERE undoes IS NOT NULL"), 9),
        (lambda file: file.execute("UPDATE chain_head SET hash = zeroblob(32)"), 12),
        (lambda file: file.execute("DELETE FROM chain_head"), 12),
    ],
    ids=["one", "first", "middle", "end", "all", "swapped", "inserted", "column", "head", "no head"],
)
def test_missing_swapped_and_inserted_entries_are_found(lived: ActingDesk, tamper: Tamper, seq: int) -> None:
    assert broken_at(lived, tamper) == seq


def rechained(file: sqlite3.Connection, bodies: list[bytes]) -> None:
    """Write the whole ledger anew around other bodies, hashes and head and all."""
    columns = file.execute(
        "SELECT recorded_at, happened_at, actor, terminal, kind, undoes FROM event ORDER BY seq"
    ).fetchall()
    file.execute("DELETE FROM event")
    previous = GENESIS
    for seq, body in enumerate(bodies, 1):
        own = chain_hash(previous, body)
        file.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (seq, previous, own, *columns[seq - 1], body)
        )
        previous = own
    file.execute("UPDATE chain_head SET hash = ?", (previous,))


Fields = dict[str, Any]
CONTRADICTIONS: list[tuple[str, Callable[[Fields], object]]] = [
    ("moves", lambda fields: fields["moves"][0].__setitem__(0, 9999)),
    ("moves", lambda fields: fields["moves"][0].__setitem__(1, ["missing", None, None, None, None])),
    ("moves", lambda fields: fields["moves"][0].__setitem__(3, 2)),
    ("moves", lambda fields: fields["moves"][0].__setitem__(2, ["in", 9999, None, None, None])),
    ("lent", lambda fields: fields["lent"][0].__setitem__(1, 9999)),
    ("lent", lambda fields: fields["lent"].append(fields["lent"][0])),
    ("closed", lambda fields: fields["closed"][0].__setitem__(1, 2)),
    ("reopened", lambda fields: fields["reopened"][0].__setitem__(1, 2)),
    ("barcodes", lambda fields: fields["barcodes"][0].__setitem__(2, 9999)),
    ("barcodes", lambda fields: fields["barcodes"].append(fields["barcodes"][0])),
    ("places", lambda fields: fields["places"].append(fields["places"][0])),
    ("things", lambda fields: fields["things"].append(fields["things"][0])),
    ("things", lambda fields: fields["things"][0].__setitem__(0, 90_000_000)),
    ("described", lambda fields: fields["described"][0].__setitem__(2, 7)),
    ("undoes", lambda fields: fields.__setitem__("undoes", 99)),
]


@pytest.mark.parametrize(("section", "change"), CONTRADICTIONS, ids=[str(n) for n in range(len(CONTRADICTIONS))])
def test_a_ledger_made_anew_around_a_lie_contradicts_itself(
    lived: ActingDesk, section: str, change: Callable[[Fields], object]
) -> None:
    changed: list[int] = []

    def lie(file: sqlite3.Connection) -> None:
        bodies = [row[0] for row in file.execute("SELECT body FROM event ORDER BY seq")]
        seq = next(number for number, body in enumerate(bodies, 1) if section in json.loads(body))
        fields = json.loads(bodies[seq - 1])
        change(fields)
        bodies[seq - 1] = canonical(fields)
        if section == "undoes":
            file.execute("UPDATE event SET undoes = 99 WHERE seq = ?", (seq,))
        rechained(file, bodies)
        changed.append(seq)

    assert broken_at(lived, lie) == changed[0]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"seq":1}', b"[" * 100_000])
def test_a_body_that_is_no_event_is_told_by_its_number(lived: ActingDesk, body: bytes) -> None:
    def replace(file: sqlite3.Connection) -> None:
        bodies = [row[0] for row in file.execute("SELECT body FROM event ORDER BY seq")]
        bodies[5] = body
        rechained(file, bodies)

    assert broken_at(lived, replace) == 6


TABLE_CHANGES = [
    "UPDATE thing SET custody = 'missing' WHERE id = 2",
    "UPDATE thing SET home_place_id = 5 WHERE id = 1",
    "UPDATE thing SET touched_seq = touched_seq + 1 WHERE id = 1",
    "UPDATE thing SET made_seq = 1 WHERE id = 3",
    "UPDATE thing SET kind = 'volume' WHERE id = 1",
    "UPDATE thing SET width_mm = width_mm + 1 WHERE kind = 'box'",
    "UPDATE thing SET width_mm = NULL WHERE kind = 'box'",
    "UPDATE thing SET width_mm = 5 WHERE kind = 'item'",
    "DELETE FROM description WHERE thing_id = 3",
    "DELETE FROM thing WHERE id = 3",
    "INSERT INTO thing (kind, custody, made_seq) VALUES ('box', 'in', 4)",
    "UPDATE description SET title = title || '.' WHERE thing_id = 3",
    "UPDATE description SET path = '[]' WHERE thing_id = 3",
    "UPDATE description SET version = 2 WHERE thing_id = 3",
    "UPDATE loan SET due_on = '2027-01-01'",
    "UPDATE loan SET lent_at = '2020-01-01T00:00:00.000000Z'",
    "UPDATE loan SET was_undone = 1 WHERE closed_seq IS NULL",
    "DELETE FROM loan WHERE id = 2",
    "DELETE FROM loan",
    "INSERT INTO loan (thing_id, person_id, lent_at, due_on, opened_seq) VALUES (9, 1, '2020', '2030-01-01', 5)",
    "UPDATE person SET name = 'Somebody else'",
    "UPDATE person SET version = 2",
    "INSERT INTO person (name, folded_name) VALUES ('Ghost', 'ghost')",
    "UPDATE place SET width_mm = 5000 WHERE id = 4",
    "UPDATE place SET address = 'R1/XX' WHERE id = 1",
    "DELETE FROM place WHERE id = 9",
    "UPDATE place SET aisle = aisle + 1 WHERE aisle IS NOT NULL",
    "UPDATE place SET title = 'Elsewhere' WHERE id = 1",
    "UPDATE place SET shelving_order = 9999 WHERE id = 4",
    "UPDATE place SET carriage = 2 WHERE carriage = 1",
    "UPDATE carriage SET is_mobile = 1 WHERE number = 1",
    "UPDATE carriage SET depth_mm = depth_mm + 1 WHERE number = 3",
    "DELETE FROM carriage WHERE number = 4",
    "INSERT INTO carriage (block_id, number, is_mobile, depth_mm, faces, bays, levels, shelf_mm)"
    " VALUES (1, 5, 1, 800, 'AB', 4, 5, 900)",
    "UPDATE block SET clearance_mm = clearance_mm + 1",
    "UPDATE block SET numbered_from = 'right'",
    "UPDATE block SET motion = 'group'",
    "UPDATE block SET room_id = 7",
    "DELETE FROM block",
    "UPDATE static_shelving SET bays = 3",
    "UPDATE room SET title = 'Attic'",
    "UPDATE room SET code = 'R9'",
    "INSERT INTO room (code, title) VALUES ('R2', 'Ghost')",
    "INSERT INTO static_shelving (room_id, code, title, rows, faces, bays, levels, shelf_mm)"
    " VALUES (7, 'W2', 'Ghost', 1, 'A', 1, 1, 900)",
    "UPDATE barcode SET thing_id = 2 WHERE thing_id = 1",
    "DELETE FROM barcode WHERE place_id IS NOT NULL",
    "INSERT INTO barcode (value, thing_id, bound_seq) VALUES ('GHOST', 1, 1)",
    "DELETE FROM event_thing WHERE thing_id = 1",
]


@pytest.mark.parametrize("statement", TABLE_CHANGES)
def test_a_change_of_a_table_is_found(lived: ActingDesk, statement: str) -> None:
    assert broken_at(lived, lambda file: file.execute(statement)) == 0


def test_a_room_that_is_built_twice_contradicts_itself(desk: ActingDesk) -> None:
    seq = desk.commit(Act(ActKind.ROOM_BUILT, facts={"room": "R1"})).seq
    with pytest.raises(LedgerBroken, match="rooms") as found:
        ledger.verify(desk.archive)
    assert found.value.seq == seq


def test_a_room_whose_entry_tells_no_digest_is_true_by_its_places(archive: SqlArchive) -> None:
    """Entries of books that were founded before digests of furniture stand for ever as they are."""
    with archive.writing() as books:
        act = books.new_room(ROOM)
        facts = {name: value for name, value in act.facts.items() if name != FURNITURE_FACT}
        books.commit(replace(act, facts=facts), PERFORMER)
    ledger.verify(archive)
    with unit_of_work(archive.books):
        archive.books.run("UPDATE place SET width_mm = 5000 WHERE id = 4")
    with pytest.raises(LedgerBroken, match="place 4"):
        ledger.verify(archive)


def test_a_person_who_was_forgotten_leaves_the_ledger_true(lived: ActingDesk) -> None:
    with unit_of_work(lived.archive.books):
        lived.archive.books.run("UPDATE person SET name = '', folded_name = '', digest_key = NULL")
    ledger.verify(lived.archive)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor = 'x'",
        "DELETE FROM event WHERE seq = 3",
        "INSERT INTO event SELECT * FROM event WHERE seq = 3",
        "INSERT INTO event SELECT seq + 100, prev_hash, hash, recorded_at, happened_at, actor, terminal, kind, undoes, body"
        " FROM event WHERE seq = 3",
        "INSERT INTO event (seq, prev_hash, hash, recorded_at, happened_at, actor, terminal, kind, body)"
        " SELECT seq, prev_hash, hash, recorded_at, happened_at, actor, terminal, kind, body FROM event WHERE seq = 3"
        " ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
    ],
)
def test_the_database_itself_only_adds_to_the_ledger(desk: ActingDesk, statement: str) -> None:
    before = ledger.verify(desk.archive)
    with pytest.raises(Exception, match="meanwhile"), unit_of_work(desk.archive.books):
        desk.archive.books.run(statement)
    assert ledger.verify(desk.archive) == before


@pytest.mark.parametrize("how", ["REPLACE INTO", "INSERT OR REPLACE INTO", "INSERT OR IGNORE INTO"])
@pytest.mark.parametrize("shift", [0, 100])
def test_replace_does_not_get_around_the_guards(lived: ActingDesk, how: str, shift: int) -> None:
    file = sqlite3.connect(lived.archive.url.removeprefix("sqlite:///"), isolation_level=None)
    file.execute("PRAGMA recursive_triggers = OFF")
    with pytest.raises(sqlite3.IntegrityError):
        file.execute(
            f"{how} event SELECT seq + {shift}, prev_hash, hash, 'x', happened_at, actor, terminal, kind, undoes, body"
            " FROM event WHERE seq = 3"
        )
    file.close()
    ledger.verify(lived.archive)


def truncate_is_refused(archive: SqlArchive) -> None:
    with unit_of_work(archive.books):
        archive.books.run("TRUNCATE event")


def test_a_server_does_not_empty_the_ledger(postgres_archive: SqlArchive) -> None:
    with pytest.raises(Exception, match="meanwhile"):
        truncate_is_refused(postgres_archive)
    assert ledger.verify(postgres_archive).count == 1


def outsiders_chain(path: Path) -> Iterator[tuple[int, str]]:
    """The chain as docs/storage.md tells an outsider to check it, with nothing of archroom."""
    file = sqlite3.connect(path)
    previous = bytes(32)
    for seq, body in file.execute("SELECT seq, body FROM event ORDER BY seq"):
        previous = hashlib.sha256(b"archroom-event-v1\x00" + previous + len(body).to_bytes(8, "big") + body).digest()
        yield seq, previous.hex()
    file.close()


def test_an_outsider_comes_to_the_same_head(lived: ActingDesk, clock: FakeClock) -> None:
    report = ledger.verify(lived.archive)
    chain = list(outsiders_chain(Path(lived.archive.url.removeprefix("sqlite:///"))))
    assert chain[-1] == (report.count, report.head_hex)
    again = open_archive(lived.archive.url, clock, create=False)
    assert ledger.verify(again) == report
    again.close()
