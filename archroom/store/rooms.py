"""Rooms as rows: building one from its plan, and reading its furniture back."""

from __future__ import annotations

import hashlib
import json

from archroom.core.acts import FURNITURE_FACT, Act, ActKind, PlaceMade
from archroom.core.holdings import PlaceKind
from archroom.core.rooms import Block, Carriage, End, Face, MotionPolicy, NamedPlace, RoomPlan, Shelf
from archroom.errors import Refused, say
from archroom.store import models
from archroom.store.connections import Books, Row
from archroom.store.tables import Table

_AT_ONCE = 500
_Values = dict[str, int | str | None]
_FURNITURE = (
    "SELECT code, title FROM room WHERE id = ?",
    "SELECT number, title, numbered_from, aisle_mm, clearance_mm, has_first_end_aisle, has_last_end_aisle, open_aisles"
    " FROM block WHERE room_id = ? ORDER BY number, id",
    "SELECT b.number, c.number, c.is_mobile, c.depth_mm, c.faces, c.bays, c.levels, c.shelf_mm"
    " FROM carriage c JOIN block b ON b.id = c.block_id WHERE b.room_id = ? ORDER BY b.number, b.id, c.number, c.id",
    'SELECT code, title, "rows", faces, bays, levels, shelf_mm FROM static_shelving WHERE room_id = ? ORDER BY id',
    "SELECT id, kind, address, title, block_number, row_code, carriage, face, bay, level, aisle, width_mm, shelving_order"
    " FROM place WHERE room_id = ? ORDER BY id",
)
"""All that the tables say of a room: what its digest covers, in this order."""
_FURNITURE_BESIDES = (
    f"SELECT number, motion FROM block WHERE room_id = ? AND motion <> '{MotionPolicy.STAGGERED.value}' ORDER BY number, id",
)
"""What the digest covers besides, where there is any: a room without it keeps the digest that the ledger tells of it."""
_STRAY = " UNION ALL ".join(
    f"SELECT id FROM {table} WHERE {owner}_id NOT IN (SELECT id FROM {owner})"
    for table, owner in (("block", "room"), ("carriage", "block"), ("static_shelving", "room"), ("place", "room"))
)


def room_codes(books: Books) -> list[str]:
    """Return the codes of the rooms that were built, in building order."""
    return [row[0] for row in books.rows("SELECT code FROM room ORDER BY id")]


def blocks(books: Books, number: int | None = None) -> list[Block]:
    """Return all blocks in order of their numbers, or the one of a number."""
    condition = "" if number is None else f" WHERE number = {int(number)}"
    block_rows = books.rows(
        "SELECT id, number, title, numbered_from, aisle_mm, clearance_mm, has_first_end_aisle, has_last_end_aisle,"
        f" open_aisles, motion FROM block{condition} ORDER BY number, id"
    )
    carriages: dict[int, list[Carriage]] = {}
    for row in books.rows(
        "SELECT block_id, number, is_mobile, depth_mm, faces, bays, levels, shelf_mm FROM carriage ORDER BY block_id, number"
    ):
        faces = tuple(Face(letter) for letter in row[4])
        carriages.setdefault(row[0], []).append(Carriage(row[1], bool(row[2]), row[3], faces, *row[5:8]))
    return [_block_of(row, carriages.get(row[0], [])) for row in block_rows]


def new_room(books: Books, plan: RoomPlan) -> Act:
    """Write a room's rows and return the act; raises Refused if its code or a block's number is taken."""
    if books.row("SELECT 1 FROM room WHERE code = ?", (plan.code,)):
        raise Refused(say("There is a room {code} already; nothing was built.", code=plan.code))
    for block in plan.blocks:
        if blocks(books, block.number):
            raise Refused(say("There is a block {number} already; nothing was built.", number=block.number))
    room_id = _insert(books, models.Room, {"code": plan.code, "title": plan.title})
    for block in plan.blocks:
        _insert_block(books, room_id, block)
    for static in plan.statics:
        faces = "".join(face.value for face in static.faces)
        sizes: _Values = {"rows": static.rows, "bays": static.bays, "levels": static.levels, "shelf_mm": static.shelf_mm}
        names: _Values = {"room": room_id, "code": static.code, "title": static.title, "faces": faces}
        _insert(books, models.StaticShelving, names | sizes)
    named = [_named_row(room_id, plan.code, place) for place in plan.places]
    shelves = [_shelf_row(room_id, order, shelf) for order, shelf in enumerate(plan.shelves(), 1)]
    _insert_all(books, models.Place, named)
    _insert_all(books, models.Place, shelves)
    made = books.rows("SELECT id, kind, address, width_mm FROM place WHERE room_id = ? ORDER BY id", (room_id,))
    places = tuple(PlaceMade(row[0], PlaceKind(row[1]), row[2], row[3]) for row in made)
    facts: dict[str, str | int] = {"room": plan.code, "title": plan.title, "blocks": len(plan.blocks)}
    facts[FURNITURE_FACT] = furniture_digest(books, room_id)
    return Act(ActKind.ROOM_BUILT, places_made=places, facts=facts)


