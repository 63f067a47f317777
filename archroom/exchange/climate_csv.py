"""The past of a sensor as CSV: one row a span, the same columns for readings, hours and days, for any spreadsheet.

Names of sensors begin with a letter or digit and hold no comma (`core.sensors`), so no cell can become a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Final

from archroom.core.climate_history import Span

COLUMNS: Final = (
    "sensor",
    "begin",
    "seconds",
    "readings",
    "temperature_least_c",
    "temperature_mean_c",
    "temperature_most_c",
    "humidity_least_percent",
    "humidity_mean_percent",
    "humidity_most_percent",
)


def csv_lines(sensor: str, spans: Iterable[Span], zone: tzinfo | None = None) -> Iterator[str]:
    """Yield the heading and a line for each span; `begin` is ISO time with its offset in a zone, None: the machine's."""
    yield ",".join(COLUMNS)
    for span in spans:
        begin = datetime.fromtimestamp(span.at_s, UTC).astimezone(zone).isoformat()
        degrees, percents = (
            (span.least_c, span.mean_c, span.most_c),
            (span.least_percent, span.mean_percent, span.most_percent),
        )
        figures = (f"{value:.2f}" for value in (*degrees, *percents))
        yield ",".join((sensor, begin, str(span.length_s), str(span.count), *figures))
