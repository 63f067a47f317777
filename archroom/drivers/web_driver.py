"""A block behind MjjWebApi. It is read; orders need a profile that says so, and only a stop is always sent.

The interface knows no login and moves steel by GET, so nothing but the operations of `web` is ever asked of it.
"""

from __future__ import annotations

from collections.abc import Callable

from archroom.core.plain.facts import Order, OrderKind
from archroom.drivers import web
from archroom.drivers.framed_driver import FramedDriver
from archroom.drivers.framed_exchange import FramedReply, FramedRequest
from archroom.drivers.framed_line import FramedLine
from archroom.drivers.plain import PlainReading
from archroom.drivers.profile import Profile
from archroom.drivers.wire_settings import WebSettings
from archroom.errors import say


class WebDriver(FramedDriver):
    """One area."""

    def __init__(
        self,
        line: FramedLine,
        unit: int,
        profile: Profile,
        settings: WebSettings,
        carriages: int,
        is_urgent: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(line, unit, profile, is_urgent)
        self._settings = settings
        self._carriages = carriages
        self._host = line.name.partition("://")[2] or line.name

    def status(self) -> PlainReading:
        """Ask once for everything. Raises LinkError and PortUnavailable."""
        reply = self._read(web.ask_status(self._unit, self._host, self._settings))
        try:
            status = web.parse_status(web.area_in(reply.frame, self._unit) or {}, self._carriages, self._settings)
        except web.Unlikely as error:
            self._disbelieve(
                say(
                    "Area {unit} at {port} says what cannot be: {what}.",
                    unit=self._unit,
                    port=self._line.name,
                    what=str(error),
                )
            )
        return PlainReading(status, reply.sent_at, reply.received_at)

    def stop(self) -> None:
        """Stop the area, whatever else the profile allows. Raises LinkError and PortUnavailable."""
        self._take_receipt(self._line.exchange(web.order(self._unit, web.STOP, None, self._host, self._settings)))

    def _request_of(self, order: Order) -> FramedRequest:
        operation, carriage = web.operation_of(order, self._settings)
        if order.kind in (OrderKind.OPEN, OrderKind.JOG):
            carriage = self._number(carriage, 1, self._carriages, "carriage") + self._settings.columns.offset
        return web.order(self._unit, operation, carriage, self._host, self._settings)

    def _take_receipt(self, reply: FramedReply) -> None:
        if not web.is_taken(reply.frame):
            self._disbelieve(say("Area {unit} at {port} does not take it.", unit=self._unit, port=self._line.name))
