"""Frames with a mark at the begin, a length, a checksum and a mark at the end, found wherever they stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from archroom.drivers.checksums import Checksum
from archroom.drivers.framed_state import Remains, Span


class Shape(Protocol):
    """How one make's frames are built."""

    @property
    def begin(self) -> bytes:
        """The mark at the begin."""
        ...

    @property
    def end(self) -> int:
        """The mark at the end."""
        ...

    def length_of(self, begun: bytes) -> int | None:
        """Return how long a frame is that begins so; 0 while too little has come to tell, None if none begins so."""
        ...


def whole_frames(data: bytes, shape: Shape, checksum: Checksum) -> Sequence[Span]:
    """Return where frames with a good checksum stand, in their order; none lies in another."""
    found: list[Span] = []
    at = data.find(shape.begin)
    while at >= 0:
        length = shape.length_of(data[at:])
        if length and _is_good(data[at : at + length], length, shape, checksum):
            found.append(Span(at, at + length))
            at = data.find(shape.begin, at + length)
        else:
            at = data.find(shape.begin, at + 1)
    return found


def explained(data: bytes, shape: Shape) -> Remains:
    """Return what bytes look like that hold no good frame."""
    begins = [at for at in range(len(data)) if data.startswith(shape.begin, at)]
    lengths = [(at, length) for at in begins if (length := shape.length_of(data[at:])) is not None]
    if any(length and at + length <= len(data) and data[at + length - 1] == shape.end for at, length in lengths):
        return Remains.DAMAGED
    return Remains.CUT_SHORT if lengths else Remains.GARBAGE


def _is_good(frame: bytes, length: int, shape: Shape, checksum: Checksum) -> bool:
    return len(frame) == length and frame[-1] == shape.end and frame[-2] == checksum.of(frame[:-2])
