"""What the books know already of the records of a file: by key, by barcode, by finding aid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from archroom.store.connections import Books, Parameters, Row

_FOUND = (
    "SELECT d.thing_id, d.collection_id, d.source_key, d.version, d.is_gone, d.needs_split, d.parent_id, t.kind,"
    " t.home_container_id, t.home_place_id, t.width_mm, d.title, d.reference, d.dates, d.level, d.path, d.label,"
    " d.indicator, d.housing, d.profile FROM description d JOIN thing t ON t.id = d.thing_id WHERE d.{column} IN ({marks})"
)
_FIXED = 11


class KnownCollection(NamedTuple):
    """A collection as it stands in the books."""

    id: int
    title: str
    reference: str
    dates: str
    digest: bytes | None
    former_title: str | None


class Found(NamedTuple):
    """A thing that is in the books, with its description."""

    thing_id: int
    collection_id: int | None
    source_key: bytes | None
    version: int
    is_gone: bool
    needs_split: bool
    parent_id: int | None
    kind: str
    home_container_id: int | None
    home_place_id: int | None
    width_mm: int | None
    fields: tuple[str, ...]
    """As `digests.DESCRIPTION_FIELDS`."""


class Bound(NamedTuple):
    """What a barcode is bound to: a thing and its kind, or neither for a place or a person."""

    thing_id: int | None
    kind: str | None


class Known:
    """Questions to the books, each inside a look or a unit of work that the caller opened."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def collection(self, key: str) -> KnownCollection | None:
        """Return a collection by the key of its finding aid."""
        row = self._books.row(
            "SELECT id, title, reference, dates, source_digest, former_title FROM collection WHERE key = ?", (key,)
        )
        if row is None:
            return None
        return KnownCollection(row[0], row[1], row[2], row[3], None if row[4] is None else bytes(row[4]), row[5])

    def highest(self) -> int:
        """Return the number of the last thing."""
        row = self._books.row("SELECT coalesce(max(id), 0) FROM thing")
        return int(row[0]) if row else 0

    def bound(self, barcodes: Sequence[str]) -> dict[str, Bound]:
        """Return what barcodes are bound to; retired ones stay with what they were bound to."""
        rows = self._listed(
            "SELECT b.value, b.thing_id, t.kind FROM barcode b LEFT JOIN thing t ON t.id = b.thing_id"
            " WHERE b.value IN ({marks})",
            barcodes,
        )
        return {value: Bound(thing_id, kind) for value, thing_id, kind in rows}

    def addresses(self, values: Sequence[str]) -> set[str]:
        """Return which of these are addresses of places, which are typed where a code is scanned otherwise."""
        return {row[0] for row in self._listed("SELECT address FROM place WHERE address IN ({marks})", values)}

    def with_barcode(self, thing_ids: Sequence[int]) -> set[int]:
        """Return which of these things have a barcode."""
        rows = self._listed("SELECT DISTINCT thing_id FROM barcode WHERE thing_id IN ({marks})", thing_ids)
        return {row[0] for row in rows}

    def by_key(self, keys: Sequence[bytes]) -> dict[bytes, Found]:
        """Return things by the keys of their records."""
        rows = self._listed(_FOUND.replace("{column}", "source_key"), keys)
        return {bytes(row[2]): _found(row) for row in rows}

    def by_number(self, thing_ids: Sequence[int]) -> dict[int, Found]:
        """Return things by their numbers."""
        rows = self._listed(_FOUND.replace("{column}", "thing_id"), thing_ids)
        return {row[0]: _found(row) for row in rows}

    def listings(self, collection_id: int, thing_ids: Sequence[int]) -> dict[int, bool]:
        """Return which of these containers a finding aid names, and whether it names them no longer."""
        rows = self._listed(
            f"SELECT thing_id, is_gone FROM listed_in WHERE collection_id = {int(collection_id)}"
            " AND thing_id IN ({marks})",
            thing_ids,
        )
        return {thing_id: bool(is_gone) for thing_id, is_gone in rows}

    def listed_elsewhere(self, collection_id: int, thing_ids: Sequence[int]) -> set[int]:
        """Return which of these containers another finding aid still names."""
        rows = self._listed(
            f"SELECT DISTINCT thing_id FROM listed_in WHERE collection_id <> {int(collection_id)} AND is_gone = 0"
            " AND thing_id IN ({marks})",
            thing_ids,
        )
        return {row[0] for row in rows}

    def barcoded_tops(self, collection_id: int) -> list[tuple[str, str, str, int, bytes | None]]:
        """Return the barcoded top containers that a finding aid names: label, indicator, barcode, thing, key."""
        rows = self._books.rows(
            "SELECT d.label, d.indicator, b.value, d.thing_id, d.source_key FROM listed_in l"
            " JOIN description d ON d.thing_id = l.thing_id JOIN thing t ON t.id = d.thing_id"
            " JOIN barcode b ON b.thing_id = d.thing_id WHERE l.collection_id = ? AND t.home_container_id IS NULL",
            (collection_id,),
        )
        return [(row[0], row[1], row[2], row[3], None if row[4] is None else bytes(row[4])) for row in rows]

    def items_of(self, collection_id: int, after: int, limit: int) -> list[tuple[int, bool]]:
        """Return the next items of a collection, and whether each is gone."""
        rows = self._books.rows(
            "SELECT d.thing_id, d.is_gone, t.kind FROM description d JOIN thing t ON t.id = d.thing_id"
            " WHERE d.collection_id = ? AND d.thing_id > ? AND t.kind = 'item' ORDER BY d.thing_id LIMIT ?",
            (collection_id, after, limit),
        )
        return [(row[0], bool(row[1])) for row in rows]

    def containers_of(self, collection_id: int, after: int, limit: int) -> list[tuple[int, bool]]:
        """Return the next containers that a finding aid named, and whether it names each no longer."""
        rows = self._books.rows(
            "SELECT thing_id, is_gone FROM listed_in WHERE collection_id = ? AND thing_id > ? ORDER BY thing_id LIMIT ?",
            (collection_id, after, limit),
        )
        return [(row[0], bool(row[1])) for row in rows]

    def _listed(self, statement: str, values: Sequence[int] | Sequence[str] | Sequence[bytes]) -> list[Row]:
        if not values:
            return []
        parameters: Parameters = values
        return self._books.rows(statement.replace("{marks}", marks(values)), parameters)


def marks(values: Iterable[object]) -> str:
    """Return as many marks for values as there are values."""
    return ", ".join("?" for _ in values)


def _found(row: Row) -> Found:
    key = None if row[2] is None else bytes(row[2])
    number, collection, _, version, is_gone, needs_split, parent, kind, home_container, home_place, width_mm = row[:_FIXED]
    return Found(
        number,
        collection,
        key,
        version,
        bool(is_gone),
        bool(needs_split),
        parent,
        kind,
        home_container,
        home_place,
        width_mm,
        tuple(row[_FIXED:]),
    )
