"""The checksums of framed wires against the check values of their catalogue, "123456789"."""

from __future__ import annotations

import pytest

from archroom.drivers.checksums import Checksum, ChecksumKind


@pytest.mark.parametrize(
    ("checksum", "value"),
    [
        (Checksum(polynomial=0x07), 0xF4),
        (Checksum(polynomial=0x07, xor_out=0x55), 0xA1),
        (Checksum(polynomial=0x31, is_reflected=True), 0xA1),
        (Checksum(polynomial=0x07, initial=0xFF, is_reflected=True), 0xD0),
        (Checksum(polynomial=0x2F, initial=0xFF, xor_out=0xFF), 0xDF),
        (Checksum(ChecksumKind.SUM8), 0xDD),
        (Checksum(ChecksumKind.SUM8, initial=0x30, xor_out=0xFF), 0xF2),
        (Checksum(ChecksumKind.XOR8), 0x31),
        (Checksum(ChecksumKind.XOR8, initial=0x55, xor_out=0x0F), 0x6B),
    ],
)
def test_a_checksum_has_its_check_value(checksum: Checksum, value: int) -> None:
    assert checksum.of(b"123456789") == value
