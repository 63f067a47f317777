"""The order of what is found, on both databases: with a digit asked for, containers come before what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from finding_aids import box, c, ead, folder

from archroom.core.holdings import ThingKind
from archroom.core.searching import Phrase, opened, query_phrases
from archroom.exchange.ead import read_ead
from archroom.services.importing import Intake, Source
from archroom.store import search
from archroom.store.archive import SqlArchive
from archroom.store.database import look
from archroom.store.hits import exact
from benchmarks.house_of import queries
from benchmarks.stocked import stock
from tests.conftest import PERFORMER

SMITH = ead(
    c("Letters of 12 May", box(12, barcode="5012", id_="b12"), folder(1, "b12"), unitid="S/12"),
    c("More letters", box(12, barcode="5012", id_="b12"), folder(2, "b12"), unitid="S/13"),
    c("Minutes", box(12, type_="Volume"), unitid="S/14"),
    c("Papers from box 3", box(120), unitid="S/15"),
)
JONES = ead(c("Box 12 and what was in it", box(12), unitid="J/1"), key="jones", title="Jones papers", unitid="MS 2")
CHINESE = ead(
    c("关于第12号盒的通知", box(12, type_="盒"), unitid="SL/1"),
    c("水利会议", box(13, type_="盒"), unitid="SL/2"),
    key="water",
    title="水利局",
    unitid="X 1",
)
RANK = {"box": 0, "volume": 0, "tube": 0, "folder": 1, "item": 2}


@pytest.fixture
def described(archive: SqlArchive, tmp_path: Path) -> SqlArchive:
    """Boxes, a volume, folders and items of three finding aids, on each database."""
    for name, text in (("smith", SMITH), ("jones", JONES), ("water", CHINESE)):
        path = tmp_path / f"{name}.xml"
        path.write_text(text)
        report = Intake(archive.importing()).take_in(
            [Source(path.name, read_ead(path))], PERFORMER, False, lambda done: None
        )
        assert report.refused == ()
    return archive


def titles(archive: SqlArchive, words: str, limit: int = 50, offset: int = 0) -> list[str]:
    with archive.reading() as books:
        return [hit.standing.thing.title for hit in books.find(words, limit, offset)]


SMITHS = [
    "Volume 12, Smith papers",
    "Box 12, Smith papers",
    "Folder 2, Box 12, Smith papers",
    "Folder 1, Box 12, Smith papers",
]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("box 12", ["Box 12, Jones papers", "Box 12, Smith papers", SMITHS[2], SMITHS[3], "Box 12 and what was in it"]),
        ("smith box 12", [*SMITHS[1:], "More letters", "Letters of 12 May", "Box 120, Smith papers", "Papers from box 3"]),
        ("12 smith", [*SMITHS, "Minutes", "More letters", "Letters of 12 May", "Box 120, Smith papers"]),
        ("smi 12", ["Box 120, Smith papers", *SMITHS, "Papers from box 3", "Minutes", "More letters", "Letters of 12 May"]),
        ("folder 2 box 12", [SMITHS[2], "More letters"]),
        ("盒 12", ["盒 12, 水利局", "关于第12号盒的通知"]),
        ("盒12", ["盒 12, 水利局", "关于第12号盒的通知"]),
        ("水利 13", ["盒 13, 水利局", "水利会议"]),
        ("box １２ jones", ["Box 12, Jones papers", "Box 12 and what was in it"]),
        ("s/13", ["More letters"]),
        ("5012", ["Box 12, Smith papers"]),
    ],
)
def test_with_a_digit_the_container_comes_before_what_is_in_it(described: SqlArchive, words: str, first: list[str]) -> None:
    assert titles(described, words)[: len(first)] == first


def test_without_a_digit_the_newest_comes_first(described: SqlArchive) -> None:
    assert titles(described, "jones") == ["Box 12 and what was in it", "Box 12, Jones papers"]
    assert titles(described, "盒") == ["水利会议", "关于第12号盒的通知", "盒 13, 水利局", "盒 12, 水利局"]
    assert titles(described, "smith box")[:2] == ["Papers from box 3", "More letters"]


def test_what_is_named_exactly_still_comes_first(described: SqlArchive) -> None:
    found = titles(described, "S/12")
    assert found[0] == "Letters of 12 May"
    with described.reading() as books:
        (letters,) = (hit.standing.thing for hit in books.find("s/12", 1))
    assert titles(described, letters.code)[0] == letters.title


def holds(tokens: list[str], phrase: Phrase) -> bool:
    """Whether the tokens of a thing hold a phrase."""
    *whole, last = phrase.tokens
    for at in range(len(tokens) - len(whole)):
        end = tokens[at + len(whole)]
        if tokens[at : at + len(whole)] == whole and (end.startswith(last) if phrase.is_open else end == last):
            return True
    return False


class PlainBooks:
    """All descriptions as lists of plain tokens, to be gone through one by one."""

    def __init__(self, archive: SqlArchive) -> None:
        self.archive = archive
        with look(archive.books):
            rows = archive.books.rows(
                "SELECT t.id, t.kind, d.title, d.reference, d.label, d.indicator, d.housing, d.path, c.title FROM thing t"
                " JOIN description d ON d.thing_id = t.id JOIN collection c ON c.id = d.collection_id"
            )
        item = ThingKind.ITEM.value
        self.things = [(RANK[row[1]], -row[0], search.words_of(item, *row[2:])) for row in rows]

    def find(self, words: str) -> list[int]:
        """Return the numbers of all things that match, in order."""
        with look(self.archive.books):
            found = exact(self.archive.books, words)
        phrases = query_phrases(words)
        has_digit = any(char.isdigit() for char in words)
        for asked in (phrases, opened(phrases)):
            matching = [thing for thing in self.things if all(holds(thing[2], phrase) for phrase in asked)]
            ordered = sorted((rank if has_digit else 0, newest) for rank, newest, _ in matching)
            found += [-newest for _, newest in ordered]
        return list(dict.fromkeys(found))


def test_the_order_is_that_of_going_through_everything(archive: SqlArchive) -> None:
    stock(archive, 640)
    plain = PlainBooks(archive)
    words_asked = [*queries(60), "box 1", "box 12", "1", "12", "box 2 pa", "19", "1 19", "盒 1", "年", "19年", "ms0001-0012"]
    assert sum(any(char.isdigit() for char in words) for words in words_asked) > 20
    lengths = []
    with archive.reading() as books:
        for words in words_asked:
            expected = plain.find(words)
            lengths.append(len(expected))
            assert [hit.standing.thing.id for hit in books.find(words, 2_000)] == expected, words
            assert books.find_counted(words, 7, at_most=2_000)[1] == len(expected), words
            pages = [hit.standing.thing.id for at in range(0, 70, 7) for hit in books.find(words, 7, at)]
            assert pages == expected[:70], words
    assert max(lengths) > 150
    assert sum(length > 7 for length in lengths) >= 20
