"""One-byte checksums with their parameters: what a frame ends with where nobody has told how it is computed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class ChecksumKind(StrEnum):
    """How the byte is made of those before it."""

    CRC8 = "crc8"
    SUM8 = "sum8"
    XOR8 = "xor8"


@dataclass(frozen=True, slots=True)
class Checksum:
    """A checksum of one byte; polynomial, first value and reflection matter to a CRC only."""

    kind: ChecksumKind = ChecksumKind.CRC8
    polynomial: int = 0x07
    initial: int = 0x00
    is_reflected: bool = False

    def of(self, data: bytes) -> int:
        """The byte that belongs behind `data`."""
        if self.kind is ChecksumKind.SUM8:
            return sum(data) & 0xFF
        crc = 0 if self.kind is ChecksumKind.XOR8 else self.initial
        for byte in data:
            if self.kind is ChecksumKind.XOR8:
                crc ^= byte
                continue
            crc = _divided(self.polynomial)[crc ^ (_mirrored(byte) if self.is_reflected else byte)]
        return _mirrored(crc) if self.is_reflected and self.kind is ChecksumKind.CRC8 else crc


@lru_cache
def _divided(polynomial: int) -> tuple[int, ...]:
    """What is left of each byte, shifted out against the polynomial."""
    left: list[int] = []
    for byte in range(0x100):
        crc = byte
        for _ in range(8):
            crc = (crc << 1 ^ polynomial) & 0xFF if crc & 0x80 else crc << 1
        left.append(crc)
    return tuple(left)


def _mirrored(byte: int) -> int:
    return int(f"{byte:08b}"[::-1], 2)
