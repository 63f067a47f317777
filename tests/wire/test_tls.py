"""Modbus/TCP with TLS: only a far end that proves who it is is talked to, and an encrypted line behaves like any other."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from shelving_room import simulator_of
from supervised_room import block_of
from tls_front import CERTIFICATES, TlsFront

from archroom.core.bus_urls import is_bus_url
from archroom.drivers.controller import ReferenceController
from archroom.drivers.line import Line
from archroom.drivers.ports import Carrier, TlsFiles, open_port, parse_port
from archroom.drivers.timing import Framing
from archroom.errors import PortUnavailable

AUTHORITY = f"ca={CERTIFICATES}/authority.pem"
DESK = f"cert={CERTIFICATES}/desk.pem"


@pytest.fixture(scope="module")
def simulator() -> Iterator[tuple[str, int]]:
    """Where a simulated controller speaks Modbus TCP."""
    with simulator_of((block_of(),), "tcp") as running:
        parts = urlsplit(running.endpoints["tcp"])
        assert parts.hostname is not None
        assert parts.port is not None
        yield parts.hostname, parts.port


def test_a_controller_is_read_through_tls_and_both_ends_show_who_they_are(simulator: tuple[str, int]) -> None:
    with TlsFront(simulator, is_mutual=True) as front:
        wire = open_port(f"tls://127.0.0.1:{front.port}?{AUTHORITY}&{DESK}")
        assert (wire.name, wire.timing.framing) == (f"tls://127.0.0.1:{front.port}", Framing.MBAP)
        line = Line(wire, time.monotonic)
        with closing(line):
            controller = ReferenceController(line, 1)
            assert controller.identity().serial == "SIM00001"
            counters = [controller.status(6).status.counter for _ in range(20)]
            assert counters == sorted(counters)


def test_a_cut_connection_is_a_port_that_went_away(simulator: tuple[str, int]) -> None:
    with TlsFront(simulator) as front, closing(open_port(f"tls://127.0.0.1:{front.port}?{AUTHORITY}")) as wire:
        assert wire.read(0.01) == b""
        front.cut()
        with pytest.raises(PortUnavailable, match="went away"):
            wire.read(5.0)
        wire.close()
        with pytest.raises(PortUnavailable, match="went away"):
            wire.write(b"x")


@pytest.mark.parametrize(
    ("host", "settings", "told"),
    [
        ("127.0.0.1", f"ca={CERTIFICATES}/stranger.pem", "its certificate is not trusted"),
        ("localhost", AUTHORITY, "its certificate is not trusted"),
        ("127.0.0.1", "", "its certificate is not trusted"),
        ("127.0.0.1", f"ca={CERTIFICATES}/nowhere.pem", "nowhere.pem cannot be read"),
        ("127.0.0.1", f"{AUTHORITY}&cert={CERTIFICATES}/nowhere.pem", "nowhere.pem cannot be read"),
    ],
    ids=[
        "signed by somebody else",
        "of another name",
        "not known to the system",
        "no authority there",
        "no certificate there",
    ],
)
def test_whoever_does_not_prove_who_it_is_is_not_talked_to(
    simulator: tuple[str, int], host: str, settings: str, told: str
) -> None:
    with TlsFront(simulator) as front, pytest.raises(PortUnavailable, match=told):
        open_port(f"tls://{host}:{front.port}" + (f"?{settings}" if settings else ""))


def test_a_desk_without_a_certificate_is_sent_away(simulator: tuple[str, int]) -> None:
    def read_from(url: str) -> bytes:
        with closing(open_port(url)) as wire:
            return wire.read(5.0)

    with TlsFront(simulator, is_mutual=True) as front, pytest.raises(PortUnavailable):
        read_from(f"tls://127.0.0.1:{front.port}?{AUTHORITY}")


def test_what_does_not_speak_tls_is_told() -> None:
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as silent,
        pytest.raises(PortUnavailable, match="does not speak TLS"),
    ):
        open_port(f"tls://127.0.0.1:{silent.getsockname()[1]}?{AUTHORITY}")


def test_writing_to_a_line_that_was_cut_ends(simulator: tuple[str, int]) -> None:
    with TlsFront(simulator) as front, closing(open_port(f"tls://127.0.0.1:{front.port}?{AUTHORITY}")) as wire:
        front.cut()
        with pytest.raises(PortUnavailable, match="went away"):
            wire.write(b"x" * 10_000_000)


def test_the_usual_port_and_the_files() -> None:
    address = parse_port("tls://gateway?ca=/etc/ca.pem&cert=/etc/desk.pem&key=/etc/desk.key")
    assert (address.carrier, address.port) == (Carrier.MODBUS_TLS, 802)
    assert address.tls == TlsFiles("/etc/ca.pem", "/etc/desk.pem", "/etc/desk.key")


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("tls://gateway", True),
        ("tls://gateway:802?ca=/etc/ca.pem", True),
        ("tls://gateway?ca=C:\\ca.pem&cert=/a&key=/b", True),
        ("tls://gateway?ca=ca.pem", False),
        ("tls://gateway?ca=", False),
        ("tls://gateway:0", False),
        ("tls://gateway?password=x", False),
        ("tcp://gateway?ca=/etc/ca.pem", False),
    ],
)
def test_the_address_in_a_settings_file(url: str, is_one: bool) -> None:
    assert is_bus_url(url) is is_one
