"""Custody decisions: what is allowed, what it changes, and that an undo gives back exactly what was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from arbitrary import people, places, standings
from hypothesis import given
from hypothesis import strategies as st
from memory_books import Books

from archroom.core import custody
from archroom.core.acts import UNDOABLE, Act, ActKind, LoanReopened, Performer
from archroom.core.events import Event
from archroom.core.holdings import (
    Custody,
    Loan,
    Person,
    Place,
    PlaceKind,
    Standing,
    Thing,
    ThingKind,
    Whereabouts,
)
from archroom.errors import HeldByOther, NoRoom, Refused, UndoRefused, WrongPlace

ANN, BOB = Person(1, "Ann"), Person(2, "Bob")
SHELF = Place(1, PlaceKind.SHELF, "R1/1/01/B/1/1", 900)
OTHER_SHELF = Place(2, PlaceKind.SHELF, "R1/1/01/B/1/2", 900)
STAGING = Place(3, PlaceKind.STAGING, "R1/STG")
READING_ROOM = Place(4, PlaceKind.READING_ROOM, "R1/RR")
DUE = date(2026, 12, 8)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOMED = Whereabouts(Custody.IN, place_id=1, home_place_id=1)


def box(where: Whereabouts = HOMED, width_mm: int | None = 130) -> Thing:
    """Box 10."""
    return Thing(10, ThingKind.BOX, "Box 10", "MS 1", where, width_mm, touched_seq=4)


def lent_box(person: Person = ANN) -> Standing:
    """Box 10, out to a person by event 4."""
    return Standing(box(replace(HOMED, custody=Custody.OUT, place_id=None)), Loan(10, person, AT, DUE, 4), home_place=SHELF)


AT_HOME = Standing(box(), place=SHELF, home_place=SHELF)


def test_lending_takes_the_thing_from_its_place_and_leaves_its_home() -> None:
    act = custody.lend(AT_HOME, ANN, DUE)
    (move,), (loan,) = act.moves, act.loans_opened
    assert act.kind is ActKind.THING_LENT
    assert move.after == Whereabouts(Custody.OUT, home_place_id=1)
    assert move.touched_before == 4
    assert (loan.thing_id, loan.person_id, loan.due_on) == (10, 1, DUE)


@pytest.mark.parametrize("state", [state for state in Custody if state not in custody.LENDABLE])
def test_what_is_not_in_or_in_staging_is_not_lent(state: Custody) -> None:
    with pytest.raises(Refused) as refusal:
        custody.lend(Standing(box(Whereabouts(state))), ANN, DUE)
    assert "Box 10" in refusal.value.message.english()
    assert "_" not in refusal.value.message.english()


def test_what_somebody_has_is_not_lent_and_the_refusal_names_them() -> None:
    with pytest.raises(HeldByOther, match="Box 10 is out to Ann"):
        custody.lend(lent_box(ANN), BOB, DUE)


def test_who_is_no_longer_registered_borrows_nothing() -> None:
    with pytest.raises(Refused, match="no longer registered"):
        custody.lend(AT_HOME, replace(ANN, is_active=False), DUE)


def test_a_return_closes_exactly_the_open_loan() -> None:
    act = custody.return_to(lent_box(), STAGING)
    assert act.kind is ActKind.THING_RETURNED
    assert act.moves[0].after == Whereabouts(Custody.STAGING, place_id=3, home_place_id=1)
    assert [(closed.thing_id, closed.opened_seq, closed.was_undone) for closed in act.loans_closed] == [(10, 4, False)]


def test_a_second_return_changes_nothing() -> None:
    with pytest.raises(Refused, match="not out"):
        custody.return_to(AT_HOME, STAGING)


def test_what_is_out_with_its_box_comes_back_alone_and_the_box_stays_out() -> None:
    outer = lent_box()
    item = Thing(11, ThingKind.ITEM, "Letter", "", Whereabouts(Custody.IN, container_id=10, home_container_id=10))
    act = custody.return_to(Standing(item, enclosing=(outer.thing,), enclosing_loan=outer.loan), STAGING)
    assert act.loans_closed == ()
    assert act.moves[0].after == Whereabouts(Custody.STAGING, place_id=3, home_container_id=10)


def test_the_first_shelf_becomes_home() -> None:
    act = custody.put_on(Standing(box(Whereabouts())), SHELF, 900)
    assert act.kind is ActKind.THING_PUT
    assert act.moves[0].after == HOMED


@pytest.mark.parametrize(("place", "state"), [(STAGING, Custody.STAGING), (READING_ROOM, Custody.READING_ROOM)])
def test_what_is_no_shelf_never_becomes_home_and_refuses_nothing(place: Place, state: Custody) -> None:
    act = custody.put_on(AT_HOME, place, None)
    assert act.moves[0].after == Whereabouts(state, place_id=place.id, home_place_id=1)
    assert custody.put_on(Standing(box(Whereabouts())), place, None).moves[0].after.home_place_id is None


def test_another_shelf_is_refused_with_both_addresses() -> None:
    with pytest.raises(WrongPlace) as refusal:
        custody.put_on(AT_HOME, OTHER_SHELF, 900)
    assert SHELF.address in refusal.value.message.english()
    assert OTHER_SHELF.address in refusal.value.message.english()


def test_an_override_is_recorded_and_leaves_home_alone() -> None:
    act = custody.put_on(AT_HOME, OTHER_SHELF, 900, is_override=True)
    assert act.kind is ActKind.THING_PUT_OVER
    assert act.facts == {"override": 1}
    assert act.moves[0].after == Whereabouts(Custody.IN, place_id=2, home_place_id=1)


def test_a_full_shelf_is_refused_with_both_widths() -> None:
    homeless = Standing(box(Whereabouts()))
    with pytest.raises(NoRoom, match="100 mm left.*130 mm"):
        custody.put_on(homeless, SHELF, 100)
    over = custody.put_on(homeless, SHELF, 100, is_override=True)
    assert over.kind is ActKind.THING_PUT_OVER
    assert not over.moves[0].after.has_home


def test_home_has_its_room_kept() -> None:
    assert custody.put_on(AT_HOME, SHELF, 0).kind is ActKind.THING_PUT


def test_a_box_of_unknown_width_is_not_refused_for_room() -> None:
    assert custody.put_on(Standing(box(Whereabouts(), None)), SHELF, 0).kind is ActKind.THING_PUT


def test_an_override_that_was_not_needed_is_an_ordinary_put() -> None:
    assert custody.put_on(AT_HOME, SHELF, 900, is_override=True).kind is ActKind.THING_PUT


@pytest.mark.parametrize(("place", "kind"), [(SHELF, ActKind.THING_FOUND), (STAGING, ActKind.THING_RETURNED)])
def test_putting_down_what_is_out_ends_its_loan_by_name(place: Place, kind: ActKind) -> None:
    act = custody.put_on(lent_box(), place, None)
    assert act.kind is kind
    assert [closed.opened_seq for closed in act.loans_closed] == [4]


def test_what_was_disposed_of_goes_nowhere() -> None:
    gone = Standing(box(Whereabouts(Custody.DISPOSED)))
    item = Standing(Thing(11, ThingKind.ITEM, "Letter", "", Whereabouts()))
    attempts: list[Callable[[], Act]] = [
        lambda: custody.put_on(gone, SHELF, 900, is_override=True),
        lambda: custody.put_into(item, gone, is_override=True),
        lambda: custody.put_into(Standing(replace(item.thing, whereabouts=gone.thing.whereabouts)), AT_HOME),
        lambda: custody.lend(gone, ANN, DUE),
        lambda: custody.return_to(gone, STAGING),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize("outer", ThingKind)
@pytest.mark.parametrize("inner", ThingKind)
def test_only_what_fits_by_kind_goes_into_a_container(outer: ThingKind, inner: ThingKind) -> None:
    into = Standing(Thing(20, outer, "outer", "", Whereabouts()))
    thing = Standing(Thing(21, inner, "inner", "", Whereabouts()))
    is_allowed = outer is not ThingKind.ITEM and (
        inner is ThingKind.ITEM or (inner is ThingKind.FOLDER and outer is not ThingKind.FOLDER)
    )
    if is_allowed:
        act = custody.put_into(thing, into)
        assert act.moves[0].after == Whereabouts(Custody.IN, container_id=20, home_container_id=20)
    else:
        with pytest.raises(Refused, match="cannot go into"):
            custody.put_into(thing, into)


def test_a_container_that_is_out_takes_nothing() -> None:
    item = Standing(Thing(11, ThingKind.ITEM, "Letter", "", Whereabouts()))
    with pytest.raises(HeldByOther, match="Ann"):
        custody.put_into(item, lent_box(), is_override=True)


def test_another_container_is_checked_like_a_shelf() -> None:
    home = Thing(20, ThingKind.BOX, "Box 20", "", Whereabouts())
    where = Whereabouts(Custody.STAGING, place_id=3, home_container_id=20)
    item = Standing(Thing(11, ThingKind.ITEM, "Letter", "", where), home_enclosing=(home,), home_place=OTHER_SHELF)
    with pytest.raises(WrongPlace) as refusal:
        custody.put_into(item, AT_HOME)
    assert "R1/1/01/B/1/2 / Box 20" in refusal.value.message.english()
    act = custody.put_into(item, AT_HOME, is_override=True)
    assert act.kind is ActKind.THING_PUT_OVER
    assert act.moves[0].after.home_container_id == 20


def test_a_run_places_what_is_here_and_only_names_a_home_for_what_is_out() -> None:
    staged = Thing(1, ThingKind.BOX, "1", "", Whereabouts(Custody.STAGING, place_id=3))
    out = Thing(2, ThingKind.BOX, "2", "", Whereabouts(Custody.OUT))
    act = custody.shelve([(staged, SHELF), (out, OTHER_SHELF)])
    assert act.kind is ActKind.THINGS_PLACED
    assert [move.after for move in act.moves] == [HOMED, Whereabouts(Custody.OUT, home_place_id=2)]


@pytest.mark.parametrize("kind", [kind for kind in ActKind if kind not in UNDOABLE])
def test_only_acts_on_custody_are_undone(kind: ActKind) -> None:
    with pytest.raises(UndoRefused):
        custody.undo(5, Act(kind), {})


def test_what_was_touched_later_is_not_undone() -> None:
    act = custody.lend(AT_HOME, ANN, DUE)
    with pytest.raises(UndoRefused):
        custody.undo(5, act, {10: 6})
    with pytest.raises(UndoRefused):
        custody.undo(5, act, {})
    with pytest.raises(UndoRefused):
        custody.undo(5, act, {10: 5, 11: 6})
    assert custody.undo(5, act, {10: 5, 11: 4}).undoes == 5


def test_an_undone_return_opens_the_same_loan_again() -> None:
    act = custody.return_to(lent_box(), STAGING)
    assert custody.undo(5, act, {10: 5}).loans_reopened == (LoanReopened(10, 4),)


def books_with(standing: Standing, *others: Thing) -> Books:
    """Books in which a thing stands so, with its loan open."""
    books = Books(people={1: ANN, 2: BOB})
    books.things = {thing.id: thing for thing in (standing.thing, *standing.enclosing, *standing.home_enclosing, *others)}
    if standing.loan is not None:
        books.loans[standing.thing.id, standing.loan.opened_seq] = standing.loan
        books.open_loans[standing.thing.id] = standing.loan.opened_seq
    return books


Decision = Callable[[Standing], Act]
decisions: st.SearchStrategy[Decision] = st.one_of(
    st.builds(lambda person: lambda s: custody.lend(s, person, DUE), people.map(lambda p: replace(p, id=1))),
    st.builds(lambda place: lambda s: custody.return_to(s, place), places),
    st.builds(
        lambda place, free, over: lambda s: custody.put_on(s, place, free, over),
        places,
        st.none() | st.integers(0, 900),
        st.booleans(),
    ),
    st.builds(lambda place: lambda s: custody.shelve([(s.thing, place)]), places),
)


@given(standings(), decisions)
def test_an_undo_gives_back_exactly_what_was(standing: Standing, decide: Decision) -> None:
    books = books_with(standing)
    things, loans = dict(books.things), dict(books.open_loans)
    try:
        act = decide(standing)
    except Refused:
        return
    performer = Performer("Ann", "desk/1")
    books.apply(Event(100, AT, AT, performer, act))
    touched = {move.thing_id: books.things[move.thing_id].touched_seq for move in act.moves}
    assert touched == dict.fromkeys(act.thing_ids, 100)
    books.apply(Event(101, AT, AT, performer, custody.undo(100, act, touched)))
    assert books.things == things
    assert books.open_loans == loans


@given(standings(), decisions)
def test_a_thing_is_out_exactly_while_it_has_a_loan(standing: Standing, decide: Decision) -> None:
    books = books_with(standing)
    try:
        act = decide(standing)
    except Refused:
        return
    books.apply(Event(100, AT, AT, Performer("Ann", "desk/1"), act))
    where = books.things[standing.thing.id].whereabouts
    assert (where.custody is Custody.OUT) == (standing.thing.id in books.open_loans)
    assert where.place_id is None or where.container_id is None
    if where.custody is Custody.OUT:
        assert where.place_id is None
        assert where.container_id is None or where == standing.thing.whereabouts
