"""Shelves and what stands on them: free widths, the order of shelving, and the boxes that have no shelf yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archroom.core.codes import CodeKind
from archroom.core.holdings import USUAL_WIDTH_MM, Place, Standing, Thing, ThingKind
from archroom.core.ports import PlaceDetails
from archroom.store.connections import Books
from archroom.store.outages import outages
from archroom.store.standings import PLACE_COLUMNS, THING_COLUMNS, THINGS, place_of, standings, thing_of

_BOXES = ", ".join(f"'{kind.value}'" for kind in ThingKind if kind.code_kind is CodeKind.BOX)
_TAKEN = (
    f"(SELECT coalesce(sum(coalesce(t.width_mm, CASE WHEN t.kind IN ({_BOXES}) THEN {{usual}} ELSE 0 END)), 0)"
    " FROM thing t WHERE t.home_place_id = p.id AND t.custody <> 'disposed')"
)
_KNOWN_WIDTHS = "FROM thing WHERE width_mm IS NOT NULL AND kind = 'box'"
_HERE = "FROM thing WHERE place_id = ?"
_AWAY = "FROM thing WHERE home_place_id = ? AND coalesce(place_id, 0) <> home_place_id AND custody <> 'disposed'"
_MOST_LISTED = 500
_DIGITS = re.compile(r"([0-9]+)")


def details(books: Books, place: Place) -> PlaceDetails:
    """Return everything of a place."""
    barcodes = books.rows("SELECT value FROM barcode WHERE place_id = ? ORDER BY bound_seq, value", (place.id,))
    here, here_count = _listed(books, _HERE, place.id)
    away, away_count = _listed(books, _AWAY, place.id)
    values = tuple(value for (value,) in barcodes)
    return PlaceDetails(place, values, free_mm(books, place.id), here, here_count, away, away_count)


def _listed(books: Books, condition: str, place_id: int) -> tuple[tuple[Standing, ...], int]:
    """Return the first things of a condition and how many there are."""
    numbers = [row[0] for row in books.rows(f"SELECT id {condition} ORDER BY id LIMIT {_MOST_LISTED}", (place_id,))]
    found = standings(books, numbers)
    if len(numbers) < _MOST_LISTED:
        return tuple(found.values()), len(numbers)
    row = books.row(f"SELECT count(*) {condition}", (place_id,))
    return tuple(found.values()), int(row[0]) if row else 0


def free_mm(books: Books, place_id: int) -> int | None:
    """Return the width that no thing at home at a place takes, None if the place has no width."""
    row = books.row(
        "SELECT p.width_mm, (SELECT count(*) FROM thing t WHERE t.home_place_id = p.id AND t.width_mm IS NULL)"
        " FROM place p WHERE p.id = ?",
        (place_id,),
    )
    if row is None or row[0] is None:
        return None
    usual = usual_width_mm(books) if row[1] else 0
    taken = books.row(f"SELECT {_TAKEN.format(usual=usual)} FROM place p WHERE p.id = ?", (place_id,))
    return max(0, int(row[0]) - int(taken[0])) if taken else 0


def usual_width_mm(books: Books) -> int:
    """Return what a box of unknown width counts with: the median of the house's boxes, if any width is known."""
    count = books.row(f"SELECT count(*) {_KNOWN_WIDTHS}")
    if not count or not count[0]:
        return USUAL_WIDTH_MM
    middle = books.row(f"SELECT width_mm {_KNOWN_WIDTHS} ORDER BY width_mm LIMIT 1 OFFSET ?", (count[0] // 2,))
    return int(middle[0]) if middle else USUAL_WIDTH_MM


def shelves_from(books: Books, place_id: int) -> Iterator[tuple[Place, int]]:
    """Yield the shelves of a room from one on in shelving order, each with its free width, mm."""
    taken = _TAKEN.format(usual=usual_width_mm(books))
    rows = books.rows(
        f"SELECT {PLACE_COLUMNS.format('p')}, {taken} FROM place p JOIN place first ON first.id = ?"
        " AND first.room_id = p.room_id WHERE p.shelving_order >= first.shelving_order ORDER BY p.shelving_order",
        (place_id,),
    )
    present = outages(books)
    for row in rows:
        yield place_of(row, present), max(0, (row[3] or 0) - int(row[-1]))


def unplaced_boxes(books: Books) -> list[Thing]:
    """Return boxes, volumes and tubes without a home, wherever they are: by collection, then natural order of indicators."""
    rows = books.rows(
        f"SELECT {THING_COLUMNS}, c.reference, c.title, d.indicator FROM {THINGS}"
        " LEFT JOIN collection c ON c.id = d.collection_id"
        f" WHERE t.kind IN ({_BOXES}) AND t.custody <> 'disposed' AND t.container_id IS NULL"
        " AND t.home_place_id IS NULL AND t.home_container_id IS NULL"
    )
    ordered = sorted(rows, key=lambda row: (*(_natural(text or "") for text in row[-3:]), row[0]))
    return [thing_of(row) for row in ordered]


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return what sorts "Box 2" before "Box 10"."""
    parts = _DIGITS.split(text.casefold())
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts if part)
