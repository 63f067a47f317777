"""Sensors behind a real server: on the shelving's own line and on ports of their own, and never read while steel moves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from climate_days import START_S
from commissioned import Licensed
from shelving_room import ShelvingRoom, until

from archroom.core.climate import STANDARD, ClimateView, Freshness, Limits, Sample, Stock
from archroom.core.sensors import Sensor
from archroom.core.shelving import Action, OutcomeKind, Trust, Wanted
from archroom.errors import BadFile, PortUnavailable, UsageError
from archroom.shelving import climate_rounds
from archroom.shelving.bus import Bus
from archroom.shelving.bus_turns import Turns
from archroom.shelving.climate_files import ClimateFiles
from archroom.shelving.climate_rounds import SensorRound
from archroom.shelving.climate_station import ClimateStation
from archroom.shelving.server import Server
from archroom.shelving.spec import ServerSpec

XY_MD02, MD02, SHT20 = 101, 102, 103
"""The simulator's units; each reads 20 °C and 50 %."""


def sensor(url: str, unit: int = XY_MD02, scale: int | None = 10, name: str = "depot") -> Sensor:
    return Sensor(name, "R1", url, unit, "climate-sensor", scale)


@contextmanager
def room_with_sensors(folder: Path, *units: tuple[int, int | None], speed: float = 1.0) -> Iterator[ShelvingRoom]:
    """A room whose line has sensors too, by unit and scale."""
    with ShelvingRoom(folder, profile="climate", speed=speed) as room:
        url = room.simulator.endpoints["rtu_tcp"]
        sensors = tuple(sensor(url, unit, scale, f"s{unit}") for unit, scale in units)
        room.spec = replace(room.spec, sensors=sensors)
        yield room


def is_live(view: ClimateView) -> bool:
    return all(one.freshness is Freshness.LIVE for one in view.sensors)


def test_sensors_on_the_line_of_the_shelving_are_read_beside_it(tmp_path: Path) -> None:
    with room_with_sensors(tmp_path, (XY_MD02, 10), (MD02, 100), (SHT20, 10)) as room:
        room.start_server()
        client = room.ready_client()
        assert until(lambda: is_live(client.climate()), 10.0), client.climate()
        view = client.climate()
        assert [one.sample and one.sample.values for one in view.sensors] == [(20.0, 50.0)] * 3
        assert all(one.age_s is not None and one.age_s < 10 for one in view.sensors)
        assert client.views()[0].trust is Trust.GOOD
        (span,) = client.climate_history("s102", START_S - 10**9, START_S + 10**9)
        assert (span.mean_c, span.mean_percent) == (20.0, 50.0)


def test_a_scale_that_nobody_confirmed_is_proposed_and_a_silent_sensor_has_its_reason(tmp_path: Path) -> None:
    with room_with_sensors(tmp_path, (MD02, None), (77, 10)) as room:
        room.start_server()
        client = room.ready_client()
        assert until(lambda: all(one.raw or one.problem for one in client.climate().sensors), 10.0)
        unconfirmed, silent = client.climate().sensors
        assert (unconfirmed.freshness, unconfirmed.sample) == (Freshness.UNCONFIRMED, None)
        assert unconfirmed.raw is not None
        assert (unconfirmed.raw.temperature, unconfirmed.raw.humidity, unconfirmed.raw.proposed_scale) == (2000, 5000, 100)
        assert silent.problem is not None
        assert "77" in silent.problem.english()
        assert client.views()[0].trust is Trust.GOOD


def test_a_server_of_sensors_alone_serves_them_and_keeps_what_people_say(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, profile="climate") as room:
        url = room.simulator.endpoints["rtu_tcp"]
        room.spec = ServerSpec.of((), (), sensors=[sensor(url)])
        room.start_server()
        client = room.client()
        assert until(lambda: is_live(client.climate()), 10.0)
        client.set_climate_limits("R1", STANDARD[Stock.FILM_MASTERS], "Ann Lee")
        with pytest.raises(UsageError):
            client.set_climate_limits("R1", Limits(Stock.PAPER, 20, 10, 40, 50), "Ann Lee")
        with pytest.raises(UsageError, match="no alarm 9"):
            client.acknowledge_climate(9, "Ann Lee", "seen")
        room.processes[0].kill()
        room.processes[0].wait()
        room.start_server()
        again = room.client().climate()
        assert again.sensors[0].limits == STANDARD[Stock.FILM_MASTERS]
        assert again.sensors[0].sample is not None


