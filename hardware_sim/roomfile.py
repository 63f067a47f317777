"""Reads a room file (``docs/room-file.md``) into block layouts. Refuses what that page does not define.

The simulator needs the blocks only, but it checks the shape of everything: a file that is wrong elsewhere is wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hardware_sim.layout import BlockLayout, CarriageFacts, Starts

MAX_CARRIAGES = 32
"""What the register map can hold (CARRIAGES, ``docs/shelving-protocol.md``)."""

Table = dict[str, object]

_ROOM_KEYS = {"room", "block", "static", "place"}
_BLOCK_KEYS = {
    *("number", "title", "numbered_from", "aisle_mm", "clearance_mm"),
    *("end_aisles", "open_aisles", "track_mm", "motion", "carriage"),
}
_CARRIAGE_KEYS = {"kind", "depth_mm", "faces", "bays", "levels", "shelf_mm", "count"}
_STATIC_KEYS = {"code", "title", "rows", "faces", "bays", "levels", "shelf_mm"}
_PLACE_KEYS = {"code", "kind", "title"}
_PLACE_KINDS = {"staging", "reading_room", "desk"}


class RoomFileError(ValueError):
    """The room file cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class RoomLayout:
    """The mobile shelving of one room."""

    code: str
    title: str
    blocks: tuple[BlockLayout, ...]


