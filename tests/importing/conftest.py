"""Books, an intake into them, and questions to both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from archroom.core.records import ImportCounts
from archroom.core.searching import Phrase
from archroom.exchange.ead import read_ead
from archroom.services.importing import Intake, IntakeReport, Source
from archroom.store import ledger, search
from archroom.store.archive import SqlArchive
from archroom.store.database import look
from tests.conftest import PERFORMER

MOST_WORDS = 2_000
"""Words of the search index that are looked up; of more, every second, third ... one."""


@dataclass
class Books:
    """An archive into which files are taken."""

    archive: SqlArchive
    folder: Path
    steps: list[int] = field(default_factory=list)
    """What progress was told in the last run."""

    def take_in_all(self, *texts: str, is_dry_run: bool = False) -> IntakeReport:
        """Take in files of these texts, `file0.xml` on."""
        paths = []
        for number, text in enumerate(texts):
            paths.append(self.folder / f"file{number}.xml")
            paths[-1].write_text(text)
        return self.take_in_files(*paths, is_dry_run=is_dry_run)

    def take_in_files(self, *paths: Path, is_dry_run: bool = False) -> IntakeReport:
        """Take in files."""
        self.steps.clear()
        sources = (Source(path.name, read_ead(path)) for path in paths)
        return Intake(self.archive.importing()).take_in(sources, PERFORMER, is_dry_run, self.steps.append)

    def take_in(self, text: str) -> ImportCounts:
        """Take in one file that is not refused."""
        report = self.take_in_all(text)
        assert report.refused == ()
        return report.total

    def events(self) -> int:
        """How many entries the ledger has."""
        return int(self.rows("SELECT count(*) FROM event")[0][0])

    def rows(self, statement: str, *values: str | int) -> list[Any]:
        """Ask the tables."""
        with look(self.archive.books):
            return self.archive.books.rows(statement, values)

    def described(self, title: str) -> dict[str, Any]:
        """The one description of this title."""
        columns = (
            "thing_id",
            "title",
            "reference",
            "dates",
            "level",
            "path",
            "label",
            "indicator",
            "housing",
            "profile",
            "version",
            "is_gone",
            "needs_split",
            "parent_id",
        )
        (row,) = self.rows(f"SELECT {', '.join(columns)} FROM description WHERE title = ?", title)
        return dict(zip(columns, row, strict=True))

    def number(self, title: str) -> int:
        """The number of the one thing of this title."""
        return int(self.described(title)["thing_id"])

    def home(self, title: str) -> str:
        """The title of the container that a thing belongs in, empty if none."""
        rows = self.rows(
            "SELECT c.title FROM thing t JOIN description c ON c.thing_id = t.home_container_id WHERE t.id = ?",
            self.number(title),
        )
        return str(rows[0][0]) if rows else ""

    def widths(self) -> list[tuple[str, int | None]]:
        """Title and width, mm, of each box, in the order in which they came."""
        rows = self.rows(
            "SELECT d.title, t.width_mm FROM thing t JOIN description d ON d.thing_id = t.id"
            " WHERE t.kind = 'box' ORDER BY t.id"
        )
        return [(row[0], row[1]) for row in rows]

    def found(self, words: str) -> list[str]:
        """The titles that a search gives, newest first."""
        with self.archive.reading() as reading:
            return [hit.standing.thing.title for hit in reading.find(words, 50)]

    def check(self) -> None:
        """See that the ledger tells what the tables hold, and that the search index is that of the descriptions."""
        ledger.verify(self.archive)
        expected: dict[str, list[int]] = {}
        for number, tokens in self.tokens():
            for word in dict.fromkeys(tokens):
                expected.setdefault(word, []).append(number)
        words = sorted(expected)[:: 1 + len(expected) // MOST_WORDS]
        with look(self.archive.books):
            for word in words:
                found = search.matching(self.archive.books, (Phrase((word,)),), 100_000)
                assert found == sorted(expected[word], reverse=True), word

    def tokens(self) -> list[tuple[int, list[str]]]:
        """What the index is to hold of each thing."""
        rows = self.rows(
            "SELECT d.thing_id, t.kind, d.title, d.reference, d.label, d.indicator, d.housing, d.path, c.title"
            " FROM description d JOIN thing t ON t.id = d.thing_id JOIN collection c ON c.id = d.collection_id"
        )
        return [(row[0], search.words_of(*row[1:])) for row in rows]


@pytest.fixture
def books(archive: SqlArchive, tmp_path: Path) -> Books:
    """New books on each database."""
    return Books(archive, tmp_path)


@pytest.fixture
def sqlite_books(sqlite_archive: SqlArchive, tmp_path: Path) -> Books:
    """New books in a file."""
    return Books(sqlite_archive, tmp_path)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A way to make batches of a few records, so that small files come in many."""

    def shrink(records: int) -> None:
        monkeypatch.setattr("archroom.store.imports.SMALLEST_BATCH", records)
        monkeypatch.setattr("archroom.store.imports.LARGEST_BATCH", records)
        monkeypatch.setattr("archroom.store.imports.FIRST_BATCH", records)
        monkeypatch.setattr("archroom.store.import_batch.EVENT_THINGS", max(1, records // 2))

    return shrink
