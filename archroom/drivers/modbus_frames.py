"""Frames: built by pymodbus, and cut out of a byte stream before pymodbus sees them. The only file that imports it.

pymodbus 3.16 counts its whole buffer as used once a CRC was tried, so a stray byte in front of an answer loses the answer
and a second frame behind it vanishes. Here a frame is first cut by unit, function, length and echo, and that frame alone,
whole and with a good CRC, is handed over. Nothing in this file waits, keeps state or raises on what comes from the wire.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from pymodbus.framer import FramerBase, FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadCoilsResponse,
    ReadDiscreteInputsRequest,
    ReadDiscreteInputsResponse,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from archroom.drivers.modbus import EXCEPTION_BIT, MAX_UNIT, Function, Request
from archroom.drivers.timing import Framing

CRC_BYTES = 2
HEADER_BYTES = {Framing.RTU: 1, Framing.MBAP: 7}
"""What stands in front of the function byte."""
EXCEPTION_PDU_BYTES = 2
COIL_ON = 0xFF00
MAX_FRAME_BYTES = 260
SHORTEST_ANSWER_BYTES = {Framing.RTU: 5, Framing.MBAP: 9}
"""Fewer bytes than this cannot hold an answer of anybody."""


@dataclass(frozen=True, slots=True)
class FoundReply:
    """An answer that matches its request, and where in the bytes it stood."""

    start: int
    end: int
    registers: tuple[int, ...]
    """What was read, bits as 0 and 1; empty for a write or an exception."""
    exception_code: int | None
    """The code if the unit answered with an exception, else None."""


class Strangeness(Enum):
    """What bytes are that hold no matching answer."""

    NOTHING = "nothing"
    ECHO = "echo"
    """The request itself came back."""
    WRONG_UNIT = "wrong unit"
    WRONG_FUNCTION = "wrong function"
    WRONG_CONTENT = "wrong content"
    """Right unit and function, but another length, address, value or transaction number."""
    BAD_CRC = "bad crc"
    CUT_SHORT = "cut short"
    GARBAGE = "garbage"


@cache
def _framer(framing: Framing) -> FramerBase:
    return FramerRTU(DecodePDU(False)) if framing is Framing.RTU else FramerSocket(DecodePDU(False))


def build_request(request: Request, framing: Framing, transaction: int) -> bytes:
    """Return the frame of a request; `transaction` counts on Modbus TCP only: an RTU frame has no place for it."""
    return _framer(framing).buildFrame(_request_pdu(request, transaction))


def reply_bytes(request: Request, framing: Framing) -> int:
    """Return the length of the frame that a good answer to this request has."""
    return HEADER_BYTES[framing] + request.reply_pdu_bytes + (CRC_BYTES if framing is Framing.RTU else 0)


def find_reply(data: bytes, request: Request, framing: Framing, transaction: int) -> FoundReply | None:
    """Return the first answer in `data` that matches the request, None if there is none yet.

    While bytes that may be the answer's beginning wait for their rest, nothing behind them is looked at.
    """
    good = _header(request, framing, transaction, request.reply_pdu_bytes) + _good_start(request)
    refused = _header(request, framing, transaction, EXCEPTION_PDU_BYTES) + bytes((request.function | EXCEPTION_BIT,))
    tail = CRC_BYTES if framing is Framing.RTU else 0
    good_length = HEADER_BYTES[framing] + request.reply_pdu_bytes + tail
    refused_length = HEADER_BYTES[framing] + EXCEPTION_PDU_BYTES + tail
    start = data.find(good[:1])
    while start >= 0:
        for beginning, length in ((good, good_length), (refused, refused_length)):
            if not beginning.startswith(data[start : start + len(beginning)]):
                continue
            frame = data[start : start + length]
            if len(frame) < length:
                return None
            if framing is Framing.MBAP or _has_good_crc(frame):
                return _decoded(frame, start, request, framing, transaction)
        start = data.find(good[:1], start + 1)
    return None


def explain(data: bytes, request: Request, framing: Framing, transaction: int) -> Strangeness:
    """Return what bytes are that came in place of a matching answer."""
    if not data:
        return Strangeness.NOTHING
    if build_request(request, framing, transaction) in data:
        return Strangeness.ECHO
    for unit, function in whole_frames(data, framing):
        if unit != request.unit:
            return Strangeness.WRONG_UNIT
        if function & ~EXCEPTION_BIT != request.function:
            return Strangeness.WRONG_FUNCTION
        return Strangeness.WRONG_CONTENT
    header = _header(request, framing, transaction, request.reply_pdu_bytes) + bytes((request.function,))
    if header.startswith(data[: len(header)]):
        return Strangeness.CUT_SHORT if len(data) < reply_bytes(request, framing) else Strangeness.BAD_CRC
    return Strangeness.GARBAGE


def has_wrong_start(data: bytes, request: Request, framing: Framing) -> bool:
    """Return whether bytes would be the answer if their first byte were right, or if none were missing in front."""
    if framing is not Framing.RTU:
        return False
    unit = bytes((request.unit,))
    return any(find_reply(unit + rest, request, framing, 0) is not None for rest in (data[1:], data))


def whole_frames(data: bytes, framing: Framing) -> Iterator[tuple[int, int]]:
    """Yield unit and function of each whole frame in `data`, anybody's, question or answer, wherever it begins."""
    start = 0
    while start < len(data):
        length = _rtu_length(data, start) if framing is Framing.RTU else _mbap_length(data, start)
        if length:
            header = HEADER_BYTES[framing]
            yield data[start + header - 1], data[start + header]
        start += length or 1


