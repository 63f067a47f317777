"""A mistake in serving one bus: its blocks are out of service and say so, they are stopped, and the other buses go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from commissioned import commission
from shelving_room import SERIAL, ShelvingRoom, simulator_of, until
from supervised_room import block_of

from archroom.cli.aisle_words import view_message
from archroom.core.shelving import OutcomeKind, StopReport, Trust
from archroom.core.supervisor.supervisor import Supervisor
from archroom.drivers.controller import ReferenceController, StatusReading
from archroom.drivers.line import Line
from archroom.errors import PortUnavailable, ShelvingError
from archroom.shelving import bus as bus_file
from archroom.shelving import server as server_file
from archroom.shelving.bus import Bus
from archroom.shelving.client import ShelvingClient
from archroom.shelving.direct import stop_past_server
from archroom.shelving.server import Server
from archroom.shelving.spec import BusSpec, ServerSpec


@pytest.fixture
def mistaken(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Once it is set, every reading of unit 1 fails as no reading should."""
    is_set = threading.Event()

    class MistakenController(ReferenceController):
        """A controller whose reading is mistaken."""

        def __init__(self, line: Line, unit: int, is_urgent: Callable[[], bool] | None = None) -> None:
            super().__init__(line, unit, is_urgent)
            self._is_mistaken = unit == 1

        def status(self, carriages: int, repeats: int = 0) -> StatusReading:
            """Read nothing once it is so."""
            if is_set.is_set() and self._is_mistaken:
                raise RuntimeError("a mistake")
            return super().status(carriages, repeats)

    monkeypatch.setattr(bus_file, "ReferenceController", MistakenController)
    return is_set


