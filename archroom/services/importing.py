"""Taking records in, file by file: a file that is refused is listed with its reason, the others go in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice

from archroom.core.acts import Performer
from archroom.core.cleaning import MAX_LINE, clean
from archroom.core.ports import FileImported, Importing
from archroom.core.records import MOST_NAMED, ImportCounts, Record, RecordChange
from archroom.errors import ArchroomError, Busy, Refused, Unreadable, UsageError, say

MOST_IN_WORDS = 20
"""Changes of one file that are told to a person one by one."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to take in: its name, and its records, which are read only when its turn comes."""

    name: str
    records: Iterable[Record]


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What came of each file."""

    files: tuple[FileImported, ...]
    """Those that went in, in their order."""
    refused: tuple[tuple[str, ArchroomError], ...]
    """Names of those that did not, with the reason; a BadFile says line and column."""
    is_dry_run: bool = False

    @property
    def total(self) -> ImportCounts:
        """The sums over all files that went in."""
        total = ImportCounts()
        for file in self.files:
            total = total.plus(file.counts)
        return total

    @property
    def changes(self) -> Iterator[tuple[str, RecordChange]]:
        """Each change that is named, with the file that brought it: the first MOST_NAMED."""
        return islice(((file.name, change) for file in self.files for change in file.changes), MOST_NAMED)

    @property
    def collections(self) -> int:
        """How many collections the files describe."""
        return len({file.collection_key for file in self.files})


class Intake:
    """Takes records in from any number of files."""

    def __init__(self, importing: Importing) -> None:
        self._importing = importing

    def take_in(
        self,
        sources: Iterable[Source],
        performer: Performer,
        is_dry_run: bool,
        progress: Callable[[int], None],
    ) -> IntakeReport:
        """Take in the records of each source; with `is_dry_run`, say the same numbers and write nothing.

        `progress` is told how many records were read or written so far, over all files. A refusal concerns one file only;
        Busy, a full disk or an unreadable database end the run, telling how many files were taken in before, and the same
        command again completes it.
        """
        files: list[FileImported] = []
        refused: list[tuple[str, ArchroomError]] = []
        tally = _Tally(progress)
        named = 0
        with self._importing.rehearsal() if is_dry_run else nullcontext(self._importing) as importing:
            for source in sources:
                tally.begin_file()
                name = clean(source.name, MAX_LINE)
                try:
                    imported = importing.take_in(name, source.records, performer, tally.advance)
                    fitting = max(MOST_IN_WORDS, MOST_NAMED - named)
                    files.append(replace(imported, changes=imported.changes[:fitting]))
                    named += len(files[-1].changes)
                except (UsageError, Refused) as error:
                    refused.append((name, error))
                except (Busy, Unreadable) as error:
                    if not files:
                        raise
                    why = say(
                        "{why} Files taken in before: {count}. The same command again takes in the rest.",
                        why=error.message,
                        count=len(files),
                    )
                    raise type(error)(why) from error
        return IntakeReport(tuple(files), tuple(refused), is_dry_run)


class _Tally:
    """Progress over several files from the progress of each."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        self._before = 0
        self._within = 0

    def begin_file(self) -> None:
        self._before += self._within
        self._within = 0

    def advance(self, count: int) -> None:
        self._within = count
        self._progress(self._before + count)
