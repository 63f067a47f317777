"""The books in an SQLite file: where the file may be, and how each connection is set up.

The profile is set on every connection and read back; a connection that does not have it is not used. SQLite 3.7.0 to 3.51.2
can lose a commit when two connections reset a write-ahead log at once (mended in 3.44.6, 3.50.7 and 3.51.3), so with those
versions the books are kept with a rollback journal and `synchronous=EXTRA`, else in WAL with `synchronous=FULL`. Both
survive a power cut after each acknowledged act.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
import stat
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

from peewee import PeeweeException, SqliteDatabase

from archroom.errors import ArchroomError, BadDatabase, Busy, Message, ReadOnlyDatabase, say
from archroom.store.connections import Books, Connection

APPLICATION_ID = int.from_bytes(b"Arch", "big")
"""What stands in the file's header, so that it is known as ours."""
MAGIC = b"SQLite format 3\x00"
BUSY_SECONDS = 5
_PAUSE_S = (0.0005, 0.004)
MOUNTS = Path("/proc/self/mounts")

_NETWORK = re.compile(
    r"^(nfs|nfs4|cifs|smb\d*|smbfs|smb3|9p|ncpfs?|afs|ceph|glusterfs|lustre|beegfs|gpfs|ocfs2|gfs2|davfs|fuse|fuse\..+)$"
)
_FULL, _EXTRA = 2, 3


def has_wal_reset_race(version: tuple[int, ...]) -> bool:
    """Whether an SQLite version can lose a commit when two connections reset the write-ahead log at once."""
    if version[:2] == (3, 44):
        return version < (3, 44, 6)
    if version[:2] == (3, 50):
        return version < (3, 50, 7)
    return (3, 7, 0) <= version < (3, 51, 3)


