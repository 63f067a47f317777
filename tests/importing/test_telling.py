"""What a file changed is told thing by thing, and what is gone from it; the same in a dry run, and never more than fits."""

from __future__ import annotations

import pytest
from finding_aids import box, c, ead, folder

from archroom.core.codes import parse_own
from archroom.core.ports import FileImported
from archroom.core.records import LONGEST_NAMED, MOST_NAMED, Aspect
from archroom.services.importing import MOST_IN_WORDS
from tests.importing.conftest import Books

BEFORE = ead(
    c("Letters", box(1, "311"), folder(3), id_="a", unitid="MS 1", dates="1901"),
    c("Maps", box(2), id_="b"),
    c("Diaries", box(2), id_="c"),
)


def told(file: FileImported) -> list[str]:
    """Each change as a line: `Letters: title dates`, `Maps gone`."""
    lines = []
    for change in file.changes:
        words = " ".join(aspect.value for aspect in change.aspects)
        lines.append(f"{change.title} gone" if change.is_gone else f"{change.title}: {words}")
    return lines


def test_a_first_file_changes_nothing(books: Books) -> None:
    assert books.take_in_all(BEFORE).files[0].changes == ()
    assert books.take_in_all(BEFORE).files[0].changes == ()


@pytest.mark.parametrize(
    ("after", "lines"),
    [
        (ead(c("Letters home", box(1, "311"), folder(3), id_="a", dates="1902")), ["Letters home: title dates"]),
        (ead(c("Letters", box(1, "311"), folder(3), id_="a", unitid="MS 9")), ["Letters: reference"]),
        (
            ead(c("Letters", box(1, "311", profile="Record carton"), folder(3), id_="a")),
            ["Box 1, Smith papers: profile width"],
        ),
        (ead(c("Letters", box(1, "311", profile="Crate"), folder(3), id_="a")), ["Box 1, Smith papers: profile"]),
        (ead(c("Letters", box(2), id_="a")), ["Letters: housing home"]),
        (
            ead(c("Papers", level="series", inner=c("Letters", box(1, "311"), folder(3), id_="a"))),
            ["Letters: path parent"],
        ),
        (ead(c("Maps", box(2, "312"), id_="b")), ["Box 2, Smith papers: barcode"]),
        (
            ead(c("Maps", box(2), id_="b"), title="Smythe papers"),
            ["Box 2, Smythe papers: title"],
        ),
        (ead(c("Maps", box(2), folder(1), id_="b")), ["Maps: housing home"]),
    ],
)
def test_what_changed_is_named_in_the_order_of_the_file(books: Books, after: str, lines: list[str]) -> None:
    books.take_in_all(BEFORE)
    dry = books.take_in_all(after, is_dry_run=True).files[0]
    file = books.take_in_all(after).files[0]
    assert [line for line in told(file) if not line.endswith(" gone")] == lines
    assert len(file.changes) == file.counts.changed + file.counts.gone
    assert dry == file
    assert books.take_in_all(after).files[0].changes == ()


def test_what_is_gone_is_named_and_what_is_back(books: Books) -> None:
    books.take_in_all(BEFORE)
    gone = books.take_in_all(ead(c("Letters", box(1, "311"), folder(3), id_="a"))).files[0]
    assert told(gone) == ["Maps gone", "Diaries gone", "Box 2, Smith papers gone"]
    assert told(books.take_in_all(BEFORE).files[0]) == ["Box 2, Smith papers: back", "Maps: back", "Diaries: back"]


def test_a_box_of_another_finding_aid_is_named_as_that_one_calls_it(books: Books) -> None:
    books.take_in_all(BEFORE)
    file = books.take_in_all(BEFORE, ead(c("Wills", box(7, "311")), key="jones", title="Jones papers")).files[1]
    assert told(file) == ["Box 1, Smith papers: listed"]


def test_a_change_has_the_code_of_its_thing(books: Books) -> None:
    books.take_in_all(BEFORE)
    (change,) = books.take_in_all(BEFORE.replace(">Maps<", ">Plans<"), is_dry_run=True).files[0].changes
    code = parse_own(change.code)
    assert code is not None
    assert code.number == books.number("Maps")


def test_what_came_in_the_same_dry_run_has_no_code(books: Books) -> None:
    dry = books.take_in_all(BEFORE, BEFORE.replace(">Maps<", ">Plans<"), is_dry_run=True)
    assert [(change.title, change.code) for change in dry.files[1].changes] == [("Plans", "")]


def many(count: int, dates: str, key: str = "smith") -> str:
    return ead(*(c(f"Letters {number} {'x' * 300}", id_=f"x{number}", dates=dates) for number in range(count)), key=key)


def test_what_is_named_is_bounded_whatever_a_file_changes(sqlite_books: Books) -> None:
    count = MOST_NAMED + 10
    texts = [many(count, "1901"), many(40, "1901", "jones")]
    sqlite_books.take_in_all(*texts)
    report = sqlite_books.take_in_all(*(text.replace("1901", "1902") for text in texts))
    assert (report.total.changed, report.total.gone) == (count + 40, 0)
    assert [len(file.changes) for file in report.files] == [MOST_NAMED, MOST_IN_WORDS]
    assert len(list(report.changes)) == MOST_NAMED
    assert {len(change.title) for _, change in report.changes} == {LONGEST_NAMED}
    assert {change.aspects for _, change in report.changes} == {(Aspect.DATES,)}
    gone = sqlite_books.take_in_all(many(2, "1902")).files[0]
    assert gone.counts.gone == count - 2
    assert [len(gone.changes), {change.is_gone for change in gone.changes}] == [MOST_NAMED, {True}]
