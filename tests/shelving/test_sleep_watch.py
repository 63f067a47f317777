"""Sleeps of the computer, by two clocks of which one stands still meanwhile."""

from __future__ import annotations

import time

import pytest

from archroom.shelving.sleep_watch import SleepWatch, clock_through_sleep


class Clocks:
    """Both clocks of a computer; reading the one that goes on may take a while."""

    def __init__(self) -> None:
        self.awake_s = 100.0
        self.asleep_s = 0.0
        self.held_up_s = 0.0

    def awake(self) -> float:
        """The clock that stands still in a sleep."""
        return self.awake_s

    def through_sleep(self) -> float:
        """The clock that goes on."""
        self.awake_s += self.held_up_s
        return self.awake_s + self.asleep_s

    def watch(self) -> SleepWatch:
        """A watch that has looked at both once."""
        made = SleepWatch(self.through_sleep, self.awake)
        assert not made.has_slept()
        return made


def test_each_sleep_is_found_once() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    for asleep_s in (8 * 3600.0, 1.0):
        clocks.awake_s += 60.0
        assert not watch.has_slept()
        clocks.asleep_s += asleep_s
        assert watch.has_slept()
        assert not watch.has_slept()


def test_time_that_is_no_sleep_is_none() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    clocks.awake_s += 7 * 24 * 3600.0
    clocks.asleep_s += 0.9
    assert not watch.has_slept()


def test_a_program_that_is_held_up_between_the_clocks_did_not_sleep_and_misses_none() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    clocks.held_up_s = 5.0
    assert not watch.has_slept()
    clocks.asleep_s += 60.0
    assert not watch.has_slept()
    clocks.held_up_s = 0.0
    assert watch.has_slept()


def test_a_system_without_such_a_clock_serves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> float:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(time, "clock_gettime", refuse)
    watch = SleepWatch()
    assert not watch.has_slept()
    assert not watch.has_slept()


def test_the_clocks_of_this_computer_go_beside_each_other() -> None:
    first_s = clock_through_sleep()
    assert clock_through_sleep() >= first_s
    watch = SleepWatch()
    assert not watch.has_slept()
    assert not watch.has_slept()
