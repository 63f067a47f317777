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
        self._opening: int | None = None
        """The aisle that was seen to be opened and not yet to have opened; 0 if none, None before any was seen to open."""

    def status(self) -> PlainReading:
        """Ask once; an answer whose counter did not move says so by its freshness. Raises LinkError, PortUnavailable."""
        reply = self._read(stow.request(self._unit, 0, stow.ASK, self._settings))
        self._last_count = stow.freshness(reply.frame)
        status = stow.parse_status(reply.frame, self._settings)
        if not self._is_last_open(reply.frame):
            status = replace(status, open_aisle=None)
        return PlainReading(status, reply.sent_at, reply.received_at)

    def _is_last_open(self, reply: bytes) -> bool:
        """Return whether the aisle that opened last stands open: it was seen to open, and no other began to since.

        The controller tells that aisle also after an opening of another was broken off, so that what happened before this
        program came leaves it unknown.
        """
        to_open, opened = stow.aisles(reply)
        self._opening = to_open or self._opening
        if self._opening == opened:
            self._opening = 0
        return self._opening == 0

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
