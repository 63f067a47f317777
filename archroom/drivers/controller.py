"""One reference controller on a line: speaks its wire, decides nothing.

No method repeats a write. What matched but cannot be true makes the line be drained like any other failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archroom.core.shelving import ControllerStatus, Identity, Instruction
from archroom.drivers import reference
from archroom.drivers.line import MOST_READ_REPEATS, Line
from archroom.errors import LinkError


@dataclass(frozen=True, slots=True)
class StatusReading:
    """A status with the times between which it was true, by the line's clock."""

    status: ControllerStatus
    asked_at: float
    """When the question went out: the status is not older than this, but for a gateway that repeats itself."""
    received_at: float


class ReferenceController:
    """The controller that answers at one unit.

    All methods raise LinkError (ExchangeFailed, with what came instead) and PortUnavailable. `is_urgent` lets a request give
    way to a stop while it has not gone out yet (`Line.exchange`).
    """

    def __init__(self, line: Line, unit: int, is_urgent: Callable[[], bool] | None = None) -> None:
        self._line = line
        self._unit = unit
        self._is_urgent = is_urgent
        self._stops = 0

    def identity(self, repeats: int = MOST_READ_REPEATS) -> Identity:
        """Read who answers."""
        reply = self._line.exchange_read(reference.read_identity(self._unit), repeats, self._is_urgent)
        try:
            return reference.parse_identity(reply.registers)
        except LinkError:
            self._line.distrust(self._unit)
            raise

    def status(self, carriages: int, repeats: int = 0) -> StatusReading:
        """Read the status of a block of so many carriages."""
        reply = self._line.exchange_read(reference.read_status(self._unit, carriages), repeats, self._is_urgent)
        try:
            status = reference.parse_status(reply.registers)
        except LinkError:
            self._line.distrust(self._unit)
            raise
        return StatusReading(status, reply.sent_at, reply.received_at)

    def select(self, epoch: int, seq: int, told: Instruction, ttl_ms: int) -> None:
        """Select an action; returns when the frame was received, which says nothing of its result.

        The caller may repeat it once, with the same SEQ.
        """
        self._line.exchange(reference.select(self._unit, epoch, seq, told, ttl_ms), self._is_urgent)

    def operate(self, epoch: int, seq: int, told: Instruction, ttl_ms: int) -> None:
        """Carry out what is selected; returns when the frame was received, which says nothing of its result.

        Never to be repeated: after a failure LAST_SEQ tells whether it was taken, unless `failure.is_sent` is False.
        """
        self._line.exchange(reference.operate(self._unit, epoch, seq, told, ttl_ms), self._is_urgent)

    def heartbeat(self, value: int) -> None:
        """Arm and re-trigger the watchdog."""
        self._line.exchange(reference.heartbeat(self._unit, value), self._is_urgent)

    def stop(self) -> None:
        """Stop everything of this unit; goes out at once, on a line that is not clean too.

        Only a status proves standstill.
        """
        self._stops += 1
        self._line.exchange(reference.stop(self._unit, self._stops))
