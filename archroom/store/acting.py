"""Writing what an act changed into the tables: each section of an act, whatever its kind.

An act names how each thing stood when it was decided; if a row is not so any more, nothing is written at all.
"""

from __future__ import annotations

from archroom.core.acts import (
    AisleOpenedByHand,
    BarcodeBound,
    LoanClosed,
    LoanOpened,
    LoanReopened,
    Move,
    OutageBegun,
    OutageEnded,
)
from archroom.core.events import Event, stamp
from archroom.core.replay import touched_after, touched_before
from archroom.errors import Refused, say
from archroom.store.connections import Books

_MOVE = (
    "UPDATE thing SET custody = ?, place_id = ?, container_id = ?, home_place_id = ?, home_container_id = ?, touched_seq = ?"
    " WHERE id = ? AND custody = ? AND coalesce(place_id, 0) = ? AND coalesce(container_id, 0) = ?"
    " AND coalesce(home_place_id, 0) = ? AND coalesce(home_container_id, 0) = ? AND touched_seq = ?"
)
_LEND = "INSERT INTO loan (thing_id, person_id, lent_at, due_on, opened_seq) VALUES (?, ?, ?, ?, ?)"
_CLOSE = (
    "UPDATE loan SET closed_seq = ?, closed_at = ?, was_undone = ?"
    " WHERE thing_id = ? AND opened_seq = ? AND closed_seq IS NULL"
)
_REOPEN = (
    "UPDATE loan SET closed_seq = NULL, closed_at = NULL, was_undone = 0"
    " WHERE thing_id = ? AND opened_seq = ? AND closed_seq IS NOT NULL"
)
_TAKE_OUT = (
    "INSERT INTO outage (block_id, begun_seq, since_on, why) VALUES ((SELECT id FROM block WHERE number = ?), ?, ?, ?)"
)
_OF_BLOCK = "WHERE begun_seq = ? AND block_id = (SELECT id FROM block WHERE number = ?) AND ended_seq IS NULL"
_OPEN_BY_HAND = f"UPDATE outage SET aisle = ?, opened_seq = ? {_OF_BLOCK}"
_PUT_BACK = f"UPDATE outage SET ended_seq = ? {_OF_BLOCK}"
_BIND = "INSERT INTO barcode (value, {owner}_id, bound_seq) VALUES (?, ?, ?)"


def write_rows(books: Books, event: Event) -> None:
    """Write the rows of an event's act, inside a unit of work.

    Things, places, people and descriptions that it made are rows already. Raises Refused if a thing or a loan is not as it
    was when the act was decided.
    """
    act = event.act
    for move in act.moves:
        _move(books, event, move)
    for closed in act.loans_closed:
        _close(books, event, closed)
    for lent in act.loans_opened:
        _lend(books, event, lent)
    for reopened in act.loans_reopened:
        _reopen(books, reopened)
    for bound in act.barcodes_bound:
        _bind(books, event, bound)
    for begun in act.outages_begun:
        _take_out(books, event, begun)
    for opened in act.opened_by_hand:
        _open_by_hand(books, event, opened)
    for ended in act.outages_ended:
        _put_back(books, event, ended)


def _move(books: Books, event: Event, move: Move) -> None:
    before, after = move.before, move.after
    where_after = (after.custody.value, after.place_id, after.container_id, after.home_place_id, after.home_container_id)
    where_before = (before.place_id, before.container_id, before.home_place_id, before.home_container_id)
    set_to = (*where_after, touched_after(event, move))
    found = (move.thing_id, before.custody.value, *(number or 0 for number in where_before), touched_before(event, move))
    _expect_one(books.run(_MOVE, (*set_to, *found)))


def _lend(books: Books, event: Event, lent: LoanOpened) -> None:
    at = stamp(event.happened_at)
    books.run(_LEND, (lent.thing_id, lent.person_id, at, lent.due_on.isoformat(), event.seq))


def _close(books: Books, event: Event, closed: LoanClosed) -> None:
    values = (event.seq, stamp(event.happened_at), int(closed.was_undone), closed.thing_id, closed.opened_seq)
    _expect_one(books.run(_CLOSE, values))


def _reopen(books: Books, reopened: LoanReopened) -> None:
    _expect_one(books.run(_REOPEN, (reopened.thing_id, reopened.opened_seq)))


def _bind(books: Books, event: Event, bound: BarcodeBound) -> None:
    books.run(_BIND.format(owner=bound.owner.value), (bound.value, bound.owner_id, event.seq))


def _take_out(books: Books, event: Event, begun: OutageBegun) -> None:
    books.run(_TAKE_OUT, (begun.block, event.seq, begun.since_on.isoformat(), begun.why))


def _open_by_hand(books: Books, event: Event, opened: AisleOpenedByHand) -> None:
    _expect_one(books.run(_OPEN_BY_HAND, (opened.aisle, event.seq, opened.begun_seq, opened.block)))


def _put_back(books: Books, event: Event, ended: OutageEnded) -> None:
    _expect_one(books.run(_PUT_BACK, (event.seq, ended.begun_seq, ended.block)))


def _expect_one(touched: int) -> None:
    if touched != 1:
        raise Refused(say("Something else was done with this meanwhile; nothing was changed. Try again."))
