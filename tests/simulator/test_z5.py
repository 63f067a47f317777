"""Z5 as a host finds it on UDP: frames in datagrams, and columns that tell unasked what becomes of them."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from plain_wire import LOOPBACK, Golden, address, golden, is_silent, live_on, until

from hardware_sim import ControlError, RunningSimulator
from hardware_sim.endpoints import EndpointError
from hardware_sim.profiles.options import ProfileError

Check = Callable[[bytes], int]


def sum8(data: bytes) -> int:
    """The check that these tests choose: it needs no table to be believed."""
    return sum(data) & 0xFF


def frame(column: int, command: int, *data: int, area: int = 1, check: Check = sum8) -> bytes:
    """A frame of the host."""
    body = bytes((0x55, 5 + len(data), 1, area, column, command, *data))
    return body + bytes((check(body), 0x68))


@contextmanager
def hosted(room_file: Path, speed: float = 50.0, **choices: str) -> Iterator[tuple[RunningSimulator, socket.socket]]:
    """A running controller and a host's socket; sums as checks, the warning takes 100 ms."""
    choices = {"warning_ms": "100", "checksum": "sum8", **choices}
    with (
        RunningSimulator(room_file, udp=LOOPBACK, speed=speed, profile="z5", choices=choices) as simulator,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host,
    ):
        host.connect(address(simulator.endpoints["udp"]))
        host.settimeout(2.0)
        yield simulator, host


def ask(host: socket.socket, request: bytes) -> bytes:
    """The datagram that answers."""
    host.send(request)
    return host.recv(4096)


def told(host: socket.socket, seconds: float = 10.0) -> Iterator[tuple[int, int, int]]:
    """Column, command and data of what comes unasked, until nothing comes for so long."""
    while select.select([host], [], [], seconds)[0]:
        datagram = host.recv(4096)
        assert (datagram[0], datagram[1], datagram[-1]) == (0x55, 6, 0x68)
        assert datagram[-2] == sum8(datagram[:-2])
        yield datagram[4], datagram[5], datagram[6]


@pytest.mark.parametrize("session", golden("z5"), ids=lambda session: session.name)
def test_the_golden_frames_are_answered_byte_by_byte(room_file: Path, session: Golden) -> None:
    with RunningSimulator(room_file, udp=LOOPBACK, profile="z5", choices=session.choices) as simulator:
        simulator.control("climate", unit=1, **session.climate)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
            host.connect(address(simulator.endpoints["udp"]))
            host.settimeout(2.0)
            for step in session.steps:
                host.send(step.request)
                if step.reply:
                    assert host.recv(4096).hex(" ") == step.reply.hex(" "), step.meaning
                else:
                    assert is_silent(host, 0.05), step.meaning


def test_an_opening_is_told_column_by_column(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.send(frame(3, 0x81, 2, 1, 1))
        reports = []
        for report in told(host):
            reports.append(report)
            if len(reports) == 4:
                break
        events = [(column, command) for column, command, _ in reports]
        assert sorted(events) == [(2, 0x8B), (2, 0x8C), (3, 0x8B), (3, 0x8C)]
        assert events.index((2, 0x8C)) < events.index((2, 0x8B))
        assert {status for _, command, status in reports if command == 0x8B} == {2}, "both arrive at the left"
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 5.0)
        assert ask(host, frame(3, 0x81))[5:7] == b"\x01\x02"


def test_in_a_block_numbered_from_the_right_everything_is_mirrored(room_file: Path) -> None:
    room_file.write_text(room_file.read_text().replace('numbered_from = "left"', 'numbered_from = "right"'))
    with hosted(room_file) as (simulator, host):
        assert ask(host, frame(3, 0x81))[6] == 2, "the high end is the left one here"
        host.send(frame(3, 0x81, 2, 1, 1))
        host.send(frame(3, 0x82, 2, 1, 1))
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [2], 5.0), "fixed column on the right: 82"


def test_the_opening_command_must_fit_where_the_fixed_column_stands(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.send(frame(3, 0x82, 2, 1, 1))
        live_on(simulator, 0.3)
        assert simulator.truth(1)["state"] == "idle"
    with hosted(room_file, open_commands="either", answer_to_open="status") as (simulator, host):
        assert ask(host, frame(3, 0x82, 2, 1, 1))[5:7] == b"\x01\x01"
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 5.0)


def test_close_and_ventilate_answer_and_are_refused_while_something_moves(room_file: Path) -> None:
    with hosted(room_file, result_done="7", result_refused="9") as (simulator, host):
        assert ask(host, frame(0, 0x8F))[5:7] == b"\x8f\x07"
        assert simulator.wait_until(1, lambda truth: truth["state"] == "warning", 2.0)
        assert ask(host, frame(0, 0x84))[5:7] == b"\x84\x09"


