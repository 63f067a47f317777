"""What the settings of the framed wires change, beside what the golden transcripts show of the profiles as shipped."""

from __future__ import annotations

import pytest
from paper_cabinets import crc8
from profile_texts import changed_profile, driver_of
from virtual_wire import VirtualClock, VirtualWire

from archroom.core.plain.facts import Order, OrderKind, PlainStatus, Side
from archroom.drivers.plain import OrderNotBegun, PlainDriver
from archroom.drivers.plain_drivers import CARRIERS, Unit, check_carrier, plain_drivers
from archroom.drivers.ports import Carrier
from archroom.drivers.profile import Profile, WireKind
from archroom.drivers.profile_reading import SHIPPED, shipped_profile
from archroom.drivers.timing import Framing, stream_timing
from archroom.drivers.wire_settings import Columns
from archroom.errors import LinkError, UsageError

# -- columns


@pytest.mark.parametrize("low", ["left", "right"])
@pytest.mark.parametrize("fixed", ["left", "right", "none"])
def test_an_aisle_is_opened_by_a_column_beside_it_and_never_by_the_fixed_one(low: str, fixed: str) -> None:
    columns = Columns(low == "left", fixed)
    mobile = columns.asked(5)
    assert len(mobile) == (5 if fixed == "none" else 4)
    for aisle in range(6):
        column, side = columns.opening(aisle, 5)
        is_high_side = column == aisle
        assert is_high_side or column == aisle + 1
        assert (side == 2) is (is_high_side == (low == "left"))
        is_behind_the_fixed = aisle == (0 if columns.has_fixed_low else 5 if columns.has_fixed_high else -1)
        assert column in mobile or is_behind_the_fixed


def test_what_1_and_2_say_and_which_end_is_low_are_settings() -> None:
    assert Columns(True, "none").side(1) is Side.LOW
    assert Columns(True, "none", is_left_first=False).side(1) is Side.HIGH
    assert Columns(False, "none").side(1) is Side.HIGH
    assert Columns(False, "none", is_left_first=False).side(2) is Side.HIGH
    assert Columns(True, "none").side(5) is None


# -- z5


def z5(area: int, column: int, command: int, *data: int) -> bytes:
    """A frame of the Z5 wire."""
    body = bytes((0x55, 5 + len(data), 1, area, column, command, *data))
    return body + bytes((crc8(body), 0x68))


def z5_driver(*answers: bytes, carriages: int = 2, **settings: str) -> tuple[PlainDriver, VirtualWire, VirtualClock]:
    """A driver of two columns, the first fixed, without climate."""
    return driver_of(changed_profile("z5", climate="false", **settings), *answers, unit=2, carriages=carriages)


def test_a_push_of_motion_says_less_the_older_it_is() -> None:
    told = z5(2, 2, 0x01, 1)
    driver, wire, clock = z5_driver(told, told, told, told, told)
    wire.arrive(clock.now, z5(2, 2, 0x8C, 1))
    assert driver.status().status.is_moving is True
    clock.now += 61
    assert driver.status().status.is_moving is None, "no push for a minute: nobody knows"
    wire.arrive(clock.now, z5(2, 2, 0x8B, 1))
    assert driver.status().status.is_moving is True, "another may start in a moment"
    clock.now += 5
    status = driver.status().status
    assert status.is_moving is False
    assert dict(status.others)["push"].startswith("8b 2 1, 5 s")
    clock.now += 60
    assert driver.status().status.is_moving is None


def test_the_end_of_one_column_says_nothing_while_another_stands_between_two_places() -> None:
    """The push that the other one began may have been lost."""
    there, between, done = z5(2, 2, 0x01, 1), z5(2, 3, 0x01, 3), z5(2, 3, 0x01, 1)
    driver, wire, clock = z5_driver(there, between, there, between, there, done, carriages=3)
    wire.arrive(clock.now, z5(2, 2, 0x8B, 1))
    assert driver.status().status.is_moving is True
    clock.now += 5
    assert driver.status().status.is_moving is None
    assert driver.status().status.is_moving is False


