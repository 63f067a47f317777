"""The bounds of a motion, to the millimetre and the moment: up to there it goes on, and no further."""

from __future__ import annotations

import pytest
from motion_course import Course

from archroom.core.shelving import Action, ControllerState, EndReason, OutcomeKind, Wanted
from archroom.core.supervisor.motion import Phase
from archroom.core.supervisor.wishes import Frame
from archroom.errors import say

A_MOMENT_S = 0.0625


def phase_of(course: Course) -> Phase:
    """How far the motion has come now."""
    return course.motion.phase


@pytest.fixture
def course() -> Course:
    """A motion that has been allowed."""
    return Course(start_s=100.0)


@pytest.mark.parametrize(
    ("wanted", "lease_s"), [(Wanted(Action.OPEN, 3), 1.0), (Wanted(Action.JOG, 1, -700, is_held=True), 0.3)]
)
def test_a_silent_program_is_borne_for_its_lease(wanted: Wanted, lease_s: float) -> None:
    course = Course(wanted)
    course.motion.release(0.0)
    course.motion.advance(lease_s)
    assert phase_of(course) is Phase.SELECTING
    course.motion.advance(lease_s + 0.001)
    assert course.ended() == (OutcomeKind.REFUSED, "Block 1 was stopped: the program that moved it fell silent.")


def test_the_handshake_may_take_three_seconds(course: Course) -> None:
    course.motion.release(course.now)
    course.show(3.0)
    assert phase_of(course) is Phase.SELECTING
    course.show(A_MOMENT_S)
    assert phase_of(course) is Phase.ENDED


def test_a_command_shows_within_a_second_or_is_not_taken(course: Course) -> None:
    course.select()
    course.show(1.0)
    assert phase_of(course) is Phase.SELECTING
    course.show(A_MOMENT_S)
    assert phase_of(course) is Phase.STOPPING
    late = Course(start_s=100.0)
    late.operate()
    late.show(1.0)
    assert phase_of(late) is Phase.OPERATING
    late.show(A_MOMENT_S)
    assert phase_of(late) is Phase.STOPPING


def test_the_time_of_a_motion_counts_from_when_its_operate_went_out(course: Course) -> None:
    course.motion.release(course.now)
    course.show(2.0)
    course.send(Frame.HEARTBEAT)
    course.send(Frame.SELECT)
    course.show(epoch=4, last_seq=1, last_result=1, state=ControllerState.SELECTED)
    course.send(Frame.OPERATE)
    sent_s = course.now
    course.show(0.5, state=ControllerState.WARNING, last_seq=2, last_result=2, end_reason=EndReason.NONE)
    course.show(sent_s + 33.0 - course.now, state=ControllerState.MOVING, positions_mm=course.at(100))
    assert phase_of(course) is Phase.RUNNING
    course.show(A_MOMENT_S)
    assert "took too long" in course.stopping()


def test_a_standstill_may_be_seen_three_seconds_after_the_stop(course: Course) -> None:
    course.run(10)
    course.motion.fail(course.now, say("Stopped."))
    course.show(3.0)
    assert course.motion.outcome is None
    course.show(A_MOMENT_S)
    assert course.ended()[0] is OutcomeKind.UNKNOWN


def test_what_is_shown_with_the_acceptance_is_judged_at_once(course: Course) -> None:
    course.operate()
    course.show(
        state=ControllerState.WARNING,
        last_seq=2,
        last_result=2,
        end_reason=EndReason.NONE,
        occupied_aisles=frozenset({1}),
    )
    assert "Somebody is in aisle 1" in course.stopping()


def test_a_selection_lives_five_seconds(course: Course) -> None:
    assert course.motion.select.ttl_ms == 5_000


