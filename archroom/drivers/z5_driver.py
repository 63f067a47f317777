"""A block of a Z5 controller: the place of each column asked one by one, and motion and alarms as it sends them by itself.

A push may get lost, so none that came proves nothing: motion is told only as long as a push of it is young, and the absence
of an alarm is never told. An alarm stays until the block is seen to move again.
"""

from __future__ import annotations

from collections.abc import Callable

from archroom.core.controllers import Fault
from archroom.core.plain.facts import Alarm, Order, OrderKind, PlainStatus, Side
from archroom.drivers import z5
from archroom.drivers.framed_driver import FramedDriver
from archroom.drivers.framed_exchange import FramedFailureKind, FramedRequest
from archroom.drivers.framed_line import FramedExchangeFailed, FramedLine
from archroom.drivers.framed_state import Push
from archroom.drivers.plain import PlainReading
from archroom.drivers.profile import Profile
from archroom.drivers.wire_settings import Z5Settings
from archroom.drivers.z5 import Z5Frame
from archroom.errors import Message, say

CLIMATE_PERIOD_S = 10.0


class Z5Driver(FramedDriver):
    """One area."""

    def __init__(
        self,
        line: FramedLine,
        unit: int,
        profile: Profile,
        settings: Z5Settings,
        carriages: int,
        is_urgent: Callable[[], bool] | None,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(line, unit, profile, is_urgent)
        self._settings = settings
        self._carriages = carriages
        self._clock = clock
        self._news = News(settings)
        self._climate_due_s = 0.0

    def status(self) -> PlainReading:
        """Ask each column for its place, and the climate once in a while. Raises LinkError and PortUnavailable."""
        sides = [Side.UNKNOWN] * self._carriages
        times: list[tuple[float, float]] = []
        for carriage in self._settings.columns.asked(self._carriages):
            asked = Z5Frame(self._unit, carriage + self._settings.columns.offset, z5.STATUS, b"")
            reply = self._read(z5.request(asked, self._settings, z5.STATUS_TOLD, 1, is_read=True))
            digit = z5.parse(reply.frame).data[0]
            side = self._settings.columns.side(digit)
            if side is None:
                self._disbelieve(
                    say("Column {column} tells a state that there is not: {digit}.", column=carriage, digit=digit)
                )
            sides[carriage - 1] = side
            times.append((reply.sent_at, reply.received_at))
        self._read_climate()
        self._news.take(self._line.take_pushes(self._unit))
        now = self._clock()
        asked_at, received_at = min((sent for sent, _ in times), default=now), max((at for _, at in times), default=now)
        temperature, humidity = self._news.climate or (None, None)
        status = PlainStatus(
            is_moving=self._is_moving(now, sides),
            alarms=self._news.alarms,
            sides=tuple(sides),
            temperature_c=temperature,
            humidity_percent=humidity,
            others=self._news.told(now),
        )
        return PlainReading(status, asked_at, received_at)

    def order(self, order: Order) -> None:
        """Give an order, once. Raises as every driver.

        No source tells what answers an opening: the state of its column does, or the push that something began to move.
        """
        try:
            super().order(order)
        except FramedExchangeFailed as error:
            failure = error.failure
            pushes = self._line.take_pushes(self._unit)
            self._news.take(pushes)
            since = [z5.parse(push.frame).command for push in pushes if push.received_at >= failure.sent_at]
            is_silent = failure.kind is FramedFailureKind.SILENCE
            if not (order.kind is OrderKind.OPEN and is_silent and z5.MOVING in since):
                raise

    def _is_moving(self, now: float, sides: list[Side]) -> bool | None:
        """Return what the pushes say, but no end while a column stands between: that it began may have got lost."""
        is_moving = self._news.is_moving(now)
        return None if is_moving is False and Side.BETWEEN in sides else is_moving

    def _read_climate(self) -> None:
        if not self._settings.has_climate or self._clock() < self._climate_due_s:
            return
        asked = Z5Frame(self._unit, z5.WHOLE_BLOCK, z5.CLIMATE, b"")
        reply = self._read(z5.request(asked, self._settings, z5.CLIMATE_TOLD, 4, is_read=True))
        self._news.climate = z5.climate(z5.parse(reply.frame))
        self._climate_due_s = self._clock() + CLIMATE_PERIOD_S

    def _request_of(self, order: Order) -> FramedRequest:
        settings = self._settings
        self._news.take(self._line.take_pushes(self._unit))
        if order.kind is OrderKind.OPEN:
            aisle = self._number(order.aisle, 0, self._carriages, "aisle")
            column, side = settings.columns.opening(aisle, self._carriages)
            command = z5.OPEN_RIGHT if settings.columns.fixed_column == "right" else z5.OPEN_LEFT
            asked = Z5Frame(self._unit, column, command, bytes((side, settings.layer, settings.section)))
            return z5.request(asked, settings, z5.STATUS_TOLD, 1, is_read=False)
        command = z5.CLOSE if order.kind is OrderKind.CLOSE else z5.VENTILATE
        return z5.request(Z5Frame(self._unit, z5.WHOLE_BLOCK, command, b""), settings, command, 1, is_read=False)


class News:
    """What the pushes of one area have said."""

    def __init__(self, settings: Z5Settings) -> None:
        self.climate: tuple[float, float] | None = None
        """Temperature and humidity, pushed or asked for."""
        self._settings = settings
        self._moving: dict[int, float] = {}
        """Columns that began to move and were not seen to end, and when they began."""
        self._ended_s: float | None = None
        """When a column last reached its end."""
        self._alarms: dict[str, float] = {}
        self._last: tuple[Z5Frame, float] | None = None

    def take(self, pushes: list[Push]) -> None:
        """Take note of pushes, oldest first."""
        for push in pushes:
            frame = z5.parse(push.frame)
            if frame.command == z5.CLIMATE_TOLD:
                self.climate = z5.climate(frame)
                continue
            self._last = (frame, push.received_at)
            if frame.command == z5.ALARM:
                self._alarms[f"89: {frame.column} {frame.data[0]}"] = push.received_at
            elif frame.command == z5.MOVING:
                self._moving[frame.column] = push.received_at
                self._alarms.clear()
            else:
                self._moving.pop(frame.column, None)
                self._ended_s = push.received_at

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms since something last began to move."""
        return tuple(Alarm(Fault.NONE, code, _said_of(code)) for code in self._alarms)

    def is_moving(self, now: float) -> bool | None:
        """Return whether something moves, None where no young push says so.

        The carriages of a block start one after the other, so it counts as moving for a while after each end.
        """
        life_s = self._settings.push_life_ms / 1000
        if any(now - began_s <= life_s for began_s in self._moving.values()):
            return True
        if self._ended_s is None or now - self._ended_s > life_s:
            return None
        return now - self._ended_s < self._settings.moving_ends_ms / 1000

    def told(self, now: float) -> tuple[tuple[str, str], ...]:
        """Return the last push with its age, for the technician."""
        if self._last is None:
            return ()
        frame, received_at = self._last
        return (("push", f"{frame.command:02x} {frame.column} {frame.data[0]}, {now - received_at:.0f} s"),)


def _said_of(code: str) -> Message:
    return say(
        "its controller told an alarm ({code}), and never says that one is over. Look there; it counts as over once a "
        "carriage was moved at the shelving itself.",
        code=code,
    )
