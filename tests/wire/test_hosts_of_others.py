"""Host programs of somebody else on the simulated controllers of other makes: what these say is understood there.

One is written from the Stow table alone (``tests/support/stow_host.py``), one is pymodbus' own client with the addresses
that a user of the Fatek-style controller has. Neither knows archroom's drivers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from plain_wire import LOOPBACK, address, live_on, until
from pymodbus.client import ModbusTcpClient
from simulator_process import SMALL_ROOM
from stow_host import StowHost, Told, told_by

from hardware_sim import RunningSimulator

AT_REST = frozenset({"connected", "automatic", "released", "power"})
CLOSE, STOP, UNLOCK, VENTILATE, OPEN = 0, 1, 2, 4, 5


@contextmanager
def stow(speed: float = 20.0) -> Iterator[tuple[RunningSimulator, StowHost]]:
    """A simulated installation and the host on it."""
    choices = {"warning_ms": "100"}
    with (
        RunningSimulator(SMALL_ROOM, tcp=LOOPBACK, profile="stow-wms", choices=choices, speed=speed) as simulator,
        closing(StowHost(address(simulator.endpoints["tcp"]))) as host,
    ):
        yield simulator, host


def test_the_stow_host_reads_an_installation_at_rest() -> None:
    with stow() as (_, host):
        told = host.status()
        assert (told.aisle, told.started, told.asked_status, told.version) == (0, False, True, (2, 5))
        assert (told.states, told.alarms, told.carriages, told.trucks) == (AT_REST, frozenset(), 6, 0)
        assert (told.to_open, told.drive_error, told.carriage_error) == (0, (0, 0), (0, 0))
        assert host.status().count == (told.count + 1) % 256, "a fresh reply"


def test_the_stow_host_opens_an_aisle_and_sees_it_move_and_arrive() -> None:
    with stow() as (simulator, host):
        told = host.open_aisle(3)
        assert (told.aisle, told.started, told.asked_status) == (3, True, False)
        assert until(lambda: (told := host.status()).to_open == 3 and "moving" in told.states and 3 in told.lit)
        assert until(lambda: (told := host.status()).opened_last == 3 and "moving" not in told.states)
        told = host.status()
        assert (told.to_open, told.lit, told.states) == (0, (3,), AT_REST)
        assert simulator.truth(1)["open_aisles"] == [3]
        assert host.open_aisle(20).started, "what is no aisle is answered"
        live_on(simulator, 0.05)
        assert host.status().to_open == 0, "and opens nothing"


def test_an_opening_asked_for_while_another_is_under_way_is_dropped() -> None:
    """The text does not say what becomes of it; the simulated one finishes what it has begun."""
    with stow(speed=1.0) as (simulator, host):
        host.open_aisle(3)
        assert until(lambda: "moving" in host.status().states)
        host.open_aisle(5)
        live_on(simulator, 0.05)
        assert host.status().to_open == 3
        simulator.control("speed", factor=50.0)
        assert until(lambda: host.status().opened_last == 3)
        assert "moving" not in host.status().states


def test_the_stow_host_names_what_trips() -> None:
    with stow() as (simulator, host):

        def after(verb: str, **fields: object) -> Told:
            simulator.control(verb, **fields)
            live_on(simulator, 0.05)
            return host.status()

        assert after("emergency_stop", pressed=True).alarms == {"emergency shutdown", "relay 1 off"}
        assert after("emergency_stop", pressed=False).alarms == {"emergency shutdown", "relay 1 off"}, "it stays until reset"
        assert "released" not in host.status().states
        assert after("reset").states == AT_REST
        assert after("edge", carriage=3, pressed=True).alarms == {"under-drive", "relay 1 off"}
        simulator.control("edge", carriage=3, pressed=False)
        assert after("reset").alarms == frozenset()
        assert after("beam", aisle=1, broken=True).alarms == {"front curtain"}
        assert after("beam", aisle=1, broken=False).alarms == frozenset()
        assert after("person_in", aisle=1).trucks == 1
        host.open_aisle(3)
        live_on(simulator, 0.05)
        assert host.status().to_open == 0, "it does not close on a truck"
        assert after("person_out").trucks == 0
        assert after("mode", mode="maintenance").states == {"connected", "manual", "power"}
        assert after("mode", mode="automatic").states == AT_REST
        simulator.control("jam", carriage=3, jammed=True)
        host.open_aisle(5)
        assert until(lambda: host.status().drive_error == (3, 1))
        assert "relay 1 off" in host.status().alarms


@pytest.mark.parametrize(
    ("place", "bit", "name"),
    [(8, bit, name) for bit, name in enumerate(("front curtain", "back curtain", "side curtain", "emergency shutdown"))]
    + [(9, 0, "slave emergency"), (9, 4, "load slave")],
)
def test_the_host_from_the_text_tells_the_bits_apart(place: int, bit: int, name: str) -> None:
    reply = bytearray(20)
    reply[place] = 1 << bit
    assert told_by(bytes(reply)).alarms == {name}


class FatekHost:
    """The addresses of the user's program on pymodbus' own client: pulses of two whole writes of six coils."""

    def __init__(self, client: ModbusTcpClient, simulator: RunningSimulator) -> None:
        self._client = client
        self._simulator = simulator

    def coils(self, place: int, count: int) -> list[bool]:
        """Some coils."""
        reply = self._client.read_coils(place, count=count, device_id=1)
        assert not reply.isError(), reply
        return list(reply.bits[:count])

    @property
    def is_running(self) -> bool:
        """M206."""
        return self.coils(2206, 1)[0]

    @property
    def is_protected(self) -> bool:
        """M148."""
        return self.coils(2148, 2)[0]

    def press(self, bit: int) -> None:
        """1 for at least two scans, then 0."""
        for values in ([place == bit for place in range(6)], [False] * 6):
            assert not self._client.write_coils(2200, values, device_id=1).isError()
            live_on(self._simulator, 0.05)

    def open_channel(self, channel: int) -> None:
        """R10, then the pulse of M205."""
        assert not self._client.write_register(10, channel, device_id=1).isError()
        self.press(OPEN)

    def climate(self) -> tuple[float, float]:
        """Degrees Celsius and percent out of R11 and R12."""
        raw = self._client.read_holding_registers(11, count=2, device_id=1).registers
        return raw[0] * 80 / 1650 - 20, raw[1] / 10


@contextmanager
def fatek(speed: float = 20.0) -> Iterator[tuple[RunningSimulator, FatekHost]]:
    """A simulated controller and the host on it."""
    choices = {"warning_ms": "100"}
    with RunningSimulator(SMALL_ROOM, tcp=LOOPBACK, profile="fatek-coils", choices=choices, speed=speed) as simulator:
        name, port = address(simulator.endpoints["tcp"])
        with ModbusTcpClient(name, port=port, timeout=2, retries=0) as client:
            yield simulator, FatekHost(client, simulator)


def test_the_fatek_host_opens_ventilates_closes_and_stops() -> None:
    with fatek() as (simulator, host):
        assert host.coils(2148, 2) == [False, True], "not protected, and logged in"
        assert host.climate() == (20.0, 50.0)
        host.open_channel(2)
        assert until(lambda: simulator.truth(1)["open_aisles"] == [2] and not host.is_running)
        for bit, gaps in ((VENTILATE, [0] + [150] * 7), (CLOSE, [0] + [25] * 6 + [900])):
            host.press(bit)
            assert until(lambda: not host.is_running)
            assert simulator.truth(1)["gaps"] == gaps
        simulator.control("speed", factor=1.0)
        host.open_channel(3)
        assert until(lambda: bool(simulator.truth(1)["moving"]))
        assert host.is_running
        host.press(STOP)
        assert until(lambda: not host.is_running)
        assert simulator.truth(1)["open_aisles"] != [3]


def test_the_fatek_host_sees_protection_and_takes_it_back() -> None:
    with fatek() as (simulator, host):
        simulator.control("emergency_stop", pressed=True)
        assert until(lambda: host.is_protected)
        host.press(UNLOCK)
        assert host.is_protected, "the device is not clear"
        simulator.control("emergency_stop", pressed=False)
        assert host.is_protected
        host.press(UNLOCK)
        assert until(lambda: not host.is_protected)
        simulator.control("enable", given=False)
        assert host.coils(2148, 2) == [False, False], "nobody is logged in"
