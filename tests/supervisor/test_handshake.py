"""Lost frames of the handshake: one more SELECT, never another OPERATE, and LAST_SEQ tells what was taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from supervised_room import LOST_ANSWER, LOST_REQUEST, SupervisedBlock

from archroom.core.shelving import OutcomeKind
from archroom.core.supervisor.wishes import Frame
from hardware_sim import Settings, registers


def lose(frame: Frame, fates: list[str]) -> Callable[[float, Frame], str | None]:
    """Let these fates befall the first exchanges of a kind."""
    return lambda _now, sent: fates.pop(0) if sent is frame and fates else None


def test_a_select_whose_answer_was_lost_is_read_back_and_not_sent_again(rig: SupervisedBlock) -> None:
    rig.decide = lose(Frame.SELECT, [LOST_ANSWER])
    assert rig.end_of(rig.start(3)).kind is OutcomeKind.DONE
    assert len(rig.frames(Frame.SELECT)) == 1


def test_a_lost_select_is_sent_once_more_with_the_same_number(rig: SupervisedBlock) -> None:
    rig.decide = lose(Frame.SELECT, [LOST_REQUEST])
    assert rig.end_of(rig.start(3)).kind is OutcomeKind.DONE
    first, second = rig.frames(Frame.SELECT)
    assert first.wish.command == second.wish.command


def test_a_select_that_is_lost_twice_is_refused_and_nothing_moves(rig: SupervisedBlock) -> None:
    rig.decide = lose(Frame.SELECT, [LOST_REQUEST, LOST_REQUEST])
    outcome = rig.end_of(rig.start(3))
    assert outcome.kind is OutcomeKind.REFUSED
    assert len(rig.frames(Frame.SELECT)) == 2
    assert not rig.frames(Frame.OPERATE)


def test_an_operate_whose_answer_was_lost_is_read_back_and_goes_on(rig: SupervisedBlock) -> None:
    rig.decide = lose(Frame.OPERATE, [LOST_ANSWER])
    assert rig.end_of(rig.start(3)).kind is OutcomeKind.DONE
    assert len(rig.frames(Frame.OPERATE)) == 1


def test_a_lost_operate_is_never_sent_again_and_its_selection_is_voided(rig: SupervisedBlock) -> None:
    rig.decide = lose(Frame.OPERATE, [LOST_REQUEST])
    outcome = rig.end_of(rig.start(3))
    assert outcome.kind is OutcomeKind.REFUSED
    assert "did not arrive" in outcome.reason.english()
    assert len(rig.frames(Frame.OPERATE)) == 1
    assert rig.frames(Frame.STOP)
    lost = rig.frames(Frame.OPERATE)[0].wish.command
    assert lost is not None
    late = registers.command(lost.epoch, lost.seq, 2, lost.told.number, lost.told.closes or 0, lost.ttl_ms)
    rig.sim.write(registers.COMMAND, *late)
    rig.run(3.0)
    assert rig.is_still, "a frame that a gateway delivers late finds no selection"


def test_what_the_controller_refuses_is_refused_with_its_reason(rig: SupervisedBlock) -> None:
    rig.decide = lambda _now, frame: LOST_REQUEST if frame is Frame.HEARTBEAT and rig.frames(Frame.HEARTBEAT) else None
    ticket = rig.start(3)
    rig.decide = lambda _now, _frame: None
    rig.sim.station.controller.mode = registers.Mode.LOCAL
    outcome = rig.end_of(ticket)
    assert outcome.kind is OutcomeKind.REFUSED
    assert not rig.frames(Frame.OPERATE)


def test_no_heartbeat_no_select(rig: SupervisedBlock) -> None:
    rig.decide = lambda _now, frame: LOST_ANSWER if frame is Frame.HEARTBEAT else None
    outcome = rig.end_of(rig.start(3))
    assert outcome.kind is OutcomeKind.REFUSED
    assert not rig.frames(Frame.SELECT, Frame.OPERATE)


def test_the_watchdogs_own_settings_are_kept_by_another_controller() -> None:
    rig = SupervisedBlock(settings=replace(Settings(serial="SIM00001"), watchdog_ms=500, scan_ms=50))
    rig.prove()
    assert rig.end_of(rig.start(2)).kind is OutcomeKind.DONE