def furniture_digest(books: Books, room_id: int) -> str:
    """Return the digest of all rows of a room: SHA-256 of JSON lists, a line a statement, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for statement in _FURNITURE:
        digest.update(_line_of([list(row) for row in books.rows(statement, (room_id,))]))
    for statement in _FURNITURE_BESIDES:
        if rows := [list(row) for row in books.rows(statement, (room_id,))]:
            digest.update(_line_of(rows))
    return digest.hexdigest()


def _line_of(rows: list[list[object]]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def furniture_digests(books: Books) -> dict[str, str]:
    """Return the digest of each room by its code."""
    return {code: furniture_digest(books, number) for number, code in books.rows("SELECT id, code FROM room ORDER BY id")}


def has_strays(books: Books) -> bool:
    """Whether there is furniture of no room."""
    return books.row(f"{_STRAY} LIMIT 1") is not None


def _block_of(row: Row, carriages: list[Carriage]) -> Block:
    return Block(
        number=row[1],
        title=row[2],
        numbered_from=End(row[3]),
        aisle_mm=row[4],
        clearance_mm=row[5],
        end_aisles=(bool(row[6]), bool(row[7])),
        open_aisles=tuple(json.loads(row[8])),
        carriages=tuple(carriages),
        motion=MotionPolicy(row[9]),
    )


def _insert_block(books: Books, room_id: int, block: Block) -> None:
    block_id = _insert(
        books,
        models.Block,
        {
            "room": room_id,
            "number": block.number,
            "title": block.title,
            "numbered_from": block.numbered_from.value,
            "aisle_mm": block.aisle_mm,
            "clearance_mm": block.clearance_mm,
            "has_first_end_aisle": int(block.end_aisles[0]),
            "has_last_end_aisle": int(block.end_aisles[1]),
            "open_aisles": json.dumps(block.open_aisles),
            "motion": block.motion.value,
        },
    )
    carriages: list[_Values] = [
        {
            "block": block_id,
            "number": carriage.number,
            "is_mobile": int(carriage.is_mobile),
            "depth_mm": carriage.depth_mm,
            "faces": "".join(face.value for face in carriage.faces),
            "bays": carriage.bays,
            "levels": carriage.levels,
            "shelf_mm": carriage.shelf_mm,
        }
        for carriage in block.carriages
    ]
    _insert_all(books, models.Carriage, carriages)


def _named_row(room_id: int, room_code: str, place: NamedPlace) -> _Values:
    return {"room": room_id, "kind": place.kind.value, "address": f"{room_code}/{place.code}", "title": place.title}


def _shelf_row(room_id: int, order: int, shelf: Shelf) -> _Values:
    return {
        "room": room_id,
        "kind": PlaceKind.SHELF.value,
        "address": shelf.address,
        "title": "",
        "block_number": shelf.block,
        "row_code": shelf.row_code,
        "carriage": shelf.carriage,
        "face": shelf.face.value,
        "bay": shelf.bay,
        "level": shelf.level,
        "aisle": shelf.aisle,
        "width_mm": shelf.width_mm,
        "shelving_order": order,
    }


def _insert(books: Books, table: type[Table], row: _Values) -> int:
    number: int = table.insert(row).execute(books)
    return number


def _insert_all(books: Books, table: type[Table], rows: list[_Values]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        table.insert_many(rows[start : start + _AT_ONCE]).execute(books)
