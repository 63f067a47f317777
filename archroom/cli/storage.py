"""`backup` and `restore`: a verified copy of the books, and the way back to one."""

from __future__ import annotations

from pathlib import Path

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.errors import say
from archroom.texts import tr


def add_commands(commands: Commands) -> None:
    """Add `backup` and `restore`."""
    backup = commands.add(
        "backup", say("Write a verified copy of the books to a file."), "archroom backup books-2026-11-24.db", _backup
    )
    backup.add_argument("file", type=Path, metavar="FILE", help=tr("the new file; nothing is written over"))
    restore = commands.add(
        "restore",
        say("Put the books back to a verified copy; the present state is kept as a copy beside them."),
        "archroom restore books-2026-11-24.db",
        _restore,
    )
    restore.add_argument("file", type=Path, metavar="FILE", help=tr("a file that archroom backup wrote"))


def _backup(job: Job) -> int:
    from archroom.store.backup import backup

    archive = job.house.books.opened()
    with job.output.progress(say("Events")) as progress:
        manifest = backup(archive, job.args.file, progress)
    shape: dict[str, Json] = {
        "file": str(job.args.file),
        "entries": manifest.entries,
        "head": manifest.head,
        "sha256": manifest.sha256,
        "size": manifest.size,
    }
    proved = tr(
        "{file}: proved, {count} events, {size} bytes", file=str(job.args.file), count=manifest.entries, size=manifest.size
    )
    job.output.result(shape, [proved])
    return 0


def _restore(job: Job) -> int:
    from archroom.store.restoring import restore

    report = restore(job.args.file, job.settings.config.database, job.house.clock, job.performer)
    shape: dict[str, Json] = {
        "file": str(job.args.file),
        "entries": report.count,
        "head": report.head_hex,
        "kept": str(report.kept) if report.kept else None,
    }
    job.output.result(shape, [tr("Restored from {file}: {count} events", file=str(job.args.file), count=report.count)])
    if report.kept is not None and not job.output.is_json:
        job.output.note(say("What was there before is kept in {file}.", file=str(report.kept)))
    return 0
