"""Finding aids in the books, on both databases: what comes in, what changes, what goes, what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from finding_aids import box, c, ead, folder

from archroom.core import custody
from archroom.core.acts import ActKind
from archroom.core.events import event_of
from archroom.core.holdings import PlaceKind, Standing
from archroom.core.records import ImportCounts
from archroom.exchange.roomfile import sample_room
from archroom.store import search
from archroom.store.database import unit_of_work
from tests.conftest import PERFORMER
from tests.importing.conftest import Books

SMITH = ead(
    c(
        "Family",
        id_="s1",
        level="series",
        inner=c("Letters", box(12, "311", id_="b"), folder(3, "b"), id_="x1", unitid="MS 1/1"),
    ),
    c("Photographs", box(12, "311", id_="b2"), box(14, profile="Flat box", id_="b3"), id_="x2", dates="1901"),
    c("Maps", box("1-7"), id_="x3"),
)


def test_a_finding_aid_becomes_a_collection_with_items_in_containers(books: Books) -> None:
    assert books.take_in(SMITH) == ImportCounts(items=4, containers=4, barcodes=1, added=8)
    letters = books.described("Letters")
    assert (letters["reference"], letters["level"], letters["path"]) == ("MS 1/1", "file", '["Family"]')
    assert letters["housing"] == "Box 12 Folder 3"
    assert letters["parent_id"] == books.number("Family")
    assert books.home("Letters") == "Folder 3, Box 12, Smith papers"
    assert books.home("Folder 3, Box 12, Smith papers") == "Box 12, Smith papers"
    assert books.home("Family") == ""
    assert books.described("Photographs")["housing"] == "Box 12; Box 14"
    assert books.home("Photographs") == "Box 12, Smith papers"
    assert books.rows("SELECT d.title FROM also_in a JOIN description d ON d.thing_id = a.container_id") == [
        ("Box 14, Smith papers",)
    ]
    assert books.described("Box 14, Smith papers")["profile"] == "Flat box"
    assert books.described("Box 1-7, Smith papers")["needs_split"] == 1
    with books.archive.reading() as reading:
        box_12 = reading.owner_of_barcode("311")
        assert isinstance(box_12, Standing)
        assert box_12.thing.title == "Box 12, Smith papers"
    books.check()


def test_everything_is_found_by_its_words(books: Books) -> None:
    books.take_in(SMITH)
    assert books.found("letters smith") == ["Letters"]
    assert books.found("ms 1/1") == ["Letters"]
    assert "Box 14, Smith papers" in books.found("box 14")
    assert "Letters" in books.found("family")
    assert books.found("311")[0] == "Box 12, Smith papers"


def test_the_event_carries_what_came_in(books: Books) -> None:
    books.take_in(SMITH)
    (body,) = books.rows("SELECT body FROM event ORDER BY seq DESC LIMIT 1")[0]
    act = event_of(bytes(body)).act
    assert act.kind is ActKind.RECORDS_IMPORTED
    assert len(act.things_made) == len(act.described) == 8
    assert [bound.value for bound in act.barcodes_bound] == ["311"]
    facts = {"file": "file0.xml", "collection": "smith", "part": 1, "parts": 1, "items": 4, "containers": 4, "barcodes": 1}
    assert act.facts == facts


def test_the_same_file_again_changes_nothing_and_leaves_no_event(books: Books) -> None:
    books.take_in(SMITH)
    events = books.events()
    assert books.take_in(SMITH) == ImportCounts(items=4, containers=4, barcodes=1, unchanged=8)
    assert books.events() == events


def test_the_same_records_in_another_file_change_nothing_either(books: Books) -> None:
    books.take_in(SMITH)
    events = books.events()
    other = SMITH.replace("<unittitle>", "<unittitle label='x'>").replace("<dsc>", "<dsc><!-- saved again -->\n")
    assert books.take_in(other.replace(">Maps<", ">\n Maps <")).unchanged == 8
    assert books.events() == events


def test_a_changed_file_updates_by_stable_key_and_says_what_changed(books: Books) -> None:
    books.take_in(SMITH)
    numbers = [books.number(title) for title in ("Letters", "Photographs")]
    changed = (
        SMITH.replace(">Letters<", ">Letters home<")
        .replace("1901", "1902")
        .replace("</dsc>", c("Diaries", box(12, "311"), id_="x4") + "</dsc>")
    )
    assert books.take_in(changed) == ImportCounts(items=5, containers=4, barcodes=1, added=1, changed=2, unchanged=6)
    assert [books.number(title) for title in ("Letters home", "Photographs")] == numbers
    assert books.described("Letters home")["version"] == 2
    assert books.rows("SELECT version, fields FROM description_version WHERE thing_id = ?", numbers[0]) == [
        (1, '["Letters", "MS 1/1", "", "file", "[\\"Family\\"]", "", "", "Box 12 Folder 3", ""]')
    ]
    assert books.found("letters") == ["Letters home"]
    books.check()


def test_what_is_gone_stays_marked_and_is_unmarked_when_it_is_back(books: Books) -> None:
    books.take_in(SMITH)
    without = SMITH.replace(c("Maps", box("1-7"), id_="x3"), "")
    assert books.take_in(without) == ImportCounts(items=3, containers=3, barcodes=1, gone=2, unchanged=6)
    assert books.described("Maps")["is_gone"] == 1
    assert books.described("Box 1-7, Smith papers")["is_gone"] == 1
    assert books.found("maps") == ["Maps"]
    assert books.take_in(without).gone == 0
    events = books.events()
    assert books.take_in(SMITH) == ImportCounts(items=4, containers=4, barcodes=1, changed=2, unchanged=6)
    assert books.events() == events + 1
    assert books.described("Maps")["is_gone"] == 0
    assert books.described("Box 1-7, Smith papers")["is_gone"] == 0
    books.check()


def test_a_blank_never_clears(books: Books) -> None:
    books.take_in(SMITH)
    blank = ead(
        c("Family", id_="s1", level="series", inner=c("Letters", id_="x1")),
        c("", box(12), box(14, id_="b3"), id_="x2"),
        c("Maps", box("1-7"), id_="x3"),
    )
    counts = books.take_in(blank)
    assert (counts.added, counts.gone) == (0, 1), "only the folder is not named any more"
    assert books.described("Letters")["reference"] == "MS 1/1"
    assert books.home("Letters") == "Folder 3, Box 12, Smith papers"
    assert books.described("Photographs")["dates"] == "1901"
    assert books.described("Box 14, Smith papers")["profile"] == "Flat box"
    assert books.rows("SELECT value FROM barcode") == [("311",)]
    books.check()


def test_a_finding_aid_without_a_title_leaves_the_one_that_is_known(books: Books) -> None:
    books.take_in(SMITH)
    before = books.rows("SELECT thing_id, title FROM description ORDER BY thing_id")
    untitled = SMITH.replace("<unittitle>Smith papers</unittitle>", "", 1)
    assert untitled != SMITH
    counts = books.take_in(untitled)
    assert (counts.added, counts.changed, counts.gone) == (0, 0, 0)
    assert books.rows("SELECT title FROM collection") == [("Smith papers",)]
    assert books.rows("SELECT thing_id, title FROM description ORDER BY thing_id") == before
    books.check()


def test_a_collection_called_by_its_key_takes_the_title_that_is_written_later(books: Books) -> None:
    books.take_in(SMITH.replace("<unittitle>Smith papers</unittitle>", "", 1))
    assert books.rows("SELECT title FROM collection") == [("smith",)]
    assert books.described("Box 14, smith")["is_gone"] == 0
    books.take_in(SMITH)
    assert books.rows("SELECT title FROM collection") == [("Smith papers",)]
    assert books.described("Box 14, Smith papers")["is_gone"] == 0
    assert books.found("photographs smith papers") == ["Photographs"]
    books.check()


def test_an_item_without_a_title_is_called_by_its_dates_as_they_are(books: Books) -> None:
    books.take_in(ead(c("", id_="a", dates="1901"), c("", id_="b", unitid="X 2"), c("", id_="c")))
    assert {row[0] for row in books.rows("SELECT title FROM description")} == {"1901", "X 2", "—"}
    books.take_in(ead(c("", id_="a", dates="1902"), c("", id_="b", unitid="X 2"), c("Named", id_="c")))
    assert {row[0] for row in books.rows("SELECT title FROM description")} == {"1902", "X 2", "Named"}
    assert books.take_in(ead(c("", id_="a"), c("", id_="b"), c("", id_="c"))).changed == 0
    books.check()


def test_a_component_that_moves_in_the_hierarchy_keeps_its_number(books: Books) -> None:
    books.take_in(SMITH)
    number = books.number("Letters")
    letters = c("Letters", box(12, "311", id_="b"), folder(3, "b"), id_="x1", unitid="MS 1/1")
    moved = SMITH.replace(letters, "").replace("</dsc>", letters + "</dsc>")
    assert books.take_in(moved).changed == 1
    assert books.number("Letters") == number
    assert books.described("Letters")["path"] == "[]"
    assert books.described("Letters")["parent_id"] is None
    books.check()


def test_an_item_that_the_file_puts_into_another_box_belongs_there(books: Books) -> None:
    books.take_in(SMITH)
    assert books.take_in(SMITH.replace(box("1-7"), box(14, id_="b9"))).changed == 1
    assert books.home("Maps") == "Box 14, Smith papers"
    assert books.described("Maps")["housing"] == "Box 14"
    books.check()


def test_what_is_lent_gets_another_home_and_stays_lent(books: Books) -> None:
    books.take_in(SMITH)
    with books.archive.writing() as writing:
        person, act = writing.new_person("Ann Reader")
        writing.commit(act, PERFORMER)
    with books.archive.writing() as writing:
        standing = writing.standing(books.number("Maps"))
        assert standing is not None
        writing.commit(custody.lend(standing, person, date(2026, 12, 8)), PERFORMER)
    books.take_in(SMITH.replace(box("1-7"), box(14, id_="b9")))
    rows = books.rows("SELECT custody, container_id FROM thing WHERE id = ?", books.number("Maps"))
    assert rows == [("out", None)]
    assert books.home("Maps") == "Box 14, Smith papers"
    books.check()


def test_a_box_that_was_shelved_keeps_its_shelf(books: Books) -> None:
    books.take_in(SMITH)
    with books.archive.writing() as writing:
        writing.commit(writing.new_room(sample_room("small")), PERFORMER)
    with books.archive.writing() as writing:
        standing = writing.standing(books.number("Box 12, Smith papers"))
        shelf = writing.first_place(PlaceKind.SHELF)
        assert standing is not None
        assert shelf is not None
        writing.commit(custody.put_on(standing, shelf, writing.free_mm(shelf.id)), PERFORMER)
    before = books.rows("SELECT home_place_id FROM thing WHERE id = ?", books.number("Box 12, Smith papers"))
    assert books.take_in(SMITH.replace("Letters", "Letters home")).changed == 1
    assert books.rows("SELECT home_place_id FROM thing WHERE id = ?", books.number("Box 12, Smith papers")) == before
    books.check()


# --- the collection itself


def test_a_collection_that_is_called_otherwise_is_found_by_its_new_title_only(
    books: Books, small_batches: Callable[[int], None]
) -> None:
    small_batches(2)
    books.take_in(SMITH)
    counts = books.take_in(SMITH.replace("Smith papers", "Smythe papers", 1))
    assert (counts.changed, counts.unchanged) == (4, 4), "the titles of containers name their collection"
    assert books.found("smith") == []
    assert len(books.found("smythe")) == 8
    assert books.rows("SELECT former_title, retitled_through FROM collection") == [(None, 0)]
    books.check()


def test_a_finding_aid_without_components_is_a_collection(books: Books) -> None:
    assert books.take_in(ead()) == ImportCounts()
    assert books.rows("SELECT title FROM collection") == [("Smith papers",)]
    events = books.events()
    assert books.take_in(ead(dates="1900")) == ImportCounts()
    assert books.rows("SELECT dates FROM collection") == [("1900",)]
    assert books.take_in(ead()) == ImportCounts()
    assert books.rows("SELECT dates FROM collection") == [("1900",)]
    assert books.events() == events


def test_titles_that_are_cut_are_counted(books: Books) -> None:
    assert books.take_in(ead(c("x" * 20_001, id_="a"), c("y" * 20_000, id_="b"), title="z" * 20_002)).cut_titles == 2
    assert books.take_in(ead(c("x" * 20_001, id_="a"), c("y" * 20_000, id_="b"), title="z" * 20_002)).cut_titles == 2


def test_many_small_batches_are_one_import(books: Books, small_batches: Callable[[int], None]) -> None:
    small_batches(3)
    parts = [
        c(f"T{number}", box(number % 4, f"5{number % 4}", id_=f"b{number}"), folder(number, f"b{number}"))
        for number in range(20)
    ]
    whole = ead(c("Series", level="series", inner="".join(parts)))
    assert books.take_in(whole) == ImportCounts(items=21, containers=24, barcodes=4, added=45)
    rows = books.rows("SELECT body FROM event WHERE kind = 'records.imported' ORDER BY seq")
    acts = [event_of(bytes(body)).act for (body,) in rows]
    assert len(acts) > 10
    assert [act.facts["part"] for act in acts] == list(range(1, len(acts) + 1))
    assert acts[-1].facts["parts"] == len(acts)
    assert sum(len(act.things_made) for act in acts) == 45
    assert {books.described(f"T{number}")["parent_id"] for number in range(20)} == {books.number("Series")}
    books.check()
    fewer = ead(c("Series", level="series", inner="".join([*parts[:9], c("New"), *parts[12:]])))
    assert books.take_in(fewer) == ImportCounts(items=19, containers=21, barcodes=4, added=1, gone=6, unchanged=39)
    books.check()
    assert books.take_in(whole) == ImportCounts(items=21, containers=24, barcodes=4, changed=6, gone=1, unchanged=39)
    books.check()


def test_the_check_of_the_index_sees_a_thing_that_it_forgot(books: Books) -> None:
    books.take_in(SMITH)
    (entry,) = [entry for entry in books.tokens() if entry[0] == books.number("Letters")]
    with unit_of_work(books.archive.books):
        search.remove(books.archive.books, [entry])
    with pytest.raises(AssertionError):
        books.check()


def test_a_profile_tells_the_width_of_a_box(books: Books) -> None:
    told = {1: "Manuscript box - Letter", 2: "Volume box - 150 mm", 3: "Flat box", 4: "", "5-8": "Record carton"}
    books.take_in(ead(*(c(f"Letters {number}", box(number, profile=profile)) for number, profile in told.items())))
    expected = [("Box 1", 127), ("Box 2", 150), ("Box 3", None), ("Box 4", None), ("Box 5-8", None)]
    assert books.widths() == [(f"{name}, Smith papers", width_mm) for name, width_mm in expected]
    books.check()


def test_a_newer_profile_brings_its_width_and_a_blank_takes_none_away(books: Books) -> None:
    def taken_in(*profiles: str) -> list[int | None]:
        books.take_in(ead(*(c(f"Letters {n}", box(n, profile=profile)) for n, profile in enumerate(profiles))))
        books.check()
        return [width_mm for _, width_mm in books.widths()]

    assert taken_in("", "Record carton", "Record carton", "Box - 15 cm") == [None, 318, 318, 150]
    assert taken_in("Record carton", "", "Flat box", "Box - 16 cm") == [318, 318, None, 160]
    past = books.rows("SELECT fields FROM description_version ORDER BY thing_id")
    assert [json.loads(fields)[8:] for (fields,) in past] == [[""], ["Record carton", "318"], ["Box - 15 cm", "150"]]


def test_a_range_that_becomes_one_box_gets_its_width(books: Books) -> None:
    books.take_in(ead(c("Letters", box("1-7", "311", profile="Record carton"))))
    assert books.widths() == [("Box 1-7, Smith papers", None)]
    books.take_in(ead(c("Letters", box("1", "311", profile="Record carton"))))
    assert books.widths() == [("Box 1, Smith papers", 318)]
    books.check()
