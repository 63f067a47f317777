"""The local socket and what is said over it: lines, tokens, long paths, and clients that say what cannot be."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from shelving_room import ShelvingRoom, until

from archroom.errors import PortUnavailable
from archroom.shelving import endpoint, notice_board
from archroom.shelving import server as server_file
from archroom.shelving.codec import Json
from archroom.shelving.endpoint import Gone, Lines, connect, listen, prepare_folder
from archroom.shelving.server import Server
from archroom.shelving.sessions import VERSION


@pytest.fixture
def pair() -> Iterator[tuple[Lines, socket.socket]]:
    """One end as lines, the other bare."""
    ours, theirs = socket.socketpair()
    lines = Lines(ours)
    yield lines, theirs
    lines.close()
    theirs.close()


def test_lines_come_one_by_one_however_they_are_cut(pair: tuple[Lines, socket.socket]) -> None:
    lines, theirs = pair
    assert lines.receive(0.01) is None
    theirs.send(b'{"a":1}\n{"b"')
    assert lines.receive(1.0) == {"a": 1}
    assert lines.receive(0.01) is None
    theirs.send(b":2}\n")
    assert lines.receive(None) == {"b": 2}
    lines.send({"c": 3})
    assert theirs.recv(100) == b'{"c": 3}\n'


@pytest.mark.parametrize("data", [b"nonsense\n", b"[1]\n", b"\xff\n", b"[" * 200_000 + b"\n", b"x" * 1_100_000])
def test_what_is_no_line_of_ours_ends_the_connection(pair: tuple[Lines, socket.socket], data: bytes) -> None:
    lines, theirs = pair

    def send() -> None:
        with suppress(OSError):  # our end may hang up before it has taken all of it
            theirs.sendall(data)

    sending = threading.Thread(target=send)
    sending.start()
    with pytest.raises(Gone):
        lines.receive(5.0)
    lines.close()
    sending.join()


def test_an_end_that_closes_or_takes_nothing_has_gone(pair: tuple[Lines, socket.socket]) -> None:
    lines, theirs = pair
    with pytest.raises(Gone):
        lines.send({"text": "x" * 10_000_000}, within_s=0.05)
    theirs.close()
    with pytest.raises(Gone):
        lines.send({"text": "x" * 100_000})
    with pytest.raises(Gone):
        lines.receive(1.0)


class HungUp(socket.socket):
    """A connection that another thread closes just before it is waited for."""

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Say that there is nothing yet."""
        self.close()
        raise BlockingIOError


def test_a_connection_that_another_thread_closes_has_gone() -> None:
    with pytest.raises(Gone):
        Lines(HungUp(socket.AF_INET, socket.SOCK_STREAM)).receive(1.0)


def test_a_deep_folder_still_has_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    prepare_folder(deep)
    listener, address, _ = listen(deep)
    assert len(address) < endpoint.LONGEST_PATH + len("unix:")
    connect(address, "").close()
    listener.close()
    again, _, _ = listen(deep)
    again.close()
    os.unlink(address.removeprefix("unix:"))
    os.rmdir(os.path.dirname(address.removeprefix("unix:")))


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PortUnavailable, match="cannot be used"):
        prepare_folder(tmp_path / "file" / "run")
    with pytest.raises(PortUnavailable, match="no group"):
        prepare_folder(tmp_path / "run", "no-such-group-here")
    with pytest.raises(PortUnavailable, match="cannot be used"):
        listen(tmp_path / "missing")


@pytest.mark.parametrize("address", ["unix:/nowhere/at/all", "tcp:127.0.0.1:1", "tcp:127.0.0.1:x", "nonsense"])
def test_nobody_at_an_address_is_told(address: str) -> None:
    with pytest.raises(PortUnavailable, match="does not answer"):
        connect(address, "")


def test_without_unix_sockets_a_token_opens_a_loopback_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHROOM_LOCAL", "tcp")
    with ShelvingRoom(tmp_path, speed=20.0) as room:
        room.start_server()
        board = notice_board.read_board(room.places.run_folder)
        assert board is not None
        assert board.address.startswith("tcp:127.0.0.1:")
        assert len(board.token) == 64
        assert [view.block for view in room.client().views()] == [1]
        for token in ("", "wrong"):
            stranger = connect(board.address, token)
            stranger.send({"v": VERSION, "do": "views"})
            with pytest.raises(Gone):
                stranger.receive(5.0)
            stranger.close()


def test_who_forgets_to_hang_up_leaves_the_server_its_descriptors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_file, "MOST_CLIENTS", 2)
    with ShelvingRoom(tmp_path) as room, closing(Server(room.spec, room.places, print)) as server:
        serving = threading.Thread(target=server.run)
        serving.start()
        try:
            forgotten = [said_hello(server.address) for _ in range(2)]
            with pytest.raises(Gone):
                said_hello(server.address)
            assert room.client().stop()[0].path == "direct"
            forgotten[0].close()
            assert until(lambda: room.client().stop()[0].path == "server", 10.0)
            forgotten[1].close()
        finally:
            server.end()
            serving.join()


def said_hello(address: str) -> Lines:
    """A connection whose hello was answered; raises Gone."""
    lines = connect(address, "")
    try:
        lines.send({"v": VERSION, "do": "hello"})
        assert lines.receive(5.0) is not None
    except Gone:
        lines.close()
        raise
    return lines


REQUESTS: list[dict[str, object]] = [
    {"do": "views"},
    {"v": 99, "do": "views"},
    {"v": VERSION, "do": "dance"},
    {"v": VERSION},
]


def test_a_client_of_another_version_is_hung_up_on(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path) as room:
        room.start_server()
        board = notice_board.read_board(room.places.run_folder)
        assert board is not None
        for request in REQUESTS:
            lines = connect(board.address, "")
            lines.send({name: str(value) if name == "do" else int(str(value)) for name, value in request.items()})
            with pytest.raises(Gone):
                lines.receive(5.0)
            lines.close()


QUESTIONS: list[dict[str, Json]] = [
    {"block": 1, "wanted": {"action": "open", "number": "3"}, "by": "Ana"},
    {"block": 1, "wanted": {"action": "explode", "number": 3}, "by": "Ana"},
    {"block": 1, "wanted": {"action": "open"}, "by": "Ana"},
    {"block": 1, "wanted": 3, "by": "Ana"},
    {"block": 1, "by": "Ana"},
    {"block": 1, "wanted": {"action": "open", "number": 3}},
    {"block": 1, "wanted": {"action": "open", "number": 3}, "by": "x" * 201},
    {"block": 9, "wanted": {"action": "open", "number": 3}, "by": "Ana"},
]


def test_a_question_without_its_facts_is_refused_and_the_next_one_is_answered(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path) as room:
        room.start_server()
        board = notice_board.read_board(room.places.run_folder)
        assert board is not None
        lines = connect(board.address, "")
        for fields in QUESTIONS:
            lines.send({"v": VERSION, "do": "select", **fields})
            answer = lines.receive(5.0)
            assert answer is not None
            assert (answer["ok"], answer["error"]) == (False, "UsageError")
        lines.send({"v": VERSION, "do": "tick"})
        lines.send({"v": VERSION, "do": "hello"})
        answer = lines.receive(5.0)
        assert answer is not None
        assert answer["digest"] == room.spec.digest
        lines.close()
