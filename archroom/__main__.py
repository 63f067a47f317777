"""`python -m archroom`, and the command `archroom`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from archroom.cli.program import run


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line, that of this process if none is given, and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return run(sys.argv[1:] if argv is None else argv, sys.stdin.buffer, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
