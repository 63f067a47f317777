"""Finding, and the words for where a thing is: total over standings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from arbitrary import dates, standings
from hypothesis import given
from small_house import CARRIAGE_3, OPERATOR, SmallHouse

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
from archroom.core.ports import PlaceDetails
from archroom.errors import BadCode
from archroom.services.finding import MAX_COUNTED, Finder, describe

TODAY = date(2026, 11, 24)
ANN = Person(1, "Ann")
SHELF = Place(1, PlaceKind.SHELF, "R1/1/03/A/2/4", 870, 1, 2)
STAGING = Place(2, PlaceKind.STAGING, "R1/STG")
READING = Place(3, PlaceKind.READING_ROOM, "R1/RR")
BOX = Thing(12, ThingKind.BOX, "Box 12", "", Whereabouts(Custody.IN, place_id=1, home_place_id=1))
LETTER = Thing(13, ThingKind.ITEM, "Letter", "", Whereabouts(Custody.IN, container_id=12, home_container_id=12))


def box_in(custody: Custody) -> Thing:
    """Box 12 in a custody."""
    return replace(BOX, whereabouts=replace(BOX.whereabouts, custody=custody))


def loan_of(thing: Thing, due: date) -> Loan:
    """A loan of a thing to Ann."""
    return Loan(thing.id, ANN, datetime(2026, 11, 1, tzinfo=UTC), due, 7)


DUE, PAST = date(2026, 12, 8), date(2026, 11, 23)
WORDS = [
    (Standing(BOX, place=SHELF), "in R1/1/03/A/2/4"),
    (Standing(box_in(Custody.STAGING), place=STAGING), "in staging R1/STG"),
    (Standing(box_in(Custody.STAGING)), "in staging"),
    (Standing(box_in(Custody.READING_ROOM), place=READING), "in the reading room R1/RR"),
    (Standing(box_in(Custody.IN)), "no place yet"),
    (Standing(box_in(Custody.MISSING)), "missing"),
    (Standing(box_in(Custody.IN_TRANSIT)), "in transit"),
    (Standing(box_in(Custody.DISPOSED)), "disposed of"),
    (Standing(box_in(Custody.OUT), loan_of(BOX, DUE)), "out to Ann, due 2026-12-08"),
    (Standing(box_in(Custody.OUT), loan_of(BOX, TODAY)), "out to Ann, due 2026-11-24"),
    (Standing(box_in(Custody.OUT), loan_of(BOX, PAST)), "out to Ann, due 2026-11-23 (overdue)"),
    (Standing(LETTER, enclosing=(BOX,), place=SHELF), "in Box 12 at R1/1/03/A/2/4"),
    (Standing(LETTER, enclosing=(BOX,)), "in Box 12, which has no place yet"),
    (Standing(LETTER, enclosing=(box_in(Custody.STAGING),), place=STAGING), "in Box 12, in staging R1/STG"),
    (Standing(LETTER, enclosing=(box_in(Custody.MISSING),)), "in Box 12, missing"),
    (
        Standing(LETTER, enclosing=(box_in(Custody.OUT),), enclosing_loan=loan_of(BOX, DUE)),
        "with Box 12, out to Ann, due 2026-12-08",
    ),
]


@pytest.mark.parametrize(("standing", "words"), WORDS)
def test_where_a_thing_is_in_words(standing: Standing, words: str) -> None:
    assert describe(standing, TODAY).where.english() == words


def test_who_has_it_and_where_it_belongs() -> None:
    told = describe(
        Standing(LETTER, enclosing=(BOX,), enclosing_loan=loan_of(BOX, DUE), home_enclosing=(BOX,), home_place=SHELF), TODAY
    )
    assert (told.holder, told.home) == ("Ann", "R1/1/03/A/2/4 / Box 12")
    nothing = describe(Standing(box_in(Custody.IN)), TODAY)
    assert (nothing.holder, nothing.home) == ("", "")


@given(standings(), dates)
def test_every_standing_has_words(standing: Standing, today: date) -> None:
    told = describe(standing, today)
    said = told.where.english()
    assert said
    assert "{" not in said
    assert (told.holder != "") == (standing.held_by is not None)
    if standing.held_by is not None:
        assert standing.held_by.name in said


def test_a_page_of_what_was_found(house: SmallHouse) -> None:
    finder = Finder(house.archive, house.clock)
    page = finder.find("smith papers", limit=1)
    assert [hit.standing.thing.title for hit in page.hits] == ["Box 2, Smith papers"]
    assert (page.total, page.is_total_capped) == (2, False)
    assert [hit.standing.thing.title for hit in finder.find("papers SMITH", 1, 1).hits] == ["Box 1, Smith papers"]
    assert finder.find("nothing like it").total == 0


def test_people_are_hits_of_their_own_on_the_first_page(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    finder = Finder(house.archive, house.clock)
    assert finder.find("ann").people == [(house.ann, 1)]
    assert finder.find("ann", offset=50).people == []


def test_a_person_is_found_by_their_code_and_their_card(house: SmallHouse) -> None:
    house.desk.bind(OPERATOR, "Ann", "LIB-42")
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    finder = Finder(house.archive, house.clock)
    for words in (house.ann.code, house.ann.code.lower(), "lib-42"):
        assert finder.find(words).people == [(house.ann, 1)]
    house.desk.bind(OPERATOR, "Bob", "ANN")
    assert finder.find("ann").people == [(house.bob, 0), (house.ann, 1)]
    house.desk.bind(OPERATOR, house.box.code, "BOB")
    assert finder.find("bob").people == [(house.bob, 0)]


def test_a_count_stops_at_a_thousand(house: SmallHouse) -> None:
    for thing_id in range(100, 100 + MAX_COUNTED + 1):
        house.archive.books.things[thing_id] = Thing(thing_id, ThingKind.BOX, "Crate", "", Whereabouts())
    finder = Finder(house.archive, house.clock)
    page = finder.find("crate", limit=50)
    assert (len(page.hits), page.total, page.is_total_capped) == (50, MAX_COUNTED, True)
    del house.archive.books.things[100]
    assert not finder.find("crate").is_total_capped


@pytest.mark.parametrize("text", ["MS 1", "b00000001k"])
def test_details_by_typed_text(house: SmallHouse, text: str) -> None:
    finder = Finder(house.archive, house.clock)
    details = finder.details(text)
    assert details.hit.standing.thing.title == "Box 1, Smith papers"
    assert [thing.title for thing in details.contents] == ["Letter to Jones"]
    assert finder.details_of(house.box.id) == details
    assert [line.message.english() for line in finder.history_of(details)] == [f"Box 1, Smith papers -> {CARRIAGE_3}"]


@pytest.mark.parametrize("text", ["", "MS 99", "Ann", CARRIAGE_3, "DONE"])
def test_details_of_nothing_are_a_bad_code(house: SmallHouse, text: str) -> None:
    finder = Finder(house.archive, house.clock)
    with pytest.raises(BadCode):
        finder.details(text)
    with pytest.raises(BadCode):
        finder.details_of(999)


def test_a_place_is_looked_up_like_a_thing(house: SmallHouse) -> None:
    finder = Finder(house.archive, house.clock)
    assert finder.look_up("MS 1") == finder.details("MS 1")
    for text in (CARRIAGE_3, house.shelf.code):
        place = finder.look_up(text)
        assert isinstance(place, PlaceDetails)
        assert [standing.thing for standing in place.here] == [house.stands(house.box).thing]
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    place = finder.look_up(CARRIAGE_3)
    assert isinstance(place, PlaceDetails)
    assert (place.here, place.away) == ((), (house.stands(house.box),))


def test_a_person_is_not_looked_up_and_no_code_of_theirs_is_shown(house: SmallHouse) -> None:
    finder = Finder(house.archive, house.clock)
    with pytest.raises(BadCode, match="Ann is a person") as refused:
        finder.look_up(house.ann.code)
    assert house.ann.code not in str(refused.value)


@pytest.mark.parametrize(("text", "words"), [("MS 5", "MS 5 names 2 things here"), ("MS 6", "MS 6 names nothing here")])
def test_two_things_of_one_reference_code_are_counted(house: SmallHouse, text: str, words: str) -> None:
    for title in ("Letters", "Maps"):
        house.archive.add_thing(ThingKind.ITEM, title, "MS 5")
    with pytest.raises(BadCode, match=words):
        Finder(house.archive, house.clock).look_up(text)


def test_the_clock_of_the_house_says_what_is_overdue(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    finder = Finder(house.archive, house.clock)
    assert "overdue" not in finder.describe(house.stands(house.box)).where.english()
    house.clock.pass_seconds(15 * 86_400)
    assert "(overdue)" in finder.describe(house.stands(house.box)).where.english()
