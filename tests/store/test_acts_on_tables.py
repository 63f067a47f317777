"""Acts on the tables: each leaves its rows and its event, or nothing; and what is read is what was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from archroom.core import custody
from archroom.core.acts import Act, ActKind, LoanOpened, Move, Performer
from archroom.core.codes import CodeKind, OwnCode, format_code
from archroom.core.holdings import Custody, Person, Place, PlaceKind, Standing
from archroom.core.rooms import MotionPolicy
from archroom.errors import Refused, UndoRefused
from archroom.store import ledger
from archroom.store.archive import SqlArchive, open_archive
from benchmarks.stocked import ROOM
from tests.conftest import PERFORMER, FakeClock
from tests.store.conftest import DUE, ITEMS, ActingDesk


def events_of(desk: ActingDesk) -> int:
    with desk.archive.reading():
        return int(desk.archive.books.rows("SELECT count(*) FROM event")[0][0])


def test_a_loan_and_its_return(desk: ActingDesk) -> None:
    box = desk.boxes()[0]
    lent = desk.lend(box)
    out = desk.standing(box)
    assert out.thing.whereabouts.custody is Custody.OUT
    assert out.loan is not None
    assert (out.loan.person.name, out.loan.due_on, out.loan.opened_seq) == ("Ann Reader", DUE, lent.seq)
    assert out.loan.lent_at == lent.happened_at
    returned = desk.take_back(box)
    back = desk.standing(box)
    assert back.loan is None
    assert back.place is not None
    assert back.place.kind is PlaceKind.STAGING
    assert back.thing.touched_seq == returned.seq
    ledger.verify(desk.archive)


def test_what_is_in_a_lent_box_is_out_with_it(desk: ActingDesk) -> None:
    item = desk.items()[0]
    box = desk.standing(item).enclosing[0].id
    desk.lend(box)
    standing = desk.standing(item)
    assert standing.loan is None
    assert standing.held_by is not None
    assert standing.held_by.name == "Ann Reader"
    assert standing.home_enclosing[0].id == box


def test_a_home_is_given_once_and_an_override_leaves_it(desk: ActingDesk) -> None:
    box = desk.boxes()[0]
    home, other = desk.shelf(0), desk.shelf(3)
    desk.put(box, home)
    desk.put(box, other, is_override=True)
    standing = desk.standing(box)
    assert standing.place == other
    assert standing.home_place == home
    assert standing.home_place.aisle == 1
    assert standing.home_place.block == 1


def test_undo_gives_everything_back_and_can_be_followed_back(desk: ActingDesk) -> None:
    box = desk.boxes()[0]
    before = desk.standing(box)
    desk.lend(box)
    lent = desk.standing(box)
    desk.take_back(box)
    desk.undo()
    assert desk.standing(box) == lent
    desk.undo()
    assert desk.standing(box) == before
    with desk.archive.reading() as books:
        assert books.last_undoable(PERFORMER.terminal) is None
    ledger.verify(desk.archive)


def test_undo_of_one_terminal_does_not_see_another(desk: ActingDesk) -> None:
    boxes = desk.boxes()
    other = ActingDesk(desk.archive, Performer("Bob", "test/other"))
    desk.lend(boxes[0])
    other.lend(boxes[1])
    assert desk.undo().act.undoes == events_of(desk) - 2


def test_undo_is_refused_once_something_later_touched_the_thing(desk: ActingDesk) -> None:
    box = desk.boxes()[0]
    desk.lend(box)
    ActingDesk(desk.archive, Performer("Bob", "test/other")).take_back(box)
    with pytest.raises(UndoRefused):
        desk.undo()


def test_an_act_decided_on_an_old_standing_changes_nothing(desk: ActingDesk) -> None:
    box = desk.boxes()[0]
    old = desk.standing(box)
    desk.put(box, desk.shelf())
    count = events_of(desk)
    for stale in (old, replace(desk.standing(box), thing=replace(desk.standing(box).thing, touched_seq=1))):
        with pytest.raises(Refused, match="meanwhile"):
            desk.commit(custody.lend(stale, desk.person(), DUE))
    assert events_of(desk) == count
    assert desk.standing(box).loan is None
    ledger.verify(desk.archive)


def test_two_open_loans_are_refused_by_the_database_itself(desk: ActingDesk) -> None:
    box = desk.boxes()[0]
    desk.lend(box)
    where = desk.standing(box).thing.whereabouts
    touched = desk.standing(box).thing.touched_seq
    forged = Act(
        ActKind.THING_LENT,
        moves=(Move(box, where, where, touched),),
        loans_opened=(LoanOpened(box, desk.person().id, DUE),),
    )
    count = events_of(desk)
    with pytest.raises(Refused):
        desk.commit(forged)
    assert events_of(desk) == count


def commit_twice(desk: ActingDesk) -> None:
    with desk.archive.writing() as books:
        _, act = books.new_person("Twice")
        books.commit(act, PERFORMER)
        books.commit(act, PERFORMER)


def test_a_second_commit_is_a_mistake_and_no_commit_changes_nothing(desk: ActingDesk) -> None:
    count = events_of(desk)
    with pytest.raises(RuntimeError):
        commit_twice(desk)
    with desk.archive.writing() as books:
        books.new_person("Never")
    with desk.archive.reading() as books:
        assert books.people_named("Twice") == books.people_named("Never") == []
    assert events_of(desk) == count


def test_a_write_inside_a_write_is_a_mistake(desk: ActingDesk) -> None:
    with desk.archive.writing(), pytest.raises(RuntimeError), desk.archive.writing():
        raise AssertionError("a second writer on one thread")


def test_a_look_inside_a_write_sees_what_is_being_written(desk: ActingDesk) -> None:
    with desk.archive.writing() as books:
        person, act = books.new_person("Cy")
        with desk.archive.reading() as inside:
            assert inside.owner_of(OwnCode(CodeKind.PERSON, person.id)) == person
        books.commit(act, PERFORMER)


def test_when_it_happened_and_when_it_was_written_are_two_things(desk: ActingDesk, clock: FakeClock) -> None:
    box = desk.boxes()[0]
    earlier = clock.now() - timedelta(hours=3)
    with desk.archive.writing() as books:
        standing = books.standing(box)
        assert standing is not None
        event = books.commit(custody.lend(standing, desk.person(), DUE), PERFORMER, earlier)
    assert event.happened_at == earlier < event.recorded_at
    with desk.archive.reading() as books:
        assert books.event(event.seq) == event
    loan = desk.standing(box).loan
    assert loan is not None
    assert loan.lent_at == earlier
    assert loan.lent_at.tzinfo is UTC


def test_a_clock_set_back_does_not_break_the_chain(desk: ActingDesk, clock: FakeClock) -> None:
    desk.lend(desk.boxes()[0])
    clock.advance(timedelta(days=-400))
    desk.take_back(desk.boxes()[0])
    ledger.verify(desk.archive)


def test_barcodes_are_bound_once_and_for_ever(desk: ActingDesk) -> None:
    box, place = desk.standing(desk.boxes()[0]).thing, desk.shelf()
    for value, owner in (("X1", box), ("X2", place), ("X3", desk.person())):
        with desk.archive.writing() as books:
            books.commit(books.bind(value, owner), PERFORMER)
    with desk.archive.reading() as books:
        assert [type(books.owner_of_barcode(value)) for value in ("X1", "X2", "X3")] == [Standing, Place, Person]
        assert books.owner_of_barcode("X4") is None
        details = books.details(box.id)
    assert details is not None
    assert details.barcodes[-1] == "X1"
    assert len(details.barcodes) == 2
    for value in ("X1", "X3"):
        with pytest.raises(Refused, match="already"), desk.archive.writing() as books:
            books.bind(value, place)
    desk.archive.close()


def test_own_codes_are_read_without_a_table(desk: ActingDesk) -> None:
    box, item, place = desk.boxes()[0], desk.items()[0], desk.shelf()
    with desk.archive.reading() as books:
        found = books.owner_of(OwnCode(CodeKind.BOX, box))
        assert isinstance(found, Standing)
        assert found.thing.code == format_code(CodeKind.BOX, box)
        assert books.owner_of(OwnCode(CodeKind.PLACE, place.id)) == place
        assert books.owner_of(OwnCode(CodeKind.ITEM, box)) is None
        assert books.owner_of(OwnCode(CodeKind.FOLDER, item)) is None
        assert books.owner_of(OwnCode(CodeKind.BOX, 99_999_999)) is None
        assert books.owner_of(OwnCode(CodeKind.PERSON, 99_999_999)) is None


def test_typed_texts_name_what_exactly_one_thing_has(desk: ActingDesk) -> None:
    item = desk.standing(desk.items()[3])
    shelf = desk.shelf()
    with desk.archive.reading() as books:
        assert books.owner_of_text(f" {item.thing.reference.lower()} ") == item
        assert books.owner_of_text(shelf.address.lower()) == shelf
        assert books.owner_of_text("ＡＮＮ reader") == desk.person()
        assert books.owner_of_text("nobody") is None
        assert books.owner_of_text("") is None
    with desk.archive.writing() as books:
        _, act = books.new_person("ann  READER")
        books.commit(act, PERFORMER)
    with desk.archive.reading() as books:
        assert books.owner_of_text("Ann Reader") is None
        assert len(books.people_named("Ann Reader")) == 2


def test_a_room_is_built_once(desk: ActingDesk) -> None:
    with pytest.raises(Refused, match="R1"), desk.archive.writing() as books:
        books.new_room(ROOM)
    with pytest.raises(Refused, match="block 1"), desk.archive.writing() as books:
        books.new_room(replace(ROOM, code="R2"))
    with desk.archive.reading() as books:
        assert books.room_codes() == ["R1"]
        assert books.blocks() == list(ROOM.blocks)
        assert books.block(1) == ROOM.blocks[0]
        assert books.block(2) is None
        assert books.counts() == {
            "rooms": 1,
            "blocks": 1,
            "places": len(list(ROOM.shelves())) + 2,
            "containers": 3,
            "items": ITEMS,
            "people": 1,
            "open_loans": 0,
        }


@pytest.mark.parametrize("policy", MotionPolicy)
def test_the_motion_policy_of_a_block_is_kept_as_it_was_built(archive: SqlArchive, policy: MotionPolicy) -> None:
    built, other = (
        replace(ROOM, blocks=(replace(ROOM.blocks[0], motion=motion),))
        for motion in (policy, next(one for one in MotionPolicy if one is not policy))
    )
    with archive.writing() as books:
        books.commit(books.new_room(built), PERFORMER)
    with pytest.raises(Refused, match="R1"), archive.writing() as books:
        books.new_room(other)
    with archive.reading() as books:
        assert books.blocks() == list(built.blocks)
    ledger.verify(archive)


def test_history_and_last_acts(desk: ActingDesk) -> None:
    box, other = desk.boxes()[:2]
    seqs = [desk.lend(box).seq, desk.take_back(box).seq, desk.undo().seq]
    desk.lend(other)
    with desk.archive.reading() as books:
        details = books.details(box)
        last = books.last_events(2)
        assert books.last_events(5, "test/nowhere") == []
        assert books.details(99_999_999) is None
    assert details is not None
    assert [event.seq for event in details.history][:3] == seqs[::-1]
    assert details.history[-1].act.kind is ActKind.RECORDS_IMPORTED
    assert details.contents_count == len(details.contents) == 16
    assert [event.act.kind for event in last] == [ActKind.THING_LENT, ActKind.ACT_UNDONE]


def test_loans_and_people(desk: ActingDesk) -> None:
    boxes = desk.boxes()
    for box in boxes[:2]:
        desk.lend(box)
    with desk.archive.reading() as books:
        assert [thing.id for thing, _ in books.open_loans()] == boxes[:2]
        assert books.open_loans(desk.person().id) == books.open_loans()
        assert books.open_loans(99) == []
        assert books.find_people("read ANN", 5) == [(desk.person(), 2)]
        assert books.find_people("%", 5) == books.find_people("", 5) == books.find_people("zz", 5) == []


def test_books_are_there_again_after_closing(desk: ActingDesk, clock: FakeClock) -> None:
    box = desk.boxes()[0]
    desk.lend(box)
    standing = desk.standing(box)
    desk.archive.close()
    again = open_archive(desk.archive.url, clock, create=True)
    assert ActingDesk(again).standing(box) == standing
    assert again.house == desk.archive.house
    again.close()
