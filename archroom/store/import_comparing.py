"""What the records of a file add to the books and change in them, record by record, put into a batch.

A container that another finding aid brought keeps the description it came with; this one is noted as naming it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from archroom.core.codes import format_code
from archroom.core.comparing import exact_key
from archroom.core.events import keyed_digest
from archroom.core.holdings import ThingKind
from archroom.core.merging import item_title, merged
from archroom.core.records import LONGEST_NAMED, MOST_NAMED, Aspect, RecordChange
from archroom.core.widths import width_of_profile, width_told_anew
from archroom.store import search
from archroom.store.connections import Books
from archroom.store.database import look
from archroom.store.digests import DESCRIPTION_FIELDS, digested
from archroom.store.import_batch import Addition, Batch, Change
from archroom.store.import_known import Found, Known, KnownCollection
from archroom.store.import_staging import StagedComponent, StagedContainer, Staging

_ITEM = ThingKind.ITEM.value
_HOUSING = DESCRIPTION_FIELDS.index("housing")
_DESCRIBED = tuple(Aspect(column) for column in DESCRIPTION_FIELDS)


@dataclass(slots=True)
class Comparing:
    """Compares staged records with the books."""

    books: Books
    known: Known
    staging: Staging
    collection: KnownCollection
    house_key: bytes
    is_new: bool
    """Whether the collection is not in the books yet."""
    is_indexed: bool
    first_unreal: int | None
    """In a dry run: the first number that the books have given to no thing, so that no code is told of it."""
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    open: list[tuple[int, int]] = field(default_factory=list)
    """The components above the one compared last: numbers in the staging and in the books, outermost first."""
    named: list[RecordChange] = field(default_factory=list)
    """What changed and what is gone, the first of them."""

    def containers(self, staged: list[StagedContainer], batch: Batch) -> None:
        """Compare containers; those they are in were compared before or stand before them."""
        things = [self.staging.thing_of(container.no) for container in staged]
        there = [thing_id for thing_id in things if thing_id]
        found: dict[int, Found] = {}
        listings: dict[int, bool] = {}
        bound: Iterable[str] = ()
        if there:
            barcodes = [it.barcode for it, thing_id in zip(staged, things, strict=True) if it.barcode and thing_id]
            with look(self.books):
                found = self.known.by_number(there)
                listings = self.known.listings(self.collection.id, there)
                bound = self.known.bound(barcodes)
        for container, thing_id in zip(staged, things, strict=True):
            above = self.staging.thing_of(container.parent)
            if not thing_id:
                self._add_container(container, above, batch)
                continue
            if not self.staging.claim(thing_id):
                self.unchanged += 1
                continue
            self._compare_container(container, above, found[thing_id], listings, bound, batch)

    def components(self, staged: list[StagedComponent], batch: Batch) -> None:
        """Compare components; their containers were compared before, and so were their parents or stand before them."""
        found: dict[bytes, Found] = {}
        if not self.is_new:
            with look(self.books):
                found = self.known.by_key([component.key for component in staged])
        for component in staged:
            homes = [self.staging.thing_of(number) for number in component.containers]
            while self.open and self.open[-1][0] != component.parent:
                self.open.pop()
            above = self.open[-1][1] if self.open else None
            thing = found.get(component.key)
            if thing is None:
                number = self._add_item(component, above, homes, batch)
            else:
                number = thing.thing_id
                self.staging.claim(number)
                self._compare_item(component, above, homes, thing, batch)
            self.open.append((component.no, number))

    def settle(self, real: Callable[[int], int]) -> None:
        """Take the real numbers of things that were new in a batch which has been written."""
        self.open = [(no, real(number)) for no, number in self.open]

    def note_gone(self, thing_ids: Sequence[int]) -> None:
        """Name things that the file does not hold any more, as far as there is room for names."""
        fitting = thing_ids[: MOST_NAMED - len(self.named)]
        if fitting:
            with look(self.books):
                found = self.known.by_number(fitting)
            self.named += [self._named(found[thing_id], found[thing_id].fields[0], ()) for thing_id in fitting]

    def _add_container(self, container: StagedContainer, above: int, batch: Batch) -> None:
        key = self.staging.key_in_books(container.no) or container.key
        number = self._add(batch, container.kind, above or None, None, key, container.fields, container.needs_split)
        self.staging.set_thing(container.no, number)
        batch.listings.append(number)
        batch.container_numbers.append((number, container.no))
        if container.barcode:
            batch.barcodes.append((container.barcode, number))

    def _compare_container(
        self,
        container: StagedContainer,
        above: int,
        thing: Found,
        listings: dict[int, bool],
        bound: Iterable[str],
        batch: Batch,
    ) -> None:
        after = thing.fields
        aspects: list[Aspect] = []
        is_delisted = listings.get(thing.thing_id)
        if container.barcode and container.barcode not in bound:
            batch.barcodes.append((container.barcode, thing.thing_id))
            aspects.append(Aspect.BARCODE)
        if is_delisted is None:
            batch.listings.append(thing.thing_id)
            aspects.append(Aspect.LISTED)
        elif is_delisted:
            batch.relistings.append(thing.thing_id)
        if thing.is_gone:
            batch.returned.append(thing.thing_id)
        if is_delisted or thing.is_gone:
            aspects.append(Aspect.BACK)
        if thing.collection_id == self.collection.id:
            after, differing = self._change(batch, thing, container.fields, container.needs_split)
            aspects += differing + self._rehome(batch, thing, above)
        self._count(thing, after[0], aspects)

    def _add_item(self, component: StagedComponent, above: int | None, homes: list[int], batch: Batch) -> int:
        home = homes[0] if homes else None
        fields = component.fields if component.fields[0] else _titled(component.fields)
        number = self._add(batch, _ITEM, home, above, component.key, fields, 0)
        if len(homes) > 1:
            batch.also += [(number, further) for further in _further(homes)]
        return number

    def _compare_item(
        self, component: StagedComponent, above: int | None, homes: list[int], thing: Found, batch: Batch
    ) -> None:
        fields = component.fields
        after, aspects = self._change(batch, thing, fields, int(thing.needs_split))
        if thing.is_gone:
            batch.returned.append(thing.thing_id)
            aspects.append(Aspect.BACK)
        if above != thing.parent_id:
            batch.parents.append((above, thing.thing_id))
            aspects.append(Aspect.PARENT)
        if homes and fields[_HOUSING] != thing.fields[_HOUSING]:
            batch.also_anew.append(thing.thing_id)
            batch.also += [(thing.thing_id, further) for further in _further(homes)]
            aspects += self._rehome(batch, thing, homes[0])
        self._count(thing, after[0], aspects)

    def _add(
        self,
        batch: Batch,
        kind: str,
        home: int | None,
        parent: int | None,
        key: bytes,
        fields: tuple[str, ...],
        needs_split: int,
    ) -> int:
        number = -1 - len(batch.additions)
        row: tuple[int | str | bytes, ...] = (key, needs_split, *fields, exact_key(fields[1]) if fields[1] else "")
        words = self._words(kind, fields)
        width_mm = width_of_profile(_profile_told(fields, bool(needs_split)))
        digest = keyed_digest(self.house_key, digested(fields, width_mm))
        batch.additions.append(Addition(number, kind, home, parent, width_mm, row, words, digest))
        self.added += 1
        return number

    def _change(
        self, batch: Batch, thing: Found, fields: tuple[str, ...], needs_split: int
    ) -> tuple[tuple[str, ...], list[Aspect]]:
        """Return the description as the record leaves it, and what of it is another than before."""
        after = merged(thing.fields, fields)
        if not fields[0] and thing.fields == _titled(("", *thing.fields[1:])):
            after = _titled(("", *after[1:]))
        is_split = bool(needs_split) if after[5:7] != thing.fields[5:7] else thing.needs_split
        profiles = _profile_told(thing.fields, thing.needs_split), _profile_told(after, is_split)
        width_mm = width_told_anew(thing.width_mm, *profiles)
        aspects = [aspect for aspect, old, new in zip(_DESCRIBED, thing.fields, after, strict=True) if old != new]
        if width_mm != thing.width_mm:
            aspects.append(Aspect.WIDTH)
        if not aspects:
            return after, aspects
        batch.changes.append(
            Change(
                thing.thing_id,
                thing.version,
                thing.fields,
                after,
                thing.width_mm,
                width_mm,
                self._words(thing.kind, thing.fields),
                self._words(thing.kind, after),
                int(is_split),
                keyed_digest(self.house_key, digested(after, width_mm)),
            )
        )
        return after, aspects

    def _rehome(self, batch: Batch, thing: Found, home: int) -> list[Aspect]:
        if home and home != thing.home_container_id and thing.home_place_id is None:
            batch.homes.append((thing.thing_id, home))
            return [Aspect.HOME]
        return []

    def _words(self, kind: str, fields: tuple[str, ...]) -> Sequence[str]:
        if not self.is_indexed:
            return ()
        title, reference, _, _, path, label, indicator, housing, _ = fields
        return search.words_of(kind, title, reference, label, indicator, housing, path, self.collection.title)

    def _count(self, thing: Found, title: str, aspects: list[Aspect]) -> None:
        """Count a thing as changed or unchanged, and name it if it is changed and there is room."""
        if not aspects:
            self.unchanged += 1
            return
        self.changed += 1
        if len(self.named) < MOST_NAMED:
            self.named.append(self._named(thing, title, tuple(aspect for aspect in Aspect if aspect in aspects)))

    def _named(self, thing: Found, title: str, aspects: tuple[Aspect, ...]) -> RecordChange:
        is_real = self.first_unreal is None or thing.thing_id < self.first_unreal
        code = format_code(ThingKind(thing.kind).code_kind, thing.thing_id) if is_real else ""
        return RecordChange(code, title[:LONGEST_NAMED], aspects)


def _profile_told(fields: Sequence[str], is_split: bool) -> str:
    """Return the profile that tells the width: none where a range of boxes stands for several."""
    return "" if is_split else fields[-1]


def _titled(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields of an item with what it is called where it has no title."""
    return (item_title(fields[0], fields[2], fields[1]), *fields[1:])


def _further(homes: list[int]) -> list[int]:
    """Return the containers of an item besides the one where it lives."""
    return [number for number in dict.fromkeys(homes) if number != homes[0]]
