"""Writing an event at the end of the chain.

An event is written inside the unit of work of its act, so both are there or neither is. `chain_head` names the last event,
so that a ledger whose end was cut off is seen to be cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from archroom.core.acts import Act, Performer
from archroom.core.events import GENESIS, Event, body_of, chain_hash, stamp
from archroom.store.connections import Books

_INSERT = (
    "INSERT INTO event (seq, prev_hash, hash, recorded_at, happened_at, actor, terminal, kind, undoes, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def head(books: Books) -> tuple[int, bytes]:
    """Return number and hash of the last event, 0 and the hash before the first if there is none."""
    row = books.row("SELECT seq, hash FROM chain_head WHERE id = 1")
    return (row[0], row[1]) if row else (0, GENESIS)


def append(
    books: Books, act: Act, performer: Performer, recorded_at: datetime, happened_at: datetime | None = None
) -> Event:
    """Write the event of an act, inside a unit of work, and return it."""
    last_seq, last_hash = head(books)
    event = Event(last_seq + 1, recorded_at, happened_at or recorded_at, performer, act)
    body = body_of(event)
    new_hash = chain_hash(last_hash, body)
    columns = (stamp(event.recorded_at), stamp(event.happened_at), performer.actor, performer.terminal, act.kind.value)
    books.run(_INSERT, (event.seq, last_hash, new_hash, *columns, act.undoes, body))
    if last_seq:
        books.run("UPDATE chain_head SET seq = ?, hash = ? WHERE id = 1", (event.seq, new_hash))
    else:
        books.run("INSERT INTO chain_head (id, seq, hash) VALUES (1, ?, ?)", (event.seq, new_hash))
    note_touched(books, event.seq, act.thing_ids)
    return event


def note_touched(books: Books, seq: int, thing_ids: Iterable[int]) -> None:
    """Write which things an event touched, for their histories."""
    books.run_many("INSERT INTO event_thing (thing_id, seq) VALUES (?, ?)", [(thing_id, seq) for thing_id in thing_ids])
