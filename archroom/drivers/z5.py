"""Frames of the Z5 controllers: 55, length, type, area, column, command, data, checksum, 68. Pure.

Source: the host program of a user. The polynomial of its checksum is not known, nor the byte TYPE: both are settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archroom.drivers.checksums import Checksum
from archroom.drivers.delimited import explained, whole_frames
from archroom.drivers.framed_exchange import FramedRequest
from archroom.drivers.framed_state import Remains, Span
from archroom.drivers.wire_settings import Z5Settings

HEAD_BYTES = 6
"""Begin, length, type, area, column, command."""
FRAMING_BYTES = 3
"""What LEN does not count: begin, checksum, end."""
OPEN_LEFT, OPEN_RIGHT = 0x81, 0x82
"""Open, by the end at which the fixed column stands."""
STATUS, CLOSE, CLIMATE, VENTILATE = 0x81, 0x84, 0x8E, 0x8F
STATUS_TOLD, CLIMATE_TOLD = 0x01, 0x0E
ALARM, ENDED, MOVING = 0x89, 0x8B, 0x8C
WHOLE_BLOCK = 0
"""In place of a column."""


class _Shape:
    begin = b"\x55"
    end = 0x68

    def length_of(self, begun: bytes) -> int | None:
        if len(begun) < 2:
            return 0
        return begun[1] + FRAMING_BYTES if begun[1] >= HEAD_BYTES - 1 else None


_SHAPE = _Shape()


@dataclass(frozen=True, slots=True)
class Z5Frame:
    """What a frame says."""

    area: int
    column: int
    command: int
    data: bytes


class Z5Language:
    """How the frames look, with the checksum that a profile says."""

    shortest_bytes = HEAD_BYTES + 2
    most_bytes = 2_000

    def __init__(self, checksum: Checksum) -> None:
        self._checksum = checksum

    def frames(self, data: bytes) -> Sequence[Span]:
        """Return where whole frames stand; one datagram may carry several."""
        return whole_frames(data, _SHAPE, self._checksum)

    def remains(self, data: bytes) -> Remains:
        """Return what bytes without a good frame look like."""
        return explained(data, _SHAPE)

    def unit_of_push(self, frame: bytes) -> int | None:
        """Return the area of a frame that a controller sends by itself: motion, alarms, and the climate too."""
        told = parse(frame)
        expected = {ALARM: 1, ENDED: 1, MOVING: 1, CLIMATE_TOLD: 4}.get(told.command)
        return told.area if len(told.data) == expected else None


def build(frame: Z5Frame, settings: Z5Settings) -> bytes:
    """Return a frame's bytes."""
    length = HEAD_BYTES - 1 + len(frame.data)
    head = bytes((0x55, length, settings.frame_type, frame.area, frame.column, frame.command))
    body = head + frame.data
    return body + bytes((settings.checksum.of(body), _SHAPE.end))


def parse(frame: bytes) -> Z5Frame:
    """Return what a whole frame says."""
    return Z5Frame(frame[3], frame[4], frame[5], frame[HEAD_BYTES:-2])


def climate(told: Z5Frame) -> tuple[float, float]:
    """Return temperature, degrees Celsius, and humidity, percent. Zero is a value."""
    humidity, temperature = (int.from_bytes(told.data[at : at + 2], "big", signed=True) / 10 for at in (0, 2))
    return temperature, humidity


def request(asked: Z5Frame, settings: Z5Settings, told: int, told_bytes: int, *, is_read: bool) -> FramedRequest:
    """Return a request whose answer names the same area and column, has the command `told` and so many bytes of data."""

    def answers(frame: bytes) -> bool:
        answer = parse(frame)
        is_same = (answer.area, answer.column, answer.command) == (asked.area, asked.column, told)
        return is_same and len(answer.data) == told_bytes

    length = HEAD_BYTES + told_bytes + 2
    return FramedRequest(build(asked, settings), asked.area, answers, is_read, answer_bytes=length)
