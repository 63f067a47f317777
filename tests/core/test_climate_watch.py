"""When readings become an alarm, and when it ends: by duration, never by one reading, and never by what was not read."""

from __future__ import annotations

import pytest
from climate_days import START_S, paper_watch, readings, told

from archroom.core.climate import STANDARD, AlarmKind, Limits, Sample, Stock, sample_of
from archroom.core.climate_watch import DAY_S, Watch


@pytest.mark.parametrize(
    ("kind", "temperature", "humidity"),
    [("too_warm", 24.1, 50.0), ("too_cold", 13.9, 50.0), ("too_damp", 18.0, 60.1), ("too_dry", 18.0, 44.9)],
)
def test_what_lasts_beyond_a_limit_is_an_alarm_after_ten_minutes(kind: str, temperature: float, humidity: float) -> None:
    watch = paper_watch()
    assert told(watch, readings(30, lambda minute: temperature, lambda minute: humidity)) == [(kind, True, 10)]


def test_what_stands_exactly_at_its_limit_is_none() -> None:
    assert told(paper_watch(), readings(60, lambda minute: 24.0, lambda minute: 60.0)) == []


def test_nought_is_a_value() -> None:
    assert told(paper_watch(), readings(20, lambda minute: 0.0, lambda minute: 0.0)) == [
        ("too_cold", True, 10),
        ("too_dry", True, 10),
    ]


@pytest.mark.parametrize("odd", [5, 6])
def test_one_odd_reading_is_no_alarm(odd: int) -> None:
    assert told(paper_watch(), readings(600, lambda minute: 60.0 if minute == odd else 18.0 + minute % 2)) == []


def test_readings_that_come_and_go_over_a_limit_are_no_alarm() -> None:
    assert told(paper_watch(), readings(300, lambda minute: 24.5 if minute % 9 < 8 else 23.9)) == []


def test_an_alarm_ends_ten_minutes_after_it_came_well_inside_and_flickers_not() -> None:
    def temperature(minute: int) -> float:
        if minute < 60:
            return 24.2
        return 23.9 if minute < 120 else 23.4

    assert told(paper_watch(), readings(200, temperature)) == [("too_warm", True, 10), ("too_warm", False, 130)]


def test_two_readings_with_a_gap_between_them_say_nothing_of_what_lay_between() -> None:
    watch = paper_watch()
    first = Sample(START_S, 30.0, 50.0)
    assert watch.take(first) == []
    assert watch.take(Sample(START_S + 3600, 30.0, 50.0)) == []


def test_a_narrow_range_can_still_be_come_back_into() -> None:
    watch = Watch(Limits(Stock.FILM_MASTERS, 13, 13.4, 35, 45), START_S)
    found = told(watch, readings(100, lambda minute: 13.6 if minute < 50 else 13.2, lambda minute: 40.0))
    assert found == [("too_warm", True, 10), ("too_warm", False, 60)]


def test_the_swing_of_a_day_is_half_of_what_lies_between_its_ends() -> None:
    watch = paper_watch()
    found = told(watch, readings(24 * 60, lambda minute: 16.0 if minute < 720 else 20.2))
    assert [(kind, is_raised) for kind, is_raised, _ in found] == [("swing_temperature", True)]
    assert watch.swing == pytest.approx((2.1, 0.05))
    assert told(paper_watch(), readings(24 * 60, lambda minute: 16.0 if minute < 720 else 20.0)) == []


def test_the_swing_of_humidity_is_judged_too() -> None:
    found = told(paper_watch(), readings(120, humidity=lambda minute: 46.0 if minute < 60 else 57.0))
    assert [(kind, is_raised) for kind, is_raised, _ in found] == [("swing_humidity", True)]


def test_a_swing_ends_once_its_end_lies_a_day_back() -> None:
    watch = paper_watch()
    found = told(watch, readings(3 * 24 * 60, lambda minute: (15.0 if minute < 60 else 19.5) + minute % 2 / 10))
    assert [(kind, is_raised) for kind, is_raised, _ in found] == [("swing_temperature", True), ("swing_temperature", False)]
    assert found[1][2] == pytest.approx(24 * 60 + 60, abs=15)


def test_a_sensor_of_which_no_digit_changes_is_stuck_after_six_hours_and_freed_by_the_first_change() -> None:
    found = told(paper_watch(), readings(600, lambda minute: 18.0 if minute < 400 else 18.1, lambda minute: 50.0))
    assert found == [("frozen", True, 360), ("frozen", False, 400)]


def test_one_digit_of_either_value_is_life() -> None:
    assert told(paper_watch(), readings(600, lambda minute: 18.0, lambda minute: 50.0 + minute // 100 / 10)) == []


def test_how_long_a_sensor_may_stand_still_is_a_limit_of_its_room() -> None:
    watch = Watch(Limits(Stock.PAPER, 14, 24, 45, 60, frozen_hours=1), START_S)
    assert told(watch, readings(100, lambda minute: 18.0, lambda minute: 50.0)) == [("frozen", True, 60)]


def test_a_sensor_is_silent_after_ten_minutes_and_heard_again_after_two_answers() -> None:
    watch = paper_watch()
    assert watch.tick(START_S + 599) == []
    (change,) = watch.tick(START_S + 600)
    assert (change.kind, change.is_raised, change.limit) == (AlarmKind.SILENT, True, 10)
    assert watch.tick(START_S + 2000) == []
    found = told(watch, readings(3, start_s=START_S + 3000))
    assert found == [("silent", False, 51)]


def test_a_clock_that_was_set_back_silences_nothing_and_joins_nothing() -> None:
    watch = paper_watch()
    told(watch, readings(100, lambda minute: 30.0 + minute % 2))
    assert watch.tick(START_S - 50_000) == []
    assert watch.tick(START_S - 49_500) == []
    watch.take(Sample(START_S - 49_400, 18.0, 50.0))
    assert watch.swing is None
    assert [change.kind for change in watch.tick(START_S - 48_800)] == [AlarmKind.SILENT]


def test_what_a_day_before_the_start_said_is_remembered_and_not_judged() -> None:
    watch = Watch(STANDARD[Stock.PAPER], START_S + DAY_S)
    for sample in readings(24 * 60, lambda minute: 30.0, lambda minute: 50.0):
        watch.remember(sample)
    assert watch.swing == (0.0, 0.0)
    assert told(watch, readings(2, lambda minute: 30.0, lambda minute: 50.0, START_S + DAY_S)) == [("frozen", True, 24 * 60)]


def test_alarms_that_stood_before_the_start_are_not_raised_again_and_can_end() -> None:
    watch = Watch(STANDARD[Stock.PAPER], START_S, [AlarmKind.TOO_WARM])
    assert told(watch, readings(30, lambda minute: 30.0 + minute % 2)) == []
    assert ("too_warm", False, 40) in told(watch, readings(30, start_s=START_S + 30 * 60))


@pytest.mark.parametrize("values", [(-40.1, 50.0), (85.1, 50.0), (18.0, -0.1), (18.0, 100.1), (float("nan"), 50.0)])
def test_what_no_sensor_can_measure_is_no_reading(values: tuple[float, float]) -> None:
    assert sample_of(START_S, *values) is None


def test_the_figures_of_each_stock_keep_their_own_rules() -> None:
    for stock, limits in STANDARD.items():
        limits.check()
        assert limits.stock is stock
        assert not limits.is_changed
