"""``python -m hardware_sim``: one JSON line, and it ends with its parent, by signal, or by word."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.modbus import encode_rtu

Start = Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]]
READ_STATUS = encode_rtu(1, bytes((3, 1, 0, 0, 28)))
not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="signals and ptys are POSIX")


def has_ended(pid: int, timeout_s: float) -> bool:
    """Whether a process that is not our child ends in time (its pidfd becomes readable)."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], timeout_s)[0])
    finally:
        os.close(descriptor)


def connect(address: str) -> socket.socket:
    """A connection to an endpoint."""
    host, _, port = address.rpartition("//")[2].rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5.0)


def test_without_a_wire_it_serves_rtu_over_tcp_and_control(start: Start) -> None:
    process, line = start()
    assert line.keys() == {"pid", "room", "profile", "units", "rtu_tcp", "control"}
    assert (line["pid"], line["room"], line["units"]) == (process.pid, "R1", {"1": 4, "4": 2})
    assert line["rtu_tcp"].startswith("socket://127.0.0.1:")
    connect(line["rtu_tcp"]).close()


@not_on_windows
def test_only_what_was_asked_for_is_opened(start: Start, tmp_path: Path) -> None:
    link = tmp_path / "tty"
    _, line = start("--pty", str(link), "--baud", "9600", "--tcp", "127.0.0.1:0")
    assert line.keys() == {"pid", "room", "profile", "units", "pty", "tcp"}
    assert line["pty"] == f"serial://{link.resolve()}?baud=9600"


def test_it_ends_when_told_on_the_control_channel(start: Start) -> None:
    process, line = start()
    with connect(line["control"]) as connection:
        connection.sendall(b'{"do": "quit"}\n')
        assert json.loads(connection.recv(100)) == {"ok": True}
        assert connection.recv(1) == b""
    assert process.wait(5) == 0


