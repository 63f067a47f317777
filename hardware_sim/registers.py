"""The register map of ``docs/shelving-protocol.md`` as names and numbers, and its CRC. Pure.

Every register is an unsigned 16-bit number; addresses are those on the wire (0-based).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum, IntFlag

MAGIC = 0x4152
MAP_VERSION = 2

IDENTITY = 0x0000
IDENTITY_COUNT = 19
STATUS = 0x0100
STATUS_HEAD_COUNT = 23
"""Registers of the status block before the positions; one more, CHECK, follows them."""
COMMAND = 0x0200
COMMAND_COUNT = 7
HEARTBEAT = 0x0210
STOP = 0x0220

NONE = 0xFFFF
"""No aisle."""
TOWARDS_ORIGIN = 0x8000
"""In CLOSES of a jog: towards carriage 1. The other bits are the distance in mm."""


class ExceptionCode(IntEnum):
    """Modbus exception codes that a unit of this map may answer."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3


class RegisterError(Exception):
    """A read or write that the map does not allow; carries the Modbus exception code."""

    def __init__(self, code: ExceptionCode) -> None:
        super().__init__(code.name.lower().replace("_", " "))
        self.code = code


class Operation(IntEnum):
    """The low byte of OP of a command."""

    SELECT = 1
    OPERATE = 2


class Action(IntEnum):
    """The high byte of OP of a command. The status block's ACTION is one more: there 0 is none."""

    OPEN = 0
    CLOSE = 1
    VENTILATE = 2
    JOG = 3
    LOCK = 4
    UNLOCK = 5


class Capability(IntFlag):
    """CAPABILITIES of the identity block: what a controller can do besides opening and stopping."""

    CLOSE = 1
    VENTILATE = 2
    JOG = 4
    LOCK = 8


ALL_CAPABILITIES = Capability.CLOSE | Capability.VENTILATE | Capability.JOG | Capability.LOCK

_NEEDED = {
    Action.OPEN: Capability(0),
    Action.CLOSE: Capability.CLOSE,
    Action.VENTILATE: Capability.VENTILATE,
    Action.JOG: Capability.JOG,
    Action.LOCK: Capability.LOCK,
    Action.UNLOCK: Capability.LOCK,
}


class State(IntEnum):
    """STATE of the status block."""

    STARTING = 0
    IDLE = 1
    SELECTED = 2
    WARNING = 3
    MOVING = 4
    STOPPING = 5
    FAULTED = 6


class Mode(IntEnum):
    """MODE of the status block: the switch on the controller's cabinet."""

    AUTOMATIC = 1
    LOCAL = 2
    MAINTENANCE = 3
    HAND_CRANK = 4


class WatchdogMode(IntEnum):
    """WATCHDOG_MODE of the identity block; a careful client accepts only the first."""

    OFF = 0
    WRITES = 1
    READS_TOO = 2
    FREEZES = 3


class Fault(IntFlag):
    """FAULTS of the status block, latched."""

    EMERGENCY_STOP = 1
    EDGE = 2
    BEAM = 4
    OCCUPIED = 8
    POSITION = 16
    DRIVE = 32
    OVERTRAVEL = 64


class Input(IntFlag):
    """INPUTS of the status block, live; each has the bit of the fault that it leads to."""

    EMERGENCY_STOP = 1
    EDGE = 2
    BEAM = 4


class Flag(IntFlag):
    """FLAGS of the status block."""

    LOCAL_ENABLE = 1
    WATCHDOG_ARMED = 2


class Result(IntEnum):
    """What became of a command: taken, ill-formed (0x1x) or refused (0x2x)."""

    NOTHING = 0
    SELECTED = 1
    ACCEPTED = 2
    CHECK_WRONG = 0x10
    EPOCH_OLD = 0x11
    SEQUENCE_WRONG = 0x12
    OPERATION_UNKNOWN = 0x13
    TTL_RANGE = 0x20
    AISLE_WRONG = 0x21
    WATCHDOG_NOT_ARMED = 0x22
    NOT_ENABLED = 0x23
    FAULTED = 0x24
    MOVING = 0x25
    CLOSES_NOT_OPEN = 0x26
    OPEN_ALREADY = 0x27
    OCCUPIED = 0x28
    NOT_SELECTED = 0x29
    TOO_NARROW = 0x2A


class EndReason(IntEnum):
    """Why the last motion ended; set as soon as the reason strikes."""

    NONE = 0
    ARRIVED = 1
    STOP = 2
    WATCHDOG = 3
    TIME_TO_LIVE = 4
    FAULT = 5
    OCCUPIED = 6
    NOT_ENABLED = 7


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_CRC_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16 of Modbus RTU as a number (on an RTU line its low byte goes first)."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def to_bytes(registers: Sequence[int]) -> bytes:
    """Registers as they go over the wire, high byte first."""
    return struct.pack(f">{len(registers)}H", *registers)


def from_bytes(data: bytes) -> tuple[int, ...]:
    """Registers out of an even number of bytes, high byte first."""
    return tuple(data[index] << 8 | data[index + 1] for index in range(0, len(data), 2))


def check_of(registers: Sequence[int]) -> int:
    """The value of a CHECK register that follows these registers."""
    return crc16(to_bytes(registers))


def with_check(registers: Sequence[int]) -> tuple[int, ...]:
    """These registers and their CHECK: a whole identity, status or command block."""
    return (*registers, check_of(registers))


def status_count(carriages: int) -> int:
    """Registers of the status block of a unit with that many carriages."""
    return STATUS_HEAD_COUNT + carriages + 1


def is_known(op: int, capabilities: int) -> bool:
    """Whether an OP is an operation with an action that a controller of these capabilities can do."""
    operation, action = op & 0xFF, op >> 8
    if operation not in set(Operation) or action not in set(Action):
        return False
    return not _NEEDED[Action(action)] & ~capabilities


def command(
    epoch: int, seq: int, operation: int, aisle: int, closes: int, ttl_ms: int, *, action: int = Action.OPEN
) -> tuple[int, ...]:
    """The seven registers of a command, CHECK included, as one FC 16 writes them to COMMAND."""
    return with_check((epoch, seq, action << 8 | operation, aisle, closes, ttl_ms))