def _request_pdu(request: Request, transaction: int) -> ModbusPDU:
    unit, address, count = request.unit, request.address, request.count
    values, bits = list(request.values), [bool(value) for value in request.values]
    match request.function:
        case Function.READ_COILS:
            return ReadCoilsRequest(unit, transaction, address, count=count)
        case Function.READ_DISCRETE:
            return ReadDiscreteInputsRequest(unit, transaction, address, count=count)
        case Function.READ:
            return ReadHoldingRegistersRequest(unit, transaction, address, count=count)
        case Function.READ_INPUT:
            return ReadInputRegistersRequest(unit, transaction, address, count=count)
        case Function.WRITE_COIL:
            return WriteSingleCoilRequest(unit, transaction, address, bits=bits)
        case Function.WRITE_ONE:
            return WriteSingleRegisterRequest(unit, transaction, address, registers=values)
        case Function.WRITE_SEVERAL:
            return WriteMultipleRegistersRequest(unit, transaction, address, registers=values)


def _header(request: Request, framing: Framing, transaction: int, pdu_bytes: int) -> bytes:
    if framing is Framing.RTU:
        return bytes((request.unit,))
    return struct.pack(">HHHB", transaction, 0, pdu_bytes + 1, request.unit)


def _good_start(request: Request) -> bytes:
    """The part of a good answer's PDU that is known beforehand: the echo of a write is known to the last byte."""
    if request.function.is_read:
        return bytes((request.function, request.reply_data_bytes))
    second = request.count
    if request.function is Function.WRITE_ONE:
        second = request.values[0]
    elif request.function is Function.WRITE_COIL:
        second = COIL_ON if request.values[0] else 0
    return struct.pack(">BHH", request.function, request.address, second)


def _decoded(frame: bytes, start: int, request: Request, framing: Framing, transaction: int) -> FoundReply | None:
    _, pdu = _framer(framing).handleFrame(frame, request.unit, transaction)
    end = start + len(frame)
    if isinstance(pdu, ExceptionResponse):
        return FoundReply(start, end, (), pdu.exception_code)
    if isinstance(pdu, ReadHoldingRegistersResponse | ReadInputRegistersResponse):
        return FoundReply(start, end, tuple(pdu.registers), None)
    if isinstance(pdu, ReadCoilsResponse | ReadDiscreteInputsResponse):
        return FoundReply(start, end, tuple(int(bit) for bit in pdu.bits[: request.count]), None)
    return None if pdu is None else FoundReply(start, end, (), None)


def _has_good_crc(frame: bytes) -> bool:
    return FramerRTU.check_CRC(frame[:-CRC_BYTES], int.from_bytes(frame[-CRC_BYTES:], "big"))


def _rtu_length(data: bytes, start: int) -> int:
    """Length of the whole frame with a good CRC that begins here, 0 if none does."""
    if start + SHORTEST_ANSWER_BYTES[Framing.RTU] > len(data) or data[start] > MAX_UNIT:
        return 0
    function, third = data[start + 1], data[start + 2]
    lengths = [8]
    if function & EXCEPTION_BIT:
        lengths = [5]
    elif function in (1, 2, 3, 4, 23):
        lengths = [5 + third, 8]
    elif function in (15, 16) and start + 6 < len(data):
        lengths = [8, 9 + data[start + 6]]
    for length in lengths:
        if length <= min(len(data) - start, MAX_FRAME_BYTES) and _has_good_crc(data[start : start + length]):
            return length
    return 0


def _mbap_length(data: bytes, start: int) -> int:
    """Length of the whole frame that begins here, 0 if none does."""
    if start + SHORTEST_ANSWER_BYTES[Framing.MBAP] > len(data):
        return 0
    _, protocol, length = struct.unpack_from(">HHH", data, start)
    is_whole = protocol == 0 and 3 <= length <= 254 and start + 6 + length <= len(data)
    return 6 + length if is_whole else 0
