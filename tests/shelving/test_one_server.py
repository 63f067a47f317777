"""One server a machine: started once, found by all, and refused to a second with the holder's name."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from shelving_room import ShelvingRoom, freeze, said, until
from supervised_room import block_of

from archroom.core.shelving import Action, BlockView, Trust, Wanted
from archroom.errors import ArchroomError, PortUnavailable
from archroom.shelving import notice_board, starting
from archroom.shelving.client import MOST_STARTS, ShelvingClient
from archroom.shelving.server import Server
from archroom.shelving.spec import BusSpec, Places, ServerSpec, write_spec


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ShelvingRoom]:
    """A room over RTU over TCP; what clients start on demand ends with it."""
    with ShelvingRoom(tmp_path) as made:
        yield made
        board = notice_board.read_board(made.places.run_folder)
        if board is not None and all(process.pid != board.pid for process in made.processes):
            made.client().dismiss()
            assert until(lambda: not notice_board.is_alive(board.pid), 10.0)


def test_the_first_client_starts_a_server_and_the_next_ones_find_it(room: ShelvingRoom) -> None:
    room.ready_client()
    board = notice_board.read_board(room.places.run_folder)
    assert board is not None
    room.ready_client()
    again = notice_board.read_board(room.places.run_folder)
    assert again == board
    assert board.carriages == {1: 6}


def test_clients_that_start_at_the_same_time_end_up_with_one_server(room: ShelvingRoom) -> None:
    found: list[list[BlockView] | Exception] = []

    def look() -> None:
        try:
            found.append(room.client().views())
        except ArchroomError as error:
            found.append(error)

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(views, list) and [view.block for view in views] == [1] for views in found), found


def test_a_second_server_is_refused_with_the_holders_name(room: ShelvingRoom) -> None:
    first = room.start_server()
    second = room.spawn(
        "-m", "archroom.shelving", str(write_spec(room.spec, room.places.state_folder)), *folders(room.places)
    )
    answer = said(second)
    assert answer["ok"] is False
    assert answer["error"] == "AlreadyRuns"
    assert second.wait(10.0) == PortUnavailable.exit_code
    elsewhere = replace(room.places, run_folder=room.folder / "run2", state_folder=room.folder / "state2")
    with pytest.raises(PortUnavailable, match=rf"is held by .* \(process {first.pid}\)\."):
        Server(room.spec, elsewhere, print)
    with pytest.raises(PortUnavailable, match=rf"\(process {first.pid}\)"):
        ShelvingClient(room.spec, elsewhere).views()


def test_a_server_for_other_ports_makes_way_if_it_was_started_on_demand(room: ShelvingRoom) -> None:
    room.ready_client()
    old = notice_board.read_board(room.places.run_folder)
    room.blocks = (block_of(end_aisles=(True, False), open_aisles=(0,)),)
    room.spec = ServerSpec.of([BusSpec(room.simulator.endpoints["rtu_tcp"])], room.blocks)
    assert room.client().views()[0].block == 1
    new = notice_board.read_board(room.places.run_folder)
    assert old is not None
    assert new is not None
    assert new.pid != old.pid


def test_a_server_for_other_ports_that_was_started_to_stay_stays(room: ShelvingRoom) -> None:
    server = room.start_server()
    other = ServerSpec.of([BusSpec("tcp://127.0.0.1:9")], room.blocks)
    with pytest.raises(PortUnavailable, match=rf"for other ports runs here \(process {server.pid}\)"):
        ShelvingClient(other, room.places).views()
    assert server.poll() is None


def test_a_server_leaves_when_nobody_has_been_there_for_its_time(room: ShelvingRoom) -> None:
    room.spec = replace(room.spec, idle_exit_s=0.5)
    server = room.start_server()
    assert server.wait(10.0) == 0
    assert notice_board.read_board(room.places.run_folder) is None
    assert list((room.folder / "locks").iterdir()) == []


def test_a_server_started_on_demand_ends_when_its_pseudo_terminal_has_gone(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "pty") as room:
        room.spec = replace(room.spec, idle_exit_s=600.0)
        server = room.start_server()
        assert room.client().views()[0].block == 1
        room.simulator.close()
        assert server.wait(10.0) == 0
        assert list((room.folder / "locks").iterdir()) == []


def test_a_server_started_to_stay_stays_when_its_pseudo_terminal_has_gone(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "pty") as room:
        server = room.start_server()
        client = room.ready_client()
        room.simulator.close()
        assert until(lambda: "/dev/pts" in str(client.views()[0].why_not), 5.0)
        with pytest.raises(subprocess.TimeoutExpired):
            server.wait(2.0)


def test_a_client_does_not_start_servers_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "MODULE", "this")
    monkeypatch.setattr(subprocess, "Popen", popen := Mock(wraps=subprocess.Popen))
    places = Places(tmp_path / "run", tmp_path / "state", tmp_path)
    client = ShelvingClient(ServerSpec.of([BusSpec("tcp://127.0.0.1:9")], (block_of(),)), places)
    for _ in range(MOST_STARTS + 3):
        with pytest.raises(PortUnavailable, match="could not be started"):
            client.views()
    assert popen.call_count == MOST_STARTS


def test_only_the_group_may_enter(room: ShelvingRoom) -> None:
    room.start_server()
    assert stat.S_IMODE(room.places.run_folder.stat().st_mode) & 0o777 == 0o770
    socket_file = room.places.run_folder / "shelving.sock"
    assert stat.S_IMODE(socket_file.stat().st_mode) == 0o660
    assert stat.S_IMODE((room.places.state_folder / "shelving-journal.jsonl").stat().st_mode) == 0o600


def test_a_frozen_server_is_told_to_whoever_looks(room: ShelvingRoom) -> None:
    freeze(room.start_server())
    with pytest.raises(PortUnavailable, match="does not answer"):
        room.client().views()


def test_a_port_that_comes_later_is_opened_when_it_is_there(tmp_path: Path) -> None:
    link = tmp_path / "port"
    places = Places(tmp_path / "run", tmp_path / "state", tmp_path)
    spec = ServerSpec.of([BusSpec(f"serial://{link}?baud=19200")], (block_of(),))
    with ShelvingRoom(tmp_path, "pty") as room:
        room.places, room.spec = places, spec
        room.start_server()
        client = room.client()
        why_not = client.views()[0].why_not
        assert why_not is not None
        assert until(lambda: "There is no port" in str(client.views()[0].why_not), 3.0)
        with pytest.raises(PortUnavailable, match="There is no port"):
            client.select(1, Wanted(Action.OPEN, 3), "Ana")
        report = client.stop()[0]
        assert (report.is_sent, report.path) == (False, "server")
        device = room.simulator.endpoints["pty"].removeprefix("serial://").partition("?")[0]
        link.symlink_to(device)
        assert until(lambda: client.views()[0].trust is Trust.GOOD, 10.0)


def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    places = Places(tmp_path / "run", tmp_path / "state", tmp_path / "no such folder")
    client = ShelvingClient(ServerSpec.of([BusSpec("tcp://127.0.0.1:9")], (block_of(),)), places)
    with pytest.raises(PortUnavailable, match="cannot be locked"):
        client.views()


def test_a_server_that_dies_at_its_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "MODULE", "this")
    places = Places(tmp_path / "run", tmp_path / "state", tmp_path)
    with pytest.raises(PortUnavailable, match="could not be started"):
        ShelvingClient(ServerSpec.of([BusSpec("tcp://127.0.0.1:9")], (block_of(),)), places).views()


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    places = Places(tmp_path / "run", tmp_path / "state", tmp_path)
    (places.state_folder / starting.LOG_NAME).mkdir(parents=True)
    with pytest.raises(PortUnavailable, match="takes no file"):
        ShelvingClient(ServerSpec.of([BusSpec("tcp://127.0.0.1:9")], (block_of(),)), places).views()


def test_a_bad_specification_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "spec.json"
    file.write_text("{}")
    run = subprocess.run(
        [sys.executable, "-m", "archroom.shelving", str(file), str(tmp_path), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == 2
    assert json.loads(run.stdout)["error"] == "BadFile"
    assert "does not say what shelving to serve" in run.stderr


def folders(places: Places) -> list[str]:
    """The folders as the server takes them."""
    return [str(places.run_folder), str(places.state_folder), str(places.lock_folder)]


def test_a_process_number_that_is_nobodys_is_not_alive() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not notice_board.is_alive(ended.pid)
    assert notice_board.is_frozen(ended.pid)
    assert notice_board.is_alive(1)
    assert not notice_board.is_frozen(os.getpid())
