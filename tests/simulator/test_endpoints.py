"""The wires as a foreign client finds them: pty, RTU over TCP, Modbus TCP, and the control channel."""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import minimalmodbus
import pytest
from pymodbus import FramerType
from pymodbus.client import ModbusTcpClient

from hardware_sim import ControlError, RunningSimulator, registers
from hardware_sim.endpoints import EndpointError
from hardware_sim.modbus import encode_mbap, encode_rtu

LOOPBACK = "127.0.0.1:0"
IDENTITY = bytes((3, 0, 0, 0, 19))

needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")


def address(url: str) -> tuple[str, int]:
    """Host and port of an endpoint."""
    host, _, port = url.rpartition("//")[2].rpartition(":")
    return host, int(port)


@pytest.fixture
def simulator(room_file: Path) -> Iterator[RunningSimulator]:
    """Everything open, mechanics twenty times as fast."""
    with RunningSimulator(
        room_file, tcp=LOOPBACK, rtu_tcp=LOOPBACK, control=LOOPBACK, speed=20.0, pty=sys.platform != "win32"
    ) as running:
        yield running


def receive(connection: socket.socket, count: int) -> bytes:
    """That many bytes, within two seconds."""
    connection.settimeout(2.0)
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            break
        data += piece
    return data


def is_hung_up(connection: socket.socket) -> bool:
    """Whether the other end closes, orderly or with bytes of ours still unread, within two seconds."""
    try:
        return receive(connection, 1) == b""
    except ConnectionResetError:
        return True


def is_silent(connection: socket.socket, seconds: float = 0.15) -> bool:
    """Whether nothing comes for that long."""
    return not select.select([connection], [], [], seconds)[0]


@needs_pty
def test_a_foreign_client_opens_an_aisle_over_the_pty(simulator: RunningSimulator) -> None:
    device = simulator.endpoints["pty"].removeprefix("serial://").partition("?")[0]
    instrument = minimalmodbus.Instrument(device, 1)
    try:
        instrument.serial.timeout = 1.0
        identity = instrument.read_registers(0, 19)
        assert identity[:5] == [0x4152, 2, 1, 1, 4]
        instrument.write_register(registers.HEARTBEAT, 1, functioncode=6)
        instrument.write_registers(registers.COMMAND, list(registers.command(1, 1, 1, 3, 1, 5000)))
        assert simulator.wait_until(1, lambda truth: truth["state"] == "selected", 2.0)
        instrument.write_registers(registers.COMMAND, list(registers.command(1, 2, 2, 3, 1, 60_000)))
        assert simulator.wait_until(1, lambda truth: truth["state"] == "warning", 2.0)
        deadline = time.monotonic() + 10.0
        while instrument.read_registers(registers.STATUS, 28)[0x11] == 0 and time.monotonic() < deadline:
            instrument.write_register(registers.HEARTBEAT, 1, functioncode=6)
        status = instrument.read_registers(registers.STATUS, 28)
        assert (status[5], status[0x11]) == (1, 1)
        assert status[0x17:0x1B] == [0, 525, 1100, 2450]
    finally:
        instrument.serial.close()
    other = minimalmodbus.Instrument(device, 4)
    try:
        assert other.read_registers(0, 19)[3:5] == [4, 2], "the device outlives its client, and unit 4 is on it too"
    finally:
        other.serial.close()


@pytest.mark.parametrize(("wire", "framer"), [("tcp", FramerType.SOCKET), ("rtu_tcp", FramerType.RTU)])
def test_another_foreign_client_speaks_both_tcp_wires(simulator: RunningSimulator, wire: str, framer: FramerType) -> None:
    host, port = address(simulator.endpoints[wire])
    client = ModbusTcpClient(host, port=port, framer=framer, timeout=1, retries=0)
    try:
        assert client.connect()  # type: ignore[no-untyped-call]  # pymodbus leaves it without types
        assert client.read_holding_registers(0, count=19, device_id=4).registers[:5] == [0x4152, 2, 1, 4, 2]
        assert not client.write_register(registers.STOP, 3, device_id=1).isError()
        assert client.read_holding_registers(registers.STOP, count=1, device_id=1).registers == [3]
        assert client.read_input_registers(0, count=1, device_id=1).exception_code == 1
        assert client.read_holding_registers(5, count=1, device_id=1).exception_code == 2
    finally:
        client.close()  # type: ignore[no-untyped-call]  # pymodbus leaves it without types


