"""An alarm is over only when it is gone and a person has acknowledged it, in whichever order."""

from __future__ import annotations

import pytest

from archroom.core.climate import Acknowledgement, Alarm, AlarmKind, AlarmState
from archroom.core.climate_alarms import CLOSED_KEPT, AlarmBook
from archroom.core.climate_watch import Change
from archroom.errors import Refused, UsageError

ANN = Acknowledgement("Ann Lee", "door stood open", 50)


def change(is_raised: bool = True, at_s: int = 10, kind: AlarmKind = AlarmKind.TOO_DAMP) -> Change:
    return Change(kind, is_raised, at_s, 61.0, 60.0)


def put(book: AlarmBook, made: Change, sensor: str = "depot") -> Alarm:
    """Put what a change makes."""
    alarm = book.changed(sensor, "R1", made)
    assert alarm is not None
    book.put(alarm)
    return alarm


def test_it_is_raised_acknowledged_and_gone() -> None:
    book = AlarmBook()
    assert put(book, change()).state is AlarmState.RAISED
    book.put(book.acknowledged(1, ANN))
    assert [alarm.state for alarm in book.shown()] == [AlarmState.ACKNOWLEDGED]
    assert put(book, change(False, 90)).state is AlarmState.CLOSED


def test_what_is_gone_still_waits_for_somebody() -> None:
    book = AlarmBook()
    put(book, change())
    assert put(book, change(False)).state is AlarmState.GONE
    assert book.acknowledged(1, ANN).state is AlarmState.CLOSED


def test_what_comes_again_before_anybody_looked_is_the_same_alarm() -> None:
    book = AlarmBook()
    for is_raised in (True, False, True):
        alarm = put(book, change(is_raised))
    assert (alarm.number, alarm.times, alarm.state, len(book.shown())) == (1, 2, AlarmState.RAISED, 1)


def test_what_comes_again_after_it_was_over_is_a_new_one() -> None:
    book = AlarmBook()
    put(book, change())
    book.put(book.acknowledged(1, ANN))
    put(book, change(False))
    assert put(book, change()).number == 2


def test_each_sensor_and_kind_has_its_own() -> None:
    book = AlarmBook()
    numbers = [
        put(book, change()).number,
        put(book, change(), "attic").number,
        put(book, change(kind=AlarmKind.SILENT)).number,
    ]
    assert numbers == [1, 2, 3]
    assert book.standing("depot") == {AlarmKind.TOO_DAMP, AlarmKind.SILENT}


def test_a_change_that_changes_nothing_makes_nothing() -> None:
    book = AlarmBook()
    assert book.changed("depot", "R1", change(False)) is None
    put(book, change())
    assert book.changed("depot", "R1", change()) is None


def test_what_is_acknowledged_is_not_acknowledged_again() -> None:
    book = AlarmBook()
    put(book, change())
    book.put(book.acknowledged(1, ANN))
    with pytest.raises(Refused, match="Ann Lee"):
        book.acknowledged(1, ANN)
    with pytest.raises(UsageError):
        book.acknowledged(2, ANN)


def test_alarms_of_a_sensor_that_was_taken_away_end_and_wait() -> None:
    book = AlarmBook()
    put(book, change())
    put(book, change(), "attic")
    (gone,) = book.without_sensor(["attic"], 99)
    assert (gone.sensor, gone.state, gone.gone_at_s) == ("depot", AlarmState.GONE, 99)


def test_only_the_last_ones_that_are_over_are_shown_and_no_number_comes_twice() -> None:
    book = AlarmBook()
    for number in range(1, CLOSED_KEPT + 11):
        assert put(book, change()).number == number
        book.put(book.acknowledged(number, ANN))
        put(book, change(False))
    put(book, change())
    assert [alarm.number for alarm in book.shown()] == list(range(CLOSED_KEPT + 11, 10, -1))