def test_the_area_chooses_the_block_and_an_absent_one_is_silent(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        assert ask(host, frame(2, 0x81, area=4))[3:7] == b"\x04\x02\x01\x01"
        host.send(frame(2, 0x81, area=2) + frame(9, 0x81) + frame(2, 0x99))
        assert is_silent(host)


def test_one_datagram_may_carry_several_frames_and_noise(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        host.send(b"\x55\x00\xff" + frame(2, 0x81) + b"\x55" + frame(1, 0x81) + frame(3, 0x81)[:-1])
        assert [host.recv(100)[4] for _ in range(2)] == [2, 1]
        host.send(frame(3, 0x81)[-1:])
        assert is_silent(host), "a frame does not go on in the next datagram"


def test_there_is_no_stop_and_it_runs_on_in_silence_unless_chosen_otherwise(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        host.send(frame(3, 0x81, 2, 1, 1))
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        for command in (0x80, 0x82, 0x83, 0x85, 0x8A, 0x8D, 0x00):
            host.send(frame(0, command))
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 5.0)
    with hosted(room_file, speed=1.0, silence_stop_ms="400") as (simulator, host):
        host.send(frame(3, 0x81, 2, 1, 1))
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        assert simulator.wait_until(1, lambda truth: truth["state"] == "idle", 2.0)
        assert simulator.truth(1)["open_aisles"] != [3]


def test_an_alarm_is_pushed_and_a_locked_column_says_so(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        simulator.control("lock", unit=1, carriage=3, locked=True)
        assert ask(host, frame(3, 0x81))[6] == 4
        simulator.control("edge", unit=1, carriage=2, pressed=True)
        assert next(told(host)) == (2, 0x89, 1)


def test_the_climate_is_pushed_if_chosen(room_file: Path) -> None:
    with hosted(room_file, climate_every_ms="60") as (_, host):
        assert ask(host, frame(2, 0x81))[5] in (0x01, 0x0E)
        pushed = [host.recv(100) for _ in range(3)]
        assert {datagram[5] for datagram in pushed[1:]} == {0x0E}
        assert pushed[-1][6:10] == bytes.fromhex("01f4 00c8")


def test_reports_go_to_a_chosen_listener_or_to_whoever_spoke_last(room_file: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        chosen = f"127.0.0.1:{listener.getsockname()[1]}"
        with hosted(room_file, report_to=chosen) as (simulator, host):
            ask(host, frame(2, 0x81))
            simulator.control("edge", unit=1, carriage=2, pressed=True)
            assert next(told(listener))[1] == 0x89
            assert is_silent(host)
    with hosted(room_file) as (simulator, host), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.connect(address(simulator.endpoints["udp"]))
        ask(other, frame(2, 0x81))
        ask(host, frame(2, 0x81))
        simulator.control("edge", unit=1, carriage=2, pressed=True)
        assert next(told(host))[1] == 0x89
        assert is_silent(other)


def test_line_faults_strike_replies_and_by_their_code_reports(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        simulator.control("link", fault="drop")
        host.send(frame(2, 0x81))
        assert is_silent(host)
        simulator.control("link", fault="corrupt", function=0x81)
        reply = ask(host, frame(2, 0x81))
        assert reply[6] == 0x11
        assert sum8(reply[:-2]) != reply[-2]
        simulator.control("link", fault="split", ms=20)
        assert ask(host, frame(2, 0x81)) + host.recv(100) == frame(2, 0x01, 1)
        simulator.control("link", fault="drop")
        simulator.control("link", fault="lose", function=0x89)
        simulator.control("edge", unit=1, carriage=2, pressed=True)
        live_on(simulator, 0.1)
        assert is_silent(host), "the alarm is lost; what names no code waits for a request"
        host.send(frame(2, 0x81))
        assert is_silent(host)
        assert until(lambda: ask(host, frame(2, 0x81))[5] == 0x01)


def test_what_is_wrong_with_a_profile_is_one_sentence(room_file: Path) -> None:
    with pytest.raises(ProfileError, match="checksum must be one of crc8, sum8, xor8, not 'md5'"):
        RunningSimulator(room_file, udp=LOOPBACK, profile="z5", choices={"checksum": "md5"})
    with pytest.raises(ProfileError, match="crc_initial must be a whole number from 0 to 255, not '0x100'"):
        RunningSimulator(room_file, udp=LOOPBACK, profile="z5", choices={"crc_initial": "0x100"})
    with pytest.raises(ProfileError, match="there is no choice 'colour' in this profile; there is scan_ms, "):
        RunningSimulator(room_file, udp=LOOPBACK, profile="z5", choices={"colour": "red"})
    with pytest.raises(ProfileError, match="there is no profile 'z6'; there is reference, "):
        RunningSimulator(room_file, udp=LOOPBACK, profile="z6")
    with pytest.raises(EndpointError, match="this profile has no tcp; it has udp"):
        RunningSimulator(room_file, tcp=LOOPBACK, profile="z5")
    with pytest.raises(EndpointError, match="'nowhere' is not HOST:PORT"):
        RunningSimulator(room_file, udp=LOOPBACK, profile="z5", choices={"report_to": "nowhere"})
    with hosted(room_file) as (simulator, _), pytest.raises(ControlError, match="'exception' is not modelled"):
        simulator.control("link", fault="exception", code=1)
