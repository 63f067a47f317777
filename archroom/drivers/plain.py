"""What every driver of a plain controller offers, whatever its wire: status, one order at a time, stop where there is one.

A driver decides nothing and repeats nothing but reads. Every answer is matched to its question; what matches but cannot be
true raises LinkError and the line is drained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from archroom.core.plain.facts import Capabilities, Order, PlainStatus
from archroom.errors import LinkError, Message


class OrderNotBegun(LinkError):
    """An order certainly did not begin: what starts it never went out."""


@dataclass(frozen=True, slots=True)
class PlainReading:
    """A status with the times between which it was true, by the line's clock."""

    status: PlainStatus
    asked_at: float
    received_at: float
    notes: tuple[Message, ...] = ()
    """What the driver had to put right before."""


class PlainDriver(Protocol):
    """One plain controller on a line. All methods raise LinkError and PortUnavailable."""

    @property
    def capabilities(self) -> Capabilities:
        """What its profile says that it can do."""
        ...

    def look(self, *, is_anew: bool, may_release: bool) -> None:
        """Look for orders that were left standing, and end them; what came of it stands in the next status.

        `is_anew`: nothing is believed of the block yet, or no more. `may_release`: the block may be given orders; without
        it only what this driver has begun itself is ended, and what else stands is told as an alarm.
        """
        ...

    def status(self) -> PlainReading:
        """Read how the block stands: everything that the profile lists as fast, in as few exchanges as it takes."""
        ...

    def order(self, order: Order) -> None:
        """Give an order, once; returns when it was received, which says nothing of what comes of it.

        Never to be repeated after a failure. Raises OrderNotBegun if it certainly did not begin,
        UsageError for an order that is not among the capabilities.
        """
        ...

    def stop(self) -> None:
        """Stop everything of the block; goes out at once, on a line that is not clean too.

        Raises UsageError where the controller has no stop.
        """
        ...

    def keep_alive(self) -> None:
        """Renew the lease of a motion, where the controller has one. Raises UsageError where it has none."""
        ...
