"""`scan`: one code a line on stdin, one answer a line on stdout; the desk without a screen.

Lines are read as bytes and end with CR, LF, TAB or the end of the input. A line that is too long is refused without being
kept, and so is what the books do not take now: the loop goes on, and STOP is heard. At a terminal the same code within 0.8 s
counts once; piped lines all count, and `+SECONDS CODE` says when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import EXIT_DONE, Json
from archroom.errors import Busy, Unreadable, say
from archroom.texts import render, render_error

LONGEST_LINE = 256
"""Bytes of a line that are looked at; a barcode has at most 64 characters."""
_CHUNK = 65536
_TERMINATOR = re.compile(rb"[\r\n\t]")
_TIMED = re.compile(r"\+([0-9]{1,9}(?:\.[0-9]{1,6})?)\s+(\S.*)", re.DOTALL)
_TOO_LONG = "?" * (LONGEST_LINE + 1)
"""What the desk gets in place of a line that is too long; it refuses that length whatever the letters."""


@dataclass(frozen=True, slots=True)
class ScanLine:
    """One line as it was scanned."""

    code: str
    shown: str
    """What of it is repeated in the answer."""
    at_s: float | None = None
    """When it was scanned, in seconds since the session began, if the line says so."""


def add_commands(commands: Commands) -> None:
    """Add `scan`."""
    commands.add("scan", say("Read codes line by line and answer each."), "archroom scan --json < codes.txt", _scan)


def _scan(job: Job) -> int:
    from archroom.services.resolving import shown

    is_live = job.stdin.isatty()
    session = job.house.desk.open_session(job.performer, is_live)
    _hint(job, is_live, render(session.hint()))
    ended = EXIT_DONE
    for line in scan_lines(job.stdin, is_live):
        try:
            answer = job.house.desk.scan(session, line.code, line.at_s)
        except (Busy, Unreadable) as error:
            ended = error.exit_code if isinstance(error, Unreadable) else ended
            _say(job, shown(line.shown), "unknown", "refused", False, "", render_error(error))
            continue
        message = render(answer.message)
        _say(job, shown(line.shown), answer.subject_kind, answer.step.value, answer.is_ok, answer.subject, message)
        _hint(job, is_live, render(session.hint()))
    return ended


def scan_lines(stream: BinaryIO, is_live: bool) -> Iterator[ScanLine]:
    """Yield each line as soon as its end was read; blank lines say nothing."""
    for raw in _raw_lines(stream):
        text = raw.decode("utf-8", "replace")
        if len(raw) > LONGEST_LINE:
            yield ScanLine(_TOO_LONG, text)
            continue
        timed = None if is_live else _TIMED.fullmatch(text)
        if timed is not None:
            yield ScanLine(timed[2], timed[2], float(timed[1]))
        elif text.strip():
            yield ScanLine(text, text)


def _raw_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines without their ends; of one that is too long, the first bytes, one more than may be."""
    pending = b""
    while chunk := _next_bytes(stream):
        *ended, rest = _TERMINATOR.split(chunk)
        for piece in ended:
            yield (pending + piece)[: LONGEST_LINE + 1]
            pending = b""
        pending = (pending + rest)[: LONGEST_LINE + 1]
    if pending:
        yield pending


def _next_bytes(stream: BinaryIO) -> bytes:
    """Return what is there, waiting only for the first byte."""
    read1 = getattr(stream, "read1", None)
    found: bytes = read1(_CHUNK) if read1 is not None else stream.readline(_CHUNK)
    return found


def _say(job: Job, scan: str, kind: str, act: str, is_ok: bool, subject: str, message: str) -> None:
    if job.output.is_json:
        shape: dict[str, Json] = {
            "scan": scan,
            "kind": kind,
            "act": act,
            "ok": is_ok,
            "subject": subject,
            "message": message,
        }
        job.output.object_line(shape)
    else:
        job.output.line(message)


def _hint(job: Job, is_live: bool, hint: str) -> None:
    if is_live:
        job.output.narrate(hint)
