"""The bus thread in this process, its wire watched: lanes, dead units, strangers, ports that go away, a full disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from commissioned import Licensed, commission
from shelving_room import SERIAL, ShelvingRoom, simulator_of, until
from supervised_room import block_of

from archroom.core.shelving import Action, ControllerStatus, OutcomeKind, Trust, Wanted
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.drivers import ports, reference
from archroom.drivers.wires import Wire
from archroom.errors import LinkError, Message, Unreadable, say
from archroom.shelving import bus as bus_file
from archroom.shelving.bus import Bus
from archroom.shelving.journal import Journal
from archroom.shelving.server import Server
from archroom.shelving.sleep_watch import SleepWatch
from archroom.shelving.spec import BusSpec, ServerSpec

UNIT_AND_FUNCTION = slice(0, 4)
STOP_OF_UNIT_1 = bytes((1, 6, 2, 0x20))


class WatchedWire:
    """A wire that remembers what was written, and when."""

    def __init__(self, wire: Wire, written: list[tuple[float, bytes]]) -> None:
        self._wire = wire
        self._written = written
        self.name = wire.name
        self.timing = wire.timing

    def write(self, data: bytes) -> None:
        """Give bytes to the line."""
        self._written.append((monotonic(), data))
        self._wire.write(data)

    def read(self, max_wait_s: float) -> bytes:
        """Return what has come."""
        return self._wire.read(max_wait_s)

    def close(self) -> None:
        """Let go of the line."""
        self._wire.close()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, bytes]]:
    """Everything that bus threads write, with its time."""
    found: list[tuple[float, bytes]] = []

    def open_watched(url: str, *, past_lock: bool = False) -> WatchedWire:
        return WatchedWire(ports.open_port(url, past_lock=past_lock), found)

    monkeypatch.setattr(bus_file, "open_port", open_watched)
    return found


@contextmanager
def serving(room: ShelvingRoom, notices: list[tuple[int, Notice]] | None = None) -> Iterator[Bus]:
    """The bus of a room, served in this process."""
    heard = [] if notices is None else notices
    numbers = iter(range(1, 1000))
    blocks = {block.number: block for block in room.blocks}
    bus = Bus(room.spec.buses[0], blocks, lambda: f"t{next(numbers)}", lambda block, notice: heard.append((block, notice)))
    for number, supervisor in bus.supervisors.items():
        supervisor.licensing = Licensed(number)
    bus.start()
    try:
        yield bus
    finally:
        bus.end()


def wait_for(bus: Bus, condition: Callable[[], bool], within_s: float) -> bool:
    """Wait until something is so of a bus."""
    with bus.changed:
        return bus.changed.wait_for(condition, within_s)


def is_good(bus: Bus, block: int) -> Callable[[], bool]:
    """Whether a block is believed."""
    return lambda: bus.view(block).trust is Trust.GOOD


TWO = (block_of(open_aisles=(0,)), block_of(open_aisles=(0,), number=2))


def test_a_dead_unit_keeps_no_living_one_from_being_read(tmp_path: Path, written: list[tuple[float, bytes]]) -> None:
    with ShelvingRoom(tmp_path, "pty", TWO, baud=19200, silent=(2,)) as room, serving(room) as bus:
        assert wait_for(bus, is_good(bus, 1), 5.0)
        assert wait_for(bus, lambda: bus.view(2).trust is Trust.LOST, 5.0)
        begun_s = monotonic()
        assert not wait_for(bus, lambda: bus.view(1).trust is not Trust.GOOD, 4.0), bus.view(1)
        asked = [data[0] for at_s, data in written if at_s > begun_s]
        assert asked.count(2) <= 4
        assert asked.count(1) >= 10


def test_a_dead_unit_is_not_asked_while_something_moves(tmp_path: Path, written: list[tuple[float, bytes]]) -> None:
    with ShelvingRoom(tmp_path, "pty", TWO, baud=19200, silent=(2,), speed=4.0) as room, serving(room) as bus:
        assert wait_for(bus, is_good(bus, 1), 5.0)
        assert wait_for(bus, lambda: bus.view(2).trust is Trust.LOST, 5.0)
        with bus.changed:
            supervisor = bus.supervisors[1]
            supervisor.arm(monotonic(), "Ana", 60.0)
            ticket = supervisor.select(monotonic(), Wanted(Action.OPEN, 3), "Ana")
            supervisor.go(monotonic(), ticket.id, (0,), "Ana")
            supervisor.release(monotonic(), ticket.id)
            begun_s = monotonic()
            bus.changed.notify_all()

        def has_ended() -> bool:
            supervisor.keep_alive(monotonic(), ticket.id)
            return supervisor.outcome(ticket.id) is not None

        assert wait_for(bus, has_ended, 30.0)
        outcome = supervisor.outcome(ticket.id)
        assert outcome is not None
        assert outcome.kind is OutcomeKind.DONE
        moving = [data[0] for at_s, data in written if at_s > begun_s + 0.5]
        assert moving.count(2) <= 1, "the probe that was in flight"


def first_stop(written: list[tuple[float, bytes]], since_s: float) -> float | None:
    """When the first STOP to unit 1 after a time was written."""
    times = (at_s for at_s, data in written if at_s >= since_s and data[UNIT_AND_FUNCTION] == STOP_OF_UNIT_1)
    return min(times, default=None)


def has_stop(written: list[tuple[float, bytes]], since_s: float) -> bool:
    """Whether a STOP to unit 1 was written since then."""
    return first_stop(written, since_s) is not None


def test_a_stop_is_the_next_frame_with_a_dead_unit_too(tmp_path: Path, written: list[tuple[float, bytes]]) -> None:
    with ShelvingRoom(tmp_path, "pty", TWO, baud=19200, silent=(2,)) as room, serving(room) as bus:
        assert wait_for(bus, is_good(bus, 1), 5.0)
        latencies: list[float] = []
        for _ in range(20):
            pressed_s = monotonic()
            bus.stop((1, 2), say("Stopped."))
            assert until(partial(has_stop, written, pressed_s), 2.0)
            latencies.append((first_stop(written, pressed_s) or 0.0) - pressed_s)
        assert max(latencies) <= 0.3
        assert sorted(latencies)[-2] <= 0.15
        with bus.changed:
            assert bus.changed.wait_for(lambda: bus.stop_report(1).is_standstill_seen, 2.0)
            assert not bus.stop_report(2).is_standstill_seen


def test_a_unit_without_our_map_is_a_stranger_and_gets_no_write(tmp_path: Path, written: list[tuple[float, bytes]]) -> None:
    with ShelvingRoom(tmp_path, "tcp") as room:
        room.simulator.control("link", fault="exception", code=2, count=1000, unit=1)
        with serving(room) as bus:
            assert wait_for(bus, lambda: bus.supervisors[1].is_stranger, 5.0)
            bus.stop((1,), say("Stopped."))
            with bus.changed:
                report = bus.stop_report(1)
            assert not report.is_sent
            assert {data[7] for _, data in written} == {3}


def test_a_wrong_magic_is_a_stranger_too(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp") as room:
        room.simulator.control("configure", unit=1, magic=7)
        with serving(room) as bus:
            assert wait_for(bus, lambda: bus.supervisors[1].is_stranger, 5.0)
            with bus.changed:
                why_not = bus.view(1).why_not
            assert why_not is not None
            assert "not a shelving controller" in why_not.english()


def test_a_status_that_cannot_be_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def impossible(registers: Sequence[int]) -> ControllerStatus:
        raise LinkError(say("This cannot be."))

    with ShelvingRoom(tmp_path, "tcp") as room, serving(room) as bus:
        assert wait_for(bus, is_good(bus, 1), 5.0)
        monkeypatch.setattr(reference, "parse_status", impossible)
        assert wait_for(bus, lambda: bus.view(1).trust is Trust.LOST, 5.0)


def test_a_port_that_goes_away_loses_its_blocks_and_says_so(tmp_path: Path) -> None:
    notices: list[tuple[int, Notice]] = []
    with ShelvingRoom(tmp_path, "rtu_tcp") as room, serving(room, notices) as bus:
        assert wait_for(bus, is_good(bus, 1), 5.0)
        room.simulator.close()
        assert wait_for(bus, lambda: bus.port_problem is not None, 5.0)
        with bus.changed:
            view = bus.view(1)
        assert view.trust is Trust.LOST
        assert not view.is_movable
        bus.stop((1,), say("Stopped."))
        with bus.changed:
            report = bus.stop_report(1)
        assert not report.is_sent
        assert report.reason is not None
        assert NoticeKind.LOST in [notice.kind for _, notice in notices]


@contextmanager
def server_here(room: ShelvingRoom, complain: Callable[[Message], None]) -> Iterator[Server]:
    """A whole server in this process."""
    server = Server(room.spec, room.places, complain)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join()
        server.close()


def test_what_cannot_be_written_down_does_not_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise Unreadable(say("The disk is full."))

    complaints: list[Message] = []
    with ShelvingRoom(tmp_path, "tcp", speed=4.0) as room, server_here(room, complaints.append):
        client = room.ready_client()
        monkeypatch.setattr(Journal, "write_intent", full)
        ticket = client.select(1, Wanted(Action.OPEN, 3), "Ana")
        outcome = client.go(ticket, (0,), "Ana", lambda view: None)
        assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.REFUSED, "The disk is full.")
        assert room.truth()["state"] == "idle"
        monkeypatch.setattr(Journal, "write_notice", full)
        assert client.stop()[0].is_standstill_seen, "a full disk keeps no stop"
        assert until(lambda: bool(complaints), 2.0)


def test_a_server_that_ends_stops_what_moves_and_tells_its_client(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp", speed=4.0) as room:
        with server_here(room, print):
            opening = room.opening(room.ready_client(), 3)
            room.wait_until_moving()
        assert room.truth()["state"] == "idle"
        assert opening.outcome(5.0).kind in (OutcomeKind.ABORTED, OutcomeKind.UNKNOWN)


def test_a_server_that_cannot_listen_lets_go_of_its_locks(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, "tcp") as room:
        (room.folder / "run").write_text("in the way")
        with pytest.raises(Exception, match="cannot be used"):
            Server(room.spec, room.places, print)
        assert list((room.folder / "locks").iterdir()) == []
        elsewhere = replace(room.places, run_folder=room.folder / "run2")
        Server(room.spec, elsewhere, print).close()


def test_a_log_on_the_disk_that_is_full_ends_neither_journal_nor_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard: list[Message] = []

    def full(*_: object) -> None:
        raise Unreadable(say("The disk is full."))

    def complain(message: Message) -> None:
        unheard.append(message)
        raise OSError(28, "No space left on device")

    with ShelvingRoom(tmp_path, "tcp", speed=4.0) as room, server_here(room, complain):
        client = room.ready_client()
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "write_notice", full)
            assert client.stop()[0].is_standstill_seen
            assert until(lambda: bool(unheard), 5.0)
        assert client.stop()[0].is_standstill_seen
        assert until(lambda: "standstill" in {entry["kind"] for entry in room.journal()}, 5.0), "it writes again"


class Nap:
    """A sleep of the computer, as the clock tells it that goes on meanwhile."""

    def __init__(self) -> None:
        self.asleep_s = 0.0

    def clock(self) -> float:
        """The time with all sleep in it."""
        return monotonic() + self.asleep_s


@pytest.mark.parametrize(("asleep_s", "is_found"), [(3600.0, True), (0.0, False)])
def test_an_arming_does_not_outlive_a_sleep_of_the_computer(tmp_path: Path, asleep_s: float, is_found: bool) -> None:
    nap = Nap()
    notices: list[tuple[int, Notice]] = []
    with ShelvingRoom(tmp_path, "tcp") as room, serving(room, notices) as bus:
        bus._sleep = SleepWatch(nap.clock)
        assert wait_for(bus, is_good(bus, 1), 5.0)
        with bus.changed:
            bus.supervisors[1].arm(monotonic(), "Ana", 12 * 3600.0)
            served_s = bus.alive_s
        assert until(lambda: bus.alive_s > served_s, 5.0)
        nap.asleep_s = asleep_s
        with bus.changed:
            served_s = bus.alive_s
        assert until(lambda: bus.alive_s > served_s, 5.0)
        with bus.changed:
            arming = bus.supervisors[1].gate.arming(monotonic())
        assert arming.is_armed is not is_found
        assert str(arming.reason and arming.reason.english()) == ("The computer was asleep." if is_found else "None")
        assert (NoticeKind.DISARMED in {notice.kind for _, notice in notices}) is is_found
        assert wait_for(bus, is_good(bus, 1), 5.0), "it is believed again once it was read"


def test_one_server_serves_several_buses(tmp_path: Path) -> None:
    first, second = block_of(open_aisles=(0,)), block_of(open_aisles=(0,), number=2)
    with ShelvingRoom(tmp_path, "tcp", (first,), speed=4.0) as room, simulator_of((second,), "pty") as other:
        buses = [BusSpec(room.spec.buses[0].url, {1: 1}), BusSpec(other.endpoints["pty"], {2: 2})]
        room.spec, room.blocks = ServerSpec.of(buses, (first, second)), (first, second)
        commission(room.places.state_folder, room.blocks, SERIAL)
        room.start_server()
        client = room.ready_client()
        assert room.opening(client, 3, block=1).outcome().kind is OutcomeKind.DONE
        assert [(report.block, report.is_standstill_seen) for report in client.stop()] == [(1, True), (2, True)]
        assert [report.block for report in client.stop(2)] == [2]


def test_a_pseudo_terminal_that_is_gone_is_not_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may be somebody else's terminal by then."""
    opened: list[str] = []

    def open_counted(url: str) -> Wire:
        opened.append(url)
        return ports.open_port(url)

    monkeypatch.setattr(bus_file, "open_port", open_counted)
    with ShelvingRoom(tmp_path, "pty") as room, serving(room) as bus:
        assert wait_for(bus, is_good(bus, 1), 5.0)
        room.simulator.close()
        assert wait_for(bus, lambda: bus.port_problem is not None, 5.0)
        bus.stop((1,), say("Stopped."))
        assert not until(lambda: len(opened) > 1, 1.0)
        with bus.changed:
            assert not bus.stop_report(1).is_sent
        assert bus.is_alive
