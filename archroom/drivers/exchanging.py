"""Any sans-IO exchange carried out on a wire with a clock: all waiting is waiting for bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from archroom.drivers.wires import Wire

URGENCY_LOOK_S = 0.005
"""How often a wait that may be broken off asks whether something more urgent has come."""
O_co = TypeVar("O_co", covariant=True)
R = TypeVar("R")


class Exchange(Protocol[O_co]):
    """One question and what becomes of it; ended once `outcome` is there."""

    @property
    def outcome(self) -> O_co | None:
        """What became of it."""
        ...

    @property
    def is_sent(self) -> bool:
        """Whether the question has gone out."""
        ...

    @property
    def due_at(self) -> float:
        """When `advance` has something to do if nothing comes in before."""
        ...

    def advance(self, now: float) -> bytes:
        """Let time pass; returns what must be sent at once."""
        ...

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes in."""
        ...

    def give_way(self) -> None:
        """End it if nothing has gone out yet."""
        ...


def carried_out(exchange: Exchange[R], wire: Wire, clock: Callable[[], float], is_urgent: Callable[[], bool] | None) -> R:
    """Return the outcome of an exchange; raises PortUnavailable.

    `is_urgent` is asked before the question goes out, and every 5 ms while it waits for the line; once it says yes, the
    exchange gives way unsent. What has gone out is never broken off.
    """
    received = wire.read(0)
    while (outcome := _advanced(exchange, wire, clock, received, is_urgent)) is None:
        wait_s = max(0.0, exchange.due_at - clock())
        received = wire.read(wait_s if is_urgent is None or exchange.is_sent else min(wait_s, URGENCY_LOOK_S))
    return outcome


def _advanced(
    exchange: Exchange[R], wire: Wire, clock: Callable[[], float], received: bytes, is_urgent: Callable[[], bool] | None
) -> R | None:
    """Hand over what came and send what is due; time is up only once nothing has come any more."""
    if received:
        exchange.receive(received, clock())
    if is_urgent is not None and not exchange.is_sent and is_urgent():
        exchange.give_way()
    elif not received or not exchange.is_sent:
        data = exchange.advance(clock())
        if data:
            wire.write(data)
    return exchange.outcome
