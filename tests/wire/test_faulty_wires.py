"""The same faults on real wires, with the drivers unchanged: a pty, RTU over TCP and Modbus TCP."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from careless_lines import CredulousLine, RetryingLine
from far_end import FarEnd
from faulty_bus import Fault, FaultyBus, Times
from faulty_play import Client, Verdict, faults_played
from paper_controller import PaperBus

from archroom.drivers.line import Line
from archroom.drivers.ports import open_port
from archroom.drivers.timing import Framing, LineTiming
from archroom.drivers.wires import Wire

SCHEMES = ("serial", "socket", "tcp")


class StampedWire:
    """A wire that notes when it was written to, and whose patience may be another; else the wire itself."""

    def __init__(self, wire: Wire, timing: LineTiming) -> None:
        self.name = wire.name
        self.timing = timing
        self.written_at = 0.0
        self.read = wire.read
        self.close = wire.close
        self._wire = wire

    def write(self, data: bytes) -> None:
        """Give bytes to the line, and note the time before."""
        self.written_at = time.monotonic()
        self._wire.write(data)


def played(
    scheme: str, exchanges: int, answer_s: float | None, drain_s: float, kind: type[Line] = Line
) -> tuple[Verdict, FaultyBus[PaperBus]]:
    """Let a client play through the real driver on a real wire.

    What is late is counted from the driver's own write, and lost where this machine is so busy that it would come after the
    drain: there it could be the answer to the next question for all that anybody can tell.
    """
    wires: list[StampedWire] = []
    bus: list[FaultyBus[PaperBus]] = []

    def answering(data: bytes) -> list[tuple[float, bytes]]:
        return bus[0].take(data, wires[0].written_at)

    with FarEnd(scheme, answering, slack_s=0.2 * drain_s) as far_end:
        wire = open_port(far_end.url)
        timing = replace(wire.timing, answer_s=answer_s or wire.timing.answer_s, drain_s=drain_s)
        wires.append(StampedWire(wire, timing))
        times = Times(timing.answer_s + timing.wire_s(80), timing.answer_s + 0.6 * drain_s)
        bus.append(FaultyBus(PaperBus(timing.framing is Framing.RTU), 7, times))
        line = kind(wires[0], time.monotonic)
        try:
            return Client(line, bus[0], 7).play(exchanges), bus[0]
        finally:
            line.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_wrong_value_is_believed_on_a_real_wire(scheme: str) -> None:
    verdict, bus = played(scheme, 200, answer_s=0.02, drain_s=0.06)
    assert verdict.is_clean, verdict
    assert faults_played(bus) == set(Fault)
    assert verdict.matched > 30
    assert sum(verdict.failed.values()) > 30


def test_careless_lines_are_found_out_on_a_real_wire() -> None:
    believing, _ = played("serial", 200, answer_s=0.02, drain_s=0.06, kind=CredulousLine)
    assert believing.believed_wrong
    repeating, _ = played("serial", 100, answer_s=0.02, drain_s=0.06, kind=RetryingLine)
    assert repeating.sent_twice


@pytest.mark.proof
@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_wrong_value_is_believed_on_a_real_wire_with_the_patience_of_a_site(scheme: str) -> None:
    verdict, _ = played(scheme, 500, answer_s=None, drain_s=0.25)
    assert verdict.is_clean, verdict
    assert verdict.matched > 100