def test_a_fixed_column_at_the_right_opens_with_the_other_command() -> None:
    driver, wire, _ = z5_driver(z5(2, 1, 0x01, 1), fixed_column='"right"', carriages=3)
    driver.order(Order(OrderKind.OPEN, aisle=1))
    assert wire.sent[0][1] == z5(2, 1, 0x82, 2, 1, 1)


def test_an_opening_is_received_if_something_begins_to_move_for_it() -> None:
    driver, wire, clock = z5_driver(b"", b"")
    wire.arrive(clock.now + 0.5, z5(2, 2, 0x8C, 1))
    driver.order(Order(OrderKind.OPEN, aisle=1))
    assert len(wire.sent) == 1
    wire.arrive(clock.now, z5(2, 2, 0x8C, 1))
    with pytest.raises(LinkError, match="does not answer"):
        driver.order(Order(OrderKind.OPEN, aisle=1))
    driver, wire, clock = z5_driver(b"")
    wire.arrive(clock.now + 0.5, z5(2, 2, 0x8C, 1))
    with pytest.raises(LinkError, match="does not answer"):
        driver.order(Order(OrderKind.CLOSE))
    assert len(wire.sent) == 1


def test_a_block_of_one_fixed_column_has_nothing_to_ask() -> None:
    driver, wire, clock = z5_driver(carriages=1)
    reading = driver.status()
    assert (reading.status.sides, reading.asked_at, wire.sent) == ((Side.UNKNOWN,), clock.now, [])


def test_an_order_that_gives_way_has_not_begun_and_there_is_no_heartbeat() -> None:
    profile = shipped_profile("z5")
    clock = VirtualClock()
    wire = VirtualWire(clock, stream_timing(Framing.MBAP), lambda data, now: [])
    driver = plain_drivers(profile, wire, {1: Unit(2, 4)}, lambda: True, clock)[1]
    with pytest.raises(OrderNotBegun, match="more urgent"):
        driver.order(Order(OrderKind.CLOSE))
    with pytest.raises(UsageError, match="no heartbeat"):
        driver.keep_alive()
    with pytest.raises(LinkError, match="more urgent"):
        driver.status()
    assert not wire.sent


# -- wkl


def wkl(command: int, data: bytes, *, has_length: bool = True) -> bytes:
    """A frame of the WKL wire."""
    body = bytes((0x68, 0x55, 0, 192, 168, 1, 7, 0x68, command)) + (bytes((len(data),)) if has_length else b"") + data
    return body + bytes((crc8(body), 0x16))


@pytest.mark.parametrize("has_length", [False, True])
def test_a_frame_without_data_has_a_length_only_if_the_setting_says_so(has_length: bool) -> None:
    profile = changed_profile("wkl", empty_frame_has_length=str(has_length).lower(), climate_command="0")
    driver, wire, _ = driver_of(profile, wkl(0x84, b"\x02\x02\x03\x01"), unit=7, carriages=3)
    assert driver.status().status.sides == (Side.UNKNOWN, Side.LOW, Side.HIGH)
    assert wire.sent[0][1] == wkl(0x04, b"", has_length=has_length)


@pytest.mark.parametrize(
    ("data", "is_believed"),
    [
        (b"\x01\x09\x02\x02\x03\x01", True),
        (b"\x02\x02\x03\x01\x03\x01", False),
        (b"\x01\x02\x01\x02\x02\x02", False),
        (b"\x02\x02\x03\x01\x04\x01", False),
    ],
)
def test_a_fixed_column_may_be_told_too_and_no_other(data: bytes, is_believed: bool) -> None:
    driver, _, _ = driver_of(changed_profile("wkl", climate_command="0"), wkl(0x84, data), unit=7, carriages=3)
    if is_believed:
        assert driver.status().status.sides == (Side.UNKNOWN, Side.LOW, Side.HIGH)
    else:
        with pytest.raises(LinkError, match="other columns"):
            driver.status()


