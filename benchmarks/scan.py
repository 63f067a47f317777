"""A scan that lends and one that takes back, durable, in a house of 1,000,000 items.

The floor is the same statements in the same two transactions through sqlite3 alone, with the same profile on the same file:
they are recorded from one round of ours, and played again with each round's own values. Rounds of both take turns, so that
both meet the same disk.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from archroom.core import custody
from archroom.core.acts import Performer
from archroom.core.holdings import Person, PlaceKind, Standing
from archroom.core.ports import Reading
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.connections import Parameters
from archroom.store.sqlite import SqliteBooks
from benchmarks.house_of import SEED
from benchmarks.stocked import RealClock, stock

ITEMS = 1_000_000
ROUNDS = 400
WARM_UP = 20
DESK = Performer("Ann", "benchmark/desk")
DUE = date.today() + timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it reached SQLite."""

    sql: str
    values: Parameters


class Recorder(SqliteBooks):
    """Books that note every statement sent to them."""

    def __init__(self, path: Path) -> None:
        self.statements: list[Statement] = []
        super().__init__(path)

    def execute_sql(self, sql: str, params: Parameters | None = None) -> sqlite3.Cursor:
        """Run a statement and note it."""
        self.statements.append(Statement(sql, tuple(params or ())))
        cursor: sqlite3.Cursor = super().execute_sql(sql, params)
        return cursor

    def run_many(self, statement: str, rows: Iterable[Parameters]) -> None:
        """Run a statement for each row and note them."""
        for row in rows:
            self.run(statement, row)


def lend_and_take_back(archive: SqlArchive, thing_id: int, person: Person) -> None:
    """Do what two scans do: each decides inside its transaction and leaves its event."""
    with archive.writing() as books:
        books.commit(custody.lend(_standing(books, thing_id), person, DUE), DESK)
    with archive.writing() as books:
        staging = books.first_place(PlaceKind.STAGING)
        assert staging is not None
        books.commit(custody.return_to(_standing(books, thing_id), staging), DESK)


def _standing(books: Reading, thing_id: int) -> Standing:
    found = books.standing(thing_id)
    assert found is not None
    return found


def recorded(path: Path, thing_ids: list[int], person: Person) -> list[list[Statement]]:
    """Return the statements of one round for each thing, taken on a copy of the house that is then thrown away."""
    books = Recorder(path)
    archive = SqlArchive(f"sqlite:///{path}", str(path), books, RealClock())
    rounds: list[list[Statement]] = []
    for thing_id in thing_ids:
        books.statements.clear()
        lend_and_take_back(archive, thing_id, person)
        rounds.append([found for found in books.statements if not found.sql.startswith("PRAGMA busy_timeout")])
    archive.close()
    return rounds


def played(connection: sqlite3.Connection, statements: list[Statement]) -> None:
    """Run a round's statements as they are, with begin and commit."""
    for transaction in _split(statements):
        connection.execute("BEGIN IMMEDIATE")
        for statement in transaction:
            cursor = connection.execute(statement.sql, statement.values)
            if statement.sql.startswith("SELECT"):
                cursor.fetchall()
        connection.execute("COMMIT")


def _split(statements: list[Statement]) -> list[list[Statement]]:
    """Return the statements of the two acts; each ends with what it notes for the thing's history and its loan."""
    middle = next(at for at, found in enumerate(statements) if found.sql.startswith("INSERT INTO loan")) + 1
    return [statements[:middle], statements[middle:]]


def timed(act: Callable[[], None]) -> float:
    """Return how long an act takes, ms."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def percentile(times: list[float], share: float) -> float:
    """Return the time that a share of the times does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def measure(folder: Path, items: int, rounds: int) -> tuple[list[float], list[float]]:
    """Return the times of ours and of the floor, ms, a round each of lending and taking back."""
    path, twin = folder / "books.db", folder / "twin.db"
    archive = open_archive(f"sqlite:///{path}", RealClock(), create=True)
    stocking = stock(archive, items)
    with archive.reading() as books:
        person = books.people_named("Ann Reader")[0]
        things = random.Random(SEED).sample(range(1, stocking.next_id), rounds + WARM_UP)
    _copy(path, twin)
    scripts = recorded(twin, things, person)
    _copy(path, twin)
    settings = SqliteBooks(twin).profile
    bare = sqlite3.connect(twin, isolation_level=None, cached_statements=128)
    for name, value in settings.items():
        bare.execute(f"PRAGMA {name} = {value}")
    ours: list[float] = []
    floor: list[float] = []
    for thing_id, script in zip(things, scripts, strict=True):
        ours.append(timed(lambda: lend_and_take_back(archive, thing_id, person)))  # noqa: B023  # called at once
        floor.append(timed(lambda: played(bare, script)))  # noqa: B023  # called at once
    bare.close()
    archive.close()
    return ours[WARM_UP:], floor[WARM_UP:]


def _copy(path: Path, twin: Path) -> None:
    twin.unlink(missing_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(twin)
    source.backup(target)
    source.close()
    target.close()


def main() -> int:
    """Measure and print both figures."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    with tempfile.TemporaryDirectory(prefix="archroom-scan-") as folder:
        ours, floor = measure(Path(folder), items, ROUNDS)
    is_good = True
    for name, share, most in (("p50", 0.5, 4.0), ("p99", 0.99, 3.0)):
        value, bare = percentile(ours, share), percentile(floor, share)
        is_ok = value <= most * bare or (name == "p99" and value <= 20.0)
        reach = "<= 4x" if name == "p50" else "<= max(20 ms, 3x)"
        figure = {
            "name": f"scan: lend and return, {items:,} items, {name}",
            "value": round(value, 3),
            "floor": round(bare, 3),
            "ratio": round(value / bare, 3),
            "reach": reach,
            "ok": is_ok,
        }
        print(json.dumps(figure), flush=True)
        is_good = is_good and is_ok
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
