"""What the bench in the app writes: recordings, in one folder, each named after its bus and its beginning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from archroom import paths
from archroom.cli.frame_file import FrameFile
from archroom.errors import UsageError, say

if TYPE_CHECKING:
    from archroom.wiring import House

MOST_RECORD_BYTES: Final = 200_000_000
"""A recording that somebody forgets must not fill the disk, on which the books are too: some hours of a busy bus."""


class BenchFolder:
    """Implements `core.bench.BenchFiles`."""

    def __init__(self, house: House, folder: Path) -> None:
        """The folder is made when the first file is written."""
        self._house = house
        self._folder = folder

    def new_record(self, bus: int) -> FrameFile:
        """Begin a file for the frames of a bus; raises UsageError if it cannot be made."""
        return FrameFile(self._new(f"frames-bus{bus}-{self._stamp()}.jsonl"), MOST_RECORD_BYTES)

    def _stamp(self) -> str:
        return f"{self._house.clock.now().astimezone():%Y%m%d-%H%M%S}"

    def _new(self, name: str) -> Path:
        """Return the path of a file in the folder, which is there then."""
        try:
            return paths.made(self._folder) / name
        except OSError as error:
            reason = error.strerror or ""
            raise UsageError(say("{file} cannot be written: {reason}.", file=str(self._folder), reason=reason)) from None
