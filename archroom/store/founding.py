"""Founding a house's books.

A file of books is made under another name and takes its own only when it is whole, so a crash leaves no half-made one and
nothing that was there before is written over. On PostgreSQL one transaction makes all or nothing.
"""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path

from archroom.core.acts import Act, ActKind, Performer
from archroom.core.events import stamp
from archroom.core.ports import Clock
from archroom.errors import BadDatabase, ReadOnlyDatabase, say
from archroom.store import chain, files, migrations, models, schema
from archroom.store.connections import Books
from archroom.store.database import told, unit_of_work
from archroom.store.digests import KEY_BYTES
from archroom.store.sqlite import APPLICATION_ID, SqliteBooks, refuse_network_drive

_FOLDER = Path(migrations.__file__).parent


def found_file(path: Path, clock: Clock, founder: Performer) -> None:
    """Make the books of a new house in a new file.

    Raises BadDatabase if a file of that name is there, ReadOnlyDatabase if none can be made.
    """
    try:
        _made_file(path, clock, founder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ReadOnlyDatabase(say("{path} cannot be made: {reason}.", path=str(path), reason=reason)) from error


def _made_file(path: Path, clock: Clock, founder: Performer) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    refuse_network_drive(path.parent)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    files.remove(unfinished)
    try:
        books = SqliteBooks(unfinished, is_new=True)
        with told(books):
            _found(books, clock, founder, _sign_file)
        books.shut()
        files.name_finished(unfinished, path)
    finally:
        files.remove(unfinished)


def found_schema(books: Books, clock: Clock, founder: Performer) -> None:
    """Make the books of a new house in an empty schema of a PostgreSQL database; leaves books of ours as they are."""
    with told(books):
        _found(books, clock, founder, _lock_schema)


def migrate(books: Books) -> None:
    """Bring an open database to this program's schema, in one transaction."""
    from playhouse.migrations import Runner  # loads a command line of its own, which only a migration needs

    with books.atomic():
        Runner(books, str(_FOLDER)).up()


def bring_up_to_date(books: Books, shown: str) -> None:
    """Bring books of an earlier schema to this program's, whole or not at all, however many programs do so at once.

    Raises BadDatabase if another program changed them, ReadOnlyDatabase if they may only be read, Busy as any act.
    """
    with unit_of_work(books):
        migrate(books)
        schema.refuse_other_schema(books, shown)


def _found(books: Books, clock: Clock, founder: Performer, prepare: Callable[[Books], bool]) -> None:
    with books.connection_context(), books.atomic():
        if not prepare(books):
            return
        migrate(books)
        house = {"id": 1, "uuid": str(uuid.uuid4()), "digest_key": secrets.token_bytes(KEY_BYTES)}
        models.House.insert(house | {"founded_at": stamp(clock.now())}).execute(books)
        act = Act(ActKind.HOUSE_FOUNDED, facts={"house": str(house["uuid"])})
        chain.append(books, act, founder, clock.now())


def _sign_file(books: Books) -> bool:
    books.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    return True


def _lock_schema(books: Books) -> bool:
    """Let one process at a time look whether the schema is empty; return whether it is."""
    books.execute_sql("SELECT pg_advisory_xact_lock(%s)", (APPLICATION_ID,))
    tables = {row[0] for row in books.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}
    if not tables:
        return _refuse_other_encoding(books)
    if schema.HISTORY not in tables or "house" not in tables:
        raise BadDatabase(say("This PostgreSQL database holds tables of another program. Use a database of its own."))
    return False


def _refuse_other_encoding(books: Books) -> bool:
    row = books.row("SHOW server_encoding")
    if row is None or row[0] != "UTF8":
        raise BadDatabase(say("The PostgreSQL database must be created with the encoding UTF8."))
    return True
