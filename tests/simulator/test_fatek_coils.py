"""A Fatek PLC as a host finds it on Modbus TCP: pulses, stop, protection, and what the steel does meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from plain_wire import LOOPBACK, Golden, connected, golden, is_silent, live_on, play_golden, received, until

from hardware_sim import ControlError, RunningSimulator

CLOSE, STOP, UNLOCK, MANUAL, VENTILATE, OPEN = (1 << bit for bit in range(6))


class Host:
    """Writes and reads coils and registers, byte by byte."""

    def __init__(self, connection: socket.socket, unit: int = 1) -> None:
        self.connection = connection
        self.unit = unit
        self.transaction = 0

    def ask(self, pdu: bytes) -> bytes:
        """The reply PDU to a request PDU."""
        self.transaction = self.transaction + 1 & 0xFFFF
        head = self.transaction.to_bytes(2, "big") + b"\0\0"
        self.connection.sendall(head + (len(pdu) + 1).to_bytes(2, "big") + bytes((self.unit,)) + pdu)
        reply = received(self.connection, 7)
        assert reply[:4] == head, reply
        return received(self.connection, reply[5] - 1)

    def coils(self, bits: int) -> None:
        """Write all six command coils."""
        assert self.ask(bytes.fromhex("0f0898000601") + bytes((bits,))) == bytes.fromhex("0f08980006")

    def coil(self, address: int) -> bool:
        """One coil."""
        reply = self.ask(b"\x01" + address.to_bytes(2, "big") + b"\0\1")
        assert reply[:2] == b"\x01\x01", reply
        return bool(reply[2])

    def channel(self, number: int) -> None:
        """Write R10."""
        self.ask(bytes.fromhex("06000a") + number.to_bytes(2, "big"))

    def press(self, simulator: RunningSimulator, bits: int) -> None:
        """A pulse that lives through two scans."""
        self.coils(bits)
        live_on(simulator, 0.05)
        self.coils(0)


@contextmanager
def hosted(room_file: Path, speed: float = 50.0, **choices: str) -> Iterator[tuple[RunningSimulator, Host]]:
    """A running PLC and a host on it; the warning takes 100 ms."""
    choices = {"warning_ms": "100", **choices}
    with (
        RunningSimulator(room_file, tcp=LOOPBACK, speed=speed, profile="fatek-coils", choices=choices) as simulator,
        connected(simulator.endpoints["tcp"]) as connection,
    ):
        yield simulator, Host(connection)


@pytest.mark.parametrize("session", golden("fatek-coils"), ids=lambda session: session.name)
def test_the_golden_frames_are_answered_byte_by_byte(room_file: Path, session: Golden) -> None:
    with RunningSimulator(room_file, tcp=LOOPBACK, profile="fatek-coils", choices=session.choices) as simulator:
        simulator.control("climate", unit=1, **session.climate)
        play_golden(session, simulator.endpoints["tcp"])


def test_an_aisle_opens_runs_and_arrives(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.channel(3)
        host.press(simulator, OPEN)
        assert until(lambda: host.coil(2206))
        assert until(lambda: not host.coil(2206))
        assert simulator.truth(1)["open_aisles"] == [3]
        assert simulator.truth(4)["open_aisles"] == [1]


def test_close_and_ventilate_move_everything(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.press(simulator, VENTILATE)
        assert simulator.wait_until(1, lambda truth: truth["state"] == "idle" and truth["open_aisles"] == [], 5.0)
        gaps = simulator.truth(1)["gaps"]
        assert isinstance(gaps, list)
        assert max(gaps[1:]) - min(gaps[1:]) <= 3.0
        host.press(simulator, CLOSE)
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [4], 5.0), "all to the fixed one"


def test_a_pulse_within_one_scan_was_never_there(room_file: Path) -> None:
    with hosted(room_file, scan_ms="500") as (simulator, host):
        live_on(simulator, 0.5)
        host.channel(3)
        host.coils(OPEN)
        host.coils(0)
        live_on(simulator, 1.1)
        assert not host.coil(2206)
        assert simulator.truth(1)["open_aisles"] == [1]


def test_stop_brakes_and_nothing_goes_on_by_itself(room_file: Path) -> None:
    with hosted(room_file, speed=2.0) as (simulator, host):
        host.channel(3)
        host.press(simulator, OPEN)
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        host.coils(STOP)
        assert simulator.wait_until(1, lambda truth: truth["still"] is True, 2.0)
        host.coils(OPEN | STOP)
        live_on(simulator, 0.3)
        host.coils(0)
        live_on(simulator, 0.3)
        assert simulator.truth(1)["state"] == "idle"
        assert simulator.truth(1)["open_aisles"] != [3]


def test_stop_is_obeyed_though_protected_and_nobody_is_logged_in(room_file: Path) -> None:
    with hosted(room_file, speed=2.0) as (simulator, host):
        simulator.control("enable", unit=1, given=False)
        assert not host.coil(2149)
        host.channel(3)
        host.press(simulator, OPEN)
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0), "the login is the host's own rule"
        host.coils(STOP)
        assert simulator.wait_until(1, lambda truth: truth["still"] is True, 2.0)


def test_a_safety_device_protects_until_it_is_clear_and_unlocked(room_file: Path) -> None:
    with hosted(room_file, speed=2.0) as (simulator, host):
        host.channel(3)
        host.press(simulator, OPEN)
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        simulator.control("edge", unit=1, carriage=2, pressed=True)
        assert until(lambda: host.coil(2148) and not host.coil(2206))
        host.press(simulator, UNLOCK)
        assert host.coil(2148), "the edge is held"
        simulator.control("edge", unit=1, carriage=2, pressed=False)
        host.press(simulator, OPEN)
        live_on(simulator, 0.3)
        assert not host.coil(2206), "it is protected"
        host.press(simulator, UNLOCK)
        assert until(lambda: not host.coil(2148))
        live_on(simulator, 0.3)
        assert not host.coil(2206), "unlocking moves nothing"
        host.press(simulator, OPEN)
        assert until(lambda: host.coil(2206))


def test_in_manual_the_wire_moves_nothing(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.channel(3)
        host.press(simulator, OPEN | MANUAL)
        live_on(simulator, 0.3)
        assert simulator.truth(1)["open_aisles"] == [1]
        simulator.control("mode", unit=1, mode="local")
        live_on(simulator, 0.1)
        assert host.coil(2203), "the switch shows in the coil"


def test_the_motion_is_finished_without_the_host_unless_chosen_otherwise(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.channel(3)
        host.press(simulator, OPEN)
        host.connection.close()
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 10.0)
    with hosted(room_file, speed=1.0, silence_stop_ms="400") as (simulator, host):
        host.channel(3)
        host.press(simulator, OPEN)
        host.connection.close()
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        assert simulator.wait_until(1, lambda truth: truth["state"] == "idle", 2.0)
        assert simulator.truth(1)["open_aisles"] != [3]


def test_coils_written_with_the_host_programs_own_header_are_taken(room_file: Path) -> None:
    """It puts 6 into every header, as is right for all that it sends but function 15, which has 8 bytes behind it."""

    def press(host: Host, bits: int) -> None:
        host.connection.sendall(bytes.fromhex("000100000006 010f0898000601") + bytes((bits,)))
        assert received(host.connection, 12) == bytes.fromhex("000100000006 010f08980006")

    with hosted(room_file) as (simulator, host):
        host.channel(3)
        press(host, OPEN)
        assert until(lambda: host.coil(2206)), "it has begun, and the framing is not lost"
        press(host, 0)
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 10.0)


def test_a_header_that_says_too_little_is_made_up_for_in_any_pieces(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        for piece in ("0001 0000 0006 010f 0898 0006", "01", "20 0002 0000 0006 0101 0898 0006"):
            host.connection.sendall(bytes.fromhex(piece))
            live_on(simulator, 0.05)
        assert received(host.connection, 12) == bytes.fromhex("000100000006 010f08980006")
        assert received(host.connection, 10) == bytes.fromhex("000200000004 01010120")


def test_the_coils_of_columns_are_there_by_choice_only(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        assert host.ask(bytes.fromhex("010910 0001")) == b"\x81\x02"
    with hosted(room_file, speed=2.0, column_coils="yes", channel_of_aisle_0="1") as (simulator, host):
        assert [host.coil(2021 + 16 * column + end) for column in range(4) for end in (0, 1)] == [
            *(True, True, False, True, False, True, False, True)
        ]
        assert [host.coil(2512 + channel) for channel in range(1, 6)] == [False, True, False, False, False]
        host.channel(3)
        host.press(simulator, OPEN)
        assert until(lambda: host.coil(2322)), "column 2 goes left"
        assert not host.coil(2323)
        simulator.control("speed", factor=50.0)
        assert until(lambda: host.coil(2515)), "channel 3 is aisle 2"
        assert simulator.truth(1)["open_aisles"] == [2]


def test_in_a_block_numbered_from_the_right_left_is_up(room_file: Path) -> None:
    room_file.write_text(room_file.read_text().replace('numbered_from = "left"', 'numbered_from = "right"'))
    with hosted(room_file, column_coils="yes") as (_, host):
        assert [host.coil(2021 + 16 + end) for end in (0, 1)] == [True, False]


@pytest.mark.parametrize(
    ("pdu", "reply"),
    [
        ("02 0898 0001", "82 01"),
        ("10 000a 0001 02 0003", "90 01"),
        ("01 0898 0000", "81 03"),
        ("01 0898 0008", "81 02"),
        ("03 000a 0004", "83 02"),
        ("03 000a", "83 03"),
        ("05 0898 0001", "85 03"),
        ("05 089e ff00", "85 02"),
        ("06 000b 0001", "86 02"),
        ("0f 0898 0007 01 00", "8f 02"),
        ("0f 0898 0006 02 0000", "8f 03"),
        ("0f 0898", "8f 03"),
    ],
)
def test_what_the_map_does_not_have_is_an_exception(room_file: Path, pdu: str, reply: str) -> None:
    with hosted(room_file) as (_, host):
        assert host.ask(bytes.fromhex(pdu)) == bytes.fromhex(reply)


def test_absent_silent_and_unpowered_plcs_say_nothing(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.channel(3)
        simulator.control("power", unit=1, on=False)
        assert simulator.truth(1)["state"] == "off"
        simulator.control("silent", unit=4, on=True)
        for unit in (1, 2, 4):
            host.connection.sendall(bytes((0, 0, 0, 0, 0, 6, unit)) + bytes.fromhex("01089e0001"))
        assert is_silent(host.connection)
        simulator.control("power", unit=1, on=True)
        assert host.coil(2206) is False, "the first answer is to the first request after power came"


def test_line_faults_strike_modbus_as_ever(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        simulator.control("link", fault="exception", code=6, function=6)
        assert host.ask(bytes.fromhex("06000a0003")) == b"\x86\x06"
        simulator.control("link", fault="corrupt", function=3)
        host.channel(3)
        assert host.ask(bytes.fromhex("03000a0001")) == bytes.fromhex("03020013")


def test_what_is_not_modelled_is_refused(room_file: Path) -> None:
    with hosted(room_file) as (simulator, _):
        for verb in ("configure", "encoder", "freeze", "fire_alarm"):
            with pytest.raises(ControlError, match=f"'{verb}' is not modelled in this profile"):
                simulator.control(verb, unit=1)
