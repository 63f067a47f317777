"""Runs tests and tells which lines and branches of some files they never took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LEFT_OUT = r"""
[report]
exclude_also =
    if TYPE_CHECKING:
    ^\s*\.\.\.$
    : \.\.\.$
partial_also =
    ^\s*case\b
"""
"""What is never run: imports for types, bodies of protocols; and the way past the last case of a match over all of an enum.
The lines of each case count."""


class FailingTests(Exception):
    """They must pass before what they take can be told."""


def not_taken(files: Sequence[Path], tests: Sequence[str], root: Path, folder: Path) -> list[str]:
    """Run tests in `root` and return each line and branch of `files` that none of them took; raises FailingTests.

    A branch is told as `file:from->to`, with `exit` where it leaves its function. A file that was never imported is told.
    """
    settings = folder / "coveragerc"
    settings.write_text(LEFT_OUT, encoding="utf-8")
    report = folder / "report.json"
    coverage = (sys.executable, "-m", "coverage")
    surroundings = {**os.environ, "COVERAGE_FILE": str(folder / "coverage"), "COVERAGE_RCFILE": str(settings)}
    included = ",".join(map(str, files))
    pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", str(folder / "t"), *tests)
    for step in (
        (*coverage, "run", "--branch", f"--include={included}", *pytest),
        (*coverage, "json", "-q", "-o", str(report)),
    ):
        done = subprocess.run(step, cwd=root, env=surroundings, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise FailingTests(done.stdout[-2000:] + done.stderr[-2000:])
    measured = {(root / name).resolve(): of_file for name, of_file in json.loads(report.read_text())["files"].items()}
    found: list[str] = []
    for file in files:
        of_file = measured.get(file.resolve())
        if of_file is None:
            found.append(f"{file.name}: never imported")
            continue
        found += [f"{file.name}:{line}" for line in of_file["missing_lines"]]
        found += [
            f"{file.name}:{here}->{there if there > 0 else 'exit'}"
            for here, there in of_file["missing_branches"]
            if here not in of_file["missing_lines"] and there not in of_file["missing_lines"]
        ]
    return found
