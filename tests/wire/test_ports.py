"""A port is what its URL says, is held alone, and is refused with a reason if it is not a serial port at all."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import serial

from archroom.core.bus_urls import is_bus_url
from archroom.drivers.ports import Carrier, open_port, parse_port
from archroom.drivers.timing import Framing, serial_timing
from archroom.drivers.wires import PolledSerialWire
from archroom.errors import PortUnavailable, UsageError
from archroom.shelving.lock import port_key

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bus() -> Iterator[tuple[int, str]]:
    """A pty: the far end's descriptor and the path of ours."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    with suppress(OSError):  # a test may have pulled the plug already
        os.close(master)


NO_PORTS = (
    "",
    "nonsense",
    "/dev/ttyUSB0",
    "COM3",
    "serial:",
    "serial://",
    "serial:///dev/ttyUSB0?baud=1",
    "serial:///dev/ttyUSB0?baud=",
    "serial:///dev/ttyUSB0?baud=fast",
    "serial:///dev/ttyUSB0?baud",
    "serial:///dev/ttyUSB0?parity=X",
    "serial:///dev/ttyUSB0?stop=3",
    "serial:///dev/ttyUSB0?colour=red",
    "serial:///dev/ttyUSB0?echo=yes",
    "serial:///dev/tty\0USB0",
    "serial:///dev/ttyUSB0#1",
    "socket://host",
    "socket://:502",
    "socket://host:0",
    "socket://host:65536",
    "socket://host:502/path",
    "socket://user:secret@host:502",
    "socket://host:502?parity=E",
    "tcp://host:502?baud=9600",
    "http://host",
    "http://host:502/path",
    "http://host:502?local=1",
    "udp://host",
    "udp://host:9000?local=",
    "udp://host:9000?local=65536",
    "udp://host:9000?local=x",
    "udp://host:9000?baud=9600",
    "tcp://[::1:502",
    "tcp://host:port",
    "tcp://",
    "tcp://host:0",
    "tcp://host/path",
    "serial://dev/ttyUSB0",
    "serial:///dev/ttyUSB0?baud=9600&stop",
    "serial:///",
)
PORTS = (
    "udp://host:9000",
    "udp://host:9000?local=9001",
    "http://host:80",
    "serial:///dev/ttyUSB0",
    "serial:///dev/serial/by-id/usb-FTDI-if00?baud=9600",
    "serial:///dev/ttyUSB0?baud=921600&parity=n&stop=2&echo=1",
    "serial:///COM3",
    "serial://COM3?baud=19200",
    "serial:com12",
    "socket://gate.example:4001",
    "socket://gate.example:4001/?baud=19200&echo=0",
    "tcp://10.0.0.5",
    "tcp://10.0.0.5:1502",
    "tcp://[::1]",
)


@pytest.mark.parametrize("url", NO_PORTS)
def test_a_url_that_names_no_port_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_port(url)
    assert "secret" not in refused.value.message.english()


@pytest.mark.parametrize("url", PORTS)
def test_a_url_that_names_a_port_is_taken(url: str) -> None:
    assert parse_port(url).place


@pytest.mark.parametrize("url", [*PORTS, *NO_PORTS])
def test_the_settings_take_what_can_be_opened_and_nothing_else(url: str) -> None:
    assert is_bus_url(url, "z5") == (url in PORTS)
    assert is_bus_url(url) == (url in PORTS and not url.startswith(("udp:", "http:")))


def test_modbus_tcp_has_a_usual_port() -> None:
    assert (parse_port("tcp://gate").port, parse_port("tcp://gate").name) == (502, "tcp://gate:502")
    assert parse_port("tcp://gate") == parse_port("tcp://Gate:502")


def test_what_a_url_says_is_kept() -> None:
    address = parse_port("serial:///dev/ttyUSB0?baud=9600&parity=o&stop=1&echo=1")
    assert (address.carrier, address.place, address.baud) == (Carrier.SERIAL, "/dev/ttyUSB0", 9_600)
    assert (address.parity, address.stop_bits) == ("O", 1)
    assert address.timing == serial_timing(9_600, has_echo=True)
    gateway = parse_port("socket://Gate.example:4001?baud=19200")
    assert (gateway.place, gateway.port, gateway.timing) == ("gate.example", 4001, serial_timing(19_200))
    assert gateway.name == "socket://gate.example:4001"
    stream = parse_port("socket://gate.example:4001").timing
    assert (stream.framing, stream.character_s, stream.silence_s) == (Framing.RTU, 0.0, 0.00175)
    modbus_tcp = parse_port("tcp://[::1]:502")
    assert modbus_tcp.name == "tcp://[::1]:502"
    assert modbus_tcp.timing.framing is Framing.MBAP
    assert modbus_tcp.timing.is_stream


@pytest.mark.parametrize("spelling", ["serial:///COM3", "serial://COM3", "serial:COM3", "serial:///com3"])
def test_a_windows_port_is_understood(spelling: str) -> None:
    assert parse_port(spelling + "?baud=19200").place == "COM3"


