"""The books as the events say: what the tables must be equal to, rebuilt from the ledger alone.

Each event is applied only if it fits the state before it, so a chain that was made anew around a false entry still
contradicts itself. Things and loans are kept in packed columns, some 60 bytes each, so that a million of either is checked
on any machine.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from archroom.core.acts import (
    FURNITURE_FACT,
    Act,
    ActKind,
    Described,
    LoanClosed,
    LoanOpened,
    LoanReopened,
    Move,
    Owner,
    ThingMade,
)
from archroom.core.codes import MAX_NUMBER
from archroom.core.events import Event
from archroom.core.holdings import Custody, ThingKind, Whereabouts
from archroom.core.outage_rules import OutageHistory
from archroom.errors import LedgerBroken, say

_KINDS = tuple(ThingKind)
_CUSTODIES = tuple(Custody)
_KIND_NUMBER = {kind: number for number, kind in enumerate(_KINDS, 1)}
_CUSTODY_NUMBER = {custody: number for number, custody in enumerate(_CUSTODIES)}
_LARGEST_GAP = 10_000_000
"""Numbers of things may skip what an interrupted import took, not more."""
_DIGEST_BYTES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def touched_before(event: Event, move: Move) -> int:
    """Return which event had last touched a thing before this one."""
    if event.act.kind is ActKind.ACT_UNDONE:
        return event.act.undoes or 0
    return move.touched_before


def touched_after(event: Event, move: Move) -> int:
    """Return which event has last touched a thing after this one; undoing gives back the one before."""
    return move.touched_before if event.act.kind is ActKind.ACT_UNDONE else event.seq


class PastVersion(NamedTuple):
    """What the events say of a version that was replaced."""

    digest: str
    replaced_seq: int
    """The event that brought the next version."""


@dataclass(frozen=True, slots=True)
class LoanFact:
    """One loan as the events say it."""

    thing_id: int
    person_id: int
    due_on: date
    lent_at: datetime
    opened_seq: int
    closed_seq: int | None
    closed_at: datetime | None
    was_undone: bool


class Things:
    """What the events say of each thing, in columns."""

    def __init__(self) -> None:
        self._kind = bytearray(1)
        self._custody = bytearray(1)
        self._numbers = tuple(array("I", [0]) for _ in range(4))
        self._touched = array("I", [0])
        self._made = array("I", [0])
        self._version = array("I", [0])
        self._digest = bytearray(_DIGEST_BYTES)
        self._last_past = array("I", [0])
        self._past_digest = bytearray(_DIGEST_BYTES)
        self._past_seq = array("I", [0])
        self._past_before = array("I", [0])
        self.count = 0

    def __contains__(self, thing_id: int) -> bool:
        return 0 < thing_id < len(self._kind) and self._kind[thing_id] != 0

    def make(self, made: ThingMade, seq: int) -> None:
        """Add a thing."""
        self._grow(made.thing_id)
        self._kind[made.thing_id] = _KIND_NUMBER[made.kind]
        self._made[made.thing_id] = seq
        self.move(made.thing_id, made.whereabouts, 0)
        self.count += 1

    def move(self, thing_id: int, where: Whereabouts, touched: int) -> None:
        """Set where a thing is and which event touched it."""
        self._custody[thing_id] = _CUSTODY_NUMBER[where.custody]
        places = (where.place_id, where.container_id, where.home_place_id, where.home_container_id)
        for column, number in zip(self._numbers, places, strict=True):
            column[thing_id] = number or 0
        self._touched[thing_id] = touched

    def describe(self, thing_id: int, version: int, digest: str, seq: int) -> None:
        """Set the digest of a thing's latest description; the one before is past."""
        own = slice(thing_id * _DIGEST_BYTES, (thing_id + 1) * _DIGEST_BYTES)
        if self._version[thing_id]:
            self._past_digest += self._digest[own]
            self._past_seq.append(seq)
            self._past_before.append(self._last_past[thing_id])
            self._last_past[thing_id] = self.past_count
        self._version[thing_id] = version
        self._digest[own] = bytes.fromhex(digest)

    def kind(self, thing_id: int) -> ThingKind:
        """Return a thing's kind."""
        return _KINDS[self._kind[thing_id] - 1]

    def where(self, thing_id: int) -> Whereabouts:
        """Return where a thing is."""
        return Whereabouts(_CUSTODIES[self._custody[thing_id]], *(column[thing_id] or None for column in self._numbers))

    def touched(self, thing_id: int) -> int:
        """Return which event last touched a thing."""
        return self._touched[thing_id]

    def made(self, thing_id: int) -> int:
        """Return which event brought a thing into the books."""
        return self._made[thing_id]

    def version(self, thing_id: int) -> int:
        """Return the version of a thing's latest description, 0 before any."""
        return self._version[thing_id]

    @property
    def past_count(self) -> int:
        """How many versions of descriptions were replaced."""
        return len(self._past_seq) - 1

    def past(self, thing_id: int, version: int) -> PastVersion | None:
        """Return a version of a thing's description that was replaced, None if there is none of that number."""
        if thing_id not in self or not 0 < version < self._version[thing_id]:
            return None
        at = self._last_past[thing_id]
        for _ in range(self._version[thing_id] - 1 - version):
            at = self._past_before[at]
        digest = self._past_digest[at * _DIGEST_BYTES : (at + 1) * _DIGEST_BYTES]
        return PastVersion(digest.hex(), self._past_seq[at])

    def digest(self, thing_id: int) -> str:
        """Return the digest of a thing's latest description."""
        return self._digest[thing_id * _DIGEST_BYTES : (thing_id + 1) * _DIGEST_BYTES].hex()

    def _grow(self, thing_id: int) -> None:
        more = thing_id + 1 - len(self._kind)
        if more > 0:
            self._kind.extend(bytes(more))
            self._custody.extend(bytes(more))
            for column in (*self._numbers, self._touched, self._made, self._version, self._last_past):
                column.frombytes(bytes(more * column.itemsize))
            self._digest.extend(bytes(more * _DIGEST_BYTES))

    @property
    def highest(self) -> int:
        """The highest number given so far."""
        return len(self._kind) - 1


