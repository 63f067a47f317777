"""WKL as a host finds it on TCP and on a serial line: lengths that select the meaning, or are not there at all."""

from __future__ import annotations

import os
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from plain_wire import LOOPBACK, Golden, connected, golden, is_silent, play_golden, received

from hardware_sim import RunningSimulator
from hardware_sim.profiles.options import ProfileError

needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
OPEN_4_LEFT = (4, 1, 1, 1)


def frame(command: int, *data: int, block: int = 1) -> bytes:
    """A frame of the host; the check is a sum."""
    body = bytes((0x68, 0x55, 0x00, 192, 168, 1, block, 0x68, command))
    body += bytes((len(data), *data)) if data else b""
    return body + bytes((sum(body) & 0xFF, 0x16))


@contextmanager
def hosted(room_file: Path, speed: float = 50.0, **choices: str) -> Iterator[tuple[RunningSimulator, socket.socket]]:
    """A running controller and a connection to it; sums as checks, the warning takes 100 ms."""
    choices = {"warning_ms": "100", "checksum": "sum8", **choices}
    with (
        RunningSimulator(room_file, tcp=LOOPBACK, speed=speed, profile="wkl", choices=choices) as simulator,
        connected(simulator.endpoints["tcp"]) as host,
    ):
        yield simulator, host


def ask(host: socket.socket, request: bytes, reply_data: int) -> bytes:
    """Command and data of a reply with so many data bytes."""
    host.sendall(request)
    reply = received(host, 12 + reply_data)
    assert reply[:8] == request[:8], reply.hex(" ")
    assert (reply[9], reply[-2], reply[-1]) == (reply_data, sum(reply[:-2]) & 0xFF, 0x16)
    return reply[8:9] + reply[10:-2]


@pytest.mark.parametrize("session", golden("wkl"), ids=lambda session: session.name)
def test_the_golden_frames_are_answered_byte_by_byte(room_file: Path, session: Golden) -> None:
    with RunningSimulator(room_file, tcp=LOOPBACK, profile="wkl", choices=session.choices) as simulator:
        simulator.control("climate", unit=1, **session.climate)
        play_golden(session, simulator.endpoints["tcp"])


def test_four_bytes_open_and_two_close(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        assert ask(host, frame(0x01, *OPEN_4_LEFT), 1) == b"\x81\x01"
        is_open = {"open_aisles": [3], "state": "idle"}
        assert simulator.wait_until(1, lambda truth: is_open.items() <= truth.items(), 5.0)
        assert ask(host, frame(0x04), 8) == bytes.fromhex("84 0100 0202 0302 0401")
        assert ask(host, frame(0x01, 4, 1), 1) == b"\x81\x01"
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [4], 5.0)


def test_what_cannot_be_is_refused_in_the_result(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        assert ask(host, frame(0x01, 9, 1, 1, 1), 1) == b"\x81\x00"
        assert ask(host, frame(0x01, 2, 3, 1, 1), 1) == b"\x81\x00"
        assert ask(host, frame(0x01, 1, 1, 1, 1), 1) == b"\x81\x00", "nobody can enter there"
        ask(host, frame(0x01, *OPEN_4_LEFT), 1)
        assert simulator.wait_until(1, lambda truth: truth["state"] == "warning", 2.0)
        assert ask(host, frame(0x01, 2, 1), 1) == b"\x81\x00", "something is under way"


def test_a_frame_without_data_has_no_length(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        assert len(frame(0x04)) == 11
        with_length = bytes.fromhex("685500c0a80101680400")
        host.sendall(with_length + bytes((sum(with_length) & 0xFF, 0x16)))
        assert is_silent(host), "with a length of 0 it is no frame here"
        assert ask(host, frame(0x06), 4) == bytes.fromhex("86 00c8 01f4")
    with hosted(room_file, empty_frames="with_length") as (_, host):
        host.sendall(with_length + bytes((sum(with_length) & 0xFF, 0x16)))
        assert received(host, 20)[8:10] == b"\x84\x08"
        host.sendall(frame(0x04))
        assert is_silent(host), "here the check is taken for the length"


def test_a_result_without_data_ends_where_a_length_is_looked_for(room_file: Path) -> None:
    with hosted(room_file, result_frames="empty") as (_, host):
        host.sendall(frame(0x01, *OPEN_4_LEFT))
        assert received(host, 11) == frame(0x81)
        assert is_silent(host, 0.05)


def test_the_address_chooses_the_block(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        assert len(ask(host, frame(0x04, block=4), 4)) == 5
        host.sendall(frame(0x04, block=2))
        assert is_silent(host)
    with hosted(room_file, network="10.1.2.0") as (_, host):
        host.sendall(frame(0x04))
        assert is_silent(host)
    with pytest.raises(ProfileError, match="'10.1.2' is no IPv4 network"):
        RunningSimulator(room_file, tcp=LOOPBACK, profile="wkl", choices={"network": "10.1.2"})


def test_codes_that_the_source_does_not_tell_are_choices(room_file: Path) -> None:
    with hosted(room_file, side_codes="right_is_1", climate_divisor="100", byte_order="little") as (simulator, host):
        assert ask(host, frame(0x06), 4) == bytes.fromhex("86 d007 8813")
        ask(host, frame(0x01, 3, 1, 1, 1), 1)
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 5.0)


def test_noise_and_pieces(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        host.sendall(b"\x68\x55\x68\x55\x00" + frame(0x04)[:6])
        host.sendall(frame(0x04)[6:] + frame(0x06))
        assert [received(host, 20)[8], received(host, 16)[8]] == [0x84, 0x86]
        host.sendall(frame(0x04)[:-2] + b"\x00\x16")
        assert is_silent(host), "a wrong check"


def test_it_runs_on_without_a_host_unless_chosen_otherwise(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        ask(host, frame(0x01, *OPEN_4_LEFT), 1)
        host.close()
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 5.0)
    with hosted(room_file, speed=1.0, silence_stop_ms="400") as (simulator, host):
        ask(host, frame(0x01, *OPEN_4_LEFT), 1)
        host.close()
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        assert simulator.wait_until(1, lambda truth: truth["state"] == "idle", 2.0)
        assert simulator.truth(1)["open_aisles"] != [3]


@needs_pty
def test_the_same_frames_on_a_serial_line(room_file: Path) -> None:
    choices = {"checksum": "sum8", "warning_ms": "100"}
    with RunningSimulator(room_file, pty=True, baud=9600, speed=50.0, profile="wkl", choices=choices) as simulator:
        device = simulator.endpoints["pty"].removeprefix("serial://").partition("?")[0]
        descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY)
        try:
            os.write(descriptor, frame(0x01, *OPEN_4_LEFT))
            reply = b""
            while len(reply) < 13 and select.select([descriptor], [], [], 2.0)[0]:
                reply += os.read(descriptor, 13 - len(reply))
            assert reply == frame(0x81, 1)
            assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 5.0)
        finally:
            os.close(descriptor)