@pytest.mark.parametrize("wire", ["tcp", "rtu_tcp"])
def test_many_clients_at_once_get_their_own_answers(simulator: RunningSimulator, wire: str) -> None:
    connections = [socket.create_connection(address(simulator.endpoints[wire])) for _ in range(12)]
    try:
        for number, connection in enumerate(connections):
            unit = 1 if number % 2 else 4
            frame = encode_mbap(unit, IDENTITY, number) if wire == "tcp" else encode_rtu(unit, IDENTITY)
            connection.sendall(frame[:5])
        for number, connection in enumerate(connections):
            unit = 1 if number % 2 else 4
            frame = encode_mbap(unit, IDENTITY, number) if wire == "tcp" else encode_rtu(unit, IDENTITY)
            connection.sendall(frame[5:])
        for number, connection in enumerate(connections):
            reply = receive(connection, 47 if wire == "tcp" else 43)
            body = reply[6:] if wire == "tcp" else reply
            assert body[0] == (1 if number % 2 else 4)
            assert registers.from_bytes(body[3:11]) == (0x4152, 2, 1, body[0])
            assert wire == "rtu_tcp" or int.from_bytes(reply[:2], "big") == number
    finally:
        for connection in connections:
            connection.close()


def test_half_a_frame_is_void_after_silence(simulator: RunningSimulator) -> None:
    frame = encode_rtu(1, IDENTITY)
    with socket.create_connection(address(simulator.endpoints["rtu_tcp"])) as connection:
        connection.sendall(frame[:4])
        assert is_silent(connection, 0.3)
        connection.sendall(frame[4:])
        assert is_silent(connection, 0.3)
        connection.sendall(frame)
        assert len(receive(connection, 43)) == 43


def test_a_stream_that_lost_its_framing_is_closed(simulator: RunningSimulator) -> None:
    with socket.create_connection(address(simulator.endpoints["tcp"])) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert is_hung_up(connection)


@pytest.mark.parametrize("wire", ["tcp", "rtu_tcp"])
def test_absent_units_are_silent(simulator: RunningSimulator, wire: str) -> None:
    with socket.create_connection(address(simulator.endpoints[wire])) as connection:
        connection.sendall(encode_mbap(2, IDENTITY, 1) if wire == "tcp" else encode_rtu(2, IDENTITY))
        assert is_silent(connection)


def test_a_late_reply_comes_late_and_a_doubled_one_twice(simulator: RunningSimulator) -> None:
    simulator.control("link", fault="late", ms=120)
    with socket.create_connection(address(simulator.endpoints["rtu_tcp"])) as connection:
        began = time.monotonic()
        connection.sendall(encode_rtu(1, IDENTITY))
        assert len(receive(connection, 43)) == 43
        assert 0.12 <= time.monotonic() - began < 1.0
        simulator.control("link", fault="duplicate")
        connection.sendall(encode_rtu(1, IDENTITY))
        assert len(receive(connection, 86)) == 86


def test_a_glued_reply_comes_with_the_next_one_of_the_same_client(simulator: RunningSimulator) -> None:
    simulator.control("link", fault="glue")
    url = address(simulator.endpoints["rtu_tcp"])
    with socket.create_connection(url) as connection, socket.create_connection(url) as other:
        connection.sendall(encode_rtu(1, IDENTITY))
        assert is_silent(connection)
        other.sendall(encode_rtu(1, IDENTITY))
        assert len(receive(other, 43)) == 43
        assert is_silent(other, 0.05)
        connection.sendall(encode_rtu(4, IDENTITY))
        both = receive(connection, 86)
        assert (both[0], both[43]) == (1, 4)


def test_a_client_that_never_reads_blocks_nobody(simulator: RunningSimulator) -> None:
    with socket.create_connection(address(simulator.endpoints["tcp"])) as deaf:
        flood = b"".join(encode_mbap(1, IDENTITY, number) for number in range(200))
        deaf.setblocking(False)
        deadline = time.monotonic() + 20.0
        is_dropped = False
        while not is_dropped and time.monotonic() < deadline:
            _, writable, _ = select.select([], [deaf], [], 0.5)
            try:
                if writable:
                    deaf.send(flood)
            except (BrokenPipeError, ConnectionResetError):
                is_dropped = True
        assert is_dropped
        with socket.create_connection(address(simulator.endpoints["tcp"])) as connection:
            connection.sendall(encode_mbap(1, IDENTITY, 1))
            assert len(receive(connection, 47)) == 47


