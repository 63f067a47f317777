"""The machine's settings: ranks of their sources, and everything that cannot be meant refused with its line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command_line import Cli

from archroom import config, paths
from archroom.config import Bus, Options, Source, sqlite_url
from archroom.core.sensors import Sensor
from archroom.errors import BadFile, UsageError


def test_defaults_hold_without_a_file(cli: Cli, tmp_path: Path) -> None:
    settings = config.load()
    assert settings.config.database == sqlite_url(tmp_path / "home" / "data" / "archroom.db")
    assert (settings.config.operator, settings.config.loan_days) == ("tester", 14)
    assert settings.config.terminal == f"{os.uname().nodename}/desk"
    assert (settings.config.buses, settings.config.label_stock) == ((), "roll")
    assert set(settings.sources.values()) - {Source("environment", "ARCHROOM_LANG")} == {Source("default")}
    assert not settings.is_file_there


def test_an_option_goes_before_the_environment_and_that_before_the_file(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file.write_text('operator = "from file"\nterminal = "from file"\nloan_days = 7\n')
    monkeypatch.setenv("ARCHROOM_AS", "from environment")
    settings = config.load(Options(terminal="from option"))
    assert settings.config.operator == "from environment"
    assert settings.config.terminal.endswith("/from option")
    assert settings.config.loan_days == 7
    assert settings.sources["operator"] == Source("environment", "ARCHROOM_AS")
    assert settings.sources["terminal"] == Source("option", "--terminal")
    assert settings.sources["loan_days"] == Source("file", str(config_file))


def test_buses_with_their_units_are_read(config_file: Path) -> None:
    config_file.write_text(
        '[[bus]]\nurl = "serial:///dev/ttyUSB0?baud=9600"\nunits = { 1 = 11, 2 = 12 }\n'
        '[[bus]]\nurl = "tcp://10.0.0.5"\nunits = { 3 = 1 }\n'
    )
    assert config.load().config.buses == (
        Bus("serial:///dev/ttyUSB0?baud=9600", {1: 11, 2: 12}),
        Bus("tcp://10.0.0.5", {3: 1}),
    )


SENSOR = '[[sensor]]\nname = "depot"\nroom = "R1"\nurl = "tcp://10.0.0.9"\nunit = 31\n'


def test_sensors_are_read(config_file: Path) -> None:
    config_file.write_text(SENSOR + SENSOR.replace("depot", "库房 2").replace("31", "32") + "scale = 100\n")
    first, second = config.load().config.sensors
    assert first == Sensor("depot", "R1", "tcp://10.0.0.9", 31, "climate-sensor", None)
    assert (second.name, second.unit, second.scale) == ("库房 2", 32, 100)


def test_an_option_for_the_shelving_stands_for_all_buses(config_file: Path) -> None:
    config_file.write_text('[[bus]]\nurl = "tcp://10.0.0.5"\n')
    assert config.load(Options(shelving="socket://127.0.0.1:4001")).config.buses == (Bus("socket://127.0.0.1:4001"),)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('operator = "Ana"\nwatchdog = 0\n', 2, "unknown setting watchdog"),
        ("operator = 7\n", 1, "operator must be text in quotes"),
        ('operator = ""\n', 1, "operator needs a value"),
        ('\n\nloan_days = "14"\n', 3, "loan_days must be a whole number from 1 to 3650"),
        ("loan_days = true\n", 1, "loan_days must be a whole number"),
        ("loan_days = 0\n", 1, "loan_days must be a whole number"),
        ('language = "fr"\n', 1, "language cannot be fr"),
        ('database = "mysql://x"\n', 1, "database cannot be mysql://x"),
        ('database = "postgresql://ana:secret@h:notaport/x\\u0007"\n', 1, "database cannot be postgresql://ana:***@h"),
        ('state_folder = "relative"\n', 1, "state_folder cannot be relative"),
        ('glyphs = "emoji"\n', 1, "glyphs cannot be emoji"),
        ('[[bus]]\nurl = "serial:///dev/ttyUSB0?baud=1"\n', 2, "url cannot be serial:///dev/ttyUSB0?baud=1"),
        ('[[bus]]\nurl = "serial:///dev/ttyUSB0?speed=9600"\n', 2, "url cannot be"),
        ('[[bus]]\nurl = "socket://host"\n', 2, "url cannot be socket://host"),
        ('[[bus]]\nurl = "tcp://host:99999"\n', 2, "url cannot be tcp://host:99999"),
        ('[[bus]]\nurl = "/dev/ttyUSB0"\n', 2, "url cannot be /dev/ttyUSB0"),
        ("[[bus]]\nunits = { 1 = 1 }\n", 1, "url must be text in quotes"),
        ('[[bus]]\nurl = "tcp://a"\n[[bus]]\nurl = "tcp://b"\nbaud = 1\n', 5, "unknown setting baud"),
        ('[[bus]]\nurl = "tcp://a"\nunits = { 1 = 0 }\n', 3, "units gives each block its own unit"),
        ('[[bus]]\nurl = "tcp://a"\nunits = { 1 = 1, 2 = 1 }\n', 3, "units gives each block its own unit"),
        ('[[bus]]\nurl = "tcp://a"\nunits = { x = 1 }\n', 3, "units gives each block its own unit"),
        ('[[bus]]\nurl = "tcp://a"\n[[bus]]\nurl = "tcp://b"\n', 1, "with several buses, each names its units"),
        ('bus = "tcp://a"\n', 1, "write each bus as a table"),
        ('sensor = "depot"\n', 1, "write each sensor as a table"),
        (SENSOR.replace("31", "0"), 5, "unit is the sensor's Modbus address"),
        (SENSOR.replace("tcp://10.0.0.9", "tcp://"), 4, "url must be the address of the sensor's port"),
        (SENSOR.replace("depot", "a,b"), 2, "name is 1 to 40 characters"),
        (SENSOR.replace("R1", "=1"), 3, "room is 1 to 40 characters"),
        (SENSOR + "scale = 1\n", 6, "scale is 10 or 100"),
        (SENSOR + "scale = true\n", 6, "scale is 10 or 100"),
        (SENSOR + 'family = "../x"\n', 6, "family is climate-sensor or the full path of a profile"),
        (SENSOR + "colour = 1\n", 6, "unknown setting colour"),
        ('[[bus]]\nurl = "tcp://a"\n' + SENSOR + "units = 1\n", 8, "unknown setting units"),
        (SENSOR + SENSOR.replace("unit = 31", "unit = 32"), 1, "each sensor has a name of its own"),
        (SENSOR + SENSOR.replace("depot", "attic"), 1, "two sensors at one port have one unit"),
        ('[[sensor]]\nname = "a"\n', 1, "room is 1 to 40 characters"),
        ("operator = \n", 1, "this is not TOML"),
        ('a = 1\nb = "open\n', 2, "this is not TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(config_file: Path, text: str, line: int, told: str) -> None:
    config_file.write_text(text)
    with pytest.raises(BadFile) as refusal:
        config.load()
    assert refusal.value.line == line
    assert str(refusal.value).startswith(f"{config_file}, line {line}: ")
    assert told in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_file_in_another_encoding_is_refused(config_file: Path) -> None:
    config_file.write_bytes('operator = "王"'.encode("gbk"))
    with pytest.raises(BadFile, match="not UTF-8"):
        config.load()


def test_a_folder_in_place_of_the_file_is_refused(config_file: Path) -> None:
    config_file.mkdir()
    with pytest.raises(BadFile, match="cannot be read"):
        config.load()


def test_an_option_that_cannot_be_meant_is_refused_by_its_name(cli: Cli) -> None:
    with pytest.raises(UsageError, match=r"^--db cannot be postgres\.db; write sqlite:///FILE"):
        config.load(Options(database="postgres.db"))


def test_a_variable_that_cannot_be_meant_is_refused_by_its_name(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHROOM_SHELVING", "serial:///dev/ttyUSB0?baud=1")
    with pytest.raises(UsageError, match="^ARCHROOM_SHELVING cannot be"):
        config.load()


def test_names_are_cleaned(cli: Cli) -> None:
    settings = config.load(Options(operator="Ann\x1b[2J Lee"))
    assert settings.config.operator == "Ann\ufffd[2J Lee"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ana:p%40ss@host/db", "postgresql://ana:***@host/db"),
        ("postgresql://ana@host/db", "postgresql://ana@host/db"),
        (
            "postgresql://host/db?user=ana&password=x&sslmode=require",
            "postgresql://host/db?user=ana&password=***&sslmode=require",
        ),
        ("sqlite:////srv/a:b@c.db", "sqlite:////srv/a:b@c.db"),
    ],
)
def test_a_password_in_an_address_is_masked(url: str, shown: str) -> None:
    assert config.masked(url) == shown


def test_the_own_file_goes_before_that_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARCHROOM_HOME", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "machine"))
    own, shared = tmp_path / "own" / "archroom" / "config.toml", tmp_path / "machine" / "archroom" / "config.toml"
    assert paths.config_file() == own
    shared.parent.mkdir(parents=True)
    shared.write_text("")
    assert paths.config_file() == shared
    own.parent.mkdir(parents=True)
    own.write_text("")
    assert paths.config_file() == own