class Loans:
    """Every loan in the order in which they were opened, in columns."""

    def __init__(self) -> None:
        self._thing = array("I")
        self._person = array("I")
        self._due = array("I")
        self._lent_at = array("q")
        self._opened = array("I")
        self._closed = array("I")
        self._closed_at = array("q")
        self._undone = bytearray()
        self.open: dict[int, int] = {}
        """Positions of open loans by thing."""

    def __len__(self) -> int:
        return len(self._thing)

    def __getitem__(self, at: int) -> LoanFact:
        is_open = self._closed[at] == 0
        return LoanFact(
            self._thing[at],
            self._person[at],
            date.fromordinal(self._due[at]),
            _EPOCH + self._lent_at[at] * _MICROSECOND,
            self._opened[at],
            None if is_open else self._closed[at],
            None if is_open else _EPOCH + self._closed_at[at] * _MICROSECOND,
            bool(self._undone[at]),
        )

    def lend(self, lent: LoanOpened, event: Event) -> None:
        """Add an open loan."""
        self.open[lent.thing_id] = len(self)
        self._thing.append(lent.thing_id)
        self._person.append(lent.person_id)
        self._due.append(lent.due_on.toordinal())
        self._lent_at.append((event.happened_at - _EPOCH) // _MICROSECOND)
        self._opened.append(event.seq)
        self._closed.append(0)
        self._closed_at.append(0)
        self._undone.append(0)

    def close(self, at: int, event: Event, was_undone: bool) -> None:
        """Close an open loan."""
        del self.open[self._thing[at]]
        self._closed[at] = event.seq
        self._closed_at[at] = (event.happened_at - _EPOCH) // _MICROSECOND
        self._undone[at] = was_undone

    def reopen(self, at: int) -> None:
        """Open a closed loan again."""
        self.open[self._thing[at]] = at
        self._closed[at] = self._closed_at[at] = self._undone[at] = 0

    def position(self, thing_id: int, opened_seq: int) -> int | None:
        """Return the position of the loan of a thing that an event opened."""
        at = bisect_left(self._opened, opened_seq)
        while at < len(self) and self._opened[at] == opened_seq:
            if self._thing[at] == thing_id:
                return at
            at += 1
        return None


@dataclass(slots=True)
class Replay:
    """The state after the events applied so far."""

    seq: int = 0
    things: Things = field(default_factory=Things)
    loans: Loans = field(default_factory=Loans)
    places: dict[int, tuple[str, str, int | None]] = field(default_factory=dict)
    """Kind, address and width, mm, of each place."""
    barcodes: dict[str, tuple[Owner, int]] = field(default_factory=dict)
    people: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Version and digest of each person."""
    past_people: dict[tuple[int, int], PastVersion] = field(default_factory=dict)
    """Replaced versions of people's data, by person and version."""
    rooms: dict[str, str] = field(default_factory=dict)
    """Digest of each room's furniture by the room's code; empty if its entry tells none."""
    outages: OutageHistory = field(default_factory=OutageHistory)
    undone: set[int] = field(default_factory=set)
    moves: int = 0
    """How many moves there were."""

    def apply(self, event: Event) -> None:
        """Apply the next event; raises LedgerBroken if it does not fit what came before."""
        if event.seq != self.seq + 1:
            raise _broken(event.seq, "number")
        for flaw in self._apply(event, event.act):
            raise _broken(event.seq, flaw)
        self.seq = event.seq

    def _apply(self, event: Event, act: Act) -> Iterator[str]:
        if act.kind is ActKind.ROOM_BUILT and "room" in act.facts:
            if act.facts["room"] in self.rooms:
                yield "rooms"
            self.rooms[str(act.facts["room"])] = str(act.facts.get(FURNITURE_FACT, ""))
        for place in act.places_made:
            if place.place_id in self.places:
                yield "places"
            self.places[place.place_id] = (place.kind.value, place.address, place.width_mm)
        for made in act.things_made:
            if made.thing_id in self.things or not 0 < made.thing_id <= min(MAX_NUMBER, self.things.highest + _LARGEST_GAP):
                yield "things"
            self.things.make(made, event.seq)
        for described in act.described:
            yield from self._describe(described, event.seq)
        for move in act.moves:
            yield from self._move(event, move)
        for closed in act.loans_closed:
            yield from self._close(event, closed)
        for lent in act.loans_opened:
            yield from self._lend(event, lent)
        for reopened in act.loans_reopened:
            yield from self._reopen(reopened)
        for bound in act.barcodes_bound:
            if bound.value in self.barcodes or not self._has(bound.owner, bound.owner_id):
                yield "barcodes"
            self.barcodes[bound.value] = (bound.owner, bound.owner_id)
        yield from self.outages.apply(act, event.seq)
        if act.undoes is not None:
            if act.undoes in self.undone or not 0 < act.undoes < event.seq:
                yield "undoes"
            self.undone.add(act.undoes)

    def _describe(self, described: Described, seq: int) -> Iterator[str]:
        if described.owner is Owner.PERSON:
            version, digest = self.people.get(described.owner_id, (0, ""))
            if described.version != version + 1:
                yield "described"
            if version:
                self.past_people[described.owner_id, version] = PastVersion(digest, seq)
            self.people[described.owner_id] = (described.version, described.digest)
        elif described.owner_id not in self.things or described.version != self.things.version(described.owner_id) + 1:
            yield "described"
        else:
            self.things.describe(described.owner_id, described.version, described.digest, seq)

    def _move(self, event: Event, move: Move) -> Iterator[str]:
        if move.thing_id not in self.things or self.things.where(move.thing_id) != move.before:
            yield "moves"
        elif self.things.touched(move.thing_id) != touched_before(event, move) or not self._exists(move.after):
            yield "moves"
        self.things.move(move.thing_id, move.after, touched_after(event, move))
        self.moves += 1

    def _lend(self, event: Event, lent: LoanOpened) -> Iterator[str]:
        if lent.thing_id in self.loans.open or lent.thing_id not in self.things or lent.person_id not in self.people:
            yield "lent"
        self.loans.lend(lent, event)

    def _close(self, event: Event, closed: LoanClosed) -> Iterator[str]:
        at = self.loans.open.get(closed.thing_id)
        if at is None or self.loans[at].opened_seq != closed.opened_seq:
            yield "closed"
        else:
            self.loans.close(at, event, closed.was_undone)

    def _reopen(self, reopened: LoanReopened) -> Iterator[str]:
        at = self.loans.position(reopened.thing_id, reopened.opened_seq)
        if at is None or reopened.thing_id in self.loans.open:
            yield "reopened"
        else:
            self.loans.reopen(at)

    def _has(self, owner: Owner, owner_id: int) -> bool:
        if owner is Owner.THING:
            return owner_id in self.things
        return owner_id in (self.places if owner is Owner.PLACE else self.people)

    def _exists(self, where: Whereabouts) -> bool:
        things = (where.container_id, where.home_container_id)
        places = (where.place_id, where.home_place_id)
        return all(number is None or number in self.things for number in things) and all(
            number is None or number in self.places for number in places
        )


def _broken(seq: int, part: str) -> LedgerBroken:
    return LedgerBroken(say("Entry {seq} of the ledger contradicts those before it ({part}).", seq=seq, part=part), seq)
