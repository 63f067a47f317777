"""How the store looks at the books and writes to them: `look` and `unit_of_work`, and nothing else opens a transaction.

A unit of work is outermost, is the only writer while it lasts, and is whole or nothing: any error undoes all of it. It waits
for another writer up to 5 s. A look sees one state of the books. Errors of a database come out as sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from peewee import IntegrityError

from archroom.errors import BadDatabase, Busy, ReadOnlyDatabase, Refused, say
from archroom.store.address import Address, PostgresServer, SqliteFile
from archroom.store.connections import Books
from archroom.store.sqlite import SqliteBooks


def books_at(address: Address, is_new: bool = False) -> Books:
    """Return the books at an address, not yet connected. Raises BadDatabase if PostgreSQL's driver is missing."""
    match address:
        case SqliteFile(path):
            return SqliteBooks(path, is_new)
        case PostgresServer(url):
            try:
                from archroom.store.postgres import PostgresBooks
            except ImportError:
                raise BadDatabase(
                    say("PostgreSQL needs its driver: pip install {package}.", package="archroom[postgres]")
                ) from None
            return PostgresBooks(url)


@contextmanager
def look(books: Books) -> Iterator[None]:
    """Open a look at the books on this thread; inside a look or a unit of work it is that one."""
    with told(books):
        if books.in_transaction():
            yield
            return
        with ExitStack() as opened:
            _enter(books, opened, is_act=False)
            yield


@contextmanager
def unit_of_work(books: Books) -> Iterator[None]:
    """Open the one write transaction of an act.

    Raises Busy after 5 s of waiting for another writer, ReadOnlyDatabase if nothing can be written.
    """
    if books.in_transaction():
        raise RuntimeError("a unit of work is outermost")
    if books.is_read_only:
        raise ReadOnlyDatabase(say("The database may only be read; nothing was changed."))
    with told(books), ExitStack() as opened:
        _enter(books, opened, is_act=True)
        yield


@contextmanager
def told(books: Books) -> Iterator[None]:
    """Turn errors of the database into sentences."""
    try:
        yield
    except books.errors as error:
        told_error = books.said(error)
        if told_error is not None:
            raise told_error from error
        if isinstance(error, IntegrityError):
            raise Refused(say("Something else was done with this meanwhile; nothing was changed. Try again.")) from error
        raise


def _enter(books: Books, opened: ExitStack, is_act: bool) -> None:
    """Borrow a connection and begin on it; again with a fresh one if the database behind it is gone or was replaced."""
    for is_last in (False, False, True):
        try:
            books.connect(reuse_if_open=True)
            opened.callback(books.close)
            if not books.is_out_of_date():
                opened.enter_context(books.begin_act() if is_act else books.begin_look())
                if not books.is_out_of_date():
                    return
        except books.errors as error:
            if is_last or isinstance(books.said(error), Busy):
                raise
        opened.close()
        books.drop_idle()
    raise Busy(say("The database file is just being replaced; nothing was changed."))
