"""A block of Stow mobile racking by its host link. It has no stop and no close: opening one aisle closes another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archroom.core.plain.facts import Order
from archroom.drivers import stow
from archroom.drivers.framed_driver import FramedDriver
from archroom.drivers.framed_exchange import FramedReply, FramedRequest
from archroom.drivers.framed_line import FramedLine
from archroom.drivers.plain import PlainReading
from archroom.drivers.profile import Profile
from archroom.drivers.wire_settings import StowSettings
from archroom.errors import say


class StowDriver(FramedDriver):
    """One installation."""

    def __init__(
        self,
        line: FramedLine,
        unit: int,
        profile: Profile,
        settings: StowSettings,
        is_urgent: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(line, unit, profile, is_urgent)
        self._settings = settings
        self._last_count: int | None = None
        self._opened: int | None = None
        """The aisle that opened last, as last told."""
        self._is_open = False

    def status(self) -> PlainReading:
        """Ask once; an answer whose counter did not move says so by its freshness. Raises LinkError, PortUnavailable."""
        reply = self._read(stow.request(self._unit, 0, stow.ASK, self._settings))
        self._last_count = stow.freshness(reply.frame)
        status = stow.parse_status(reply.frame, self._settings)
        if not self._is_last_open(reply.frame):
            status = replace(status, open_aisle=None)
        return PlainReading(status, reply.sent_at, reply.received_at)

    def _is_last_open(self, reply: bytes) -> bool:
        """Return whether the aisle that opened last stands open: it was seen to become that, and no other began to since.

        The controller tells that aisle also after an opening of another was broken off, and no differently once it was
        opened again, wholly or in part. So both leave it unknown, and so does what happened before this program came.
        """
        to_open, opened = stow.aisles(reply)
        if to_open not in (0, opened):
            self._is_open = False
        elif self._opened not in (None, opened):
            self._is_open = True
        self._opened = opened
        return self._is_open

    def _request_of(self, order: Order) -> FramedRequest:
        offset = self._settings.aisle_offset
        aisle = self._number(order.aisle, 1 - offset, stow.MOST_AISLE - offset, "aisle")
        return stow.request(self._unit, aisle + offset, stow.OPEN, self._settings)

    def _take_receipt(self, reply: FramedReply) -> None:
        """An answer with the last answer's counter is an old one: nobody knows what became of the order."""
        self._is_last_open(reply.frame)
        before, self._last_count = self._last_count, stow.freshness(reply.frame)
        if before == self._last_count:
            self._disbelieve(
                say("The answer of unit {unit} at {port} is an old one.", unit=self._unit, port=self._line.name)
            )
