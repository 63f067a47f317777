"""Eight desks, each a process of its own, race for the same things: each is lent once, and nobody is told of a lock."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from scan_processes import AS_SHIPPED, Told, boxes_and_items, start_scanning, told

from archroom.core.codes import CodeKind, format_code
from archroom.store import ledger
from archroom.store.archive import open_archive
from benchmarks.stocked import stock
from tests.conftest import PERFORMER, FakeClock

DESKS = 8


def with_people(url: str, count: int) -> tuple[list[str], list[str]]:
    """Stock a house; return the codes of its racers, and of the things they race for."""
    archive = open_archive(url, FakeClock(), create=True)
    stock(archive, count)
    racers: list[str] = []
    for number in range(DESKS):
        with archive.writing() as books:
            person, act = books.new_person(f"Racer {number}")
            books.commit(act, PERFORMER)
        racers.append(format_code(CodeKind.PERSON, person.id))
    items = [code for code in boxes_and_items(archive) if code.startswith(CodeKind.ITEM.value)]
    archive.close()
    return racers, items[:count]


def race(url: str, home: Path, racers: list[str], things: list[str]) -> list[list[Told]]:
    """Let every racer's desk lend every thing to that racer, all at once; return what each desk told."""
    with ExitStack() as running:
        desks = [
            running.enter_context(start_scanning(AS_SHIPPED, url, home / racer, terminal=f"desk-{number}"))
            for number, racer in enumerate(racers)
        ]
        for desk, racer in zip(desks, racers, strict=True):
            assert desk.stdin is not None
            assert desk.stdout is not None
            desk.stdin.write(f"{racer}\n".encode())
            desk.stdin.flush()
            assert [answer.act for answer in told(desk.stdout.readline())] == ["person"]
        for desk in desks:
            assert desk.stdin is not None
            desk.stdin.write("".join(f"{thing}\n" for thing in things).encode())
            desk.stdin.flush()
        with ThreadPoolExecutor(DESKS) as readers:  # all at once, so that no desk waits for its reader
            outputs = list(readers.map(lambda desk: desk.communicate(timeout=300), desks))
        assert [desk.returncode for desk in desks] == [0] * DESKS
        assert [errors for _, errors in outputs] == [b""] * DESKS
        assert b"Another terminal is busy" not in b"".join(answers for answers, _ in outputs)
    return [told(answers) for answers, _ in outputs]


def assert_each_lent_once(url: str, home: Path, count: int) -> None:
    racers, things = with_people(url, count)
    answers = race(url, home, racers, things)
    assert Counter(answer.act for desk in answers for answer in desk) == {"lent": count, "refused": (DESKS - 1) * count}
    lent = Counter(answer.subject for desk in answers for answer in desk if answer.act == "lent")
    assert lent == Counter(things)
    archive = open_archive(url, FakeClock(), create=False)
    with archive.reading() as books:
        assert len(books.open_loans()) == count
    ledger.verify(archive)
    archive.close()


def test_eight_desks_lend_each_thing_once(database_url: str, tmp_path: Path) -> None:
    assert_each_lent_once(database_url, tmp_path, 40)


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_eight_desks_race_for_five_hundred_things(database_url: str, tmp_path: Path) -> None:
    assert_each_lent_once(database_url, tmp_path, 500)
