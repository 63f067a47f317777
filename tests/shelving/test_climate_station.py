"""The server's own view of the climate: fresh or not, judged by the limits of its room, and remembered over its end."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from climate_days import START_S

from archroom.core.climate import STANDARD, AlarmState, Freshness, Limits, RawValues, SensorView, Stock
from archroom.core.sensors import Sensor
from archroom.errors import Message, Refused, Unreadable, UsageError, say
from archroom.shelving.climate_station import FOLDER_NAME, ClimateStation

DEPOT = Sensor("depot", "R1", "tcp://127.0.0.1:1", 31, "climate-sensor", 10)
ATTIC = Sensor("attic", "R2", "tcp://127.0.0.1:1", 32, "climate-sensor", None)


class Day:
    """A station and its clock."""

    def __init__(self, folder: Path, *sensors: Sensor) -> None:
        self.folder = folder
        self.now_s = float(START_S)
        self.said: list[Message] = []
        self.sensors = sensors or (DEPOT, ATTIC)
        self.station = self.opened()

    def opened(self) -> ClimateStation:
        """A station that finds what the one before has left."""
        return ClimateStation(
            self.sensors, self.folder, self.said.append, lambda: self.now_s, lambda: self.now_s - START_S + 7, UTC
        )

    def read(self, minutes: int, temperature: float = 18.0, humidity: float = 50.0) -> None:
        """Let minutes pass with a reading each, of which a digit flickers."""
        for minute in range(minutes):
            self.now_s += 60
            self.station.take("depot", temperature, humidity + minute % 2 / 10)
            self.station.tick()

    def depot(self) -> SensorView:
        return self.station.view().sensors[0]


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path)


def test_a_value_grows_old_and_is_stale_then(day: Day) -> None:
    assert day.depot().freshness is Freshness.NEVER
    day.station.take("depot", 0.0, 0.0, age_s=2.0)
    view = day.depot()
    assert (view.freshness, view.age_s, view.sample and view.sample.values) == (Freshness.LIVE, 2.0, (0.0, 0.0))
    day.now_s += 149
    assert day.depot().freshness is Freshness.STALE
    assert day.depot().age_s == 151


def test_a_sensor_without_a_scale_is_told_raw_and_never_believed(day: Day) -> None:
    day.station.take_raw("attic", RawValues(235, 478, 10))
    view = day.station.view().sensors[1]
    assert (view.freshness, view.sample, view.raw) == (Freshness.UNCONFIRMED, None, RawValues(235, 478, 10))
    day.now_s += 3600
    day.station.tick()
    assert day.station.view().sensors[1].raw is None
    assert [alarm.sensor for alarm in day.station.view().alarms] == ["depot"]


def test_what_cannot_be_measured_is_no_reading(day: Day) -> None:
    day.station.take("depot", 400.0, 50.0)
    assert day.depot().freshness is Freshness.NEVER
    assert day.depot().problem is not None


def test_the_reason_of_a_failed_reading_stands_until_the_next_good_one(day: Day) -> None:
    day.station.fail("depot", say("Nothing there."))
    assert day.depot().problem == say("Nothing there.")
    day.station.take("depot", 18.0, 50.0)
    assert day.depot().problem is None


def test_an_alarm_is_acknowledged_with_a_note_and_outlives_the_server(day: Day) -> None:
    day.read(20, humidity=61.0)
    (alarm,) = day.station.view().waiting
    assert (alarm.kind.value, alarm.limit, alarm.state) == ("too_damp", 60, AlarmState.RAISED)
    day.station.close()
    day.station = day.opened()
    assert day.station.acknowledge(alarm.number, "Ann Lee", "door").state is AlarmState.ACKNOWLEDGED
    with pytest.raises(Refused):
        day.station.acknowledge(alarm.number, "Bob", "again")
    day.station.close()
    day.station = day.opened()
    assert day.station.view().waiting == ()
    day.read(20, humidity=57.0)
    (over,) = day.station.view().alarms
    assert (over.state, over.acknowledged and over.acknowledged.note) == (AlarmState.CLOSED, "door")


def test_an_alarm_that_stood_at_the_end_is_not_raised_anew(day: Day) -> None:
    day.read(20, humidity=70.0)
    day.station.close()
    day.station = day.opened()
    day.read(20, humidity=70.0)
    assert [alarm.number for alarm in day.station.view().alarms] == [1]


def test_a_server_that_was_down_blames_no_sensor_for_it_and_knows_the_last_day(day: Day) -> None:
    day.read(20, 15.0)
    day.station.close()
    day.now_s += 10_000
    day.station = day.opened()
    day.station.tick()
    assert day.station.view().alarms == ()
    assert (day.depot().freshness, day.depot().age_s) == (Freshness.STALE, 10_000)
    day.read(5, 17.0)
    assert day.depot().swing_c == pytest.approx(1.0)


def test_limits_hold_for_a_room_from_the_next_reading_on_and_outlive_the_server(day: Day) -> None:
    masters = STANDARD[Stock.FILM_MASTERS]
    day.station.set_limits("R1", masters, "Ann Lee")
    day.read(20, 18.0, 40.0)
    assert [alarm.kind.value for alarm in day.station.view().alarms] == ["too_warm"]
    day.station.close()
    day.station = day.opened()
    assert [view.limits for view in day.station.view().sensors] == [masters, STANDARD[Stock.PAPER]]


@pytest.mark.parametrize("limits", [Limits(Stock.PAPER, 24, 14, 45, 60), Limits(Stock.PAPER, 14, 24, 45, 101)])
def test_limits_that_cannot_be_kept_are_refused(day: Day, limits: Limits) -> None:
    with pytest.raises(UsageError):
        day.station.set_limits("R1", limits, "Ann Lee")
    assert day.depot().limits == STANDARD[Stock.PAPER]


def test_a_room_without_a_sensor_has_no_limits(day: Day) -> None:
    with pytest.raises(UsageError, match="R9"):
        day.station.set_limits("R9", STANDARD[Stock.TAPE], "Ann Lee")


def test_the_alarms_of_a_sensor_that_was_taken_out_of_the_settings_end(day: Day) -> None:
    day.read(20, humidity=70.0)
    day.station.close()
    day.sensors = (ATTIC,)
    (alarm,) = day.opened().view().alarms
    assert alarm.state is AlarmState.GONE


def test_history_is_told_and_of_no_other_sensor(day: Day) -> None:
    day.read(10)
    assert len(day.station.history("depot", START_S, START_S + 3600)) == 10
    with pytest.raises(UsageError):
        day.station.history("cellar", START_S, START_S + 3600)


def test_a_torn_journal_lets_an_alarm_wait_once_more(day: Day) -> None:
    day.read(20, humidity=70.0)
    day.station.acknowledge(1, "Ann Lee", "door")
    day.station.close()
    path = day.folder / FOLDER_NAME / "alarms.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    day.station = day.opened()
    assert [alarm.number for alarm in day.station.view().waiting] == [1]
    day.station.acknowledge(1, "Bob", "again")
    day.station.close()
    assert day.opened().view().waiting == ()


def test_what_cannot_be_written_is_shown_but_not_acknowledged(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("archroom.shelving.append_file.AppendFile.append", full)
    day.read(20, humidity=70.0)
    assert [alarm.state for alarm in day.station.view().alarms] == [AlarmState.RAISED]
    assert 1 <= len(day.said) <= 3
    with pytest.raises(Unreadable):
        day.station.acknowledge(1, "Ann Lee", "door")
    assert len(day.station.view().waiting) == 1
    with pytest.raises(Unreadable):
        day.station.set_limits("R1", STANDARD[Stock.TAPE], "Ann Lee")
    assert day.depot().limits == STANDARD[Stock.PAPER]
