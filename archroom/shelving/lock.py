"""One holder a port: a lock file named after the port, in a folder that all users of the machine share.

The lock is the operating system's (flock): it ends with its process, however that ends. The file says who holds it, for
whoever comes second. A file that was unlinked or replaced while its lock was taken does not count.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import sys
import tempfile
from pathlib import Path

from archroom.drivers.ports import Carrier, PortAddress, parse_port
from archroom.errors import PortUnavailable, say

SHARED_FOLDERS = (Path("/run/lock"), Path("/var/lock"))


def lock_folder() -> Path:
    """Return the folder of the machine's port locks: the system's own where everybody may write, else the temporary one."""
    for folder in SHARED_FOLDERS:
        if folder.is_dir() and os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir())


def port_key(address: PortAddress) -> str:
    """Return one name for a port however it is written: the device itself, or host and port whatever is spoken there."""
    if address.carrier is Carrier.SERIAL:
        return os.path.realpath(address.place)
    return f"{address.place.lower()}:{address.port}"


class Held(Exception):
    """Somebody else holds it; `holder` says who, as far as it is known."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class Lock:
    """A held lock file; `release` or the end of the process lets go of it."""

    def __init__(self, path: Path) -> None:
        """Take the lock; raises Held, or OSError if there can be no such file."""
        self.path = path
        self._descriptor: int | None = None
        while self._descriptor is None:
            descriptor = _opened(path)
            if not _try_lock(descriptor):
                holder = _holder(descriptor)
                os.close(descriptor)
                raise Held(holder)
            if _is_still_there(descriptor, path):
                self._descriptor = descriptor
                _sign(descriptor)
            else:
                os.close(descriptor)

    def release(self) -> None:
        """Let go; releasing twice is no error."""
        if self._descriptor is None:
            return
        with contextlib.suppress(PermissionError):
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None


def lock_port(url: str, folder: Path | None = None) -> Lock:
    """Hold a port alone; raises PortUnavailable with the holder's name, UsageError for what is no port."""
    address = parse_port(url)
    key = port_key(address)
    readable = "".join(letter if letter.isalnum() else "-" for letter in key).strip("-")[-40:]
    name = f"archroom-{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.lock"
    try:
        return Lock((folder or lock_folder()) / name)
    except Held as held:
        raise PortUnavailable(say("{port} is held by {holder}.", port=address.name, holder=held.holder)) from held
    except OSError as error:
        reason = error.strerror or ""
        raise PortUnavailable(say("{port} cannot be locked: {reason}.", port=address.name, reason=reason)) from error


def _opened(path: Path) -> int:
    """Open without O_CREAT first: in a sticky folder the kernel refuses to create over somebody else's file."""
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, 0o666)
        if sys.platform != "win32":
            os.fchmod(descriptor, 0o666)
        return descriptor


def _is_still_there(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f"{name} (process {os.getpid()})\n".encode())


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, 200).decode("utf-8", "replace").strip()
    return "".join(letter for letter in text if letter.isprintable()) or "another program"


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 4096, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True
else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
