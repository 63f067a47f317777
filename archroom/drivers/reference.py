"""The reference controller's register map (docs/shelving-protocol.md): requests for it, and what its answers say. Pure.

A block whose MAGIC, CHECK, number of carriages or any value is not what the map allows raises LinkError: it is not believed
in part.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, IntEnum
from typing import TypeVar

from archroom.core.controllers import (
    Action,
    ControllerKind,
    ControllerState,
    ControllerStatus,
    EndReason,
    Fault,
    Identity,
    Instruction,
    Mode,
)
from archroom.drivers.modbus import BROADCAST, Request, read, write_one, write_several
from archroom.errors import LinkError, Message, say

MAGIC = 0x4152
MAP_VERSION = 2
MAX_CARRIAGES = 32
NO_AISLE = 0xFFFF
TOWARDS_LOW = 0x8000
"""Set in CLOSES of a jog that goes towards carriage 1."""
MAX_JOG_MM = 2000

IDENTITY = 0x0000
IDENTITY_REGISTERS = 19
STATUS = 0x0100
STATUS_REGISTERS_BESIDE_POSITIONS = 24
COMMAND = 0x0200
HEARTBEAT = 0x0210
STOP = 0x0220

MAX_SELECT_TTL_MS = 10_000
MAX_OPERATE_TTL_MS = 60_000

E = TypeVar("E", bound=Enum)


class Operation(IntEnum):
    """OP of a command."""

    SELECT = 1
    OPERATE = 2


ACTIONS = (Action.OPEN, Action.CLOSE, Action.VENTILATE, Action.JOG, Action.LOCK, Action.UNLOCK)
"""By the high byte of OP; ACTION of the status is one more."""
CAPABILITIES = (
    frozenset({Action.CLOSE}),
    frozenset({Action.VENTILATE}),
    frozenset({Action.JOG}),
    frozenset({Action.LOCK, Action.UNLOCK}),
)
"""By the bits of CAPABILITIES."""


class CommandResult(IntEnum):
    """What became of a command: LAST_RESULT, or the low byte of REFUSAL for an ill-formed one."""

    NONE = 0
    SELECTED = 1
    ACCEPTED = 2
    CHECK_WRONG = 0x10
    EPOCH_OLD = 0x11
    SEQ_WRONG = 0x12
    OP_UNKNOWN = 0x13
    TTL_OUT_OF_RANGE = 0x20
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

    @property
    def is_taken(self) -> bool:
        """Whether the controller did what it was told."""
        return self in (CommandResult.SELECTED, CommandResult.ACCEPTED)

    @property
    def sentence(self) -> Message:
        """What it means, for a person."""
        return _RESULT_SENTENCES[self]


def read_identity(unit: int) -> Request:
    """Return the request for the identity block."""
    return read(unit, IDENTITY, IDENTITY_REGISTERS)


def read_status(unit: int, carriages: int) -> Request:
    """Return the request for the status block, which is read whole; raises ValueError for a number of no block."""
    if not 1 <= carriages <= MAX_CARRIAGES:
        raise ValueError(f"{carriages} carriages")
    return read(unit, STATUS, STATUS_REGISTERS_BESIDE_POSITIONS + carriages)


def select(unit: int, epoch: int, seq: int, told: Instruction, ttl_ms: int) -> Request:
    """Return the command that selects an action; repeating it with the same SEQ does nothing. Raises ValueError."""
    return _command(unit, epoch, seq, Operation.SELECT, told, ttl_ms, MAX_SELECT_TTL_MS)


def operate(unit: int, epoch: int, seq: int, told: Instruction, ttl_ms: int) -> Request:
    """Return the command that carries out what is selected: sent once, never again. Raises ValueError."""
    return _command(unit, epoch, seq, Operation.OPERATE, told, ttl_ms, MAX_OPERATE_TTL_MS)


def heartbeat(unit: int, value: int) -> Request:
    """Return the write that arms and re-triggers the watchdog; `value` comes back as HB_ECHO."""
    return write_one(unit, HEARTBEAT, value & 0xFFFF)


def stop(unit: int, value: int = 1) -> Request:
    """Return the write that stops everything of a unit; any value does, and another each time tells late echoes apart."""
    return write_one(unit, STOP, value & 0xFFFF, is_stop=True)


def stop_broadcast() -> Request:
    """Return the write that stops all units of a line; none answers it."""
    return write_one(BROADCAST, STOP, 1, is_stop=True)


def parse_identity(registers: Sequence[int]) -> Identity:
    """Return who answered; raises LinkError if this is not the identity block of map version 2."""
    if len(registers) != IDENTITY_REGISTERS or registers[0] != MAGIC:
        raise LinkError(say("What answers there is not a shelving controller of this kind."))
    _check(registers)
    if registers[1] != MAP_VERSION:
        raise LinkError(
            say(
                "The controller speaks version {version} of the register map, not {ours}.",
                version=registers[1],
                ours=MAP_VERSION,
            )
        )
    carriages = registers[4]
    if not 1 <= carriages <= MAX_CARRIAGES:
        raise LinkError(say("The controller says that it has {count} carriages.", count=carriages))
    return Identity(
        kind=_known(ControllerKind, registers[2], "KIND"),
        block=registers[3],
        carriages=carriages,
        watchdog_ms=registers[5],
        watchdog_mode=registers[6],
        scan_ms=registers[7],
        aisle_mm=registers[8],
        warning_ms=registers[9],
        speed_mm_s=registers[10],
        fixed_carriages=frozenset(bit + 1 for bit in _bits(registers[11], registers[12])),
        serial=_serial_number(registers[13:17]),
        capabilities=_capabilities(registers[17]),
    )


def parse_status(registers: Sequence[int]) -> ControllerStatus:
    """Return what a status block says; raises LinkError if it cannot be one."""
    carriages = len(registers) - STATUS_REGISTERS_BESIDE_POSITIONS
    if carriages < 1:
        raise LinkError(say("The controller's status is too short."))
    _check(registers)
    if registers[0x16] != carriages:
        raise LinkError(
            say("The controller has {count} carriages, not {expected}.", count=registers[0x16], expected=carriages)
        )
    if registers[1] == 0:
        raise _impossible("BOOT_ID", 0)
    return ControllerStatus(
        counter=registers[0],
        boot_id=registers[1],
        epoch=registers[2],
        last_seq=registers[3],
        last_result=registers[4],
        state=_known(ControllerState, registers[5], "STATE"),
        mode=_known(Mode, registers[6], "MODE"),
        is_enabled=bool(registers[7] & 1),
        is_watchdog_armed=bool(registers[7] & 2),
        faults=_known_faults(registers[8]),
        inputs=registers[9],
        occupied_aisles=frozenset(_bits(registers[0x0A], registers[0x0B])),
        moving_carriages=_carriages(registers[0x0C:0x0E], carriages, "MOVING"),
        instruction=_instruction(registers[0x15], registers[0x0E], registers[0x0F], carriages),
        heartbeat_echo=registers[0x10],
        end_reason=_known(EndReason, registers[0x11], "END_REASON"),
        refusal=registers[0x12],
        locked_carriages=_carriages(registers[0x13:0x15], carriages, "LOCKED"),
        positions_mm=tuple(registers[0x17:-1]),
    )


def crc16(registers: Sequence[int]) -> int:
    """Return the CHECK of registers: CRC-16 of Modbus RTU over their bytes, high byte first, as a number."""
    crc = 0xFFFF
    for register in registers:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ register >> 8) & 0xFF]
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ register) & 0xFF]
    return crc


def _crc_of_byte(byte: int) -> int:
    crc = byte
    for _ in range(8):
        crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


_CRC_TABLE = tuple(_crc_of_byte(byte) for byte in range(256))


def _command(
    unit: int, epoch: int, seq: int, operation: Operation, told: Instruction, ttl_ms: int, max_ttl_ms: int
) -> Request:
    least = 1 if told.action.is_of_carriage else 0
    if not least <= told.number <= MAX_CARRIAGES or not 0 <= (told.closes or 0) <= MAX_CARRIAGES:
        raise ValueError(f"no such aisles or carriage: {told.number}, {told.closes}")
    if (told.action is Action.JOG) != (1 <= abs(told.jog_mm) <= MAX_JOG_MM):
        raise ValueError(f"no such way for {told.action.value}: {told.jog_mm} mm")
    if not 1 <= epoch <= 0xFFFF or not 1 <= seq <= 0xFFFF or not 1 <= ttl_ms <= max_ttl_ms:
        raise ValueError(f"epoch {epoch}, sequence number {seq} or time to live {ttl_ms} ms out of range")
    op = ACTIONS.index(told.action) << 8 | operation
    registers = (epoch, seq, op, told.number, _closes(told), ttl_ms)
    return write_several(unit, COMMAND, (*registers, crc16(registers)))


def _closes(told: Instruction) -> int:
    if told.action is Action.JOG:
        return abs(told.jog_mm) | (TOWARDS_LOW if told.jog_mm < 0 else 0)
    return NO_AISLE if told.closes is None else told.closes


def _instruction(action: int, target: int, closes: int, carriages: int) -> Instruction | None:
    """ACTION, TARGET and CLOSES as one: all none, or all fitting together."""
    if action == 0 and target == closes == NO_AISLE:
        return None
    if not 1 <= action <= len(ACTIONS):
        raise _impossible("ACTION", action)
    told = ACTIONS[action - 1]
    if not (1 if told.is_of_carriage else 0) <= target <= carriages:
        raise _impossible("TARGET", target)
    if told is Action.JOG:
        way_mm = closes & ~TOWARDS_LOW
        if not 1 <= way_mm <= MAX_JOG_MM:
            raise _impossible("CLOSES", closes)
        return Instruction(told, target, jog_mm=-way_mm if closes & TOWARDS_LOW else way_mm)
    if closes != NO_AISLE and (told.is_of_carriage or closes > carriages):
        raise _impossible("CLOSES", closes)
    return Instruction(told, target, None if closes == NO_AISLE else closes)


def _capabilities(bits: int) -> frozenset[Action]:
    """A bit without a name is something that this program does not ask for."""
    return frozenset({Action.OPEN}).union(*(actions for bit, actions in enumerate(CAPABILITIES) if bits >> bit & 1))


def _check(registers: Sequence[int]) -> None:
    if crc16(registers[:-1]) != registers[-1]:
        raise LinkError(say("The controller's own check number is wrong."))


def _known(kind: type[E], value: int, name: str) -> E:
    try:
        return kind(value)
    except ValueError as error:
        raise _impossible(name, value) from error


def _impossible(name: str, value: int) -> LinkError:
    return LinkError(say("The controller's status says {name} {value}, which cannot be.", name=name, value=value))


def _known_faults(value: int) -> Fault:
    """All bits have a name: a fault that this program does not know is a fault that it must not overlook."""
    return _known(Fault, value, "FAULTS")


def _bits(low: int, high: int) -> list[int]:
    both = low | high << 16
    return [bit for bit in range(32) if both >> bit & 1]


def _carriages(words: Sequence[int], carriages: int, name: str) -> frozenset[int]:
    low, high = words
    found = frozenset(bit + 1 for bit in _bits(low, high))
    if max(found, default=0) > carriages:
        raise _impossible(name, low | high << 16)
    return found


def _serial_number(registers: Sequence[int]) -> str:
    """Letters from outside: what is no visible ASCII becomes a question mark."""
    data = b"".join(register.to_bytes(2, "big") for register in registers)
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in data.rstrip(b"\0 "))


_RESULT_SENTENCES = {
    CommandResult.NONE: say("No command was taken yet."),
    CommandResult.SELECTED: say("It is selected."),
    CommandResult.ACCEPTED: say("It is accepted."),
    CommandResult.CHECK_WRONG: say("The controller found the command damaged."),
    CommandResult.EPOCH_OLD: say("Another program has taken over the controller."),
    CommandResult.SEQ_WRONG: say("The controller expected another sequence number: another program commands it too."),
    CommandResult.OP_UNKNOWN: say("The controller does not know this command."),
    CommandResult.TTL_OUT_OF_RANGE: say("The controller does not take so long or short a time to live."),
    CommandResult.AISLE_WRONG: say("The controller has no such aisles or carriage there."),
    CommandResult.WATCHDOG_NOT_ARMED: say("The controller's watchdog is not armed."),
    CommandResult.NOT_ENABLED: say("The controller is not in automatic, or is not enabled locally."),
    CommandResult.FAULTED: say("The controller has a fault: it is reset at the shelving itself."),
    CommandResult.MOVING: say("Something moves already."),
    CommandResult.CLOSES_NOT_OPEN: say("The aisle that should close is not the one that stands open."),
    CommandResult.OPEN_ALREADY: say("The carriages stand so already."),
    CommandResult.OCCUPIED: say("Somebody is detected in an aisle that would change."),
    CommandResult.NOT_SELECTED: say("The controller's selection is gone: it was too old, used, or void."),
    CommandResult.TOO_NARROW: say("Locked carriages leave the aisle too little room."),
}
