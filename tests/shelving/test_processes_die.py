"""Server and clients that are killed or frozen at any point of a move: the steel stands, and what nobody saw is unknown.

So it is when the line is cut. The points are spread over the whole move, its handshake and its warning too: a few in
the check, 67 of each kind in the proof.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from shelving_room import STANDSTILL_S, ShelvingRoom, found_unknown, freeze, said, until

from archroom.core.shelving import Action, OutcomeKind, Trust, Wanted
from archroom.core.supervisor.motion import LEASE_S
from archroom.errors import NotArmed
from hardware_sim import registers

AT_REST = ("idle", "faulted")
SLACK_S = 0.4
"""What a loaded machine may take to notice and to schedule what has to be done."""
Point = Callable[[Mapping[str, object]], bool]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ShelvingRoom]:
    """A room over RTU over TCP whose openings take about three seconds."""
    with ShelvingRoom(tmp_path, "rtu_tcp", speed=12.0, warning_ms=300) as made:
        yield made


def points(count: int) -> list[tuple[str, int]]:
    """Points of a move: its states, and how many per cent of the way."""
    early = [("immediately", 0), ("selected", 0), ("warning", 0)][: max(1, count // 3)]
    return early + [("moving", 97 * number // (count - len(early))) for number in range(count - len(early))]


def is_at(point: tuple[str, int], opens: int) -> Point:
    """Whether a move has come to a point."""
    state, percent = point

    def has_come(truth: Mapping[str, object]) -> bool:
        if state != "moving":
            return state in ("immediately", truth["state"])
        gaps = truth["gaps"]
        assert isinstance(gaps, list)
        return bool(gaps[opens] > 25 + 775 * percent / 100)

    return has_come


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process without a word."""
    process.kill()
    process.wait()


def ends(room: ShelvingRoom) -> list[dict[str, object]]:
    """The ends of motions in the journal, oldest first."""
    return [entry for entry in room.journal() if entry["kind"] == "end"]


def strike_server(room: ShelvingRoom, point: tuple[str, int], blow: Callable[[subprocess.Popen[bytes]], None]) -> None:
    """Strike the server at a point of a move: the steel comes to rest, and the next server closes the intent as unknown."""
    server = room.start_server()
    client = room.ready_client()
    opens = 3 if 3 not in client.views()[0].open_aisles() else 0
    opening = room.opening(client, opens)
    assert room.wait_until(is_at(point, opens), 15.0), f"never {point}"
    blow(server)
    assert room.wait_until(lambda truth: truth["state"] in AT_REST, STANDSTILL_S + SLACK_S), "the steel ran on"
    kill(server)
    outcome = opening.outcome(10.0)
    before = room.journal()
    motion = opening.ticket.id
    is_begun = any(entry["kind"] == "intent" and entry["motion"] == motion for entry in before)
    is_ended = any(entry["kind"] == "end" and entry["motion"] == motion for entry in before)
    assert outcome.kind is OutcomeKind.UNKNOWN or is_ended or (not is_begun and outcome.kind is OutcomeKind.REFUSED)
    resting = room.truth()["positions"]
    room.start_server()
    again = room.believing_client()
    assert bool(found_unknown(again)) == (is_begun and not is_ended)
    if is_begun and not is_ended:
        last = ends(room)[-1]
        assert (last["motion"], last["outcome"]) == (motion, "unknown")
    assert room.truth()["positions"] == resting, "it moved again by itself"
    stop_processes(room)
    make_movable(room)


def stop_processes(room: ShelvingRoom) -> None:
    """End every process of the room."""
    for process in room.processes:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            kill(process)


def make_movable(room: ShelvingRoom) -> None:
    """Put the carriages back to where aisle 0 is open, as somebody would with the panel."""
    block = room.simulator.station(1).block
    with room.simulator.loop.lock:
        for carriage, position in zip(block.carriages, room.blocks[0].positions_mm((0,)), strict=True):
            carriage.position = carriage.target = float(position)


