"""The services on the real books, in a file and on a PostgreSQL server: round, race and run, each proved at its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from manual_clock import ManualClock

from archroom.core.acts import Performer
from archroom.core.codes import CodeKind, format_code
from archroom.core.holdings import Custody, Person, Standing
from archroom.core.scans import Step
from archroom.errors import Busy, Refused, say
from archroom.exchange.roomfile import sample_room
from archroom.services.desk import Desk, DeskSession, LoanPolicy
from archroom.services.finding import Finder
from archroom.services.history import Ledger
from archroom.services.labelling import Labelling
from archroom.services.people import People
from archroom.services.placing import BATCH, Placing
from archroom.services.rooms import Rooms
from archroom.store import ledger
from archroom.store.archive import SqlArchive
from benchmarks.house_of import Box, Item
from benchmarks.stocked import Stocking

OLGA = Performer("Olga", "desk/1")
FIRST, WRONG = "R1/1/01/B/1/6", "R1/1/02/A/1/6"


@dataclass
class StockedDesk:
    """A desk on real books."""

    archive: SqlArchive
    clock: ManualClock
    desk: Desk
    session: DeskSession
    ann: Person

    def scan(self, *texts: str) -> str:
        """Scan texts two seconds apart; returns the last act word."""
        words = []
        for text in texts:
            self.clock.pass_seconds(2)
            words.append(self.desk.scan(self.session, text).step.value)
        return words[-1]

    def standing(self, thing_id: int) -> Standing:
        with self.archive.reading() as books:
            found = books.standing(thing_id)
        assert found is not None
        return found


def stocked(archive: SqlArchive, boxes: int, width_mm: int = 130) -> StockedDesk:
    """Build the small room and fill boxes with one item each: box 1 is thing 1, its item thing 2, and so on."""
    clock = ManualClock()
    Rooms(archive).build(OLGA, sample_room("small"))
    ann = People(archive).add(OLGA, "Ann Lee")
    made = [Box(number, 1, number, width_mm, f"3114{number:06d}") for number in range(1, boxes + 1)]
    Stocking(archive).write(Item(box, f"Letter {box.number}", f"MS {box.number}", "1950", ("Letters",)) for box in made)
    desk = Desk(archive, clock, LoanPolicy(), lambda: [])
    return StockedDesk(archive, clock, desk, desk.open_session(OLGA, is_live=True), ann)


@pytest.fixture
def house(archive: SqlArchive) -> Iterator[StockedDesk]:
    """Three boxes, and at the end of each test a ledger that is proved."""
    yield stocked(archive, 3)
    ledger.verify(archive)


def code(number: int) -> str:
    """Own code of a box; each is followed by its item."""
    return format_code(CodeKind.BOX, 2 * number - 1)


def test_the_whole_round(house: StockedDesk) -> None:
    assert house.scan("R1/nowhere") == "refused"
    assert house.scan(house.ann.code, code(1)) == "lent"
    assert house.standing(2).held_by == house.ann
    assert house.scan("DONE", code(1)) == "returned"
    with house.archive.reading() as books:
        shelf, wrong = books.owner_of_text(FIRST), books.owner_of_text(WRONG)
    assert shelf is not None
    assert wrong is not None
    assert not isinstance(shelf, Standing)
    assert not isinstance(wrong, Standing)
    assert house.scan(code(1), shelf.code) == "put"
    assert house.scan("3114000001", wrong.code) == "refused"
    assert house.scan("OVERRIDE", wrong.code) == "put"
    standing = house.standing(1)
    assert standing.place == wrong
    assert standing.home_place == shelf
    assert house.scan("UNDO", "UNDO", "UNDO", "UNDO") == "undone"
    assert house.scan("UNDO") == "refused"
    assert house.standing(1).thing.touched_seq == 0


def test_a_refusal_inside_the_transaction_leaves_no_trace(house: StockedDesk) -> None:
    house.scan(house.ann.code, code(1))
    bob = People(house.archive).add(OLGA, "Bob")
    before = ledger.verify(house.archive).count
    with pytest.raises(Refused):
        house.desk.lend(OLGA, code(1), "Bob")
    assert house.scan(bob.code, code(1)) == "refused"
    assert ledger.verify(house.archive).count == before


def test_terminals_that_race_for_one_box_make_one_loan(house: StockedDesk) -> None:
    people = [People(house.archive).add(OLGA, f"Reader {number}") for number in range(4)]
    start, steps = threading.Barrier(len(people)), []

    def borrow(number: int, person: Person) -> None:
        session = house.desk.open_session(Performer("Olga", f"desk/{number}"), is_live=False)
        house.desk.scan(session, person.code)
        start.wait(30)
        steps.append(house.desk.scan(session, code(1)).step)

    terminals = [threading.Thread(target=borrow, args=pair) for pair in enumerate(people, 2)]
    for terminal in terminals:
        terminal.start()
    for terminal in terminals:
        terminal.join(60)
    assert sorted(step.value for step in steps) == ["lent", "refused", "refused", "refused"]
    with house.archive.reading() as books:
        assert len(books.open_loans()) == 1


def test_a_run_fills_shelf_after_shelf_and_is_undone(house: StockedDesk) -> None:
    counts: list[int] = []
    dry = Placing(house.archive).place_run(OLGA, FIRST, True, counts.append)
    report = Placing(house.archive).place_run(OLGA, FIRST, False, counts.append)
    assert report == dry
    assert (report.placed, report.shelves_used, report.last_address, report.not_fitted) == (3, 1, FIRST, ())
    assert counts == [3, 3]
    with house.archive.reading() as books:
        assert books.free_mm(report_place(house)) == 870 - 3 * 130
    assert house.scan("UNDO") == "undone"
    assert not house.standing(1).thing.whereabouts.has_home


def test_a_run_keeps_the_place_of_what_is_out(house: StockedDesk) -> None:
    house.scan(house.ann.code, code(2), "DONE")
    assert Placing(house.archive).place_run(OLGA, FIRST, False, lambda count: None).placed == 3
    standing = house.standing(3)
    assert standing.held_by == house.ann
    assert standing.home_place is not None
    assert standing.home_place.address == FIRST
    assert house.scan(code(2)) == "returned"


def report_place(house: StockedDesk) -> int:
    """Number of the first shelf."""
    with house.archive.reading() as books:
        place = books.owner_of_text(FIRST)
    assert place is not None
    assert not isinstance(place, Standing)
    return place.id


def test_a_large_run_goes_in_batches_and_fills_the_shelves_it_planned(archive: SqlArchive) -> None:
    house = stocked(archive, BATCH + 20)
    report = Placing(archive).place_run(OLGA, FIRST, False, lambda count: None)
    assert report.placed == BATCH + 20
    assert report.shelves_used == -(-(BATCH + 20) // 6)
    assert house.standing(1).thing.whereabouts.custody is Custody.IN
    ledger.verify(archive)


def test_finding_says_where_a_thing_is(house: StockedDesk) -> None:
    finder = Finder(house.archive, house.clock)
    house.scan(house.ann.code, code(2))
    page = finder.find("letter 2")
    assert [hit.standing.thing.title for hit in page.hits][:1] == ["Letter 2"]
    told = finder.describe(page.hits[0].standing)
    assert told.where.english().startswith("with Box 2")
    assert told.holder == "Ann Lee"
    assert finder.find("ann").people == [(house.ann, 1)]
    bob = People(house.archive).add(OLGA, "Bob")
    assert People(house.archive).all() == [(house.ann, 1), (bob, 0)]
    details = finder.details("MS 2")
    assert details.hit.standing.thing.id == 4
    assert finder.details_of(3).contents_count == 1


def test_the_last_acts_in_words(house: StockedDesk) -> None:
    house.scan(house.ann.code, code(2), "UNDO")
    words = [line.message.english() for line in Ledger(house.archive).last_acts(2, "desk/1")]
    assert words[0].startswith("Undone: Box 2")
    assert words[1].endswith("lent to Ann Lee, due 2026-12-08")


def test_a_barcode_is_bound_for_ever(house: StockedDesk) -> None:
    house.desk.bind(OLGA, code(1), "LIB-7")
    with pytest.raises(Refused):
        house.desk.bind(OLGA, code(2), "lib-7")
    assert house.scan("lib-7") == Step.SHOW.value


def test_a_label_has_the_collection_once(house: StockedDesk) -> None:
    box, letter = Labelling(house.archive).contents([code(1), "MS 1"])
    assert (box.code, box.title, box.subtitle) == (code(1), "Box 1, Holos family papers", "")
    assert (letter.title, letter.reference, letter.subtitle) == ("Letter 1", "MS 1", "Holos family papers")


def test_when_the_lock_is_held_the_scan_is_not_counted(house: StockedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    house.scan(house.ann.code)

    def busy() -> None:
        raise Busy(say("busy"))

    with monkeypatch.context() as patch:
        patch.setattr(house.archive, "writing", busy, raising=True)
        with pytest.raises(Busy):
            house.desk.scan(house.session, code(1))
    assert house.scan(code(1)) == "lent"
