"""An attended motion by itself, to the moment: what goes on, what ends it, and how."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plain_rig import SIDES_AND_STOP
from statuses import opening
from supervised_room import block_of

from archroom.core.controllers import Fault, Mode
from archroom.core.plain.facts import Alarm, Capabilities, Order, OrderKind, PlainStatus, PositionSense
from archroom.core.plain.motion import PlainMotion, PlainPhase
from archroom.core.plain.rules import PlainPlan
from archroom.core.shelving import OutcomeKind, Ticket
from archroom.core.supervisor.wishes import Frame, Lane
from archroom.errors import say

BLOCK = block_of()
AT = 100.0
LITTLE = 1 / 1024
TELLS_AISLE = replace(SIDES_AND_STOP, position_sense=PositionSense.AISLE, tells_occupied=True)
TELLS_NOTHING = replace(SIDES_AND_STOP, position_sense=PositionSense.NOTHING)
NO_STOP = replace(TELLS_AISLE, can_stop=False)
LEASED = replace(TELLS_AISLE, lease_period_s=0.25)
PLAN = PlainPlan(3, 0, (1, 2, 3), frozenset({0, 1, 2, 3}))
GOOD = PlainStatus(is_moving=False, mode=Mode.AUTOMATIC, is_enabled=True, open_aisle=0)
UNDER_WAY = replace(GOOD, is_moving=True)
THERE = replace(GOOD, open_aisle=3)
REASON = say("Stopped.")


def motion_of(capabilities: Capabilities = TELLS_AISLE) -> PlainMotion:
    """A motion from aisle 0 to aisle 3 that was allowed at `AT` and may take 40 s."""
    ticket = Ticket("t1", 1, opening(3), (0,), (1, 2, 3), 40.0)
    return PlainMotion(BLOCK, capabilities, ticket, PLAN, "Ana", "Ben", AT)


def released(capabilities: Capabilities = TELLS_AISLE) -> PlainMotion:
    """The same once its order may go out."""
    motion = motion_of(capabilities)
    motion.release(AT)
    return motion


def ordered(capabilities: Capabilities = TELLS_AISLE) -> PlainMotion:
    """The same once its order went out, at `AT`."""
    motion = motion_of(capabilities)
    motion.release(AT)
    motion.frame_sent(AT, Frame.ORDER)
    return motion


def moving(capabilities: Capabilities = TELLS_AISLE) -> PlainMotion:
    """The same once it was seen to move."""
    motion = ordered(capabilities)
    motion.take_status(AT, UNDER_WAY)
    return motion


def phase_of(motion: PlainMotion) -> PlainPhase:
    return motion.phase


def ended(motion: PlainMotion) -> tuple[OutcomeKind, str]:
    """How it ended."""
    assert motion.outcome is not None
    return motion.outcome[0], motion.outcome[1].english()


# -- the course


def test_the_order_is_wished_from_its_release_until_it_goes_out() -> None:
    motion = motion_of()
    assert (motion.wishes(), motion.order) == ([], Order(OrderKind.OPEN, aisle=3))
    assert motion.changes == PLAN.changes
    assert (motion.by, motion.attendant) == ("Ana", "Ben")
    assert not motion.is_watched
    motion.release(AT + 1.0)
    assert motion.is_watched
    (wish,) = motion.wishes()
    assert (wish.frame, wish.lane, wish.due_s, wish.order) == (Frame.ORDER, Lane.COMMAND, AT + 1.0, motion.order)
    motion.frame_sent(AT + 1.0, Frame.ORDER)
    assert (motion.wishes(), motion.is_watched) == ([], True)


def test_the_order_waits_for_the_first_beat_of_a_lease_that_is_renewed_all_along() -> None:
    motion = motion_of(LEASED)
    motion.release(AT)
    (wish,) = motion.wishes()
    assert (wish.frame, wish.lane, wish.due_s) == (Frame.HEARTBEAT, Lane.HEARTBEAT, AT)
    motion.frame_sent(AT + 1.0, Frame.HEARTBEAT)
    motion.frame_echoed(Frame.ORDER)
    assert [wish.frame for wish in motion.wishes()] == [Frame.HEARTBEAT]
    motion.frame_echoed(Frame.HEARTBEAT)
    assert [(wish.frame, wish.due_s) for wish in motion.wishes()] == [(Frame.HEARTBEAT, AT + 1.25), (Frame.ORDER, AT)]
    motion.frame_sent(AT + 1.0, Frame.ORDER)
    motion.frame_echoed(Frame.ORDER)
    assert [wish.frame for wish in motion.wishes()] == [Frame.HEARTBEAT]
    motion.take_status(AT + 1.0, UNDER_WAY)
    assert [wish.frame for wish in motion.wishes()] == [Frame.HEARTBEAT]
    motion.fail(AT + 1.0, REASON)
    assert motion.wishes() == []


def test_it_is_done_once_its_aisle_is_shown_open_and_nothing_moves() -> None:
    motion = ordered()
    motion.take_status(AT, replace(THERE, is_moving=True))
    assert phase_of(motion) is PlainPhase.MOVING
    motion.take_status(AT, THERE)
    assert ended(motion) == (OutcomeKind.DONE, "Aisle 3 of block 1 is open.")
    motion.take_status(AT, GOOD)
    motion.fail(AT, REASON)
    motion.lose(REASON)
    motion.advance(AT + 999.0)
    assert ended(motion)[0] is OutcomeKind.DONE


def test_at_rest_before_it_moved_is_no_end() -> None:
    motion = ordered()
    motion.take_status(AT, GOOD)
    assert phase_of(motion) is PlainPhase.STARTING
    motion.take_status(AT, replace(GOOD, is_moving=None))
    assert phase_of(motion) is PlainPhase.STARTING


def test_at_rest_elsewhere_is_aborted_and_unknown_where_no_aisle_is_told() -> None:
    motion = moving()
    motion.take_status(AT, replace(GOOD, is_moving=None))
    assert phase_of(motion) is PlainPhase.MOVING
    motion.take_status(AT, GOOD)
    assert ended(motion)[0] is OutcomeKind.ABORTED
    blind = moving(TELLS_NOTHING)
    blind.take_status(AT, THERE)
    assert ended(blind)[0] is OutcomeKind.UNKNOWN
    assert "Look there" in ended(blind)[1]


def test_no_status_moves_on_what_was_not_ordered() -> None:
    motion = motion_of()
    motion.take_status(AT, THERE)
    motion.release(AT)
    motion.take_status(AT, THERE)
    assert phase_of(motion) is PlainPhase.ORDERING


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (replace(UNDER_WAY, occupied_aisles=frozenset({2, 5})), "Somebody is in aisle 2"),
        (replace(UNDER_WAY, alarms=(Alarm(Fault.EDGE, "8.2"),)), "reports an alarm"),
        (replace(UNDER_WAY, mode=Mode.LOCAL), "not in automatic"),
        (replace(UNDER_WAY, mode=None), "does not say its mode"),
        (replace(UNDER_WAY, is_enabled=False), "not released"),
        (replace(UNDER_WAY, people_inside=2), "counts 2 inside"),
        (replace(THERE, people_inside=2), "counts 2 inside"),
    ],
)
def test_trouble_stops_it(shown: PlainStatus, words: str) -> None:
    motion = ordered()
    motion.take_status(AT, replace(UNDER_WAY, occupied_aisles=frozenset({5})))
    assert phase_of(motion) is PlainPhase.MOVING
    motion.take_status(AT, shown)
    assert phase_of(motion) is PlainPhase.STOPPING
    assert motion.wants_stop
    motion.settle(GOOD)
    assert ended(motion)[0] is OutcomeKind.ABORTED
    assert words in ended(motion)[1]


def test_what_has_arrived_when_it_is_stopped_is_done() -> None:
    motion = moving()
    motion.settle(THERE)
    assert phase_of(motion) is PlainPhase.MOVING, "it is not being stopped"
    motion.fail(AT, REASON)
    motion.settle(THERE)
    assert ended(motion) == (OutcomeKind.DONE, "Stopped.")


@pytest.mark.parametrize("can_stop", [True, False])
def test_how_it_ends_by_what_was_sent(can_stop: bool) -> None:
    capabilities = TELLS_AISLE if can_stop else NO_STOP
    for begin in (motion_of, released):
        lost, failed = begin(capabilities), begin(capabilities)
        lost.lose(REASON)
        failed.fail(AT, REASON)
        assert ended(lost) == ended(failed) == (OutcomeKind.REFUSED, "Stopped.")
        assert lost.wants_stop is failed.wants_stop is False
    for begin in (ordered, moving):
        lost, failed = begin(capabilities), begin(capabilities)
        lost.lose(REASON)
        assert ended(lost) == (OutcomeKind.UNKNOWN, "Stopped.")
        failed.fail(AT, REASON)
        failed.fail(AT + 1.0, say("Again."))
        assert failed.outcome is None
        assert lost.wants_stop is failed.wants_stop is can_stop
        failed.settle(GOOD)
        assert ended(failed) == (OutcomeKind.ABORTED, "Stopped.")


def test_an_order_that_did_not_go_out_is_refused_and_one_that_moves_is_not() -> None:
    motion = ordered()
    motion.frame_unsent(AT, REASON)
    assert ended(motion) == (OutcomeKind.REFUSED, "Stopped.")
    assert not motion.wants_stop
    other = moving()
    other.frame_unsent(AT, REASON)
    assert phase_of(other) is PlainPhase.MOVING


# -- time


def test_the_program_may_be_silent_for_a_second() -> None:
    motion = moving()
    motion.keep_alive(AT + 1.0)
    motion.advance(AT + 2.0)
    assert phase_of(motion) is PlainPhase.MOVING
    motion.advance(AT + 2.0 + LITTLE)
    assert phase_of(motion) is PlainPhase.STOPPING
    motion.settle(GOOD)
    assert "fell silent" in ended(motion)[1]


def waited(motion: PlainMotion, seconds: float) -> PlainPhase:
    """The phase after a time in which the program was alive."""
    motion.keep_alive(AT + seconds)
    motion.advance(AT + seconds)
    return motion.phase


def test_the_order_goes_out_within_five_seconds() -> None:
    motion = motion_of()
    motion.release(AT)
    assert waited(motion, 5.0) is PlainPhase.ORDERING
    assert waited(motion, 5.0 + LITTLE) is PlainPhase.ENDED
    assert ended(motion) == (OutcomeKind.REFUSED, "The controller of block 1 does not take the command.")


def test_motion_begins_within_five_seconds_where_that_is_told() -> None:
    motion, silent = ordered(), ordered(replace(TELLS_AISLE, tells_motion=False))
    assert waited(motion, 5.0) is PlainPhase.STARTING
    assert waited(motion, 5.0 + LITTLE) is PlainPhase.STOPPING
    motion.settle(GOOD)
    assert "did not begin to move" in ended(motion)[1]
    late = released()
    late.frame_sent(AT + 3.0, Frame.ORDER)
    assert waited(late, 8.0) is PlainPhase.STARTING, "it counts from the order"
    assert waited(silent, 40.0) is PlainPhase.STARTING
    assert waited(silent, 40.0 + LITTLE) is PlainPhase.STOPPING


def test_a_motion_takes_no_longer_than_expected() -> None:
    motion = moving()
    assert waited(motion, 40.0) is PlainPhase.MOVING
    assert waited(motion, 40.0 + LITTLE) is PlainPhase.STOPPING
    motion.settle(GOOD)
    assert "took too long" in ended(motion)[1]


@pytest.mark.parametrize(
    ("capabilities", "words"),
    [(TELLS_AISLE, "use the red button there"), (NO_STOP, "Stopped. It cannot be stopped from here")],
)
def test_standstill_is_seen_within_three_seconds_or_the_end_is_unknown(capabilities: Capabilities, words: str) -> None:
    motion = moving(capabilities)
    motion.fail(AT, REASON)
    motion.advance(AT + 3.0)
    assert motion.outcome is None
    motion.advance(AT + 3.0 + LITTLE)
    assert ended(motion)[0] is OutcomeKind.UNKNOWN
    assert words in ended(motion)[1]
    assert not motion.wants_stop
