"""The climate by command, with simulated sensors: now with its age, the past, limits, and an acknowledgement."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from climate_days import readings
from command_line import Cli

from archroom import config
from archroom.core.climate import Alarm, AlarmKind
from archroom.shelving.climate_files import ClimateFiles
from archroom.shelving.climate_journal import ClimateJournal
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"
UNIT = 101


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """The small room's shelving with sensors on its line."""
    with RunningSimulator(ROOM_FILE, rtu_tcp="127.0.0.1:0", profile="climate") as running:
        yield running


def settings(url: str, **more: str) -> str:
    """The settings of a machine with one sensor and no shelving."""
    keys = {"name": '"depot"', "room": '"R1"', "url": f'"{url}"', "unit": str(UNIT), "scale": "10", **more}
    return "[[sensor]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items() if value)


def state_of(config_file: Path) -> Path:
    """Where the server keeps the climate."""
    return config_file.parent / "state" / "climate"


@pytest.fixture
def rooms(cli: Cli, config_file: Path, simulator: RunningSimulator) -> Iterator[Cli]:
    """The command line of a machine with that sensor, an alarm, and a day of readings that ended an hour ago."""
    config_file.write_text(settings(simulator.endpoints["rtu_tcp"]))
    now_s = int(time.time())
    files = ClimateFiles(state_of(config_file))
    for sample in readings(60, start_s=now_s - 7200):
        files.append("depot", sample)
    files.close()
    journal = ClimateJournal(state_of(config_file))
    journal.write_alarm(Alarm(1, "depot", "R1", AlarmKind.TOO_DAMP, now_s - 9000, 61.5, 60))
    journal.close()
    yield cli
    with House(config.load().config) as opened:
        opened.dismiss_shelving()


def now(cli: Cli) -> dict[str, Any]:
    """What `climate --json` says of the sensor."""
    (sensor,) = cli("--json", "climate").json["sensors"]
    found: dict[str, Any] = sensor
    return found


def test_the_climate_now_is_told_with_its_age_and_its_alarms(rooms: Cli) -> None:
    sensor = now(rooms)
    assert (sensor["name"], sensor["room"], sensor["freshness"]) == ("depot", "R1", "live")
    assert (sensor["temperature_c"], sensor["humidity_percent"]) == (20.0, 50.0)
    assert 0 <= sensor["age_s"] < 10
    assert sensor["limits"]["stock"] == "paper"
    first, second = rooms("climate").lines
    assert first.startswith("depot (R1): 20 °C, 50 %, ")
    assert second.startswith("Alarm 1, to be acknowledged, since ")
    assert second.endswith("depot (R1): too damp, 61.5 %, limit 60 %")
    assert rooms("climate", "now").lines[1] == second


def test_an_old_value_never_stands_in_the_place_of_a_fresh_one(rooms: Cli, config_file: Path) -> None:
    config_file.write_text(settings("tcp://127.0.0.1:1"))
    sensor = now(rooms)
    assert (sensor["freshness"], sensor["temperature_c"], sensor["humidity_percent"]) == ("stale", None, None)
    assert sensor["last"]["temperature_c"] in (18.0, 18.1)
    assert sensor["problem"] == "Nothing listens at tcp://127.0.0.1:1."
    line, _ = rooms("climate").lines
    assert line.startswith("depot (R1): not known now; 6")
    assert line.endswith("Nothing listens at tcp://127.0.0.1:1.")


def test_an_alarm_is_acknowledged_by_a_name_and_a_note_once(rooms: Cli) -> None:
    ran = rooms("--json", "climate", "ack", "1", "--by", "Ann Lee", "--note", "dehumidifier was full")
    assert (ran.code, ran.json["recorded"], ran.json["alarm"]["state"]) == (0, False, "acknowledged")
    assert (ran.json["alarm"]["by"], ran.json["alarm"]["note"]) == ("Ann Lee", "dehumidifier was full")
    again = rooms("climate", "ack", "1", "--by", "Bo", "--note", "me too")
    assert again.code == 4
    assert "acknowledged by Ann Lee already" in again.err
    assert rooms("climate", "ack", "1", "--by", "Bo").code == 2
    assert rooms("climate", "ack", "7", "--by", "Bo", "--note", "x").code == 2


def test_books_that_are_there_keep_the_acknowledgement_too(rooms: Cli) -> None:
    assert rooms("init", "small").code == 0
    ran = rooms("--json", "climate", "ack", "1", "--by", "Ann Lee", "--note", "seen")
    assert ran.json["recorded"] is True
    assert rooms("ledger", "verify").code == 0


