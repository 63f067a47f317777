"""The local end of the shelving server: where it listens, and the lines that go over it.

A unix socket (0660) in a folder that only its group can enter (0770); where there are no unix sockets, loopback TCP and a
token that must be sent first. One JSON object a line, both ways.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import selectors
import socket
import sys
import tempfile
from pathlib import Path
from time import monotonic

from archroom.errors import PortUnavailable, say
from archroom.shelving.codec import Json

SOCKET_NAME = "shelving.sock"
LONGEST_PATH = 100
"""Bytes of a unix socket's path that every system takes."""
LONGEST_LINE = 1_000_000
BACKLOG = 64
LOCAL_VARIABLE = "ARCHROOM_LOCAL"
"""Set to `tcp`, a server listens on loopback TCP though it could on a unix socket."""


class Gone(Exception):
    """The other end has gone away, or says what cannot be."""


class Lines:
    """A connection as lines of JSON; for one thread, but any may hang up."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = b""
        connection.setblocking(False)

    def send(self, fields: dict[str, Json], within_s: float = 1.0) -> None:
        """Send one object; raises Gone if the other end does not take it in time."""
        data = json.dumps(fields, ensure_ascii=True).encode() + b"\n"
        deadline_s = monotonic() + within_s
        while data:
            try:
                data = data[self._connection.send(data) :]
            except BlockingIOError:
                if not self._wait(selectors.EVENT_WRITE, deadline_s - monotonic()):
                    raise Gone from None
            except OSError as error:
                raise Gone from error

    def receive(self, within_s: float | None) -> dict[str, object] | None:
        """Return the next object, None if none came in time (None: wait for ever); raises Gone."""
        deadline_s = None if within_s is None else monotonic() + within_s
        while b"\n" not in self._received:
            if len(self._received) > LONGEST_LINE:
                raise Gone
            try:
                data = self._connection.recv(65536)
            except BlockingIOError:
                if not self._wait(selectors.EVENT_READ, None if deadline_s is None else deadline_s - monotonic()):
                    return None
                continue
            except OSError as error:
                raise Gone from error
            if not data:
                raise Gone
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return _object(line)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _wait(self, event: int, seconds: float | None) -> bool:
        with selectors.DefaultSelector() as selector:
            try:
                selector.register(self._connection, event)
            except (OSError, ValueError) as error:  # another thread has hung up
                raise Gone from error
            return bool(selector.select(None if seconds is None else max(0.0, seconds)))


def uses_unix() -> bool:
    """Return whether a server of this machine listens on a unix socket."""
    return hasattr(socket, "AF_UNIX") and sys.platform != "win32" and os.environ.get(LOCAL_VARIABLE) != "tcp"


def prepare_folder(folder: Path, group: str = "") -> None:
    """Make the folder of the socket if it is missing: for its owner and group only, whose group its files inherit.

    Raises PortUnavailable.
    """
    try:
        folder.mkdir(mode=0o770, parents=True, exist_ok=True)
        if sys.platform != "win32" and folder.stat().st_uid == os.getuid():
            if group:
                import grp

                os.chown(folder, -1, grp.getgrnam(group).gr_gid)
            folder.chmod(0o2770)
    except KeyError as error:
        raise PortUnavailable(say("This machine has no group {group}.", group=group)) from error
    except OSError as error:
        reason = error.strerror or ""
        raise PortUnavailable(say("{folder} cannot be used: {reason}.", folder=str(folder), reason=reason)) from error


def listen(folder: Path) -> tuple[socket.socket, str, str]:
    """Listen in a folder; returns the socket, its address and its token (empty on a unix socket).

    The caller holds the folder's server lock, so what is left there is nobody's. Raises PortUnavailable.
    """
    try:
        if uses_unix():
            path = _socket_path(folder)
            return _listen_unix(path), f"unix:{path}", ""
        listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        return listener, f"tcp:127.0.0.1:{listener.getsockname()[1]}", secrets.token_hex(32)
    except OSError as error:
        reason = error.strerror or ""
        raise PortUnavailable(say("{folder} cannot be used: {reason}.", folder=str(folder), reason=reason)) from error


def connect(address: str, token: str, within_s: float = 1.0) -> Lines:
    """Connect to a server; raises PortUnavailable if nobody listens."""
    kind, _, place = address.partition(":")
    try:
        if kind == "unix":
            connection = _connect_unix(place, within_s)
        else:
            host, _, port = place.rpartition(":")
            connection = socket.create_connection((host, int(port)), within_s)
    except (OSError, ValueError) as error:
        raise PortUnavailable(say("The shelving server does not answer.")) from error
    lines = Lines(connection)
    if token:
        with contextlib.suppress(Gone):
            lines.send({"token": token})
    return lines


def _listen_unix(path: Path) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o117)
    try:
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(old_mask)
    return listener


def _connect_unix(path: str, within_s: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(within_s)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _socket_path(folder: Path) -> Path:
    path = folder / SOCKET_NAME
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    short = Path(tempfile.gettempdir()) / f"archroom-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    short.mkdir(mode=0o770, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid != os.getuid():
        raise PermissionError(0, "its folder belongs to somebody else")
    return short / SOCKET_NAME


def _object(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Gone from error
    if not isinstance(found, dict):
        raise Gone
    return found
