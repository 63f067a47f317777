"""Attended motion: what a plain controller tells is believed; what it does not tell is asked of people or said unknown."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from plain_rig import SIDES_AND_STOP, PlainRig
from supervised_room import block_of, refusal

from archroom.core.commissioning import Licence
from archroom.core.controllers import Fault, Mode
from archroom.core.plain.facts import Alarm, Capabilities, PositionSense
from archroom.core.plain.rules import START_S
from archroom.core.shelving import Action, AisleState, OutcomeKind, Trust, Wanted
from archroom.core.supervisor.wishes import Frame
from archroom.errors import MotionRefused, NotArmed, say

NO_STOP = replace(SIDES_AND_STOP, can_stop=False)
NO_POSITIONS = replace(SIDES_AND_STOP, position_sense=PositionSense.NOTHING)
TELLS_AISLE = replace(SIDES_AND_STOP, position_sense=PositionSense.AISLE, tells_occupied=True)
STOPS_ALONE = replace(SIDES_AND_STOP, stops_when_host_is_silent=True)
BLIND = replace(SIDES_AND_STOP, position_sense=PositionSense.NOTHING, tells_motion=False)


def proved(rig: PlainRig) -> PlainRig:
    """The rig once its controller is believed."""
    rig.prove()
    return rig


@pytest.mark.parametrize("capabilities", [SIDES_AND_STOP, NO_STOP, TELLS_AISLE])
def test_an_aisle_opens_and_is_seen_to_be_open(capabilities: Capabilities) -> None:
    rig = proved(PlainRig(capabilities))
    ticket = rig.start(3)
    assert (ticket.narrows, ticket.moving_carriages) == ((0,), (1, 2, 3))
    outcome = rig.end_of(ticket)
    assert outcome.kind is OutcomeKind.DONE
    assert rig.frames(Frame.ORDER) == 1
    assert dict(rig.supervisor.view(rig.now).aisles)[3] is AisleState.OPEN
    assert dict(rig.supervisor.view(rig.now).aisles)[0] is AisleState.CLOSED


def test_where_no_positions_are_told_the_person_names_the_open_aisle_and_the_end_is_unknown() -> None:
    rig = proved(PlainRig(NO_POSITIONS))
    assert set(dict(rig.supervisor.view(rig.now).aisles).values()) == {AisleState.UNKNOWN}
    ticket = rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana")
    assert ticket.narrows == ()
    assert "look, and confirm" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (), "Ana", "Ben"))
    ticket = rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana")
    assert "look, and confirm" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (3,), "Ana", "Ben"))
    outcome = rig.end_of(rig.start(3, clear=0))
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "Look there" in outcome.reason.english()


def test_a_controller_that_tells_nothing_ends_unknown_in_time() -> None:
    rig = proved(PlainRig(BLIND))
    ticket = rig.start(3, clear=0)
    outcome = rig.end_of(ticket)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert rig.now < ticket.expected_s + 20.0


def test_a_block_that_is_not_commissioned_is_watched_only() -> None:
    rig = proved(PlainRig(licence=Licence.MONITOR))
    assert "may only be watched" in refusal(lambda: rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana"))
    view = rig.supervisor.view(rig.now)
    assert (view.is_movable, view.trust) == (False, Trust.GOOD)
    rig.run(5.0)
    assert rig.frames(Frame.ORDER) == rig.frames(Frame.STOP) == 0


@pytest.mark.parametrize("attendant", ["", "  ", "Ana", "ANA"])
def test_attended_motion_needs_another_person(attendant: str) -> None:
    rig = proved(PlainRig())
    ticket = rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana")
    with pytest.raises(MotionRefused, match=r"second person|another one"):
        rig.supervisor.go(rig.now, ticket.id, (0,), "Ana", attendant)
    rig.run(1.0)
    assert rig.frames(Frame.ORDER) == 0


def test_only_a_full_licence_and_a_controller_that_stops_alone_need_nobody() -> None:
    rig = proved(PlainRig(STOPS_ALONE, Licence.FULL))
    assert not rig.supervisor.view(rig.now).needs_attendance
    assert rig.end_of(rig.start(3, attendant="")).kind is OutcomeKind.DONE
    for capabilities, licence in ((STOPS_ALONE, Licence.ATTENDED), (SIDES_AND_STOP, Licence.FULL)):
        other = proved(PlainRig(capabilities, licence))
        ticket = other.supervisor.select(other.now, Wanted(Action.OPEN, 3), "Ana")
        with pytest.raises(MotionRefused, match="second person"):
            other.supervisor.go(other.now, ticket.id, (0,), "Ana")


def test_a_lost_answer_to_the_order_is_never_asked_again() -> None:
    rig = proved(PlainRig(lost=lambda frame: frame is Frame.ORDER))
    assert rig.end_of(rig.start(3)).kind is OutcomeKind.DONE
    assert rig.frames(Frame.ORDER) == 1


def test_an_order_that_did_not_go_out_is_refused_and_not_repeated() -> None:
    rig = proved(PlainRig(unsent=lambda frame: frame is Frame.ORDER))
    outcome = rig.end_of(rig.start(3))
    assert outcome.kind is OutcomeKind.REFUSED
    rig.run(5.0)
    assert rig.paper.orders == []


def test_an_order_that_nothing_comes_of_is_stopped_and_said() -> None:
    rig = proved(PlainRig())
    rig.paper.is_deaf = True
    begun = rig.now
    outcome = rig.end_of(rig.start(3))
    assert outcome.kind is OutcomeKind.ABORTED
    assert "did not begin to move" in outcome.reason.english()
    assert rig.now - begun < START_S + 2.0
    assert rig.paper.stops >= 1


def test_without_a_stop_nothing_claims_that_one_was_sent() -> None:
    rig = proved(PlainRig(NO_STOP))
    ticket = rig.start(3)
    assert rig.run(5.0, lambda: rig.paper.target is not None and rig.paper.status(rig.now).is_moving is True)
    rig.supervisor.stop(rig.now, say("Stopped."))
    report = rig.supervisor.stop_report()
    assert (report.is_sent, report.is_standstill_seen) == (False, False)
    assert "has no stop" in (report.reason.english() if report.reason else "")
    outcome = rig.end_of(ticket)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "cannot be stopped from here" in outcome.reason.english()
    assert rig.frames(Frame.STOP) == 0


def test_a_stop_whose_standstill_nothing_can_tell_ends_and_somebody_must_look() -> None:
    rig = PlainRig(replace(SIDES_AND_STOP, tells_motion=False))
    rig.prove()
    rig.supervisor.stop(rig.now, say("Stopped by {name}.", name="Ana"))
    rig.run(6.0)
    stops = rig.frames(Frame.STOP)
    assert stops > 10
    rig.run(6.0)
    assert rig.frames(Frame.STOP) == stops
    report = rig.supervisor.stop_report()
    assert report.is_sent
    assert not report.is_standstill_seen
    with pytest.raises(NotArmed):
        rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana")
    rig.arm()
    assert rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana")


def test_stop_is_repeated_until_standstill_is_seen() -> None:
    rig = proved(PlainRig(lost=lambda frame: frame is Frame.STOP))
    ticket = rig.start(3)
    assert rig.run(8.0, lambda: rig.supervisor.view(rig.now).plain is not None and rig.supervisor.is_busy and rig.now > 3.0)
    rig.supervisor.stop(rig.now, say("Stopped."))
    assert rig.end_of(ticket).kind is OutcomeKind.ABORTED
    assert rig.supervisor.stop_report().is_standstill_seen
    assert rig.frames(Frame.STOP) >= 1


def test_a_silent_program_ends_its_motion() -> None:
    rig = proved(PlainRig())
    ticket = rig.start(3)
    rig.lease_of = None
    outcome = rig.end_of(ticket)
    assert outcome.kind is OutcomeKind.ABORTED
    assert "fell silent" in outcome.reason.english()
    assert rig.paper.stops >= 1


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("alarm", "reports an alarm"),
        ("mode", "not in automatic"),
        ("enable", "not released"),
        ("inside", "counts 1 inside"),
    ],
)
def test_trouble_refuses_and_ends_a_motion(trouble: str, words: str) -> None:
    for is_under_way in (False, True):
        rig = proved(PlainRig())
        ticket = rig.start(3) if is_under_way else None
        rig.run(2.0)
        match trouble:
            case "alarm":
                rig.paper.alarms = (Alarm(Fault.BEAM, "8.0"),)
            case "mode":
                rig.paper.mode = Mode.LOCAL
            case "enable":
                rig.paper.is_enabled = False
            case _:
                rig.paper.people_inside = 1
        if ticket is not None:
            outcome = rig.end_of(ticket)
            assert outcome.kind is OutcomeKind.ABORTED
            assert words in outcome.reason.english()
        else:
            rig.run(1.0)
            assert words in refusal(partial(rig.supervisor.select, rig.now, Wanted(Action.OPEN, 3), "Ana"))


def test_an_occupied_aisle_that_would_change_refuses() -> None:
    rig = proved(PlainRig(TELLS_AISLE))
    rig.paper.occupied = frozenset({2})
    rig.run(1.0)
    assert "Somebody is in aisle 2" in refusal(lambda: rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana"))
    assert dict(rig.supervisor.view(rig.now).aisles)[2] is AisleState.OCCUPIED


def test_a_lease_is_renewed_before_and_during_a_motion_and_at_no_other_time() -> None:
    rig = proved(PlainRig(replace(STOPS_ALONE, lease_period_s=0.2), Licence.FULL))
    rig.run(3.0)
    assert rig.frames(Frame.HEARTBEAT) == 0
    begun = rig.now
    assert rig.end_of(rig.start(3, attendant="")).kind is OutcomeKind.DONE
    beats = rig.frames(Frame.HEARTBEAT)
    assert beats >= int((rig.now - begun) / 0.25)
    frames = [wish.frame for wish in rig.sent]
    assert frames.index(Frame.HEARTBEAT) < frames.index(Frame.ORDER)
    rig.run(3.0)
    assert rig.frames(Frame.HEARTBEAT) == beats


def test_without_an_answer_to_the_first_beat_no_order_goes_out() -> None:
    capabilities = replace(STOPS_ALONE, lease_period_s=0.2)
    rig = proved(PlainRig(capabilities, Licence.FULL, lost=lambda frame: frame is Frame.HEARTBEAT))
    outcome = rig.end_of(rig.start(3, attendant=""))
    assert outcome.kind is OutcomeKind.REFUSED
    assert rig.paper.orders == []


def test_another_aisle_than_ordered_is_not_done() -> None:
    rig = proved(PlainRig())
    rig.paper.arrives_at = 5
    outcome = rig.end_of(rig.start(3))
    assert outcome.kind is OutcomeKind.ABORTED
    assert "not where it should be" in outcome.reason.english()


def test_where_no_aisle_is_told_a_motion_that_ended_is_to_be_looked_at() -> None:
    rig = proved(PlainRig(replace(SIDES_AND_STOP, position_sense=PositionSense.AISLE)))
    rig.paper.arrives_at = -1
    outcome = rig.end_of(rig.start(3))
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "does not tell which aisle is open. Look there." in outcome.reason.english()


def test_a_frozen_status_is_no_news() -> None:
    rig = proved(PlainRig())
    rig.paper.is_frozen = True
    rig.run(3.0)
    assert rig.supervisor.view(rig.now).trust is Trust.LOST
    assert "repeats an old status" in refusal(lambda: rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana"))


def test_a_ticket_is_for_one_person_once_and_for_a_minute() -> None:
    rig = proved(PlainRig())
    ticket = rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana")
    assert "given to Ana" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (0,), "Bea", "Ben"))
    assert "used or has ended" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (0,), "Ana", "Ben"))
    ticket = rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), "Ana")
    rig.run(61.0)
    assert "run out" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (0,), "Ana", "Ben"))
    assert "Say who" in refusal(lambda: rig.supervisor.select(rig.now, Wanted(Action.OPEN, 3), " "))


def test_one_motion_at_a_time_and_another_number_of_carriages_is_not_believed() -> None:
    rig = proved(PlainRig())
    rig.start(3)
    assert "under way" in refusal(lambda: rig.supervisor.select(rig.now, Wanted(Action.OPEN, 4), "Ana"))
    other = PlainRig()
    other.paper.block = block_of(5)
    other.run(3.0)
    assert "has 5 carriages, the room has 6" in refusal(
        lambda: other.supervisor.select(other.now, Wanted(Action.OPEN, 3), "Ana")
    )
