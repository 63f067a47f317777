"""`backup` and `restore`: a verified copy of the books, and the way back to one."""

from __future__ import annotations

from pathlib import Path

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
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

    report = backup(job.house.books.opened(), job.args.file)
    job.output.result({"file": str(job.args.file), "head": report.head_hex}, [str(job.args.file)])
    return 0


def _restore(job: Job) -> int:
    from archroom.store.backup import restore

    report = restore(job.args.file, job.settings.config.database)
    job.output.result({"file": str(job.args.file), "head": report.head_hex}, [str(job.args.file)])
    return 0
