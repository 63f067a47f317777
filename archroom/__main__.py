"""`python -m archroom`, and the command `archroom`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from io import TextIOWrapper

OBJECTS_BEFORE_COLLECTING = 50_000
"""What is loaded at the start stays, so looking through it again and again for what can be freed only costs time."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line, that of this process if none is given, and return its exit code."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING, 20, 20)
    from archroom.cli.program import run  # loaded after the line above, for which it is too late otherwise

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return run(sys.argv[1:] if argv is None else argv, sys.stdin.buffer, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