def test_an_answer_without_data_and_length_is_no_answer() -> None:
    driver, _, _ = driver_of(changed_profile("wkl"), wkl(0x84, b"", has_length=False), unit=7)
    with pytest.raises(LinkError):
        driver.status()


def test_to_close_names_the_column_and_side_of_the_setting() -> None:
    profile = changed_profile("wkl", orders='["open", "close"]', close_column="3", close_side="2")
    driver, wire, _ = driver_of(profile, wkl(0x81, b"\0"), unit=7)
    driver.order(Order(OrderKind.CLOSE))
    assert wire.sent[0][1] == wkl(0x01, b"\x03\x02")


# -- web

ALL = '["open", "close", "ventilate", "jog", "lock", "unlock", "wake"]'
TAKEN = b'HTTP/1.0 200 OK\r\n\r\n{"data":1}'


def writing(opens_with: str = "low", **settings: str) -> Profile:
    """The web profile with writing turned on."""
    return changed_profile("mjj-web", orders=ALL, writing="true", opens_with=f'"{opens_with}"', **settings)


@pytest.mark.parametrize(
    ("order", "opens_with", "low_end", "asked"),
    [
        (Order(OrderKind.OPEN, aisle=2), "low", "left", "LeftMove&ColumnNo=2"),
        (Order(OrderKind.OPEN, aisle=2), "high", "left", "RightMove&ColumnNo=3"),
        (Order(OrderKind.OPEN, aisle=2), "low", "right", "RightMove&ColumnNo=2"),
        (Order(OrderKind.JOG, carriage=2, is_towards_low=True), "low", "left", "LeftMove&ColumnNo=2"),
        (Order(OrderKind.JOG, carriage=2), "low", "left", "RightMove&ColumnNo=2"),
        (Order(OrderKind.CLOSE), "low", "left", "Reset"),
        (Order(OrderKind.VENTILATE), "low", "left", "Ventilate"),
        (Order(OrderKind.LOCK), "low", "left", "Lock"),
        (Order(OrderKind.UNLOCK), "low", "left", "UnLock"),
        (Order(OrderKind.WAKE), "low", "left", "PowerOn_YDL"),
    ],
)
def test_each_order_is_one_get_where_writing_is_on(order: Order, opens_with: str, low_end: str, asked: str) -> None:
    driver, wire, _ = driver_of(writing(opens_with, low_end=f'"{low_end}"'), TAKEN)
    driver.order(order)
    assert [data.split(b" ")[1].decode() for _, data in wire.sent] == [f"/MjjWebApi?Op={asked}"]


@pytest.mark.parametrize(
    "order", [Order(OrderKind.OPEN), Order(OrderKind.OPEN, aisle=0), Order(OrderKind.JOG), Order(OrderKind.JOG, carriage=5)]
)
def test_an_order_that_names_no_carriage_is_refused(order: Order) -> None:
    driver, wire, _ = driver_of(writing(), TAKEN)
    with pytest.raises(UsageError, match="does not say which"):
        driver.order(order)
    assert not wire.sent


@pytest.mark.parametrize("told", [b'{"data":"0"}', b'{"data":[]}', b'{"error":1}', b"[]", b'{"data":"1","more":1}', b"1"])
def test_only_a_1_says_that_an_order_was_taken(told: bytes) -> None:
    driver, wire, _ = driver_of(writing(), b"HTTP/1.1 200 OK\r\n\r\n" + told)
    with pytest.raises(LinkError):
        driver.order(Order(OrderKind.CLOSE))
    assert len(wire.sent) == 1


