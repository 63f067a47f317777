"""An end that speaks TLS and hands on what it carries to a plain TCP end, as a secured gateway does before a controller."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

CERTIFICATES = Path(__file__).parents[1] / "wire" / "certificates"
"""Made for these tests alone: an authority, a controller at 127.0.0.1 and a desk that it signed, and a stranger."""


class TlsFront:
    """Listens on loopback; asks for a certificate of whoever connects if `is_mutual`."""

    def __init__(self, behind: tuple[str, int], *, is_mutual: bool = False) -> None:
        self._behind = behind
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(CERTIFICATES / "controller.pem")
        if is_mutual:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(CERTIFICATES / "authority.pem")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._has_client = threading.Event()
        self._threads = [threading.Thread(target=self._welcome, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._hang_up()
        for thread in self._threads:
            thread.join(5.0)

    def cut(self) -> None:
        """Cut every connection, once there is one."""
        assert self._has_client.wait(5.0), "nobody has connected"
        self._hang_up()

    def _hang_up(self) -> None:
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was cut already
            connection.close()
        self._open.clear()

    def _welcome(self) -> None:
        while True:
            try:
                accepted, _ = self._listening.accept()
            except OSError:
                return
            try:
                near = self._context.wrap_socket(accepted, server_side=True)
            except OSError:
                accepted.close()
                continue
            far = socket.create_connection(self._behind)
            self._open += [near, far]
            self._has_client.set()
            for source, sink in ((near, far), (far, near)):
                self._threads.append(threading.Thread(target=_hand_on, args=(source, sink), daemon=True))
                self._threads[-1].start()


def _hand_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(4096):
            sink.sendall(data)
    except (OSError, ValueError):
        return  # one of the two was cut
