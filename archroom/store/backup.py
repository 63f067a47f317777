"""Backups of the books in a file: a copy counts only once it was opened, checked and read again from where it was put.

The copy is made and proved beside the books, then brought to its place, which may be a stick or a network drive, and
compared there. Beside it lies a manifest that says what it holds, so that it can be checked without archroom. PostgreSQL has
its own tools for this, pg_dump and pg_restore.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from archroom.core.events import stamp
from archroom.errors import ArchroomError, BadDatabase, ReadOnlyDatabase, UsageError, say
from archroom.store import files, ledger, schema
from archroom.store.archive import SqlArchive
from archroom.store.database import told
from archroom.store.sqlite import SqliteBooks

MANIFEST_ENDING = ".json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    archroom_backup: int
    """Version of this form, 1."""
    house: str
    made_at: str
    sha256: str
    size: int
    """Bytes of the file."""
    schema: str
    """Name of the last migration."""
    entries: int
    """Entries of the ledger."""
    head: str
    """Hash of the last entry."""
    counts: dict[str, int]


def backup(archive: SqlArchive, target: Path, progress: Callable[[int], None] = lambda count: None) -> Manifest:
    """Write a proved copy of the books to a new file, with its manifest beside it.

    `progress` gets the number of ledger entries proved so far. Raises UsageError for PostgreSQL or if the file is there,
    BadDatabase or LedgerBroken if the books are not sound, ReadOnlyDatabase if the disk takes no more. On any error there is
    no backup.
    """
    books = archive.books
    if not isinstance(books, SqliteBooks):
        raise UsageError(say("Back up a PostgreSQL database with its own tool: pg_dump --format=custom."))
    target = target.absolute()
    files.refuse_existing(target)
    own_folder = books.path.parent if os.access(books.path.parent, os.W_OK) else target.parent
    local = own_folder / f".{books.path.name}.{os.getpid()}.copy"
    brought = target.with_name(f".{target.name}.{os.getpid()}.part")
    manifest_path = target.with_name(target.name + MANIFEST_ENDING)
    try:
        _copy_books(books, local)
        manifest = proved(local, archive, progress)
        if files.copy(local, brought) != files.sha256(brought):
            raise BadDatabase(say("What was written to {path} reads back differently. Use another disk.", path=str(target)))
        _write_manifest(manifest, manifest_path)
        files.name_finished(brought, target)
        return manifest
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        files.remove(local)
        files.remove(brought)
        if not os.path.exists(target):
            files.remove(manifest_path)


def proved(path: Path, archive: SqlArchive, progress: Callable[[int], None] = lambda count: None) -> Manifest:
    """Return what a copy of books holds; raises BadDatabase or LedgerBroken if it is not sound in every part."""
    copied = SqliteBooks(path, is_read_only=True)
    try:
        schema.refuse_other_schema(copied, str(path))
        refuse_damage(copied)
        opened = SqlArchive(archive.url, str(path), copied, archive.clock)
        report = ledger.verify(opened, progress)
        with opened.reading() as reading:
            counts = reading.counts()
    finally:
        copied.shut()
    return Manifest(
        archroom_backup=1,
        house=opened.house.uuid,
        made_at=stamp(archive.clock.now()),
        sha256=files.sha256(path),
        size=path.stat().st_size,
        schema=schema.STEPS[-1],
        entries=report.count,
        head=report.head_hex,
        counts=counts,
    )


def refuse_damage(books: SqliteBooks) -> None:
    """Raise BadDatabase if SQLite finds a damaged page or a reference to nothing."""
    with told(books), books.connection_context():
        found = books.rows("PRAGMA integrity_check(1)")
        dangling = books.rows("PRAGMA foreign_key_check")
    if found != [("ok",)] or dangling:
        raise BadDatabase(say("{path} is damaged.", path=str(books.path)))


def manifest_of(source: Path) -> dict[str, object] | None:
    """Return the manifest beside a backup, None if there is none. Raises BadDatabase if it cannot be read."""
    path = source.with_name(source.name + MANIFEST_ENDING)
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise BadDatabase(say("{path} is not a manifest of a backup.", path=str(path)))
    return found


def _copy_books(books: SqliteBooks, local: Path) -> None:
    files.remove(local)
    files.make_empty(local)
    with told(books), books.connection_context():
        books.execute_sql("VACUUM INTO ?", (str(local),))
    files.sync(local)


def _write_manifest(manifest: Manifest, path: Path) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    files.remove(unfinished)
    files.make_empty(unfinished)
    unfinished.write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    files.sync(unfinished)
    unfinished.replace(path)


def _unwritable(target: Path, error: OSError) -> ArchroomError:
    reason = error.strerror or type(error).__name__
    return ReadOnlyDatabase(say("{path} cannot be written: {reason}. There is no backup.", path=str(target), reason=reason))
