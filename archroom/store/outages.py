"""What is out of order at present: one small read, whatever else is looked up."""

from __future__ import annotations

from datetime import date

from archroom.core.events import instant
from archroom.core.outages import Outage
from archroom.store.connections import Books, Row

_PRESENT = (
    "SELECT b.number, e.happened_at, o.since_on, e.actor, o.why, o.begun_seq, o.aisle, h.actor, h.happened_at"
    " FROM outage o JOIN block b ON b.id = o.block_id JOIN event e ON e.seq = o.begun_seq"
    " LEFT JOIN event h ON h.seq = o.opened_seq WHERE o.ended_seq IS NULL"
)


def outages(books: Books) -> dict[int, Outage]:
    """Return what is out of order at present, by the number of the block."""
    return {row[0]: _outage_of(row) for row in books.rows(_PRESENT)}


def _outage_of(row: Row) -> Outage:
    block, since, since_on, by, why, begun_seq, aisle, opened_by, opened_at = row
    opened = None if opened_at is None else instant(opened_at)
    return Outage(block, instant(since), date.fromisoformat(since_on), by, why, begun_seq, aisle, opened_by or "", opened)
