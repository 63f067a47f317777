"""Climate sensors beside the controllers, as a client finds them: scales, settings that brick, frozen and silent ones."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import minimalmodbus
import pytest
from plain_wire import LOOPBACK, Golden, connected, golden, is_silent, play_golden, received

from hardware_sim import ControlError, RunningSimulator
from hardware_sim.profiles.options import ProfileError

READ_BOTH = {101: "65 04 00 01 00 02 28 2F", 102: "66 04 00 01 00 02 28 1C", 103: "67 04 00 01 00 02 29 CD"}
WARM_AND_DRY = {101: "00 C8 01 F4", 102: "07 D0 13 88", 103: "00 C8 01 F4"}


@contextmanager
def hosted(room_file: Path, **choices: str) -> Iterator[tuple[RunningSimulator, socket.socket]]:
    """Running sensors beside running controllers, and a connection to their line."""
    with (
        RunningSimulator(room_file, rtu_tcp=LOOPBACK, profile="climate", choices=choices) as simulator,
        connected(simulator.endpoints["rtu_tcp"]) as host,
    ):
        yield simulator, host


def crc16(data: bytes) -> bytes:
    """The check of Modbus RTU."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc.to_bytes(2, "little")


def ask(host: socket.socket, request: str, length: int) -> bytes:
    """A reply without its check."""
    frame = bytes.fromhex(request)
    host.sendall(frame + crc16(frame))
    reply = received(host, length + 2)
    assert crc16(reply[:-2]) == reply[-2:], reply
    return reply[:-2]


def is_unheard(host: socket.socket, request: str) -> bool:
    """Whether nobody answers."""
    frame = bytes.fromhex(request)
    host.sendall(frame + crc16(frame))
    return is_silent(host)


@pytest.mark.parametrize("session", golden("climate"), ids=lambda session: session.name)
def test_the_golden_frames_are_answered_byte_by_byte(room_file: Path, session: Golden) -> None:
    room_file.write_text(room_file.read_text().replace("number = 1\n", "number = 7\n"))
    with RunningSimulator(room_file, rtu_tcp=LOOPBACK, profile="climate", choices=session.choices) as simulator:
        simulator.control("climate", unit=1, **session.climate)
        play_golden(session, simulator.endpoints["rtu_tcp"])


def test_three_families_stand_beside_the_blocks(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        for unit, request in READ_BOTH.items():
            host.sendall(bytes.fromhex(request))
            assert received(host, 9)[:-2] == bytes((unit, 4, 4)) + bytes.fromhex(WARM_AND_DRY[unit])
        assert ask(host, "01 03 02 10 00 01", 5) == bytes.fromhex("01 03 02 00 00"), "the controllers are there too"
        assert simulator.truth(1)["hits"] == 0
        sensors = simulator.control("state")["sensors"]
        assert isinstance(sensors, dict)
        assert [sensors[unit]["model"] for unit in ("101", "102", "103")] == ["xy-md02", "md02-clone", "sht20"]


def test_one_address_is_the_baud_rate_of_the_other_family(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        assert ask(host, "65 06 01 01 00 02", 6)[1] == 6, "an address, taken"
        assert ask(host, "66 06 01 01 00 01", 6)[1] == 6, "a baud code, taken just as well"
        assert ask(host, "65 04 00 01 00 01", 5)[1] == 4, "it holds from the next power-up on"
        for unit in (101, 102):
            simulator.control("power", unit=unit, on=False)
            simulator.control("power", unit=unit, on=True)
        assert is_unheard(host, "65 04 00 01 00 01")
        assert ask(host, "02 04 00 01 00 01", 5) == bytes.fromhex("02 04 02 00 C8")
        assert is_unheard(host, "66 04 00 01 00 01"), "bricked: it speaks 4800 baud now"


def test_settings_of_the_xy_family_are_read_and_checked(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        assert ask(host, "67 03 01 01 00 02", 7) == bytes.fromhex("67 03 04 00 67 25 80")
        for request, reply in {
            "67 06 01 02 12 C0": "67 86 03",
            "67 06 01 01 00 F8": "67 86 03",
            "67 06 01 05 00 01": "67 86 02",
            "66 03 01 00 00 01": "66 83 02",
            "67 03 00 01 00 01": "67 83 02",
            "67 04 00 01 00 03": "67 84 02",
            "67 04 00 01 00 00": "67 84 03",
            "67 10 01 01 00 01 02 00 01": "67 90 01",
        }.items():
            assert ask(host, request, 3) == bytes.fromhex(reply)


def test_a_frozen_sensor_says_the_same_for_ever_and_a_silent_one_nothing(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        simulator.control("freeze", unit=101, on=True)
        simulator.control("climate", unit=101, temperature_c=-12.3)
        assert ask(host, "65 04 00 01 00 01", 5)[3:] == bytes.fromhex("00 C8")
        simulator.control("freeze", unit=101, on=False)
        assert ask(host, "65 04 00 01 00 01", 5)[3:] == bytes.fromhex("FF 85")
        simulator.control("silent", unit=101, on=True)
        assert is_unheard(host, "65 04 00 01 00 01")
        simulator.control("silent", unit=101, on=False)
        simulator.control("power", unit=101, on=False)
        assert is_unheard(host, "65 04 00 01 00 01")


def test_line_faults_and_verbs_know_sensors(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        simulator.control("link", fault="exception", code=4, unit=101)
        assert ask(host, "65 04 00 01 00 01", 3) == bytes.fromhex("65 84 04")
        with pytest.raises(ControlError, match="'jam' is not modelled of a sensor; there is climate, freeze, power, silent"):
            simulator.control("jam", unit=101, carriage=1, jammed=True)
        with pytest.raises(ControlError, match="humidity_percent is 0 to 100"):
            simulator.control("climate", unit=101, humidity_percent=101)
        with pytest.raises(ControlError, match="temperature_c is -40 to 125"):
            simulator.control("climate", unit=101, temperature_c=126)
        with pytest.raises(ControlError, match="'climate' is not modelled"):
            simulator.control("climate", unit=1, temperature_c=20)


@pytest.mark.parametrize(
    ("sensors", "reason"),
    [
        ("1:xy-md02", "unit 1 is a block, and cannot be a sensor too"),
        ("101", "'101' is not UNIT:MODEL; models are xy-md02, md02-clone, sht20"),
        ("0:sht20", "'0:sht20' is not UNIT:MODEL"),
        ("101:dht11", "'101:dht11' is not UNIT:MODEL"),
        ("101:sht20,101:xy-md02", "there are two sensors 101"),
    ],
)
def test_what_cannot_be_is_one_sentence(room_file: Path, sensors: str, reason: str) -> None:
    with pytest.raises(ProfileError, match=reason):
        RunningSimulator(room_file, rtu_tcp=LOOPBACK, profile="climate", choices={"sensors": sensors})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_a_foreign_client_reads_them_on_a_serial_line(room_file: Path) -> None:
    with RunningSimulator(room_file, pty=True, baud=9600, profile="climate") as simulator:
        device = simulator.endpoints["pty"].removeprefix("serial://").partition("?")[0]
        instrument = minimalmodbus.Instrument(device, 102)
        try:
            instrument.serial.timeout = 1.0
            simulator.control("climate", unit=102, temperature_c=-0.5)
            assert instrument.read_register(1, 2, functioncode=4, signed=True) == -0.5
        finally:
            instrument.serial.close()
