"""A UDP end: each datagram is heard by itself, and whoever spoke last is told what units say unasked.

Half a request in a datagram is void when the next one comes.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

from hardware_sim.endpoints import CHUNK, MAX_CLIENTS, EndpointError, Wire, join_address
from hardware_sim.loop import Loop
from hardware_sim.sessions import Session

Address = tuple[str, int]


class Peer:
    """One address that has sent datagrams."""

    __slots__ = ("_address", "_socket", "heard_at", "session")

    def __init__(self, sending: socket.socket, address: Address, session: Session) -> None:
        self._socket = sending
        self._address = address
        self.session = session
        self.heard_at = 0.0

    def send(self, data: bytes) -> None:
        """One datagram to it; what cannot be sent is lost, as datagrams are."""
        with contextlib.suppress(OSError):
            self._socket.sendto(data, self._address)

    def hang_up(self) -> None:
        """There is nothing to hang up."""


class DatagramPort:
    """A UDP port."""

    __slots__ = ("_begin", "_listener", "_loop", "_peers", "_socket", "_wire")

    def __init__(
        self, loop: Loop, wire: Wire, address: Address, begin: Callable[[], Session], listener: Address | None
    ) -> None:
        """`begin` makes the session of an address that is new; `listener` is told reports in place of the last speaker."""
        self._loop = loop
        self._wire = wire
        self._begin = begin
        self._listener = listener
        self._peers: dict[Address, Peer] = {}
        self._socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(address)
        except OSError as error:
            self._socket.close()
            raise EndpointError(f"cannot listen on {join_address(address)}: {error.strerror or error}") from error
        self._socket.setblocking(False)
        loop.add_reader(self._socket.fileno(), self._read)

    @property
    def address(self) -> Address:
        """Host and port that are listened on."""
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Stop listening."""
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def report(self, data: bytes) -> None:
        """Tell what a unit says unasked; nobody is told if nobody has spoken yet and no listener is set."""
        address = self._listener or next(reversed(self._peers), None)
        if address is not None and self._socket.fileno() >= 0:
            with contextlib.suppress(OSError):
                self._socket.sendto(data, address)

    def _read(self) -> None:
        try:
            data, (host, port, *_) = self._socket.recvfrom(CHUNK)
        except OSError:
            return  # nothing there after all, or an answer of ours found nobody
        address = (str(host), int(port))
        peer = self._peers.pop(address, None) or Peer(self._socket, address, self._begin())
        self._peers[address] = peer
        if len(self._peers) > MAX_CLIENTS:
            del self._peers[next(iter(self._peers))]
        peer.session.fall_silent()
        self._wire.receive(peer, data)
