"""A server that is killed, or loses its port, within the hold of a pulse: the coil that it left set is cleared or told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from commissioned import Licensed
from plain_installation import PlainInstallation
from shelving_room import ShelvingRoom
from staged_room import Stage

from archroom.core.commissioning import Licence
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.shelving import Action, BlockView, Trust, Wanted
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.drivers import ports
from archroom.drivers.wires import Wire
from archroom.errors import PortUnavailable, say
from archroom.exchange.roomfile import sample_room
from archroom.shelving import bus as bus_file
from archroom.shelving.bus import Bus

SET_OPEN, CLEAR_OPEN = "0105089dff00", "0105089d0000"
SET_STOP, CLEAR_STOP = "01050899ff00", "010508990000"
KILLED_AFTER_S = 0.1
"""In the middle of the hold."""


class Killed:
    """A trial whose server is killed in the hold of the first pulse of a coil, and what the next one finds and does."""

    def __init__(self, folder: Path, text: str, pulse: str, licence_afterwards: Licence = Licence.ATTENDED) -> None:
        self.stage = stage = Stage(text, folder)
        self.sent: list[str] = []
        """Writes of coils."""
        self.killed_at: int | None = None
        """How many of them had gone out when the server was killed."""
        self.views: list[BlockView] = []
        """Of each second since the next server began."""
        installation = stage.installation
        assert isinstance(installation, PlainInstallation)

        def note(what: str, words: str) -> None:
            frame = words[12:]
            if what == "sent" and frame.startswith("0105"):
                self.sent.append(frame)
                if frame == pulse and self.killed_at is None:
                    self.killed_at = len(self.sent)
                    stage.clock.call_at(stage.clock.now + KILLED_AFTER_S, kill)
            stage.record(what, words)

        def kill() -> None:
            installation.licence = licence_afterwards
            stage.clock.call_at(stage.clock.now + 2.0, look)
            stage.kill_server(1.0)

        def look() -> None:
            if stage.bus is not None:
                self.views.append(stage.bus.view(1))
            if len(self.views) < 8:
                stage.clock.call_at(stage.clock.now + 1.0, look)

        stage.note = note
        self.verdict = stage.run()

    def told(self) -> list[str]:
        """What the journal says was released."""
        entries = [json.loads(line) for line in self.stage.journal.path.read_text(encoding="utf-8").splitlines()]
        return [entry["text"] for entry in entries if entry["kind"] == NoticeKind.RELEASED.value]

    def since_killed(self) -> list[str]:
        """The writes of coils by the server after the one that was killed."""
        return self.sent[self.killed_at :]


OPENS = "room fatek-coils\nat 3s desk opens aisle 3\nat 20s desk opens aisle 2\n"


def test_a_pulse_that_a_killed_server_left_is_cleared_told_and_never_given_again(tmp_path: Path) -> None:
    killed = Killed(tmp_path, OPENS, SET_OPEN)
    assert killed.verdict.broken == ()
    assert killed.since_killed()[0] == CLEAR_OPEN
    (text,) = killed.told()
    assert text.startswith("Block 1: The coil M205 of open was set, by another master or by an order that was cut off")
    first, last = killed.views[0], killed.views[-1]
    assert first.plain is not None
    assert [alarm.code for alarm in first.plain.alarms] == ["M205"]
    assert last.plain is not None
    assert last.plain.alarms == ()
    assert killed.sent.count(SET_OPEN) == 2, "once for each opening that was asked for"


def test_a_block_that_is_only_watched_is_told_of_the_coil_and_not_written_to(tmp_path: Path) -> None:
    killed = Killed(tmp_path, OPENS, SET_OPEN, Licence.MONITOR)
    assert killed.since_killed() == []
    assert killed.told() == []
    view = killed.views[-1]
    assert view.trust is Trust.GOOD, "it has come to rest"
    assert view.why_not is not None
    assert "the coil M205 of open is set" in view.why_not.english()
    assert "This block is only watched, so it is not cleared from here" in view.why_not.english()


def test_a_stop_that_a_killed_server_left_stands_until_somebody_stops_again(tmp_path: Path) -> None:
    killed = Killed(tmp_path, "room fatek-coils\nat 3s desk stops\nat 20s desk opens aisle 2\nat 30s desk stops\n", SET_STOP)
    assert killed.verdict.broken == ()
    assert killed.told() == []
    assert killed.since_killed() == [SET_STOP, CLEAR_STOP]
    view = killed.views[-1]
    assert view.why_not is not None
    assert "the coil M201 of stop is set: the block is held stopped" in view.why_not.english()


# -- a port that goes


class CutWire:
    """A wire that goes away once, within the hold of a pulse."""

    def __init__(self, wire: Wire, sent: list[str], is_cut: Callable[[], bool]) -> None:
        self._wire = wire
        self._sent = sent
        self._is_cut = is_cut
        self.name = wire.name
        self.timing = wire.timing

    def write(self, data: bytes) -> None:
        """Give bytes to the line."""
        self._sent.append(data[6:].hex())
        self._wire.write(data)

    def read(self, max_wait_s: float) -> bytes:
        """Return what has come, if the line is there."""
        if self._is_cut():
            raise PortUnavailable(say("{port} went away.", port=self.name))
        return self._wire.read(max_wait_s)

    def close(self) -> None:
        """Let go of the line."""
        self._wire.close()


def test_a_pulse_that_lost_its_port_is_known_when_the_port_is_open_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wires: list[list[str]] = []

    def opened(url: str) -> CutWire:
        sent: list[str] = []
        wires.append(sent)
        return CutWire(ports.open_port(url), sent, lambda: len(wires) == 1 and SET_OPEN in sent)

    monkeypatch.setattr(bus_file, "open_port", opened)
    blocks = sample_room("small").blocks
    notices: list[Notice] = []
    with ShelvingRoom(tmp_path, "tcp", blocks, profile="fatek-coils", served_as="fatek-coils") as room:
        by_number = {block.number: block for block in blocks}
        bus = Bus(room.spec.buses[0], by_number, lambda: "t1", lambda _, notice: notices.append(notice))
        supervisor = bus.supervisors[1]
        assert isinstance(supervisor, PlainSupervisor)
        supervisor.licensing = Licensed(1, Licence.ATTENDED)
        bus.start()
        try:
            with bus.changed:
                assert bus.changed.wait_for(lambda: bus.view(1).trust is Trust.GOOD, 20.0)
                supervisor.arm(monotonic(), "Ana", 60.0)
                ticket = supervisor.select(monotonic(), Wanted(Action.OPEN, 3), "Ana")
                supervisor.go(monotonic(), ticket.id, ticket.candidates[:1], "Ana", "Ben")
                supervisor.release(monotonic(), ticket.id)
                supervisor.licensing = Licensed(1, Licence.MONITOR)
                bus.changed.notify_all()
                assert bus.changed.wait_for(lambda: NoticeKind.RELEASED in [told.kind for told in notices], 20.0)
        finally:
            bus.end()
    text = next(told.text.english() for told in notices if told.kind is NoticeKind.RELEASED)
    assert text == "Block 1: The pulse of open was cut off; its coil M205 is cleared."
    coils = [frame for frame in wires[1] if frame.startswith("0105")]
    assert coils[:3] == [SET_STOP, CLEAR_OPEN, CLEAR_STOP], "the motion whose end was not seen is stopped"
    assert sum(sent.count(SET_OPEN) for sent in wires) == 1
