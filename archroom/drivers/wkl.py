"""Frames of the WKL controllers: 68 55 00, address, 68, command, length, data, checksum, 16. Pure.

Source: the host program of a user. It sends no length where there is no data, and reads one always: a setting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archroom.drivers.checksums import Checksum
from archroom.drivers.delimited import explained, whole_frames
from archroom.drivers.framed_exchange import FramedRequest
from archroom.drivers.framed_state import Remains, Span
from archroom.drivers.wire_settings import WklSettings

BEGIN = b"\x68\x55\x00"
LENGTH_AT = 9
"""Where the length stands: behind the begin, the address, 68 and the command."""
MOVE = 0x01
"""With four bytes of data it opens, with two it closes."""
TOLD = 0x80
"""Added to a command in its answer."""


class _Shape:
    begin = BEGIN
    end = 0x16

    def length_of(self, begun: bytes) -> int | None:
        if len(begun) <= LENGTH_AT:
            return 0 if begun[7:8] in (b"", b"\x68") else None
        return LENGTH_AT + 1 + begun[LENGTH_AT] + 2 if begun[7] == 0x68 else None


_SHAPE = _Shape()


@dataclass(frozen=True, slots=True)
class WklFrame:
    """What a frame says."""

    address: tuple[int, int, int, int]
    command: int
    data: bytes


class WklLanguage:
    """How answers look, with the checksum that a profile says. They always have data, and so a length."""

    shortest_bytes = LENGTH_AT + 3
    most_bytes = 1_000

    def __init__(self, checksum: Checksum) -> None:
        self._checksum = checksum

    def frames(self, data: bytes) -> Sequence[Span]:
        """Return where whole frames stand."""
        return whole_frames(data, _SHAPE, self._checksum)

    def remains(self, data: bytes) -> Remains:
        """Return what bytes without a good frame look like."""
        return explained(data, _SHAPE)

    def unit_of_push(self, frame: bytes) -> int | None:
        """Nothing is sent unasked."""
        return None


def build(frame: WklFrame, settings: WklSettings) -> bytes:
    """Return a frame's bytes."""
    body = BEGIN + bytes(frame.address) + bytes((0x68, frame.command))
    if frame.data or settings.empty_frame_has_length:
        body += bytes((len(frame.data),)) + frame.data
    return body + bytes((settings.checksum.of(body), _SHAPE.end))


def parse(frame: bytes) -> WklFrame:
    """Return what a whole frame with a length says."""
    first, second, third, fourth = frame[3:7]
    return WklFrame((first, second, third, fourth), frame[8], frame[LENGTH_AT + 1 : -2])


def request(
    unit: int, command: int, data: bytes, settings: WklSettings, told_bytes: tuple[int, ...], *, is_read: bool
) -> FramedRequest:
    """Return a request; its answer comes from the same address, to the same command, with one of these counts of data."""
    address = (*settings.network, unit)

    def answers(frame: bytes) -> bool:
        told = parse(frame)
        return (told.address, told.command) == (address, command | TOLD) and len(told.data) in told_bytes

    frame = build(WklFrame(address, command, data), settings)
    return FramedRequest(frame, unit, answers, is_read, answer_bytes=LENGTH_AT + 3 + max(told_bytes))
