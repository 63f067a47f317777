"""Lines of a pick list as they are written: CODE, or CODE, ORDER and MINUTES with tabs between.

A line that says something is either read in whole or told with the reason; none is dropped, and none is read in part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archroom.errors import Message, say
from archroom.services.errands import Asked

_MINUTES = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is none of a pick list."""

    number: int
    """Counted from 1, empty lines with it."""
    text: str
    why: Message


def read_lines(lines: Iterable[str]) -> Iterator[Asked | BadLine]:
    """Yield what each line asks for, or why it cannot be read; empty lines ask for nothing."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")]
        code, order, minutes = (*fields, "", "")[:3]
        why = _why_bad(number, fields, code, minutes)
        if why is None:
            yield Asked(code, order, float(minutes) * 60 if minutes else None)
        else:
            yield BadLine(number, line, why)


def _why_bad(number: int, fields: list[str], code: str, minutes: str) -> Message | None:
    if len(fields) > 3:
        return say("Line {line} has more than CODE, ORDER and MINUTES.", line=number)
    if minutes and not _MINUTES.fullmatch(minutes):
        return say("Line {line}: {text} is no number of minutes.", line=number, text=minutes[:_MOST_SHOWN])
    return None if code else say("Line {line} has no code.", line=number)
