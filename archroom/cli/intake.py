"""`import ead` and `place`: records in, and a new collection onto the shelves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json, error_word
from archroom.config import sqlite_url
from archroom.errors import ArchroomError, BadFile, Message, UsageError, say
from archroom.texts import render, tr
from archroom.wiring import House

if TYPE_CHECKING:
    from archroom.core.records import Aspect, ImportCounts, RecordChange
    from archroom.services.importing import IntakeReport
    from archroom.services.placing import PlacingReport

EXIT_SOME_REFUSED = ArchroomError.exit_code
"""Some files were refused, the others went in; the refused ones are listed."""


def add_commands(commands: Commands) -> None:
    """Add `import ead` and `place`."""
    group = commands.group("import", say("Take records in."))
    ead = group.add(
        "ead",
        say("Take in EAD 2002 finding aids; a bad file is refused whole, the others go in."),
        "archroom import ead finding-aids/ --dry-run",
        _import_ead,
    )
    ead.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=tr("files, or folders that are searched for *.xml"))
    ead.add_argument("--dry-run", action="store_true", help=tr("say the same numbers and write nothing"))
    place = commands.add(
        "place",
        say("Shelve all unplaced boxes in reference order, by width, from a shelf on."),
        "archroom place --run R1/1/01/B/1/6",
        _place,
    )
    place.add_argument("--run", required=True, metavar="FIRST_SHELF", help=tr("the shelf to begin with: address or code"))
    place.add_argument("--dry-run", action="store_true", help=tr("say the same numbers and write nothing"))


def _import_ead(job: Job) -> int:
    from archroom.exchange.ead import read_ead
    from archroom.services.importing import Source

    files = list(_files(job.args.paths))
    if not files:
        raise UsageError(say("There is no .xml file in {folder}.", folder=" ".join(map(str, job.args.paths))))
    sources = (Source(str(file), read_ead(file)) for file in files)
    with _receiving(job) as house, job.output.progress(say("Records")) as progress:
        report = house.intake.take_in(sources, house.performer, job.args.dry_run, progress)
    job.output.result(_intake_shape(report), _intake_lines(report))
    if not job.output.is_json:
        for line in _changed_lines(report):
            job.output.narrate(line)
        for name, error in report.refused:
            job.output.note(say("refused: {reason}", reason=_reason(name, error)))
        if report.is_dry_run:
            job.output.note(say("Dry run: nothing was written."))
    return EXIT_SOME_REFUSED if report.refused else 0


@contextmanager
def _receiving(job: Job) -> Iterator[House]:
    """Give the house that takes the records in; a dry run where there are no books yet uses empty ones that vanish."""
    if not job.args.dry_run:
        job.house.books.opened(may_found=True)
        yield job.house
    elif not job.house.books.is_file_missing:
        yield job.house
    else:
        with tempfile.TemporaryDirectory(prefix="archroom-") as folder:
            database = sqlite_url(Path(folder) / "empty.db")
            with House(replace(job.settings.config, database=database)) as house:
                house.books.opened(may_found=True)
                yield house


def _intake_shape(report: IntakeReport) -> dict[str, Json]:
    files: list[Json] = [
        {"file": file.name, "collection": file.collection, **_numbers(file.counts)} for file in report.files
    ]
    return {
        "files": len(report.files),
        "refused": len(report.refused),
        "collections": report.collections,
        **_numbers(report.total),
        "dry_run": report.is_dry_run,
        "refusals": [_refusal_shape(name, error) for name, error in report.refused],
        "by_file": files,
        "changes": [_change_shape(name, change) for name, change in report.changes],
        "changes_total": report.total.changed + report.total.gone,
    }


def _change_shape(file: str, change: RecordChange) -> Json:
    return {
        "file": file,
        "code": change.code,
        "title": change.title,
        "gone": change.is_gone,
        "what": [aspect.value for aspect in change.aspects],
    }


def _numbers(counts: ImportCounts) -> dict[str, Json]:
    return {name: getattr(counts, name) for name in counts.__slots__}


def _refusal_shape(name: str, error: ArchroomError) -> Json:
    place = {"line": error.line, "column": error.column} if isinstance(error, BadFile) else {"line": 0, "column": 0}
    return {"file": name, "error": error_word(error), "message": render(error.message), **place}


def _reason(name: str, error: ArchroomError) -> Message:
    """Return why a file was refused, in a sentence that names it once, as the person did."""
    if isinstance(error, BadFile) and "file" in error.message.values:
        return replace(error.message, values={**error.message.values, "file": name})
    return say("{file}: {reason}", file=name, reason=error.message)


def _intake_lines(report: IntakeReport) -> Iterator[str]:
    for file in report.files:
        yield tr("{word}: {what}", word=file.name, what=_counts_text(file.counts))
    if len(report.files) != 1:
        yield tr("{count} files: {counts}", count=len(report.files), counts=_counts_text(report.total))


def _changed_lines(report: IntakeReport) -> Iterator[str]:
    """Yield what each file changed and what is gone from it, the first few one by one."""
    from archroom.services.importing import MOST_IN_WORDS

    words = _aspect_words()
    for file in report.files:
        total = file.counts.changed + file.counts.gone
        if total and len(report.files) > 1:
            yield tr("In {file}:", file=file.name)
        for change in file.changes[:MOST_IN_WORDS]:
            if change.is_gone:
                yield tr("gone: {title}", title=change.title)
            else:
                what = tr(", ").join(words[aspect] for aspect in change.aspects)
                yield tr("changed: {title} ({what})", title=change.title, what=what)
        if total > MOST_IN_WORDS:
            yield tr("Changed or gone besides: {count}.", count=total - MOST_IN_WORDS)


def _aspect_words() -> dict[Aspect, str]:
    from archroom.core.records import Aspect

    return {
        Aspect.TITLE: tr("title"),
        Aspect.REFERENCE: tr("reference code"),
        Aspect.DATES: tr("dates"),
        Aspect.LEVEL: tr("level"),
        Aspect.PATH: tr("within"),
        Aspect.LABEL: tr("type"),
        Aspect.INDICATOR: tr("number"),
        Aspect.HOUSING: tr("containers"),
        Aspect.PROFILE: tr("profile"),
        Aspect.WIDTH: tr("width"),
        Aspect.PARENT: tr("place in the finding aid"),
        Aspect.BARCODE: tr("barcode"),
        Aspect.HOME: tr("home"),
        Aspect.LISTED: tr("named for the first time"),
        Aspect.BACK: tr("named again"),
    }


def _counts_text(counts: ImportCounts) -> str:
    held = tr(
        "{items} items, {containers} containers, {barcodes} barcodes",
        items=counts.items,
        containers=counts.containers,
        barcodes=counts.barcodes,
    )
    changed = tr(
        "{added} new, {changed} changed, {gone} gone, {unchanged} as before",
        added=counts.added,
        changed=counts.changed,
        gone=counts.gone,
        unchanged=counts.unchanged,
    )
    if not counts.cut_titles:
        return tr("{held}; {changed}", held=held, changed=changed)
    cut = tr("{count} titles cut", count=counts.cut_titles)
    return tr("{held}; {changed}; {cut}", held=held, changed=changed, cut=cut)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files to read: those that are named, and the *.xml of folders in the order of their names."""
    for path in paths:
        if os.path.isdir(path):  # unlike Path.is_dir, no where a name is too long or a folder may not be entered
            yield from sorted(found for found in path.rglob("*") if found.suffix.lower() == ".xml" and os.path.isfile(found))
        else:
            yield path


