"""`python -m archroom`, and the command `archroom`."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from io import TextIOWrapper


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line, that of this process if none is given, and return its exit code."""
    gc.disable()  # what is loaded at the start stays: whoever carries out the command collects garbage again
    from archroom.cli.program import run

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return run(sys.argv[1:] if argv is None else argv, sys.stdin.buffer, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
