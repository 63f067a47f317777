"""Many command lines in one process of its own, with less power or room: `python many_commands.py` reads a plan as JSON.

The plan says `commands`, each a list of arguments and a text for stdin, and may say `largest_file`, a limit in bytes on any
file written. Prints a list of exit code, stdout and stderr for each.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from command_line import Ran

Command = tuple[Sequence[str], str]
_PR_CAPBSET_DROP = 24
_DAC_CAPABILITIES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


def run_apart(
    commands: Sequence[Command],
    environment: dict[str, str],
    is_bound_by_modes: bool = False,
    largest_file: int | None = None,
) -> list[Ran]:
    """Run command lines, one after the other, in one such process.

    `is_bound_by_modes`: what may only be read is only read, even by root, who else writes wherever he likes.
    """
    process = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps({"commands": commands, "largest_file": largest_file}),
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        cwd=Path(__file__).parents[2],
        timeout=100,
        preexec_fn=_give_up_override if is_bound_by_modes and os.geteuid() == 0 else None,
    )
    assert process.returncode == 0, process.stderr
    return [Ran(*shape) for shape in json.loads(process.stdout)]


def _give_up_override() -> None:
    """Give up, from the next program on, root's leave to pass by the modes of files and folders (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in _DAC_CAPABILITIES:
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the capability cannot be dropped")


def main() -> None:
    """Carry out the plan on stdin."""
    from archroom.cli.program import run

    plan = json.load(sys.stdin)
    if plan["largest_file"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (plan["largest_file"], resource.RLIM_INFINITY))
    ran = []
    for arguments, text in plan["commands"]:
        stdout, stderr = io.StringIO(), io.StringIO()
        code = run(arguments, io.BytesIO(text.encode()), stdout, stderr)
        ran.append((code, stdout.getvalue(), stderr.getvalue()))
    json.dump(ran, sys.stdout)


if __name__ == "__main__":
    main()
