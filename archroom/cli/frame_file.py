"""Recorded frames: a new file of JSON lines, one frame each, whole up to the last frame that was written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archroom.errors import Unreadable, UsageError, say
from archroom.texts import render

if TYPE_CHECKING:
    from archroom.cli.output import Json
    from archroom.core.bench import SeenFrame


class FrameFile:
    """One recording; implements `core.bench.FrameRecord`."""

    def __init__(self, path: Path, most_bytes: int | None = None) -> None:
        """Make the file; with `most_bytes` it takes no frame beyond. Raises UsageError if it is there or cannot be made."""
        self._path = path
        self._left = most_bytes
        try:
            self._file = path.open("xb", buffering=0)
        except FileExistsError:
            raise UsageError(say("{file} is there already; it is left as it is.", file=str(path))) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or ""
            raise UsageError(say("{file} cannot be written: {reason}.", file=str(path), reason=reason)) from None

    @property
    def file(self) -> str:
        """Name of the file, with its folder."""
        return str(self._path)

    def write(self, frames: Sequence[SeenFrame]) -> None:
        """Write frames behind those that stand there; raises Unreadable if they could not be written, or it is full."""
        lines = "".join(json.dumps(frame_shape(frame)) + "\n" for frame in frames).encode()
        if self._left is not None and len(lines) > self._left:
            raise Unreadable(say("{file} is as long as a recording may be, and has ended.", file=self.file))
        try:
            written = self._file.write(lines)
        except OSError as error:
            reason = error.strerror or ""
            raise Unreadable(say("{file} cannot be written: {reason}.", file=self.file, reason=reason)) from None
        if written < len(lines):
            raise Unreadable(say("{file} could not be written whole: the disk is full.", file=self.file))
        if self._left is not None:
            self._left -= len(lines)

    def close(self) -> None:
        """Write no more."""
        self._file.close()


def frame_shape(frame: SeenFrame) -> dict[str, Json]:
    """Return a frame as an object."""
    return {
        "at": frame.at.isoformat(),
        "ours": frame.is_ours,
        "unit": frame.unit,
        "function": frame.function,
        "verdict": frame.verdict.value,
        "after_ms": frame.after_ms,
        "meaning": render(frame.meaning),
        "hex": frame.hex,
    }