class Served:
    """A server in this process, and how it ended."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.error: ShelvingError | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.server.run()
        except ShelvingError as error:
            self.error = error

    def end(self) -> ShelvingError | None:
        """End it, as SIGTERM does; returns what it ended with."""
        self.server.end()
        self.thread.join(30.0)
        assert not self.thread.is_alive()
        return self.error


@contextmanager
def served(room: ShelvingRoom) -> Iterator[Served]:
    """The server of a room."""
    with closing(Server(room.spec, room.places, print)) as server:
        found = Served(server)
        try:
            yield found
        finally:
            found.end()


@contextmanager
def two_buses(folder: Path) -> Iterator[tuple[ShelvingRoom, Mapping[str, str]]]:
    """A room of two blocks, each on a bus of its own; and the address of each bus."""
    first, second = block_of(open_aisles=(0,)), block_of(open_aisles=(0,), number=2)
    with ShelvingRoom(folder, "tcp", (first,), speed=4.0) as room, simulator_of((second,), "tcp", speed=4.0) as other:
        urls = {"first": room.spec.buses[0].url, "second": other.endpoints["tcp"]}
        buses = [BusSpec(urls["first"], {1: 1}), BusSpec(urls["second"], {2: 2})]
        room.spec, room.blocks = ServerSpec.of(buses, (first, second)), (first, second)
        commission(room.places.state_folder, room.blocks, SERIAL)
        yield room, urls


def failed(client: ShelvingClient) -> bool:
    """Whether block 1 is told to be out of service."""
    return any(view.block == 1 and "has failed" in str(view.why_not) for view in client.views())


def test_a_mistake_on_one_bus_leaves_the_others_served(
    tmp_path: Path, mistaken: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    with two_buses(tmp_path) as (room, urls), served(room) as serving:
        client = room.ready_client()
        mistaken.set()
        assert until(lambda: failed(client), 20.0), client.views()
        assert room.opening(client, 3, block=2).outcome().kind is OutcomeKind.DONE
        first, second = client.views()
        assert (first.trust, first.is_movable, first.arming.is_armed, second.trust) == (Trust.LOST, False, False, Trust.GOOD)
        said = view_message(first).english()
        assert f"Serving {urls['first']} has failed" in said
        assert "start the server anew" in said
        with pytest.raises(PortUnavailable, match="start the server anew"):
            client.arm(1, "Ana")
        with pytest.raises(PortUnavailable, match="start the server anew"):
            room.opening(client, 3, block=1)
        assert client.hold(1, 3, "Ana").person == "Ana"
        assert [hold.person for hold in client.views()[0].holds] == ["Ana"]
        error = serving.end()
    assert error is not None
    assert (error.exit_code, f"The server ends. Serving {urls['first']} has failed" in error.message.english()) == (6, True)
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage().startswith(f"Serving {urls['first']} has failed") for record in logged] == [True]
    assert "RuntimeError: a mistake" in caplog.text
    assert "Traceback" in caplog.text


def test_a_bus_out_of_service_is_still_stopped_and_the_others_on_their_own_way(
    tmp_path: Path, mistaken: threading.Event
) -> None:
    with two_buses(tmp_path) as (room, _), served(room):
        client = room.ready_client()
        mistaken.set()
        assert until(lambda: failed(client), 20.0)
        for _ in range(2):
            told = [(report.block, report.is_standstill_seen, report.path) for report in client.stop()]
            assert told == [(1, True, "direct"), (2, True, "server")]
        assert [(report.block, report.is_standstill_seen) for report in client.stop(1)] == [(1, True)]


def test_what_moves_is_stopped_when_serving_its_bus_fails(tmp_path: Path, mistaken: threading.Event) -> None:
    with ShelvingRoom(tmp_path, "tcp") as room, served(room):
        client = room.ready_client()
        opening = room.opening(client, 3)
        room.wait_until_moving()
        mistaken.set()
        outcome = opening.outcome(20.0)
        assert outcome.kind is OutcomeKind.UNKNOWN
        assert "has failed" in outcome.reason.english()
        room.wait_until_still()
        positions = room.truth()["positions"]
        assert until(lambda: room.truth()["state"] == "idle", 10.0)
        assert room.truth()["positions"] == positions
        ends = [entry for entry in room.journal() if entry["kind"] == "end"]
        assert [entry["outcome"] for entry in ends] == ["unknown"]


def failing_for_block_1(method: Callable[..., object]) -> Callable[..., object]:
    """The same method of a supervisor, mistaken for block 1."""

    def fail(supervisor: Supervisor, *arguments: object) -> object:
        if supervisor.block.number == 1:
            raise RuntimeError("a mistake")
        return method(supervisor, *arguments)

    return fail


def test_a_supervisor_that_fails_itself_takes_its_bus_out_of_service_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with two_buses(tmp_path) as (room, _), served(room) as serving:
        client = room.ready_client()
        for name in ("port_lost", "wishes"):
            monkeypatch.setattr(Supervisor, name, failing_for_block_1(getattr(Supervisor, name)))
        assert until(lambda: failed(client), 20.0)
        for name in ("stop", "view"):
            monkeypatch.setattr(Supervisor, name, failing_for_block_1(getattr(Supervisor, name)))
        assert failed(client)
        assert room.opening(client, 3, block=2).outcome().kind is OutcomeKind.DONE
        assert [report.is_standstill_seen for report in client.stop()] == [True, True]
        monkeypatch.undo()
        assert serving.end() is not None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_whose_bus_thread_dies_altogether_ends_with_a_stop_past_it(
    tmp_path: Path, mistaken: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    past_it: list[tuple[BusSpec, ...]] = []

    def stop_past(buses: tuple[BusSpec, ...], carriages: Mapping[int, int], block: int | None) -> list[StopReport]:
        past_it.append(buses)
        return stop_past_server(buses, carriages, block)

    def die(_bus: Bus, _error: Exception) -> None:
        raise RuntimeError("a second mistake")

    monkeypatch.setattr(server_file, "stop_past_server", stop_past)
    monkeypatch.setattr(Bus, "_fall_out", die)
    with ShelvingRoom(tmp_path, "tcp") as room, served(room) as serving:
        opening = room.opening(room.ready_client(), 3)
        room.wait_until_moving()
        mistaken.set()
        serving.thread.join(30.0)
        assert serving.error is not None
        assert past_it == [room.spec.buses]
        assert room.truth()["state"] == "idle"
        assert opening.outcome(5.0).kind is OutcomeKind.UNKNOWN
        assert room.client().stop()[0].path == "direct"
