"""What may befall a motion, from the plant, the wire, other programs and its own, and how it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from supervised_room import LOST_ANSWER, SupervisedBlock, refusal

from archroom.core.shelving import OutcomeKind
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.wishes import Frame
from archroom.errors import say
from hardware_sim import registers

STOPPED_WITHIN_S = 1.0 + 0.02 + 0.25
"""Watchdog, scan and braking of the simulator at 40 mm/s."""


def befall(rig: SupervisedBlock, event: Callable[[SupervisedBlock], object]) -> tuple[OutcomeKind, str, float]:
    """Let something happen 2 s into the motion; returns kind and sentence of the outcome, and how long the steel ran on."""
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    rig.run(2.0)
    happened_s = rig.now
    event(rig)
    assert rig.run(5.0, lambda: rig.is_still)
    stood_s = rig.now
    outcome = rig.end_of(ticket)
    rig.run(5.0)
    assert rig.is_still
    assert rig.sim.station.block.hits == 0
    return outcome.kind, outcome.reason.english(), stood_s - happened_s


PLANT = [
    (lambda rig: rig.sim.control("person_in", aisle=0, name="Bo"), "omebody is in"),
    (lambda rig: rig.sim.control("emergency_stop", pressed=True), "emergency stop"),
    (lambda rig: rig.sim.control("edge", carriage=2, pressed=True), "safety edge"),
    (lambda rig: rig.sim.control("beam", aisle=0, broken=True), "light beam"),
    (lambda rig: rig.sim.control("mode", mode="local"), "local operation"),
    (lambda rig: rig.sim.control("enable", given=False), "enable"),
]


@pytest.mark.parametrize(("event", "words"), PLANT)
def test_what_the_plant_stops_is_aborted_with_its_reason(
    rig: SupervisedBlock, event: Callable[[SupervisedBlock], object], words: str
) -> None:
    kind, sentence, ran_s = befall(rig, event)
    assert kind is OutcomeKind.ABORTED
    assert words in sentence
    assert ran_s <= 0.3


def test_a_fault_stays_a_refusal_until_it_is_reset_there(rig: SupervisedBlock) -> None:
    befall(rig, lambda rig: rig.sim.control("emergency_stop", pressed=True))
    rig.sim.control("emergency_stop", pressed=False)
    rig.run(1.0)
    assert "Reset it at the shelving" in refusal(lambda: rig.select(3))
    rig.sim.control("reset")
    rig.run(1.0)
    assert not rig.view().is_movable
    rig.arm()
    assert rig.view().is_movable


def test_a_reboot_in_the_motion_leaves_it_unknown(rig: SupervisedBlock) -> None:
    def power_cycle(rig: SupervisedBlock) -> None:
        rig.sim.control("power", on=False)
        rig.sim.control("power", on=True)

    kind, sentence, _ = befall(rig, power_cycle)
    assert (kind, sentence) == (OutcomeKind.UNKNOWN, "The controller of block 1 was restarted.")
    assert rig.frames(Frame.STOP)
    rig.prove()


def test_a_cut_cable_leaves_it_unknown_and_the_watchdog_stops_it(rig: SupervisedBlock) -> None:
    kind, sentence, ran_s = befall(rig, lambda rig: rig.sim.control("silent", on=True))
    assert kind is OutcomeKind.UNKNOWN
    assert "does not answer" in sentence
    assert ran_s <= STOPPED_WITHIN_S
    lost = next(notice for notice in rig.notices if notice.kind is NoticeKind.LOST)
    assert lost.outcome is None
    rig.sim.control("silent", on=False)
    rig.prove()


def test_a_gateway_that_repeats_an_old_status_is_stale_and_stopped(rig: SupervisedBlock) -> None:
    kind, sentence, ran_s = befall(rig, lambda rig: rig.sim.control("freeze", on=True))
    assert kind is OutcomeKind.UNKNOWN
    assert ran_s <= 0.3 + 0.07 + 0.02 + 0.25, "stale, one poll, one scan, braking"
    assert "repeats an old status" in sentence
    rig.sim.control("freeze", on=False)
    rig.prove()


def test_one_lost_answer_does_not_stop_a_motion(rig: SupervisedBlock) -> None:
    lost: list[float] = []

    def lose_one_a_second(now: float, frame: Frame) -> str | None:
        if frame is Frame.STATUS and (not lost or now - lost[-1] > 1.0):
            lost.append(now)
            return LOST_ANSWER
        return None

    rig.decide = lose_one_a_second
    assert rig.end_of(rig.start(3)).kind is OutcomeKind.DONE
    assert len(lost) > 10


def test_two_lost_answers_in_a_row_stop_it(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    fates = [LOST_ANSWER, LOST_ANSWER]
    rig.decide = lambda _now, frame: fates.pop() if frame is Frame.STATUS and fates else None
    outcome = rig.end_of(ticket)
    assert outcome.kind in (OutcomeKind.ABORTED, OutcomeKind.UNKNOWN)
    assert rig.frames(Frame.STOP)


def test_a_second_master_is_told_and_what_moves_is_stopped(rig: SupervisedBlock) -> None:
    def command(rig: SupervisedBlock) -> None:
        rig.sim.write(registers.COMMAND, *registers.command(2, 1, 1, 5, 0, 1000))

    kind, sentence, ran_s = befall(rig, command)
    assert (kind, sentence) == (OutcomeKind.UNKNOWN, "Another program commands block 1 too.")
    assert ran_s <= 0.5
    rig.prove()
    ticket = rig.start(5)
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    last = rig.frames(Frame.OPERATE)[-1].wish.command
    assert last is not None
    assert last.epoch == 3


def test_a_motion_of_a_second_master_is_stopped(rig: SupervisedBlock) -> None:
    rig.sim.write(registers.HEARTBEAT, 1)
    rig.run(0.05)
    rig.sim.write(registers.COMMAND, *registers.command(1, 1, 1, 3, 0, 5000))
    rig.run(0.02)
    rig.sim.write(registers.COMMAND, *registers.command(1, 2, 2, 3, 0, 30000))
    assert rig.run(1.0, lambda: bool(rig.frames(Frame.STOP)))
    rig.run(2.0)
    assert rig.is_still
    assert any(notice.kind is NoticeKind.DISTRUSTED for notice in rig.notices)


def test_positions_that_cannot_be_stop_the_motion(rig: SupervisedBlock) -> None:
    def jump(rig: SupervisedBlock) -> None:
        rig.sim.station.block.carriages[5].position -= 300

    kind, sentence, _ = befall(rig, jump)
    assert kind is OutcomeKind.UNKNOWN
    assert "Gap" in sentence or "away from where it just was" in sentence


def test_a_silent_program_loses_its_motion_after_one_second(rig: SupervisedBlock) -> None:
    def freeze(rig: SupervisedBlock) -> None:
        rig.lease_of = None

    kind, sentence, ran_s = befall(rig, freeze)
    assert kind is OutcomeKind.ABORTED
    assert "fell silent" in sentence
    assert 0.9 <= ran_s <= STOPPED_WITHIN_S
    assert "fell silent" in sentence


def test_a_program_that_ends_is_stopped_at_once(rig: SupervisedBlock) -> None:
    def end(rig: SupervisedBlock) -> None:
        motion = rig.view().motion
        assert motion is not None
        rig.supervisor.withdraw(rig.now, motion, say("It ended."))

    kind, sentence, ran_s = befall(rig, end)
    assert (kind, sentence) == (OutcomeKind.ABORTED, "It ended.")
    assert ran_s <= 0.3


def test_a_port_that_goes_away_leaves_it_unknown(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    rig.supervisor.port_lost(rig.now, say("The cable is out."))
    assert rig.end_of(ticket).kind is OutcomeKind.UNKNOWN
    rig.supervisor.port_lost(rig.now, say("There is no such port."))
    why_not = rig.view().why_not
    assert why_not is not None
    assert why_not.english() == "There is no such port."
