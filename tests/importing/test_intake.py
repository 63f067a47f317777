"""The service: a file that is refused never stops the others, whatever is at fault ends the run, progress only goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest
from finding_aids import c, ead

from archroom.core.acts import Performer
from archroom.core.ports import FileImported, Importing
from archroom.core.records import FindingAid, ImportCounts, Record
from archroom.errors import BadFile, Busy, Refused, say
from archroom.services.importing import Intake, Source
from tests.conftest import PERFORMER
from tests.importing.conftest import Books


class RecordingImporting:
    """Takes records in by counting them."""

    def __init__(self) -> None:
        self.is_rehearsing = False
        self.taken: list[tuple[str, bool]] = []

    def take_in(
        self, name: str, records: Iterable[Record], performer: Performer, progress: Callable[[int], None]
    ) -> FileImported:
        count = 0
        for _ in records:
            count += 1
            progress(count)
        self.taken.append((name, self.is_rehearsing))
        return FileImported(name, name[0], name, ImportCounts(items=count, added=count))

    @contextmanager
    def rehearsal(self) -> Iterator[Importing]:
        self.is_rehearsing = True
        yield self
        self.is_rehearsing = False


def records(count: int, error: Exception | None = None) -> Iterator[Record]:
    for number in range(count):
        yield FindingAid(str(number), "", "", "")
    if error is not None:
        raise error


@pytest.mark.parametrize("error", [BadFile(say("Bad."), 3, 4), Refused(say("No."))])
def test_a_refused_file_is_listed_and_the_others_go_in(error: BadFile | Refused) -> None:
    importing = RecordingImporting()
    steps: list[int] = []
    sources = [Source("a1", records(2)), Source("b1", records(3, error)), Source("a2", records(1))]
    report = Intake(importing).take_in(sources, PERFORMER, False, steps.append)
    assert [file.name for file in report.files] == ["a1", "a2"]
    assert report.refused == (("b1", error),)
    assert report.total == ImportCounts(items=3, added=3)
    assert report.collections == 1
    assert steps == [1, 2, 3, 4, 5, 6]
    assert importing.taken == [("a1", False), ("a2", False)]


def test_what_is_wrong_with_the_books_ends_the_run() -> None:
    sources = [Source("a", records(1, Busy(say("Busy.")))), Source("b", records(1))]
    importing = RecordingImporting()
    with pytest.raises(Busy):
        Intake(importing).take_in(sources, PERFORMER, False, lambda count: None)
    assert importing.taken == []


def test_what_was_taken_in_before_the_run_ended_is_told() -> None:
    sources = [Source("a", records(1)), Source("b", records(1, Busy(say("Busy.")))), Source("c", records(1))]
    with pytest.raises(Busy) as ended:
        Intake(RecordingImporting()).take_in(sources, PERFORMER, False, lambda count: None)
    assert ended.value.message.english() == "Busy. Files taken in before: 1. The same command again takes in the rest."


def test_a_dry_run_is_one_rehearsal_over_all_files() -> None:
    importing = RecordingImporting()
    report = Intake(importing).take_in([Source("a", records(1)), Source("b", records(1))], PERFORMER, True, lambda c: None)
    assert importing.taken == [("a", True), ("b", True)]
    assert not importing.is_rehearsing
    assert report.is_dry_run


def test_names_of_files_are_text() -> None:
    report = Intake(RecordingImporting()).take_in([Source("a\x1b[2J\nb", records(0))], PERFORMER, False, lambda c: None)
    assert report.files[0].name == "a\ufffd[2J b"


def test_progress_goes_from_nothing_to_all_that_was_read_and_written(sqlite_books: Books) -> None:
    texts = [ead(*[c(f"T{number}", id_=f"x{number}") for number in range(50)], key=key) for key in "ab"]
    sqlite_books.take_in_all(*texts)
    assert sqlite_books.steps == sorted(sqlite_books.steps)
    assert sqlite_books.steps[-1] == 2 * (51 + 50)
    sqlite_books.take_in_all(*texts)
    assert sqlite_books.steps[-1] == 2 * (51 + 50)
