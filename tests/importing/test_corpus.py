"""Real finding aids of two institutions, where they are beside the checkout: the good ones go in, counted independently.

The counting below knows the conventions from their description only, and reads with lxml.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from archroom.errors import BadFile
from tests.importing.conftest import Books

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "ead"
RE = {"re": "http://exslt.org/regular-expressions"}
BAD = {"emory-badlyformed.xml": (2, 30), "emory-hartsfield558_invalid.xml": (2, 1)}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real finding aids is not beside the checkout")


@dataclass(frozen=True)
class Counted:
    """What XPath finds in a file."""

    items: int
    containers: frozenset[tuple[object, ...]]
    barcodes: frozenset[str]
    titles: tuple[str, ...]


def local(element: Any, name: str) -> list[Any]:
    """The children of a name, in whatever namespace."""
    return list(element.xpath(f"*[local-name()='{name}']"))


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def counted(path: Path) -> Counted:
    tree: Any = etree.parse(str(path), etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True))
    components = tree.xpath("//*[local-name()='dsc']//*[re:test(local-name(), '^c(0[1-9]|1[0-2])?$')]", namespaces=RE)
    containers: set[tuple[object, ...]] = set()
    barcodes: set[str] = set()
    for did in tree.xpath("//*[local-name()='archdesc']/descendant::*[local-name()='did']"):
        chain: tuple[object, ...] = ()
        by_id: dict[str, tuple[object, ...]] = {}
        for element in local(did, "container"):
            number = words(element)
            if not number:
                continue
            type_ = element.get("type", "").lower()
            barcode = re.search(r"[\[(](\d{8,})[\])]", element.get("label", ""))
            if barcode:
                value = re.sub(r"\s", "", unicodedata.normalize("NFKC", barcode[1])).upper()
                barcodes.add(value)
                chain = ("barcode", value)
            elif element.get("parent"):
                chain = (by_id[element.get("parent")], type_, number)
            elif element.get("id"):
                chain = (path.name, type_, number)
            else:
                chain = (chain or path.name, type_, number)
            by_id[element.get("id", "")] = chain
            containers.add(chain)
    titles = [words(local(local(component, "did")[0], "unittitle")[0]) for component in components]
    return Counted(len(components), frozenset(containers), frozenset(barcodes), tuple(titles))


def good_files() -> list[Path]:
    return [path for path in sorted(CORPUS.glob("*.xml")) if path.name not in BAD]


def test_every_good_file_goes_in_with_the_counts_of_an_independent_count(books: Books) -> None:
    report = books.take_in_files(*good_files())
    assert report.refused == ()
    assert len(report.files) == report.collections == 15
    for file, path in zip(report.files, good_files(), strict=True):
        expected = counted(path)
        assert file.counts.items == expected.items, path.name
        assert file.counts.containers == len(expected.containers), path.name
        assert file.counts.barcodes == len(expected.barcodes), path.name
        assert file.counts.added == expected.items + len(expected.containers), path.name
    assert report.total.items > 3000
    expected_titles = Counter("".join(title.split()) for path in good_files() for title in counted(path).titles)
    rows = books.rows("SELECT d.title FROM description d JOIN thing t ON t.id = d.thing_id WHERE t.kind = 'item'")
    titles = Counter("".join(title.split()) for (title,) in rows)
    without = expected_titles.pop("")
    assert expected_titles - titles == Counter()
    assert (titles - expected_titles).total() == without < 10, "those have no title and are called by what they have"
    books.check()


def test_taking_the_corpus_in_again_changes_nothing(sqlite_books: Books) -> None:
    first = sqlite_books.take_in_files(*good_files())
    events = sqlite_books.events()
    again = sqlite_books.take_in_files(*good_files())
    assert (again.total.added, again.total.changed, again.total.gone) == (0, 0, 0)
    assert again.total.unchanged == first.total.added
    assert sqlite_books.events() == events


def test_the_bad_ones_are_refused_with_line_and_column_and_the_others_go_in(sqlite_books: Books) -> None:
    dry = sqlite_books.take_in_files(*sorted(CORPUS.glob("*.xml")), is_dry_run=True)
    report = sqlite_books.take_in_files(*sorted(CORPUS.glob("*.xml")))
    places = {name: (error.line, error.column) for name, error in report.refused if isinstance(error, BadFile)}
    assert places == BAD
    assert len(report.files) == 15
    assert dry.files == report.files
    assert [str(error) for _, error in dry.refused] == [str(error) for _, error in report.refused]