@not_on_windows
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_by_signal_and_takes_its_link_along(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    link = tmp_path / "tty"
    process, _ = start("--pty", str(link))
    assert link.is_symlink()
    process.send_signal(number)
    assert process.wait(5) == 0
    assert not link.is_symlink()


PARENT = """
import subprocess, sys, threading
def begin():
    child = subprocess.Popen([sys.executable, "-m", "hardware_sim", sys.argv[1]], stdout=subprocess.PIPE, text=True)
    print(child.stdout.readline(), end="", flush=True)
thread = threading.Thread(target=begin)
thread.start()
thread.join()
print("the thread has ended", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches the grandchild by pidfd")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None])
def test_it_ends_with_its_parent_but_not_with_the_thread_that_began_it(room_file: Path, how: signal.Signals | None) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(room_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent.stdin, parent.stdout:
        line = json.loads(parent.stdout.readline())
        assert parent.stdout.readline() == "the thread has ended\n"
        assert not has_ended(line["pid"], 0.8), "the parent process lives on"
        if how is None:
            parent.stdin.close()
        else:
            parent.send_signal(how)
        parent.wait(5)
        assert has_ended(line["pid"], 3.0)


def test_it_does_not_stay_when_nobody_reads_its_endpoints(room_file: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hardware_sim", str(room_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(10) == 0


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The simulator to its end."""
    return subprocess.run([sys.executable, "-m", "hardware_sim", *arguments], capture_output=True, text=True, timeout=20)


def test_a_bad_room_file_is_one_sentence(tmp_path: Path) -> None:
    room = tmp_path / "room.toml"
    room.write_text("[room]\ncode = 'R1'\ntitle = 'Room'\nsize = 3\n")
    ended = run(str(room))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"hardware_sim: {room}: [room]: unknown key 'size'\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--tcp", "nowhere"), "hardware_sim: 'nowhere' is not HOST:PORT\n"),
        (("--speed", "0"), "hardware_sim: the speed factor lies above 0 and at most at 1000\n"),
        (("--rtu-tcp", "127.0.0.1:0", "--baud", "1"), "hardware_sim: 1 is not a baud rate\n"),
    ],
)
def test_a_wrong_option_is_one_sentence(room_file: Path, arguments: tuple[str, ...], sentence: str) -> None:
    ended = run(str(room_file), *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", sentence)


def test_a_seed_gives_the_same_boot_ids(start: Start) -> None:
    def boot_id(*arguments: str) -> int:
        _, line = start(*arguments)
        with connect(line["control"]) as connection, connection.makefile("rw") as stream:
            stream.write('{"do": "state"}\n')
            stream.flush()
            units = json.loads(stream.readline())["units"]
            return int(units["1"]["boot_id"]) << 16 | int(units["4"]["boot_id"])

    assert boot_id("--seed", "5") == boot_id("--seed", "5")
    assert boot_id() != boot_id()


@not_on_windows
def test_frozen_for_a_while_it_loses_the_time_and_does_not_fire_its_watchdog(start: Start) -> None:
    process, line = start("--seed", "1")
    with connect(line["rtu_tcp"]) as wire, connect(line["control"]) as control, control.makefile("rw") as stream:
        wire.sendall(encode_rtu(1, bytes((6, 2, 0x10, 0, 7))))
        assert len(wire.recv(100)) == 8
        process.send_signal(signal.SIGSTOP)
        wire.sendall(READ_STATUS)
        assert not select.select([wire], [], [], 1.5)[0], "a frozen process answers nothing"
        process.send_signal(signal.SIGCONT)
        assert len(wire.recv(200)) == 61
        stream.write('{"do": "state"}\n')
        stream.flush()
        stream.readline()
        deadline = time.monotonic() + 5.0
        lost_s = 0.0
        while lost_s < 1.0 and time.monotonic() < deadline:
            stream.write('{"do": "state"}\n')
            stream.flush()
            lost_s = json.loads(stream.readline())["lost_s"]
        assert lost_s > 1.0
        wire.sendall(READ_STATUS)
        status = wire.recv(200)
        assert status[3 + 2 * 7 + 1] & 2, "the watchdog is still armed"
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(
    ("profile", "wire"),
    [
        *(("fatek-coils", "tcp"), ("stow-wms", "tcp"), ("z5", "udp"), ("wkl", "tcp"), ("mjj-web", "http")),
        ("climate", "rtu_tcp"),
    ],
)
def test_a_profile_says_its_name_and_opens_its_first_wire(start: Start, profile: str, wire: str) -> None:
    _, line = start("--profile", profile)
    assert line["profile"] == profile
    assert {wire, "control"} <= line.keys()
    assert line["units"] == {"1": 4, "4": 2}


def test_what_holds_of_a_profile_stands_in_the_line(start: Start) -> None:
    _, line = start(
        "--profile", "z5", "--udp", "127.0.0.1:0", "--choose", "crc_polynomial=0x31", "--choose", "sides=neighbours"
    )
    assert line.keys() == {"pid", "room", "profile", "choices", "units", "udp"}
    chosen = {"checksum": "crc8", "crc_polynomial": 0x31, "crc_initial": 0, "crc_reflected": "no", "sides": "neighbours"}
    assert chosen.items() <= line["choices"].items()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--profile", "z5", "--choose", "checksum"), "'checksum' is not NAME=VALUE"),
        (("--profile", "z5", "--choose", "checksum=md5"), "checksum must be one of crc8, sum8, xor8, not 'md5'"),
        (("--profile", "z5", "--tcp", "127.0.0.1:0"), "this profile has no tcp; it has udp"),
        (("--udp", "127.0.0.1:0"), "this profile has no udp; it has rtu_tcp, tcp, pty"),
        (("--choose", "scan_ms=5"), "there is no choice 'scan_ms' in this profile; there is none"),
    ],
)
def test_a_profile_that_cannot_be_is_one_sentence(room_file: Path, arguments: tuple[str, ...], reason: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "hardware_sim", str(room_file), *arguments], capture_output=True, text=True, timeout=30
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"hardware_sim: {reason}\n"
