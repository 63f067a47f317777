"""The desk as a process, killed at random moments: what it has told stands in the ledger, and nothing is half done.

Each round feeds `archroom scan` with lends and returns, reads its answers, kills it (SIGKILL) after a drawn number of them,
and looks at the books as the next start does. Five rounds in the check, fifty in the proof, on both databases.
"""

from __future__ import annotations

import random
import select
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest
from scan_processes import AS_SHIPPED, ROOT, Told, boxes_and_items, changes_told, changes_written, start_scanning, told
from wal_scan import without_race

from archroom.core.codes import CodeKind, format_code
from archroom.core.holdings import Custody
from archroom.store import ledger
from archroom.store.archive import SqlArchive, open_archive
from benchmarks.stocked import RealClock, stock
from tests.conftest import FakeClock

THINGS = 24
MOST_ANSWERS = 120
"""Answers after which a round is struck at the latest; four of them are one lend and one return."""
START_S = 0.8
"""A process that has told nothing is struck within this time: while it starts, opens the books, or begins."""
ONE_ACT_S = 0.01
"""About what one act takes: the strike falls anywhere within the next one, or between it and its answer."""
PERSON = format_code(CodeKind.PERSON, 1)
HASTY = (sys.executable, str(ROOT / "tests" / "support" / "hasty_scan.py"))
IN_WAL = (sys.executable, str(ROOT / "tests" / "support" / "wal_scan.py"))


@dataclass
class KillLoop:
    """Rounds of one run, and what they came to."""

    url: str
    home: Path
    program: tuple[str, ...] = AS_SHIPPED
    draw: random.Random = field(default_factory=lambda: random.Random(20261124))
    told: int = 0
    lost: int = 0
    """Lends and returns that were told and are not in the ledger, or not as they were told."""
    ahead: int = 0
    """Lends and returns that were written and not told any more: at most the one in hand."""
    half_done: list[str] = field(default_factory=list)
    """What a next start would have stumbled over."""

    def play(self, rounds: int) -> None:
        """Strike so many processes, one after the other."""
        for _ in range(rounds):
            archive = open_archive(self.url, RealClock(), create=False)
            with archive.reading():
                head = archive.books.rows("SELECT seq FROM chain_head")[0][0]
            things = boxes_and_items(archive)
            archive.close()
            self._compare(changes_told(self._struck(things)), head)

    def _struck(self, things: list[str]) -> list[Told]:
        """Let a process work, strike it, and return what it has told until then."""
        self.draw.shuffle(things)
        scans = "".join(f"{PERSON}\n{thing}\nDONE\n{thing}\n" for thing in things * 8)
        answers = self.draw.randrange(MOST_ANSWERS) if self.draw.random() < 0.8 else 0
        with start_scanning(self.program, self.url, self.home) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            feeder = threading.Thread(target=_feed, args=(process, scans.encode()))
            feeder.start()
            lines = [process.stdout.readline() for _ in range(answers)]
            if answers:
                threading.Event().wait(self.draw.uniform(0, ONE_ACT_S))
            else:
                select.select([process.stdout], [], [], self.draw.uniform(0, START_S))
            process.send_signal(signal.SIGKILL)
            output = b"".join(lines) + process.stdout.read()
            assert process.wait(30) == -signal.SIGKILL, process.stderr and process.stderr.read()
            feeder.join()
        return told(output)

    def _compare(self, said: list[Told], head: int) -> None:
        """Compare what was told with the books as the next start finds them."""
        if self.url.startswith("sqlite"):
            self._refuse_lock_left_behind()
        archive = open_archive(self.url, FakeClock(), create=False)
        if not self.url.startswith("sqlite"):
            _wait_for_backends_to_end(archive)
        written = changes_written(archive, head)
        ledger.verify(archive)
        self.told += len(said)
        self.lost += sum(1 for place, answer in enumerate(said) if written[place : place + 1] != [answer])
        self.ahead += max(0, len(written) - len(said))
        if len(written) > len(said) + 1:
            self.half_done.append(f"{len(written) - len(said)} acts written ahead of their answers")
        if written and not _stands_as_told(archive, written[-1]):
            self.half_done.append(f"the tables do not say {written[-1]}")
        archive.close()

    def _refuse_lock_left_behind(self) -> None:
        connection = sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            self.half_done.append(f"an open transaction: {error}")
        finally:
            connection.close()


def _feed(process: subprocess.Popen[bytes], scans: bytes) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(scans)
        process.stdin.close()
    except BrokenPipeError:
        return  # it was struck before it had read everything


def _stands_as_told(archive: SqlArchive, last: Told) -> bool:
    with archive.reading() as books:
        standing = books.standing(int(last.subject[1:-1]))
    assert standing is not None
    return standing.thing.whereabouts.custody is (Custody.OUT if last.act == "lent" else Custody.STAGING)


def _wait_for_backends_to_end(archive: SqlArchive) -> None:
    """Wait until the server has noticed the death: it ends the open transaction itself."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = monotonic() + 20
    pause = threading.Event()
    while True:
        with archive.reading():
            if archive.books.rows(others) == [(0,)]:
                return
        assert monotonic() < deadline, "a transaction of the dead process stays open"
        pause.wait(0.01)


def played(url: str, home: Path, rounds: int, program: tuple[str, ...] = AS_SHIPPED) -> KillLoop:
    """Stock a house and strike processes at its desk."""
    archive = open_archive(url, FakeClock(), create=True)
    stock(archive, THINGS)
    archive.close()
    loop = KillLoop(url, home, program)
    loop.play(rounds)
    return loop


def assert_nothing_lost(loop: KillLoop, told_at_least: int) -> None:
    assert loop.lost == 0
    assert loop.half_done == []
    assert loop.told >= told_at_least
    print(f"told {loop.told}, lost {loop.lost}, written ahead of the answer {loop.ahead}")


def test_what_was_told_is_written_whenever_the_desk_is_killed(database_url: str, tmp_path: Path) -> None:
    assert_nothing_lost(played(database_url, tmp_path / "home", 5), told_at_least=20)


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_what_was_told_is_written_through_fifty_kills(database_url: str, tmp_path: Path) -> None:
    assert_nothing_lost(played(database_url, tmp_path / "home", 50), told_at_least=400)


@pytest.fixture
def wal_url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of books that are kept in WAL, as newer versions of SQLite allow."""
    monkeypatch.setattr("archroom.store.sqlite.has_wal_reset_race", without_race)
    return sqlite_url


def assert_in_wal(url: str) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_what_was_told_is_written_in_wal_too(wal_url: str, tmp_path: Path) -> None:
    assert_nothing_lost(played(wal_url, tmp_path / "home", 5, IN_WAL), told_at_least=20)
    assert_in_wal(wal_url)


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_what_was_told_is_written_through_fifty_kills_in_wal_too(wal_url: str, tmp_path: Path) -> None:
    assert_nothing_lost(played(wal_url, tmp_path / "home", 50, IN_WAL), told_at_least=400)
    assert_in_wal(wal_url)


def test_a_desk_that_tells_before_it_writes_is_found_out(sqlite_url: str, tmp_path: Path) -> None:
    """The canary of the loop."""
    assert played(sqlite_url, tmp_path / "home", 5, HASTY).lost > 0
