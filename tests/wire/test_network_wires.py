"""Datagrams from one address only, and a connection for each question, over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from archroom.drivers.network_wires import DatagramWire
from archroom.drivers.ports import open_port, parse_port
from archroom.drivers.timing import Framing, stream_timing
from archroom.errors import PortUnavailable


@pytest.fixture
def far_end() -> Iterator[socket.socket]:
    """A UDP socket at another end."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as owner:
        owner.bind(("127.0.0.1", 0))
        owner.settimeout(5)
        yield owner


def port_of(owner: socket.socket) -> int:
    """The port of a socket."""
    return int(owner.getsockname()[1])


def free_port() -> int:
    """A port that nobody holds."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as owner:
        owner.bind(("127.0.0.1", 0))
        return port_of(owner)


def test_a_datagram_goes_out_whole_and_each_that_comes_is_read_alone(far_end: socket.socket) -> None:
    local = free_port()
    wire = open_port(f"udp://127.0.0.1:{port_of(far_end)}?local={local}")
    with closing(wire):
        assert wire.timing.is_stream
        wire.write(b"question")
        data, sender = far_end.recvfrom(100)
        assert (data, sender[1]) == (b"question", local)
        for told in (b"one", b"", b"two"):
            far_end.sendto(told, ("127.0.0.1", local))
        assert [wire.read(5.0), wire.read(5.0)] == [b"one", b"two"]
        assert wire.read(0) == b""
    wire.close()


def test_what_comes_from_another_address_is_thrown_away(far_end: socket.socket) -> None:
    local = free_port()
    with closing(open_port(f"udp://127.0.0.1:{port_of(far_end)}?local={local}")) as wire:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stranger:
            stranger.bind(("127.0.0.2", 0))
            stranger.sendto(b"lie", ("127.0.0.1", local))
        far_end.sendto(b"truth", ("127.0.0.1", local))
        assert wire.read(5.0) == b"truth"
        assert getattr(wire, "foreign", 0) == 1


class Scripted(socket.socket):
    """A UDP socket that always has something; `said` is what, one after the other, and then the last for ever."""

    def __init__(self, *said: tuple[bytes, str] | BlockingIOError) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.bind(("127.0.0.1", 0))
        self.sendto(b"never taken", self.getsockname())
        self.said = list(said)
        self.asked = 0

    def recvfrom(self, *arguments: object) -> tuple[bytes, tuple[str, int]]:
        """Give what is next."""
        self.asked += 1
        assert self.asked < 100, "it never ends"
        told = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(told, BlockingIOError):
            raise told
        return told[0], (told[1], 9)


def scripted(*said: tuple[bytes, str] | BlockingIOError) -> DatagramWire:
    """A wire to 127.0.0.1 on such a socket."""
    return DatagramWire(Scripted(*said), ("127.0.0.1", 9), "udp://127.0.0.1:9", stream_timing(Framing.MBAP))


def test_a_flood_of_strangers_holds_nobody_longer_than_asked() -> None:
    with closing(scripted((b"lie", "127.0.0.2"))) as wire:
        assert wire.read(0.0) == b""


def test_a_datagram_of_a_wrong_checksum_loses_no_port() -> None:
    with closing(scripted(BlockingIOError(11, "nothing after all"), (b"truth", "127.0.0.1"))) as wire:
        assert wire.read(5.0) == b"truth"


def test_a_silent_host_is_no_lost_port(far_end: socket.socket) -> None:
    far_end.close()
    with closing(open_port(f"udp://127.0.0.1:{free_port()}")) as wire:
        for _ in range(3):
            wire.write(b"question")
            assert wire.read(0.01) == b""


def test_a_local_port_is_held_alone_and_a_strange_host_is_refused(far_end: socket.socket) -> None:
    with pytest.raises(PortUnavailable, match="is taken"):
        open_port(f"udp://127.0.0.1:9?local={port_of(far_end)}")
    with pytest.raises(PortUnavailable, match="cannot be reached"):
        open_port("udp://nowhere.invalid:9")


def test_a_closed_socket_is_gone(far_end: socket.socket) -> None:
    wire = open_port(f"udp://127.0.0.1:{port_of(far_end)}")
    wire.close()
    with pytest.raises(PortUnavailable, match="went away"):
        wire.write(b"x")
    with pytest.raises(PortUnavailable, match="went away"):
        wire.read(0.01)


class Server:
    """Answers each connection with the next of its answers, and then closes it; None resets it."""

    def __init__(self, *answers: bytes | None) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(5)
        self.heard: list[bytes] = []
        self._answers = (b"", *answers)  # the first connection only shows that somebody listens
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for answer in self._answers:
            connection, _ = self.listener.accept()
            connection.settimeout(5)
            with closing(connection):
                self.heard.append(connection.recv(1000))
                if answer is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                else:
                    connection.sendall(answer)

    def end(self) -> None:
        """Wait until all was served."""
        self._thread.join()
        self.listener.close()


def read_all(wire: object, count: int) -> bytes:
    """Read until so many bytes have come."""
    told = b""
    while len(told) < count:
        more = wire.read(5.0)  # type: ignore[attr-defined]
        assert more, "nothing more came"
        told += more
    return told


def test_each_question_has_a_connection_of_its_own() -> None:
    server = Server(b"first, and more than was asked", b"second", None)
    wire = open_port(f"http://127.0.0.1:{port_of(server.listener)}")
    assert wire.read(0) == b""
    wire.write(b"one")
    assert read_all(wire, 5).startswith(b"first")
    wire.write(b"two")
    assert read_all(wire, 6) == b"second"
    assert wire.read(0.02) == b""
    wire.write(b"three")
    assert wire.read(0.5) == b""
    server.end()
    assert server.heard == [b"", b"one", b"two", b"three"]
    with pytest.raises(PortUnavailable, match="cannot be reached"):
        wire.write(b"four")
    wire.close()
    wire.close()
    for act in (lambda: wire.write(b"x"), lambda: wire.read(0)):
        with pytest.raises(PortUnavailable, match="went away"):
            act()


def test_a_server_that_says_nothing_is_waited_for() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        with closing(open_port(f"http://127.0.0.1:{port_of(listener)}")) as wire:
            wire.write(b"question")
            assert wire.read(0.01) == b""


def test_where_nobody_listens_there_is_no_port() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = port_of(listener)
    with pytest.raises(PortUnavailable, match="Nothing listens"):
        open_port(f"http://127.0.0.1:{port}")
    assert parse_port(f"http://127.0.0.1:{port}").name == f"http://127.0.0.1:{port}"
