"""The climate in lines: a row a sensor, two charts of the chosen one, a row an alarm. Pure: facts in, lines out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from archroom.core.climate import Alarm, Freshness, Limits, SensorView
from archroom.core.climate_history import Span, thinned
from archroom.errors import Message, say
from archroom.services.climate_words import age_in_words, alarm_in_words, limits_in_words
from archroom.tui import marks
from archroom.tui.climate import marks as climate_marks
from archroom.tui.climate.chart import LABEL_CELLS, Band, drawn, parts_of
from archroom.tui.glyphs import Glyphs
from archroom.tui.text import Line, Piece, cut, fitted, shown, width_of, words

NAME_CELLS = 16
ROOM_CELLS = 10
STATE_CELLS = 12
FIGURE_CELLS = 12
ALARM_CELLS = 14
LEAST_CHART_ROWS = 3


@dataclass(frozen=True, slots=True)
class Past:
    """What a sensor read over a while."""

    sensor: str
    from_s: int
    to_s: int
    spans: Sequence[Span]


def heading(width: int) -> Line:
    """Return the heading of the sensors' columns."""
    titles = (
        (say("Sensor"), NAME_CELLS + 2),
        (say("Room"), ROOM_CELLS),
        (say("State"), STATE_CELLS),
        (say("Temperature"), FIGURE_CELLS),
        (say("Humidity"), FIGURE_CELLS),
        (say("Age"), width),
    )
    text = "".join(fitted(words(title), cells) for title, cells in titles)
    return [(cut(text, width, ""), marks.MUTED)]


def sensor_line(
    view: SensorView, freshness: Freshness, age_s: float | None, is_chosen: bool, width: int, glyphs: Glyphs
) -> Line:
    """Return a sensor's row; what is not fresh is told as what it was, in a quiet tone."""
    mark = climate_marks.FRESHNESS[freshness]
    is_live = freshness is Freshness.LIVE
    line: Line = [
        (f"{glyphs.out if is_chosen else ' '} ", marks.NEWS),
        (fitted(shown(view.name), NAME_CELLS), "bold" if is_chosen else ""),
        (fitted(shown(view.room), ROOM_CELLS), marks.MUTED),
        (fitted(mark.shown(glyphs), STATE_CELLS), mark.tone),
    ]
    left = width - sum(width_of(text) for text, _ in line)
    if view.sample is None or freshness is Freshness.UNCONFIRMED:
        return [*line, (cut(words(_why(view)), left), marks.MUTED)]
    age = words(age_in_words(age_s or 0.0))
    temperature, humidity = view.sample.values
    limits = view.limits
    return [
        *line,
        _figure(f"{temperature:.1f} °C", is_live, limits.least_c <= temperature <= limits.most_c),
        _figure(f"{humidity:.1f} %", is_live, limits.least_percent <= humidity <= limits.most_percent),
        (cut(age if is_live else words(say("{age} ago", age=age)), left - 2 * FIGURE_CELLS), marks.MUTED),
    ]


def alarm_line(alarm: Alarm, is_chosen: bool, width: int, glyphs: Glyphs, local: Callable[[int], datetime]) -> Line:
    """Return an alarm's row."""
    mark = climate_marks.ALARMS[alarm.state]
    head: Line = [
        (f"{glyphs.out if is_chosen else ' '} ", marks.NEWS),
        (fitted(mark.shown(glyphs), ALARM_CELLS), mark.tone),
        (f"{alarm.number:>3}  ", marks.MUTED),
        (f"{local(alarm.raised_at_s):%m-%d %H:%M}  ", marks.MUTED),
    ]
    left = width - sum(width_of(text) for text, _ in head)
    said = alarm_in_words(alarm)
    if alarm.acknowledged is not None:
        by, note = alarm.acknowledged.by, alarm.acknowledged.note
        said = say("{what} - {name}: {note}", what=said, name=by, note=note)
    return [*head, (cut(words(said), left), "bold" if is_chosen else "")]


def charts(
    past: Past | None,
    view: SensorView,
    span: Message,
    width: int,
    rows: int,
    glyphs: Glyphs,
    local: Callable[[int], datetime],
) -> list[Line]:
    """Return the charts of a sensor in at most so many rows: side by side where there is room, else one above the other.

    Too few rows show the temperature alone, fewer still nothing.
    """
    lines = [_title(view, span, width)]
    is_wide = width >= 120
    chart_rows = (rows - 3) if is_wide else (rows - 4) // 2
    is_single = not is_wide and chart_rows < LEAST_CHART_ROWS
    chart_rows = rows - 3 if is_single else chart_rows
    if past is None or chart_rows < LEAST_CHART_ROWS:
        return lines[:rows]
    half = (width - 2) // 2 if is_wide else width
    first = _chart(past, "°C", view.limits, True, half, chart_rows, glyphs)
    second = _chart(past, "% RH", view.limits, False, half, chart_rows, glyphs)
    axis = _axis(past, half, local)
    if is_wide:
        both = zip([*first, axis], [*second, axis], strict=True)
        return lines + [[*_filled(left, half), ("  ", ""), *right] for left, right in both]
    return lines + first + ([] if is_single else second) + [axis]


def _chart(past: Past, unit: str, limits: Limits, is_temperature: bool, width: int, rows: int, glyphs: Glyphs) -> list[Line]:
    parts = thinned(past.spans, past.from_s, past.to_s, parts_of(width, glyphs))
    if is_temperature:
        bands = [None if part is None else Band(part.least_c, part.most_c) for part in parts]
        lines = drawn(bands, limits.least_c, limits.most_c, width, rows, glyphs)
    else:
        bands = [None if part is None else Band(part.least_percent, part.most_percent) for part in parts]
        lines = drawn(bands, limits.least_percent, limits.most_percent, width, rows, glyphs)
    return [[(fitted(" " * LABEL_CELLS + unit, width), marks.MUTED)], *lines]


def _axis(past: Past, width: int, local: Callable[[int], datetime]) -> Line:
    """Return the times of begin, middle and end below a chart."""
    form = "%H:%M" if past.to_s - past.from_s <= 2 * 86_400 else "%Y-%m-%d"
    ends = [f"{local(at_s):{form}}" for at_s in (past.from_s, (past.from_s + past.to_s) // 2, past.to_s)]
    cells = width - LABEL_CELLS
    gap = max(1, (cells - sum(map(len, ends))) // 2)
    rest = max(1, cells - sum(map(len, ends)) - gap)
    return [(cut(" " * LABEL_CELLS + ends[0] + " " * gap + ends[1] + " " * rest + ends[2], width, ""), marks.FAINT)]


def _title(view: SensorView, span: Message, width: int) -> Line:
    limits = limits_in_words(view.limits)
    return [(cut(words(say("{name}, {span}. {limits}", name=view.name, span=span, limits=limits)), width), marks.MUTED)]


def _figure(text: str, is_live: bool, is_within: bool) -> Piece:
    if not is_live:
        return fitted(f"({text})", FIGURE_CELLS), marks.FAINT
    return fitted(text, FIGURE_CELLS), marks.PLAIN if is_within else marks.BAD


def _filled(line: Line, width: int) -> Line:
    return [*line, (" " * (width - sum(width_of(text) for text, _ in line)), "")]


def _why(view: SensorView) -> Message:
    if view.freshness is Freshness.UNCONFIRMED and view.raw is not None:
        raw = view.raw
        return say("tells {temperature} and {humidity}", temperature=raw.temperature, humidity=raw.humidity)
    return view.problem or say("never read")