def _place(job: Job) -> int:
    with job.output.progress(say("Boxes")) as progress:
        report = job.house.placing.place_run(job.performer, job.args.run, job.args.dry_run, progress)
    not_fitted: list[Json] = [{"title": title, "width_mm": width} for title, width in report.not_fitted]
    shape: dict[str, Json] = {
        "placed": report.placed,
        "not_fitted": not_fitted,
        "shelves_used": report.shelves_used,
        "last_address": report.last_address,
        "assumed": report.assumed_count,
        "assumed_width_mm": report.assumed_width_mm,
        "dry_run": job.args.dry_run,
    }
    job.output.result(shape, [_placed_line(report)])
    if not job.output.is_json:
        for title, width in report.not_fitted:
            job.output.note(say("did not fit: {title}, {width} mm", title=title, width=width))
        if report.assumed_count:
            assumed = say(
                "Boxes of unknown width: {count}, counted with {width} mm each.",
                count=report.assumed_count,
                width=report.assumed_width_mm,
            )
            job.output.note(assumed)
        if job.args.dry_run:
            job.output.note(say("Dry run: nothing was written."))
    return 0


def _placed_line(report: PlacingReport) -> str:
    if report.placed:
        return tr(
            "Boxes placed: {count}, on {shelves} shelves up to {address}",
            count=report.placed,
            shelves=report.shelves_used,
            address=report.last_address,
        )
    return tr("No box fits from there on.") if report.not_fitted else tr("Every box has a home already.")
