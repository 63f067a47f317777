"""Bringing a backup back: proved before the present books are touched, which are kept beside under another name.

Books that can be opened are replaced through SQLite itself, in one transaction, so that terminals that have them open go on
with what was restored, and a crash leaves the old or the new. Only where nothing or something unreadable is there, a file
takes its name, after everything that SQLite kept beside the old one is gone.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from archroom.core.acts import Act, ActKind, Performer
from archroom.core.cleaning import MAX_LINE, clean
from archroom.core.ports import Clock
from archroom.errors import BadDatabase, ReadOnlyDatabase, UsageError, say
from archroom.store import chain, files, founding, ledger
from archroom.store.address import SqliteFile, read_address
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.backup import Manifest, manifest_of, proved
from archroom.store.database import look, told
from archroom.store.schema import is_older, refuse_other_schema
from archroom.store.sqlite import SqliteBooks, refuse_network_drive, refuse_unfit_file


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was brought back."""

    restored: Manifest
    kept: Path | None
    """Where the books are that were there before, None if there were none."""
    count: int
    """Entries of the ledger now, with the one that tells of the restoring."""
    head_hex: str


def restore(source: Path, url: str, clock: Clock, performer: Performer) -> RestoreReport:
    """Replace the books at an address with a backup, and leave an event that says so.

    Raises UsageError for PostgreSQL, BadDatabase if either file is not books of ours, or of another house, LedgerBroken if
    the backup does not prove, ReadOnlyDatabase if the disk takes no more; then the present books are as they were.
    """
    address = read_address(url)
    if not isinstance(address, SqliteFile):
        raise UsageError(say("Restore a PostgreSQL database with its own tool: pg_restore."))
    path = address.path
    refuse_network_drive(path.parent)
    incoming = path.with_name(f".{path.name}.{os.getpid()}.restoring")
    try:
        manifest = _brought(source.absolute(), incoming, url, clock)
        present = _present(path)
        before = _head_before(present, manifest, source)
        kept = _kept(present, path, clock)
        if present is not None:
            _replace_through_sqlite(present, incoming)
        else:
            _replace_file(path, incoming)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ReadOnlyDatabase(say("The backup cannot be restored: {reason}.", reason=reason)) from error
    finally:
        files.remove(incoming)
    return _told(url, clock, performer, source, manifest, before, kept)


def _brought(source: Path, incoming: Path, url: str, clock: Clock) -> Manifest:
    """Copy a backup beside the books, prove the copy, and compare it with its manifest if that is there.

    The copy is brought up to date first if it is of an earlier schema; what its manifest says of the file is its own.
    """
    if not source.exists():
        raise BadDatabase(say("There is no file {path} to restore from.", path=str(source)))
    refuse_unfit_file(source, is_network_allowed=True)
    claimed = manifest_of(source)
    files.remove(incoming)
    files.copy(source, incoming)
    sha256, size = files.sha256(incoming), incoming.stat().st_size
    _bring_up_to_date(incoming, source)
    books = SqliteBooks(incoming, is_read_only=True)
    try:
        refuse_other_schema(books, str(source))
        manifest = replace(proved(incoming, SqlArchive(url, str(source), books, clock)), sha256=sha256, size=size)
    finally:
        books.shut()
    found = {"sha256": manifest.sha256, "size": manifest.size, "head": manifest.head, "entries": manifest.entries}
    if claimed is not None and any(claimed.get(name) != value for name, value in found.items()):
        raise BadDatabase(say("{path} is not what its manifest says. It was changed or damaged.", path=str(source)))
    return manifest


def _bring_up_to_date(incoming: Path, source: Path) -> None:
    books = SqliteBooks(incoming, is_read_only=True)
    try:
        if not is_older(books):
            return
    finally:
        books.shut()
    books = SqliteBooks(incoming)
    try:
        founding.bring_up_to_date(books, str(source))
    finally:
        books.shut()


def _present(path: Path) -> SqliteBooks | None:
    """Return the books that are there, None if there is nothing or nothing that can be read.

    Raises BadDatabase if it is a file of something else.
    """
    if not os.path.lexists(path):
        return None
    refuse_unfit_file(path)
    books = SqliteBooks(path)
    try:
        with look(books):
            books.rows("SELECT uuid FROM house")
    except (BadDatabase, *books.errors):
        books.shut()
        return None
    return books


def _head_before(present: SqliteBooks | None, manifest: Manifest, source: Path) -> tuple[int, str]:
    if present is None:
        return 0, ""
    with look(present):
        house = present.row("SELECT uuid FROM house WHERE id = 1")
        seq, head = chain.head(present)
    if house is None or house[0] != manifest.house:
        present.shut()
        raise BadDatabase(say("{path} is a backup of another house.", path=str(source)))
    return seq, head.hex()


def _kept(present: SqliteBooks | None, path: Path, clock: Clock) -> Path | None:
    """Keep what is there under another name: a copy of books that can be read, else the files themselves."""
    if not os.path.lexists(path):
        return None
    kept = path.with_name(f"{path.name}.before-restore-{clock.now():%Y%m%dT%H%M%S}")
    files.refuse_existing(kept)
    if present is not None:
        with told(present), present.connection_context():
            present.execute_sql("VACUUM INTO ?", (str(kept),))
        files.sync(kept)
        return kept
    for ending in ("", *files.BESIDE):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + ending))
    return kept


def _replace_through_sqlite(present: SqliteBooks, incoming: Path) -> None:
    source = sqlite3.connect(incoming)
    try:
        with told(present), present.connection_context():
            source.backup(present.connection(), sleep=0.05)
    finally:
        source.close()
        present.shut()


def _replace_file(path: Path, incoming: Path) -> None:
    files.remove(path)
    files.name_finished(incoming, path)


def _told(
    url: str,
    clock: Clock,
    performer: Performer,
    source: Path,
    manifest: Manifest,
    before: tuple[int, str],
    kept: Path | None,
) -> RestoreReport:
    archive = open_archive(url, clock, create=False)
    try:
        facts: dict[str, str | int] = {
            "backup": clean(source.name, MAX_LINE),
            "restored_entries": manifest.entries,
            "restored_head": manifest.head,
            "replaced_entries": before[0],
            "replaced_head": before[1],
        }
        with archive.writing() as books:
            books.commit(Act(ActKind.ARCHIVE_RESTORED, facts=facts), performer)
        report = ledger.verify(archive)
    finally:
        archive.close()
    return RestoreReport(manifest, kept, report.count, report.head_hex)
