"""The driver and the simulator, each written from the document, on each real wire."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from simulator_process import SimulatorProcess
from statuses import refusal_of, result_of

from archroom.core.shelving import (
    Action,
    ControllerKind,
    ControllerState,
    ControllerStatus,
    EndReason,
    Instruction,
)
from archroom.drivers.controller import ReferenceController
from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.ports import open_port
from archroom.drivers.reference import CommandResult
from archroom.drivers.transactions import FailureKind


@pytest.fixture(params=[0, 1, 2], ids=["pty", "rtu over tcp", "tcp"])
def line(simulator: SimulatorProcess, request: pytest.FixtureRequest) -> Iterator[Line]:
    """A line to the simulator."""
    opened = Line(open_port(simulator.urls[request.param]), time.monotonic)
    yield opened
    opened.close()


class Site:
    """A controller with what a client must do for it to stay armed."""

    def __init__(self, line: Line, simulator: SimulatorProcess) -> None:
        self.controller = ReferenceController(line, simulator.unit)
        self._carriages = simulator.carriages
        self._beats = 0

    def wait_until(self, holds: Callable[[ControllerStatus], bool], timeout_s: float = 10.0) -> ControllerStatus:
        """Beat and read until a status fulfils something."""
        ends_at = time.monotonic() + timeout_s
        while True:
            self._beats += 1
            self.controller.heartbeat(self._beats)
            status = self.controller.status(self._carriages, repeats=2).status
            if holds(status):
                return status
            assert time.monotonic() < ends_at, status


@pytest.fixture
def site(line: Line, simulator: SimulatorProcess) -> Site:
    return Site(line, simulator)


def test_the_identity_is_that_of_the_room(site: Site, simulator: SimulatorProcess) -> None:
    identity = site.controller.identity()
    assert (identity.kind, identity.block) == (ControllerKind.SIMULATOR, simulator.unit)
    assert (identity.carriages, identity.aisle_mm) == (simulator.carriages, 900)
    assert (identity.watchdog_ms, identity.watchdog_mode) == (1000, 1)
    assert identity.fixed_carriages == {1}


def test_a_motion_is_selected_operated_and_stopped(site: Site) -> None:
    ready = site.wait_until(lambda status: status.is_watchdog_armed and status.state is ControllerState.IDLE)
    epoch = ready.epoch + 1
    told = Instruction(Action.OPEN, 3, 1)
    site.controller.select(epoch, 1, told, 5_000)
    selected = site.wait_until(lambda status: status.epoch == epoch)
    assert result_of(selected.last_result) is CommandResult.SELECTED
    assert selected.instruction == told
    site.controller.operate(epoch, 2, told, 60_000)
    accepted = site.wait_until(lambda status: status.last_seq == 2)
    assert result_of(accepted.last_result) is CommandResult.ACCEPTED
    moving = site.wait_until(lambda status: bool(status.moving_carriages))
    assert moving.state is ControllerState.MOVING
    site.controller.stop()
    stopped = site.wait_until(lambda status: status.state.is_at_rest)
    assert stopped.end_reason is EndReason.STOP
    assert not stopped.moving_carriages


def test_a_command_out_of_sequence_is_refused_and_said_so(site: Site) -> None:
    ready = site.wait_until(lambda status: status.state is ControllerState.IDLE)
    site.controller.select(ready.epoch + 1, 5, Instruction(Action.OPEN, 3, 1), 5_000)
    refused = site.wait_until(lambda status: status.refusal != ready.refusal)
    assert refusal_of(refused) == (CommandResult.SEQ_WRONG, (ready.refusal >> 8) + 1)


def test_a_unit_that_is_not_there_is_silent_and_the_line_goes_on(line: Line, site: Site) -> None:
    with pytest.raises(ExchangeFailed) as failed:
        ReferenceController(line, 200).identity(repeats=0)
    assert failed.value.failure.kind is FailureKind.SILENCE
    assert site.controller.identity().carriages


def test_a_status_of_another_block_is_refused_by_the_controller(site: Site, simulator: SimulatorProcess) -> None:
    with pytest.raises(ExchangeFailed) as failed:
        site.controller.status(simulator.carriages + 1)
    assert failed.value.failure.exception_code == 2
