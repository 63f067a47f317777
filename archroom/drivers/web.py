"""MjjWebApi: one GET a question, answered with JSON, and what its answers say. Pure.

Source: six programs of users in another language. Every operation is in the table below; none is ever made of other text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from archroom.core.controllers import Fault
from archroom.core.plain.facts import Alarm, Order, OrderKind, PlainStatus, Side
from archroom.drivers.framed_exchange import FramedRequest
from archroom.drivers.framed_state import Remains, Span
from archroom.drivers.wire_settings import WebSettings

STATUS, STOP = "GetMjjStatus", "StopMove"
MOVE_LEFT, MOVE_RIGHT = "LeftMove", "RightMove"
OPERATIONS: Final = {
    OrderKind.CLOSE: "Reset",
    OrderKind.VENTILATE: "Ventilate",
    OrderKind.LOCK: "Lock",
    OrderKind.UNLOCK: "UnLock",
    OrderKind.WAKE: "PowerOn_YDL",
}
"""Of orders without a column. One of the programs unlocks every area before it ventilates: here neither is the other's."""
MOST_BYTES = 65_536
MOST_DIGITS = 8
"""Of a length that is read at all."""
_HEAD_END = b"\r\n\r\n"


class Unlikely(ValueError):
    """An answer says what cannot be; the words are for a technician."""


class WebLanguage:
    """A whole answer of HTTP/1.0 or 1.1: as long as it says, or, where it does not, until its JSON is whole."""

    shortest_bytes = 1
    most_bytes = MOST_BYTES

    def frames(self, data: bytes) -> Sequence[Span]:
        """Return where the answer stands; only one comes on a connection."""
        end = _end_of(data)
        return () if end is None else (Span(0, end),)

    def remains(self, data: bytes) -> Remains:
        """Return what bytes look like that are no whole answer."""
        return Remains.CUT_SHORT if data.startswith(b"HTTP/1."[: len(data)]) else Remains.GARBAGE

    def unit_of_push(self, frame: bytes) -> int | None:
        """Nothing is sent unasked."""
        return None


def ask_status(unit: int, host: str, settings: WebSettings) -> FramedRequest:
    """Return the question how everything stands; its answer must name the area."""

    def answers(frame: bytes) -> bool:
        return area_in(frame, unit) is not None

    return FramedRequest(_get(STATUS, host, settings), unit, answers, is_read=True)


def order(unit: int, operation: str, column: int | None, host: str, settings: WebSettings) -> FramedRequest:
    """Return an order, or the stop; it is answered `{"data":"1"}` if it was taken."""

    def answers(frame: bytes) -> bool:
        document = _document(frame)
        return isinstance(document, dict) and set(document) == {"data"} and isinstance(document["data"], str | int)

    query = operation if column is None else f"{operation}&ColumnNo={column}"
    return FramedRequest(_get(query, host, settings), unit, answers, is_read=False, is_stop=operation == STOP)


def is_taken(frame: bytes) -> bool:
    """Whether the answer to an order says that it was taken."""
    document = _document(frame)
    return isinstance(document, dict) and str(document.get("data")) == "1"


def operation_of(given: Order, settings: WebSettings) -> tuple[str, int | None]:
    """Return the operation of an order and the carriage that it names."""
    if given.kind is OrderKind.OPEN:
        is_low = settings.opens_with == "low"
        carriage = None if given.aisle is None else given.aisle if is_low else given.aisle + 1
        return _move(is_low, settings), carriage
    if given.kind is OrderKind.JOG:
        return _move(given.is_towards_low, settings), given.carriage
    return OPERATIONS[given.kind], None


def _move(is_towards_low: bool, settings: WebSettings) -> str:
    return MOVE_LEFT if is_towards_low is settings.columns.is_left_low else MOVE_RIGHT


def area_in(frame: bytes, unit: int) -> Mapping[str, object] | None:
    """Return what a status says of one area; None unless it names that area exactly once."""
    document = _document(frame)
    areas = document.get("data") if isinstance(document, dict) else None
    if not isinstance(areas, list):
        return None
    ours = [area for area in areas if isinstance(area, dict) and str(area.get("QUNO")).lstrip("0") == str(unit)]
    return ours[0] if len(ours) == 1 else None


def parse_status(area: Mapping[str, object], carriages: int, settings: WebSettings) -> PlainStatus:
    """Return what an area's status says; raises Unlikely."""
    is_locked, has_no_power = _truth(area, "IsLock"), _truth(area, "IsPower")
    is_refused = None if is_locked is None and has_no_power is None else bool(is_locked or has_no_power)
    return PlainStatus(
        is_enabled=None if is_refused is None else not is_refused,
        alarms=(Alarm(Fault.NONE, "IsBJ"),) if _truth(area, "IsBJ") else (),
        sides=_sides(area, carriages, settings),
        temperature_c=_number(area, "Temp", settings.temperature_divisor),
        humidity_percent=_number(area, "Hum", settings.humidity_divisor),
        others=tuple(
            (key, str(area[key])) for key in ("MJJZTLX", "MJJZTLXName", "COLNO", "IsVent", "IsLock") if key in area
        ),
    )


