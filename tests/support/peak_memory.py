"""The highest memory of a process of its own, so that what other tests took does not hide it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TAIL = "\nprint(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
"""The kernel's own mark: `ru_maxrss` of a child begins with what its parent had."""


def peak_kb(code: str, *arguments: object) -> int:
    """Run a program and return its highest resident memory, kB; it finds `arguments` in `sys.argv[1:]`."""
    command = [sys.executable, "-c", f"import sys\n{code}{_TAIL}", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True, cwd=ROOT)
    return int(run.stdout.split()[-1])
