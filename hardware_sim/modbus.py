"""Modbus as a server speaks it: frames in, frames out. Sans-IO: fed with bytes, it returns requests and reply bytes.

Functions 03, 06 and 16; any other is answered with exception 1. A frame with a bad CRC leaves no trace. Frames may come
split or glued together in any way; the caller says when the line has been silent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from hardware_sim.registers import ExceptionCode, RegisterError, crc16, from_bytes, to_bytes
from hardware_sim.sessions import BrokenStream

READ_HOLDING = 3
WRITE_ONE = 6
WRITE_COILS = 15
WRITE_SEVERAL = 16
MAX_READ = 125
MAX_WRITE = 123
MAX_UNIT = 247
BROADCAST = 0
FIXED_BODY = 6
"""What the header of Modbus TCP says of a request for an address and one word: unit, function, and four bytes."""

_FIXED_LENGTHS = {1: 8, 2: 8, 3: 8, 4: 8, 5: 8, 6: 8, 7: 4, 8: 8, 11: 4, 12: 4, 17: 4, 22: 10, 24: 6, 43: 7}
"""Bytes of an RTU request frame by function, CRC included (Modbus application protocol 1.1b3, chapter 6)."""
_COUNTED_LENGTHS = {15: 6, 16: 6, 20: 2, 21: 2, 23: 10}
"""Where the byte count stands in the requests that have one."""


class Request(NamedTuple):
    """One request cut out of the stream; `transaction` is None on RTU."""

    unit: int
    pdu: bytes
    transaction: int | None = None


class RegisterMap(Protocol):
    """What a unit offers: reads and writes of holding registers, each may raise RegisterError."""

    def read(self, address: int, count: int) -> Sequence[int]: ...

    def write(self, address: int, values: Sequence[int]) -> None: ...


class RtuDecoder:
    """Cuts RTU request frames out of a byte stream."""

    is_over = False

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def is_waiting(self) -> bool:
        """Whether a part of a frame is held back until more comes or the line falls silent."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Request]:
        """Take bytes in and give the whole frames that they complete, good CRC only."""
        buffer = self._buffer
        buffer += data
        requests: list[Request] = []
        while len(buffer) >= 4:
            length = _request_length(buffer)
            if length is None:
                return requests
            if length <= len(buffer) and crc16(bytes(buffer[:length])) == 0:
                requests.append(Request(buffer[0], bytes(buffer[1 : length - 2])))
                del buffer[:length]
            else:
                del buffer[0]
        return requests

    def fall_silent(self) -> None:
        """The line was silent for longer than a frame allows: what was begun is void."""
        self._buffer.clear()


def _request_length(buffer: bytearray) -> int | None:
    """Length of the frame at the head; None: more bytes must come; one that cannot be a frame gives its own length."""
    function = buffer[1]
    if buffer[0] > MAX_UNIT:
        return 1
    length = _FIXED_LENGTHS.get(function)
    if length is None and function in _COUNTED_LENGTHS:
        place = _COUNTED_LENGTHS[function]
        length = place + 3 + buffer[place] if place < len(buffer) else place + 4
    if length is None:
        return len(buffer)
    return length if length <= len(buffer) else None


class MbapDecoder:
    """Cuts Modbus TCP requests out of a byte stream.

    `counts_coils` takes the length of function 15 from its count of bytes where the header says `FIXED_BODY`, which is the
    length of the functions without one and never that of function 15.
    """

    is_over = False

    __slots__ = ("_buffer", "_counts_coils")

    def __init__(self, *, counts_coils: bool = False) -> None:
        self._buffer = bytearray()
        self._counts_coils = counts_coils

    @property
    def is_waiting(self) -> bool:
        """Whether a part of a frame is held back until more comes."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Request]:
        """Take bytes in and give the whole requests. Raises BrokenStream on a header that cannot be one."""
        buffer = self._buffer
        buffer += data
        requests: list[Request] = []
        while len(buffer) >= 7:
            length = buffer[4] << 8 | buffer[5]
            if buffer[2] or buffer[3] or not 2 <= length <= 254:
                raise BrokenStream
            if self._counts_coils and length == FIXED_BODY and buffer[7:8] == bytes((WRITE_COILS,)):
                length = 7 + buffer[12] if len(buffer) > 12 else FIXED_BODY + 1
            if len(buffer) < 6 + length:
                break
            transaction = buffer[0] << 8 | buffer[1]
            requests.append(Request(buffer[6], bytes(buffer[7 : 6 + length]), transaction))
            del buffer[: 6 + length]
        return requests

    def fall_silent(self) -> None:
        """Silence means nothing on a TCP stream."""


def encode_rtu(unit: int, pdu: bytes) -> bytes:
    """An RTU frame."""
    frame = bytes((unit,)) + pdu
    return frame + crc16(frame).to_bytes(2, "little")


def encode_mbap(unit: int, pdu: bytes, transaction: int) -> bytes:
    """A Modbus TCP frame."""
    return transaction.to_bytes(2, "big") + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes((unit,)) + pdu


def encode(unit: int, pdu: bytes, transaction: int | None) -> bytes:
    """A frame of the kind that the request had."""
    return encode_rtu(unit, pdu) if transaction is None else encode_mbap(unit, pdu, transaction)


def answer(unit: RegisterMap, pdu: bytes) -> bytes:
    """Carry out a request on a unit and give the reply PDU, an exception reply included."""
    function = pdu[0]
    try:
        if function == READ_HOLDING:
            return _read(unit, pdu)
        if function in (WRITE_ONE, WRITE_SEVERAL):
            return _write(unit, pdu)
        raise RegisterError(ExceptionCode.ILLEGAL_FUNCTION)
    except RegisterError as error:
        return bytes((function & 0x7F | 0x80, error.code))


def written(pdu: bytes) -> tuple[int, tuple[int, ...]] | None:
    """Address and values of a well-formed write request, None for anything else."""
    if pdu[0] == WRITE_ONE and len(pdu) == 5:
        return pdu[1] << 8 | pdu[2], (pdu[3] << 8 | pdu[4],)
    if pdu[0] != WRITE_SEVERAL or len(pdu) < 8:
        return None
    count = pdu[3] << 8 | pdu[4]
    if not 1 <= count <= MAX_WRITE or pdu[5] != 2 * count or len(pdu) != 6 + 2 * count:
        return None
    return pdu[1] << 8 | pdu[2], from_bytes(pdu[6:])


def _read(unit: RegisterMap, pdu: bytes) -> bytes:
    count = pdu[3] << 8 | pdu[4] if len(pdu) == 5 else 0
    if not 1 <= count <= MAX_READ:
        raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
    return bytes((READ_HOLDING, 2 * count)) + to_bytes(unit.read(pdu[1] << 8 | pdu[2], count))


def _write(unit: RegisterMap, pdu: bytes) -> bytes:
    request = written(pdu)
    if request is None:
        raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
    unit.write(*request)
    return pdu[:5]