@needs_pty
def test_a_pty_whose_reader_sleeps_loses_bytes_like_a_line(simulator: RunningSimulator) -> None:
    device = simulator.endpoints["pty"].removeprefix("serial://").partition("?")[0]
    descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY)
    try:
        for _ in range(300):
            os.write(descriptor, encode_rtu(1, IDENTITY))
        before = simulator.room.now_ms
        assert simulator.wait_until(1, lambda truth: simulator.room.now_ms > before + 100, 5.0)
    finally:
        os.close(descriptor)


def talk(url: str, *lines: str) -> list[dict[str, object]]:
    """Send lines to a control channel and take one answer for each."""
    with socket.create_connection(address(url)) as connection, connection.makefile("rw", encoding="utf-8") as stream:
        answers = []
        for line in lines:
            stream.write(line + "\n")
            stream.flush()
            answers.append(json.loads(stream.readline()))
        return answers


def test_the_control_channel_answers_line_by_line(simulator: RunningSimulator) -> None:
    answers = talk(
        simulator.endpoints["control"],
        '{"do": "emergency_stop", "unit": 1, "pressed": true}',
        '{"do": "melt"}',
        "not json",
        "[1]",
        '{"do": "state", "unit": 1}',
    )
    assert [answer["ok"] for answer in answers] == [True, False, False, False, True]
    assert "not modelled" in str(answers[1]["error"])
    assert answers[2]["error"] == answers[3]["error"] == "not a JSON object"
    assert {"units", "now_s", "lost_s", "speed", "link_faults"} < answers[4].keys()
    assert simulator.wait_until(1, lambda truth: truth["faults"] == ["emergency_stop"], 2.0)


def test_a_line_without_end_is_hung_up_on(simulator: RunningSimulator) -> None:
    with socket.create_connection(address(simulator.endpoints["control"])) as connection:
        connection.sendall(b"x" * 70_000)
        assert is_hung_up(connection)


def test_control_as_a_method_refuses_by_exception(simulator: RunningSimulator) -> None:
    with pytest.raises(ControlError, match="quit takes no field"):
        simulator.control("quit", now=True)
    assert simulator.control("state")["lost_s"] == 0.0
    assert simulator.truth(4)["still"] is True


def test_a_condition_that_does_not_come_true_times_out(simulator: RunningSimulator) -> None:
    assert not simulator.wait_until(1, lambda truth: truth["state"] == "moving", 0.1)


@needs_pty
def test_a_link_points_to_the_pty_and_goes_with_it(room_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "shelving"
    link.symlink_to("/dev/null")
    with RunningSimulator(room_file, pty=link) as running:
        device = running.endpoints["pty"].removeprefix("serial://").partition("?")[0]
        assert os.readlink(link) == device
        assert running.endpoints["pty"].endswith("?baud=19200")
    assert not link.is_symlink()
    assert not Path(device).exists()


@needs_pty
def test_a_link_never_replaces_a_file(room_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "precious"
    link.write_text("kept")
    with pytest.raises(EndpointError, match="cannot make the link .*precious"):
        RunningSimulator(room_file, pty=link)
    assert link.read_text() == "kept"


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", ":", "h:-1"])
def test_an_address_must_be_one(room_file: Path, text: str) -> None:
    with pytest.raises(EndpointError, match="not HOST:PORT"):
        RunningSimulator(room_file, tcp=text)


def test_a_taken_port_is_one_sentence(room_file: Path, simulator: RunningSimulator) -> None:
    host, port = address(simulator.endpoints["tcp"])
    with pytest.raises(EndpointError, match=f"cannot listen on {host}:{port}: Address"):
        RunningSimulator(room_file, rtu_tcp=f"{host}:{port}")


def test_a_baud_rate_must_be_one(room_file: Path) -> None:
    with pytest.raises(EndpointError, match="5 is not a baud rate"):
        RunningSimulator(room_file, rtu_tcp=LOOPBACK, baud=5)
