"""Each shipped profile's driver against a simulated controller of its make, written by others from the same pages.

Over real sockets and ptys: the status is read, an aisle is opened and seen to be open, a stop stops where there is one, a
controller that falls silent is told from one that answers. Settings stand where the pages leave something open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from plain_wire import LOOPBACK
from profile_texts import changed_profile
from simulator_process import SMALL_ROOM

from archroom.core.controllers import Mode
from archroom.core.plain.facts import Order, OrderKind, PlainStatus, PositionSense, Side
from archroom.core.plain.rules import standing_problem
from archroom.core.plain.watch import impossibility, open_aisles
from archroom.core.rooms import Block
from archroom.drivers.climate import ClimateSensor
from archroom.drivers.line import Line
from archroom.drivers.plain import PlainDriver
from archroom.drivers.plain_drivers import Unit, check_carrier, plain_drivers
from archroom.drivers.ports import open_port, parse_port
from archroom.drivers.profile_reading import shipped_profile
from archroom.drivers.wire_settings import ClimateSettings
from archroom.errors import LinkError, UsageError
from archroom.exchange.roomfile import sample_room
from hardware_sim import RunningSimulator

PATIENCE_S = 20.0
WRITING = {"writing": "true", "opens_with": '"low"', "orders": '["open", "close", "ventilate", "lock", "unlock", "wake"]'}


@dataclass(frozen=True)
class Make:
    """One make on one wire, the choices of its simulator and the settings of its driver."""

    profile: str
    wire: str
    choices: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def capabilities_tell(self) -> PositionSense:
        """How its positions are told."""
        return shipped_profile(self.profile).capabilities.position_sense


MAKES = {
    "fatek-coils": Make("fatek-coils", "tcp"),
    "stow-wms": Make("stow-wms", "tcp", settings={"alarm_bits_inverted": '"no"'}),
    "stow-wms, long and inverted": Make(
        "stow-wms",
        "tcp",
        {"request": "long", "alarm_bits": "inverted", "number_of_aisle_0": "1"},
        {"request": '"long"', "alarm_bits_inverted": '"yes"', "aisle_offset": "1"},
    ),
    "z5": Make("z5", "udp"),
    "z5 that answers an opening": Make(
        "z5",
        "udp",
        {"checksum": "xor8", "answer_to_open": "status"},
        {"checksum": '"xor8"', "polynomial": "", "reflected": ""},
    ),
    "wkl": Make("wkl", "tcp"),
    "wkl on a serial line": Make("wkl", "pty"),
    "wkl, left is 1 and lengths always": Make(
        "wkl",
        "tcp",
        {"status_codes": "left_is_1", "empty_frames": "with_length", "crc_polynomial": "49", "crc_reflected": "yes"},
        {"tells": '"1-left-2-right"', "empty_frame_has_length": "true", "polynomial": "0x31", "reflected": "true"},
    ),
    "mjj-web": Make("mjj-web", "http", settings=WRITING),
    "mjj-web in numbers and hundredths": Make(
        "mjj-web", "http", {"values": "number", "hum": "hundredths"}, {**WRITING, "humidity_divisor": "100"}
    ),
}


@dataclass
class Meeting:
    """A driver and a simulated controller that are connected."""

    make: Make
    simulator: RunningSimulator
    driver: PlainDriver
    block: Block

    def status(self) -> PlainStatus:
        """Read once; nothing that is told may be impossible."""
        status = self.driver.status().status
        assert impossibility(self.block, status) is None
        return status

    def seen(self, condition: Callable[[PlainStatus], bool]) -> bool:
        """Read until something is told, or patience ends."""
        ends_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_at:
            if condition(self.status()):
                return True
        return False

    def open_aisles(self, status: PlainStatus) -> frozenset[int]:
        """The aisles that are seen to be open."""
        return open_aisles(self.block, status, self.make.capabilities_tell)


def simulated(profile: str, wire: str, speed: float = 1.0, choices: Mapping[str, str] | None = None) -> RunningSimulator:
    """A simulator of the small sample room with one wire."""
    ends = {name: LOOPBACK if wire == name else None for name in ("tcp", "rtu_tcp", "udp", "http")}
    return RunningSimulator(
        SMALL_ROOM,
        tcp=ends["tcp"],
        rtu_tcp=ends["rtu_tcp"],
        udp=ends["udp"],
        http=ends["http"],
        pty=wire == "pty",
        speed=speed,
        profile=profile,
        choices=choices,
    )


@contextmanager
def met(make: Make, speed: float = 20.0) -> Iterator[Meeting]:
    """Connect a driver with a simulator of the small sample room."""
    block = sample_room("small").blocks[0]
    patience = {} if make.profile == "fatek-coils" else {"answer_ms": "500"}
    profile = changed_profile(make.profile, **patience, **make.settings)
    with simulated(make.profile, make.wire, speed, {"warning_ms": "100", **make.choices}) as simulator:
        url = url_of(make, simulator.endpoints[make.wire])
        check_carrier(profile, parse_port(url).carrier, url)
        wire = open_port(url)
        try:
            drivers = plain_drivers(profile, wire, {block.number: Unit(block.number, len(block.carriages))})
            yield Meeting(make, simulator, drivers[block.number], block)
        finally:
            wire.close()


def url_of(make: Make, endpoint: str) -> str:
    """The simulator calls each TCP port tcp; to all but Modbus it is a bare stream."""
    return endpoint.replace("tcp://", "socket://") if make.profile in ("stow-wms", "wkl") else endpoint


@pytest.fixture(params=MAKES)
def meeting(request: pytest.FixtureRequest) -> Iterator[Meeting]:
    """Each make in turn."""
    with met(MAKES[request.param]) as found:
        yield found


def test_a_status_tells_what_is_so(meeting: Meeting) -> None:
    can, status = meeting.driver.capabilities, meeting.status()
    assert (status.is_moving is False) is can.tells_motion
    assert (status.mode is Mode.AUTOMATIC) is can.tells_mode
    assert status.is_enabled is not False
    assert status.alarms == ()
    if can.position_sense is PositionSense.SIDES:
        assert meeting.open_aisles(status) == {1}
    if can.tells_fresh:
        assert meeting.status().freshness != status.freshness


def test_the_climate_is_what_is_measured_also_at_zero(meeting: Meeting) -> None:
    if meeting.make.profile == "stow-wms":
        assert meeting.status().temperature_c is None
        return
    meeting.simulator.control("climate", unit=1, temperature_c=0.0, humidity_percent=45.5)
    status = meeting.status()
    assert status.temperature_c == pytest.approx(0.0, abs=0.05)
    assert status.humidity_percent == pytest.approx(45.5, abs=0.05)


def test_an_aisle_is_opened_and_seen_to_be_open(meeting: Meeting) -> None:
    meeting.status()
    meeting.driver.order(Order(OrderKind.OPEN, aisle=4))
    if meeting.make.capabilities_tell is PositionSense.NOTHING:
        assert meeting.seen(lambda status: status.is_moving is True)
        assert meeting.seen(lambda status: status.is_moving is False)
    else:
        assert meeting.seen(lambda status: meeting.open_aisles(status) == {4})
    assert meeting.simulator.wait_until(1, lambda truth: truth["open_aisles"] == [4], PATIENCE_S)


def test_a_stop_stops_where_there_is_one() -> None:
    """At a pace at which it is certainly still moving when the stop comes."""
    for name in ("fatek-coils", "mjj-web"):
        with met(MAKES[name], speed=2.0) as meeting:
            meeting.driver.order(Order(OrderKind.OPEN, aisle=4))
            assert meeting.simulator.wait_until(1, lambda truth: truth["state"] == "moving", PATIENCE_S), name
            meeting.driver.stop()
            assert meeting.simulator.wait_until(1, lambda truth: truth["state"] not in ("moving", "stopping"), PATIENCE_S)
            truth = meeting.simulator.truth(1)
            assert (truth["still"], truth["open_aisles"] == [4]) == (True, False), name


@pytest.mark.parametrize("name", ["stow-wms", "z5", "wkl"])
def test_without_a_stop_none_is_claimed(name: str) -> None:
    with met(MAKES[name]) as meeting, pytest.raises(UsageError, match="has no stop"):
        meeting.driver.stop()


def test_a_controller_that_falls_silent_is_no_answer(meeting: Meeting) -> None:
    meeting.status()
    meeting.simulator.control("silent", unit=1, on=True)
    with pytest.raises(LinkError, match="does not answer"):
        meeting.status()
    meeting.simulator.control("silent", unit=1, on=False)
    assert meeting.status().alarms == ()


@pytest.mark.parametrize("name", ["fatek-coils", "stow-wms", "stow-wms, long and inverted", "mjj-web"])
def test_an_emergency_stop_is_an_alarm(name: str) -> None:
    with met(MAKES[name]) as meeting:
        meeting.simulator.control("emergency_stop", unit=1, pressed=True)
        assert meeting.seen(lambda status: bool(status.alarms))


def test_the_stow_link_as_shipped_and_as_recorded_is_no_healthy_installation() -> None:
    with met(Make("stow-wms", "tcp")) as meeting:
        assert [alarm.code for alarm in meeting.status().alarms] == ["8.0-9.4"]
    for inverted in ("yes", "no", "unknown"):
        settings = {"alarm_bits_inverted": f'"{inverted}"', "counts_carriages": "false"}
        with met(Make("stow-wms", "tcp", {"reply": "recorded"}, settings)) as meeting:
            assert meeting.status().alarms


# -- z5: what is told unasked


def test_what_z5_tells_unasked_is_motion_and_alarm() -> None:
    with met(MAKES["z5"], speed=2.0) as meeting:
        meeting.status()
        meeting.driver.order(Order(OrderKind.OPEN, aisle=4))
        assert meeting.seen(lambda status: status.is_moving is True)
        meeting.simulator.control("emergency_stop", unit=1, pressed=True)
        assert meeting.seen(lambda status: bool(status.alarms))
        code = meeting.status().alarms[0].code
        assert code.startswith("89: ")
        problem = standing_problem(meeting.block, shipped_profile("z5").capabilities, meeting.status())
        assert problem is not None
        assert "never says that one is over" in problem.english(), "what to do next is told"
        meeting.simulator.control("emergency_stop", unit=1, pressed=False)
        meeting.simulator.control("reset", unit=1)
        assert meeting.status().alarms, "it stays until something is seen to move again"


def test_z5_ventilates_and_closes_and_what_ends_in_between_tells_no_end() -> None:
    with met(Make("z5", "udp", settings={"push_life_ms": "1000"})) as meeting:
        meeting.status()
        meeting.driver.order(Order(OrderKind.VENTILATE))
        assert meeting.seen(lambda status: status.is_moving is True)
        assert meeting.seen(lambda status: status.sides is not None and set(status.sides[1:]) == {Side.BETWEEN})
        assert meeting.seen(lambda status: status.is_moving is None)
        meeting.driver.order(Order(OrderKind.CLOSE))
        assert meeting.seen(lambda status: status.sides is not None and set(status.sides[1:]) == {Side.LOW})


def test_z5_with_another_checksum_is_silence_or_damage_and_nothing_moves() -> None:
    with met(Make("z5", "udp", {"checksum": "sum8"})) as meeting:
        for act in (meeting.status, lambda: meeting.driver.order(Order(OrderKind.OPEN, aisle=4))):
            with pytest.raises(LinkError):
                act()
        assert meeting.simulator.truth(1)["open_aisles"] == [1]


def test_wkl_closes_by_two_bytes_and_a_result_without_data_is_no_receipt() -> None:
    settings = {"orders": '["open", "close"]'}
    with met(Make("wkl", "tcp", settings=settings)) as meeting:
        meeting.driver.order(Order(OrderKind.CLOSE))
        meeting.status()
    with met(Make("wkl", "tcp", {"result_frames": "empty"}, settings)) as meeting, pytest.raises(LinkError):
        meeting.driver.order(Order(OrderKind.CLOSE))


# -- mjj-web


def test_the_web_as_shipped_moves_nothing_and_a_locked_block_is_not_released() -> None:
    with met(Make("mjj-web", "http")) as meeting:
        for kind in OrderKind:
            with pytest.raises(UsageError, match="knows no such order"):
                meeting.driver.order(Order(kind, aisle=4, carriage=2))
        assert meeting.simulator.truth(1)["state"] == "idle"
    with met(MAKES["mjj-web"]) as meeting:
        meeting.driver.order(Order(OrderKind.LOCK))
        assert meeting.seen(lambda status: status.is_enabled is False)
        with pytest.raises(LinkError, match="does not take it"):
            meeting.driver.order(Order(OrderKind.OPEN, aisle=4))
        meeting.driver.order(Order(OrderKind.UNLOCK))
        assert meeting.seen(lambda status: status.is_enabled is True)


# -- sensors


@pytest.mark.parametrize("wire", ["tcp", "rtu_tcp", "pty"])
def test_sensors_are_read_by_their_confirmed_scale(wire: str) -> None:
    with simulated("climate", wire) as simulator:
        line = Line(open_port(simulator.endpoints[wire]), time.monotonic)
        try:
            for unit, scale in ((101, 10), (102, 100), (103, 10)):
                simulator.control("climate", unit=unit, temperature_c=-1.5, humidity_percent=55.0)
                reading = ClimateSensor(line, unit, ClimateSettings(1, scale)).read()
                assert (reading.temperature_c, reading.humidity_percent) == (-1.5, 55.0)
                simulator.control("climate", unit=unit, temperature_c=20.5, humidity_percent=55.0)
                proposed = ClimateSensor(line, unit, ClimateSettings(1, None)).read_raw().proposed_scale
                assert proposed == (100 if scale == 100 else None), "tenths look like small hundredths: a person must say"
        finally:
            line.close()
