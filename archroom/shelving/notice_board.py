"""What a running server tells the machine without being asked: where it listens and which ports it holds.

One small file beside its socket, replaced whole. A fresh process that must stop the shelving finds here all it needs, with
the server frozen too.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from archroom.shelving.codec import decode, encode
from archroom.shelving.spec import BusSpec

FILE_NAME = "shelving.json"


@dataclass(frozen=True, slots=True)
class Board:
    """The facts of a running server."""

    pid: int
    address: str
    """`unix:PATH` or `tcp:HOST:PORT`."""
    token: str
    """Must be sent first on loopback TCP; empty on a unix socket."""
    digest: str
    """Of its specification."""
    buses: tuple[BusSpec, ...]
    carriages: dict[int, int]
    """Number of carriages of each block, to read its status by."""


def publish(board: Board, folder: Path) -> None:
    """Write the facts down for whoever may use the shelving."""
    draft = folder / f"{FILE_NAME}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o660)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(encode(board), file, indent=1)
    draft.replace(folder / FILE_NAME)


def read_board(folder: Path) -> Board | None:
    """Return what the last server of a folder said, None if there is nothing or it is not readable."""
    try:
        return decode(Board, json.loads((folder / FILE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError):
        return None


def is_alive(pid: int) -> bool:
    """Return whether a process of this number exists."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_frozen(pid: int) -> bool:
    """Return whether a process is certainly unable to answer: gone, or suspended where the system tells so (Linux)."""
    if not is_alive(pid):
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state in ("T", "t", "Z", "X")


def withdraw(folder: Path) -> None:
    """Take the facts away at the end of the server."""
    with contextlib.suppress(FileNotFoundError):
        (folder / FILE_NAME).unlink()
