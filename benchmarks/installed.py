"""The environment in which a program of a benchmark starts as an installed one does: from bytecode.

Whatever the environment of the benchmark says of writing it, each program writes its own below a folder at its first start,
which is not timed.
"""

from __future__ import annotations

import os
from pathlib import Path


def installed_environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of this process with the bytecode in a folder, a home of archroom's own, and more variables."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "ARCHROOM_HOME": str(folder), **more}
