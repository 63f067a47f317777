"""Any controller whose registers a profile describes: reads what it declares, writes what it declares, and nothing else.

Writes go out once; what a step must rest on is read back before the next goes out. No order goes out before the pulse of an
earlier one was seen to end.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from archroom.core.bench import Table
from archroom.core.controllers import Mode
from archroom.core.plain.facts import Alarm, Capabilities, Order, OrderKind, PlainStatus, Side
from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.modbus import MAX_READ_BITS, Function, Request, read_from, write_coil, write_one
from archroom.drivers.plain import OrderNotBegun, PlainReading
from archroom.drivers.profile import Argument, Meaning, ModbusMap, NumberType, Poll, Profile, Signal, Step, Write, WriteStyle
from archroom.drivers.pulses import Begun, Pulses
from archroom.errors import LinkError, UsageError, say

SLOW_POLL_S = 5.0
_READS = {
    Table.COILS: Function.READ_COILS,
    Table.DISCRETE: Function.READ_DISCRETE,
    Table.HOLDING: Function.READ,
    Table.INPUT: Function.READ_INPUT,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one value of a signal stands."""

    signal: Signal
    index: int
    """Of the carriage or aisle, from 0; 0 where there is one value only."""
    address: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Neighbouring values that are read in one request."""

    table: Table
    address: int
    count: int
    places: tuple[_Place, ...]


Values = dict[str, dict[int, float]]
"""Values of each signal by index."""


class MapDriver:
    """One unit of a Modbus line, as its profile describes it. `is_urgent` lets a request give way to a stop."""

    def __init__(
        self,
        line: Line,
        unit: int,
        profile: Profile,
        carriages: int,
        is_urgent: Callable[[], bool] | None = None,
        clock: Callable[[], float] = monotonic,
        begun: Begun | None = None,
    ) -> None:
        """`begun` are the pulses whose end no earlier driver of the unit has seen."""
        if profile.map is None:
            raise ValueError(f"{profile.name} is no map of registers")
        self._line = line
        self._unit = unit
        self._profile = profile
        self._map: ModbusMap = profile.map
        self._carriages = carriages
        self._is_urgent = is_urgent
        self._clock = clock
        self._pulses = Pulses(line, unit, profile.map, set() if begun is None else begun, is_urgent, clock)
        places = [place for signal in self._map.signals for place in _places(signal, carriages)]
        self._fast = _grouped([place for place in places if place.signal.poll is Poll.FAST], self._map.most_registers)
        self._slow = _grouped([place for place in places if place.signal.poll is Poll.SLOW], self._map.most_registers)
        self._slow_values: Values = {}
        self._slow_due_s = 0.0
        self._beats = 0

    @property
    def capabilities(self) -> Capabilities:
        """What its profile says that it can do."""
        return self._profile.capabilities

    def look(self, *, is_anew: bool, may_release: bool) -> None:
        """Read the coils of its pulses and clear what was left set; what came of it stands in the next status."""
        self._pulses.look(is_anew=is_anew, may_release=may_release)

    def status(self) -> PlainReading:
        """Read all fast signals, and the slow ones once in a while. Raises LinkError and PortUnavailable."""
        self._pulses.end_begun()
        values: Values = {}
        times = [self._read(group, values) for group in self._fast]
        if self._slow and self._clock() >= self._slow_due_s:
            self._slow_due_s = self._clock() + SLOW_POLL_S
            for group in self._slow:
                self._read(group, self._slow_values)
        status = _status_of(self._map.signals, self._slow_values | values, self._carriages)
        status = replace(status, alarms=(*self._pulses.alarms, *status.alarms))
        now = self._clock()
        asked_at, received_at = min((sent for sent, _ in times), default=now), max((at for _, at in times), default=now)
        return PlainReading(status, asked_at, received_at, self._pulses.take_notes())

    def order(self, order: Order) -> None:
        """Give an order, once.

        Raises OrderNotBegun if it certainly did not begin, LinkError, PortUnavailable, UsageError.
        """
        steps = self._map.orders.get(order.kind)
        if order.kind is OrderKind.JOG and order.is_towards_low and self._map.jog_low:
            steps = self._map.jog_low
        if steps is None:
            raise UsageError(say("{profile} knows no such order.", profile=self._profile.title))
        self._end_begun_before_order()
        last = len(steps) - 1
        for number, step in enumerate(steps):
            value = _value_of(step, order)
            try:
                self._write(self._map.writes[step.write], value)
            except LinkError as error:
                if number < last or (isinstance(error, ExchangeFailed) and not error.failure.is_sent):
                    raise OrderNotBegun(error.message) from error
                raise

    def _end_begun_before_order(self) -> None:
        """Raise OrderNotBegun unless no pulse is left that an earlier order has begun."""
        try:
            self._pulses.end_begun()
        except LinkError as error:
            raise OrderNotBegun(error.message) from error
        if self._pulses.alarms:
            raise OrderNotBegun(say("Nothing is ordered: {why}", why=self._pulses.alarms[0].said or ""))

    def stop(self) -> None:
        """Stop everything of the unit, on a line that is not clean too. Raises as `order`."""
        if not self._map.stop:
            raise UsageError(say("{profile} has no stop.", profile=self._profile.title))
        for step in self._map.stop:
            value = step.value if isinstance(step.value, int) else 1
            self._write(self._map.writes[step.write], value, is_stop=True)

    def keep_alive(self) -> None:
        """Write the next beat of the lease. Raises as `order`; UsageError where the profile has none."""
        if self._map.lease is None:
            raise UsageError(say("{profile} has no heartbeat.", profile=self._profile.title))
        self._pulses.end_begun()
        self._beats = (self._beats + 1) & 0xFFFF
        self._exchange(write_one(self._unit, self._map.writes[self._map.lease.write].address, self._beats))

    # -- the wire

    def _read(self, group: _Group, values: Values) -> tuple[float, float]:
        request = read_from(self._unit, _READS[group.table], group.address, group.count)
        reply = self._line.exchange_read(request, 0, self._is_urgent)
        for place in group.places:
            start = place.address - group.address
            raw = reply.registers[start : start + place.signal.width]
            self._take(place, _decoded(place.signal, raw), values)
        return reply.sent_at, reply.received_at

    def _take(self, place: _Place, value: float, values: Values) -> None:
        """Keep a value. What is no number leaves the climate unknown, and cannot be said of the steel: raises LinkError."""
        signal = place.signal
        if math.isfinite(value):
            values.setdefault(signal.name, {})[place.index] = value
        elif signal.means in (Meaning.TEMPERATURE, Meaning.HUMIDITY, Meaning.OTHER):
            values.pop(signal.name, None)
        else:
            name = signal.notation or signal.name
            raise LinkError(say("{name} of unit {unit} reads what is no number.", name=name, unit=self._unit))

    def _write(self, write: Write, value: int, *, is_stop: bool = False) -> None:
        if write.style is WriteStyle.PULSE:
            self._pulses.give(write, is_stop=is_stop)
            return
        self._exchange(self._request(write, value, is_stop=is_stop), is_stop=is_stop)
        if write.is_read_back and not is_stop:
            request = read_from(self._unit, _READS[write.table], write.address, 1)
            there = self._line.exchange_read(request, 0, self._is_urgent).registers[0]
            if there != value:
                name = write.notation or write.name
                raise LinkError(say("{name} was set to {value} and reads {there}.", name=name, value=value, there=there))

    def _request(self, write: Write, value: int, *, is_stop: bool) -> Request:
        if write.table is Table.COILS:
            return write_coil(self._unit, write.address, is_on=bool(value), is_stop=is_stop)
        return write_one(self._unit, write.address, value, is_stop=is_stop)

    def _exchange(self, request: Request, *, is_stop: bool = False) -> None:
        self._line.exchange(request, None if is_stop else self._is_urgent)


def _places(signal: Signal, carriages: int) -> list[_Place]:
    if not signal.step:
        return [_Place(signal, 0, signal.address)]
    count = carriages + 1 if signal.means is Meaning.OCCUPIED else carriages
    return [_Place(signal, index, signal.address + index * signal.step) for index in range(count)]


def _grouped(places: Sequence[_Place], most_registers: int) -> tuple[_Group, ...]:
    """Read neighbours together, and nothing that is not declared."""
    groups: list[_Group] = []
    for place in sorted(places, key=lambda place: (place.signal.table.value, place.address)):
        most = MAX_READ_BITS if place.signal.table.is_of_bits else most_registers
        end = place.address + place.signal.width
        last = groups[-1] if groups else None
        is_next = last is not None and last.table is place.signal.table and place.address <= last.address + last.count
        if last is not None and is_next and end - last.address <= most:
            count = max(last.count, end - last.address)
            groups[-1] = _Group(last.table, last.address, count, (*last.places, place))
        else:
            groups.append(_Group(place.signal.table, place.address, place.signal.width, (place,)))
    return tuple(groups)


def _decoded(signal: Signal, raw: Sequence[int]) -> float:
    """Return a number as scaled, or 1 and 0 for yes and no."""
    if signal.table.is_of_bits:
        return float(bool(raw[0]) is not signal.is_inverted)
    if signal.bit is not None:
        return float(bool(raw[0] >> signal.bit & 1) is not signal.is_inverted)
    if signal.equals is not None:
        return float((raw[0] == signal.equals) is not signal.is_inverted)
    return _number(signal, raw) * signal.multiply + signal.add


def _number(signal: Signal, raw: Sequence[int]) -> float:
    words = tuple(reversed(raw)) if signal.is_low_word_first else tuple(raw)
    data = b"".join(word.to_bytes(2, "big") for word in words)
    if signal.type is NumberType.F32:
        return float(struct.unpack(">f", data)[0])
    return float(int.from_bytes(data, "big", signed=signal.type in (NumberType.I16, NumberType.I32)))


def _value_of(step: Step, order: Order) -> int:
    if isinstance(step.value, int):
        return step.value
    found = order.aisle if step.value is Argument.AISLE else order.carriage
    if found is None or not 0 <= found + step.add <= 0xFFFF:
        raise UsageError(say("The order does not say which {what}.", what=step.value.value))
    return found + step.add


# -- what the values say


def _status_of(signals: Sequence[Signal], values: Mapping[str, Mapping[int, float]], carriages: int) -> PlainStatus:
    by_meaning: dict[Meaning, list[Signal]] = {}
    for signal in signals:
        if signal.name in values:
            by_meaning.setdefault(signal.means, []).append(signal)

    def one(means: Meaning) -> float | None:
        found = by_meaning.get(means)
        return values[found[0].name][0] if found else None

    def each(means: Meaning) -> dict[int, float] | None:
        found = by_meaning.get(means)
        return dict(values[found[0].name]) if found else None

    def either(yes: Meaning, no: Meaning) -> bool | None:
        told, opposite = one(yes), one(no)
        return bool(told) if told is not None else None if opposite is None else not opposite

    is_automatic = either(Meaning.AUTOMATIC, Meaning.MANUAL)
    alarms = tuple(
        Alarm(signal.fault, signal.notation or signal.name)
        for signal in by_meaning.get(Meaning.ALARM, [])
        if values[signal.name][0]
    )
    positions, occupied = each(Meaning.POSITION), each(Meaning.OCCUPIED)
    return PlainStatus(
        is_moving=either(Meaning.MOVING, Meaning.STANDING),
        mode=None if is_automatic is None else Mode.AUTOMATIC if is_automatic else Mode.LOCAL,
        is_enabled=either(Meaning.ENABLED, Meaning.DISABLED),
        alarms=alarms,
        sides=_sides(each(Meaning.AT_LOW), each(Meaning.AT_HIGH), each(Meaning.LOCKED), carriages),
        positions_mm=None if positions is None else tuple(round(positions[index]) for index in range(carriages)),
        open_aisle=_whole(one(Meaning.OPEN_AISLE)),
        carriages=_whole(one(Meaning.CARRIAGES)),
        occupied_aisles=None if occupied is None else frozenset(index for index, value in occupied.items() if value),
        people_inside=_whole(one(Meaning.PEOPLE)),
        freshness=_whole(one(Meaning.COUNTER)),
        temperature_c=one(Meaning.TEMPERATURE),
        humidity_percent=one(Meaning.HUMIDITY),
        others=tuple((signal.name, f"{values[signal.name][0]:g}") for signal in by_meaning.get(Meaning.OTHER, [])),
    )


def _sides(
    low: dict[int, float] | None, high: dict[int, float] | None, locked: dict[int, float] | None, carriages: int
) -> tuple[Side, ...] | None:
    if low is None or high is None:
        return None
    found: list[Side] = []
    for index in range(carriages):
        if locked is not None and locked.get(index):
            found.append(Side.LOCKED)
        elif low[index] and high[index]:
            found.append(Side.BOTH)
        else:
            found.append(Side.LOW if low[index] else Side.HIGH if high[index] else Side.BETWEEN)
    return tuple(found)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
