"""The desk as a process, `python -m archroom scan`, fed with codes on stdin: what tests that strike or race it share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from archroom.core.acts import ActKind
from archroom.core.codes import CodeKind, format_code
from archroom.core.events import Event
from archroom.store.archive import SqlArchive

ROOT = Path(__file__).parents[2]
AS_SHIPPED = (sys.executable, "-m", "archroom")
CHANGES = {ActKind.THING_LENT: "lent", ActKind.THING_RETURNED: "returned"}
"""What a lend and a return are called in the ledger, and what the answers call them."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer that was read from stdout."""

    act: str
    subject: str


def start_scanning(program: tuple[str, ...], url: str, home: Path, terminal: str = "desk") -> subprocess.Popen[bytes]:
    """Start the desk on some books, in a home of its own; stdin, stdout and stderr are pipes."""
    command = [*program, "--db", url, "--terminal", terminal, "--json", "scan"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ARCHROOM_")}
    environment |= {"ARCHROOM_HOME": str(home), "ARCHROOM_LANG": "en", "LOGNAME": "tester"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)


def told(output: bytes) -> list[Told]:
    """Return the answers that came whole: a line that was cut by the death of its writer was told to nobody."""
    *lines, _ = output.split(b"\n")
    shapes = [json.loads(line) for line in lines]
    return [Told(shape["act"], shape["subject"]) for shape in shapes]


def changes_told(answers: list[Told]) -> list[Told]:
    """Return the answers that say that something was lent or returned."""
    return [answer for answer in answers if answer.act in CHANGES.values()]


def changes_written(archive: SqlArchive, after_seq: int) -> list[Told]:
    """Return the lends and returns in the ledger after an entry, in the words of the answers."""
    written: list[Told] = []
    with archive.reading() as books:
        seq = after_seq + 1
        while (event := books.event(seq)) is not None:
            if event.act.kind in CHANGES:
                written.append(Told(CHANGES[event.act.kind], _code_of(archive, event)))
            seq += 1
    return written


def boxes_and_items(archive: SqlArchive) -> list[str]:
    """Return the codes of all things, in the order of their numbers."""
    letters = {"box": CodeKind.BOX, "item": CodeKind.ITEM}
    with archive.reading():
        rows = archive.books.rows("SELECT kind, id FROM thing ORDER BY id")
    return [format_code(letters[kind], number) for kind, number in rows]


def _code_of(archive: SqlArchive, event: Event) -> str:
    with archive.reading() as books:
        standing = books.standing(event.act.moves[0].thing_id)
    assert standing is not None
    return standing.thing.code
