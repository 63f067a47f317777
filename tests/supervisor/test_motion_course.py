"""How a motion judges what it is shown, status by status: handshake, course, deadline, end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from motion_course import Course

from archroom.core.shelving import Action, ControllerState, EndReason, Fault, OutcomeKind, Wanted
from archroom.core.supervisor.motion import Phase
from archroom.core.supervisor.wishes import Frame
from archroom.errors import say


@pytest.fixture
def course() -> Course:
    """A motion that has been allowed."""
    return Course()


def test_it_arrives(course: Course) -> None:
    course.run(10)
    for percent in (40, 70, 100):
        course.show(positions_mm=course.at(percent))
    assert course.motion.outcome is None
    course.rest(EndReason.ARRIVED, 100)
    assert course.ended() == (OutcomeKind.DONE, "Aisle 3 of block 1 is open.")
    course.motion.lose(say("Too late."))
    course.motion.fail(course.now, say("Too late."))
    assert course.ended()[0] is OutcomeKind.DONE


def test_nothing_is_wished_before_release_and_no_status_moves_it_on(course: Course) -> None:
    course.show()
    assert course.motion.wishes() == []
    course.motion.release(course.now)
    course.show()
    assert [wish.frame for wish in course.motion.wishes()] == [Frame.HEARTBEAT]


def test_the_select_waits_for_the_first_heartbeat_and_only_one_command_waits_at_a_time(course: Course) -> None:
    course.motion.release(0.0)
    course.show()
    course.send(Frame.HEARTBEAT, is_answered=False)
    assert Frame.SELECT not in [wish.frame for wish in course.motion.wishes()]
    course.send(Frame.HEARTBEAT)
    course.send(Frame.SELECT)
    assert [wish.frame for wish in course.motion.wishes()] == [Frame.HEARTBEAT]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"epoch": 4, "last_seq": 1, "last_result": 0x28}, "somebody is in an aisle that would change"),
        ({"epoch": 4, "last_seq": 1, "last_result": 1, "state": ControllerState.IDLE}, "nothing is selected"),
        ({"epoch": 4, "last_seq": 1, "last_result": 1, "occupied_aisles": frozenset({2})}, "Somebody is in aisle 2"),
        ({"refusal": 0x0110}, "arrived damaged"),
    ],
)
def test_a_select_that_is_not_taken_is_refused(course: Course, shown: dict[str, object], words: str) -> None:
    course.select()
    course.bend({"state": ControllerState.SELECTED, **shown})
    assert words in course.stopping()
    assert course.ended()[0] is OutcomeKind.REFUSED


def test_carriages_that_moved_before_the_select_refuse_it(course: Course) -> None:
    course.select()
    moved = tuple(position - 20 if number == 0 else position for number, position in enumerate(course.at(0)))
    course.show(epoch=4, last_seq=1, last_result=1, state=ControllerState.SELECTED, positions_mm=moved)
    assert "have moved since" in course.stopping()


def test_a_select_that_never_shows_is_refused(course: Course) -> None:
    course.select()
    course.show(0.5)
    course.show(0.6)
    assert "does not take the command" in course.stopping()


def test_a_handshake_that_takes_too_long_is_refused(course: Course) -> None:
    course.motion.release(0.0)
    course.show(2.9)
    assert course.motion.outcome is None
    course.show(0.2)
    assert course.ended() == (OutcomeKind.REFUSED, "The controller of block 1 does not take the command.")
    assert not course.motion.wants_stop


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"last_seq": 2, "last_result": 0x29}, "the selection had ended"),
        ({"refusal": 0x0112}, "another program commands it"),
    ],
)
def test_an_operate_that_is_not_taken_is_refused(course: Course, shown: dict[str, object], words: str) -> None:
    course.operate()
    course.bend(shown)
    assert words in course.stopping()
    assert course.ended()[0] is OutcomeKind.REFUSED


def test_an_operate_that_never_shows_is_stopped(course: Course) -> None:
    course.operate()
    course.show(0.5)
    assert course.motion.phase is Phase.OPERATING
    course.show(0.6)
    assert "does not take the command" in course.stopping()
    assert course.ended()[0] is OutcomeKind.ABORTED


def test_a_status_that_was_asked_for_too_early_says_nothing_of_an_operate(course: Course) -> None:
    course.operate(is_answered=False)
    course.show(0.03)
    assert course.motion.phase is Phase.OPERATING
    course.show(0.03)
    assert "did not arrive" in course.stopping()


def test_a_status_before_the_commands_turn_moves_nothing_on(course: Course) -> None:
    course.select()
    course.show(epoch=4, last_seq=1, last_result=1, state=ControllerState.SELECTED)
    course.show()
    assert course.motion.phase is Phase.OPERATING
    assert Frame.OPERATE in [wish.frame for wish in course.motion.wishes()]


def test_a_late_operate_that_was_given_up_and_taken_all_the_same_is_aborted(course: Course) -> None:
    course.operate(is_answered=False)
    course.show()
    course.status = replace(course.status, last_seq=2, last_result=2, end_reason=EndReason.STOP)
    course.stopping()
    assert course.ended()[0] is OutcomeKind.ABORTED


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"occupied_aisles": frozenset({1})}, "Somebody is in aisle 1"),
        ({"faults": Fault.EDGE}, "a safety edge was touched"),
        ({"inputs": 4}, "a light beam is broken"),
        ({"is_enabled": False}, "Local enable is off"),
    ],
)
def test_trouble_that_the_controller_has_not_acted_on_is_stopped(
    course: Course, shown: dict[str, object], words: str
) -> None:
    course.run(10)
    course.bend(shown)
    assert words in course.stopping()
    assert course.ended()[0] is OutcomeKind.ABORTED


def test_somebody_in_an_aisle_that_does_not_change_stops_nothing(course: Course) -> None:
    course.run(10)
    course.show(occupied_aisles=frozenset({5}), positions_mm=course.at(20))
    assert course.motion.phase is Phase.RUNNING


@pytest.mark.parametrize(
    ("carriage", "position_mm"),
    [(6, 4230 + 6), (1, 800 + 6), (1, 25 - 6), (2, 1400 + 6)],
    ids=["not its turn", "backwards", "beyond", "backwards too"],
)
def test_a_carriage_that_moves_as_it_should_not_is_stopped(course: Course, carriage: int, position_mm: int) -> None:
    course.run(0)
    positions = list(course.at(0))
    positions[carriage - 1] = position_mm
    course.show(positions_mm=tuple(positions))
    assert f"Carriage {carriage} of block 1 moves as it should not." in course.stopping()


def test_running_back_from_the_furthest_point_is_stopped(course: Course) -> None:
    course.run(50)
    course.show(positions_mm=course.at(49))
    assert "moves as it should not" in course.stopping()


def test_steel_that_should_move_and_does_not_is_stopped_after_a_second_and_a_half(course: Course) -> None:
    course.run(10)
    course.show(1.45)
    assert course.motion.phase is Phase.RUNNING
    course.show(0.1)
    assert "nothing does" in course.stopping()


def test_steel_that_has_arrived_and_is_not_yet_at_rest_is_no_reason(course: Course) -> None:
    course.run(100)
    course.show(2.0)
    assert course.motion.phase is Phase.RUNNING


def test_every_motion_has_a_deadline(course: Course) -> None:
    course.run(0)
    for percent in range(1, 100):
        course.show(0.33, positions_mm=course.at(percent))
    assert course.motion.phase is Phase.RUNNING
    course.show(0.4, positions_mm=course.at(100))
    assert "took too long" in course.stopping()
    assert course.motion.operate.ttl_ms == 33_000


@pytest.mark.parametrize(
    ("end_reason", "percent", "kind"),
    [
        (EndReason.ARRIVED, 60, OutcomeKind.UNKNOWN),
        (EndReason.NONE, 100, OutcomeKind.UNKNOWN),
        (EndReason.STOP, 60, OutcomeKind.ABORTED),
        (EndReason.WATCHDOG, 60, OutcomeKind.ABORTED),
        (EndReason.TIME_TO_LIVE, 60, OutcomeKind.ABORTED),
        (EndReason.OCCUPIED, 60, OutcomeKind.ABORTED),
    ],
)
def test_an_end_elsewhere_is_what_the_controller_says(
    course: Course, end_reason: EndReason, percent: int, kind: OutcomeKind
) -> None:
    course.run(10)
    course.rest(end_reason, percent)
    assert course.ended()[0] is kind


def test_a_standstill_that_is_not_seen_is_unknown_and_names_the_red_button(course: Course) -> None:
    course.run(10)
    course.motion.fail(course.now, say("Stopped."))
    course.motion.fail(course.now, say("Stopped again."))
    course.show(2.9)
    assert course.motion.outcome is None
    course.show(0.2)
    assert course.ended()[0] is OutcomeKind.UNKNOWN
    assert "red button" in course.ended()[1]


def test_a_stop_that_comes_too_late_does_not_unmake_an_arrival(course: Course) -> None:
    course.run(90)
    course.motion.fail(course.now, say("Stopped."))
    course.rest(EndReason.ARRIVED, 100)
    course.motion.settle(course.status)
    assert course.ended()[0] is OutcomeKind.DONE


def test_settling_is_for_what_is_being_stopped(course: Course) -> None:
    course.run(10)
    course.motion.settle(course.status)
    assert course.motion.phase is Phase.RUNNING


def test_a_lost_link_before_the_operate_is_refused_and_after_it_unknown() -> None:
    early, late = Course(), Course()
    early.select()
    early.motion.lose(say("Lost."))
    late.operate()
    late.motion.lose(say("Lost."))
    assert (early.ended()[0], late.ended()[0]) == (OutcomeKind.REFUSED, OutcomeKind.UNKNOWN)
    assert early.motion.wants_stop
    assert late.motion.wants_stop


@pytest.mark.parametrize(
    ("locked", "kind"),
    [(frozenset({3}), OutcomeKind.DONE), (frozenset[int](), OutcomeKind.UNKNOWN)],
    ids=["shows", "does not"],
)
def test_a_lock_is_done_only_if_it_shows(locked: frozenset[int], kind: OutcomeKind) -> None:
    locking = Course(Wanted(Action.LOCK, 3))
    locking.operate()
    locking.show(state=ControllerState.IDLE, last_seq=2, last_result=2, locked_carriages=locked)
    assert locking.ended()[0] is kind
