"""The climate as people ask for it: what they change is kept by the server first, and stands in the ledger if it can."""

from __future__ import annotations

from pathlib import Path

import pytest
from paper_climate import PaperClimate
from small_house import OPERATOR, SmallHouse

from archroom.core.acts import ActKind, Performer
from archroom.core.climate import STANDARD, AlarmState, Stock
from archroom.errors import BadDatabase, PortUnavailable, Refused, UsageError, say
from archroom.services.climate import Climate
from archroom.services.climate_words import age_in_words, alarm_in_words, limits_in_words
from archroom.services.history import words_of_event

ANN = Performer("Ann Lee", "desk/1")


@pytest.fixture
def rooms(house: SmallHouse, tmp_path: Path) -> PaperClimate:
    """The climate of the small house."""
    return PaperClimate(tmp_path, house.archive.clock)


@pytest.fixture
def climate(house: SmallHouse, rooms: PaperClimate) -> Climate:
    return Climate(house.archive, rooms)


def last_words(house: SmallHouse) -> str:
    """The last event in words."""
    with house.archive.reading() as books:
        return words_of_event(books, house.archive.books.events[-1].seq).english()


def test_an_acknowledgement_leaves_an_event_with_the_note(house: SmallHouse, rooms: PaperClimate, climate: Climate) -> None:
    rooms.read(20, percents=61.5)
    (alarm,) = climate.view().waiting
    answer = climate.acknowledge(ANN, alarm.number, "  dehumidifier was full\n")
    assert (answer.is_recorded, answer.alarm and answer.alarm.state) == (True, AlarmState.ACKNOWLEDGED)
    assert answer.message.english() == ("Alarm 1 is acknowledged by Ann Lee: depot (R1): too damp, 61.5 %, limit 60 %.")
    event = house.archive.books.events[-1]
    assert (event.act.kind, event.performer.actor) == (ActKind.CLIMATE_ACKNOWLEDGED, "Ann Lee")
    assert event.act.facts["note"] == "dehumidifier was full"
    assert last_words(house) == "Climate alarm 1 of R1 acknowledged: dehumidifier was full"


@pytest.mark.parametrize(("name", "note"), [("", "seen"), ("Ann", " \n"), ("Ann", "\u202e")])
def test_nobody_acknowledges_without_a_name_and_a_note(rooms: PaperClimate, climate: Climate, name: str, note: str) -> None:
    rooms.read(20, percents=61.5)
    with pytest.raises(UsageError, match="a name and a note"):
        climate.acknowledge(Performer(name, "desk/1"), 1, note)
    assert len(climate.view().waiting) == 1


def test_what_is_acknowledged_already_leaves_no_event(house: SmallHouse, rooms: PaperClimate, climate: Climate) -> None:
    rooms.read(20, percents=61.5)
    climate.acknowledge(ANN, 1, "seen")
    before = len(house.archive.books.events)
    with pytest.raises(Refused):
        climate.acknowledge(OPERATOR, 1, "seen too")
    assert len(house.archive.books.events) == before


def test_books_that_do_not_answer_hinder_no_acknowledgement(house: SmallHouse, rooms: PaperClimate) -> None:
    class Closed:
        def reading(self) -> None:
            raise BadDatabase(say("gone"))

        writing = reading

    climate = Climate(Closed(), rooms)  # type: ignore[arg-type]
    rooms.read(20, percents=61.5)
    answer = climate.acknowledge(ANN, 1, "seen")
    assert not answer.is_recorded
    assert answer.message.english().endswith("this is not in the ledger.")
    assert climate.view().waiting == ()


def test_limits_are_those_of_a_stock_or_changed_one_by_one(house: SmallHouse, climate: Climate) -> None:
    climate.set_limits(OPERATOR, "R1", Stock.TAPE, {})
    assert climate.view().sensors[0].limits == STANDARD[Stock.TAPE]
    answer = climate.set_limits(OPERATOR, "R1", None, {"most_percent": 55.0, "frozen_hours": 12})
    limits = climate.view().sensors[0].limits
    assert answer.limits == limits
    assert (limits.stock, limits.least_percent, limits.most_percent, limits.frozen_hours) == (Stock.TAPE, 40, 55, 12)
    assert limits_in_words(limits).english() == "tapes, changed: 14-24 °C, 40-55 %, a day ±2 °C, ±5 %"
    assert house.archive.books.events[-1].act.facts["limits"] == "14-24 C, 40-55 %, swing 2 C 5 %, stuck 12 h"
    assert last_words(house) == "Limits of the climate of R1 changed"


def test_limits_that_cannot_be_meant_change_nothing(climate: Climate) -> None:
    with pytest.raises(UsageError, match="must lie below"):
        climate.set_limits(OPERATOR, "R1", None, {"least_c": 30.0})
    with pytest.raises(UsageError, match="no sensor in a room R9"):
        climate.set_limits(OPERATOR, "R9", Stock.TAPE, {})
    assert climate.view().sensors[0].limits == STANDARD[Stock.PAPER]


def test_a_long_history_comes_page_by_page(rooms: PaperClimate, climate: Climate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archroom.shelving.climate_station.MOST_SPANS", 7)
    rooms.read(50)
    now_s = int(rooms.clock.at.timestamp())
    found = list(climate.history("depot", now_s - 86_400, now_s + 1))
    assert len(found) == 50
    assert [span.at_s for span in found] == sorted({span.at_s for span in found})


def test_a_machine_without_sensors_says_so(house: SmallHouse) -> None:
    climate = Climate(house.archive, None)
    assert not climate.is_set_up
    with pytest.raises(PortUnavailable, match="No sensor"):
        climate.view()


@pytest.mark.parametrize(("age_s", "words"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h")])
def test_an_age_is_told_in_a_fitting_unit(age_s: float, words: str) -> None:
    assert age_in_words(age_s).english() == words


def test_each_alarm_is_a_sentence(rooms: PaperClimate, climate: Climate) -> None:
    rooms.live_through_a_day()
    said = {alarm.kind.value: alarm_in_words(alarm).english() for alarm in climate.view().alarms}
    assert said["silent"] == "film vault (R2): the sensor is silent"
    assert said["too_damp"].startswith("depot (R1): too damp, 6")
    assert said["swing_humidity"].startswith("depot (R1): humidity swings too much, ±")
