"""The log of a server that was started on demand: never longer than it may be, and with the interpreter's last words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from archroom.shelving.log_file import KEPT, older

MOST_BYTES = 2_000
ENTRIES = 500
PROGRAM = f"""
import logging, os, sys
from pathlib import Path
from archroom.shelving.log_file import keep_log
keep_log(Path(sys.argv[1]), {MOST_BYTES})
for number in range({ENTRIES}):
    logging.getLogger("any").warning("entry %d of a long evening", number)
os.write(2, b"last words\\n")
"""


def run(log: Path, stderr: Path) -> None:
    """A program that says a lot, its stderr led to a file as a client leads it."""
    with stderr.open("ab") as file:
        subprocess.run([sys.executable, "-c", PROGRAM, str(log)], stderr=file, check=True, timeout=60)


def test_a_log_is_begun_anew_and_takes_stderr_along(tmp_path: Path) -> None:
    log = tmp_path / "shelving.log"
    run(log, log)
    files = [log, *(log.with_name(f"{log.name}.{number}") for number in range(1, KEPT + 1))]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size <= MOST_BYTES + len("last words\n") for file in files)
    told = [line for file in reversed(files) for line in file.read_text().splitlines()]
    assert told[-1] == "last words"
    numbers = [int(line.split("entry ")[1].split()[0]) for line in told[:-1]]
    assert numbers == list(range(ENTRIES - len(numbers), ENTRIES)), "what is kept has no gap"
    assert older(log) == files[1]


def test_a_program_whose_stderr_leads_elsewhere_writes_no_log(tmp_path: Path) -> None:
    log, elsewhere = tmp_path / "shelving.log", tmp_path / "elsewhere"
    log.touch()
    run(log, elsewhere)
    assert log.read_bytes() == b""
    assert elsewhere.read_text().count("a long evening") == ENTRIES