def _sides(area: Mapping[str, object], carriages: int, settings: WebSettings) -> tuple[Side, ...]:
    """One digit a column, with or without one for a fixed column, of which nothing is believed."""
    digits = area.get("ColumnStatus")
    if not isinstance(digits, str) or not digits.isascii() or not digits.isdigit():
        raise Unlikely("ColumnStatus")
    asked = settings.columns.asked(carriages)
    if len(digits) not in (len(asked), carriages):
        raise Unlikely(f"ColumnStatus {digits[:40]}")
    told = digits if len(digits) == len(asked) else "".join(digits[carriage - 1] for carriage in asked)
    sides = [Side.UNKNOWN] * carriages
    for carriage, digit in zip(asked, told, strict=True):
        side = settings.columns.side(int(digit))
        if side is None:
            raise Unlikely(f"ColumnStatus {digits}")
        sides[carriage - 1] = side
    return tuple(sides)


def _truth(area: Mapping[str, object], key: str) -> bool | None:
    if key not in area:
        return None
    told = str(area[key]).strip().lower()
    if told not in ("0", "1", "true", "false"):
        raise Unlikely(f"{key} {told[:20]}")
    return told in ("1", "true")


def _number(area: Mapping[str, object], key: str, divisor: int) -> float | None:
    """Zero is a value; what is missing or empty is none."""
    told = str(area.get(key, "")).strip()
    if not told:
        return None
    try:
        number = float(told)
    except ValueError as error:
        raise Unlikely(f"{key} {told[:20]}") from error
    if not -1e6 < number < 1e6:
        raise Unlikely(f"{key} {told[:20]}")
    return number / divisor


# -- HTTP


def _get(query: str, host: str, settings: WebSettings) -> bytes:
    lines = (f"GET {settings.path}?Op={query} HTTP/1.1", f"Host: {host}", "Accept: application/json", "Connection: close")
    return "\r\n".join((*lines, "", "")).encode("ascii")


def _head_of(data: bytes) -> tuple[int, dict[bytes, bytes]] | None:
    """Return the status code and the fields in front of a body; None while they are not whole, or if it is no HTTP."""
    head, mark, _ = data.partition(_HEAD_END)
    first, *lines = head.split(b"\r\n")
    words = first.split(b" ")
    if not mark or len(words) < 2 or words[0] not in (b"HTTP/1.0", b"HTTP/1.1") or not _is_number(words[1], 3):
        return None
    pairs = (line.partition(b":") for line in lines)
    return int(words[1]), {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def _end_of(data: bytes) -> int | None:
    found = _head_of(data)
    if found is None:
        return None
    fields, start = found[1], data.index(_HEAD_END) + len(_HEAD_END)
    if fields.get(b"transfer-encoding") == b"chunked":
        chunks = _chunks(data[start:])
        return None if chunks is None else start + chunks[1]
    length = fields.get(b"content-length")
    if length is None:
        return None if _json(data[start:]) is None else len(data)
    is_whole = _is_number(length, MOST_DIGITS) and len(data) >= start + int(length)
    return start + int(length) if is_whole else None


def _is_number(told: bytes, most_digits: int) -> bool:
    """Whether bytes are a number of a few digits: thousands of them cannot be read as one."""
    return told.isdigit() and len(told) <= most_digits


def _chunks(data: bytes) -> tuple[bytes, int] | None:
    """Return the body that comes in chunks and where it ends; None while it is not whole."""
    body, at = b"", 0
    while True:
        line, mark, _ = data[at:].partition(b"\r\n")
        size = line.partition(b";")[0].strip()
        if not mark or not 1 <= len(size) <= 5 or any(digit not in b"0123456789abcdefABCDEF" for digit in size):
            return None
        start, count = at + len(line) + 2, int(size, 16)
        if data[start + count : start + count + 2] != b"\r\n":
            return None
        body, at = body + data[start : start + count], start + count + 2
        if count == 0:
            return body, at


def _document(frame: bytes) -> object:
    """Return the JSON of a whole answer with status 200; None if it is none."""
    found = _head_of(frame)
    if found is None or found[0] != 200:
        return None
    body = frame.partition(_HEAD_END)[2]
    if found[1].get(b"transfer-encoding") == b"chunked":
        chunks = _chunks(body)
        body = b"" if chunks is None else chunks[0]
    return _json(body)


def _json(body: bytes) -> object:
    """Return what JSON says, in UTF-8 or in GB 18030; None if it is none."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return json.loads(body.decode(encoding))
        except (ValueError, RecursionError):
            continue
    return None
