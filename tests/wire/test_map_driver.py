"""The driver of any register map: what it decodes, in how few reads, and how it writes; beside the golden transcripts."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from virtual_wire import VirtualClock, VirtualWire

from archroom.core.controllers import Fault, Mode
from archroom.core.plain.facts import Alarm, Order, OrderKind, PlainStatus, Side
from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.line_state import LineState
from archroom.drivers.map_driver import MapDriver
from archroom.drivers.plain import OrderNotBegun
from archroom.drivers.profile_reading import parse_profile, shipped_profile
from archroom.drivers.pulses import RELEASES
from archroom.drivers.timing import Framing, stream_timing
from archroom.errors import LinkError, UsageError

HEAD = """[profile]
name = "own"
title = "Own controller"
wire = "modbus"
proof = "users-code"
source = "a test"
[can]
stops_when_host_is_silent = "unknown"
"""
WRITES = """
[write.target]
table = "holding"
address = 10
style = "level"
read_back = true
[write.go]
table = "coils"
address = 1
style = "pulse"
hold_ms = 100
[write.halt]
table = "coils"
address = 2
style = "level"
read_back = false
[write.beat]
table = "holding"
address = 11
style = "level"
read_back = false
[write.low]
table = "coils"
address = 3
style = "pulse"
hold_ms = 100
[order.open]
steps = [{ write = "target", argument = "aisle", add = 10 }, { write = "go" }]
[order.jog]
steps = [{ write = "target", argument = "carriage" }, { write = "go" }]
[order.jog-low]
steps = [{ write = "target", argument = "carriage" }, { write = "low" }]
[order.close]
steps = [{ write = "target", value = 99 }, { write = "go" }]
[stop]
steps = [{ write = "halt", value = 1 }, { write = "target", value = 0 }]
[lease]
write = "beat"
period_ms = 200
silence_ms = 1000
"""


class Registers:
    """A Modbus TCP controller that is nothing but four tables."""

    def __init__(self) -> None:
        self.tables: dict[int, dict[int, int]] = {1: {}, 2: {}, 3: {}, 4: {}}
        self.asked: list[tuple[int, int, int]] = []
        """Function, address, and count or value."""
        self.is_silent: Callable[[int, int], bool] = lambda function, address: False
        self.is_deaf: Callable[[int, int], bool] = lambda function, address: False
        """Whether a write is answered and does nothing."""

    def __call__(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        function, address, value = struct.unpack(">BHH", data[7:12])
        self.asked.append((function, address, value))
        if function in (1, 2):
            bits = [self.tables[function].get(address + at, 0) for at in range(value)]
            packed = sum(bit << at for at, bit in enumerate(bits)).to_bytes((value + 7) // 8, "little")
            pdu = bytes((function, len(packed))) + packed
        elif function in (3, 4):
            words = [self.tables[function].get(address + at, 0) for at in range(value)]
            pdu = bytes((function, 2 * value)) + struct.pack(f">{value}H", *words)
        else:
            if not self.is_deaf(function, address):
                self.tables[1 if function == 5 else 3][address] = value >> 15 if function == 5 else value
            pdu = data[7:]
        if self.is_silent(function, address):
            return []
        return [(now + 0.001, data[:4] + struct.pack(">HB", len(pdu) + 1, data[6]) + pdu)]


def driver_of(
    text: str, carriages: int = 3, is_urgent: Callable[[], bool] | None = None
) -> tuple[MapDriver, Registers, VirtualClock]:
    """A driver of a profile, its controller and clock."""
    clock, registers = VirtualClock(), Registers()
    wire = VirtualWire(clock, stream_timing(Framing.MBAP), registers)
    line = Line(wire, clock, LineState(wire.timing))
    return MapDriver(line, 1, parse_profile(text.encode()), carriages, is_urgent, clock), registers, clock


def signal(means: str, table: str, address: int, more: str = "", poll: str = "fast") -> str:
    """A signal of a profile, named after what it means and where it stands."""
    rows = (f'table = "{table}"', f"address = {address}", f'means = "{means}"', f'poll = "{poll}"', *more.split(";"))
    return f"[signal.{means}-{address}]\n" + "\n".join(row.strip() for row in rows) + "\n"


def status_of(signals: str, fill: dict[int, dict[int, int]], carriages: int = 3) -> PlainStatus:
    """What a profile of these signals says of these registers."""
    driver, registers, _ = driver_of(HEAD + signals, carriages)
    for function, values in fill.items():
        registers.tables[function].update(values)
    return driver.status().status


FLOAT = struct.unpack(">HH", struct.pack(">f", 21.5))


@pytest.mark.parametrize(
    ("more", "words", "value"),
    [
        ("", (40_000,), 40_000),
        ('type = "i16"', (0xFFFF,), -1),
        ('type = "u32"', (1, 2), 65_538),
        ('type = "u32"; low_word_first = true', (2, 1), 65_538),
        ('type = "i32"', (0xFFFF, 0xFFFE), -2),
        ('type = "f32"', FLOAT, 21.5),
        ('type = "i16"; multiply = 0.1; add = -20', (250,), 5.0),
    ],
)
def test_a_number_is_decoded_by_its_type_and_scale(more: str, words: tuple[int, ...], value: float) -> None:
    registers = {100 + at: word for at, word in enumerate(words)}
    assert status_of(signal("temperature", "holding", 100, more), {3: registers}).temperature_c == pytest.approx(value)
    assert status_of(signal("temperature", "input", 100, more), {4: registers}).temperature_c == pytest.approx(value)


NO_NUMBERS = (float("nan"), float("inf"), float("-inf"))


@pytest.mark.parametrize("strange", NO_NUMBERS)
def test_what_is_no_number_is_no_climate_and_no_place(strange: float) -> None:
    registers = {100: 1} | dict(zip((200, 201), struct.unpack(">HH", struct.pack(">f", strange)), strict=True))
    moving = signal("moving", "coils", 5)
    status = status_of(moving + signal("temperature", "holding", 200, 'type = "f32"'), {3: registers})
    assert (status.is_moving, status.temperature_c) == (False, None)
    for means in ("open-aisle", "people", "counter"):
        with pytest.raises(LinkError, match="no number"):
            status_of(moving + signal(means, "holding", 200, 'type = "f32"'), {3: registers})


@pytest.mark.parametrize(
    ("more", "value", "says"),
    [
        ("bit = 3", 8, True),
        ("bit = 3", 4, False),
        ("bit = 3; inverted = true", 8, False),
        ("equals = 7", 7, True),
        ("equals = 7", 8, False),
        ("equals = 7; inverted = true", 8, True),
    ],
)
def test_a_yes_or_no_of_a_register_is_a_bit_or_a_value(more: str, value: int, says: bool) -> None:
    assert status_of(signal("moving", "holding", 100, more), {3: {100: value}}).is_moving is says


def test_a_bit_may_be_inverted_and_may_say_the_opposite() -> None:
    assert status_of(signal("standing", "coils", 5), {1: {5: 1}}).is_moving is False
    assert status_of(signal("disabled", "discrete", 5, "inverted = true"), {2: {5: 1}}).is_enabled is True
    assert status_of(signal("automatic", "coils", 5), {1: {5: 1}}).mode is Mode.AUTOMATIC
    assert status_of(signal("manual", "coils", 5), {1: {5: 1}}).mode is Mode.LOCAL
    assert status_of(signal("enabled", "coils", 5), {}).is_enabled is False


def test_what_there_is_of_each_carriage_and_aisle_is_told_of_each() -> None:
    signals = (
        signal("at-low", "discrete", 20, "step = 16")
        + signal("at-high", "discrete", 21, "step = 16")
        + signal("locked", "discrete", 22, "step = 16")
        + signal("occupied", "coils", 100, "step = 1")
        + signal("position", "holding", 200, "step = 2; type = 'u32'; multiply = 0.5")
    )
    bits = {20: 1, 36 + 1: 1, 52: 1, 53: 1, 52 + 16: 1, 54 + 16: 1}
    fill = {2: bits, 1: {102: 1, 104: 1}, 3: {201: 100, 203: 301, 207: 7}}
    status = status_of(signals, fill, 5)
    assert status.sides == (Side.LOW, Side.HIGH, Side.BOTH, Side.LOCKED, Side.BETWEEN)
    assert status.occupied_aisles == frozenset({2, 4})
    assert status.positions_mm == (50, 150, 0, 4, 0)
    without_locks = status_of(signal("at-low", "coils", 0, "step = 2") + signal("at-high", "coils", 1, "step = 2"), {}, 2)
    assert without_locks.sides == (Side.BETWEEN, Side.BETWEEN)
    assert status_of(signal("at-low", "coils", 0, "step = 2"), {}).sides is None


def test_numbers_and_alarms_are_told_as_they_come() -> None:
    signals = (
        signal("open-aisle", "holding", 1)
        + signal("people", "holding", 2)
        + signal("carriages", "holding", 3)
        + signal("counter", "holding", 4)
        + signal("humidity", "holding", 5)
        + signal("other", "holding", 6)
        + signal("alarm", "coils", 1, 'fault = "beam"; notation = "M1"')
        + signal("alarm", "coils", 2, 'fault = "drive"')
        + signal("alarm", "coils", 3, 'fault = "edge"')
    )
    status = status_of(signals, {3: {number: number * 10 for number in range(7)}, 1: {1: 1, 2: 1}})
    assert (status.open_aisle, status.people_inside, status.carriages, status.freshness) == (10, 20, 30, 40)
    assert (status.humidity_percent, status.others) == (50.0, (("other-6", "60"),))
    assert status.alarms == (Alarm(Fault.BEAM, "M1"), Alarm(Fault.DRIVE, "alarm-2"))


def test_neighbours_are_read_together_within_the_limit_and_nothing_else_is_read() -> None:
    signals = "".join(signal("other", "holding", at) for at in (0, 1, 2, 3, 4, 10)) + "".join(
        signal("other", "holding", at, 'type = "u32"') for at in (20, 21)
    )
    driver, registers, _ = driver_of(HEAD + "[read]\nmost_registers = 3\n" + signals)
    driver.status()
    assert registers.asked == [(3, 0, 3), (3, 3, 2), (3, 10, 1), (3, 20, 3)]


def test_slow_signals_are_read_once_in_a_while_and_remembered() -> None:
    driver, registers, clock = driver_of(
        HEAD + signal("moving", "coils", 1) + signal("temperature", "holding", 1, poll="slow")
    )
    registers.tables[3][1] = 20
    assert driver.status().status.temperature_c == 20
    registers.tables[3][1] = 21
    assert driver.status().status.temperature_c == 20
    clock.now += 5
    assert driver.status().status.temperature_c == 21
    assert [function for function, _, _ in registers.asked] == [1, 3, 1, 1, 3]


def test_a_slow_signal_that_was_not_answered_is_not_told() -> None:
    driver, registers, _ = driver_of(HEAD + signal("moving", "coils", 1) + signal("temperature", "holding", 1, poll="slow"))
    registers.is_silent = lambda function, address: function == 3
    with pytest.raises(LinkError):
        driver.status()
    status = driver.status().status
    assert (status.is_moving, status.temperature_c) == (False, None)


def test_without_fast_signals_a_status_is_of_now() -> None:
    driver, _, clock = driver_of(HEAD + signal("temperature", "holding", 1, poll="slow"))
    assert driver.status().asked_at == clock.now


def test_a_profile_of_another_wire_is_no_map() -> None:
    clock = VirtualClock()
    line = Line(VirtualWire(clock, stream_timing(Framing.MBAP), Registers()), clock)
    with pytest.raises(ValueError, match="no map"):
        MapDriver(line, 1, shipped_profile("z5"), 3)


# -- orders

OWN = HEAD + WRITES


def writes(registers: Registers) -> list[tuple[int, int, int]]:
    """What was written."""
    return [asked for asked in registers.asked if asked[0] in (5, 6)]


@pytest.mark.parametrize(
    ("order", "target", "coil"),
    [
        (Order(OrderKind.OPEN, aisle=2), 12, 1),
        (Order(OrderKind.JOG, carriage=3), 3, 1),
        (Order(OrderKind.JOG, carriage=3, is_towards_low=True), 3, 3),
        (Order(OrderKind.CLOSE), 99, 1),
    ],
)
def test_an_order_sets_its_target_and_pulses_once(order: Order, target: int, coil: int) -> None:
    driver, registers, clock = driver_of(OWN)
    before = clock.now
    driver.order(order)
    assert writes(registers) == [(6, 10, target), (5, coil, 0xFF00), (5, coil, 0)]
    assert clock.now - before >= 0.1


def test_a_jog_towards_low_without_a_word_of_its_own_is_the_other_jog() -> None:
    text = OWN.replace('[order.jog-low]\nsteps = [{ write = "target", argument = "carriage" }, { write = "low" }]\n', "")
    start = text.index("[write.low]")
    text = text[:start] + text[text.index("[order.open]") :]
    driver, registers, _ = driver_of(text)
    driver.order(Order(OrderKind.JOG, carriage=3, is_towards_low=True))
    assert writes(registers)[-1] == (5, 1, 0)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order(OrderKind.VENTILATE), "knows no such order"),
        (Order(OrderKind.OPEN), "does not say which aisle"),
        (Order(OrderKind.OPEN, aisle=-11), "does not say which aisle"),
        (Order(OrderKind.JOG), "does not say which carriage"),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused_unsent(order: Order, words: str) -> None:
    driver, registers, _ = driver_of(OWN)
    with pytest.raises(UsageError, match=words):
        driver.order(order)
    assert not registers.asked


def test_a_target_that_reads_back_otherwise_is_no_order() -> None:
    driver, registers, _ = driver_of(OWN)
    registers.is_deaf = lambda function, address: function == 6
    with pytest.raises(OrderNotBegun, match="target was set to 12 and reads 0"):
        driver.order(Order(OrderKind.OPEN, aisle=2))
    assert writes(registers) == [(6, 10, 12)]


def test_a_pulse_without_an_answer_is_released_and_nobody_knows() -> None:
    driver, registers, _ = driver_of(OWN)
    lost = iter([True])
    registers.is_silent = lambda function, address: function == 5 and next(lost, False)
    with pytest.raises(ExchangeFailed) as failed:
        driver.order(Order(OrderKind.OPEN, aisle=2))
    assert not isinstance(failed.value, OrderNotBegun)
    assert writes(registers)[1:] == [(5, 1, 0xFF00), (5, 1, 0)]


def test_a_release_is_tried_again_and_then_given_up() -> None:
    driver, registers, _ = driver_of(OWN)
    registers.is_silent = lambda function, address: function == 5
    with pytest.raises(ExchangeFailed):
        driver.order(Order(OrderKind.OPEN, aisle=2))
    assert writes(registers)[1:] == [(5, 1, 0xFF00)] + [(5, 1, 0)] * RELEASES


def test_an_order_that_gives_way_has_not_begun_but_a_pulse_that_has_is_released() -> None:
    driver, registers, _ = driver_of(OWN, is_urgent=lambda: True)
    with pytest.raises(OrderNotBegun):
        driver.order(Order(OrderKind.OPEN, aisle=2))
    assert not registers.asked
    text = HEAD + WRITES.replace('{ write = "target", argument = "aisle", add = 10 }, ', "")
    driver, registers, _ = driver_of(text, is_urgent=lambda: True)
    with pytest.raises(OrderNotBegun):
        driver.order(Order(OrderKind.OPEN, aisle=2))
    assert not registers.asked
    asked: list[Registers] = []
    driver, registers, clock = driver_of(text, is_urgent=lambda: bool(asked and asked[0].asked))
    asked.append(registers)
    before = clock.now
    driver.order(Order(OrderKind.OPEN, aisle=2))
    assert writes(registers) == [(5, 1, 0xFF00), (5, 1, 0)]
    assert clock.now - before < 0.05, "what is urgent shortens the pulse"


def test_a_stop_gives_way_to_nothing_and_reads_nothing_back() -> None:
    driver, registers, _ = driver_of(OWN, is_urgent=lambda: True)
    driver.stop()
    assert registers.asked == [(5, 2, 0xFF00), (6, 10, 0)]


def test_a_stop_may_be_a_pulse() -> None:
    text = OWN.replace(
        'steps = [{ write = "halt", value = 1 }, { write = "target", value = 0 }]', 'steps = [{ write = "go" }]'
    )
    start = text.index("[write.halt]")
    driver, registers, _ = driver_of(text[:start] + text[text.index("[write.beat]") :], is_urgent=lambda: True)
    driver.stop()
    assert registers.asked == [(5, 1, 0xFF00), (5, 1, 0)]


def test_beats_count_on_and_what_there_is_not_is_refused() -> None:
    driver, registers, _ = driver_of(OWN)
    driver.keep_alive()
    driver.keep_alive()
    assert registers.asked == [(6, 11, 1), (6, 11, 2)]
    assert driver.capabilities.lease_period_s == 0.2
    bare, registers, _ = driver_of(HEAD + signal("moving", "coils", 1))
    for act in (bare.stop, bare.keep_alive):
        with pytest.raises(UsageError):
            act()
    registers.is_silent = lambda function, address: True
    with pytest.raises(LinkError):
        bare.status()
