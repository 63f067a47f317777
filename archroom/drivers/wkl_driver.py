"""A block of a WKL controller: the places of all columns in one answer. It tells no motion, no alarm, and has no stop."""

from __future__ import annotations

from collections.abc import Callable

from archroom.core.plain.facts import Order, OrderKind, PlainStatus, Side
from archroom.drivers import wkl
from archroom.drivers.framed_driver import FramedDriver
from archroom.drivers.framed_exchange import FramedRequest
from archroom.drivers.framed_line import FramedLine
from archroom.drivers.plain import PlainReading
from archroom.drivers.profile import Profile
from archroom.drivers.wire_settings import WklSettings
from archroom.errors import say

CLIMATE_PERIOD_S = 10.0


class WklDriver(FramedDriver):
    """One fixed column's address."""

    def __init__(
        self,
        line: FramedLine,
        unit: int,
        profile: Profile,
        settings: WklSettings,
        carriages: int,
        is_urgent: Callable[[], bool] | None,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(line, unit, profile, is_urgent)
        self._settings = settings
        self._carriages = carriages
        self._clock = clock
        self._climate: tuple[float, float] | None = None
        self._climate_due_s = 0.0

    def status(self) -> PlainReading:
        """Ask for the places of all columns, and for the climate once in a while. Raises LinkError and PortUnavailable."""
        asked = self._settings.columns.asked(self._carriages)
        command = self._settings.status_command
        told_bytes = (2 * len(asked), 2 * self._carriages)
        reply = self._read(wkl.request(self._unit, command, b"", self._settings, told_bytes, is_read=True))
        sides = self._sides(wkl.parse(reply.frame).data, asked)
        self._read_climate()
        temperature, humidity = self._climate or (None, None)
        status = PlainStatus(sides=sides, temperature_c=temperature, humidity_percent=humidity)
        return PlainReading(status, reply.sent_at, reply.received_at)

    def _sides(self, data: bytes, asked: tuple[int, ...]) -> tuple[Side, ...]:
        """Each column must be told, once, in a state that there is; of a fixed one nothing is believed."""
        columns = self._settings.columns
        pairs = {data[at] - columns.offset: data[at + 1] for at in range(0, len(data), 2)}
        told = {carriage: digit for carriage, digit in pairs.items() if carriage in asked}
        is_whole = len(told) == len(asked) and len(pairs) == len(data) // 2
        if not is_whole or not set(pairs) <= set(range(1, self._carriages + 1)):
            self._disbelieve(say("Unit {unit} at {port} tells of other columns.", unit=self._unit, port=self._line.name))
        sides = [Side.UNKNOWN] * self._carriages
        for carriage, digit in told.items():
            side = columns.side(digit)
            if side is None:
                self._disbelieve(
                    say("Column {column} tells a state that there is not: {digit}.", column=carriage, digit=digit)
                )
            sides[carriage - 1] = side
        return tuple(sides)

    def _read_climate(self) -> None:
        command = self._settings.climate_command
        if not command or self._clock() < self._climate_due_s:
            return
        data = wkl.parse(self._read(wkl.request(self._unit, command, b"", self._settings, (4,), is_read=True)).frame).data
        temperature, humidity = (int.from_bytes(data[at : at + 2], "big", signed=True) for at in (0, 2))
        self._climate = (temperature / self._settings.climate_divisor, humidity / self._settings.climate_divisor)
        self._climate_due_s = self._clock() + CLIMATE_PERIOD_S

    def _request_of(self, order: Order) -> FramedRequest:
        settings = self._settings
        data = bytes((settings.close_column, settings.close_side))
        if order.kind is OrderKind.OPEN:
            aisle = self._number(order.aisle, 0, self._carriages, "aisle")
            column, side = settings.columns.opening(aisle, self._carriages)
            data = bytes((column, side, settings.cell_row, settings.cell_column))
        return wkl.request(self._unit, wkl.MOVE, data, settings, (1,), is_read=False)
