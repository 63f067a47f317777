"""What became of a stop. Whoever stops the shelving loads little else."""

from __future__ import annotations

from dataclasses import dataclass

from archroom.errors import Message


@dataclass(frozen=True, slots=True)
class StopReport:
    """What became of a stop, per block: sent, and whether standstill was seen."""

    block: int
    is_sent: bool
    is_standstill_seen: bool
    path: str
    """`server` or `direct`, the way it went."""
    reason: Message | None = None
    """Why it was not sent or not seen."""