@pytest.mark.parametrize("blow", [kill, freeze])
@pytest.mark.parametrize("point", points(5))
def test_the_steel_stands_when_the_server_dies(
    room: ShelvingRoom, point: tuple[str, int], blow: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    strike_server(room, point, blow)


@pytest.mark.proof
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("blow", [kill, freeze])
def test_the_steel_stands_when_the_server_dies_at_many_points(
    room: ShelvingRoom, blow: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    for point in points(67):
        strike_server(room, point, blow)


def cut_line(room: ShelvingRoom, point: tuple[str, int]) -> None:
    """Cut the line at a point of a move: the steel comes to rest, its end is unknown, nothing moves once it is mended.

    It is refused only where the order to move had not gone out: then nothing has moved.
    """
    room.start_server()
    client = room.ready_client()
    opens = 3 if 3 not in client.views()[0].open_aisles() else 0
    before = room.truth()["positions"]
    opening = room.opening(client, opens)
    assert room.wait_until(is_at(point, opens), 15.0), f"never {point}"
    room.simulator.control("silent", unit=1, on=True)
    assert room.wait_until(lambda truth: truth["state"] in AT_REST, STANDSTILL_S + SLACK_S), "the steel ran on"
    outcome = opening.outcome(10.0)
    resting = room.truth()["positions"]
    assert outcome.kind is OutcomeKind.UNKNOWN or (outcome.kind is OutcomeKind.REFUSED and resting == before), outcome
    room.simulator.control("silent", unit=1, on=False)
    assert until(lambda: client.views()[0].trust is Trust.GOOD, 10.0)
    assert room.truth()["positions"] == resting, "it moved again by itself"
    if outcome.kind is OutcomeKind.UNKNOWN:
        with pytest.raises(NotArmed):
            client.select(1, Wanted(Action.OPEN, 2), "Ana")
    stop_processes(room)
    make_movable(room)


@pytest.mark.parametrize("point", points(3))
def test_the_steel_stands_when_the_line_is_cut(room: ShelvingRoom, point: tuple[str, int]) -> None:
    cut_line(room, point)


@pytest.mark.proof
@pytest.mark.timeout(1800)
def test_the_steel_stands_when_the_line_is_cut_at_many_points(room: ShelvingRoom) -> None:
    for point in points(67):
        cut_line(room, point)


def test_a_server_that_wakes_up_again_moves_nothing(room: ShelvingRoom) -> None:
    server = room.start_server()
    client = room.ready_client()
    opening = room.opening(client, 3)
    assert room.wait_until(is_at(("moving", 40), 3), 15.0)
    freeze(server)
    assert room.wait_until(lambda truth: truth["state"] in AT_REST, STANDSTILL_S + SLACK_S)
    resting = room.truth()["positions"]
    os.kill(server.pid, signal.SIGCONT)
    assert until(lambda: room.journal()[-1]["kind"] == "standstill" or "end" in [e["kind"] for e in room.journal()], 5.0)
    assert opening.outcome().kind in (OutcomeKind.UNKNOWN, OutcomeKind.ABORTED)
    assert until(lambda: client.views()[0].motion is None, 5.0)
    assert room.truth()["positions"] == resting


def strike_client(room: ShelvingRoom, point: tuple[str, int], blow: Callable[[subprocess.Popen[bytes]], None]) -> None:
    """Strike the program that opened the aisle: the server stops the motion."""
    room.start_server()
    room.ready_client()
    program = room.spawn_opening(3)
    assert "ticket" in said(program)
    assert "state" in said(program)
    assert room.wait_until(is_at(point, 3), 15.0), f"never {point}"
    blow(program)
    limit_s = SLACK_S + (LEASE_S if blow is freeze else 0.0)
    assert room.wait_until(lambda truth: truth["state"] in AT_REST, limit_s), "the steel ran on"
    assert until(lambda: bool(ends(room)), 3.0), room.journal()
    assert ends(room)[-1]["outcome"] in ("aborted", "refused")
    assert any(entry["kind"] == "stop_asked" for entry in room.journal())


@pytest.mark.parametrize("blow", [kill, freeze])
@pytest.mark.parametrize("point", [("warning", 0), ("moving", 40)])
def test_the_server_stops_what_a_dead_program_began(
    room: ShelvingRoom, point: tuple[str, int], blow: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    strike_client(room, point, blow)


def test_a_program_whose_screen_hangs_loses_its_motion(room: ShelvingRoom) -> None:
    room.start_server()
    client = room.ready_client()
    ticket = client.select(1, Wanted(Action.OPEN, 3), "Ana")

    def hang(view: object) -> None:
        if room.truth()["moving"]:
            assert room.wait_until(lambda truth: truth["state"] in AT_REST, LEASE_S + SLACK_S + 0.2), "the steel ran on"

    outcome = client.go(ticket, ticket.narrows, "Ana", hang)
    assert outcome.kind is OutcomeKind.ABORTED
    assert "fell silent" in outcome.reason.english()


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_server_that_is_told_to_end_stops_what_moves_first(room: ShelvingRoom, signal_number: signal.Signals) -> None:
    server = room.start_server()
    client = room.ready_client()
    opening = room.opening(client, 3)
    assert room.wait_until(is_at(("moving", 10), 3), 15.0)
    server.send_signal(signal_number)
    assert room.wait_until(lambda truth: truth["state"] in AT_REST, SLACK_S), "the steel ran on"
    assert server.wait(5.0) == 0
    assert opening.outcome(5.0).kind in (OutcomeKind.ABORTED, OutcomeKind.UNKNOWN)
    assert {"end", "standstill"} & {str(entry["kind"]) for entry in room.journal()}
    assert not (room.places.run_folder / "shelving.json").exists()


def test_the_check_sees_steel_that_runs_on(tmp_path: Path) -> None:
    """The canary of this suite: somebody keeps the watchdog fed after the server was killed."""
    with ShelvingRoom(tmp_path, "rtu_tcp", speed=2.0, warning_ms=300) as room:
        server = room.start_server()
        opening = room.opening(room.ready_client(), 3)
        assert room.wait_until(is_at(("moving", 1), 3), 15.0)
        kill(server)
        controller = room.simulator.station(1).controller

        def is_at_rest_though_fed(truth: Mapping[str, object]) -> bool:
            controller.write(registers.HEARTBEAT, (1,))
            return truth["state"] in AT_REST

        assert not room.wait_until(is_at_rest_though_fed, STANDSTILL_S + SLACK_S)
        assert opening.outcome().kind is OutcomeKind.UNKNOWN
