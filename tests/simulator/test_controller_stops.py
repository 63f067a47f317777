"""What ends a motion, in every state: STOP, watchdog, time to live, faults, people, switches, power."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from shelving_master import SCAN_S, Master, track

from hardware_sim import ControlError, Mechanics, Settings, registers
from hardware_sim.registers import NONE, EndReason, Fault, Flag, Result, State, WatchdogMode

BRAKING_MM = 40**2 / 400
SCAN_MM = 40 * SCAN_S


def idle() -> Master:
    master = Master()
    master.beat()
    return master


def selected() -> Master:
    master = idle()
    assert master.select(3, 0) == Result.SELECTED
    return master


def warning() -> Master:
    master = Master()
    master.start(3, 0)
    return master


def moving() -> Master:
    master = warning()
    master.live(4.0)
    assert master.status()["STATE"] == State.MOVING
    return master


def stopping() -> Master:
    master = moving()
    master.block.write(registers.STOP, 1)
    master.block.advance(SCAN_S)
    assert master.status()["STATE"] == State.STOPPING
    return master


def faulted() -> Master:
    master = idle()
    master.block.control("emergency_stop", pressed=True)
    master.block.advance(SCAN_S)
    assert master.status()["STATE"] == State.FAULTED
    return master


def settle(master: Master) -> dict[str, int]:
    """Let half a second pass with heartbeats; nothing may move afterwards."""
    master.live(0.5)
    before = master.status()
    assert before["STATE"] not in (State.WARNING, State.MOVING, State.STOPPING)
    master.live(5.0)
    after = master.status()
    assert [after[f"POS_{n}"] for n in range(1, 7)] == [before[f"POS_{n}"] for n in range(1, 7)]
    return after


@pytest.mark.parametrize("value", [0, 1, 0xFFFF])
@pytest.mark.parametrize("situation", [idle, selected, warning, moving, stopping, faulted])
def test_stop_is_obeyed_in_every_state(situation: Callable[[], Master], value: int) -> None:
    master = situation()
    had_motion = master.status()["STATE"] in (State.WARNING, State.MOVING, State.STOPPING)
    place = master.block.station.block.carriages[0].position
    master.block.write(registers.STOP, value)
    status = settle(master)
    assert status["STATE"] == (State.FAULTED if situation is faulted else State.IDLE)
    assert status["END_REASON"] == (EndReason.STOP if had_motion else EndReason.NONE)
    assert status["TARGET"] == NONE
    assert abs(master.block.station.block.carriages[0].position - place) <= BRAKING_MM + SCAN_MM
    assert master.block.read(registers.STOP, 1) == [value]


def test_stop_voids_a_selection() -> None:
    master = selected()
    master.block.write(registers.STOP, 0)
    assert master.operate(3, 0) == Result.NOT_SELECTED


def test_stop_needs_no_heartbeat_and_no_epoch() -> None:
    master = Master(settings=Settings(watchdog_mode=WatchdogMode.OFF))
    assert master.select(1, 0) == Result.SELECTED
    assert master.operate(1, 0) == Result.ACCEPTED
    master.block.advance(5.0)
    assert master.status()["STATE"] == State.MOVING
    master.block.write(registers.STOP, 0)
    master.block.advance(0.5)
    assert (master.status()["STATE"], master.status()["END_REASON"]) == (State.IDLE, EndReason.STOP)


def test_stop_and_operate_in_one_scan_moves_nothing() -> None:
    master = selected()
    master.block.write(registers.STOP, 0)
    assert master.operate(3, 0) == Result.NOT_SELECTED
    assert settle(master)["END_REASON"] == EndReason.NONE


def test_stop_repeated_stops_no_later_than_once() -> None:
    once, often = moving(), moving()
    once.block.write(registers.STOP, 0)
    once.live(1.0)
    for _ in range(50):
        often.block.write(registers.STOP, 0)
        often.block.advance(SCAN_S)
    assert often.status()["POS_1"] == once.status()["POS_1"]


@pytest.mark.parametrize("situation", [warning, moving])
def test_silence_for_the_watchdog_time_stops(situation: Callable[[], Master]) -> None:
    master = situation()
    master.beat()
    master.block.advance(0.98)
    assert master.status()["FLAGS"] & Flag.WATCHDOG_ARMED
    place = master.block.station.block.carriages[0].position
    master.block.advance(0.02)
    status = master.status()
    assert (status["FLAGS"] & Flag.WATCHDOG_ARMED, status["END_REASON"]) == (0, EndReason.WATCHDOG)
    master.block.advance(0.3)
    assert place - master.block.station.block.carriages[0].position <= BRAKING_MM + SCAN_MM
    assert master.status()["STATE"] == State.IDLE


def test_reads_and_commands_do_not_feed_the_watchdog() -> None:
    master = moving()
    for _ in range(60):
        master.status()
        master.block.advance(SCAN_S)
    assert master.status()["END_REASON"] == EndReason.WATCHDOG


def test_the_same_heartbeat_value_counts_again() -> None:
    master = moving()
    for _ in range(30):
        master.block.write(registers.HEARTBEAT, 5)
        master.block.advance(0.2)
    assert master.status()["STATE"] == State.MOVING


def test_an_expired_watchdog_voids_a_selection() -> None:
    master = selected()
    master.block.advance(1.0)
    assert master.status()["STATE"] == State.IDLE
    master.beat()
    assert master.operate(3, 0) == Result.NOT_SELECTED


@pytest.mark.parametrize(
    ("mode", "reads", "goes_on"),
    [
        (WatchdogMode.WRITES, True, False),
        (WatchdogMode.READS_TOO, True, True),
        (WatchdogMode.READS_TOO, False, False),
        (WatchdogMode.FREEZES, False, True),
        (WatchdogMode.OFF, False, True),
    ],
)
def test_bad_watchdogs_do_what_they_say(mode: WatchdogMode, reads: bool, goes_on: bool) -> None:
    master = Master(settings=Settings(watchdog_mode=mode))
    assert master.block.read(registers.IDENTITY, 19)[6] == mode
    master.start(3, 0)
    for _ in range(200):
        master.block.advance(SCAN_S)
        if reads:
            master.status()
    assert (master.status()["STATE"] == State.MOVING) == goes_on


@pytest.mark.parametrize("ttl_ms", [500, 3000])
def test_time_to_live_ends_warning_and_motion(ttl_ms: int) -> None:
    master = Master()
    master.start(3, 0, ttl_ms=ttl_ms)
    master.live(ttl_ms / 1000 - SCAN_S)
    assert master.status()["END_REASON"] == EndReason.NONE
    master.live(SCAN_S)
    assert master.status()["END_REASON"] == EndReason.TIME_TO_LIVE
    assert settle(master)["STATE"] == State.IDLE


def test_speed_scales_the_mechanics_and_nothing_else() -> None:
    master = Master(speed=10.0)
    master.start(1, 0, ttl_ms=2500)
    master.live(0.98)
    assert master.status()["STATE"] == State.WARNING
    master.live(0.02 + 1.0)
    gone = 825 - 25 - master.status()["POS_1"]
    assert gone == pytest.approx(40 * 10 - 20, abs=1), "one second at tenfold speed, less half a ramp"
    master.live(0.5)
    assert master.status()["END_REASON"] == EndReason.TIME_TO_LIVE
    master = Master(speed=10.0)
    master.start(1, 0)
    master.live(1.2)
    master.block.write(registers.HEARTBEAT, 1)
    master.block.advance(0.98)
    assert master.status()["END_REASON"] == EndReason.NONE
    master.block.advance(0.04)
    assert master.status()["END_REASON"] == EndReason.WATCHDOG


@pytest.mark.parametrize(
    ("press", "release", "fault"),
    [
        (("emergency_stop", {"pressed": True}), {"pressed": False}, Fault.EMERGENCY_STOP),
        (("edge", {"carriage": 5, "pressed": True}), {"carriage": 5, "pressed": False}, Fault.EDGE),
        (("beam", {"aisle": 2, "broken": True}), {"aisle": 2, "broken": False}, Fault.BEAM),
        (("encoder", {"carriage": 2, "offset_mm": -90}), {"carriage": 2, "offset_mm": 0}, Fault.POSITION),
    ],
)
@pytest.mark.parametrize("situation", [warning, moving])
def test_a_fault_stops_latches_and_is_cleared_at_the_controller_only(
    situation: Callable[[], Master],
    press: tuple[str, dict[str, object]],
    release: dict[str, object],
    fault: Fault,
) -> None:
    master = situation()
    verb, fields = press
    master.block.control(verb, **fields)
    master.block.advance(SCAN_S)
    assert (master.status()["FAULTS"], master.status()["END_REASON"]) == (fault, EndReason.FAULT)
    assert settle(master)["STATE"] == State.FAULTED
    assert master.block.control("reset") == {"latched": [str(fault.name).lower()]}, "the input is not clear"
    master.block.control(verb, **release)
    assert settle(master)["FAULTS"] == fault, "releasing alone clears nothing"
    assert master.select(3, NONE) == Result.FAULTED
    assert master.block.control("reset") == {"latched": []}
    assert settle(master)["STATE"] == State.IDLE
    assert master.select(3, 0 if situation is warning else NONE) == Result.SELECTED


@pytest.mark.parametrize("situation", [idle, selected])
def test_emergency_stop_and_edge_latch_without_a_motion_too(situation: Callable[[], Master]) -> None:
    master = situation()
    master.block.control("edge", carriage=1, pressed=True)
    master.block.advance(SCAN_S)
    status = master.status()
    assert (status["STATE"], status["FAULTS"], status["TARGET"]) == (State.FAULTED, Fault.EDGE, NONE)
    assert status["END_REASON"] == EndReason.NONE


@pytest.mark.parametrize(("aisle", "stops"), [(0, True), (1, True), (2, True), (3, True), (4, False), (6, False)])
def test_a_beam_counts_in_the_aisles_that_change(aisle: int, stops: bool) -> None:
    master = moving()
    master.block.control("beam", aisle=aisle, broken=True)
    master.live(0.5)
    assert (master.status()["STATE"] == State.FAULTED) == stops
    assert bool(master.status()["FAULTS"]) == stops


@pytest.mark.parametrize("aisle", [0, 1])
def test_somebody_who_walks_into_an_aisle_that_changes_stops_it(aisle: int) -> None:
    master = Master()
    master.start(1, 0)
    master.live(12.0)
    master.block.control("person_in", aisle=aisle, name="Ada")
    master.live(0.5)
    status = master.status()
    assert (status["END_REASON"], status["FAULTS"]) == (EndReason.OCCUPIED, Fault.OCCUPIED)
    assert status["OCCUPIED_LO"] == 1 << aisle
    (person,) = master.block.station.block.people
    assert person.shifted_mm <= BRAKING_MM + SCAN_MM + 1e-6
    assert not person.is_hit
    assert master.block.control("reset") == {"latched": ["occupied"]}
    master.block.control("person_out", name="Ada")
    assert master.block.control("reset") == {"latched": []}


def test_somebody_in_another_segment_does_not_stop_it() -> None:
    master = Master(track(7, fixed=(4,), open_aisles=(0, 4)))
    master.start(1, 0)
    master.live(3.0)
    master.block.control("person_in", aisle=4)
    master.live(3.0)
    assert master.status()["STATE"] == State.MOVING


def test_a_person_whom_no_detector_sees_is_hit_and_the_edge_stops_it() -> None:
    master = Master()
    master.start(1, 0)
    master.block.control("person_in", aisle=0, detected=False)
    master.live(30.0)
    assert master.block.station.block.hits == 1
    status = master.status()
    assert (status["FAULTS"], status["END_REASON"], status["OCCUPIED_LO"]) == (Fault.EDGE, EndReason.FAULT, 0)
    assert master.block.station.block.gap(0) > 300 - BRAKING_MM - 2 * SCAN_MM


def test_a_jammed_carriage_is_a_drive_fault() -> None:
    master = moving()
    master.block.control("jam", carriage=1, jammed=True)
    master.live(0.4)
    assert (master.status()["FAULTS"], master.status()["MOVING_LO"] & 1) == (0, 0)
    master.live(0.6)
    assert (master.status()["FAULTS"], master.status()["STATE"]) == (Fault.DRIVE, State.FAULTED)
    master.block.control("jam", carriage=1, jammed=False)
    assert master.block.control("reset") == {"latched": []}


@pytest.mark.parametrize(("verb", "fields"), [("mode", {"mode": "local"}), ("enable", {"given": False})])
@pytest.mark.parametrize("situation", [selected, warning, moving])
def test_losing_automatic_mode_or_enable_stops(
    situation: Callable[[], Master], verb: str, fields: dict[str, object]
) -> None:
    master = situation()
    had_motion = situation is not selected
    master.block.control(verb, **fields)
    status = settle(master)
    assert (status["STATE"], status["TARGET"]) == (State.IDLE, NONE)
    assert status["END_REASON"] == (EndReason.NOT_ENABLED if had_motion else EndReason.NONE)


def test_the_first_reason_is_kept() -> None:
    master = moving()
    master.block.write(registers.STOP, 0)
    master.block.advance(SCAN_S)
    master.block.control("emergency_stop", pressed=True)
    status = settle(master)
    assert (status["END_REASON"], status["FAULTS"]) == (EndReason.STOP, Fault.EMERGENCY_STOP)


def test_power_off_brakes_and_power_on_is_another_boot_that_starts_nothing() -> None:
    master = moving()
    master.block.control("emergency_stop", pressed=True)
    master.live(0.5)
    before = master.status()
    master.block.control("power", on=False)
    assert master.block.exchange_rtu(bytes.fromhex("01 03 00 00 00 13 04 07")) == b""
    with pytest.raises(ControlError, match="no power"):
        master.block.control("reset")
    master.block.advance(3.0)
    answer = master.block.control("power", on=True)
    assert master.status()["STATE"] == State.STARTING
    master.block.advance(SCAN_S)
    status = master.status()
    assert status["BOOT_ID"] == answer["boot_id"] != before["BOOT_ID"]
    assert status["BOOT_ID"] != 0
    named = ("EPOCH", "LAST_SEQ", "LAST_RESULT", "HB_ECHO", "END_REASON", "REFUSAL", "TARGET")
    assert [status[name] for name in named] == [0, 0, 0, 0, 0, 0, NONE]
    assert (status["FAULTS"], status["STATE"]) == (Fault.EMERGENCY_STOP, State.FAULTED), "a latch outlives the cut"


def test_power_cut_in_a_motion_brakes_at_once() -> None:
    master = moving()
    place = master.block.station.block.carriages[0].position
    master.block.control("power", on=False)
    master.block.advance(1.0)
    assert place - master.block.station.block.carriages[0].position == pytest.approx(BRAKING_MM)
    master.block.control("power", on=True)
    assert settle(master)["STATE"] == State.IDLE


def test_while_steel_still_brakes_after_a_boot_a_command_is_refused() -> None:
    master = Master(mechanics=Mechanics(speed_mm_s=200.0))
    master.start(1, 0)
    master.live(4.0)
    master.block.control("power", on=False)
    master.block.control("power", on=True)
    master.beat()
    master.seq = 0
    assert master.select(1, NONE) == Result.MOVING
    master.live(1.0)
    assert master.select(1, NONE) == Result.SELECTED


def test_the_same_seed_gives_the_same_trace() -> None:
    def trace() -> list[dict[str, int]]:
        master = Master()
        master.start(3, 0)
        seen = []
        for _ in range(40):
            master.live(0.2)
            seen.append(master.status())
        master.block.control("power", on=False)
        master.block.control("power", on=True)
        return [*seen, master.status()]

    assert trace() == trace()
