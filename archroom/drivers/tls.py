"""Modbus/TCP with TLS: the far end proves who it is before a byte of Modbus goes out, and everything is encrypted.

Nothing older than TLS 1.2 is spoken, and a certificate that is not trusted, out of date or of another name is never talked
to. By the Modbus/TCP Security specification (MB-TCP-Security-v21) both ends show a certificate and port 802 is used.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from typing import TYPE_CHECKING

from archroom.core.cleaning import clean
from archroom.drivers.timing import LineTiming
from archroom.drivers.wires import WRITE_PATIENCE_S
from archroom.errors import PortUnavailable, say

if TYPE_CHECKING:
    from archroom.drivers.ports import TlsFiles

RECORD_BYTES = 16_384
"""The longest record of TLS: who asks for so many gets a whole one, so that nothing waits unseen behind the descriptor."""


def encrypted(connection: socket.socket, host: str, files: TlsFiles, name: str) -> ssl.SSLSocket:
    """Shake hands on a connection that has a timeout; raises PortUnavailable with the reason and closes it."""
    try:
        return _context(files).wrap_socket(connection, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        why = clean(error.verify_message, 200)
        raise PortUnavailable(say("{port}: its certificate is not trusted ({why}).", port=name, why=why)) from error
    except OSError as error:
        connection.close()
        if isinstance(error, ssl.SSLError) or not error.filename:
            raise PortUnavailable(say("{port} does not speak TLS as it should.", port=name)) from error
        raise PortUnavailable(say("{file} cannot be read.", file=clean(str(error.filename), 200))) from error


def _context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.authority:
        _read(files.authority)
        context.load_verify_locations(files.authority)
    else:
        context.load_default_certs()
    if files.certificate:
        _read(files.certificate)
        context.load_cert_chain(files.certificate, files.key or None)
    return context


def _read(path: str) -> None:
    """Raise OSError with the file's name; the ssl module leaves it out."""
    with open(path, "rb"):
        pass


class TlsWire:
    """An encrypted connection, with the promises of `wires.Wire`."""

    def __init__(self, connection: ssl.SSLSocket, name: str, timing: LineTiming) -> None:
        self._connection = connection
        self._name = name
        self._timing = timing
        self._is_open = True
        connection.setblocking(False)

    @property
    def name(self) -> str:
        """The port as its URL names it."""
        return self._name

    @property
    def timing(self) -> LineTiming:
        """The line's rules of time."""
        return self._timing

    def read(self, max_wait_s: float) -> bytes:
        """Return what has come; empty if nothing came in time. Raises PortUnavailable."""
        self._check_open()
        ends_s = time.monotonic() + max_wait_s
        try:
            while select.select([self._connection], [], [], max(0.0, ends_s - time.monotonic()))[0]:
                try:
                    data = self._connection.recv(RECORD_BYTES)
                except ssl.SSLWantReadError:
                    continue  # a record of TLS itself, or half of one
                if not data:
                    raise self._gone()
                return data
        except (OSError, ValueError) as error:
            raise self._gone() from error
        return b""

    def write(self, data: bytes) -> None:
        """Give bytes to the line. Raises PortUnavailable if it is gone or takes nothing for half a second."""
        self._check_open()
        ends_s = time.monotonic() + WRITE_PATIENCE_S
        try:
            while data:
                try:
                    data = data[self._connection.send(data) :]
                except ssl.SSLWantWriteError:
                    if not select.select([], [self._connection], [], max(0.0, ends_s - time.monotonic()))[1]:
                        raise PortUnavailable(say("{port} takes no more bytes.", port=self._name)) from None
        except (OSError, ValueError) as error:
            raise self._gone() from error

    def close(self) -> None:
        """Let go of the connection; closing twice is no error."""
        self._is_open = False
        self._connection.close()

    def _check_open(self) -> None:
        if not self._is_open:
            raise self._gone()

    def _gone(self) -> PortUnavailable:
        return PortUnavailable(say("{port} went away.", port=self._name))