def load_room(path: Path) -> RoomLayout:
    """Read a room file. Raises RoomFileError, also when the file is missing or is not TOML."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise RoomFileError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise RoomFileError(f"{path}: not UTF-8 text (byte {error.start})") from error
    try:
        return parse_room(text)
    except RoomFileError as error:
        raise RoomFileError(f"{path}: {error}") from error


def parse_room(text: str) -> RoomLayout:
    """Turn the text of a room file into layouts. Raises RoomFileError."""
    try:
        document: Table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RoomFileError(f"not TOML: {error}") from error
    _refuse_unknown(document, _ROOM_KEYS, "the file")
    room = _table(document, "room", "the file")
    _refuse_unknown(room, {"code", "title"}, "[room]")
    blocks = tuple(_block(entry, index) for index, entry in enumerate(_tables(document, "block"), start=1))
    if not blocks:
        raise RoomFileError("no [[block]]: there is nothing to simulate")
    doubled = [number for number, count in Counter(block.number for block in blocks).items() if count > 1]
    if doubled:
        raise RoomFileError(f"block number {doubled[0]} is used twice")
    _check_rest(document)
    return RoomLayout(_code(room, "code", r"[A-Z0-9]{1,8}", "[room]"), _text(room, "title", "[room]"), blocks)


def _block(entry: Table, index: int) -> BlockLayout:
    where = f"[[block]] {index}"
    _refuse_unknown(entry, _BLOCK_KEYS, where)
    numbered_from = _choice(entry, "numbered_from", {"left", "right"}, where)
    carriages: list[CarriageFacts] = []
    faces: list[tuple[str, ...]] = []
    for position, table in enumerate(_tables(entry, "carriage"), start=1):
        place = f"{where}, [[block.carriage]] {position}"
        _refuse_unknown(table, _CARRIAGE_KEYS, place)
        _check_shelves(table, place)
        is_fixed = _choice(table, "kind", {"fixed", "mobile"}, place) == "fixed"
        depth_mm = _whole(table, "depth_mm", 1, 10_000, place)
        for _ in range(_whole(table, "count", 1, MAX_CARRIAGES, place, default=1)):
            carriages.append(CarriageFacts(len(carriages) + 1, is_fixed, depth_mm))
            faces.append(_faces(table, place))
    if not 1 <= len(carriages) <= MAX_CARRIAGES:
        raise RoomFileError(f"{where} has {len(carriages)} carriages; a unit holds 1 to {MAX_CARRIAGES}")
    end_aisles = _list(entry, "end_aisles", where)
    if len(end_aisles) != 2 or not all(isinstance(flag, bool) for flag in end_aisles):
        raise RoomFileError(f"{where}: end_aisles must be two of true and false")
    open_aisles = _list(entry, "open_aisles", where)
    if not all(type(aisle) is int for aisle in open_aisles):
        raise RoomFileError(f"{where}: open_aisles must be whole numbers")
    layout = BlockLayout(
        number=_whole(entry, "number", 1, 99, where),
        title=_text(entry, "title", where),
        aisle_mm=_whole(entry, "aisle_mm", 1, 10_000, where),
        clearance_mm=_whole(entry, "clearance_mm", 0, 10_000, where),
        end_aisles=(end_aisles[0] is True, end_aisles[1] is True),
        open_aisles=tuple(aisle for aisle in open_aisles if isinstance(aisle, int)),
        carriages=tuple(carriages),
        numbered_from_left=numbered_from == "left",
        starts=Starts(_choice(entry, "motion", {one.value for one in Starts}, where, default="staggered")),
    )
    _check_aisles(layout, where)
    _check_faces(layout, faces, where)
    _check_track(layout, entry, where)
    return layout


def _check_aisles(layout: BlockLayout, where: str) -> None:
    if layout.aisle_mm <= layout.clearance_mm:
        raise RoomFileError(f"{where}: aisle_mm {layout.aisle_mm} is not more than clearance_mm {layout.clearance_mm}")
    for end, carriage in ((0, 1), (1, layout.carriage_count)):
        if layout.end_aisles[end] and layout.is_fixed(carriage):
            gap = 0 if end == 0 else carriage
            raise RoomFileError(f"{where}: aisle {gap} cannot be entered, carriage {carriage} is fixed")
    for aisle in layout.open_aisles:
        if not layout.is_enterable(aisle):
            raise RoomFileError(f"{where}: open_aisles names aisle {aisle}, which cannot be entered")
    for segment in layout.segments:
        named = sorted(aisle for aisle in layout.open_aisles if aisle in segment)
        if len(named) != len(set(named)):
            raise RoomFileError(f"{where}: open_aisles names aisle {named[0]} twice")
        if segment.has_mobile and len(named) != 1:
            raise RoomFileError(
                f"{where}: open_aisles must name one aisle of {segment.first}..{segment.last}, it names {len(named)}"
            )


def _check_faces(layout: BlockLayout, faces: list[tuple[str, ...]], where: str) -> None:
    for carriage, listed in enumerate(faces, start=1):
        for face, aisle in (("A", carriage - 1), ("B", carriage)):
            if face in listed and not layout.is_enterable(aisle):
                raise RoomFileError(
                    f"{where}: face {face} of carriage {carriage} is listed, but aisle {aisle} cannot be entered"
                )


def _check_track(layout: BlockLayout, entry: Table, where: str) -> None:
    if layout.track_mm > 0xFFFF:
        raise RoomFileError(f"{where}: the track is {layout.track_mm} mm long; a register holds 65535")
    if "track_mm" not in entry:
        return
    declared = _whole(entry, "track_mm", 1, 0xFFFF, where)
    if declared != layout.track_mm:
        raise RoomFileError(f"{where}: track_mm is {declared}, but depths, gaps and aisles sum to {layout.track_mm}")


def _check_rest(document: Table) -> None:
    for index, table in enumerate(_tables(document, "static"), start=1):
        where = f"[[static]] {index}"
        _refuse_unknown(table, _STATIC_KEYS, where)
        _code(table, "code", r"[A-Z][A-Z0-9]{0,5}", where)
        _text(table, "title", where)
        _whole(table, "rows", 1, 99, where)
        _faces(table, where)
        _check_shelves(table, where)
    for index, table in enumerate(_tables(document, "place"), start=1):
        where = f"[[place]] {index}"
        _refuse_unknown(table, _PLACE_KEYS, where)
        _code(table, "code", r"[A-Z0-9]{2,8}", where)
        _text(table, "title", where)
        _choice(table, "kind", _PLACE_KINDS, where)


def _check_shelves(table: Table, where: str) -> None:
    for key in ("bays", "levels", "shelf_mm"):
        _whole(table, key, 1, 10_000, where)


def _refuse_unknown(table: Table, known: set[str], where: str) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise RoomFileError(f"{where}: unknown key {unknown[0]!r}")


def _get(table: Table, key: str, where: str) -> object:
    if key not in table:
        raise RoomFileError(f"{where}: {key} is missing")
    return table[key]


def _table(table: Table, key: str, where: str) -> Table:
    value = _get(table, key, where)
    if not isinstance(value, dict):
        raise RoomFileError(f"{where}: [{key}] must be a table")
    return value


def _tables(table: Table, key: str) -> list[Table]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise RoomFileError(f"[[{key}]] must be a list of tables")
    return value


def _list(table: Table, key: str, where: str) -> list[object]:
    value = _get(table, key, where)
    if not isinstance(value, list):
        raise RoomFileError(f"{where}: {key} must be a list")
    return value


def _whole(table: Table, key: str, least: int, most: int, where: str, default: int | None = None) -> int:
    value = table.get(key, default) if default is not None else _get(table, key, where)
    if type(value) is not int or not least <= value <= most:
        raise RoomFileError(f"{where}: {key} must be a whole number from {least} to {most}")
    return value


def _text(table: Table, key: str, where: str) -> str:
    value = _get(table, key, where)
    if not isinstance(value, str) or not value.strip():
        raise RoomFileError(f"{where}: {key} must be a text")
    return value


def _choice(table: Table, key: str, choices: set[str], where: str, default: str | None = None) -> str:
    value = table.get(key, default) if default is not None else _get(table, key, where)
    if not isinstance(value, str) or value not in choices:
        raise RoomFileError(f"{where}: {key} must be one of {', '.join(sorted(choices))}")
    return value


def _code(table: Table, key: str, pattern: str, where: str) -> str:
    value = _get(table, key, where)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise RoomFileError(f"{where}: {key} must match {pattern}")
    return value


def _faces(table: Table, where: str) -> tuple[str, ...]:
    faces = _list(table, "faces", where)
    if not all(face in ("A", "B") for face in faces) or len(set(map(str, faces))) != len(faces):
        raise RoomFileError(f'{where}: faces must be a list of "A" and "B"')
    return tuple(str(face) for face in faces)
