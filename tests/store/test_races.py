"""Many processes on the same books: no thing lent twice, no fork of the chain, nothing acknowledged lost by kill -9."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from archroom.core.events import body_of, chain_hash, event_of
from archroom.errors import LedgerBroken
from archroom.store import ledger
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import unit_of_work
from benchmarks.stocked import stock
from tests.conftest import PERFORMER, FakeClock
from tests.store.conftest import ActingDesk

ROOT = Path(__file__).parents[2]


def started(task: str, url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a worker and wait until it is ready."""
    command = [sys.executable, "-m", "tests.store.workers", task, url, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def raced(task: str, url: str, names: list[str], count: int) -> Counter[str]:
    """Let workers do a task at the same time, and return all that they said."""
    with ExitStack() as running:
        workers = [running.enter_context(started(task, url, name, str(count))) for name in names]
        for worker in workers:
            ready(worker)
        for worker in workers:
            go(worker)
        said = Counter(line for worker in workers for line in worker.communicate(timeout=300)[0].splitlines())
        assert [worker.returncode for worker in workers] == [0] * len(workers)
    return said


def with_people(archive: SqlArchive, items: int, count: int) -> list[str]:
    """Stock the house and register racers."""
    stock(archive, items)
    names = [f"racer{number}" for number in range(count)]
    for name in names:
        with archive.writing() as books:
            _, act = books.new_person(name)
            books.commit(act, PERFORMER)
    return names


def doubly_lent(archive: SqlArchive) -> int:
    with archive.reading():
        statement = "SELECT count(*) FROM loan WHERE closed_seq IS NULL GROUP BY thing_id HAVING count(*) > 1"
        return len(archive.books.rows(statement))


def race_for_things(archive: SqlArchive, count: int) -> None:
    names = with_people(archive, count, 8)
    said = raced("lend_all", archive.url, names, count)
    outcomes = Counter(line.split()[0] for line in said.elements())
    assert outcomes == {"lent": count, "refused": 7 * count}
    assert doubly_lent(archive) == 0
    with archive.reading() as books:
        assert len(books.open_loans()) == count
    ledger.verify(archive)


def test_eight_processes_lend_each_thing_once(archive: SqlArchive) -> None:
    race_for_things(archive, 60)


@pytest.mark.proof
def test_eight_processes_race_for_five_hundred_things(archive: SqlArchive) -> None:
    race_for_things(archive, 500)


def test_the_index_alone_stops_a_careless_program(archive: SqlArchive) -> None:
    names = with_people(archive, 20, 8)
    said = raced("lend_carelessly", archive.url, names, 20)
    assert Counter(line.split()[0] for line in said.elements()) == {"lent": 20, "refused": 140}
    assert doubly_lent(archive) == 0


def test_without_the_index_the_race_is_lost(archive: SqlArchive) -> None:
    names = with_people(archive, 20, 8)
    with unit_of_work(archive.books):
        archive.books.execute_sql("DROP INDEX loan_one_open")
    raced("lend_carelessly", archive.url, names, 20)
    assert doubly_lent(archive) == 20


def test_six_writers_leave_one_chain(archive: SqlArchive) -> None:
    names = [f"writer{number}" for number in range(6)]
    said = raced("leave_events", archive.url, names, 40)
    assert sorted(int(line.split()[1]) for line in said) == list(range(2, 242))
    assert ledger.verify(archive).count == 241


def test_a_writer_that_does_not_queue_forks_the_chain_and_is_found(file_desk: ActingDesk) -> None:
    """The canary of the test above: an entry chained to a head that another writer has moved on from."""
    old = file_desk.lend(file_desk.boxes()[0])
    books = file_desk.archive.books
    file_desk.take_back(file_desk.boxes()[0])
    with unit_of_work(books):
        for name in ("event_follows_last", "event_not_updated"):
            books.execute_sql(f"DROP TRIGGER {name}")
        books.execute_sql("DROP INDEX event_prev_hash")
        row = books.rows("SELECT prev_hash, body FROM event WHERE seq = ?", (old.seq,))[0]
        body = body_of(event_of(row[1])).replace(b"Ann", b"Bob").replace(b'"seq":%d' % old.seq, b'"seq":%d' % (old.seq + 1))
        books.run(
            "UPDATE event SET prev_hash = ?, hash = ?, body = ? WHERE seq = ?",
            (row[0], chain_hash(row[0], body), body, old.seq + 1),
        )
    with pytest.raises(LedgerBroken) as found:
        ledger.verify(file_desk.archive)
    assert found.value.seq == old.seq + 1


def killed_after(url: str, acts: int, when: str) -> int:
    """Let a worker work, kill it after some acknowledged acts, and return the last one that it acknowledged."""
    with started("work_until_killed", url, "worker", when) as worker:
        ready(worker)
        go(worker)
        assert worker.stdout is not None
        last = ""
        for _ in range(acts):
            last = worker.stdout.readline()
        worker.send_signal(signal.SIGKILL)
        rest = worker.stdout.read().splitlines()
        worker.wait()
        whole = [line for line in rest if line.startswith("done ")]
    return int((whole[-1] if whole else last).split()[1])


def kill_rounds(archive: SqlArchive, rounds: int, when: str = "after") -> int:
    """Kill a worker again and again; return how many acknowledged acts were lost in all."""
    draw = random.Random(20261124)
    lost = 0
    for _ in range(rounds):
        acknowledged = killed_after(archive.url, draw.randint(1, 25), when)
        again = open_archive(archive.url, FakeClock(), create=False)
        lost += max(0, acknowledged - ledger.verify(again).count)
        again.close()
    return lost


def test_nothing_acknowledged_is_lost_by_kill(archive: SqlArchive) -> None:
    stock(archive, 16)
    assert kill_rounds(archive, 5) == 0


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_by_fifty_kills(archive: SqlArchive) -> None:
    stock(archive, 16)
    assert kill_rounds(archive, 50) == 0


def test_a_program_that_acknowledges_too_early_is_found(sqlite_archive: SqlArchive) -> None:
    stock(sqlite_archive, 16)
    assert kill_rounds(sqlite_archive, 5, "early") > 0
