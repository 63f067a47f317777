"""Finding in the books, on both databases: what is found, in which order, and no text that is an error."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from archroom.core.codes import CodeKind, format_code
from archroom.core.comparing import fold
from archroom.core.searching import indexed_tokens
from archroom.store import search
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import unit_of_work
from benchmarks.house_of import Box, Item, queries
from benchmarks.stocked import stock
from tests.conftest import PERFORMER, FakeClock, PostgresServer

TITLES = (
    "Letters to the mayor, 1923/24",
    "Łódź école STRASSE Straße, naïve résumé",
    "O'Neil & sons: why? 50% @x #y",
    "关于水利局会议纪要的通知",
    "2019年第12号文件",
    "人民政府档案馆",
    "纸",
    "Ａｎｎｕａｌ report (draft) a-b",
    "NEAR the bridge, OR not AND so on",
    "Bridges of Wales",
    "x" * 300,
)


@dataclass(frozen=True)
class Found:
    """The titles that a query finds, and their number."""

    titles: list[str]
    count: int


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def books_to_search(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stocked_titles: tuple[Item, ...]
) -> Iterator[SqlArchive]:
    """A house with titles to look for, once on each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('hits') / 'books.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.new_database()
    archive = open_archive(url, FakeClock(), create=True)
    stocking = stock(archive, 0)
    stocking.write(stocked_titles)
    yield archive
    archive.close()


@pytest.fixture(scope="module")
def stocked_titles() -> tuple[Item, ...]:
    """One item for each title, in one box of one collection."""
    box = Box(1, 1, 12, 100, "39999000000001")
    return tuple(
        Item(box, title, f"MS-{number:03d}/a", "1923", ("Mayor's office", "Series 水利"))
        for number, title in enumerate(TITLES)
    )


def found(archive: SqlArchive, words: str) -> Found:
    with archive.reading() as books:
        hits, count = books.find_counted(words, 50)
        assert hits == books.find(words, 50)
    return Found([hit.standing.thing.title for hit in hits], count)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("mayor letters", 0),
        ("LETTERS 1923/24", 0),
        ("lett may", 0),
        ("łódź", 1),
        ("ecole resume NAIVE", 1),
        ("strasse", 1),
        ("straße", 1),
        ("o'neil", 2),
        ("why? 50% @x #y", 2),
        ("水", 3),
        ("会", 3),
        ("利局", 3),
        ("利局会", 3),
        ("会议纪要", 3),
        ("水利局会议纪要", 3),
        ("通知 关于", 3),
        ("知", 3),
        ("12号", 4),
        ("第12号", 4),
        ("2019年第12号", 4),
        ("2019 文件", 4),
        ("政府档案", 5),
        ("馆", 5),
        ("纸", 6),
        ("annual REPORT", 7),
        ("ａｎｎｕａｌ", 7),
        ("a-b", 7),
        ("near bridge", 8),
        ("bridges", 9),
        ("wales bridge", 9),
        ("x" * 300, 10),
    ],
)
def test_all_words_in_any_order_find_the_title(books_to_search: SqlArchive, words: str, number: int) -> None:
    titles = found(books_to_search, words).titles
    assert TITLES[number] in titles
    if words not in ("水", "会"):
        assert [title for title in titles if title in TITLES] == [TITLES[number]] or words in (
            "a-b",
            "near bridge",
            "bridges",
        )


@pytest.mark.parametrize(
    "words", ["利水", "局利", "局会要", "馆档", "政档", "号12", "bridgewater", "letters wales", "1924/23"]
)
def test_what_is_not_there_is_not_found(books_to_search: SqlArchive, words: str) -> None:
    assert found(books_to_search, words) == Found([], 0)


def test_box_numbers_series_and_collections_find_their_items(books_to_search: SqlArchive) -> None:
    everything = found(books_to_search, "box 12")
    assert len(everything.titles) == everything.count == len(TITLES) + 1
    assert found(books_to_search, "mayor's office letters").titles == [TITLES[0]]
    assert found(books_to_search, "series 水利 bridges").titles == [TITLES[9]]
    assert found(books_to_search, "box 13").titles == []
    with books_to_search.reading() as books:
        collection = books.find("letters", 1)[0].collection
    assert found(books_to_search, f"{collection} wales").titles == [TITLES[9]]


def test_the_exact_code_barcode_or_reference_comes_first(books_to_search: SqlArchive) -> None:
    assert found(books_to_search, "39999000000001").titles[0].startswith("Box 12")
    assert found(books_to_search, " ms-003/A ").titles[0] == TITLES[3]
    with books_to_search.reading() as books:
        thing = books.find("letters", 1)[0].standing.thing
    assert found(books_to_search, thing.code.lower()) == Found([TITLES[0]], 1)
    assert found(books_to_search, format_code(CodeKind.FOLDER, thing.id)).titles == []
    assert found(books_to_search, format_code(CodeKind.PLACE, 1)).titles == []


def test_whole_words_come_before_begun_ones_and_newest_first(books_to_search: SqlArchive) -> None:
    assert found(books_to_search, "bridge").titles == [TITLES[8], TITLES[9]]
    assert found(books_to_search, "").titles[:2] == [TITLES[10], TITLES[9]]
    assert found(books_to_search, " \x00 ").count == len(TITLES) + 1


