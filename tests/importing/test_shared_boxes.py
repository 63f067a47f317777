"""One physical box in several finding aids, its barcode early, late or no longer told; and what a dry run says of it all."""

from __future__ import annotations

from dataclasses import replace

from finding_aids import box, c, ead, folder

from archroom.core.ports import FileImported
from archroom.core.records import ImportCounts
from archroom.exchange.roomfile import sample_room
from archroom.services.importing import IntakeReport
from tests.conftest import PERFORMER
from tests.importing.conftest import Books

SMITH = ead(
    c("Letters", box(12, "311", id_="b"), folder(3, "b"), id_="x1"),
    c("Photographs", box(12, "311", id_="b2"), box(14, id_="b3"), id_="x2"),
    c("Maps", box("1-7"), id_="x3"),
)
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
    assert books.take_in_all(SMITH, JONES).total.unchanged == 11
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


def test_a_barcode_that_is_the_address_of_a_place_refuses_the_file(books: Books) -> None:
    with books.archive.writing() as writing:
        writing.commit(writing.new_room(sample_room("small")), PERFORMER)
    (address,) = books.rows("SELECT address FROM place WHERE kind = 'shelf' ORDER BY id LIMIT 1")[0]
    text = ead(c("A", box(1, barcode=address.lower())))
    for is_dry_run in (True, False):
        report = books.take_in_all(text, is_dry_run=is_dry_run)
        assert address in str(report.refused[0][1])
    assert books.take_in(ead(c("A", box(1, barcode="R9/9/99/A")))).added == 2


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


# --- dry runs


def as_told_dry(real: IntakeReport, dry: IntakeReport) -> tuple[FileImported, ...]:
    """What files did, as their dry run can say it: what was new in that very run had no code."""
    told = []
    for file, said in zip(real.files, dry.files, strict=True):
        pairs = zip(file.changes, said.changes, strict=True)
        told.append(replace(file, changes=tuple(replace(it, code="") if not like.code else it for it, like in pairs)))
    return tuple(told)


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
        assert dry.files == as_told_dry(real, dry)
        assert [name for name, _ in dry.refused] == [name for name, _ in real.refused]
        books.check()


def test_a_dry_run_into_empty_books_says_the_same(books: Books) -> None:
    dry = books.take_in_all(SMITH, JONES, is_dry_run=True)
    assert books.rows("SELECT count(*) FROM thing") == [(0,)]
    assert dry.files == as_told_dry(books.take_in_all(SMITH, JONES), dry)
