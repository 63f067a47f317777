"""Sockets and bytes to speak to a simulated controller of another make; knows nothing of how it speaks."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hardware_sim import RunningSimulator

GOLDEN = Path(__file__).parents[1] / "wire" / "golden"
LOOPBACK = "127.0.0.1:0"


@dataclass(frozen=True)
class Step:
    """One request of a golden session, and its reply (nothing where the make says nothing)."""

    meaning: str
    request: bytes
    reply: bytes


@dataclass(frozen=True)
class Golden:
    """A golden session: what is chosen of the controller, what it measures, and the frames in their order."""

    name: str
    choices: dict[str, str]
    climate: dict[str, float]
    steps: list[Step]


def golden(profile: str) -> list[Golden]:
    """The sessions of a profile, from its file."""
    document = json.loads((GOLDEN / f"{profile}.json").read_text())
    return [
        Golden(session["name"], session["choices"], session["climate"], [_step(step) for step in session["steps"]])
        for session in document["sessions"]
    ]


def _step(step: dict[str, str]) -> Step:
    if "request_text" in step:
        return Step(step["meaning"], step["request_text"].encode(), step["reply_text"].encode())
    return Step(step["meaning"], bytes.fromhex(step["request"]), bytes.fromhex(step["reply"]))


def play_golden(session: Golden, url: str) -> None:
    """Ask what a golden session asks over TCP, and compare each reply byte by byte."""
    with connected(url) as connection:
        for step in session.steps:
            connection.sendall(step.request)
            assert received(connection, len(step.reply)).hex(" ") == step.reply.hex(" "), step.meaning
        assert is_silent(connection, 0.05)


def live_on(simulator: RunningSimulator, seconds: float) -> None:
    """Let a simulator's own clock pass some seconds."""
    begun_ms = simulator.room.now_ms
    assert until(lambda: simulator.room.now_ms >= begun_ms + seconds * 1000)


def address(url: str) -> tuple[str, int]:
    """Host and port of an endpoint."""
    host, _, port = url.rpartition("//")[2].rpartition(":")
    return host, int(port)


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A TCP connection to an endpoint."""
    with socket.create_connection(address(url)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(2.0)
        yield connection


def received(connection: socket.socket, count: int) -> bytes:
    """That many bytes, or what came of them before the end or two seconds of silence."""
    data = b""
    while len(data) < count and select.select([connection], [], [], 2.0)[0]:
        piece = connection.recv(count - len(data))
        if not piece:
            break
        data += piece
    return data


def is_silent(connection: socket.socket, seconds: float = 0.15) -> bool:
    """Whether nothing comes for that long."""
    return not select.select([connection], [], [], seconds)[0]


def until(condition: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Ask again and again until a condition holds; False when the time is up."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():
            return True
    return condition()
