"""A mistake in taking readings: every sensor says so at once, silence becomes an alarm, and the shelving is served on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from shelving_room import ShelvingRoom, simulator_of, until
from supervised_room import block_of

from archroom.core import climate_watch
from archroom.core.climate import AlarmKind, ClimateView, Freshness
from archroom.core.sensors import Sensor
from archroom.core.shelving import Trust
from archroom.errors import ShelvingError
from archroom.shelving import climate_serving
from archroom.shelving.client import ShelvingClient
from archroom.shelving.climate_inbox import Inbox
from archroom.shelving.climate_rounds import SensorRound
from archroom.shelving.climate_station import ClimateStation
from archroom.shelving.server import Server

UNIT = 101
"""A sensor of the simulator."""


def fail(*_: object) -> None:
    """Do what no program should."""
    raise RuntimeError("a mistake")


@contextmanager
def served(folder: Path) -> Iterator[tuple[ShelvingClient, Server, list[ShelvingError]]]:
    """A block on one line and a sensor on another: a client, its server in this process, and with what it ended."""
    sensors_only = simulator_of((block_of(open_aisles=(0,), number=2),), "rtu_tcp", profile="climate")
    with ShelvingRoom(folder, "tcp") as room, sensors_only as other:
        sensor = Sensor("depot", "R1", other.endpoints["rtu_tcp"], UNIT, "climate-sensor", 10)
        room.spec = replace(room.spec, sensors=(sensor,))
        errors: list[ShelvingError] = []
        with closing(Server(room.spec, room.places, print)) as server:

            def run() -> None:
                try:
                    server.run()
                except ShelvingError as error:
                    errors.append(error)

            thread = threading.Thread(target=run)
            thread.start()
            try:
                yield room.believing_client(), server, errors
            finally:
                server.end()
                thread.join(30.0)


def says_failed(view: ClimateView) -> bool:
    """Whether the sensor says that it is not read by a mistake."""
    return "has failed" in str(view.sensors[0].problem)


def test_a_mistake_in_taking_readings_is_shown_logged_and_becomes_an_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(climate_serving, "TICK_S", 0.05)
    monkeypatch.setattr(climate_watch, "SILENT_S", 1)
    monkeypatch.setattr(ClimateStation, "take", fail)
    with served(tmp_path) as (client, _, errors):
        assert until(lambda: says_failed(client.climate()), 20.0), client.climate()
        assert client.climate().sensors[0].freshness is not Freshness.LIVE
        assert until(lambda: bool(client.climate().alarms), 20.0)
        assert [alarm.kind for alarm in client.climate().alarms] == [AlarmKind.SILENT]
        assert client.views()[0].trust is Trust.GOOD
    assert ["The server ends. Keeping the climate has failed" in error.message.english() for error in errors] == [True]
    assert "RuntimeError: a mistake" in caplog.text


def test_a_value_is_not_shown_as_one_that_is_so_now_once_taking_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as (client, _, _):
        assert until(lambda: client.climate().sensors[0].freshness is Freshness.LIVE, 20.0)
        monkeypatch.setattr(Inbox, "hand_on", fail)
        monkeypatch.setattr(climate_serving, "TICK_S", 0.05)
        assert until(lambda: says_failed(client.climate()), 20.0)
        assert client.climate().sensors[0].freshness is Freshness.STALE


def test_a_mistake_in_reading_a_port_of_sensors_is_shown_and_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SensorRound, "read_next", fail)
    with served(tmp_path) as (client, server, errors):
        assert until(lambda: says_failed(client.climate()), 20.0), client.climate()
        assert [f"Serving {server.spec.sensors[0].url} has failed" in one.english() for one in server._failures] == [True]
        assert client.views()[0].trust is Trust.GOOD
    assert len(errors) == 1
    assert "RuntimeError: a mistake" in caplog.text
