"""Files that are whole or not there: written under another name, synced to the disk, and named when they are finished."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from archroom.errors import BadDatabase, UsageError, say

BESIDE = ("-journal", "-wal", "-shm")
"""Endings of the files that SQLite keeps beside a database."""


def refuse_existing(path: Path) -> None:
    """Raise UsageError if there is anything of that name, or no folder for it."""
    if os.path.lexists(path):
        raise UsageError(say("{path} is there already; nothing was written over.", path=str(path)))
    if not os.path.isdir(path.parent):
        raise UsageError(say("There is no folder {path}.", path=str(path.parent)))


def name_finished(unfinished: Path, path: Path) -> None:
    """Give a finished file its name, never over another one."""
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise BadDatabase(say("{path} is there already; nothing was written over.", path=str(path))) from None
    except OSError:  # a file system without hard links
        refuse_existing(path)
        unfinished.rename(path)
    else:
        unfinished.unlink()
    sync_folder(path.parent)


def make_empty(path: Path) -> None:
    """Make an empty file that nobody else may read."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def copy(source: Path, target: Path) -> str:
    """Copy a file to a new one, sync it, and return the SHA-256 of what was read, as hexadecimal digits."""
    make_empty(target)
    with source.open("rb") as reading, target.open("wb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())
    return sha256(source)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Bring a file's bytes to the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Bring a folder's names to the disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a database file and what SQLite keeps beside it, if they are there."""
    for name in (path, *(path.with_name(path.name + ending) for ending in BESIDE)):
        with suppress(FileNotFoundError):
            if os.path.lexists(name):  # also tells that a name is too long to be there
                name.unlink()
