"""Stow's link as a warehouse system finds it: both request forms, both readings of the reply, aisles that open."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from plain_wire import LOOPBACK, Golden, connected, golden, is_silent, live_on, play_golden, received, until

from hardware_sim import ControlError, RunningSimulator

MOVING, RELEASED, MANUAL, AUTOMATIC = 0x20, 0x04, 0x08, 0x02


@contextmanager
def hosted(room_file: Path, speed: float = 50.0, **choices: str) -> Iterator[tuple[RunningSimulator, socket.socket]]:
    """A running installation, block 1 of the room, and a connection to it; the warning takes 100 ms."""
    choices = {"warning_ms": "100", **choices}
    with (
        RunningSimulator(room_file, tcp=LOOPBACK, speed=speed, profile="stow-wms", choices=choices) as simulator,
        connected(simulator.endpoints["tcp"]) as connection,
    ):
        yield simulator, connection


def ask(connection: socket.socket, *request: int) -> bytes:
    """The reply to a request."""
    connection.sendall(bytes(request))
    reply = received(connection, 20)
    assert len(reply) == 20, reply
    return reply


@pytest.mark.parametrize("session", golden("stow-wms"), ids=lambda session: session.name)
def test_the_golden_frames_are_answered_byte_by_byte(room_file: Path, session: Golden) -> None:
    with RunningSimulator(room_file, tcp=LOOPBACK, profile="stow-wms", choices=session.choices) as simulator:
        play_golden(session, simulator.endpoints["tcp"])


@pytest.mark.parametrize("form", ["short", "long"])
def test_an_aisle_opens_and_is_told(room_file: Path, form: str) -> None:
    start, status = ((3, 1), (0, 2)) if form == "short" else ((3, 0, 1, 0), (0, 0, 2, 0))
    with hosted(room_file, speed=10.0, request=form) as (simulator, host):
        ask(host, *start)
        assert until(lambda: bool(ask(host, *status)[5] & MOVING))
        reply = ask(host, *status)
        assert (reply[14], reply[15], reply[10:14]) == (3, 0, b"\x04\0\0\0"), "aisle 3 is to open, and lit"
        assert until(lambda: not ask(host, *status)[5] & MOVING)
        reply = ask(host, *status)
        assert (reply[14], reply[15], reply[10:14]) == (0, 3, b"\x04\0\0\0")
        assert simulator.truth(1)["open_aisles"] == [3]


def test_each_installation_has_a_port_of_its_own(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        assert simulator.endpoints["tcp"] == simulator.endpoints["tcp_1"] != simulator.endpoints["tcp_4"]
        assert ask(host, 0, 2)[6] == 3
        with connected(simulator.endpoints["tcp_4"]) as other:
            assert ask(other, 0, 2)[6] == 1
            assert ask(other, 2, 1)[:2] == b"\x02\x01"
            assert simulator.wait_until(4, lambda truth: truth["open_aisles"] == [2], 5.0)
        assert simulator.truth(1)["open_aisles"] == [1]


def test_there_is_no_stop_and_no_close(room_file: Path) -> None:
    with hosted(room_file, speed=10.0) as (simulator, host):
        ask(host, 3, 1)
        assert until(lambda: bool(ask(host, 0, 2)[5] & MOVING))
        for request in ((0, 0), (0, 1), (0, 3), (0, 4), (1, 1), (2, 1), (20, 1), (0xFF, 0xFF)):
            assert ask(host, *request)[0] == request[0]
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 10.0)


def test_it_runs_on_without_a_host_unless_chosen_otherwise(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        ask(host, 3, 1)
        host.close()
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3], 10.0)
    with hosted(room_file, speed=1.0, silence_stop_ms="400") as (simulator, host):
        ask(host, 3, 1)
        host.close()
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        assert simulator.wait_until(1, lambda truth: truth["state"] == "idle", 2.0)
        assert simulator.truth(1)["open_aisles"] != [3]


def test_alarms_modes_and_trucks(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        simulator.control("person_in", unit=1, aisle=1)
        assert ask(host, 0, 2)[7] == 1
        simulator.control("person_out", unit=1)
        simulator.control("beam", unit=1, aisle=1, broken=True)
        assert ask(host, 0, 2)[8] == 0x01
        simulator.control("beam", unit=1, aisle=1, broken=False)
        simulator.control("emergency_stop", unit=1, pressed=True)
        live_on(simulator, 0.05)
        assert ask(host, 0, 2)[8] == 0x88
        assert not ask(host, 0, 2)[5] & RELEASED
        simulator.control("emergency_stop", unit=1, pressed=False)
        assert ask(host, 0, 2)[8] == 0x88, "latched"
        simulator.control("reset", unit=1)
        assert ask(host, 0, 2)[8] == 0x00
        simulator.control("mode", unit=1, mode="local")
        assert ask(host, 0, 2)[5] & (MANUAL | AUTOMATIC | RELEASED) == MANUAL


def test_what_the_sources_disagree_on_is_a_choice(room_file: Path) -> None:
    with hosted(room_file, alarm_bits="inverted", bit_8_2="emergency") as (simulator, host):
        assert ask(host, 0, 2)[8:10] == b"\xff\x1f"
        simulator.control("emergency_stop", unit=1, pressed=True)
        live_on(simulator, 0.05)
        assert ask(host, 0, 2)[8] == 0xFF & ~0x8C
    with hosted(room_file, reply="recorded") as (simulator, host):
        simulator.control("emergency_stop", unit=1, pressed=True)
        live_on(simulator, 0.05)
        assert ask(host, 0, 2)[8:10] == bytes((223 & ~0x88, 27))


def test_aisles_may_be_numbered_from_another_one(room_file: Path) -> None:
    with hosted(room_file, number_of_aisle_0="1") as (simulator, host):
        ask(host, 3, 1)
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [2], 10.0)
        assert until(lambda: ask(host, 0, 2)[15] == 3)


def test_a_drive_that_gives_up_is_named(room_file: Path) -> None:
    with hosted(room_file, speed=5.0) as (simulator, host):
        simulator.control("jam", unit=1, carriage=2, jammed=True)
        ask(host, 3, 1)
        assert until(lambda: ask(host, 0, 2)[16:18] == b"\x02\x01")


def test_requests_may_come_in_pieces_and_in_a_heap(room_file: Path) -> None:
    with hosted(room_file) as (_, host):
        host.sendall(b"\x00")
        host.sendall(b"\x02\x00\x02\x00\x02")
        replies = received(host, 60)
        assert [replies[place] for place in (4, 24, 44)] == [1, 2, 3]


def test_a_power_up_counts_from_one_again(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        assert [ask(host, 0, 2)[4] for _ in range(300)][250:258] == [251, 252, 253, 254, 255, 0, 1, 2]
        simulator.control("power", unit=1, on=False)
        host.sendall(b"\0\2")
        assert is_silent(host)
        simulator.control("power", unit=1, on=True)
        assert ask(host, 0, 2)[4] == 1


def test_the_line_sins_here_too(room_file: Path) -> None:
    with hosted(room_file) as (simulator, host):
        simulator.control("link", fault="drop", function=2)
        host.sendall(b"\0\2")
        assert is_silent(host)
        simulator.control("link", fault="duplicate")
        assert len(ask(host, 0, 2) + received(host, 20)) == 40
        simulator.control("link", fault="corrupt")
        assert ask(host, 0, 2)[19] == 0x10
        simulator.control("link", fault="echo")
        host.sendall(b"\0\2")
        assert received(host, 22)[:6] == b"\0\2\0\2\2\5"
        simulator.control("link", fault="glue")
        host.sendall(b"\0\2")
        assert is_silent(host)
        host.sendall(b"\0\2")
        both = received(host, 40)
        assert (both[4], both[24]) == (5, 6)
        with pytest.raises(ControlError, match="link fault 'exception' is not modelled"):
            simulator.control("link", fault="exception", code=1)
