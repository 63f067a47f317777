"""Finding aids in the books, on both databases: what comes in, what changes, what goes, what comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from finding_aids import box, c, ead, folder

from archroom.core import custody
from archroom.core.acts import ActKind
from archroom.core.events import event_of
from archroom.core.holdings import PlaceKind, Standing
from archroom.core.records import ImportCounts
from archroom.exchange.roomfile import sample_room
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


# --- one box in several finding aids


JONES = ead(c("Wills", box(3, "3 11", id_="b"), folder(3, "b"), folder(4, "b"), id_="x1"), key="jones", title="Jones papers")


def test_a_barcode_makes_a_box_one_across_finding_aids(books: Books) -> None:
    report = books.take_in_all(SMITH, JONES)
    assert report.collections == 2
    assert report.files[1].counts == ImportCounts(items=1, containers=3, barcodes=1, added=2, changed=2)
    assert books.home("Wills") == "Folder 3, Box 12, Smith papers", "the box keeps the description it came with"
    assert books.home("Folder 4, Box 3, Jones papers") == "Box 12, Smith papers"
    assert books.rows("SELECT count(*) FROM listed_in WHERE thing_id = ?", books.number("Box 12, Smith papers")) == [(2,)]
    books.check()
    events = books.events()
    assert books.take_in_all(SMITH, JONES).total.unchanged == 12
    assert books.events() == events


def test_a_shared_box_is_gone_when_the_last_finding_aid_drops_it(books: Books) -> None:
    books.take_in_all(SMITH, JONES)
    books.take_in(ead(c("Nothing"), key="smith"))
    assert books.described("Box 12, Smith papers")["is_gone"] == 0
    assert books.take_in(ead(c("Wills", id_="x1"), key="jones", title="Jones papers")).gone == 3
    assert books.described("Box 12, Smith papers")["is_gone"] == 1
    books.take_in(JONES)
    assert books.described("Box 12, Smith papers")["is_gone"] == 0
    books.check()


def test_another_finding_aid_does_not_describe_a_box_anew(books: Books) -> None:
    books.take_in_all(SMITH, JONES)
    books.take_in(JONES.replace(">3<", ">33<", 1))
    assert books.described("Box 12, Smith papers")["version"] == 1
    books.check()


def test_a_barcode_that_names_no_container_refuses_the_whole_file(books: Books) -> None:
    books.take_in(SMITH)
    with books.archive.writing() as writing:
        standing = writing.standing(books.number("Letters"))
        assert standing is not None
        writing.commit(writing.bind("777", standing.thing), PERFORMER)
    events = books.events()
    report = books.take_in_all(ead(c("Fine", box(1)), c("Wrong", box(2, "777")), key="new"), JONES)
    assert [name for name, _ in report.refused] == ["file0.xml"]
    assert "777" in str(report.refused[0][1])
    assert [file.name for file in report.files] == ["file1.xml"]
    assert books.rows("SELECT count(*) FROM collection WHERE key = 'new'") == [(0,)]
    assert books.events() == events + 1


# --- barcodes that come later, or are not told any more


PLAIN = ead(c("A", box(1), folder(1), id_="a"), c("B", box(1), folder(2), id_="b"))
BARCODED = ead(
    c("A", box(1, "91", id_="i"), folder(1, "i"), id_="a"), c("B", box(1, "91", id_="j"), folder(2, "j"), id_="b")
)


def test_a_box_that_gets_a_barcode_later_is_the_same_box(books: Books) -> None:
    books.take_in(PLAIN)
    number = books.number("Box 1, Smith papers")
    assert books.take_in(BARCODED) == ImportCounts(items=2, containers=3, barcodes=1, changed=1, unchanged=4)
    assert books.rows("SELECT thing_id FROM barcode WHERE value = '91'") == [(number,)]
    assert books.take_in(BARCODED.replace(">A<", ">AA<")).added == 0
    books.check()


def test_a_barcode_bound_at_the_desk_is_known_to_the_file_that_tells_it(books: Books) -> None:
    books.take_in(PLAIN)
    with books.archive.writing() as writing:
        standing = writing.standing(books.number("Box 1, Smith papers"))
        assert standing is not None
        writing.commit(writing.bind("91", standing.thing), PERFORMER)
    assert books.take_in(BARCODED) == ImportCounts(items=2, containers=3, barcodes=1, unchanged=5)
    third = c("C", box(1, "91", id_="k"), folder(3, "k"), id_="c")
    assert books.take_in(BARCODED.replace("</dsc>", third + "</dsc>")).added == 2
    assert books.take_in(BARCODED.replace("</dsc>", third + "<!-- again --></dsc>")).unchanged == 7
    books.check()


def test_a_barcode_that_is_not_told_any_more_stays(books: Books) -> None:
    books.take_in(BARCODED)
    assert books.take_in(PLAIN) == ImportCounts(items=2, containers=3, barcodes=0, unchanged=5)
    assert books.home("B") == "Folder 2, Box 1, Smith papers"
    books.check()


def test_another_box_of_the_same_number_with_another_barcode_is_another_box(books: Books) -> None:
    books.take_in(BARCODED)
    other = BARCODED.replace("</dsc>", c("C", box(1, "92"), id_="c") + "</dsc>")
    assert books.take_in(other).added == 2
    assert len(books.rows("SELECT 1 FROM description WHERE title = 'Box 1, Smith papers'")) == 2
    books.check()


def test_one_box_named_with_and_without_its_barcode_after_it_got_one_is_counted_once(books: Books) -> None:
    books.take_in(PLAIN)
    mixed = BARCODED.replace("</dsc>", c("C", box(1), id_="c") + "</dsc>")
    counts = books.take_in(mixed)
    assert (counts.added, counts.gone) == (1, 0)
    assert books.home("C") == "Box 1, Smith papers"
    books.check()


def test_no_box_goes_into_a_box_that_is_inside_it(books: Books) -> None:
    books.take_in(ead(c("A", box(1, "91", id_="i"), box(2, "92", parent="i"), id_="a")))
    books.take_in(ead(c("A", box(2, "92", id_="i"), box(1, "91", parent="i"), id_="a")))
    inside = books.rows("SELECT id FROM thing WHERE home_container_id IS NOT NULL AND kind = 'box'")
    assert len(inside) == 1
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


# --- dry runs


def test_a_dry_run_says_the_same_numbers_over_all_files_and_writes_nothing(books: Books) -> None:
    runs = (
        (SMITH, JONES, "<html/>"),
        (SMITH.replace("Letters", "Letters home"), JONES.replace(">Wills<", ">Will<"), ead(key="third")),
        (ead(c("Nothing")), JONES, SMITH, SMITH),
        (PLAIN, BARCODED, PLAIN, ead(title="Smythe papers")),
    )
    for texts in runs:
        before = [books.events(), books.rows("SELECT count(*) FROM thing"), books.rows("SELECT count(*) FROM collection")]
        dry = books.take_in_all(*texts, is_dry_run=True)
        assert dry.is_dry_run
        assert before == [
            books.events(),
            books.rows("SELECT count(*) FROM thing"),
            books.rows("SELECT count(*) FROM collection"),
        ]
        real = books.take_in_all(*texts)
        assert dry.files == real.files
        assert [name for name, _ in dry.refused] == [name for name, _ in real.refused]
        books.check()


def test_a_dry_run_into_empty_books_says_the_same(books: Books) -> None:
    dry = books.take_in_all(SMITH, JONES, is_dry_run=True)
    assert books.rows("SELECT count(*) FROM thing") == [(0,)]
    assert dry.files == books.take_in_all(SMITH, JONES).files
