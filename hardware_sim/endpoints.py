"""The ends that a client can open: a pty, RTU over TCP, Modbus TCP, all served by one loop.

A pty keeps its device alive while clients come and go. Several clients at once are served on the TCP ends. What a
client does not read is thrown away on a pty and costs it the connection on TCP; nobody can block the simulator.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hardware_sim.loop import Loop
from hardware_sim.sessions import Session
from hardware_sim.wire import Port

CHUNK = 4096
MAX_CLIENTS = 200
DEFAULT_BAUD = 19_200


class EndpointError(Exception):
    """An end could not be opened; the text says why."""


class Wire(Protocol):
    """Takes the bytes of its ports (``wire.InstantWire``, ``wire.PacedWire``)."""

    def receive(self, port: Port, data: bytes) -> None: ...

    def forget(self, port: Port) -> None: ...


def parse_address(text: str) -> tuple[str, int]:
    """Host and port out of ``H:P``; port 0 is any free one. Raises EndpointError."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        raise EndpointError(f"{text!r} is not HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def join_address(address: tuple[str, int]) -> str:
    """``H:P``, with brackets around an IPv6 host."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Listener:
    """A TCP port; each connection becomes a client made by `welcome`."""

    __slots__ = ("_clients", "_loop", "_socket", "_welcome")

    def __init__(self, loop: Loop, address: tuple[str, int], welcome: Callable[[Connection], Talker]) -> None:
        self._loop = loop
        self._welcome = welcome
        self._clients: set[Connection] = set()
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        try:
            self._socket = socket.create_server(address, family=family)
        except OSError as error:
            raise EndpointError(f"cannot listen on {join_address(address)}: {error.strerror or error}") from error
        self._socket.setblocking(False)
        loop.add_reader(self._socket.fileno(), self._accept)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that are listened on."""
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Stop listening and hang up on everybody."""
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        for client in list(self._clients):
            client.hang_up()

    def _accept(self) -> None:
        try:
            accepted, _ = self._socket.accept()
        except OSError:
            return  # the client has gone again
        if len(self._clients) >= MAX_CLIENTS:
            accepted.close()
            return
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.setblocking(False)
        connection = Connection(self._loop, accepted, self._clients.discard)
        connection.talker = self._welcome(connection)
        self._clients.add(connection)


class Talker(Protocol):
    """What stands behind a connection."""

    def hear(self, data: bytes) -> None: ...

    def part(self) -> None: ...


class Connection:
    """One TCP client."""

    __slots__ = ("_forget", "_is_open", "_loop", "_socket", "talker")

    def __init__(self, loop: Loop, accepted: socket.socket, forget: Callable[[Connection], None]) -> None:
        self._loop = loop
        self._socket = accepted
        self._forget = forget
        self._is_open = True
        self.talker: Talker | None = None
        loop.add_reader(accepted.fileno(), self._read)

    def send(self, data: bytes) -> None:
        """Send bytes; a client that does not read loses its connection."""
        if not self._is_open:
            return
        try:
            is_sent = self._socket.send(data) == len(data)
        except OSError:
            is_sent = False
        if not is_sent:
            self.hang_up()

    def hang_up(self) -> None:
        """Close the connection."""
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()
        self._forget(self)
        if self.talker is not None:
            self.talker.part()

    def _read(self) -> None:
        try:
            data = self._socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.hang_up()
        elif self.talker is not None:
            self.talker.hear(data)


class TcpPort:
    """A client on a TCP connection."""

    __slots__ = ("_connection", "_wire", "heard_at", "session")

    def __init__(self, connection: Connection, wire: Wire, session: Session) -> None:
        self._connection = connection
        self._wire = wire
        self.session = session
        self.heard_at = 0.0

    def hear(self, data: bytes) -> None:
        """Bytes from the client."""
        self._wire.receive(self, data)

    def part(self) -> None:
        """The client has gone."""
        self._wire.forget(self)

    def send(self, data: bytes) -> None:
        """Bytes to the client."""
        self._connection.send(data)

    def hang_up(self) -> None:
        """Close the connection."""
        self._connection.hang_up()


class PtyPort:
    """A pseudo-terminal as a serial port, with a symbolic link of a stable name if wanted."""

    __slots__ = ("_link", "_loop", "_master", "_slave", "_wire", "device", "heard_at", "session")

    def __init__(self, loop: Loop, wire: Wire, session: Session, link: Path | None) -> None:
        if sys.platform == "win32":
            raise EndpointError("Windows has no pty; use --rtu-tcp and socket://HOST:PORT instead")
        import pty
        import tty

        self._loop = loop
        self._wire = wire
        self.session = session
        self.heard_at = 0.0
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.device = os.ttyname(self._slave)
        self._link: Path | None = None
        loop.add_reader(self._master, self._read)
        if link is not None:
            try:
                _point(link, self.device)
            except OSError as error:
                self.close()
                raise EndpointError(f"cannot make the link {link}: {error.strerror or error}") from error
            self._link = link

    def send(self, data: bytes) -> None:
        """Bytes to the client; thrown away when nobody reads them, as on a line."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, data)

    def hang_up(self) -> None:
        """A serial line cannot be hung up on."""

    def close(self) -> None:
        """Pull the plug: whoever has the device open finds it gone."""
        self._loop.remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)
        if self._link is not None and self._link.is_symlink() and os.readlink(self._link) == self.device:
            self._link.unlink()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wire.receive(self, os.read(self._master, CHUNK))


def _point(link: Path, device: str) -> None:
    """Make a symbolic link, in place of an older link but of nothing else."""
    if link.is_symlink():
        link.unlink()
    link.symlink_to(device)
