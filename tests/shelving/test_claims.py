"""Holds and arming through a real server process: they outlive it as they must, and what was not seen is acknowledged."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from shelving_room import ShelvingRoom, found_unknown, until
from statuses import opening

from archroom.core.shelving import OutcomeKind
from archroom.errors import MotionRefused, NotArmed, Refused, Unreadable, UsageError
from archroom.shelving.client import ShelvingClient
from archroom.shelving.holds_file import FILE_NAME
from archroom.shelving.server import Server


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ShelvingRoom]:
    """A room whose steel is eight times as fast as real."""
    with ShelvingRoom(tmp_path, "rtu_tcp", speed=8.0, warning_ms=300) as made:
        yield made


def kill(server: subprocess.Popen[bytes]) -> None:
    """End a server without a word."""
    server.send_signal(signal.SIGKILL)
    server.wait()


def held(client: ShelvingClient) -> list[tuple[int, str]]:
    """Aisle and name of each hold of the first block."""
    return [(hold.aisle, hold.person) for hold in client.views()[0].holds]


def test_a_hold_outlives_every_end_of_the_server(room: ShelvingRoom) -> None:
    server = room.start_server()
    hold = room.client().hold(1, 2, "Bo", "cleaning")
    assert (hold.aisle, hold.person, hold.reason) == (2, "Bo", "cleaning")
    for end in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        server.send_signal(end)
        server.wait()
        server = room.start_server()
        client = room.ready_client()
        assert [(view.aisle, view.person, view.since) for view in client.views()[0].holds] == [(2, "Bo", hold.since)]
        with pytest.raises(MotionRefused, match="Bo is in aisle 2"):
            client.select(1, opening(3), "Ana")
    client.release(1, 2, "Bo", ["Bo"])
    kill(server)
    room.start_server()
    assert held(room.client()) == []


def test_many_holds_and_a_server_that_is_killed_right_after_each_answer(room: ShelvingRoom) -> None:
    expected: list[tuple[int, str]] = []
    for number in range(6):
        server = room.start_server()
        client = room.client()
        assert held(client) == expected
        if number % 3 == 2:
            aisle, person = expected.pop(0)
            client.release(1, aisle, person, ["Cleo", "Dan"], "seen at the gate")
        else:
            client.hold(1, number, f"Person {number}")
            expected.append((number, f"Person {number}"))
        kill(server)


def test_a_hold_stops_the_motion_of_its_aisle_and_the_steel_stands(room: ShelvingRoom) -> None:
    room.start_server()
    client = room.ready_client()
    motion = room.opening(client, 3)
    room.wait_until_moving()
    client.hold(1, 0, "Bo")
    room.wait_until_still(0.6)
    outcome = motion.outcome(5.0)
    assert (outcome.kind, "Bo is in aisle 0" in outcome.reason.english()) == (OutcomeKind.ABORTED, True)
    kinds = [entry["kind"] for entry in room.journal()]
    assert "stop_asked" in kinds


def test_what_may_not_be_said_is_refused(room: ShelvingRoom) -> None:
    room.start_server()
    client = room.client()
    with pytest.raises(Refused, match="has no aisle 9"):
        client.hold(1, 9, "Bo")
    with pytest.raises(UsageError, match="no block 7"):
        client.hold(7, 1, "Bo")
    client.hold(1, 1, "Bo")
    with pytest.raises(Refused, match="two others with a reason"):
        client.release(1, 1, "Bo", ["Cleo"])
    with pytest.raises(Refused, match="Say why"):
        client.release(1, 1, "Bo", ["Cleo", "Dan"])
    assert held(client) == [(1, "Bo")]
    assert client.release(1, 1, "bo", ["Cleo", "Dan"], "gone home").person == "Bo"
    assert held(client) == []


def test_a_record_that_cannot_be_read_lets_nothing_move_and_says_so(room: ShelvingRoom) -> None:
    server = room.start_server()
    room.client().hold(1, 2, "Bo")
    room.client().hold(1, 5, "Cleo")
    kill(server)
    record = room.places.state_folder / FILE_NAME
    record.write_bytes(record.read_bytes().replace(b'"Bo"', b'"Xo"'))
    server = room.start_server()
    client = room.believing_client()
    (view,) = client.views()
    assert not view.is_movable
    assert "it is not known who is in the aisles" in str(view.why_not)
    with pytest.raises(MotionRefused, match="line 1 is damaged"):
        client.arm(1, "Ana")
    with pytest.raises(MotionRefused, match="Look into every aisle"):
        client.select(1, opening(3), "Ana")
    assert client.stop()[0].is_standstill_seen
    record.rename(record.with_suffix(".aside"))
    kill(server)
    room.start_server()
    assert room.opening(room.ready_client(), 3).outcome().kind is OutcomeKind.DONE


def test_a_record_that_takes_no_entry_keeps_everything_still_until_it_does(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp", speed=8.0) as room:
        (room.folder / "state" / FILE_NAME).mkdir()
        room.start_server()
        client = room.believing_client()
        with pytest.raises(Unreadable, match="is held while this shelving server runs"):
            client.hold(1, 2, "Bo")
        assert held(client) == [(2, "Bo")]
        with pytest.raises(MotionRefused, match="not known who is in the aisles"):
            client.arm(1, "Ana")


def test_a_block_is_armed_by_name_and_disarmed_by_what_happens(room: ShelvingRoom) -> None:
    server = room.start_server()
    client = room.believing_client()
    with pytest.raises(NotArmed, match="archroom shelving arm 1 --by NAME"):
        client.select(1, opening(3), "Ana")
    arming = client.arm(1, "Bo", hours=2)
    assert arming.by == "Bo"
    assert arming.left_s == pytest.approx(7200, abs=10)
    assert client.views()[0].arming.by == "Bo"
    assert client.disarm(1, "Cleo").reason is not None
    with pytest.raises(NotArmed, match="Disarmed by Cleo"):
        client.select(1, opening(3), "Ana")
    client.arm(1, "Bo")
    room.simulator.control("emergency_stop", unit=1, pressed=True)
    assert until(lambda: not client.views()[0].arming.is_armed, 3.0)
    with pytest.raises(MotionRefused, match="emergency stop"):
        client.arm(1, "Bo")
    room.simulator.control("emergency_stop", unit=1, pressed=False)
    room.simulator.control("reset", unit=1)
    assert until(lambda: "is not armed" in str(client.views()[0].why_not), 3.0)
    client.arm(1, "Bo")
    kinds = ["armed", "disarmed", "armed", "disarmed", "armed"]
    assert until(lambda: [entry["kind"] for entry in room.journal() if str(entry["kind"]) in kinds] == kinds, 3.0)
    kill(server)
    room.start_server()
    again = room.believing_client()
    with pytest.raises(NotArmed, match="The shelving server was started"):
        again.select(1, opening(3), "Ana")


@pytest.mark.parametrize("hours", [0, 13, -1])
def test_nobody_arms_for_longer_than_a_day_of_work(room: ShelvingRoom, hours: int) -> None:
    room.start_server()
    with pytest.raises(MotionRefused, match="12 hours"):
        room.believing_client().arm(1, "Ana", hours)


def test_an_opening_whose_end_nobody_saw_is_acknowledged_by_name_however_often_the_server_ends(room: ShelvingRoom) -> None:
    server = room.start_server()
    motion = room.opening(room.ready_client(), 3)
    room.wait_until_moving()
    kill(server)
    assert motion.outcome(10.0).kind is OutcomeKind.UNKNOWN
    room.wait_until_still()
    for _ in range(2):
        server = room.start_server()
        client = room.believing_client()
        (left,) = client.views()[0].unfinished
        assert left.motion == motion.ticket.id
        assert found_unknown(client) == [left.what.english()]
        with pytest.raises(MotionRefused, match="ended unseen: look at the shelving. Block 1 is armed once"):
            client.arm(1, "Ana")
        kill(server)
    server = room.start_server()
    client = room.believing_client()
    client.arm(1, "Ana", acknowledged=[left.motion])
    assert (client.views()[0].unfinished, found_unknown(client)) == ((), [])
    (entry,) = [entry for entry in room.journal() if entry["kind"] == "acknowledged"]
    assert (entry["motion"], entry["by"]) == (left.motion, "Ana")
    kill(server)
    room.start_server()
    assert found_unknown(room.client()) == []


def test_a_server_on_demand_stays_as_long_as_a_block_is_armed(room: ShelvingRoom) -> None:
    room.spec = replace(room.spec, idle_exit_s=0.3)
    server = Server(room.spec, room.places, print)
    thread = threading.Thread(target=server.run)
    thread.start()
    client = room.ready_client()
    assert not until(lambda: not thread.is_alive(), 2.5)
    assert client.views()[0].arming.is_armed
    client.disarm(1, "Ana")
    assert until(lambda: not thread.is_alive(), 5.0)
    server.close()


def test_holds_of_another_process_are_seen_by_all(room: ShelvingRoom) -> None:
    room.start_server()
    room.client().hold(1, 4, "Bo")
    assert held(room.client()) == [(4, "Bo")]
    assert os.stat(room.places.state_folder / FILE_NAME).st_mode & 0o077 == 0
