"""A paced wire is never faster than a real line of that baud, and hardly slower.

The simulator runs in a process of its own; the client keeps 3.5 characters of silence before each request, as a master
must. The floor is all characters of request and reply at 11 bits, and the two silences.
"""

from __future__ import annotations

import os
import select
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hardware_sim.modbus import encode_rtu

REQUEST = encode_rtu(1, bytes((3, 1, 0, 0, 28)))
REPLY_BYTES = 5 + 2 * 28
REACH = 0.95
MAX_ROUNDS = 60
"""Another program may take the processor away, which only ever slows: so the best quarter of polls counts, in the best of
some rounds. What is reached on a quiet machine stands in docs/benchmarks.md."""

Start = Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]]


class Line:
    """A client's end of a wire, pty or TCP, with the figures of its baud rate."""

    def __init__(self, descriptor: int, baud: int) -> None:
        self.descriptor = descriptor
        self.character_s = 11 / baud
        self.silence_s = 3.5 * self.character_s if baud <= 19_200 else 0.00175

    @property
    def floor_s(self) -> float:
        """The least time for one poll."""
        return (len(REQUEST) + REPLY_BYTES) * self.character_s + 2 * self.silence_s

    def poll(self, quiet_since: float) -> float:
        """One poll after the silence that is due; asserts that no byte came early and gives the time of the last."""
        while time.perf_counter() < quiet_since + self.silence_s:
            pass
        began = time.perf_counter()
        os.write(self.descriptor, REQUEST)
        reply_from = began + len(REQUEST) * self.character_s + self.silence_s
        received = b""
        while len(received) < REPLY_BYTES:
            assert select.select([self.descriptor], [], [], 2.0)[0]
            received += os.read(self.descriptor, 256)
            now = time.perf_counter()
            assert len(received) <= (now - reply_from) / self.character_s
        assert len(received) == REPLY_BYTES
        return now


@pytest.fixture(params=[9600, 19_200, 115_200])
def baud(request: pytest.FixtureRequest) -> int:
    """The usual rates."""
    rate = request.param
    assert isinstance(rate, int)
    return rate


@pytest.fixture(params=["pty", "rtu_tcp"])
def line(request: pytest.FixtureRequest, baud: int, start: Start) -> Iterator[Line]:
    """A paced wire of a simulator in another process."""
    if request.param == "rtu_tcp":
        _, endpoints = start("--rtu-tcp", "127.0.0.1:0", "--baud", str(baud))
        host, _, port = endpoints["rtu_tcp"].removeprefix("socket://").rpartition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield Line(connection.fileno(), baud)
        return
    if sys.platform == "win32":
        pytest.skip("Windows has no pty")
    _, endpoints = start("--pty", "--baud", str(baud))
    device = endpoints["pty"].removeprefix("serial://").partition("?")[0]
    descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY)
    yield Line(descriptor, baud)
    os.close(descriptor)


def test_polls_come_close_to_the_limit_of_the_line_and_never_beat_it(line: Line) -> None:
    ratios: list[float] = []
    last = time.perf_counter()
    while max(ratios, default=0.0) < REACH and len(ratios) < MAX_ROUNDS:
        polls = []
        for _ in range(12):
            last, before = line.poll(last), last
            polls.append(last - before)
        assert min(polls) >= line.floor_s
        ratios.append(line.floor_s / statistics.quantiles(polls, n=4)[0])
    assert max(ratios) >= REACH


def test_two_clients_of_a_device_server_share_one_line(start: Start) -> None:
    _, endpoints = start("--rtu-tcp", "127.0.0.1:0", "--baud", "9600")
    host, _, port = endpoints["rtu_tcp"].removeprefix("socket://").rpartition(":")
    with socket.create_connection((host, int(port))) as first, socket.create_connection((host, int(port))) as second:
        line = Line(first.fileno(), 9600)
        began = time.perf_counter()
        first.sendall(REQUEST)
        second.sendall(REQUEST)
        for connection in (first, second):
            connection.settimeout(2.0)
            received = b""
            while len(received) < REPLY_BYTES:
                received += connection.recv(256)
            assert received[:3] == bytes((1, 3, 56)), "the replies do not mix"
        assert time.perf_counter() - began >= 2 * line.floor_s - line.silence_s


def test_a_late_reply_takes_the_time_of_its_characters_too(start: Start) -> None:
    _, endpoints = start("--rtu-tcp", "127.0.0.1:0", "--control", "127.0.0.1:0", "--baud", "9600")
    host, _, port = endpoints["rtu_tcp"].removeprefix("socket://").rpartition(":")
    control_host, _, control_port = endpoints["control"].rpartition(":")
    with socket.create_connection((control_host, int(control_port))) as control:
        control.sendall(b'{"do": "link", "fault": "late", "ms": 100}\n')
        assert control.recv(100) == b'{"ok": true}\n'
    with socket.create_connection((host, int(port))) as connection:
        line = Line(connection.fileno(), 9600)
        began = time.perf_counter()
        assert line.poll(0.0) - began >= 0.1 + line.floor_s - line.silence_s


def test_canary_an_unpaced_wire_is_faster_than_the_line(start: Start) -> None:
    _, endpoints = start()
    host, _, port = endpoints["rtu_tcp"].removeprefix("socket://").rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        with pytest.raises(AssertionError):
            Line(connection.fileno(), 9600).poll(0.0)
