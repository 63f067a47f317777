"""The log of a server that was started on demand: whatever goes to its stderr, in a file that is begun anew when it is long.

stderr follows the file, so what the interpreter says last stands in the newest one too.
"""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 1_000_000
KEPT: Final = 3
"""So many older files stay beside it: `.1` is the last."""
STDERR: Final = 2


class LogFile(RotatingFileHandler):
    """The file, each entry with its time."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(path, maxBytes=most_bytes, backupCount=KEPT, encoding="utf-8", errors="backslashreplace")
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s"))

    def _open(self) -> TextIOWrapper:
        """Open the file, at the beginning and each time anew, and lead stderr there."""
        stream = super()._open()
        os.dup2(stream.fileno(), STDERR)
        return stream


def keep_log(path: Path, most_bytes: int = MOST_BYTES) -> None:
    """Keep what is logged in a file, if stderr leads there already; only one program at a time may.

    Not on Windows, where a file that is open cannot be renamed: there it grows.
    """
    try:
        is_log = os.name == "posix" and os.path.samestat(os.fstat(STDERR), path.stat())
    except OSError:
        return
    if is_log:
        logging.getLogger().addHandler(LogFile(path, most_bytes))


def older(path: Path) -> Path:
    """Return where the last file before this one is kept."""
    return path.with_name(path.name + ".1")
