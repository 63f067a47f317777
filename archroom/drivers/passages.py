"""Bytes as they passed a line, for whoever watches: told to a tap once an exchange is over, never decoded here. Pure.

A tap is called on the thread that has the line, so it must only put the passage aside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from archroom.core.bench import Verdict
from archroom.drivers.modbus import Request
from archroom.drivers.timing import Framing


@dataclass(frozen=True, slots=True)
class Passage:
    """Bytes in one direction, or the silence in place of an answer."""

    at_s: float
    """By the line's clock."""
    unit: int | None
    is_ours: bool
    data: bytes
    verdict: Verdict
    framing: Framing | None
    """None on a wire that is no Modbus."""
    request: Request | None = None
    """Of Modbus: what was sent, or what these bytes came for."""
    after_s: float | None = None
    """Since the request."""


Tap = Callable[[Passage], None]

_VERDICT_OF_KIND: Final = {
    "silence": Verdict.SILENT,
    "bad crc": Verdict.CRC,
    "bad checksum": Verdict.CRC,
    "exception": Verdict.EXCEPTION,
    "babble": Verdict.UNSENT,
}


def verdict_of(kind: str) -> Verdict:
    """Return the verdict on what came, by the name of the kind of failure."""
    return _VERDICT_OF_KIND.get(kind, Verdict.STRANGE)
