"""Single questions of a technician at a real server: who answers, one register read, a parameter written; motion first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from time import monotonic

import pytest
from shelving_room import ShelvingRoom, until

from archroom.core.bench import SeenFrame, Table, Verdict
from archroom.core.sensors import Sensor
from archroom.core.shelving import OutcomeKind
from archroom.drivers import reference
from archroom.errors import LinkError, PortUnavailable, Refused, UsageError
from archroom.shelving.bench_client import BenchClient
from archroom.shelving.client import ShelvingClient

XY_MD02, MD02 = 101, 102
OFFSET = 0x0103
PARAMETER = """
[parameter.temperature-offset]
table = "holding"
address = 0x0103
least = 0
most = 50
"""


@contextmanager
def bench_of(folder: Path, *, speed: float = 1.0) -> Iterator[tuple[ShelvingRoom, BenchClient, ShelvingClient]]:
    """The bench of a served room, whose line has a sensor with a profile of its own that declares a parameter."""
    profile = folder / "own.toml"
    shipped = files("archroom").joinpath("drivers", "profiles", "climate-sensor.toml").read_text(encoding="utf-8")
    profile.write_text(shipped + PARAMETER, encoding="utf-8")
    with ShelvingRoom(folder, profile="climate", speed=speed) as room:
        url = room.simulator.endpoints["rtu_tcp"]
        room.spec = replace(room.spec, sensors=(Sensor("depot", "R1", url, XY_MD02, str(profile), 10),))
        room.start_server()
        client = room.ready_client()
        yield room, BenchClient(client), client


def test_a_scan_finds_who_answers_and_leaves_no_trace_of_the_rest(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (_, bench, _client):
        found = {unit: bench.probe(1, unit) for unit in (1, 2, 3, XY_MD02)}
        assert (found[2], found[3]) == (None, None)
        controller, sensor = found[1], found[XY_MD02]
        assert controller is not None
        assert controller.is_controller
        assert controller.what.english() == "shelving controller of block 1, 6 carriages, serial SIM00001"
        assert sensor is not None
        assert (sensor.is_controller, sensor.what.english()) == (False, "a device of another make")
        assert {2, 3}.isdisjoint(bench.counters()[0].units)
        for unit in (0, 248):
            with pytest.raises(UsageError, match="1 to 247"):
                bench.probe(1, unit)


def test_one_register_is_read_of_a_controller_and_of_a_sensor(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (_, bench, _client):
        assert bench.read_one(1, 1, Table.HOLDING, reference.IDENTITY).value == reference.MAGIC
        assert bench.read_one(1, 1, Table.HOLDING, reference.STATUS + 0x16).value == 6
        assert bench.read_one(1, XY_MD02, Table.INPUT, 1).value == 200
        with pytest.raises(UsageError, match="nothing at holding 768"):
            bench.read_one(1, 1, Table.HOLDING, 0x0300)
        with pytest.raises(LinkError, match="does not answer"):
            bench.read_one(1, 9, Table.HOLDING, 0)


UNWRITABLE = (
    (1, Table.HOLDING, reference.STOP, 1, "moves steel"),
    (1, Table.HOLDING, reference.HEARTBEAT, 1, "moves steel"),
    (1, Table.HOLDING, reference.COMMAND, 1, "moves steel"),
    (MD02, Table.HOLDING, OFFSET, 1, "Nobody knows what unit 102 is"),
    (XY_MD02, Table.HOLDING, 0x0101, 1, "declares no parameter at holding 257"),
    (XY_MD02, Table.COILS, OFFSET, 1, "declares no parameter at coils 259"),
    (XY_MD02, Table.HOLDING, OFFSET, 51, "takes 0 to 50"),
)


def test_what_no_profile_declares_is_not_written(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (room, bench, _client):
        for unit, table, address, value, why in UNWRITABLE:
            with pytest.raises(Refused, match=why):
                bench.write_one(1, unit, table, address, value, "Ana")
        assert [entry for entry in room.journal() if entry["kind"] == "bench_write"] == []


def test_a_parameter_is_written_read_back_and_journalled_in_a_name(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (room, bench, _client):
        with pytest.raises(UsageError, match="who writes"):
            bench.write_one(1, XY_MD02, Table.HOLDING, OFFSET, 5, " ")
        value = bench.write_one(1, XY_MD02, Table.HOLDING, OFFSET, 5, "Ana")
        assert (value.value, value.is_as_written) == (5, True)
        asked, done = (entry for entry in room.journal() if entry["kind"] == "bench_write")
        assert (asked["by"], asked["unit"], asked["address"], asked["value"]) == ("Ana", XY_MD02, OFFSET, 5)
        assert done["found"] == 5


def test_nothing_is_asked_while_something_moves(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (room, bench, client):
        opening = room.opening(client, 3)
        room.wait_until_moving()
        for question in (
            lambda: bench.probe(1, 9),
            lambda: bench.read_one(1, 1, Table.HOLDING, 0),
            lambda: bench.write_one(1, XY_MD02, Table.HOLDING, OFFSET, 5, "Ana"),
        ):
            with pytest.raises(Refused, match="moves on this bus"):
                question()
        assert [entry for entry in room.journal() if entry["kind"] == "bench_write"] == []
        client.stop(1, "Ana")
        assert opening.outcome().kind is OutcomeKind.ABORTED


def test_a_scan_keeps_neither_a_stop_waiting_nor_the_blocks_from_being_believed(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (_, bench, client):
        ending = threading.Event()

        def scan() -> None:
            for unit in range(10, 100):
                if ending.is_set():
                    return
                try:
                    bench.probe(1, unit)
                except Refused:
                    continue

        scanning = threading.Thread(target=scan, daemon=True)
        scanning.start()
        try:
            views = [view for _ in range(30) for view in client.views() if not ending.wait(0.05)]
            trusts = [view.trust.value for view in views]
            assert set(trusts) <= {"good", "stale"}, "a busy machine may be late; nothing is lost or doubted"
            assert "good" in trusts
            for _ in range(5):
                begun_s = monotonic()
                reports = client.stop(1, "Ana")
                assert monotonic() - begun_s < 1.5
                assert [(report.is_sent, report.path) for report in reports] == [(True, "server")]
        finally:
            ending.set()
            scanning.join(10.0)


def test_a_port_that_is_not_open_is_said_to_be_so(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path) as room:
        room.start_server()
        bench = BenchClient(room.believing_client())
        room.simulator.close()
        deadline_s = monotonic() + 10.0
        while monotonic() < deadline_s:
            try:
                bench.read_one(1, 1, Table.HOLDING, 0)
            except PortUnavailable:
                return
            except (LinkError, Refused):
                continue
        raise AssertionError("the port did not go away")


def test_a_bus_of_another_wire_is_watched_and_counted_but_not_asked(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp", profile="wkl", served_as="wkl") as room:
        room.start_server()
        bench = BenchClient(room.client())
        assert until(lambda: any(one.matched for one in bench.counters()[0].units.values()), 10.0)
        deadline_s = monotonic() + 10.0
        frames: list[SeenFrame] = []
        for part in bench.watch(1, lambda: monotonic() < deadline_s and len(frames) < 4):
            frames.extend(part.frames)
        assert {frame.verdict for frame in frames} == {Verdict.SENT, Verdict.MATCHED}
        assert all(frame.hex.startswith("68") and frame.function is None for frame in frames)
        with pytest.raises(Refused, match="no Modbus"):
            bench.probe(1, 1)
