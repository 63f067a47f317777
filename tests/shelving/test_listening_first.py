"""A bus hears a line out before it talks, stays silent while another master does, and knows its own adapter again."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from paper_controller import with_crc
from shelving_room import ShelvingRoom, until
from supervised_room import block_of
from virtual_wire import VirtualClock

from archroom.drivers import adapters, ear
from archroom.drivers.adapters import Adapter, same_adapter
from archroom.drivers.ear import QUIET_S, Ear
from archroom.drivers.ports import listening_s
from archroom.drivers.timing import LISTEN_S, NEARBY_LISTEN_S, Framing
from archroom.errors import PortUnavailable, say
from archroom.shelving.bus import Bus
from archroom.shelving.spec import BusSpec

ASKED = with_crc(bytes((7, 3, 0, 0, 0, 1)))
ANSWERED = with_crc(struct.pack(">BBBH", 7, 3, 2, 0x1234))
STOP_OF_UNIT_1 = bytes((1, 6, 2, 0x20))


class ForeignLine:
    """A gateway to a line on which another master talks until told not to; keeps what is sent to it."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.is_talking = threading.Event()
        self.is_talking.set()
        self._is_ending = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._is_ending.set()
        self._thread.join(5.0)
        self._listener.close()

    def _run(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(0.05)
        with connection, suppress(OSError):
            while not self._is_ending.is_set():
                if self.is_talking.is_set():
                    connection.sendall(ASKED + ANSWERED)
                with suppress(TimeoutError):
                    self.received += connection.recv(4096)


@pytest.fixture
def line() -> Iterator[ForeignLine]:
    """A line on which another master talks."""
    made = ForeignLine()
    yield made
    made.close()


@contextmanager
def serving(url: str) -> Iterator[Bus]:
    """A bus with one block at a port."""
    bus = Bus(BusSpec(url, {1: 1}), {1: block_of()}, lambda: "t1", lambda block, notice: None)
    bus.start()
    try:
        yield bus
    finally:
        bus.end()


def why_not(bus: Bus) -> str:
    """Why the block cannot be moved."""
    with bus.changed:
        reason = bus.view(1).why_not
    return reason.english() if reason is not None else ""


def test_nothing_is_sent_while_another_master_talks(line: ForeignLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear, "QUIET_S", 0.4)
    with serving(line.url) as bus:
        assert until(lambda: "Another program talks on" in why_not(bus), 10.0)
        assert not until(lambda: bool(line.received), 1.0)
        assert bus.watch.foreign_frames >= 2
        line.is_talking.clear()
        assert until(lambda: bool(line.received), 10.0)
        assert bus.port_problem is None


def test_a_stop_goes_out_though_another_master_talks(line: ForeignLine) -> None:
    with serving(line.url) as bus:
        assert until(lambda: "Another program talks on" in why_not(bus), 10.0)
        begun_s = monotonic()
        bus.stop((1,), say("Stopped."))
        assert until(lambda: STOP_OF_UNIT_1 in bytes(line.received), 2.0)
        assert monotonic() - begun_s < 0.5
        assert bytes((1, 3)) not in bytes(line.received), "nothing but a stop"
        assert "Another program talks on" in why_not(bus)


def test_two_frames_are_a_conversation_and_one_is_an_answer_to_whoever_was_before_us() -> None:
    clock = VirtualClock()
    heard = Ear(Framing.RTU, clock.now, LISTEN_S)
    assert not heard.hear(ANSWERED, clock.now)
    assert heard.free_at == clock.now + LISTEN_S
    assert heard.hear(ASKED[:3], clock.now) is False
    assert heard.hear(ASKED[3:], clock.now) is True
    assert heard.free_at == clock.now + QUIET_S
    clock.now += 3.0
    assert heard.hear(b"\x00\xff" * 50, clock.now) is False
    assert heard.free_at == clock.now - 3.0 + QUIET_S, "noise is no master"
    assert heard.hear(ASKED, clock.now) is False
    assert heard.free_at == clock.now + QUIET_S


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        ("serial:///dev/ttyUSB0", LISTEN_S),
        ("serial:///dev/pts/3", NEARBY_LISTEN_S),
        ("socket://10.0.0.5:4001", LISTEN_S),
        ("socket://127.0.0.1:4001", NEARBY_LISTEN_S),
    ],
)
def test_a_line_that_others_may_be_on_is_heard_for_a_second(url: str, seconds: float) -> None:
    assert listening_s(url) == seconds


OURS, OTHER = Adapter(0x0403, 0x6001, "A1"), Adapter(0x0403, 0x6001, "B2")


def test_an_adapter_is_known_again_by_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = tmp_path / "ttyUSB0"
    url = f"serial://{port}"
    there: list[Adapter | None] = [OURS]
    monkeypatch.setattr(adapters, "adapter_at", lambda path: there[0])
    port.touch()
    assert same_adapter(url, None) == OURS
    assert same_adapter(url, OURS) == OURS
    there[0] = OTHER
    with pytest.raises(PortUnavailable, match=r"another adapter than before \(0403:6001 B2, not 0403:6001 A1\)"):
        same_adapter(url, OURS)
    there[0] = None
    with pytest.raises(PortUnavailable, match=r"\(-, not 0403:6001 A1\)"):
        same_adapter(url, OURS)
    port.unlink()
    assert same_adapter(url, OURS) == OURS, "that it is gone is said by whoever opens it"
    assert same_adapter("tcp://127.0.0.1:1", None) is None


def test_a_bus_does_not_serve_another_adapter_under_the_old_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = [OURS]
    monkeypatch.setattr(adapters, "adapter_at", lambda path: there[0])
    with ShelvingRoom(tmp_path, "pty") as room:
        link = tmp_path / "port"
        link.symlink_to(room.simulator.endpoints["pty"].removeprefix("serial://").partition("?")[0])
        bus_spec = replace(room.spec.buses[0], url=f"serial://{link}")
        with serving(bus_spec.url) as bus:
            assert until(lambda: bus.watch.counters().get(1) is not None, 10.0)
            there[0] = OTHER
            link.unlink()
            room.simulator.close()
            assert until(lambda: bus.port_problem is not None, 10.0)
            other = tmp_path / "elsewhere"
            other.touch()
            link.symlink_to(other)
            assert until(lambda: "another adapter" in why_not(bus), 10.0), why_not(bus)
