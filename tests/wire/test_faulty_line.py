"""The guarded exchange through 20,000 faulty transactions on a virtual clock, and careless ones that must not survive it."""

from __future__ import annotations

import pytest
from careless_lines import CredulousLine, RetryingLine
from faulty_bus import Fault, FaultyBus, times_of
from faulty_play import Client, Verdict, faults_played
from paper_controller import ForgetfulController, PaperBus, PaperController
from virtual_wire import VirtualClock, VirtualWire

from archroom.drivers.line import Line
from archroom.drivers.timing import Framing, LineTiming, serial_timing, stream_timing

SEED = 20261124
TIMINGS = {
    "9,600 baud": serial_timing(9_600),
    "115,200 baud": serial_timing(115_200),
    "RTU over TCP": stream_timing(Framing.RTU),
    "Modbus TCP": stream_timing(Framing.MBAP),
}


def played(
    kind: type[Line],
    timing: LineTiming,
    exchanges: int,
    seed: int = SEED,
    device: type[PaperController] = PaperController,
) -> tuple[Verdict, FaultyBus[PaperBus]]:
    """Let a client play on a line of this kind, with such devices at its end."""
    clock = VirtualClock()
    times = times_of(timing.answer_s, timing.wire_s(80), timing.drain_s)
    bus = FaultyBus(PaperBus(timing.framing is Framing.RTU, device), seed, times)
    line = kind(VirtualWire(clock, timing, bus.take), clock)
    return Client(line, bus, seed).play(exchanges), bus


@pytest.mark.parametrize("name", TIMINGS)
def test_no_wrong_value_is_believed_and_nothing_is_done_twice(name: str) -> None:
    verdict, bus = played(Line, TIMINGS[name], 20_000)
    assert verdict.is_clean, verdict
    assert faults_played(bus) == set(Fault)
    assert verdict.matched > 5_000
    assert verdict.operated > 100
    assert verdict.actions == set(range(6))
    assert sum(verdict.failed.values()) > 5_000


def test_nothing_is_done_twice_by_a_device_that_would_do_it() -> None:
    verdict, _ = played(Line, TIMINGS["115,200 baud"], 20_000, device=ForgetfulController)
    assert verdict.is_clean, verdict
    assert verdict.operated > 100
    assert verdict.actions == set(range(6))


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", TIMINGS)
def test_no_wrong_value_is_believed_at_length(name: str, seed: int) -> None:
    verdict, _ = played(Line, TIMINGS[name], 25_000, seed)
    assert verdict.is_clean, verdict


def test_a_line_that_sends_again_by_itself_is_found_out() -> None:
    verdict, _ = played(RetryingLine, TIMINGS["115,200 baud"], 2_000, device=ForgetfulController)
    assert verdict.sent_twice
    assert verdict.executed_twice


def test_a_line_that_neither_matches_nor_drains_is_found_out() -> None:
    verdict, _ = played(CredulousLine, TIMINGS["115,200 baud"], 2_000)
    assert verdict.believed_wrong
