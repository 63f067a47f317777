"""The past of a sensor in three grains: every reading of the last day, hours of the last 90 days, and days before that.

A span says from when to when it speaks, from how many readings, and their least, mean and most: summing spans up into
longer ones loses nothing of those three. Hours are the hours of UTC, days those of the site's own time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby
from typing import Final

from archroom.core.climate import POLL_S, Sample

HOUR_S: Final = 3600
HOURS_KEPT_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Span:
    """What a sensor said over a while."""

    at_s: int
    """Begin, seconds since 1970, UTC."""
    length_s: int
    count: int
    """How many readings it speaks of."""
    least_c: float
    mean_c: float
    most_c: float
    least_percent: float
    mean_percent: float
    most_percent: float


def span_of(sample: Sample) -> Span:
    """Return one reading as a span."""
    degrees, percents = sample.values
    return Span(sample.at_s, POLL_S, 1, degrees, degrees, degrees, percents, percents, percents)


def local_date(at_s: int, zone: tzinfo | None) -> date:
    """Return the date of an instant in a time zone; None: the machine's own."""
    return datetime.fromtimestamp(at_s, UTC).astimezone(zone).date()


def hours_of(spans: Iterable[Span]) -> list[Span]:
    """Return spans of at most an hour, in order, summed up by the hour."""
    return _summed(spans, lambda span: span.at_s // HOUR_S, HOUR_S)


def day_of(spans: Sequence[Span]) -> Span | None:
    """Return the spans of one day summed up, None if there are none; it begins with the first of them."""
    return _joined(spans, max(span.at_s + span.length_s for span in spans) - spans[0].at_s) if spans else None


def thinned(spans: Sequence[Span], from_s: int, to_s: int, parts: int) -> list[Span | None]:
    """Return a while cut into equal parts, each with what was read in it, None where nothing was.

    A span that is longer than a part stands in each part that it touches.
    """
    edges = [from_s + (to_s - from_s) * index // parts for index in range(parts + 1)]
    found: list[list[Span]] = [[] for _ in range(parts)]
    width_s = max(1, (to_s - from_s) / parts)
    for span in spans:
        first = max(0, int((span.at_s - from_s) / width_s))
        length_s = span.length_s if span.length_s > POLL_S else 1
        last = min(parts - 1, int((span.at_s + length_s - 1 - from_s) / width_s))
        for index in range(first, last + 1):
            found[index].append(span)
    return [_joined(part, edges[i + 1] - edges[i]) if part else None for i, part in enumerate(found)]


def _summed(spans: Iterable[Span], key: Callable[[Span], int], length_s: int) -> list[Span]:
    summed: list[Span] = []
    for period, members in groupby(spans, key):
        one = _joined(list(members), length_s)
        summed.append(Span(period * length_s, length_s, *_figures(one)))
    return summed


def _joined(spans: Sequence[Span], length_s: int) -> Span:
    count = sum(span.count for span in spans)
    return Span(
        spans[0].at_s,
        length_s,
        count,
        min(span.least_c for span in spans),
        round(sum(span.mean_c * span.count for span in spans) / count, 2),
        max(span.most_c for span in spans),
        min(span.least_percent for span in spans),
        round(sum(span.mean_percent * span.count for span in spans) / count, 2),
        max(span.most_percent for span in spans),
    )


def _figures(span: Span) -> tuple[int, float, float, float, float, float, float]:
    return (
        span.count,
        span.least_c,
        span.mean_c,
        span.most_c,
        span.least_percent,
        span.mean_percent,
        span.most_percent,
    )
