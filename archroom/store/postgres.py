"""The books on a PostgreSQL server, through psycopg 3.

Writers queue for the one row of `chain_head`, so that an act reads and writes as it would on SQLite: alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import psycopg
from peewee import PeeweeException, PostgresqlDatabase, Psycopg3Adapter
from psycopg.pq import TransactionStatus

from archroom.errors import ArchroomError, Busy, ReadOnlyDatabase, Unreadable, say
from archroom.store.connections import Books, Connection

_SETTINGS = (
    "SET synchronous_commit TO on",
    "SET lock_timeout TO '5s'",
    "SET TimeZone TO 'UTC'",
    "SET client_encoding TO 'UTF8'",
    "SET client_min_messages TO warning",
)
_BUSY = ("40001", "40P01", "55P03")
_READ_ONLY = ("25006", "42501")
_FULL = ("53100",)


class Psycopg(Psycopg3Adapter):
    """peewee's adapter to psycopg 3, which works though peewee was loaded without that driver."""

    txn_idle = TransactionStatus.IDLE
    txn_inerror = TransactionStatus.INERROR
    txn_unknown = TransactionStatus.UNKNOWN

    def check_driver(self) -> None:
        """Say that the driver is there."""

    def get_binary_type(self) -> type[bytes]:
        """Return what carries bytes to the server."""
        return bytes


class PostgresBooks(Books, PostgresqlDatabase):
    """Books in one schema of a PostgreSQL database."""

    psycopg2_adapter = Psycopg
    psycopg3_adapter = Psycopg
    errors = (PeeweeException, psycopg.Error)

    def __init__(self, url: str) -> None:
        super().__init__(url)

    def open_connection(self) -> Connection:
        """Connect to the server and set what each connection needs."""
        connection = psycopg.connect(self.database, autocommit=True, connect_timeout=10)
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
        except BaseException:
            connection.close()
            raise
        return connection

    def is_sound(self, connection: Connection) -> bool:
        """Whether the connection is open and outside any transaction."""
        return cast("psycopg.Connection[Any]", connection).info.transaction_status == TransactionStatus.IDLE

    def is_out_of_date(self) -> bool:
        """Whether the connection was lost."""
        return bool(self.connection().closed)

    def begin_look(self) -> AbstractContextManager[object]:
        """Begin a transaction that sees one state of the books."""
        return self.atomic("REPEATABLE READ")

    @contextmanager
    def begin_act(self) -> Iterator[object]:
        """Begin a transaction and wait for the row for which all writers queue."""
        with self.atomic():
            self.execute_sql("SELECT seq FROM chain_head WHERE id = 1 FOR UPDATE")
            yield None

    def rollback(self) -> None:
        """Undo the open transaction; a lost connection has undone it by itself."""
        if not self.connection().closed:
            super().rollback()

    def said(self, error: Exception) -> ArchroomError | None:
        """Return what to tell a person of an error of the server."""
        cause = getattr(error, "orig", error)
        state = getattr(cause, "sqlstate", None) or ""
        if state in _BUSY:
            return Busy(say("Another terminal is busy; nothing was changed. Try again."))
        if state in _READ_ONLY:
            return ReadOnlyDatabase(say("The database may only be read; nothing was changed."))
        if state in _FULL:
            return ReadOnlyDatabase(say("The disk is full; nothing was changed."))
        if isinstance(cause, psycopg.OperationalError) and (not state or state[:2] in ("08", "28", "57")):
            return Unreadable(say("The database server does not answer or does not know us; nothing was changed."))
        return None
