"""Free widths, the order of shelving, and the boxes that have no shelf yet."""

from __future__ import annotations

import pytest

from archroom.core.holdings import USUAL_WIDTH_MM, PlaceKind, ThingKind
from archroom.store import shelves
from archroom.store.archive import SqlArchive
from archroom.store.database import unit_of_work
from benchmarks.house_of import Box, Item
from benchmarks.stocked import ROOM, Stocking, stock
from tests.store.conftest import ActingDesk


def free_at(desk: ActingDesk, order: int) -> int | None:
    with desk.archive.reading() as books:
        return books.free_mm(desk.shelf(order).id)


def set_widths(archive: SqlArchive, widths: dict[int, int | None]) -> None:
    with unit_of_work(archive.books):
        for thing_id, width in widths.items():
            archive.books.run("UPDATE thing SET width_mm = ? WHERE id = ?", (width, thing_id))


def test_a_shelf_is_filled_by_the_homes_on_it(desk: ActingDesk) -> None:
    first, second, third = desk.boxes()
    set_widths(desk.archive, {first: 100, second: 250, third: 127})
    assert free_at(desk, 0) == 900
    desk.put(first, desk.shelf())
    assert free_at(desk, 0) == 800
    desk.lend(first)
    assert free_at(desk, 0) == 800, "what is out keeps its room"
    desk.put(second, desk.shelf())
    assert free_at(desk, 0) == 550
    assert free_at(desk, 1) == 900


def test_a_box_of_unknown_width_counts_with_the_median(desk: ActingDesk) -> None:
    first, second, third = desk.boxes()
    set_widths(desk.archive, {first: None, second: 250, third: 100})
    desk.put(first, desk.shelf())
    assert free_at(desk, 0) == 650
    set_widths(desk.archive, {second: None, third: None})
    assert free_at(desk, 0) == 900 - USUAL_WIDTH_MM


def test_a_place_without_width_and_a_place_that_is_not(desk: ActingDesk) -> None:
    with desk.archive.reading() as books:
        staging = books.first_place(PlaceKind.STAGING)
        assert staging is not None
        assert books.free_mm(staging.id) is None
        assert books.free_mm(99_999) is None
        assert books.first_place(PlaceKind.DESK) is None


def test_an_overfull_shelf_has_no_room_and_no_less(desk: ActingDesk) -> None:
    boxes = desk.boxes()
    set_widths(desk.archive, dict.fromkeys(boxes, 320))
    desk.put(boxes[0], desk.shelf())
    desk.put(boxes[1], desk.shelf())
    with unit_of_work(desk.archive.books):
        desk.archive.books.run("UPDATE thing SET home_place_id = ? WHERE id = ?", (desk.shelf().id, boxes[2]))
    assert free_at(desk, 0) == 0


def test_a_place_tells_what_is_there_and_what_is_away(desk: ActingDesk) -> None:
    first, second, third = desk.boxes()
    set_widths(desk.archive, dict.fromkeys(desk.boxes(), 100))
    shelf = desk.shelf()
    for box in (first, second, third):
        desk.put(box, shelf)
    desk.put(second, desk.shelf(1), is_override=True)
    desk.lend(first)
    with desk.archive.reading() as books:
        details, elsewhere = books.place_details(shelf.id), books.place_details(desk.shelf(1).id)
        assert books.place_details(99_999) is None
    assert details is not None
    assert elsewhere is not None
    assert (details.place, details.barcodes) == (shelf, ())
    assert [standing.thing.id for standing in details.here] == [third]
    assert [standing.thing.id for standing in details.away] == [first, second]
    assert [standing.held_by for standing in details.away] == [desk.person(), None]
    assert (details.here_count, details.away_count, details.free_mm) == (1, 2, free_at(desk, 0))
    assert ([standing.thing.id for standing in elsewhere.here], elsewhere.away_count) == ([second], 0)


def test_a_place_lists_the_first_things_and_counts_all(desk: ActingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "_MOST_LISTED", 2)
    set_widths(desk.archive, dict.fromkeys(desk.boxes(), 100))
    for box in desk.boxes():
        desk.put(box, desk.shelf())
    with desk.archive.reading() as books:
        details = books.place_details(desk.shelf().id)
    assert details is not None
    assert [standing.thing.id for standing in details.here] == desk.boxes()[:2]
    assert (details.here_count, details.away_count) == (3, 0)


def test_shelves_come_in_the_order_of_the_plan(desk: ActingDesk) -> None:
    planned = list(ROOM.shelves())
    with desk.archive.reading() as books:
        ordered = [place for place, _ in books.shelves_from(desk.shelf(7).id)]
        staging = books.first_place(PlaceKind.STAGING)
        assert staging is not None
        assert list(books.shelves_from(staging.id)) == []
    assert [place.address for place in ordered] == [shelf.address for shelf in planned[7:]]
    assert [place.aisle for place in ordered] == [shelf.aisle for shelf in planned[7:]]
    assert [place.block for place in ordered] == [shelf.block for shelf in planned[7:]]
    assert {place.width_mm for place in ordered} == {900}


def test_unplaced_boxes_come_in_reference_order(archive: SqlArchive) -> None:
    stocking = stock(archive, 0)
    numbers = (10, 2, 1, 9, 100)
    boxes = [Box(at, 1 + at % 2, number, 100, f"B{at}X") for at, number in enumerate(numbers, 1)]
    stocking.write(Item(box, "A title", "", "", ()) for box in boxes)
    with archive.reading() as books:
        titles = [thing.title for thing in books.unplaced_boxes()]
        kinds = {thing.kind for thing in books.unplaced_boxes()}
    assert kinds == {ThingKind.BOX}
    assert [title.split(",")[0] for title in titles] == ["Box 2", "Box 9", "Box 1", "Box 10", "Box 100"]
    desk = ActingDesk(archive)
    placed = stocking.boxes[3]
    desk.put(placed, desk.shelf())
    desk.lend(stocking.boxes[2])
    with archive.reading() as books:
        unplaced = {thing.id for thing in books.unplaced_boxes()}
    assert unplaced == {stocking.boxes[at] for at in (1, 2, 4, 5)}, "what is out gets its home too"
    assert isinstance(stocking, Stocking)
