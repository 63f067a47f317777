"""The oracle is silent while a controller does what it should, and speaks up for each rule that a bad one breaks."""

from __future__ import annotations

import pytest
from shelving_master import track

from hardware_sim import VirtualBlock, registers
from hardware_sim.block import Block
from hardware_sim.controller import Controller
from hardware_sim.oracle import Oracle, Rule
from hardware_sim.registers import EndReason, Fault


def watched(text: str, seconds: float = 30.0, speed: float = 1.0) -> tuple[Oracle, VirtualBlock]:
    """A block that has lived through a scenario under the eyes of an oracle."""
    block = VirtualBlock(track(), speed=speed)
    oracle = Oracle(block)
    block.control("scenario", text=text)
    block.advance(seconds)
    return oracle, block


GOOD = [
    "second master opens aisle 3",
    "second master opens aisle 3\nat 4s second master stops\nat 6s second master opens aisle 0",
    "second master opens aisle 3\nat 4s second master falls silent\nat 8s second master opens aisle 0",
    "second master opens aisle 3\nat 4s e-stop press\nat 5s e-stop release\nat 6s reset",
    "second master opens aisle 3\nat 4s edge carriage 1 chatters",
    "second master opens aisle 3\nat 4s person ana enters aisle 0\nat 9s person ana leaves\nat 9s reset",
    "second master opens aisle 3\nat 4s power off\nat 5s power on\nat 6s second master opens aisle 0",
    "second master opens aisle 3\nat 4s mode local",
    "second master opens aisle 3\nat 4s enable off\nat 6s enable on",
    "second master opens aisle 3\njam carriage 2 on\nat 8s jam carriage 2 off\nat 9s reset",
    "mode hand crank\ncrank carriage 1 by -300mm\nat 20s mode automatic\nat 21s second master opens aisle 3",
    "mode hand crank\ncrank carriage 1 by -300mm\nat 5s mode automatic",
    "second master opens aisle 3\nat 4s drive keeps running",
    "second master opens aisle 3\nat 4s encoder carriage 1 frozen",
    "second master opens aisle 3\nat 1.5s second master opens aisle 3\nat 3s second master opens aisle 2",
]


@pytest.mark.parametrize("text", GOOD)
@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_it_is_silent_while_the_controller_does_what_it_should(text: str, speed: float) -> None:
    oracle, block = watched(text, 60.0, speed)
    assert oracle.findings == []
    assert oracle.starts >= ("crank" not in text)
    assert block.station.block.is_still


def test_a_drive_that_runs_on_breaks_the_bounds() -> None:
    oracle, _ = watched("drive keeps running\nsecond master opens aisle 3\nat 4s second master falls silent")
    assert oracle.findings[0].rule is Rule.WATCHDOG_BOUND
    assert 5.0 < oracle.findings[0].at_ms / 1000 < 5.3
    oracle, _ = watched("drive keeps running on stop\nsecond master opens aisle 3\nat 4s second master stops")
    assert str(oracle.findings[0]).startswith(
        "block 1 at 4.24s: the steel moves 20 ms too long (rule: what moves stands a scan"
    )


def test_somebody_whom_no_detector_sees_is_hit() -> None:
    oracle, _ = watched("person ana enters aisle 0 unseen\nsecond master opens aisle 3", 40.0)
    assert oracle.findings[0].rule is Rule.NOBODY_HIT
    oracle, _ = watched("person ana enters aisle 0\ndetector aisle 0 stuck clear\nsecond master opens aisle 3", 40.0)
    assert [finding.rule for finding in oracle.findings] == [Rule.NOBODY_HIT]


def test_steel_that_moves_beside_somebody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Block, "occupied_mask", lambda self: 0)
    oracle, _ = watched("second master opens aisle 3\nat 4s person ana enters aisle 0", 5.0)
    assert {finding.rule for finding in oracle.findings} == {Rule.NOBODY_BESIDE}


@pytest.mark.parametrize(
    ("text", "end", "rule"),
    [
        ("at 4s second master stops", EndReason.STOP, Rule.STOP_BOUND),
        ("at 4s second master falls silent", EndReason.WATCHDOG, Rule.WATCHDOG_BOUND),
        ("at 4s e-stop press", EndReason.FAULT, Rule.HALT_BOUND),
        ("at 4s mode maintenance", EndReason.NOT_ENABLED, Rule.HALT_BOUND),
    ],
)
def test_a_controller_that_does_not_stop_is_found(
    monkeypatch: pytest.MonkeyPatch, text: str, end: EndReason, rule: Rule
) -> None:
    def end_others(self: Controller, reason: EndReason) -> None:
        if reason is not end:
            end_motion(self, reason)

    end_motion = Controller._end_motion
    monkeypatch.setattr(Controller, "_end_motion", end_others)
    oracle, _ = watched(f"second master opens aisle 3\n{text}")
    assert oracle.findings[0].rule is rule


def test_a_controller_that_goes_on_after_a_reset_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def press_and_go_on(self: Controller) -> Fault:
        left = press(self)
        self.block.open_aisle(3)
        return left

    press = Controller.press_reset
    monkeypatch.setattr(Controller, "press_reset", press_and_go_on)
    text = "second master opens aisle 3\nat 4s e-stop press\nat 5s e-stop release\nat 6s reset"
    oracle, _ = watched(text)
    assert oracle.findings[0].rule is Rule.ONE_COMMAND
    assert oracle.findings[0].at_ms == 6000.0


def test_a_controller_that_does_one_order_twice_is_found() -> None:
    oracle, block = watched("second master opens aisle 3", 30.0)
    block.station.block.open_aisle(0)
    block.advance(1.0)
    assert oracle.findings[0].rule is Rule.ONE_COMMAND


def test_an_order_that_is_refused_is_no_leave_for_later() -> None:
    block = VirtualBlock(track())
    oracle = Oracle(block)
    block.advance(0.02)
    frame = bytes((16, 2, 0, 0, 7, 14)) + registers.to_bytes(registers.command(1, 1, 2, 3, 0, 9000))
    block.station.answer(frame)
    block.advance(2.0)
    block.station.block.open_aisle(3)
    block.station.answer(bytes((6, 2, 0x10, 0, 1)))
    block.advance(0.04)
    assert oracle.findings[0].rule is Rule.ONE_COMMAND


@pytest.mark.parametrize("mode", [0, 3])
def test_a_watchdog_that_stops_nothing_is_found(mode: int) -> None:
    oracle, _ = watched(f"configure watchdog mode {mode}\nsecond master opens aisle 3\nat 4s second master falls silent")
    assert oracle.findings[0].rule is Rule.WATCHDOG_BOUND


@pytest.mark.parametrize(("carriage", "to_mm"), [(1, 1400.0), (6, 3680.0), (2, 1380.0), (2, 1376.0)])
def test_steel_that_jumps_or_overlaps_is_found(carriage: int, to_mm: float) -> None:
    block = VirtualBlock(track())
    oracle = Oracle(block)
    block.advance(1.0)
    block.station.block.carriages[carriage - 1].position = to_mm
    block.advance(0.02)
    assert Rule.GEOMETRY in {finding.rule for finding in oracle.findings}
