"""A block out of order in the tables, on both databases: what is read of it, and that no change of it goes unnoticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archroom.core.acts import Act, ActKind, OutageBegun
from archroom.core.outages import Outage, Reach
from archroom.errors import ArchroomError, LedgerBroken, Refused
from archroom.services.outages import Outages
from archroom.store import ledger
from archroom.store.archive import SqlArchive
from archroom.store.database import look, unit_of_work
from benchmarks.stocked import ROOM
from tests.conftest import PERFORMER, FakeClock
from tests.store.conftest import ActingDesk

NUMBER = ROOM.blocks[0].number
AISLE = ROOM.blocks[0].aisles[0]


@pytest.fixture
def outages(desk: ActingDesk, clock: FakeClock) -> Outages:
    """Taking the block of a stocked house out of order, on each database."""
    return Outages(desk.archive, clock)


def lived(desk: ActingDesk, outages: Outages) -> None:
    """Leave one time that is over and one that lasts, with an aisle opened by hand in each."""
    outages.take_out(PERFORMER, NUMBER, "drive")
    outages.open_by_hand(PERFORMER, NUMBER, AISLE + 1)
    outages.put_back(PERFORMER, NUMBER)
    outages.take_out(PERFORMER, NUMBER, "rail")
    outages.open_by_hand(PERFORMER, NUMBER, AISLE)


def test_what_is_read_is_what_was_said(desk: ActingDesk, outages: Outages, clock: FakeClock) -> None:
    assert outages.present() == {}
    lived(desk, outages)
    (found,) = outages.present().values()
    assert found == Outage(NUMBER, found.since, clock.today(), "Ann", "rail", found.begun_seq, AISLE, "Ann", found.opened_at)
    assert found.opened_at is not None
    assert found.since < found.opened_at <= clock.now()
    ledger.verify(desk.archive)
    outages.put_back(PERFORMER, NUMBER)
    assert outages.present() == {}
    ledger.verify(desk.archive)


def test_every_place_read_from_the_books_knows_of_it(desk: ActingDesk, outages: Outages) -> None:
    box, shelf = desk.boxes()[0], desk.shelf()
    desk.put(box, shelf)
    assert (shelf.block, shelf.aisle, shelf.reach) == (NUMBER, shelf.aisle, None)
    outages.take_out(PERFORMER, NUMBER, "drive")
    with desk.archive.reading() as books:
        found = books.find(desk.standing(box).thing.code, 5)
        details, by_code = books.place_details(shelf.id), books.owner_of_text(shelf.address)
        first, _ = next(books.shelves_from(shelf.id))
    assert desk.standing(box).reach is Reach.UNREACHABLE
    assert [hit.standing.reach for hit in found] == [Reach.UNREACHABLE]
    assert details is not None
    assert details.place == by_code == first
    assert details.place.reach is Reach.UNREACHABLE
    assert shelf.aisle is not None
    outages.open_by_hand(PERFORMER, NUMBER, shelf.aisle)
    assert desk.standing(box).reach is Reach.BY_HAND


def test_one_read_tells_of_any_number_of_things(desk: ActingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rows = type(desk.archive.books).rows

    def counted(books: object, statement: str, *values: object) -> object:
        asked.append(statement)
        return rows(books, statement, *values)  # type: ignore[arg-type]  # as it was asked

    monkeypatch.setattr(type(desk.archive.books), "rows", counted)
    with desk.archive.reading() as books:
        assert len(books.find("", 40)) == 40
    assert sum("FROM outage" in statement for statement in asked) == 1


def test_the_database_itself_allows_one_at_a_time(desk: ActingDesk, outages: Outages, clock: FakeClock) -> None:
    outages.take_out(PERFORMER, NUMBER, "drive")
    before = ledger.verify(desk.archive)
    with pytest.raises(Refused):
        desk.commit(Act(ActKind.BLOCK_OUT_OF_ORDER, outages_begun=(OutageBegun(NUMBER, clock.today(), "twice"),)))
    with pytest.raises(ArchroomError):
        desk.commit(Act(ActKind.BLOCK_OUT_OF_ORDER, outages_begun=(OutageBegun(97, clock.today(), "none"),)))
    assert ledger.verify(desk.archive) == before


TAMPERED = [
    "UPDATE outage SET why = 'painted' WHERE why = 'rail'",
    "UPDATE outage SET why = 'painted' WHERE why = 'drive'",
    "UPDATE outage SET since_on = '2020-01-01'",
    "UPDATE outage SET aisle = aisle + 1 WHERE ended_seq IS NULL",
    "UPDATE outage SET opened_seq = opened_seq - 1",
    "UPDATE outage SET ended_seq = 1 WHERE ended_seq IS NULL",
    "UPDATE outage SET ended_seq = NULL, begun_seq = begun_seq + 100 WHERE why = 'rail'",
    "UPDATE outage SET aisle = NULL, opened_seq = NULL",
    "DELETE FROM outage WHERE ended_seq IS NULL",
    "DELETE FROM outage",
    "INSERT INTO outage (block_id, begun_seq, since_on, why, ended_seq) VALUES (1, 1, '2026-11-24', 'ghost', 2)",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_a_change_of_the_table_is_found(desk: ActingDesk, outages: Outages, statement: str) -> None:
    lived(desk, outages)
    ledger.verify(desk.archive)
    with unit_of_work(desk.archive.books):
        assert desk.archive.books.run(statement) >= 1
    with pytest.raises(LedgerBroken, match=f"block {NUMBER}, out of order") as found:
        ledger.verify(desk.archive)
    assert found.value.seq == 0


def columns(archive: SqlArchive) -> list[tuple[object, ...]]:
    with look(archive.books):
        return archive.books.rows("SELECT why, aisle, ended_seq FROM outage ORDER BY begun_seq")


@pytest.mark.parametrize(
    "again",
    [
        lambda outages: outages.take_out(PERFORMER, NUMBER, "other"),
        lambda outages: outages.open_by_hand(PERFORMER, NUMBER, 99),
        lambda outages: outages.take_out(PERFORMER, 98, "other"),
    ],
)
def test_a_refusal_leaves_no_trace(desk: ActingDesk, outages: Outages, again: Callable[[Outages], object]) -> None:
    lived(desk, outages)
    before, rows = ledger.verify(desk.archive), columns(desk.archive)
    with pytest.raises(ArchroomError):
        again(outages)
    assert (ledger.verify(desk.archive), columns(desk.archive)) == (before, rows)
