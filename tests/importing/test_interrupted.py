"""An import that is broken off, at whatever point, leaves true books; the same file again completes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from finding_aids import box, c, ead, folder

from archroom.errors import Busy, say
from archroom.store import import_retitling, imports, ledger
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.import_batch import BatchWriter
from benchmarks.finding_aids import write
from tests.conftest import FakeClock
from tests.importing.conftest import Books

PARTS = [c(f"T{n}", box(n % 3, f"7{n % 3}", id_=f"b{n}"), folder(n, f"b{n}"), id_=f"x{n}") for n in range(12)]
FIRST = ead(c("Series", level="series", id_="s", inner="".join(PARTS)))
SECOND = ead(
    c("Series", level="series", id_="s", inner="".join(PARTS[4:]).replace("T7", "T7 and more")),
    c("New", box(9), id_="n"),
    title="Smythe papers",
)


class Broken(Exception):
    """What breaks an import off."""


def break_off(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, at: int, error: Exception) -> None:
    """Let a function fail at its `at`-th call, before or after it did its work."""
    original = getattr(owner, name)
    calls = 0

    def failing(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise error
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, failing)


def state(books: Books) -> list[Any]:
    """Everything that descriptions say, by their keys, whatever numbers things have."""
    return books.rows(
        "SELECT d.source_key, t.kind, d.title, d.reference, d.path, d.housing, d.is_gone, d.version, h.source_key, c.title"
        " FROM description d JOIN thing t ON t.id = d.thing_id JOIN collection c ON c.id = d.collection_id"
        " LEFT JOIN description h ON h.thing_id = t.home_container_id ORDER BY d.source_key"
    )


@pytest.mark.parametrize("at", range(1, 7))
def test_broken_off_at_any_batch_the_same_file_again_completes_it(
    books: Books, at: int, small_batches: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    small_batches(4)
    with monkeypatch.context() as patch:
        break_off(patch, BatchWriter, "write", at, Broken())
        with pytest.raises(Broken):
            books.take_in(FIRST)
    ledger.verify(books.archive)
    books.take_in(FIRST)
    expected = 3 + 12 + 13
    assert len(state(books)) == expected
    books.check()
    with monkeypatch.context() as patch:
        break_off(patch, BatchWriter, "write", at, Broken())
        with pytest.raises(Broken):
            books.take_in(SECOND)
    ledger.verify(books.archive)
    books.take_in(SECOND)
    rows = state(books)
    assert len(rows) == expected + 2
    assert sum(row[6] for row in rows) == 8
    assert {row[9] for row in rows} == {"Smythe papers"}
    books.check()
    events = books.events()
    assert books.take_in(SECOND).unchanged == 2 + 3 + 8 * 2 + 1
    assert books.events() == events


@pytest.mark.parametrize("at", range(1, 6))
def test_broken_off_while_the_index_is_told_a_new_title(
    books: Books, at: int, small_batches: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    books.take_in(FIRST)
    small_batches(4)
    monkeypatch.setattr(import_retitling, "CHUNK", 5)
    with monkeypatch.context() as patch:
        break_off(patch, import_retitling, "_retitle_some", at, Busy(say("Busy")))
        with pytest.raises(Busy):
            books.take_in(SECOND)
    assert len(books.found("smith")) + len(books.found("smythe")) >= 28
    third = SECOND.replace("Smythe", "Smithson", 1)
    books.take_in(third if at % 2 else SECOND)
    assert books.found("smythe" if at % 2 else "smithson") == []
    books.check()


def test_the_injector_breaks(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    break_off(monkeypatch, imports.FileIntake, "run", 1, Broken())
    with pytest.raises(Broken):
        books.take_in(FIRST)


PROGRAM = """
import sys, time
from datetime import UTC, date, datetime
from pathlib import Path
from archroom.core.acts import Performer
from archroom.exchange.ead import read_ead
from archroom.services.importing import Intake, Source
from archroom.store import imports
from archroom.store.archive import open_archive

class Clock:
    def now(self): return datetime.now(UTC)
    def today(self): return date.today()
    def monotonic(self): return time.monotonic()

imports.FIRST_BATCH = imports.LARGEST_BATCH = imports.SMALLEST_BATCH = 200
archive = open_archive(sys.argv[1], Clock(), create=False)
path = Path(sys.argv[2])
intake = Intake(archive.importing())
intake.take_in([Source(path.name, read_ead(path))], Performer("a", "b/c"), False, lambda done: print(done, flush=True))
"""


def import_and_kill(url: str, path: Path, after_steps: int) -> None:
    """Start an import in a process of its own, and kill it once it has told so many steps; all of them if it ends first."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, url, str(path)], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert process.stdout is not None
    for _ in range(after_steps):
        if not process.stdout.readline():
            break
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    process.wait(30)


@pytest.mark.parametrize("steps", [1, 3, 6, 9, 14])
def test_killed_in_the_middle_the_same_file_again_completes_it(
    steps: int, sqlite_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    path = tmp_path / "generated.xml"
    write(path, 1500, 120)
    open_archive(sqlite_url, clock, create=True).close()
    import_and_kill(sqlite_url, path, steps)
    archive: SqlArchive = open_archive(sqlite_url, clock, create=False)
    books = Books(archive, tmp_path)
    ledger.verify(archive)
    before = len(state(books))
    counts = books.take_in_files(path).total
    assert counts.added + before == counts.items + counts.containers
    if 3 <= steps <= 9:
        assert 0 < before < counts.items + counts.containers
    assert counts.added + counts.unchanged == counts.items + counts.containers
    books.check()
    whole = open_archive(f"sqlite:///{tmp_path / 'whole.db'}", clock, create=True)
    others = Books(whole, tmp_path)
    others.take_in_files(path)
    assert state(books) == state(others)
    archive.close()
    whole.close()
