"""Processes that work on the same books at once: `python -m tests.store.workers TASK URL ARGUMENT...`.

Each says `ready`, waits for a line, does its task, and says what came of it, one line each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from archroom.core.acts import Act, ActKind, Performer
from archroom.errors import Busy, Refused
from archroom.store.address import read_address
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import books_at, look, unit_of_work
from benchmarks.stocked import RealClock
from tests.store.conftest import DUE, ActingDesk


def say(line: str) -> None:
    """Tell the parent something at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wait() -> None:
    """Wait until the parent says go."""
    say("ready")
    sys.stdin.readline()


def desk_at(url: str, name: str) -> ActingDesk:
    """Open the books as a terminal of its own."""
    archive = open_archive(url, RealClock(), create=False)
    return ActingDesk(archive, Performer(name, f"race/{name}"))


def lend_all(url: str, name: str, count: str) -> None:
    """Lend the first things to a person of one's own, as a desk does."""
    desk = desk_at(url, name)
    person = desk.person(name)
    things = desk.items()[: int(count)]
    wait()
    for thing in things:
        try:
            desk.lend(thing, person)
            say(f"lent {thing}")
        except Refused:
            say(f"refused {thing}")
        except Busy:
            say(f"busy {thing}")
    desk.archive.close()


def lend_carelessly(url: str, name: str, count: str) -> None:
    """See that things are free, and only then, in other transactions, write the loans: what the index alone must stop."""
    books = books_at(read_address(url))
    with look(books):
        person = books.rows("SELECT id FROM person WHERE name = ?", (name,))[0][0]
        things = [
            row[0] for row in books.rows("SELECT id FROM thing WHERE kind = 'item' ORDER BY id LIMIT ?", (int(count),))
        ]
        assert books.rows("SELECT 1 FROM loan WHERE closed_seq IS NULL") == []
    wait()
    for thing in things:
        try:
            with unit_of_work(books):
                books.run(
                    "INSERT INTO loan (thing_id, person_id, lent_at, due_on, opened_seq) VALUES (?, ?, '', ?, ?)",
                    (thing, person, DUE.isoformat(), person),
                )
            say(f"lent {thing}")
        except Refused:
            say(f"refused {thing}")
    books.shut()


def leave_events(url: str, name: str, count: str) -> None:
    """Leave events as fast as may be."""
    desk = desk_at(url, name)
    wait()
    for number in range(int(count)):
        say(f"left {desk.commit(Act(ActKind.MOTION_STOPPED, facts={'number': number})).seq}")
    desk.archive.close()


def work_until_killed(url: str, name: str, when: str) -> None:
    """Lend, take back and undo for ever, and acknowledge each act when it is written, or, wrongly, before."""
    desk = desk_at(url, name)
    wait()
    while True:
        for thing in desk.items():
            take_back = partial(desk.take_back, thing)
            if desk.standing(thing).held_by is not None:
                _acknowledge(desk.archive, take_back, when == "early")
            for act in (partial(desk.lend, thing), take_back, desk.undo, take_back):
                _acknowledge(desk.archive, act, when == "early")


def _acknowledge(archive: SqlArchive, act: Callable[[], object], is_early: bool) -> None:
    if is_early:
        with archive.reading():
            say(f"done {archive.books.rows('SELECT seq FROM chain_head')[0][0] + 1}")
        act()
        return
    act()
    with archive.reading():
        say(f"done {archive.books.rows('SELECT seq FROM chain_head')[0][0]}")


TASKS: dict[str, Callable[..., None]] = {
    "lend_all": lend_all,
    "lend_carelessly": lend_carelessly,
    "leave_events": leave_events,
    "work_until_killed": work_until_killed,
}

if __name__ == "__main__":
    TASKS[sys.argv[1]](*sys.argv[2:])