def area(more: str = "") -> str:
    """The JSON of one area, with something more in it."""
    return '{"data":[{"QUNO":1,"ColumnStatus":"1222"' + more + "}]}"


def web_status(body: str, head: str = "", **settings: str) -> PlainStatus:
    """What the web driver says of an answer."""
    reply = f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body.encode("gb18030")
    driver, _, _ = driver_of(changed_profile("mjj-web", **settings), reply)
    return driver.status().status


def test_the_scales_are_settings_and_what_is_missing_is_not_told() -> None:
    more = ',"Temp":205,"Hum":4550,"MJJZTLXName":"正常"'
    status = web_status(area(more), temperature_divisor="10", humidity_divisor="100")
    assert (status.temperature_c, status.humidity_percent, status.is_enabled) == (20.5, 45.5, None)
    assert ("MJJZTLXName", "正常") in status.others
    assert web_status(area()).temperature_c is None


def test_a_fixed_column_may_have_a_digit_and_nothing_is_believed_of_it() -> None:
    for digits in ("122", "9122"):
        body = '{"data":[{"QUNO":"01","ColumnStatus":"' + digits + '"}]}'
        sides = web_status(body, fixed_column='"left"').sides
        assert sides == (Side.UNKNOWN, Side.LOW, Side.HIGH, Side.HIGH)


@pytest.mark.parametrize(
    "body",
    [
        '{"data":[{"QUNO":1,"ColumnStatus":1222}]}',
        '{"data":[{"QUNO":1,"ColumnStatus":"12२2"}]}',
        '{"data":[{"QUNO":1}]}',
        area(',"IsBJ":"maybe"'),
        area(',"Temp":1e9'),
        area(',"Temp":NaN'),
        '{"data":{}}',
        "{}",
        "[" * 100_000,
    ],
)
def test_an_answer_that_cannot_be_is_not_believed(body: str) -> None:
    with pytest.raises(LinkError):
        web_status(body)


GOOD = area()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"Content-Length: {len(GOOD) + 1}\r\n", GOOD),
        (f"Content-Length: {len(GOOD) - 1}\r\n", GOOD),
        ("Content-Length: many\r\n", GOOD),
        ("Content-Length: 99999999999\r\n", GOOD),
        (f"Content-Length: 000001{'9' * 5000}\r\n", GOOD),
        ("Transfer-Encoding: chunked\r\n", GOOD),
        ("Transfer-Encoding: chunked\r\n", f"{len(GOOD):x}\r\n{GOOD}\r\n"),
        ("Transfer-Encoding: chunked\r\n", f"{len(GOOD):x}\r\n{GOOD}xx0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
    ],
)
def test_an_answer_that_is_not_as_long_as_it_says_is_not_believed(head: str, body: str) -> None:
    with pytest.raises(LinkError):
        web_status(body, head)


@pytest.mark.parametrize("first", ["HTTP/2 200 OK", "HTTP/1.1 OK", "HTTP/1.1", "SIP/2.0 200 OK", f"HTTP/1.1 {'2' * 5000}"])
def test_what_is_no_http_is_not_believed(first: str) -> None:
    driver, _, _ = driver_of(shipped_profile("mjj-web"), f"{first}\r\n\r\n{GOOD}".encode())
    with pytest.raises(LinkError):
        driver.status()


# -- which port carries which wire


def test_a_profile_needs_a_port_that_can_carry_it() -> None:
    assert set(CARRIERS) == set(WireKind)
    for name in SHIPPED:
        profile = shipped_profile(name)
        for carrier in Carrier:
            if carrier in CARRIERS[profile.wire]:
                check_carrier(profile, carrier, "url")
            else:
                with pytest.raises(UsageError, match="url: .* needs a port of"):
                    check_carrier(profile, carrier, "url")


def test_a_sensor_is_no_controller() -> None:
    with pytest.raises(UsageError, match="no controller of shelving"):
        driver_of(shipped_profile("climate-sensor"))
