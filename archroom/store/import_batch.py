"""One batch of an import: what is to be written, prepared outside the lock, and its writing in one short transaction.

New things have numbers below 0 until the batch is written, when they get theirs; whatever refers to them in the same batch
does so by those. The events of a batch carry every number, barcode and digest that it wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from archroom.core.acts import Act, ActKind, BarcodeBound, Described, Move, Owner, Performer, ThingMade
from archroom.core.comparing import exact_key
from archroom.core.holdings import Custody, ThingKind, Whereabouts
from archroom.core.merging import rehomed
from archroom.errors import Refused, say
from archroom.store import chain, search
from archroom.store.acting import write_rows
from archroom.store.connections import Books, Parameters
from archroom.store.digests import digested
from archroom.store.import_known import marks

_KINDS = {kind.value: kind for kind in ThingKind}
EVENT_THINGS = 2_500
"""New things in one event: whoever shows the history of one of them reads all of it."""
_INSERT_THING = (
    "INSERT INTO thing (id, kind, custody, container_id, home_container_id, width_mm, touched_seq, made_seq)"
    " VALUES (?, ?, 'in', ?, ?, ?, 0, ?)"
)
_INSERT_DESCRIPTION = (
    "INSERT INTO description (thing_id, collection_id, parent_id, source_key, needs_split, title, reference, dates, level,"
    " path, label, indicator, housing, profile, reference_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE_DESCRIPTION = (
    "UPDATE description SET title = ?, reference = ?, dates = ?, level = ?, path = ?, label = ?, indicator = ?, housing = ?,"
    " profile = ?, reference_key = ?, needs_split = ?, version = version + 1 WHERE thing_id = ? AND version = ?"
)
_SET_WIDTH = "UPDATE thing SET width_mm = ? WHERE id = ?"
_INSERT_VERSION = "INSERT INTO description_version (thing_id, version, fields, replaced_seq) VALUES (?, ?, ?, ?)"
_INSERT_LISTING = "INSERT INTO listed_in (thing_id, collection_id, is_gone) VALUES (?, ?, 0)"
_INSERT_ALSO = "INSERT INTO also_in (thing_id, container_id) VALUES (?, ?)"


class Addition(NamedTuple):
    """A thing that is new to the books."""

    number: int
    """Below 0: what it is called inside this batch."""
    kind: str
    home: int | None
    parent: int | None
    width_mm: int | None
    row: Parameters
    """Its description from its key on, as it is written."""
    words: Sequence[str]
    digest: str


class Change(NamedTuple):
    """A description that reads differently now."""

    thing_id: int
    version: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    width_before: int | None
    width_after: int | None
    words_before: Sequence[str]
    words_after: Sequence[str]
    needs_split: int
    digest: str


@dataclass(slots=True)
class Batch:
    """What is to be written together."""

    additions: list[Addition] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    parents: list[tuple[int | None, int]] = field(default_factory=list)
    """Component above, and the thing below it."""
    homes: list[tuple[int, int]] = field(default_factory=list)
    """Things, and the containers they now belong in."""
    barcodes: list[tuple[str, int]] = field(default_factory=list)
    listings: list[int] = field(default_factory=list)
    """Containers that the finding aid names for the first time."""
    relistings: list[int] = field(default_factory=list)
    """Containers that it names again."""
    delistings: list[int] = field(default_factory=list)
    """Containers that it names no longer."""
    also: list[tuple[int, int]] = field(default_factory=list)
    """Items, and further containers of theirs."""
    also_anew: list[int] = field(default_factory=list)
    """Items whose further containers are told anew."""
    returned: list[int] = field(default_factory=list)
    """Things that were gone and are back."""
    gone: list[int] = field(default_factory=list)
    container_numbers: list[tuple[int, int]] = field(default_factory=list)
    """New containers: number in this batch, number in the staging."""

    def __len__(self) -> int:
        named = len(self.listings) + len(self.relistings) + len(self.delistings)
        moved = len(self.parents) + len(self.homes) + len(self.also_anew)
        marked = len(self.returned) + len(self.gone) + len(self.barcodes)
        return len(self.additions) + len(self.changes) + named + moved + marked


class BatchWriter:
    """Writes batches of one collection into the books."""

    def __init__(self, books: Books, is_indexed: bool = True, first_number: int | None = None) -> None:
        self._books = books
        self.is_indexed = is_indexed
        """Whether the search index is written too."""
        self.first_number = first_number
        """In a copy of the books: the first number for new things, which the books themselves have given to none."""

    def write(
        self,
        batch: Batch,
        collection_id: int,
        performer: Performer,
        at: datetime,
        facts: Callable[[bool], dict[str, str | int]],
    ) -> Callable[[int], int]:
        """Write a batch and its events inside a unit of work; return what turns numbers of the batch into real ones.

        `facts` is asked for the facts of each event, and told which is the last. Raises Refused if the books are no
        longer as they were when the batch was prepared.
        """
        numbers = self._numbers(len(batch.additions))

        def real(number: int) -> int:
            return number if number > 0 else numbers[-number - 1]

        first_seq = chain.head(self._books)[0] + 1
        starts = range(0, len(batch.additions), EVENT_THINGS) or (0,)
        made = self._add(batch, collection_id, numbers, first_seq)
        self._change(batch.changes, first_seq + len(starts) - 1)
        self._link(batch, collection_id, real)
        for start in starts:
            act = self._act(batch, start, made, real, facts)
            write_rows(self._books, chain.append(self._books, act, performer, at))
        return real

    def _act(
        self,
        batch: Batch,
        start: int,
        made: list[ThingMade],
        real: Callable[[int], int],
        facts: Callable[[bool], dict[str, str | int]],
    ) -> Act:
        """Return the act of one event: some of the new things, and with the last of them all that was there before."""
        end = start + EVENT_THINGS
        is_last = end >= len(made)
        changes = batch.changes if is_last else ()
        bound = [(value, number) for value, number in batch.barcodes if (is_last if number > 0 else start < -number <= end)]
        described = [
            Described(Owner.THING, thing.thing_id, 1, added.digest)
            for thing, added in zip(made[start:end], batch.additions[start:end], strict=True)
        ]
        return Act(
            ActKind.RECORDS_IMPORTED,
            moves=tuple(self._moves(batch.homes, real)) if is_last else (),
            things_made=tuple(made[start:end]),
            barcodes_bound=tuple(BarcodeBound(value, Owner.THING, real(number)) for value, number in bound),
            described=(
                *described,
                *(Described(Owner.THING, change.thing_id, change.version + 1, change.digest) for change in changes),
            ),
            facts=facts(is_last),
        )

    def _numbers(self, count: int) -> Sequence[int]:
        """Return numbers that no thing ever had."""
        if self._books.param == "?":
            row = self._books.row("SELECT seq FROM sqlite_sequence WHERE name = 'thing'")
            first = max(self.first_number or 1, (row[0] if row else 0) + 1)
            return range(first, first + count)
        rows = self._books.rows("SELECT nextval(pg_get_serial_sequence('thing', 'id')) FROM generate_series(1, ?)", (count,))
        return [row[0] for row in rows]

    def _add(self, batch: Batch, collection_id: int, numbers: Sequence[int], first_seq: int) -> list[ThingMade]:
        """Write the new things and return what the ledger says of each."""
        things: list[Parameters] = []
        descriptions: list[Parameters] = []
        words: list[tuple[int, Sequence[str]]] = []
        made: list[ThingMade] = []
        for place, (_, kind, home, parent, width_mm, row, tokens, _) in enumerate(batch.additions):
            number = numbers[place]
            if home is not None and home < 0:
                home = numbers[-home - 1]
            if parent is not None and parent < 0:
                parent = numbers[-parent - 1]
            things.append((number, kind, home, home, width_mm, first_seq + place // EVENT_THINGS))
            descriptions.append((number, collection_id, parent, *row))
            words.append((number, tokens))
            made.append(ThingMade(number, _KINDS[kind], Whereabouts(Custody.IN, None, home, None, home)))
        self._books.run_many(_INSERT_THING, things)
        self._books.run_many(_INSERT_DESCRIPTION, descriptions)
        if self.is_indexed:
            search.add(self._books, words)
        return made

    def _change(self, changes: list[Change], seq: int) -> None:
        for change in changes:
            described: tuple[int | str, ...] = (*change.after, exact_key(change.after[1]), change.needs_split)
            values = (*described, change.thing_id, change.version)
            if self._books.run(_UPDATE_DESCRIPTION, values) != 1:
                raise Refused(say("Somebody else takes in records of the same collection; take the file in again."))
        widened = [change for change in changes if change.width_after != change.width_before]
        self._books.run_many(_SET_WIDTH, [(change.width_after, change.thing_id) for change in widened])
        self._books.run_many(_INSERT_VERSION, [_past(change, seq) for change in changes])
        if self.is_indexed:
            reworded = [change for change in changes if change.words_before != change.words_after]
            search.remove(self._books, [(change.thing_id, change.words_before) for change in reworded])
            search.add(self._books, [(change.thing_id, change.words_after) for change in reworded])

    def _link(self, batch: Batch, collection_id: int, real: Callable[[int], int]) -> None:
        books = self._books
        books.run_many(
            "UPDATE description SET parent_id = ? WHERE thing_id = ?",
            [(None if parent is None else real(parent), thing_id) for parent, thing_id in batch.parents],
        )
        books.run_many(_INSERT_LISTING, [(real(thing_id), collection_id) for thing_id in batch.listings])
        set_gone = "UPDATE listed_in SET is_gone = ? WHERE thing_id = ? AND collection_id = ?"
        books.run_many(set_gone, [(0, thing_id, collection_id) for thing_id in batch.relistings])
        books.run_many(set_gone, [(1, thing_id, collection_id) for thing_id in batch.delistings])
        books.run_many("DELETE FROM also_in WHERE thing_id = ?", [(thing_id,) for thing_id in batch.also_anew])
        books.run_many(_INSERT_ALSO, [(real(thing_id), real(container_id)) for thing_id, container_id in batch.also])
        mark = "UPDATE description SET is_gone = ? WHERE thing_id = ?"
        books.run_many(mark, [(0, thing_id) for thing_id in batch.returned] + [(1, thing_id) for thing_id in batch.gone])

    def _moves(self, homes: list[tuple[int, int]], real: Callable[[int], int]) -> Iterable[Move]:
        """Yield the moves to other homes, from where the things are now, under the lock."""
        if not homes:
            return
        rows = self._books.rows(
            "SELECT id, custody, place_id, container_id, home_place_id, home_container_id, touched_seq FROM thing"
            f" WHERE id IN ({marks(homes)})",
            [thing_id for thing_id, _ in homes],
        )
        standing = {row[0]: (Whereabouts(Custody(row[1]), *row[2:6]), row[6]) for row in rows}
        for thing_id, container_id in homes:
            before, touched = standing[thing_id]
            after = rehomed(before, real(container_id))
            if after != before and not self._is_in(real(container_id), thing_id):
                yield Move(thing_id, before, after, touched)

    def _is_in(self, container_id: int, thing_id: int) -> bool:
        """Whether a container is, or belongs, inside a thing: then that thing cannot go into it."""
        reached = {container_id}
        waiting = [container_id]
        while waiting:
            row = self._books.row("SELECT container_id, home_container_id FROM thing WHERE id = ?", (waiting.pop(),))
            around = {number for number in row or () if number is not None} - reached
            reached |= around
            waiting += around
        return thing_id in reached


def _past(change: Change, seq: int) -> Parameters:
    """Return the row of the version that a change replaces."""
    fields = json.dumps(digested(change.before, change.width_before), ensure_ascii=False)
    return (change.thing_id, change.version, fields, seq)
