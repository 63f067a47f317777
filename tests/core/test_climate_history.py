"""Summing up readings loses neither their least nor their most, and cutting a while into parts joins nothing over a gap."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from climate_days import START_S, readings

from archroom.core.climate_history import Span, day_of, hours_of, local_date, span_of, thinned


def spans(minutes: int = 180) -> list[Span]:
    """Readings that rise by a tenth a minute."""
    return [span_of(one) for one in readings(minutes, lambda minute: minute / 10, lambda minute: 0.0)]


def test_an_hour_keeps_least_mean_and_most() -> None:
    first, *_ = hours = hours_of(spans())
    assert [(hour.at_s - START_S, hour.length_s, hour.count) for hour in hours] == [
        (0, 3600, 60),
        (3600, 3600, 60),
        (7200, 3600, 60),
    ]
    assert (first.least_c, first.mean_c, first.most_c) == (0.0, 2.95, 5.9)
    assert (first.least_percent, first.mean_percent, first.most_percent) == (0.0, 0.0, 0.0)


def test_a_day_of_hours_says_what_its_readings_said() -> None:
    day = day_of(hours_of(spans(24 * 60)))
    assert day is not None
    assert (day.at_s, day.length_s, day.count) == (START_S, 86_400, 24 * 60)
    assert (day.least_c, day.mean_c, day.most_c) == (0.0, 71.95, 143.9)
    assert day_of([]) is None


def test_hours_of_few_readings_count_for_less() -> None:
    whole, odd = spans(60), [Span(START_S + 3600, 60, 1, 90.0, 90.0, 90.0, 0.0, 0.0, 0.0)]
    day = day_of(hours_of([*whole, *odd]))
    assert day is not None
    assert day.mean_c == round((2.95 * 60 + 90) / 61, 2)


def test_a_while_in_parts_shows_a_gap_as_a_gap() -> None:
    parts = thinned([*spans(60), *spans()[120:]], START_S, START_S + 3 * 3600, 6)
    assert [part is not None for part in parts] == [True, True, False, False, True, True]
    assert parts[0] is not None
    assert (parts[0].count, parts[0].most_c) == (30, 2.9)


def test_a_long_span_stands_in_each_part_that_it_touches() -> None:
    parts = thinned(hours_of(spans(120)), START_S, START_S + 2 * 3600, 8)
    assert [part.mean_c if part else None for part in parts] == [2.95] * 4 + [8.95] * 4


def test_readings_at_the_edge_belong_to_one_part() -> None:
    parts = thinned(spans(4), START_S, START_S + 240, 4)
    assert [part.count if part else 0 for part in parts] == [1, 1, 1, 1]


def test_days_are_those_of_the_site() -> None:
    assert local_date(START_S, ZoneInfo("Asia/Shanghai")) == local_date(START_S, ZoneInfo("UTC"))
    assert local_date(START_S + 17 * 3600, ZoneInfo("Asia/Shanghai")) > local_date(START_S + 17 * 3600, ZoneInfo("UTC"))
