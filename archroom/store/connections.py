"""Connections that are kept open between uses, and short statements on them.

A thread borrows a connection for one look or one act and gives it back; so any thread may act, a scan does not pay for
opening, and nothing is left open when the archive is closed. Statements are written with `?` for values on both databases.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, Protocol

from peewee import Database, PeeweeException

from archroom.errors import ArchroomError

Row = tuple[Any, ...]
Parameters = Sequence[int | str | bytes | None]


class Connection(Protocol):
    """What the two drivers' connections have in common here."""

    def close(self) -> None:
        """Close it."""
        ...


@lru_cache(maxsize=512)
def _with_marks(statement: str, mark: str) -> str:
    return statement.replace("?", mark)


class Books(ABC, Database):
    """A peewee database whose connections are kept, with the few calls that the store makes on it."""

    errors: tuple[type[Exception], ...] = (PeeweeException,)
    """What peewee and the driver raise."""
    is_read_only = False

    def __init__(self, database: str, **options: Any) -> None:
        self._idle: list[Connection] = []
        self._idle_lock = threading.Lock()
        self._is_shut = False
        super().__init__(database, autoconnect=False, **options)

    def execute_sql(self, sql: str, params: Parameters | None = None) -> Any:
        """Run a statement in the database's own form and return its cursor."""
        return super().execute_sql(sql, params)  # type: ignore[no-untyped-call]  # peewee's stubs leave it open

    def connection(self) -> Any:
        """Return this thread's connection."""
        return super().connection()  # type: ignore[no-untyped-call]  # peewee's stubs leave it open

    def rows(self, statement: str, parameters: Parameters = ()) -> list[Row]:
        """Run a query and return all its rows."""
        found: list[Row] = self.execute_sql(_with_marks(statement, self.param), parameters).fetchall()
        return found

    def row(self, statement: str, parameters: Parameters = ()) -> Row | None:
        """Run a query and return its first row."""
        found: Row | None = self.execute_sql(_with_marks(statement, self.param), parameters).fetchone()
        return found

    def run(self, statement: str, parameters: Parameters = ()) -> int:
        """Run a statement and return how many rows it touched."""
        touched: int = self.execute_sql(_with_marks(statement, self.param), parameters).rowcount
        return touched

    def run_many(self, statement: str, rows: Iterable[Parameters]) -> None:
        """Run a statement once for each row of values."""
        self.connection().cursor().executemany(_with_marks(statement, self.param), rows)

    @abstractmethod
    def open_connection(self) -> Connection:
        """Open a new connection with the profile that this program asks for."""

    @abstractmethod
    def is_sound(self, connection: Connection) -> bool:
        """Whether a connection that is given back may be used again."""

    @abstractmethod
    def is_out_of_date(self) -> bool:
        """Whether the connection in use leads to a database that is no longer the one at the address."""

    @abstractmethod
    def begin_look(self) -> AbstractContextManager[object]:
        """Begin a transaction that sees one state of the books and writes nothing."""

    @abstractmethod
    def begin_act(self) -> AbstractContextManager[object]:
        """Begin a transaction that no other writer runs beside."""

    @abstractmethod
    def said(self, error: Exception) -> ArchroomError | None:
        """Return what to tell a person of a database error, None if it is a mistake of this program."""

    def drop_idle(self) -> None:
        """Close the connections that nobody uses now."""
        with self._idle_lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def shut(self) -> None:
        """Close the connections that nobody uses, and each other one when it is given back."""
        self._is_shut = True
        self.drop_idle()

    def _connect(self) -> Connection:
        with self._idle_lock:
            if self._idle:
                return self._idle.pop()
        return self.open_connection()

    def _close(self, connection: Connection) -> None:
        with self._idle_lock:
            if not self._is_shut and self.is_sound(connection):
                self._idle.append(connection)
                return
        connection.close()
