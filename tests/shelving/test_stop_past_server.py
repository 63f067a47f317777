"""A stop goes to the steel with the server frozen, dead, silent or never started, and names the way it went."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from shelving_room import WIRES, ShelvingRoom, freeze, until
from supervised_room import block_of

from archroom.core.shelving import OutcomeKind, Trust
from archroom.drivers import reference
from archroom.drivers.modbus_frames import build_request
from archroom.drivers.timing import Framing
from archroom.errors import PortUnavailable, UsageError
from archroom.shelving import notice_board, sessions
from archroom.shelving.bus import Bus
from archroom.shelving.client import ShelvingClient
from archroom.shelving.climate_serving import ClimateServing
from archroom.shelving.direct import stop_frame, stop_past_server
from archroom.shelving.endpoint import Lines
from archroom.shelving.floor import Floor
from archroom.shelving.holds_file import HoldsFile
from archroom.shelving.journal import Journal
from archroom.shelving.spec import BusSpec, Places, ServerSpec

FRAME_WITHIN_S = 0.3
BRAKED_WITHIN_S = FRAME_WITHIN_S + 0.02 + 0.25


@pytest.fixture(params=WIRES)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ShelvingRoom]:
    """A room on each wire."""
    with ShelvingRoom(tmp_path, request.param, speed=2.0) as made:
        yield made


def test_a_stop_goes_past_a_frozen_server(room: ShelvingRoom) -> None:
    server = room.start_server()
    client = room.ready_client()
    opening = room.opening(client, 3)
    room.wait_until_moving()
    freeze(server)
    pressed_s = monotonic()
    reports = client.stop()
    assert [(report.is_sent, report.is_standstill_seen, report.path) for report in reports] == [(True, True, "direct")]
    assert monotonic() - pressed_s < 3.0
    room.wait_until_still(0.0)
    assert room.truth()["state"] == "idle"
    assert opening.outcome(10.0).kind is OutcomeKind.UNKNOWN


def test_a_stop_goes_past_a_killed_server_and_needs_none(room: ShelvingRoom) -> None:
    server = room.start_server()
    client = room.ready_client()
    opening = room.opening(client, 3)
    room.wait_until_moving()
    server.kill()
    server.wait()
    reports = client.stop(1)
    assert [(report.is_sent, report.is_standstill_seen, report.path) for report in reports] == [(True, True, "direct")]
    room.wait_until_still(0.0)
    assert opening.outcome(10.0).kind is OutcomeKind.UNKNOWN


def test_a_stop_needs_no_server_ever(room: ShelvingRoom) -> None:
    reports = room.client().stop()
    assert [(report.block, report.is_sent, report.is_standstill_seen) for report in reports] == [(1, True, True)]
    assert not room.places.run_folder.exists()


def test_a_server_that_takes_no_stop_within_its_time_is_passed_by(tmp_path: Path) -> None:
    """A process that listens and says nothing: not suspended, only silent."""
    with ShelvingRoom(tmp_path, "rtu_tcp", speed=2.0) as room:
        server = room.start_server()
        board = notice_board.read_board(room.places.run_folder)
        assert board is not None
        freeze(server)
        notice_board.publish(replace(board, pid=os.getpid()), room.places.run_folder)
        pressed_s = monotonic()
        reports = room.client().stop()
        assert [report.path for report in reports] == ["direct"]
        assert monotonic() - pressed_s >= 0.2


def test_a_silent_unit_is_told_and_delays_no_other(tmp_path: Path) -> None:
    blocks = (block_of(open_aisles=(0,)), block_of(open_aisles=(0,), number=2))
    with ShelvingRoom(tmp_path, "pty", blocks, silent=(2,)) as room:
        reports = room.client().stop()
        assert [(report.block, report.is_sent, report.is_standstill_seen) for report in reports] == [
            (1, True, True),
            (2, True, False),
        ]
        assert reports[1].reason is not None


def test_a_port_that_is_not_there_is_told(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "rtu_tcp") as room:
        buses = (BusSpec("serial:///dev/nothing-of-that-name", {7: 7}), *room.spec.buses)
        reports = stop_past_server(buses, {1: 6, 7: 6}, None)
        assert [(report.block, report.is_sent) for report in reports] == [(1, True), (7, False)]
        assert reports[1].reason is not None
        assert "no port" in reports[1].reason.english()
        assert stop_past_server(buses, {1: 6, 7: 6}, 9) == []


def test_a_line_that_dies_under_the_stop_is_told(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "rtu_tcp") as room:
        room.simulator.control("silent", unit=1, on=True)
        reports = stop_past_server(room.spec.buses, {1: 6}, None)
        assert [(report.is_sent, report.is_standstill_seen) for report in reports] == [(True, False)]


def test_a_stop_goes_out_to_a_block_whose_carriages_nobody_knows(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "rtu_tcp") as room:
        reports = stop_past_server(room.spec.buses, {}, None)
        assert [(report.is_sent, report.is_standstill_seen) for report in reports] == [(True, False)]


def test_without_shelving_there_is_nothing_to_stop(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path) as room:
        nothing = ShelvingClient(ServerSpec((), ()), room.places)
        for act in (nothing.stop, nothing.views):
            with pytest.raises(PortUnavailable, match="No mobile shelving is set up"):
                act()


def test_a_block_that_is_not_there_is_refused_by_the_server(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path) as room:
        room.start_server()
        with pytest.raises(UsageError, match="no block 9"):
            room.client().stop(9)


def test_no_name_keeps_a_stop_from_being_taken(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path) as room:
        room.start_server()
        for by in ("Ana " * 1000, "", "\ud800\x1b[31m"):
            assert [(report.is_standstill_seen, report.path) for report in room.client().stop(by=by)] == [(True, "server")]


def test_a_bus_whose_thread_has_ended_takes_no_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "STANDSTILL_WITHIN_S", 0.0)
    blocks = {1: block_of(open_aisles=(0,))}
    bus = Bus(BusSpec("tcp://127.0.0.1:1", {1: 1}), blocks, lambda: "t1", lambda block, notice: None)
    assert not bus.is_alive
    ours, theirs = socket.socketpair()
    client = Lines(ours)
    client.send({"v": sessions.VERSION, "do": "stop", "by": "Ana"})
    ours.shutdown(socket.SHUT_WR)
    sessions.serve_client(Lines(theirs), floor_of(bus, tmp_path))
    answer = client.receive(1.0)
    client.close()
    assert answer is not None
    assert "taken" not in answer
    assert "reports" in answer


def floor_of(bus: Bus, folder: Path) -> Floor:
    """What sessions act on, as far as a stop needs it."""
    climate, holds = ClimateServing((), Places(folder, folder), print), HoldsFile(folder)
    return Floor((bus,), Journal(folder), holds, climate, "", lambda: False, lambda: False, folder)


def test_the_frame_is_that_of_the_driver() -> None:
    for unit in (1, 17, 247):
        assert stop_frame(unit, Framing.RTU) == build_request(reference.stop(unit), Framing.RTU, 0)
        assert stop_frame(unit, Framing.MBAP) == build_request(reference.stop(unit), Framing.MBAP, 1)


def test_the_first_frame_leaves_before_pymodbus_is_loaded() -> None:
    script = "import archroom.shelving.direct, sys; print('pymodbus' in sys.modules, 'textual' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout.split() == ["False", "False"]


def test_a_frozen_server_that_wakes_up_finds_its_motion_over(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "pty", speed=2.0) as room:
        server = room.start_server()
        client = room.ready_client()
        room.opening(client, 3)
        room.wait_until_moving()
        freeze(server)
        client.stop()
        resting = room.truth()["positions"]
        os.kill(server.pid, signal.SIGCONT)
        assert until(lambda: client.views()[0].motion is None, 10.0), client.views()
        assert until(lambda: client.views()[0].trust is Trust.GOOD, 10.0), client.views()
        assert "is not armed" in str(client.views()[0].why_not)
        assert room.truth()["positions"] == resting
