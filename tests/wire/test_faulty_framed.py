"""The guarded exchange of frames through faulty lines on a virtual clock, and careless ones that must not survive it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from careless_frames import CredulousFramedLine, RetryingFramedLine
from faulty_bus import Fault, FaultyBus, times_of
from faulty_play import Verdict, faults_played
from framed_play import FramedClient
from paper_cabinets import PaperCabinets, PaperStow, PaperWkl, PaperZ5
from virtual_wire import VirtualClock, VirtualWire

from archroom.drivers import framed_line, plain_drivers
from archroom.drivers.framed_line import FramedLine
from archroom.drivers.plain_drivers import Unit
from archroom.drivers.profile_reading import parse_profile
from archroom.drivers.timing import Framing, LineTiming, serial_timing, stream_timing

FOLDER = Path(plain_drivers.__file__).parent / "profiles"
SEED = 20261124
ANSWER_S = 0.1
STREAM = stream_timing(Framing.RTU)
OF_TCP = tuple(fault for fault in Fault if fault not in (Fault.CORRUPTED, Fault.GARBAGE))
"""What can happen between programs that speak over TCP: it lets nothing through damaged."""


@dataclass(frozen=True)
class Play:
    """A wire to be played."""

    profile: str
    cabinets: type[PaperCabinets]
    timing: LineTiming
    faults: tuple[Fault, ...] = tuple(Fault)


PLAYS = {
    "z5": Play("z5", PaperZ5, stream_timing(Framing.MBAP)),
    "wkl at 9,600 baud": Play("wkl", PaperWkl, serial_timing(9_600)),
    "wkl over TCP": Play("wkl", PaperWkl, STREAM),
    "stow": Play("stow-wms", PaperStow, STREAM, OF_TCP),
}


def profile_text(name: str) -> str:
    """A shipped profile that asks for no climate and waits no second."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for before, after in (
        ("answer_ms = 1000", "answer_ms = 100"),
        ("climate = true", "climate = false"),
        ("climate_command = 0x06", "climate_command = 0"),
    ):
        text = text.replace(before, after)
    return text


def played(
    monkeypatch: pytest.MonkeyPatch, name: str, exchanges: int, kind: type[FramedLine] = FramedLine, seed: int = SEED
) -> tuple[Verdict, FaultyBus[PaperCabinets]]:
    """Let a client play on a line of this kind, with such cabinets at its end."""
    play = PLAYS[name]
    clock = VirtualClock()
    times = times_of(ANSWER_S, play.timing.wire_s(20), play.timing.drain_s)
    bus: FaultyBus[PaperCabinets] = FaultyBus(play.cabinets(), seed, times, faults=play.faults)
    monkeypatch.setattr(framed_line, "FramedLine", kind)
    units = {unit: Unit(unit, bus.bus.carriages) for unit in bus.bus.units}
    wire = VirtualWire(clock, play.timing, bus.take)
    profile = parse_profile(profile_text(play.profile).encode())
    drivers = plain_drivers.plain_drivers(profile, wire, units, None, clock)
    return FramedClient(drivers, bus, seed).play(exchanges), bus


@pytest.mark.parametrize("name", PLAYS)
def test_no_wrong_value_is_believed_and_no_order_goes_out_twice(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    verdict, bus = played(monkeypatch, name, 3_000)
    assert verdict.is_clean, verdict
    assert faults_played(bus) == set(PLAYS[name].faults)
    assert verdict.matched > 100
    assert verdict.operated > 50
    assert sum(verdict.failed.values()) > 500


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", PLAYS)
def test_no_wrong_value_is_believed_at_length(monkeypatch: pytest.MonkeyPatch, name: str, seed: int) -> None:
    verdict, _ = played(monkeypatch, name, 25_000, seed=seed)
    assert verdict.is_clean, verdict


@pytest.mark.parametrize("name", PLAYS)
def test_a_line_that_sends_again_by_itself_is_found_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    verdict, _ = played(monkeypatch, name, 600, RetryingFramedLine)
    assert verdict.sent_twice
    assert verdict.executed_twice


@pytest.mark.parametrize("name", PLAYS)
def test_a_line_that_neither_matches_nor_drains_is_found_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    verdict, _ = played(monkeypatch, name, 1_000, CredulousFramedLine)
    assert verdict.believed_wrong
