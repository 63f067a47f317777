"""What the two framed protocols have in common: sides as one byte, climate as two, frames that are cut and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hardware_sim.faces import Message
from hardware_sim.layout import BlockLayout
from hardware_sim.plain_orders import Side
from hardware_sim.profiles.options import Options, ProfileError

LEFT, RIGHT = 1, 2
"""The side of a column in an opening."""


@dataclass(frozen=True, slots=True)
class SideCodes:
    """The status byte of a column: at both ends, right, left, neither, locked."""

    right: int = 1
    left: int = 2
    both: int = 0
    neither: int = 3
    locked: int = 4

    def of(self, layout: BlockLayout, side: Side) -> int:
        """The byte of a side."""
        low, high = (self.left, self.right) if layout.numbered_from_left else (self.right, self.left)
        codes = {Side.LOW: low, Side.HIGH: high, Side.BOTH: self.both, Side.NEITHER: self.neither, Side.LOCKED: self.locked}
        return codes[side]


@dataclass(frozen=True, slots=True)
class ResultCodes:
    """The byte that answers an order; the sources do not tell its values."""

    done: int
    refused: int

    @classmethod
    def chosen(cls, options: Options) -> ResultCodes:
        """As chosen; 1 and 0 if not."""
        return cls(options.whole("result_done", 0, 255, 1), options.whole("result_refused", 0, 255, 0))


def gap_beside(layout: BlockLayout, column: int, side: int) -> int:
    """The gap on the left (1) or right (2) of a column; -1 for what is no side or no column."""
    if not 1 <= column <= layout.carriage_count or side not in (LEFT, RIGHT):
        return -1
    is_low = (side == LEFT) == layout.numbered_from_left
    return column - 1 if is_low else column


def int16(value: float, divisor: int) -> int:
    """A measured value as a whole number of 16 bits, two's complement below zero."""
    return round(value * divisor) & 0xFFFF


class FrameRules(Protocol):
    """How the frames of a protocol are told apart from noise."""

    @property
    def head_length(self) -> int:
        """Bytes that must be there before a frame's length is known."""

    def length_of(self, buffer: bytes) -> int:
        """Length of the frame at the head of the buffer; 0: none begins here, above its length: more must come."""

    def message_of(self, frame: bytes) -> Message | None:
        """The request in a whole frame; None if its check or its end is wrong."""


class FrameDecoder:
    """Cuts frames out of bytes that may be split, glued or mixed with noise; what does not check leaves no trace."""

    __slots__ = ("_buffer", "_comes_whole", "_rules")

    is_over = False

    def __init__(self, rules: FrameRules, *, comes_whole: bool = False) -> None:
        """`comes_whole`: no frame goes on in the next piece, as in datagrams."""
        self._rules = rules
        self._comes_whole = comes_whole
        self._buffer = b""

    @property
    def is_waiting(self) -> bool:
        """Whether a part of a frame is held back."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes in and give the whole requests."""
        self._buffer += data
        messages: list[Message] = []
        while len(self._buffer) >= self._rules.head_length:
            length = self._rules.length_of(self._buffer)
            is_short = length > len(self._buffer)
            if is_short and not self._comes_whole:
                break
            message = None if is_short or not length else self._rules.message_of(self._buffer[:length])
            if message is not None:
                messages.append(message)
            self._buffer = self._buffer[length if message is not None else 1 :]
        return messages

    def fall_silent(self) -> None:
        """What was begun is void."""
        self._buffer = b""


def units_by_address(network: str, units: Mapping[int, object]) -> dict[bytes, int]:
    """The IPv4 address of each unit: the network's first three bytes and the unit's number."""
    parts = network.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and int(part) <= 255 for part in parts):
        raise ProfileError(f"{network!r} is no IPv4 network")
    head = bytes(int(part) for part in parts[:3])
    return {head + bytes((unit,)): unit for unit in units}