def network_file_system(path: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the type of the network file system that a path lies on, None if it is local or cannot be known."""
    if not mounts.exists():
        return None
    found, longest = "", -1
    for line in mounts.read_text(errors="surrogateescape").splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal.group(1), 8)), fields[1])
        if len(point) >= longest and path.resolve().is_relative_to(point):
            found, longest = fields[2], len(point)
    return found if _NETWORK.match(found) else None


class _Opened(sqlite3.Connection):
    """A connection that remembers which file it opened."""

    identity: tuple[int, int] | None = None


class SqliteBooks(Books, SqliteDatabase):
    """Books in one file."""

    errors = (PeeweeException, sqlite3.Error)

    def __init__(
        self,
        path: Path,
        is_new: bool = False,
        is_read_only: bool = False,
        version: tuple[int, ...] = sqlite3.sqlite_version_info,
    ) -> None:
        self.path = path
        may_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        self.is_read_only = is_read_only or not (is_new or may_write)
        self.is_new = is_new
        """Whether the file may be made."""
        self._version = version
        super().__init__(str(path))

    @property
    def profile(self) -> dict[str, int | str]:
        """The settings of each connection, by pragma."""
        is_wal_safe = not has_wal_reset_race(self._version)
        settings: dict[str, int | str] = {
            "foreign_keys": 1,
            "busy_timeout": BUSY_SECONDS * 1000,
            "recursive_triggers": 1,
            "trusted_schema": 0,
            "cell_size_check": 1,
            "wal_autocheckpoint": 1000,
            "cache_size": -16_384,
            "synchronous": _FULL if is_wal_safe else _EXTRA,
        }
        if not self.is_read_only:
            settings["journal_mode"] = "wal" if is_wal_safe else "delete"
        return settings

    def open_connection(self) -> Connection:
        """Open the file, set the profile and read it back."""
        mode = "rwc" if self.is_new else "ro" if self.is_read_only else "rw"
        before = self._identity()
        if before is None and not self.is_new:
            raise BadDatabase(say("{path} is not there any more.", path=str(self.path)))
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=_Opened,
            uri=True,
        )
        try:
            self._set_up(connection)
            connection.identity = self._identity()
            if before not in (None, connection.identity):
                raise Busy(say("The database file is just being replaced; nothing was changed."))
        except BaseException:
            connection.close()
            raise
        return connection

    def is_sound(self, connection: Connection) -> bool:
        """Whether the connection stands outside any transaction."""
        return not cast(_Opened, connection).in_transaction

    def is_out_of_date(self) -> bool:
        """Whether the file was replaced, as a restore does, since this thread's connection opened it."""
        return cast(_Opened, self.connection()).identity != self._identity()

    def begin_look(self) -> AbstractContextManager[object]:
        """Begin a deferred transaction."""
        return self.atomic()

    def begin_act(self) -> AbstractContextManager[object]:
        """Begin an immediate transaction: the one writer is chosen here, not at the first write."""
        return self.atomic("IMMEDIATE")

    def begin(self, lock_type: str | None = None) -> None:
        """Begin a transaction; for an immediate one, wait for the other writers up to 5 s.

        SQLite's own waiting looks less and less often, so that one of many terminals could be passed over until it gives
        up. Here each looks every few milliseconds, at odds that are the same for all.
        """
        if lock_type != "IMMEDIATE":
            super().begin(lock_type)
            return
        deadline = time.monotonic() + BUSY_SECONDS
        self.execute_sql("PRAGMA busy_timeout = 0")
        try:
            while not self._has_begun(lock_type, deadline):
                time.sleep(random.uniform(*_PAUSE_S))  # SQLite tells nobody that the lock is free; 5 s at most
        finally:
            self.execute_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def _has_begun(self, lock_type: str, deadline: float) -> bool:
        try:
            super().begin(lock_type)
        except self.errors as error:
            if not isinstance(self.said(error), Busy) or time.monotonic() > deadline:
                raise
            return False
        return True

    def rollback(self) -> None:
        """Undo the open transaction; SQLite has done so by itself when the disk was full."""
        if self.connection().in_transaction:
            super().rollback()

    def said(self, error: Exception) -> ArchroomError | None:
        """Return what to tell a person of an error of SQLite."""
        code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF
        kind, message = _SAID.get(code, (None, None))
        return kind(message) if kind and message else None

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _set_up(self, connection: sqlite3.Connection) -> None:
        for name, wanted in self.profile.items():
            connection.execute(f"PRAGMA {name} = {wanted}")
            row = connection.execute(f"PRAGMA {name}").fetchone()
            if row is None or row[0] != wanted:
                raise BadDatabase(
                    say(
                        "SQLite does not take the setting {name} = {value} that keeps the books safe.",
                        name=name,
                        value=wanted,
                    )
                )


_SAID: dict[int, tuple[type[ArchroomError], Message]] = {
    sqlite3.SQLITE_BUSY: (Busy, say("Another terminal is busy; nothing was changed. Try again.")),
    sqlite3.SQLITE_LOCKED: (Busy, say("Another terminal is busy; nothing was changed. Try again.")),
    sqlite3.SQLITE_READONLY: (ReadOnlyDatabase, say("The database may only be read; nothing was changed.")),
    sqlite3.SQLITE_CANTOPEN: (
        ReadOnlyDatabase,
        say("The database or its folder cannot be opened for writing; nothing was changed."),
    ),
    sqlite3.SQLITE_PERM: (
        ReadOnlyDatabase,
        say("The database or its folder cannot be opened for writing; nothing was changed."),
    ),
    sqlite3.SQLITE_FULL: (ReadOnlyDatabase, say("The disk is full; nothing was changed.")),
    sqlite3.SQLITE_IOERR: (
        ReadOnlyDatabase,
        say("The disk does not read or write any more; nothing was changed. Look at it."),
    ),
    sqlite3.SQLITE_CORRUPT: (BadDatabase, say("The database is damaged; restore a backup.")),
    sqlite3.SQLITE_NOTADB: (BadDatabase, say("This file is not a database.")),
}


def refuse_unfit_file(path: Path, mounts: Path = MOUNTS, is_network_allowed: bool = False) -> None:
    """Raise BadDatabase if a path is no file of ours by what can be seen without opening it, or lies on a network drive."""
    shown = str(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise BadDatabase(say("There is no database at {path}. `archroom init ROOM.toml` makes one.", path=shown)) from None
    except OSError as error:
        raise BadDatabase(say("{path} cannot be opened: {reason}.", path=shown, reason=error.strerror or "")) from None
    if not stat.S_ISREG(mode):
        raise BadDatabase(say("{path} is not a file.", path=shown))
    if not is_network_allowed:
        refuse_network_drive(path, mounts)
    try:
        with path.open("rb") as file:
            head = file.read(72)
    except OSError as error:
        raise BadDatabase(say("{path} cannot be opened: {reason}.", path=shown, reason=error.strerror or "")) from None
    if not head:
        raise BadDatabase(say("{path} is an empty file, not a database of archroom.", path=shown))
    if head[:16] != MAGIC:
        raise BadDatabase(say("{path} is not a database.", path=shown))
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise BadDatabase(say("{path} is a database of another program.", path=shown))


def refuse_network_drive(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise BadDatabase if a path lies on a network file system, where SQLite's locks cannot be trusted."""
    kind = network_file_system(path, mounts)
    if kind:
        raise BadDatabase(
            say(
                "{path} lies on a network drive ({kind}), where the books are not safe. Use a local disk, or PostgreSQL.",
                path=str(path),
                kind=kind,
            )
        )
