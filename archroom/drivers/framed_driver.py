"""What the drivers of framed wires share: an order is one request, sent once; there is no heartbeat, and a stop is rare."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NoReturn

from archroom.core.plain.facts import Capabilities, Order
from archroom.drivers.framed_exchange import FramedReply, FramedRequest
from archroom.drivers.framed_line import FramedExchangeFailed, FramedLine
from archroom.drivers.plain import OrderNotBegun
from archroom.drivers.profile import Profile
from archroom.errors import LinkError, Message, UsageError, say


class FramedDriver(ABC):
    """One unit of a framed line. `is_urgent` lets a request give way to a stop."""

    def __init__(self, line: FramedLine, unit: int, profile: Profile, is_urgent: Callable[[], bool] | None = None) -> None:
        self._line = line
        self._unit = unit
        self._profile = profile
        self._is_urgent = is_urgent

    @property
    def capabilities(self) -> Capabilities:
        """What its profile says that it can do."""
        return self._profile.capabilities

    def order(self, order: Order) -> None:
        """Give an order, once.

        Raises OrderNotBegun if it certainly did not go out, LinkError, PortUnavailable, UsageError.
        """
        if order.kind not in self.capabilities.orders:
            raise UsageError(say("{profile} knows no such order.", profile=self._profile.title))
        request = self._request_of(order)
        try:
            reply = self._line.exchange(request, self._is_urgent)
        except FramedExchangeFailed as error:
            if not error.failure.is_sent:
                raise OrderNotBegun(error.message) from error
            raise
        self._take_receipt(reply)

    def look(self, *, is_anew: bool, may_release: bool) -> None:  # noqa: B027 - these wires set nothing that stays set
        """Do nothing: an order is one frame, and nothing of it is left standing."""

    def stop(self) -> None:
        """Refuse: there is none. Raises UsageError."""
        raise UsageError(say("{profile} has no stop.", profile=self._profile.title))

    def keep_alive(self) -> None:
        """Refuse: there is no heartbeat. Raises UsageError."""
        raise UsageError(say("{profile} has no heartbeat.", profile=self._profile.title))

    @abstractmethod
    def _request_of(self, order: Order) -> FramedRequest:
        """Return the request of an order that the profile knows; raises UsageError."""

    def _take_receipt(self, reply: FramedReply) -> None:  # noqa: B027 - most wires need no look at it
        """Look at the answer of an order; raises LinkError if it cannot be one."""

    def _read(self, request: FramedRequest) -> FramedReply:
        return self._line.exchange_read(request, 0, self._is_urgent)

    def _disbelieve(self, why: Message) -> NoReturn:
        """Refuse a matched answer that cannot be true, and drain the line."""
        self._line.distrust(self._unit)
        raise LinkError(why)

    def _number(self, number: int | None, least: int, most: int, what: str) -> int:
        """Return the aisle or carriage of an order; raises UsageError if it names none there is."""
        if number is None or not least <= number <= most:
            raise UsageError(say("The order does not say which {what}.", what=what))
        return number
