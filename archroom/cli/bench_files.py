"""What the bench in the app writes: recordings and bundles, in one folder, each named after the time it was begun."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from archroom import paths
from archroom.errors import UsageError, say

if TYPE_CHECKING:
    from archroom.cli.frame_file import FrameFile
    from archroom.core.bench import WrittenBundle
    from archroom.wiring import House

MOST_RECORD_BYTES: Final = 200_000_000
"""A recording that somebody forgets must not fill the disk, on which the books are too: some hours of a busy bus."""

MOST_RECORDS: Final = 5
"""So many of the last recordings go into a bundle, those of earlier days too."""


class BenchFolder:
    """Implements `core.bench.BenchFiles`."""

    def __init__(self, house: House, folder: Path) -> None:
        """The folder is made when the first file is written."""
        self._house = house
        self._folder = folder

    def new_record(self, bus: int) -> FrameFile:
        """Begin a file for the frames of a bus; raises UsageError if it cannot be made."""
        from archroom.cli.frame_file import FrameFile  # when the first recording begins

        return FrameFile(self._new(f"frames-bus{bus}-{self._stamp()}.jsonl"), MOST_RECORD_BYTES)

    def write_bundle(self) -> WrittenBundle:
        """Write what helps to find a fault from afar, the last recordings with it; raises UsageError if it cannot be."""
        from archroom.cli.bundle import bundle_of  # when the first bundle is wanted

        records = sorted(self._folder.glob("frames-*.jsonl"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        return bundle_of(self._house, self._new(f"bundle-{self._stamp()}.zip"), records[-MOST_RECORDS:])

    def _stamp(self) -> str:
        return f"{self._house.clock.now().astimezone():%Y%m%d-%H%M%S}"

    def _new(self, name: str) -> Path:
        """Return the path of a file in the folder, which is there then."""
        try:
            return paths.made(self._folder) / name
        except OSError as error:
            reason = error.strerror or ""
            raise UsageError(say("{file} cannot be written: {reason}.", file=str(self._folder), reason=reason)) from None
