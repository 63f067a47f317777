"""Readings of a sensor over hours and days, as tests want them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archroom.core.climate import POLL_S, STANDARD, Sample, Stock
from archroom.core.climate_watch import Change, Watch

START_S = 1_790_000_000 // 86_400 * 86_400
"""A midnight of UTC in 2026."""


def readings(
    minutes: int,
    temperature: Callable[[int], float] = lambda minute: 18.0 + minute % 2 / 10,
    humidity: Callable[[int], float] = lambda minute: 50.0 + minute % 2 / 10,
    start_s: int = START_S,
) -> Iterator[Sample]:
    """A reading a minute; what is not told stays, but for a digit that flickers."""
    for minute in range(minutes):
        yield Sample(start_s + minute * POLL_S, temperature(minute), humidity(minute))


def paper_watch() -> Watch:
    """The watch of a sensor among papers, just started."""
    return Watch(STANDARD[Stock.PAPER], START_S)


def told(watch: Watch, samples: Iterator[Sample]) -> list[tuple[str, bool, int]]:
    """What a watch tells of readings: kind, whether it was raised, and the minute."""
    changes: list[Change] = []
    for sample in samples:
        changes += watch.tick(sample.at_s)
        changes += watch.take(sample)
    return [(change.kind.value, change.is_raised, (change.at_s - START_S) // 60) for change in changes]
