"""What goes wrong on a line, whatever is spoken on it. Sans-IO: a reply in, what arrives of it out.

Faults are counted down request by request; a line without any brings every reply whole, once and at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class FaultKind(StrEnum):
    """What may happen to a request or its reply on the way."""

    LOSE = "lose"
    """The request never arrives."""
    EXCEPTION = "exception"
    """The request is not carried out; exception `code` comes back."""
    DROP = "drop"
    """The request is carried out; its reply is lost."""
    LATE = "late"
    """The reply comes `ms` later."""
    GARBAGE = "garbage"
    """The bytes `hex` come right before the reply."""
    DUPLICATE = "duplicate"
    """The reply comes twice."""
    WRONG_UNIT = "wrong_unit"
    """The reply carries the address `as_unit`; its CRC is right."""
    CORRUPT = "corrupt"
    """One bit of the reply's last data byte is flipped after its CRC was computed."""
    TRUNCATE = "truncate"
    """Only the first `bytes` bytes of the reply come."""
    SPLIT = "split"
    """The second half of the reply comes `ms` after the first."""
    GLUE = "glue"
    """The reply waits, and comes in one piece with the client's next one."""
    ECHO = "echo"
    """The request itself comes back right before the reply, as from an adapter that hears what it says."""


MODBUS_ONLY = frozenset({FaultKind.EXCEPTION, FaultKind.WRONG_UNIT})
"""Faults that need a wire with exceptions and unit addresses."""


@dataclass(slots=True)
class LineFault:
    """One kind of fault for the next `count` matching requests (of one unit or function if given)."""

    kind: FaultKind
    count: int = 1
    unit: int | None = None
    function: int | None = None
    ms: int = 0
    code: int = 0
    as_unit: int = 0
    length: int = 0
    data: bytes = b""

    def strikes(self, unit: int, function: int) -> bool:
        """Whether a request is hit; counts down if so."""
        if self.count <= 0 or self.unit not in (None, unit) or self.function not in (None, function):
            return False
        self.count -= 1
        return True


HELD_S = math.inf
"""A delivery that comes in one piece with the client's next one."""


class Delivery(NamedTuple):
    """Bytes that reach the client `after_s` seconds after the reply was due."""

    after_s: float
    data: bytes


def struck(faults: list[LineFault], unit: int, function: int) -> dict[FaultKind, LineFault]:
    """The faults that a request meets, by kind; each is counted down, and taken off the list when it is used up."""
    if not faults:
        return {}
    met = {fault.kind: fault for fault in reversed(faults) if fault.strikes(unit, function)}
    faults[:] = [fault for fault in faults if fault.count > 0]
    return met


def delivered(frame: bytes, tail: int, request: bytes, met: dict[FaultKind, LineFault]) -> list[Delivery]:
    """What reaches the client of a reply whose data end `tail` bytes before its end, when its request met these faults."""
    if not met:
        return [Delivery(0.0, frame)]
    if FaultKind.CORRUPT in met:
        place = len(frame) - 1 - tail
        frame = frame[:place] + bytes((frame[place] ^ 0x10,)) + frame[place + 1 :]
    if FaultKind.TRUNCATE in met:
        frame = frame[: met[FaultKind.TRUNCATE].length]
    if FaultKind.GARBAGE in met:
        frame = met[FaultKind.GARBAGE].data + frame
    if FaultKind.ECHO in met:
        frame = request + frame
    late_s = met[FaultKind.LATE].ms / 1000 if FaultKind.LATE in met else 0.0
    if FaultKind.GLUE in met:
        deliveries = [Delivery(HELD_S, frame)]
    elif FaultKind.SPLIT in met:
        half = len(frame) // 2
        pause_s = met[FaultKind.SPLIT].ms / 1000
        deliveries = [Delivery(late_s, frame[:half]), Delivery(late_s + pause_s, frame[half:])]
    else:
        deliveries = [Delivery(late_s, frame)]
    return deliveries * 2 if FaultKind.DUPLICATE in met else deliveries
