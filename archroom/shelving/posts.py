"""One block on its bus: its supervisor, and the controller that its wishes are spoken to, of whatever make.

A post knows both sides and decides nothing. `speak` uses the wire without a lock; what came of it is told under
the lock of the bus.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from archroom.core.plain.facts import Order
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.supervisor.supervisor import Supervisor
from archroom.core.supervisor.wishes import Frame, Wish
from archroom.drivers.controller import ReferenceController
from archroom.drivers.framed_exchange import FramedFailureKind
from archroom.drivers.framed_line import FramedExchangeFailed
from archroom.drivers.line import ExchangeFailed
from archroom.drivers.modbus import ExceptionCode
from archroom.drivers.plain import OrderNotBegun, PlainDriver
from archroom.drivers.timing import LineTiming
from archroom.drivers.transactions import FailureKind
from archroom.errors import LinkError, UsageError

AnySupervisor = Supervisor | PlainSupervisor

TURNAROUND_S = 0.02
"""Allowance for a controller's and a program's own time in an exchange."""
REQUEST_CHARACTERS = 8
STATUS_CHARACTERS = 53
"""Of an answer without positions: 24 registers, and unit, function, count and CRC."""
FADING = 0.9
"""How much of the longest reading of a plain status is remembered at the next one."""


class Post(Protocol):
    """One block on its bus."""

    def speak(self, wish: Wish) -> Callable[[], None]:
        """Put a wish on the wire; returns what tells the supervisor of the answer. Raises LinkError, PortUnavailable."""
        ...

    def failed(self, wish: Wish, error: LinkError) -> None:
        """Tell the supervisor what became of a wish that had no matched answer."""
        ...

    def reading_s(self, timing: LineTiming) -> float:
        """Return how long it takes to read a status on a line of this timing."""
        ...


class ReferencePost:
    """A block whose controller speaks the register map of docs/shelving-protocol.md."""

    def __init__(self, supervisor: Supervisor, controller: ReferenceController, carriages: int) -> None:
        self._supervisor = supervisor
        self._controller = controller
        self._carriages = carriages

    def speak(self, wish: Wish) -> Callable[[], None]:
        """Put a wish on the wire; returns what tells the supervisor of the answer."""
        supervisor, controller, command = self._supervisor, self._controller, wish.command
        if wish.frame is Frame.IDENTITY:
            identity = controller.identity(repeats=0)
            return lambda: supervisor.identity_read(monotonic(), identity)
        if wish.frame is Frame.STATUS:
            reading = controller.status(self._carriages)
            return lambda: supervisor.status_read(reading.received_at, reading.status, reading.asked_at)
        if wish.frame is Frame.HEARTBEAT:
            controller.heartbeat(wish.value)
        elif wish.frame is Frame.STOP:
            controller.stop()
        elif command is not None:
            send = controller.select if wish.frame is Frame.SELECT else controller.operate
            send(command.epoch, command.seq, command.told, command.ttl_ms)
        return lambda: supervisor.frame_echoed(monotonic(), wish)

    def failed(self, wish: Wish, error: LinkError) -> None:
        """Tell the supervisor; a unit that does not know the identity block is a stranger."""
        now, supervisor = monotonic(), self._supervisor
        if not isinstance(error, ExchangeFailed):
            if wish.frame is Frame.IDENTITY:
                supervisor.stranger_found(now, error.message)
            else:
                supervisor.frame_failed(now, wish)
            return
        failure = error.failure
        is_foreign = failure.kind is FailureKind.EXCEPTION and failure.exception_code in (
            ExceptionCode.ILLEGAL_FUNCTION,
            ExceptionCode.ILLEGAL_ADDRESS,
        )
        if is_foreign and wish.frame is Frame.IDENTITY:
            supervisor.stranger_found(now, error.message)
        elif failure.kind is not FailureKind.GAVE_WAY or wish.command is not None:
            supervisor.frame_failed(now, wish)

    def reading_s(self, timing: LineTiming) -> float:
        """Return how long it takes to read a status, by the length of its frames."""
        characters = REQUEST_CHARACTERS + STATUS_CHARACTERS + 2 * self._carriages
        return timing.wire_s(characters) + 2 * timing.silence_s + TURNAROUND_S


class PlainPost:
    """A block whose controller is of another make: a status takes as many exchanges as it takes, so it is measured."""

    def __init__(self, supervisor: PlainSupervisor, driver: PlainDriver) -> None:
        self._supervisor = supervisor
        self._driver = driver
        self._reading_s = TURNAROUND_S

    def speak(self, wish: Wish) -> Callable[[], None]:
        """Put a wish on the wire; returns what tells the supervisor of the answer."""
        supervisor, driver = self._supervisor, self._driver
        if wish.frame is Frame.STATUS:
            driver.look(is_anew=wish.is_anew, may_release=wish.may_release)
            begun_s = monotonic()
            reading = driver.status()
            self._reading_s = max(monotonic() - begun_s + TURNAROUND_S, FADING * self._reading_s)
            return lambda: supervisor.status_read(reading.received_at, reading.status, reading.asked_at, reading.notes)
        if wish.frame is Frame.HEARTBEAT:
            driver.keep_alive()
        elif wish.frame is Frame.STOP:
            driver.stop()
        elif wish.order is not None:
            self._give(wish.order)
        return lambda: supervisor.frame_echoed(monotonic(), wish)

    def _give(self, order: Order) -> None:
        """Give an order; one that the wire has no words for, as for an aisle without a number there, did not begin."""
        try:
            self._driver.order(order)
        except UsageError as error:
            raise OrderNotBegun(error.message) from error

    def failed(self, wish: Wish, error: LinkError) -> None:
        """Tell the supervisor; a frame that gave way to a stop is no failure, an order that gave way did not go out."""
        has_given_way = _has_given_way(error)
        is_unsent = has_given_way or isinstance(error, OrderNotBegun)
        if not has_given_way or wish.order is not None:
            self._supervisor.frame_failed(monotonic(), wish, is_sent=not is_unsent)

    def reading_s(self, timing: LineTiming) -> float:
        """Return how long the last statuses took to read, the longest of them counting most."""
        return self._reading_s


def _has_given_way(error: LinkError) -> bool:
    if isinstance(error, ExchangeFailed):
        return error.failure.kind is FailureKind.GAVE_WAY
    return isinstance(error, FramedExchangeFailed) and error.failure.kind is FramedFailureKind.GAVE_WAY
