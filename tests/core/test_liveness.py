"""A watchdog is fed only while every bus thread lives and turns."""

from __future__ import annotations

import pytest

from archroom.core.liveness import TURN_WITHIN_S, ThreadLife, feeding_period_s, may_be_fed

NOW_S = 1_000.0
WELL = ThreadLife(True, NOW_S - 0.2)


@pytest.mark.parametrize(
    ("threads", "is_fed"),
    [
        ([], True),
        ([WELL], True),
        ([ThreadLife(True, NOW_S - TURN_WITHIN_S)], True),
        ([WELL, ThreadLife(True, NOW_S - TURN_WITHIN_S - 0.1)], False),
        ([WELL, ThreadLife(False, NOW_S)], False),
        ([WELL, ThreadLife(True, 0.0, is_over=True)], True),
        ([WELL, ThreadLife(False, 0.0, is_over=True)], False),
    ],
    ids=["none", "well", "just so", "one hangs", "one is dead", "one is over", "one is over and dead"],
)
def test_one_thread_that_hangs_is_enough(threads: list[ThreadLife], is_fed: bool) -> None:
    assert may_be_fed(threads, NOW_S) is is_fed


@pytest.mark.parametrize(("watchdog_s", "period_s"), [(20.0, 1.0), (1.5, 0.5)])
def test_it_is_fed_three_times_within_its_time(watchdog_s: float, period_s: float) -> None:
    assert feeding_period_s(watchdog_s, 1.0) == period_s