def test_limits_are_shown_and_set(rooms: Cli) -> None:
    assert rooms("climate", "limits").lines == ["R1: paper: 14-24 °C, 45-60 %, a day ±2 °C, ±5 %"]
    setting = ("climate", "limits", "set", "--room", "R1", "--stock", "film_masters", "--humidity", "33..40")
    assert rooms(*setting, "--swing-temperature", "1.5").code == 0
    assert rooms("climate", "limits", "show").lines == ["R1: film, masters, changed: 13-15 °C, 33-40 %, a day ±1.5 °C, ±5 %"]
    limits = rooms("--json", "climate", "limits").json["rooms"]["R1"]
    assert (limits["stock"], limits["least_percent"], limits["swing_c"], limits["changed"]) == (
        "film_masters",
        33.0,
        1.5,
        True,
    )
    assert rooms("climate", "limits", "set", "--room", "R1", "--temperature=-20..-5", "--stuck-hours", "12").code == 0
    assert rooms("--json", "climate", "limits").json["rooms"]["R1"]["most_c"] == -5.0


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--temperature", "24..14"),
        ("--temperature", "warm"),
        ("--humidity", "45-60"),
        ("--humidity", "1e1..60"),
        ("--stock", "cheese"),
        ("--stuck-hours", "0"),
    ],
)
def test_limits_that_cannot_be_meant_are_refused(rooms: Cli, more: tuple[str, ...]) -> None:
    assert rooms("climate", "limits", "set", "--room", "R1", *more).code == 2
    assert rooms("--json", "climate", "limits").json["rooms"]["R1"]["changed"] is False


def test_history_is_told_as_lines_objects_and_csv(rooms: Cli, tmp_path: Path) -> None:
    assert len(rooms("climate", "history", "--sensor", "depot").lines) >= 60
    spans = rooms("--json", "climate", "history", "--sensor", "depot").json["spans"]
    assert (spans[0]["count"], spans[0]["mean_c"], spans[0]["length_s"]) == (1, 18.0, 60)
    file = tmp_path / "past.csv"
    assert rooms("climate", "history", "--sensor", "depot", "--csv", str(file)).code == 0
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) >= 60
    assert (rows[1]["sensor"], rows[1]["temperature_mean_c"], rows[1]["humidity_most_percent"]) == (
        "depot",
        "18.10",
        "50.10",
    )
    assert rooms("climate", "history", "--sensor", "depot", "--csv", "-").lines[0] == ",".join(rows[0])
    assert rooms("climate", "history", "--sensor", "depot", "--csv", str(file)).code == 2
    assert rooms("--json", "climate", "history", "--sensor", "depot", "--csv", "-").code == 2
    assert rooms("climate", "history", "--sensor", "cellar").code == 2


def test_days_are_chosen_and_those_without_readings_are_empty(rooms: Cli) -> None:
    assert rooms("climate", "history", "--sensor", "depot", "--from", "2001-01-01", "--to", "2001-01-31").lines == []
    assert rooms("climate", "history", "--sensor", "depot", "--from", "2001-01-02", "--to", "2001-01-01").code == 2
    long_ago = rooms("climate", "history", "--sensor", "depot", "--from", "2001-01-01")
    assert len(long_ago.lines) >= 60


def test_a_scale_that_nobody_confirmed_is_proposed(cli: Cli, config_file: Path, simulator: RunningSimulator) -> None:
    config_file.write_text(settings(simulator.endpoints["rtu_tcp"], scale=""))
    try:
        assert cli("climate").lines == [
            "depot (R1): tells 200 and 500: 20 °C, 50 % with scale = 10, 2 °C, 5 % with scale = 100. "
            "Compare with a thermometer."
        ]
        assert now(cli)["raw"] == {"temperature": 200, "humidity": 500, "proposed_scale": None}
    finally:
        with House(config.load().config) as opened:
            opened.dismiss_shelving()


def test_a_machine_without_sensors_says_so(room: Cli) -> None:
    ran = room("climate")
    assert (ran.code, ran.out) == (6, "")
    assert "No sensor of temperature and humidity is set up on this machine." in ran.err


def test_it_speaks_chinese(rooms: Cli) -> None:
    line = rooms("climate", lang="zh").lines[0]
    assert line.startswith("depot（R1）：20 °C，50 %")


def test_the_object_holds_no_value_that_is_not_json(rooms: Cli) -> None:
    assert "NaN" not in json.dumps(rooms("--json", "climate").json)