def test_characters_of_a_real_line_have_eleven_bits_unless_said_otherwise(bus: tuple[int, str]) -> None:
    assert parse_port("serial:///dev/ttyUSB0").parity == "E"
    assert parse_port("serial:///dev/ttyUSB0?stop=2").parity == "N"
    assert parse_port("serial:///dev/ttyUSB0?parity=N").stop_bits == 1
    assert parse_port(f"serial://{bus[1]}").parity == "N"
    assert parse_port("serial:///dev/ttyUSB0").baud == 19_200


def test_a_port_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(PortUnavailable, match="no port"):
        open_port(f"serial://{tmp_path}/ttyUSB9")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    with pytest.raises(PortUnavailable, match="no port"):
        open_port(f"serial://{tmp_path}/dangling")


def test_what_is_no_serial_port_is_not_opened_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a letter")
    os.mkfifo(tmp_path / "pipe")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "socket"))
    for path in (file, tmp_path, tmp_path / "pipe", tmp_path / "socket", Path("/dev/null"), Path("/dev/zero"), file / "x"):
        with pytest.raises(PortUnavailable, match="not a serial port|cannot be reached"):
            open_port(f"serial://{path}")
    listener.close()
    assert file.read_text() == "a letter"


def test_a_hostile_name_arrives_harmless(tmp_path: Path) -> None:
    with pytest.raises(PortUnavailable) as refused:
        open_port(f"serial://{tmp_path}/\x1b]0;owned\x07")
    assert "\x1b" not in refused.value.message.english()


def test_a_port_is_held_alone_and_may_be_had_again(bus: tuple[int, str]) -> None:
    url = f"serial://{bus[1]}"
    held = open_port(url)
    with pytest.raises(PortUnavailable, match="taken"):
        open_port(url)
    held.close()
    held.close()
    open_port(url).close()


def test_an_emergency_stop_goes_past_the_lock(bus: tuple[int, str]) -> None:
    master, path = bus
    held = open_port(f"serial://{path}")
    past = open_port(f"serial://{path}", past_lock=True)
    past.write(b"stop")
    assert os.read(master, 10) == b"stop"
    past.close()
    with pytest.raises(PortUnavailable, match="taken"):
        open_port(f"serial://{path}")
    held.close()


def test_a_link_is_the_port_that_it_leads_to(bus: tuple[int, str], tmp_path: Path) -> None:
    (tmp_path / "bus").symlink_to(bus[1])
    address = parse_port(f"serial://{tmp_path}/bus")
    assert (port_key(address), address.parity) == (bus[1], "N")


def test_our_own_terminal_is_no_bus(bus: tuple[int, str]) -> None:
    program = "import sys; from archroom.drivers.ports import open_port; open_port(sys.argv[1])"
    with open(bus[1], "r+b", buffering=0) as terminal:
        run = subprocess.run(
            [sys.executable, "-c", program, f"serial://{bus[1]}"],
            stdin=terminal,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
    assert "terminal in which this program runs" in run.stderr


def test_a_port_that_goes_away_says_so(bus: tuple[int, str]) -> None:
    master, path = bus
    wire = open_port(f"serial://{path}")
    os.close(master)
    with pytest.raises(PortUnavailable, match="went away"):
        wire.read(5.0)
    with pytest.raises(PortUnavailable, match="went away"):
        wire.write(b"x")
    wire.close()
    with pytest.raises(PortUnavailable, match="went away"):
        wire.read(0)


def test_a_host_that_does_not_listen_or_hangs_up_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        wire = open_port(url)
        peer, _ = listener.accept()
        wire.write(b"ask")
        assert peer.recv(10) == b"ask"
        assert wire.read(0) == b""
        peer.sendall(b"answer")
        assert wire.read(5.0) == b"answer"
        peer.close()
        with pytest.raises(PortUnavailable, match="went away"):
            wire.read(5.0)
        wire.close()
    with pytest.raises(PortUnavailable, match="Nothing listens"):
        open_port(url)


def test_a_host_without_a_name_says_so() -> None:
    with pytest.raises(PortUnavailable, match="cannot be reached"):
        open_port(f"tcp://{'a' * 64}.invalid:502")


def test_a_far_end_that_takes_nothing_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = open_port(f"socket://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(PortUnavailable, match="takes no more"):
            wire.write(bytes(50_000_000))
        wire.close()


def test_a_port_that_can_only_be_looked_at_gives_the_same() -> None:
    wire = PolledSerialWire(serial.serial_for_url("loop://", timeout=0), "loop", serial_timing(19_200))
    assert wire.read(0.01) == b""
    wire.write(b"\x01\x02")
    assert wire.read(1.0) == b"\x01\x02"
    wire.close()
    with pytest.raises(PortUnavailable, match="went away"):
        wire.read(0)


def test_nothing_here_needs_a_terminal_system_to_be_loaded() -> None:
    """As on Windows: no termios, no fcntl. What chooses for itself, pySerial and asyncio, is loaded before they vanish."""
    program = (
        "import asyncio, sys, serial; sys.platform = 'win32';"
        "sys.modules.update(termios=None, fcntl=None, pty=None, tty=None);"
        "from archroom.drivers import controller, line, ports, wires;"
        "print(ports.parse_port('serial:///COM3').timing.silence_s)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert run.stderr == ""
    assert float(run.stdout) == pytest.approx(0.0020, abs=1e-4)
