"""A file that only grows, line by line: what a crash has torn is never joined to what is written after it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

CLOSED = -1
"""A descriptor that no file ever has."""


class AppendFile:
    """One open file. Not safe for two threads at once. Every method raises OSError."""

    def __init__(self, path: Path, after_torn: bytes = b"") -> None:
        """Open or make it; `after_torn` is a line that is written behind a torn one before anything else."""
        self._after_torn = after_torn
        is_new = not path.exists()
        self._is_torn = not is_new and _ends_torn(path)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if is_new:
            _sync_folder(path.parent)

    def append(self, line: bytes) -> None:
        """Write a line, its end included."""
        data = b"\n" + self._after_torn + line if self._is_torn else line
        self._is_torn = True
        if os.write(self._descriptor, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._is_torn = False

    def sync(self) -> None:
        """Return once what was written is on the disk."""
        os.fsync(self._descriptor)

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Close it. What is written afterwards raises: its descriptor may be the number of a socket or port by then."""
        descriptor, self._descriptor = self._descriptor, CLOSED
        if descriptor != CLOSED:
            os.close(descriptor)


def _ends_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def _sync_folder(folder: Path) -> None:
    """Let a new name in a folder survive a power cut, where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