def test_heartbeats_are_numbered_and_begin_anew_after_the_highest_number(course: Course) -> None:
    course.motion.release(course.now)

    def beat() -> int:
        number = course.motion.wishes()[0].value
        course.motion.frame_sent(course.now, Frame.HEARTBEAT)
        return number

    assert [beat() for _ in range(3)] == [0, 1, 2]
    for _ in range(3, 0xFFFE):
        course.motion.frame_sent(course.now, Frame.HEARTBEAT)
    assert [beat() for _ in range(4)] == [0xFFFE, 0xFFFF, 0, 1]


@pytest.mark.parametrize(("off_mm", "phase"), [(5, Phase.RUNNING), (6, Phase.STOPPING)])
@pytest.mark.parametrize(
    ("carriage", "percent", "sign"),
    [(6, 0, 1), (6, 0, -1), (1, 0, 1), (1, 100, -1), (2, 0, 1)],
    ids=["not its turn", "not its turn too", "backwards", "beyond", "backwards too"],
)
def test_five_millimetres_are_no_wrong_way(
    course: Course, carriage: int, percent: int, sign: int, off_mm: int, phase: Phase
) -> None:
    course.run(percent)
    positions = list(course.at(percent))
    positions[carriage - 1] += sign * off_mm
    course.show(positions_mm=tuple(positions))
    assert phase_of(course) is phase


@pytest.mark.parametrize(("speed_mm_s", "patience_s"), [(40, 1.5), (80, 1.5), (10, 2.0), (1, 20.0), (0, 20.0)])
def test_steel_may_take_the_time_of_twenty_millimetres_for_its_next_one(speed_mm_s: int, patience_s: float) -> None:
    course = Course(speed_mm_s=speed_mm_s, start_s=100.0)
    course.run(10)
    course.show(patience_s)
    assert phase_of(course) is Phase.RUNNING
    course.show(A_MOMENT_S)
    assert "nothing does" in course.stopping()


@pytest.mark.parametrize(("left_mm", "is_stuck"), [(5, False), (6, True)])
def test_what_is_five_millimetres_away_from_its_end_is_not_stuck(course: Course, left_mm: int, is_stuck: bool) -> None:
    course.run(100)
    course.show(positions_mm=(course.at(100)[0] + left_mm, *course.at(100)[1:]))
    course.show(2.0)
    assert (phase_of(course) is Phase.STOPPING) is is_stuck


@pytest.mark.parametrize(("off_mm", "kind"), [(5, OutcomeKind.DONE), (6, OutcomeKind.UNKNOWN)])
def test_five_millimetres_away_is_there(course: Course, off_mm: int, kind: OutcomeKind) -> None:
    course.run(100)
    there = (course.at(100)[0] + off_mm, *course.at(100)[1:])
    course.show(state=ControllerState.IDLE, end_reason=EndReason.ARRIVED, positions_mm=there)
    assert course.ended()[0] is kind


def test_a_lock_that_shows_is_not_ours_if_another_command_was_taken_since() -> None:
    course = Course(Wanted(Action.LOCK, 3))
    course.operate()
    course.show(state=ControllerState.WARNING, last_seq=2, last_result=2)
    course.show(state=ControllerState.IDLE, last_seq=7, locked_carriages=frozenset({3}))
    assert course.ended()[0] is OutcomeKind.UNKNOWN


@pytest.mark.parametrize(("asked_s", "is_sent_again"), [(0.0390625, False), (0.04, True)])
def test_a_select_without_an_answer_is_sent_again_once_two_scans_did_not_show_it(
    asked_s: float, is_sent_again: bool
) -> None:
    course = Course()
    course.motion.release(0.0)
    course.motion.take_status(0.0, course.status, 0.0)
    course.send(Frame.HEARTBEAT)
    course.send(Frame.SELECT, is_answered=False)
    course.motion.take_status(0.05, course.status, asked_s)
    assert (Frame.SELECT in [wish.frame for wish in course.motion.wishes()]) is is_sent_again


def test_what_was_lost_before_anything_was_sent_needs_no_stop(course: Course) -> None:
    course.motion.release(course.now)
    course.motion.lose(say("Lost."))
    assert course.ended()[0] is OutcomeKind.REFUSED
    assert not course.motion.wants_stop
