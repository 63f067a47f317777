"""The technician's bench at a real server: counters that last, frames as they pass, and a watcher that holds up nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from shelving_room import ShelvingRoom, until
from supervised_room import block_of

from archroom.core.bench import SeenFrame, Verdict
from archroom.core.line_counters import Cause, likely_causes
from archroom.drivers.passages import Passage
from archroom.errors import PortUnavailable, UsageError
from archroom.shelving import bus_watch
from archroom.shelving.bench_client import BenchClient
from archroom.shelving.bus_watch import BusWatch, Watcher
from archroom.shelving.client import ShelvingClient

TWO = (block_of(open_aisles=(0,)), block_of(open_aisles=(0,), number=2))


@contextmanager
def bench_of(folder: Path, silent: tuple[int, ...] = ()) -> Iterator[tuple[ShelvingRoom, BenchClient, ShelvingClient]]:
    """The bench of a served room with two blocks."""
    with ShelvingRoom(folder, blocks=TWO, silent=silent) as room:
        room.start_server()
        client = room.believing_client()
        yield room, BenchClient(client), client


def seen(bench: BenchClient, within_s: float, enough: int) -> list[SeenFrame]:
    """What passes on the bus until there is enough of it."""
    frames: list[SeenFrame] = []
    deadline_s = monotonic() + within_s
    for part in bench.watch(1, lambda: monotonic() < deadline_s and len(frames) < enough):
        frames.extend(part.frames)
    return frames


def test_the_counters_tell_of_each_unit_what_it_answered(tmp_path: Path) -> None:
    with bench_of(tmp_path, silent=(2,)) as (_, bench, _client):
        assert until(lambda: bench.counters()[0].units[2].silent >= 4, 20.0)
        (bus,) = bench.counters()
        assert (bus.number, bus.openings, bus.problem) == (1, 1, None)
        living, dead = bus.units[1], bus.units[2]
        assert living.matched == living.sent - living.silent >= 3
        assert (dead.matched, dead.silent) == (0, dead.sent)
        assert likely_causes(2, bus.units) == (Cause.DEAD_UNIT,)
        assert likely_causes(1, bus.units) == ()


def test_the_monitor_shows_both_directions_decoded(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (_, bench, client):
        frames = seen(bench, 10.0, 20)
        assert frames[0].is_ours
        asked, answered = frames[0], frames[1]
        assert (asked.verdict, answered.verdict) == (Verdict.SENT, Verdict.MATCHED)
        assert asked.meaning.english() == "read status"
        assert answered.meaning.english().startswith("status ")
        assert asked.hex.startswith("01 03 01 00" if asked.unit == 1 else "02 03 01 00")
        assert answered.after_ms is not None
        assert asked.at <= answered.at
        client.stop(1, "Ana")
        stop = next(one for one in seen_stop(bench, client) if one.meaning.english() == "STOP")
        assert (stop.unit, stop.function, stop.is_ours) == (1, 6, True)


def seen_stop(bench: BenchClient, client: ShelvingClient) -> list[SeenFrame]:
    """What passes while a block is stopped."""
    frames: list[SeenFrame] = []
    deadline_s = monotonic() + 10.0
    for part in bench.watch(1, lambda: monotonic() < deadline_s and not has_stop(frames)):
        frames.extend(part.frames)
        client.stop(1, "Ana")
    return frames


def has_stop(frames: list[SeenFrame]) -> bool:
    return any(one.meaning.english() == "STOP" for one in frames)


def test_silence_is_shown_with_its_time(tmp_path: Path) -> None:
    with bench_of(tmp_path, silent=(2,)) as (_, bench, _client):
        frames = seen(bench, 10.0, 80)
        silence = next(one for one in frames if one.verdict is Verdict.SILENT)
        assert (silence.unit, silence.hex, silence.is_ours) == (2, "", False)
        assert silence.after_ms is not None
        assert 90 <= silence.after_ms <= 400


def test_a_watcher_that_reads_nothing_holds_up_neither_bus_nor_stop(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (room, bench, client):
        idle = client.conversation("watch", bus=1)
        try:
            sent = bench.counters()[0].units[1].sent
            for _ in range(5):
                begun_s = monotonic()
                reports = client.stop(None, "Ana")
                assert monotonic() - begun_s < 2.0
                assert all(report.is_sent and report.path == "server" for report in reports)
            assert until(lambda: bench.counters()[0].units[1].sent > sent + 10, 10.0)
        finally:
            idle.close()
        room.processes[0].terminate()
        assert room.processes[0].wait(10.0) == 0


def test_an_unknown_bus_is_refused(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (_, bench, _client), pytest.raises(UsageError, match="no bus 7"):
        list(bench.watch(7, lambda: True))


def passage(number: int) -> Passage:
    return Passage(float(number), 1, True, b"", Verdict.SENT, None)


def test_a_full_queue_forgets_its_oldest_and_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus_watch, "MOST_KEPT", 3)
    watcher = Watcher()
    for number in range(5):
        watcher.put(passage(number))
    passages, lost = watcher.take()
    assert ([one.at_s for one in passages], lost) == ([2.0, 3.0, 4.0], 2)
    assert watcher.take() == ([], 0)


def test_counters_last_over_the_openings_of_a_port() -> None:
    from archroom.drivers.line_state import LineState
    from archroom.drivers.timing import serial_timing

    watch = BusWatch()
    first, second = LineState(serial_timing(19200)), LineState(serial_timing(19200))
    watch.attach(first)
    first.count(1).sent += 2
    watch.attach(second)
    second.count(1).sent += 1
    assert watch.counters()[1].sent == 3
    assert watch.openings == 2


def test_a_screen_looks_again_and_again_and_looks_away(tmp_path: Path) -> None:
    with bench_of(tmp_path) as (room, bench, _client):
        frames: list[SeenFrame] = []
        deadline_s = monotonic() + 10.0
        while len(frames) <= 10 and monotonic() < deadline_s:
            frames.extend(bench.look(1).frames)
        assert len(frames) > 10
        assert [one.at for one in frames] == sorted(one.at for one in frames)
        bench.look_away()
        bench.look_away()
        with pytest.raises(UsageError, match="no bus 7"):
            bench.look(7)
        bench.look(1)
        room.processes[0].terminate()
        assert until(lambda: is_gone(bench), 10.0)


def is_gone(bench: BenchClient) -> bool:
    """Whether a look says that the server has gone."""
    try:
        bench.look(1)
    except PortUnavailable:
        return True
    return False
