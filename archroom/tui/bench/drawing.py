"""The bench in lines: a row a unit with its counters, the likely causes, a row a frame. Pure: facts in, lines out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from archroom.core.bench import SeenFrame, Verdict
from archroom.core.line_counters import UnitCounters, likely_causes
from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.glyphs import Glyphs
from archroom.tui.text import Line, cut, fitted, sentence_lines, shown, width_of, words

UNIT_CELLS: Final = 8
COUNT_CELLS: Final = 10
TITLES: Final = (
    say("Sent"),
    say("Matched"),
    say("Exception"),
    say("Silent"),
    say("CRC"),
    say("Strange"),
    say("Late"),
)
VERDICTS: Final = {
    Verdict.SENT: (say("SENT"), marks.MUTED),
    Verdict.MATCHED: (say("MATCHED"), marks.GOOD),
    Verdict.EXCEPTION: (say("EXCEPTION"), marks.CAREFUL),
    Verdict.CRC: (say("CRC"), marks.BAD),
    Verdict.STRANGE: (say("STRANGE"), marks.BAD),
    Verdict.SILENT: (say("SILENT"), marks.BAD),
    Verdict.LATE: (say("LATE"), marks.CAREFUL),
    Verdict.UNASKED: (say("UNASKED"), marks.CAREFUL),
    Verdict.UNSENT: (say("UNSENT"), marks.BAD),
}
VERDICT_CELLS: Final = 10
MEANING_CELLS: Final = 44


def heading(width: int) -> Line:
    """Return the heading of the counters' columns."""
    text = fitted(words(say("Unit")), UNIT_CELLS + 2) + "".join(fitted(words(title), COUNT_CELLS) for title in TITLES)
    return [(cut(text, width, ""), marks.MUTED)]


def unit_line(unit: int, counters: UnitCounters | None, is_chosen: bool, width: int, glyphs: Glyphs) -> Line:
    """Return a unit's row; a count of failures is loud, and a unit that nobody here asked has no counts."""
    line: Line = [
        (f"{glyphs.out if is_chosen else ' '} ", marks.NEWS),
        (fitted(str(unit), UNIT_CELLS), "bold" if is_chosen else ""),
    ]
    if counters is None:
        return _within([*line, *[(fitted("-", COUNT_CELLS), marks.FAINT) for _ in TITLES]], width)
    line += [
        (fitted(str(counters.sent), COUNT_CELLS), ""),
        (fitted(str(counters.matched), COUNT_CELLS), ""),
    ]
    for count in (counters.exceptions, counters.silent, counters.crc, counters.strange, counters.late):
        line.append((fitted(str(count), COUNT_CELLS), marks.BAD if count else marks.FAINT))
    return _within(line, width)


def cause_lines(unit: int, units: Mapping[int, UnitCounters], width: int) -> list[Line]:
    """Return what the counters of a unit suggest, or that they suggest nothing."""
    if unit not in units:
        said = say("Unit {unit}: nobody here asks it; its frames came by themselves, or another master asks.", unit=unit)
        return sentence_lines([(said, marks.CAREFUL)], width)
    causes = likely_causes(unit, units)
    if not causes:
        return [[(cut(words(say("Unit {unit}: nothing to look at.", unit=unit)), width), marks.MUTED)]]
    told = [(say("Unit {unit}: {cause}", unit=unit, cause=cause.sentence), marks.CAREFUL) for cause in causes]
    return sentence_lines(told, width)


def frame_line(frame: SeenFrame, width: int, glyphs: Glyphs, local: Callable[[datetime], datetime]) -> Line:
    """Return a frame's row: when, which way, unit, function, verdict, time since the request, meaning, bytes."""
    word, tone = VERDICTS[frame.verdict]
    way = glyphs.right if frame.is_ours else glyphs.left
    unit = "-" if frame.unit is None else str(frame.unit)
    function = "-" if frame.function is None else f"{frame.function:02d}"
    after = "" if frame.after_ms is None else words(say("{count} ms", count=frame.after_ms))
    line: Line = [
        (local(frame.at).strftime("%H:%M:%S.%f")[:-3] + " ", marks.MUTED),
        (f"{way} ", marks.NEWS),
        (fitted(unit, 4), ""),
        (fitted(function, 3), marks.MUTED),
        (fitted(words(word), VERDICT_CELLS), tone),
        (fitted(after, 9), marks.MUTED),
        (fitted(words(frame.meaning), MEANING_CELLS, ".."), ""),
        (" " + shown(frame.hex), marks.FAINT),
    ]
    return _within(line, width)


def lost_line(count: int, width: int) -> Line:
    """Return the row for frames that were missed."""
    return [(cut(words(say("Frames missed: {count}.", count=count)), width), marks.CAREFUL)]


def bus_title(number: int, count: int, url: str, is_errors_only: bool) -> Message:
    """Return the sentence over the counters."""
    if is_errors_only:
        return say("Bus {number} of {count}, {url}; only what is wrong", number=number, count=count, url=url)
    return say("Bus {number} of {count}, {url}; all frames", number=number, count=count, url=url)


def _within(line: Line, width: int) -> Line:
    """Return a row cut to so many cells."""
    kept: Line = []
    left = width
    for text, style in line:
        if left <= 0:
            break
        kept.append((text if width_of(text) <= left else cut(text, left, ""), style))
        left -= width_of(text)
    return kept
