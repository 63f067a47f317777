"""Proving the ledger: the chain over the stored bytes, the replay of all acts, and the tables against what the acts say.

It reads in short looks, so that the desk goes on meanwhile: before each comparison it catches up with what was written.
The exact rule for an outsider who checks the chain with own tools is in docs/storage.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archroom.core.events import GENESIS, Event, chain_hash, event_of, stamp
from archroom.core.replay import Replay
from archroom.errors import LedgerBroken, say
from archroom.store import chain
from archroom.store.archive import SqlArchive
from archroom.store.compared import compared
from archroom.store.connections import Books, Row
from archroom.store.database import look

_AT_ONCE = 100
_EVENTS = (
    "SELECT seq, prev_hash, hash, body, recorded_at, happened_at, actor, terminal, kind, undoes"
    " FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """A ledger that is whole and true."""

    count: int
    """How many entries it has."""
    head_hex: str
    """Hash of the last one; whoever noted it knows later whether the ledger was made anew."""


def verify(archive: SqlArchive, progress: Callable[[int], None] = lambda count: None) -> LedgerReport:
    """Prove the ledger and the tables; `progress` gets the number of entries checked so far.

    Raises LedgerBroken with the first bad number, 0 if the chain holds and a table is not what it says.
    """
    replay = Replay()
    checking = _Checking(archive.books, replay)
    while checking.read_on():
        progress(checking.seq)
    compared(archive.books, replay, checking.catch_up)
    return LedgerReport(checking.seq, checking.hash.hex())


class _Checking:
    """How far the chain was checked."""

    def __init__(self, books: Books, replay: Replay) -> None:
        self._books = books
        self._replay = replay
        self.seq = 0
        self.hash = GENESIS

    def read_on(self) -> bool:
        """Check the next entries; return whether there may be more."""
        with look(self._books):
            rows = self._books.rows(_EVENTS, (self.seq, _AT_ONCE))
            if len(rows) < _AT_ONCE:
                self._check_all(rows)
                self._check_end()
                return False
        self._check_all(rows)
        return True

    def catch_up(self) -> None:
        """Check what was written since, inside the look that the caller has open."""
        while rows := self._books.rows(_EVENTS, (self.seq, _AT_ONCE)):
            self._check_all(rows)
        self._check_end()

    def _check_all(self, rows: list[Row]) -> None:
        for row in rows:
            self._check(row)

    def _check(self, row: Row) -> None:
        seq, previous, own, body = row[0], bytes(row[1]), bytes(row[2]), bytes(row[3])
        if seq != self.seq + 1:
            raise LedgerBroken(say("Entry {seq} of the ledger is missing.", seq=self.seq + 1), self.seq + 1)
        if previous != self.hash or own != chain_hash(previous, body):
            raise LedgerBroken(say("Entry {seq} of the ledger was changed.", seq=seq), seq)
        self._replay.apply(_event_of(seq, body, row[4:]))
        self.seq, self.hash = seq, own

    def _check_end(self) -> None:
        last_seq, last_hash = chain.head(self._books)
        if last_seq > self.seq:
            raise LedgerBroken(say("Entry {seq} of the ledger is missing.", seq=self.seq + 1), self.seq + 1)
        if (last_seq, last_hash) != (self.seq, self.hash):
            raise LedgerBroken(say("Entry {seq} of the ledger was changed.", seq=self.seq), self.seq)


def _event_of(seq: int, body: bytes, columns: Row) -> Event:
    """Return the event of a body, if the columns beside it say the same."""
    try:
        event = event_of(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LedgerBroken(say("Entry {seq} of the ledger cannot be read.", seq=seq), seq) from None
    said = tuple(_columns_of(event))
    if event.seq != seq or said != tuple(columns):
        raise LedgerBroken(say("Entry {seq} of the ledger was changed.", seq=seq), seq)
    return event


def _columns_of(event: Event) -> Iterator[str | int | None]:
    yield stamp(event.recorded_at)
    yield stamp(event.happened_at)
    yield event.performer.actor
    yield event.performer.terminal
    yield event.act.kind.value
    yield event.act.undoes
