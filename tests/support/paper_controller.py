"""A shelving controller written from docs/shelving-protocol.md alone, to test the driver against: it counts what it does.

It keeps every status it has ever shown, so that a test can tell whether a status that the driver believed was true, and
when; and every command it has carried out, so that a test can tell whether one was carried out twice. It shares no code with
the driver or the simulator.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator

CARRIAGES = {1: 8, 2: 5}
"""Units on the bus, with different blocks, so that one's status never fits the other."""
READ, WRITE_ONE, WRITE_SEVERAL = 3, 6, 16
OPERATE = 2
LOCK, UNLOCK = 4, 5
"""High bytes of OP; the others move something."""


def crc16(data: bytes) -> int:
    """CRC-16 of Modbus RTU as a number."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def with_crc(frame: bytes) -> bytes:
    """A frame with its CRC behind it, low byte first."""
    return frame + struct.pack("<H", crc16(frame))


def packed(registers: tuple[int, ...]) -> bytes:
    """Registers as bytes, high byte first."""
    return struct.pack(f">{len(registers)}H", *registers)


def checked(registers: tuple[int, ...]) -> tuple[int, ...]:
    """A block with its CHECK."""
    return (*registers, crc16(packed(registers)))


class PaperController:
    """One unit."""

    def __init__(self, unit: int, carriages: int) -> None:
        self.unit = unit
        self.carriages = carriages
        self.counter = 0
        self.epoch = 0
        self.last_seq = 0
        self.last_result = 0
        self.refusal = 0
        self.heartbeat = 0
        self.selected: tuple[int, int, int, int] | None = None
        """SEQ, action, AISLE and CLOSES of a SELECT that an OPERATE may use."""
        self.locked = 0
        """Bit *i-1*: carriage *i*."""
        self.stops = 0
        self.executed: Counter[tuple[int, int]] = Counter()
        """How often each (epoch, sequence number) was carried out."""
        self.done: Counter[int] = Counter()
        """How often each action was carried out."""
        self.shown: dict[int, tuple[int, ...]] = {}
        """Every status block that was read from it, by its counter."""

    @property
    def identity(self) -> tuple[int, ...]:
        """The identity block."""
        letters = struct.unpack(">4H", f"PAPER{self.unit:03d}".encode())
        head = (0x4152, 2, 1, self.unit, self.carriages, 1000, 1, 20, 800, 1000, 40, 1, 0)
        return checked((*head, *letters, 0b1111))

    @property
    def status(self) -> tuple[int, ...]:
        """The status block at this moment; its positions follow from its counter."""
        state = 2 if self.selected else 1
        _, action, target, closes = self.selected or (0, -1, 0xFFFF, 0xFFFF)
        head = (self.counter, 77, self.epoch, self.last_seq, self.last_result, state, 1, 3, 0, 0, 0, 0, 0, 0)
        locked = (self.locked & 0xFFFF, self.locked >> 16)
        tail = (target, closes, self.heartbeat, 0, self.refusal, *locked, action + 1, self.carriages)
        positions = tuple((self.counter * 7 + number * 101) & 0x7FFF for number in range(self.carriages))
        return checked((*head, *tail, *positions))

    def answer(self, pdu: bytes) -> bytes:
        """Carry out one request and return the PDU of its answer."""
        self.counter = (self.counter + 1) & 0xFFFF
        function = pdu[0]
        if function == READ and len(pdu) == 5:
            return self._read(*struct.unpack(">HH", pdu[1:]))
        if function == WRITE_ONE and len(pdu) == 5:
            address, value = struct.unpack(">HH", pdu[1:])
            return pdu if self._write(address, (value,)) else self._refused(function, 2)
        if function == WRITE_SEVERAL and len(pdu) > 5 and len(pdu) == 6 + pdu[5]:
            address, count = struct.unpack(">HH", pdu[1:5])
            values = struct.unpack(f">{count}H", pdu[6:]) if pdu[5] == 2 * count else ()
            return pdu[:5] if values and self._write(address, values) else self._refused(function, 2)
        return self._refused(function, 1)

    def _read(self, address: int, count: int) -> bytes:
        if (address, count) == (0x0000, 19):
            block = self.identity
        elif (address, count) == (0x0100, 24 + self.carriages):
            block = self.status
            self.shown[self.counter] = block
        else:
            return self._refused(READ, 2)
        return bytes((READ, 2 * count)) + packed(block)

    def _write(self, address: int, values: tuple[int, ...]) -> bool:
        if address == 0x0210 and len(values) == 1:
            self.heartbeat = values[0]
        elif address == 0x0220 and len(values) == 1:
            self.stops += 1
            self.selected = None
        elif address == 0x0200 and len(values) == 7:
            self._command(*values)
        else:
            return False
        return True

    def _command(self, epoch: int, seq: int, operation: int, aisle: int, closes: int, ttl: int, check: int) -> None:
        if crc16(packed((epoch, seq, operation, aisle, closes, ttl))) != check:
            self._refuse(0x10)
        elif epoch < self.epoch:
            self._refuse(0x11)
        elif epoch == self.epoch and seq not in (self.last_seq, self.last_seq + 1) or (epoch > self.epoch and seq != 1):
            self._refuse(0x12)
        elif epoch != self.epoch or seq != self.last_seq:
            self.epoch, self.last_seq = epoch, seq
            self._carry_out(operation, aisle, closes)

    def _carry_out(self, op: int, aisle: int, closes: int) -> None:
        action, operation = op >> 8, op & 0xFF
        wanted, had = (self.last_seq, action, aisle, closes), self.selected
        self.selected = wanted if operation == 1 else None
        if operation == OPERATE and had != (self.last_seq - 1, action, aisle, closes):
            self.last_result = 0x29
            return
        self.last_result = operation
        if operation == OPERATE:
            self._do(action, aisle)

    def _do(self, action: int, aisle: int) -> None:
        self.executed[self.epoch, self.last_seq] += 1
        self.done[action] += 1
        if action == LOCK:
            self.locked |= 1 << aisle - 1
        if action == UNLOCK:
            self.locked &= ~(1 << aisle - 1)

    def _refuse(self, code: int) -> None:
        self.refusal = ((self.refusal >> 8) + 1 & 0xFF) << 8 | code

    @staticmethod
    def _refused(function: int, code: int) -> bytes:
        return bytes((function | 0x80, code))


class ForgetfulController(PaperController):
    """One without sequence numbers, like a dumb relay board: it does again whatever it is told again."""

    def _command(self, epoch: int, seq: int, operation: int, aisle: int, closes: int, ttl: int, check: int) -> None:
        if crc16(packed((epoch, seq, operation, aisle, closes, ttl))) == check:
            self.epoch, self.last_seq, self.last_result = epoch, seq, operation & 0xFF
            if operation & 0xFF == OPERATE:
                self._do(operation >> 8, aisle)


class PaperBus:
    """The units of a line: whole request frames in, answers out. Silent for what is damaged or for nobody here."""

    def __init__(self, is_rtu: bool, kind: type[PaperController] = PaperController) -> None:
        self.is_rtu = is_rtu
        self.units = {unit: kind(unit, count) for unit, count in CARRIAGES.items()}

    def split(self, data: bytes) -> Iterator[bytes]:
        """Yield the whole request frames at the head of `data`, damaged or not, by what their length fields say."""
        while (length := self._length(data)) and length <= len(data):
            yield data[:length]
            data = data[length:]

    def answer(self, frame: bytes) -> bytes:
        """Carry out one request frame; empty if nobody answers."""
        if len(frame) < 8:
            return b""
        if not self.is_rtu:
            transaction, protocol, length, unit = struct.unpack(">HHHB", frame[:7])
            if protocol or length != len(frame) - 6 or unit not in self.units:
                return b""
            reply = self.units[unit].answer(frame[7:])
            return struct.pack(">HHHB", transaction, 0, len(reply) + 1, unit) + reply
        if crc16(frame) or frame[0] not in (0, *self.units):
            return b""
        if frame[0] == 0:
            for controller in self.units.values():
                controller.answer(frame[1:-2])
            return b""
        return with_crc(frame[:1] + self.units[frame[0]].answer(frame[1:-2]))

    def _length(self, data: bytes) -> int:
        if not self.is_rtu:
            return 6 + struct.unpack(">H", data[4:6])[0] if len(data) >= 8 else 0
        if len(data) < 8:
            return 0
        return 9 + data[6] if data[1] == WRITE_SEVERAL else 8
