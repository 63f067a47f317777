"""A server under a service manager: ready, alive while its buses turn, silent once one hangs; and the unit file."""

from __future__ import annotations

import configparser
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from shelving_room import ShelvingRoom, until

from archroom.core import liveness
from archroom.shelving.server import Server
from archroom.shelving.service_manager import ServiceManager, UnitFacts, unit_file

FACTS = UnitFacts("/opt/archroom/bin/archroom", "archroom", "archives", is_serial=True, needs_home=False)


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a service manager hears, whose watchdog takes 0.6 s."""
    path = tmp_path / "notify"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(path))
    monkeypatch.setenv("NOTIFY_SOCKET", str(path))
    monkeypatch.setenv("WATCHDOG_USEC", "600000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    found: list[str] = []

    def listen() -> None:
        while (told := listener.recv(4096)) != b"end":
            found.append(told.decode())

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield found
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"end", str(path))
    thread.join(5.0)
    listener.close()


def test_a_server_says_that_it_is_ready_and_alive_until_a_bus_hangs(
    tmp_path: Path, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "TURN_WITHIN_S", 1.0)
    with ShelvingRoom(tmp_path) as room:
        server = Server(room.spec, room.places, lambda message: None)
        serving = threading.Thread(target=server.run, daemon=True)
        serving.start()
        try:
            assert until(lambda: heard.count("WATCHDOG=1") >= 3, 10.0), heard
            assert heard[0].startswith("READY=1\nSTATUS=serving 1 buses at unix:")
            bus = server._floor.buses[0]
            with bus.changed:  # the thread of the bus waits for this lock, and turns no more
                assert until(lambda: heard[-1] == "STATUS=a bus hangs", 10.0), heard[-5:]
                fed = heard.count("WATCHDOG=1")
                assert until(lambda: heard.count("STATUS=a bus hangs") >= 3, 10.0)
                assert heard.count("WATCHDOG=1") == fed
            assert until(lambda: heard[-1] == "WATCHDOG=1", 10.0)
        finally:
            server.end()
            serving.join(10.0)
            server.close()
        assert not serving.is_alive()
        assert until(lambda: "STOPPING=1" in heard, 5.0)


@pytest.mark.parametrize(
    ("environment", "watchdog_s"),
    [
        ({}, None),
        ({"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "20000000"}, 20.0),
        ({"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, None),
        ({"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "soon"}, None),
        ({"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "20000000"}, None),
    ],
)
def test_a_watchdog_is_fed_only_if_it_is_ours(environment: dict[str, str], watchdog_s: float | None) -> None:
    manager = ServiceManager(environment)
    assert manager.watchdog_s == watchdog_s
    manager.ready("to nobody")


def test_an_abstract_socket_is_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"archroom-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + name)
        listener.settimeout(5.0)
        manager = ServiceManager({"NOTIFY_SOCKET": "@" + name})
        manager.alive()
        assert listener.recv(100) == b"WATCHDOG=1"
        manager.alive("serving a bus has failed")
        assert listener.recv(100) == b"WATCHDOG=1\nSTATUS=serving a bus has failed"


def read(text: str) -> configparser.SectionProxy:
    """The service section of a unit file, whose last word on a key counts."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their case
    parser.read_string(text)
    return parser["Service"]


def test_the_unit_file_is_watched_and_has_few_rights() -> None:
    service = read(unit_file(FACTS))
    assert (service["Type"], service["WatchdogSec"], service["User"], service["Group"]) == (
        "notify",
        "20",
        "archroom",
        "archives",
    )
    assert service["ExecStart"] == "/opt/archroom/bin/archroom shelving serve"
    assert (service["NoNewPrivileges"], service["ProtectSystem"], service["ProtectHome"]) == ("yes", "strict", "yes")
    assert (service["DevicePolicy"], service["SupplementaryGroups"]) == ("closed", "dialout")
    assert "RestrictSUIDSGID" not in service


def test_without_serial_ports_there_are_no_devices_and_with_books_at_home_the_home_is_seen() -> None:
    service = read(unit_file(UnitFacts("/opt/a b/50%/$x", "archroom", "archroom", is_serial=False, needs_home=True)))
    assert (service["PrivateDevices"], service["ProtectHome"]) == ("yes", "no")
    assert "DeviceAllow" not in service
    assert service["ExecStart"] == '"/opt/a b/50%%/$$x" shelving serve'


def complaints_about(text: str, file: Path) -> list[str]:
    """What systemd has to say against a unit file."""
    file.write_text(text, encoding="utf-8")
    checked = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, timeout=60)
    return [line for line in (checked.stdout + checked.stderr).splitlines() if file.name in line]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
@pytest.mark.parametrize("is_serial", [True, False])
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path, is_serial: bool) -> None:
    file = tmp_path / "archroom-shelving.service"
    text = unit_file(UnitFacts(shutil.which("true") or "/bin/true", "root", "root", is_serial, needs_home=False))
    assert complaints_about(text, file) == []
    assert complaints_about(text.replace("WatchdogSec=20", "WatchdogSec=often"), file) != []
