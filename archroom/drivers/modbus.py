"""Modbus as this program speaks it: seven functions, and requests that cannot be built wrong. Pure.

A request that would break the protocol or reach more units than it should does not come into being: it raises ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

BROADCAST = 0
MAX_UNIT = 247
MAX_READ = 125
MAX_WRITE = 123
MAX_READ_BITS = 2000
EXCEPTION_BIT = 0x80


class Function(IntEnum):
    """The functions that are used; nothing else is ever sent."""

    READ_COILS = 1
    READ_DISCRETE = 2
    READ = 3
    READ_INPUT = 4
    WRITE_COIL = 5
    WRITE_ONE = 6
    WRITE_SEVERAL = 16

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self <= Function.READ_INPUT

    @property
    def is_of_bits(self) -> bool:
        """Whether its values are single bits."""
        return self in (Function.READ_COILS, Function.READ_DISCRETE, Function.WRITE_COIL)


class ExceptionCode(IntEnum):
    """Exception codes with a meaning of their own for a client (Modbus application protocol 1.1b3, chapter 7)."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4
    ACKNOWLEDGE = 5
    """Accepted, takes long: read what became of it, never send it again."""
    BUSY = 6
    MEMORY_PARITY = 8
    GATEWAY_PATH = 10
    GATEWAY_SILENCE = 11


@dataclass(frozen=True, slots=True)
class Request:
    """One question or order to one unit; made by `read`, `write_one`, `write_several` and their like for bits.

    Raises ValueError if a unit, address, count or value is outside the protocol, or if anything but a stop is broadcast.
    """

    unit: int
    function: Function
    address: int
    count: int
    values: tuple[int, ...] = ()
    """What is written, bits as 0 and 1; empty for a read."""
    is_stop: bool = False
    """Whether this stops steel: it may be broadcast, and goes out on a line that is not clean yet."""

    def __post_init__(self) -> None:
        is_read = self.function.is_read
        if not 0 <= self.unit <= MAX_UNIT or (self.unit == BROADCAST and not self.is_stop):
            raise ValueError(f"unit {self.unit} may not be asked")
        if not 1 <= self.count <= _MOST[self.function]:
            raise ValueError(f"{self.count} registers in one request")
        if not 0 <= self.address <= self.address + self.count - 1 <= 0xFFFF:
            raise ValueError(f"{self.count} registers from address {self.address}")
        if (is_read and (self.values or self.is_stop)) or (not is_read and len(self.values) != self.count):
            raise ValueError("the values do not fit the function")
        if not all(0 <= value <= (1 if self.function.is_of_bits else 0xFFFF) for value in self.values):
            raise ValueError("a value is not an unsigned 16-bit number, or no bit")

    @property
    def is_broadcast(self) -> bool:
        """Whether all units are addressed and none will answer."""
        return self.unit == BROADCAST

    @property
    def reply_pdu_bytes(self) -> int:
        """Length of a good answer's PDU: function, then byte count and registers, or address and echo."""
        if not self.function.is_read:
            return 5
        return 2 + self.reply_data_bytes

    @property
    def reply_data_bytes(self) -> int:
        """Bytes of what a good answer to a read carries."""
        return (self.count + 7) // 8 if self.function.is_of_bits else 2 * self.count


_MOST = {
    Function.READ_COILS: MAX_READ_BITS,
    Function.READ_DISCRETE: MAX_READ_BITS,
    Function.READ: MAX_READ,
    Function.READ_INPUT: MAX_READ,
    Function.WRITE_COIL: 1,
    Function.WRITE_ONE: 1,
    Function.WRITE_SEVERAL: MAX_WRITE,
}


def read(unit: int, address: int, count: int) -> Request:
    """Return the request to read holding registers."""
    return Request(unit, Function.READ, address, count)


def write_one(unit: int, address: int, value: int, *, is_stop: bool = False) -> Request:
    """Return the request to write one register."""
    return Request(unit, Function.WRITE_ONE, address, 1, (value,), is_stop)


def write_several(unit: int, address: int, values: tuple[int, ...]) -> Request:
    """Return the request to write registers in one frame."""
    return Request(unit, Function.WRITE_SEVERAL, address, len(values), values)


def read_from(unit: int, function: Function, address: int, count: int) -> Request:
    """Return the request to read bits or registers of any table; raises ValueError for a function that writes."""
    if not function.is_read:
        raise ValueError(f"{function.name} does not read")
    return Request(unit, function, address, count)


def write_coil(unit: int, address: int, is_on: bool, *, is_stop: bool = False) -> Request:
    """Return the request to write one bit."""
    return Request(unit, Function.WRITE_COIL, address, 1, (int(is_on),), is_stop)
