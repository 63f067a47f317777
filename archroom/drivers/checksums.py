"""Checksums of one byte that framed wires end with. Which of them a controller means is a setting of its profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class ChecksumKind(Enum):
    """How the byte is made."""

    CRC8 = "crc8"
    SUM8 = "sum8"
    """The sum of all bytes, modulo 256."""
    XOR8 = "xor8"


@dataclass(frozen=True, slots=True)
class Checksum:
    """One checksum. All four figures are of CRC-8; of the others only `initial` and `xor_out` are used."""

    kind: ChecksumKind = ChecksumKind.CRC8
    polynomial: int = 0x07
    """Without its highest bit, most significant bit first, also where `is_reflected`."""
    initial: int = 0
    is_reflected: bool = False
    """Whether bits go in and come out with the lowest first."""
    xor_out: int = 0

    def of(self, data: bytes) -> int:
        """Return the byte, 0 to 255."""
        if self.kind is ChecksumKind.SUM8:
            return (self.initial + sum(data)) & 0xFF ^ self.xor_out
        value = self.initial
        if self.kind is ChecksumKind.XOR8:
            for byte in data:
                value ^= byte
            return value ^ self.xor_out
        table = _table(self.polynomial)
        for byte in data:
            value = table[value ^ (_reversed(byte) if self.is_reflected else byte)]
        return (_reversed(value) if self.is_reflected else value) ^ self.xor_out


@lru_cache
def _table(polynomial: int) -> tuple[int, ...]:
    """Return what each byte becomes by eight shifts."""
    return tuple(_shifted(byte, polynomial) for byte in range(0x100))


def _shifted(value: int, polynomial: int) -> int:
    for _ in range(8):
        value = (value << 1 ^ polynomial if value & 0x80 else value << 1) & 0xFF
    return value


def _reversed(byte: int) -> int:
    return int(f"{byte:08b}"[::-1], 2)
