"""Waiting for another writer: a short wait is not noticed, a long one is told, and looks go on meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from archroom.errors import Busy
from archroom.store import ledger, postgres, sqlite
from archroom.store.archive import SqlArchive, open_archive
from benchmarks.stocked import stock
from tests.conftest import PERFORMER, FakeClock
from tests.store.conftest import ActingDesk


@pytest.fixture
def impatient(database_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> SqlArchive:
    """Books whose writers wait a fifth of a second only."""
    archive = open_archive(database_url, clock, create=True)
    stock(archive, 16)
    archive.books.drop_idle()
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    monkeypatch.setattr(postgres, "_SETTINGS", ("SET lock_timeout TO '200ms'",))
    monkeypatch.setattr(sqlite.SqliteBooks, "profile", property(lambda books: {"foreign_keys": 1}))
    return archive


def test_a_writer_that_waits_too_long_is_told_and_changes_nothing(impatient: SqlArchive) -> None:
    def try_to_write() -> str:
        try:
            with impatient.writing() as books:
                _, act = books.new_person("Late")
                books.commit(act, PERFORMER)
        except Busy as error:
            return error.message.english()
        return "written"

    with ThreadPoolExecutor(1) as other, impatient.writing():
        said = other.submit(try_to_write).result(timeout=30)
    assert "nothing was changed" in said
    assert try_to_write() == "written"
    ledger.verify(impatient)
    impatient.close()


def test_looks_go_on_while_somebody_writes(desk: ActingDesk) -> None:
    box = desk.boxes()[0]
    before = desk.standing(box)
    with ThreadPoolExecutor(1) as other, desk.archive.writing() as books:
        _, act = books.new_person("Writer")
        books.commit(act, PERFORMER)
        assert other.submit(desk.standing, box).result(timeout=30) == before


def test_a_look_sees_one_state_while_others_write(archive: SqlArchive) -> None:
    names = [f"P{number}" for number in range(30)]
    is_written = threading.Event()

    def write() -> None:
        for name in names:
            with archive.writing() as books:
                _, act = books.new_person(name)
                books.commit(act, PERFORMER)
        is_written.set()

    with ThreadPoolExecutor(1) as other:
        writing = other.submit(write)
        while not is_written.is_set():
            with archive.reading() as books:
                people = books.counts()["people"]
                events = archive.books.rows("SELECT count(*) FROM event WHERE kind = 'person.added'")[0][0]
                assert people == events
            if writing.done():
                writing.result()
    with archive.reading() as books:
        assert books.counts()["people"] == len(names)


def test_many_threads_act_on_one_archive(desk: ActingDesk) -> None:
    items = desk.items()
    with ThreadPoolExecutor(6) as terminals:
        list(terminals.map(desk.lend, items))
    assert len(desk.archive.books._idle) <= 7
    with desk.archive.reading() as books:
        assert len(books.open_loans()) == len(items)
    ledger.verify(desk.archive)
