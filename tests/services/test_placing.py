"""Placing a run: boxes in order, shelf after shelf, by width; in batches that leave other terminals room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_house import CARRIAGE_3, OPERATOR, SmallHouse

from archroom.core.acts import ActKind, Performer
from archroom.core.holdings import (
    Custody,
    Place,
    PlaceKind,
    Thing,
    ThingKind,
    Whereabouts,
)
from archroom.errors import ArchroomError, BadCode, Busy, ReadOnlyDatabase, say
from archroom.services.placing import BATCH, Placing, PlacingReport, plan_run

FIRST = "R1/1/01/B/1/6"


def box(number: int, width_mm: int | None) -> Thing:
    """A box that was never placed."""
    return Thing(number, ThingKind.BOX, f"Box {number}", "", Whereabouts(), width_mm)


def shelf(number: int, width_mm: int, free_mm: int | None = None) -> tuple[Place, int]:
    """A shelf with its free width."""
    return Place(number, PlaceKind.SHELF, f"R1/1/01/B/1/{number}", width_mm), width_mm if free_mm is None else free_mm


def placed_on(
    boxes: list[Thing], shelves: list[tuple[Place, int]], usual_mm: int = 100
) -> tuple[list[tuple[int, int]], list[int]]:
    """Box and shelf numbers of a plan, and the boxes left out."""
    plan = plan_run(boxes, shelves, usual_mm)
    return [(item.box.id, item.shelf.id) for item in plan.placed], [thing.id for thing in plan.not_fitted]


def test_each_shelf_is_filled_before_the_next_is_begun() -> None:
    boxes = [box(n, 300) for n in range(1, 6)]
    assert placed_on(boxes, [shelf(1, 900), shelf(2, 900)]) == ([(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)], [])


def test_a_box_that_does_not_fit_goes_on_the_next_shelf_and_nothing_goes_back() -> None:
    boxes = [box(1, 500), box(2, 500), box(3, 100)]
    assert placed_on(boxes, [shelf(1, 900), shelf(2, 900)]) == ([(1, 1), (2, 2), (3, 2)], [])


def test_shelves_without_room_are_passed_over() -> None:
    assert placed_on([box(1, 300), box(2, 300)], [shelf(1, 900, 0), shelf(2, 900, 299), shelf(3, 900, 600)]) == (
        [(1, 3), (2, 3)],
        [],
    )


def test_a_box_wider_than_a_shelf_is_left_out_and_the_run_goes_on() -> None:
    boxes = [box(1, 300), box(2, 1000), box(3, 300)]
    assert placed_on(boxes, [shelf(1, 900), shelf(2, 900)]) == ([(1, 1), (3, 1)], [2])


def test_the_end_of_the_shelves_leaves_the_rest() -> None:
    boxes = [box(n, 400) for n in range(1, 5)] + [box(5, 80)]
    assert placed_on(boxes, [shelf(1, 900)]) == ([(1, 1), (2, 1), (5, 1)], [3, 4])


def test_an_unknown_width_counts_with_the_usual_one() -> None:
    boxes = [box(1, None), box(2, None)]
    assert placed_on(boxes, [shelf(1, 900), shelf(2, 900)], usual_mm=500) == ([(1, 1), (2, 2)], [])


def test_no_shelves_and_no_boxes() -> None:
    assert placed_on([box(1, 100)], []) == ([], [1])
    assert placed_on([], [shelf(1, 900)]) == ([], [])


@given(
    st.lists(st.none() | st.integers(10, 1200), max_size=60),
    st.lists(st.tuples(st.integers(100, 1200), st.integers(0, 1200)), max_size=20),
    st.integers(10, 400),
)
def test_a_plan_places_each_box_once_in_order_and_overfills_nothing(
    widths: list[int | None], rooms: list[tuple[int, int]], usual_mm: int
) -> None:
    boxes = [box(n, width) for n, width in enumerate(widths, 1)]
    shelves = [shelf(n, width, min(width, free)) for n, (width, free) in enumerate(rooms, 1)]
    plan = plan_run(boxes, shelves, usual_mm)
    order = [item.box.id for item in plan.placed]
    assert sorted(order + [thing.id for thing in plan.not_fitted]) == [thing.id for thing in boxes]
    assert order == sorted(order)
    used = [item.shelf.id for item in plan.placed]
    assert used == sorted(used)
    for place, free_mm in shelves:
        assert sum(item.width_mm for item in plan.placed if item.shelf == place) <= free_mm


def run(house: SmallHouse, is_dry_run: bool = False, first: str = FIRST) -> PlacingReport:
    """Place everything from a shelf on."""
    return Placing(house.archive).place_run(OPERATOR, first, is_dry_run, lambda count: None)


def test_a_run_gives_every_box_its_home_in_natural_order(house: SmallHouse) -> None:
    for number in (10, 9, 3):
        house.archive.add_thing(title=f"Box {number}, Smith papers", width_mm=400)
    report = run(house)
    assert (report.placed, report.not_fitted, report.shelves_used) == (4, (), 2)
    assert report.last_address == "R1/1/01/B/1/5"
    homes = {t.title: house.stands(t).home_place for t in house.archive.books.things.values()}
    addresses = [home.address for title in ("Box 2, Smith papers", "Box 3, Smith papers") if (home := homes[title])]
    assert addresses == [FIRST, FIRST]
    assert house.archive.books.events[-1].act.kind is ActKind.THINGS_PLACED
    assert run(house).placed == 0


def test_a_dry_run_says_the_same_and_writes_nothing(house: SmallHouse) -> None:
    before = list(house.archive.books.events)
    dry = run(house, is_dry_run=True)
    assert house.archive.books.events == before
    assert run(house) == dry


def test_boxes_of_unknown_width_are_told(house: SmallHouse) -> None:
    house.archive.add_thing(title="Box 3")
    report = run(house)
    assert (report.assumed_count, report.assumed_width_mm) == (1, 130)


def test_what_does_not_fit_is_told_with_its_width(house: SmallHouse) -> None:
    house.archive.add_thing(title="Map crate", width_mm=2000)
    assert run(house).not_fitted == (("Map crate", 2000),)


def test_a_run_is_undone_as_one_act(house: SmallHouse) -> None:
    run(house)
    assert house.desk.undo(OPERATOR).is_ok
    assert not house.stands(house.other_box).thing.whereabouts.has_home


def test_a_box_that_is_out_only_gets_its_home(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.other_box.code, "Ann")
    assert run(house).placed == 1
    standing = house.stands(house.other_box)
    assert standing.thing.whereabouts.custody is Custody.OUT
    assert standing.home_place == house.archive.place_at(FIRST)


@pytest.mark.parametrize("error", [Busy, ReadOnlyDatabase])
def test_what_was_placed_before_the_books_took_no_more_is_told(house: SmallHouse, error: type[ArchroomError]) -> None:
    for number in range(1000, 1000 + BATCH + 10):
        house.archive.books.things[number] = box(number, 10)

    def take_no_more(count: int) -> None:
        house.archive.broken = error(say("No more now."))

    with pytest.raises(error) as broken:
        Placing(house.archive).place_run(OPERATOR, FIRST, False, take_no_more)
    assert broken.value.message.english() == (
        f"No more now. Boxes placed before: {BATCH}. The same command again places the rest."
    )
    house.archive.broken = None
    assert run(house).placed == 11


def test_large_runs_are_committed_in_batches(house: SmallHouse) -> None:
    for number in range(1000, 1000 + BATCH):
        house.archive.books.things[number] = box(number, 130)
    counts: list[int] = []
    before = house.archive.transactions
    report = Placing(house.archive).place_run(OPERATOR, FIRST, False, counts.append)
    assert report.placed == BATCH + 1
    assert counts == [BATCH, BATCH + 1]
    assert house.archive.transactions - before == 2


def test_what_another_terminal_changed_meanwhile_is_left_alone_and_told(house: SmallHouse) -> None:
    paul = Performer("Paul", "desk/2")
    house.archive.on_writing = lambda: _put(house, paul)
    report = run(house)
    assert (report.placed, report.not_fitted) == (0, (("Box 2, Smith papers", 130),))
    assert house.stands(house.other_box).home_place == house.archive.place_at("R1/1/05/A/1/1")


def test_a_shelf_that_another_terminal_filled_meanwhile_is_not_overfilled(house: SmallHouse) -> None:
    wide = house.archive.add_thing(title="Wide", width_mm=800)

    def fill() -> None:
        house.desk.put(Performer("Paul", "desk/2"), wide.code, FIRST)

    house.archive.on_writing = fill
    report = run(house)
    assert free_at(house, FIRST) == 870 - 800
    assert ("Box 2, Smith papers", 130) in report.not_fitted


@pytest.mark.parametrize("first", ["R1/STG", "Ann", "nowhere", ""])
def test_a_run_starts_at_a_shelf(house: SmallHouse, first: str) -> None:
    with pytest.raises(BadCode):
        run(house, first=first)


def test_a_run_from_another_shelf_leaves_what_is_before_it(house: SmallHouse) -> None:
    assert run(house, first=CARRIAGE_3).last_address == CARRIAGE_3


def free_at(house: SmallHouse, address: str) -> int:
    """Return the free width at an address as the books have it now."""
    with house.archive.reading() as books:
        return books.free_mm(house.archive.place_at(address).id) or 0


def _put(house: SmallHouse, performer: Performer) -> None:
    house.desk.put(performer, house.other_box.code, "R1/1/05/A/1/1")