@pytest.mark.parametrize(
    "words",
    [
        '"', '""', 'a"b', "*", "**", "^x", "+", "(", ")", "AND", "OR", "NOT", "a OR", "NEAR(a b", "NEAR", "t:box", "col : x",
        "{a b}:c", "'; DROP TABLE item;--", "%", "_", "\\", "(a+)+$", "-a", "a -b", "\ud800", "\u202e", "\x1b[31m", "🜁",
        "'", ":*", "<->", "!", "&", "|", "a & b", "a:*", "''", "\\'", "words MATCH x", "rowid:1",
    ],
)  # fmt: skip
def test_no_text_is_an_error(books_to_search: SqlArchive, words: str) -> None:
    assert found(books_to_search, words).count >= 0
    with books_to_search.reading() as books:
        assert books.find_people(words, 5) == []
        assert books.owner_of_text(words) is None


def test_a_very_long_query_is_cut_and_quick(books_to_search: SqlArchive) -> None:
    began = time.process_time()
    assert found(books_to_search, "letters " * 10_000).titles == [TITLES[0]]
    assert found(books_to_search, " ".join(f"w{number}" for number in range(10_000))).titles == []
    assert found(books_to_search, "档" * 1_000_000).titles == []
    assert time.process_time() - began < 2.0


def test_pages_follow_each_other_without_gap_or_repeat(archive: SqlArchive) -> None:
    stock(archive, 200)
    with archive.reading() as books:
        for words in ("box 1", "box", "pa", "档案", "", "1"):
            whole = [hit.standing.thing.id for hit in books.find(words, 500)]
            pages = [hit.standing.thing.id for at in range(0, 240, 7) for hit in books.find(words, 7, at)]
            assert pages == whole
            assert len(whole) == len(set(whole)) == books.find_counted(words, 7)[1]


def test_any_piece_of_a_chinese_title_finds_it(archive: SqlArchive) -> None:
    """Against plain search in the folded text, the way the index must not differ from."""
    stocking = stock(archive, 300)
    draw = random.Random(20261124)
    with archive.reading() as books:
        titles = [hit.standing.thing.title for hit in books.find("", 1000) if not hit.standing.thing.title.isascii()]
        for _ in range(120):
            title = draw.choice(titles)
            runs = [token for token in title if not token.isascii()]
            at = draw.randrange(len(runs))
            piece = "".join(runs[at : at + draw.randint(1, 4)])
            if piece not in title:
                continue
            hits = {hit.standing.thing.title for hit in books.find(piece, 1000)}
            assert {other for other in titles if piece in other} <= hits
    assert stocking.next_id > 300


def test_both_databases_find_the_same(sqlite_archive: SqlArchive, postgres_archive: SqlArchive) -> None:
    for archive in (sqlite_archive, postgres_archive):
        stock(archive, 400)
    for words in queries(60):
        assert found(sqlite_archive, words) == found(postgres_archive, words), words


@pytest.mark.parametrize(("kind", "thing_id"), [("box", 1), ("item", 3)])
def test_a_changed_title_leaves_no_ghost(archive: SqlArchive, kind: str, thing_id: int) -> None:
    stock(archive, 16)
    old = search.words_of(kind, "Old name 12", "", "", "", "", "[]", "")
    with unit_of_work(archive.books):
        with_old = archive.books.rows(
            "SELECT t.kind, d.title, d.reference, d.label, d.indicator, d.housing, d.path, c.title FROM description d"
            " JOIN thing t ON t.id = d.thing_id JOIN collection c ON c.id = d.collection_id WHERE t.id = ?",
            (thing_id,),
        )[0]
        search.remove(archive.books, [(thing_id, search.words_of(*with_old))])
        search.add(archive.books, [(thing_id, old)])
    title = with_old[1]
    assert title not in found(archive, title).titles
    assert found(archive, "name 12") == Found([title], 1)
    with unit_of_work(archive.books):
        search.remove(archive.books, [(thing_id, old)])
        search.add(archive.books, [(thing_id, search.words_of(*with_old))])
    assert found(archive, "name 12") == Found([], 0)
    assert title in found(archive, title).titles


def test_people_are_found_without_case_and_accent(archive: SqlArchive) -> None:
    for name in ("José Müller", "王小明", "Ann_B"):
        with archive.writing() as books:
            _, act = books.new_person(name)
            books.commit(act, PERFORMER)
    with archive.reading() as books:
        assert [person.name for person, _ in books.find_people("muller JOSE", 5)] == ["José Müller"]
        assert [person.name for person, _ in books.find_people("小明", 5)] == ["王小明"]
        assert [person.name for person, _ in books.find_people("n_b", 5)] == ["Ann_B"]
        assert books.find_people("n%b", 5) == []
        assert books.people_named("jose muller") == []
        assert [person.name for person in books.people_named("JOSÉ  müller")] == ["José Müller"]


def test_the_tokens_of_a_text() -> None:
    assert indexed_tokens(("第12号 Straße, É",)) == ["第", "12", "号", "strasse", "e"]
    assert indexed_tokens(("人民政府",)) == ["人民", "民政", "政府", "府"]
    assert fold("ＡＢＣ Éé ﬁ") == "abc ee fi"
    assert len(indexed_tokens(("word " * 20_000,))) == 8_000