def test_a_port_that_is_not_there_is_told_of_its_sensors_and_harms_no_shelving(tmp_path: Path) -> None:
    with room_with_sensors(tmp_path, (XY_MD02, 10)) as room:
        nowhere = sensor(f"serial://{tmp_path / 'no-such-port'}", name="attic")
        room.spec = replace(room.spec, sensors=(*room.spec.sensors, nowhere))
        room.start_server()
        client = room.ready_client()
        assert until(lambda: client.climate().sensors[1].problem is not None, 10.0)
        assert until(lambda: client.climate().sensors[0].freshness is Freshness.LIVE, 10.0)


def test_a_server_without_sensors_says_so(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path) as room:
        room.start_server()
        with pytest.raises(PortUnavailable, match="knows no sensor"):
            room.ready_client().climate()


@pytest.mark.parametrize(("family", "error"), [("no-such-profile", BadFile), ("fatek-coils", UsageError)])
def test_a_profile_of_no_sensor_is_refused_before_anything_is_sent(
    tmp_path: Path, family: str, error: type[Exception]
) -> None:
    station = ClimateStation((), tmp_path, lambda message: None)
    with pytest.raises(error):
        SensorRound([replace(sensor("tcp://127.0.0.1:1"), family=family)], station)


def test_a_disk_that_hangs_under_a_reading_keeps_no_stop_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs, goes_on = threading.Event(), threading.Event()

    def append(files: ClimateFiles, name: str, sample: Sample) -> None:
        hangs.set()
        assert goes_on.wait(60.0)

    monkeypatch.setattr(ClimateFiles, "append", append)
    with room_with_sensors(tmp_path, (XY_MD02, 10)) as room, closing(Server(room.spec, room.places, print)) as server:
        serving = threading.Thread(target=server.run)
        serving.start()
        try:
            assert hangs.wait(20.0)
            reports = room.client().stop()
        finally:
            goes_on.set()
            server.end()
            serving.join()
        assert [(report.path, report.is_standstill_seen) for report in reports] == [("server", True)]


class Watched(SensorRound):
    """A round that is due all the time and notes whether steel moved when a turn was given."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.turns: list[float] = []

    def read_next(self, *arguments: object) -> None:
        super().read_next(*arguments)  # type: ignore[arg-type]
        self.turns.append(monotonic())


def turns_in_a_motion(folder: Path) -> int:
    """How many turns sensors that are due all the time get from the go of a motion to its end; after it they get more."""
    with room_with_sensors(folder, (XY_MD02, 10), speed=4.0) as room:
        station = ClimateStation(room.spec.sensors, folder, lambda message: None)
        turns = Watched(room.spec.sensors, station)
        blocks = {block.number: block for block in room.blocks}
        bus = Bus(room.spec.buses[0], blocks, lambda: "t1", lambda block, notice: None, None, turns)
        bus.supervisors[1].licensing = Licensed(1)
        bus.start()
        try:
            with bus.changed:
                assert bus.changed.wait_for(lambda: bus.view(1).trust is Trust.GOOD, 10.0)
            assert until(lambda: len(turns.turns) > 5, 10.0)
            with bus.changed:
                supervisor = bus.supervisors[1]
                supervisor.arm(monotonic(), "Ana", 60.0)
                ticket = supervisor.select(monotonic(), Wanted(Action.OPEN, 3), "Ana")
                supervisor.go(monotonic(), ticket.id, (0,), "Ana")
                supervisor.release(monotonic(), ticket.id)
                begun = len(turns.turns)
                bus.changed.notify_all()

            def has_ended() -> bool:
                supervisor.keep_alive(monotonic(), ticket.id)
                return supervisor.outcome(ticket.id) is not None

            with bus.changed:
                assert bus.changed.wait_for(has_ended, 30.0)
                ended = len(turns.turns)
                outcome = supervisor.outcome(ticket.id)
            assert outcome is not None
            assert outcome.kind is OutcomeKind.DONE
            assert until(lambda: len(turns.turns) > ended + 3, 10.0)
            return ended - begun
        finally:
            bus.end()
            station.close()


def test_no_sensor_is_read_from_the_go_to_the_end_of_a_motion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climate_rounds, "POLL_S", 0.01)
    assert turns_in_a_motion(tmp_path) <= 1, "the turn that was in flight"


def test_a_bus_that_read_sensors_during_a_motion_would_be_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climate_rounds, "POLL_S", 0.01)
    monkeypatch.setattr(Turns, "_may_ask_between", lambda self, now, asker, due: not due and asker.is_due(now))
    assert turns_in_a_motion(tmp_path) > 1
