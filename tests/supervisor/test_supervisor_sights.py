"""A supervisor fed by hand: what it makes of what it sees, and of what it sees no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from commissioned import Licensed
from fed_supervisor import AT, BLOCK, Fed, moving, proved, selecting
from statuses import identity_of, opening
from supervised_room import refusal

from archroom.core.commissioning import Licence
from archroom.core.licensing import Licensing
from archroom.core.shelving import Action, ControllerState, EndReason, OutcomeKind, Wanted
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.rules import reference_capabilities
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.errors import MotionRefused, say

STOP = Wish(Frame.STOP, Lane.STOP, AT)
REASON = say("Stopped by {name}.", name="Bo")


def test_a_block_that_is_believed_is_told_once() -> None:
    fed = Fed()
    fed.supervisor.identity_read(AT, fed.identity)
    fed.read(AT)
    assert fed.kinds() == []
    fed.read(AT + 0.25)
    assert fed.kinds() == [NoticeKind.PROVED]
    fed.read(AT + 0.5)
    assert fed.kinds() == []


@pytest.mark.parametrize(("state", "is_stopped"), [(ControllerState.IDLE, False), (ControllerState.MOVING, True)])
def test_what_cannot_be_is_told_ends_all_leave_and_is_stopped_if_it_moves(state: ControllerState, is_stopped: bool) -> None:
    fed = proved()
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    fed.read(AT + 0.25, last_seq=9, state=state)
    told = [NoticeKind.DISTRUSTED, *([NoticeKind.STOP_ASKED] if is_stopped else []), NoticeKind.DISARMED]
    assert sorted(kind.value for kind in fed.kinds()) == sorted(kind.value for kind in told)
    assert fed.frames(AT + 0.25) == ([Frame.STOP] if is_stopped else [])
    assert "was used or has ended" in refusal(lambda: fed.supervisor.go(AT + 0.25, ticket.id, (0,), "Ana"))


def test_a_lost_port_is_told_once_and_its_motion_is_unknown() -> None:
    fed, ticket = moving()
    fed.kinds()
    gone = say("The port is gone.")
    fed.supervisor.port_lost(AT + 0.25, gone)
    fed.supervisor.port_lost(AT + 0.25, gone)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert (outcome.kind, outcome.reason) == (OutcomeKind.UNKNOWN, gone)
    assert fed.kinds() == [NoticeKind.LOST, NoticeKind.STOP_ASKED, NoticeKind.ENDED, NoticeKind.DISARMED]
    assert not fed.supervisor.is_answering


def test_silence_loses_a_unit_and_asks_it_soon_again() -> None:
    fed = proved()
    question = Wish(Frame.STATUS, Lane.POLL, AT)
    for _ in range(3):
        fed.supervisor.frame_failed(AT + 0.25, question)
    assert fed.kinds() == [NoticeKind.LOST, NoticeKind.DISARMED]
    assert fed.poll(AT + 0.25) == (Frame.IDENTITY, Lane.PROBE, AT + 0.25 + 0.5)
    assert not fed.supervisor.is_unread
    assert Fed().supervisor.is_unread


def test_the_next_motion_goes_on_in_the_numbers_of_one_that_was_taken() -> None:
    fed, ticket = moving()
    assert fed.supervisor.outcome(ticket.id) is None
    fed.read(AT + 0.375, state=ControllerState.IDLE, end_reason=EndReason.STOP)
    fed.supervisor.arm(AT + 0.375, "Ana", 60.0)
    again = fed.supervisor.select(AT + 0.375, opening(3), "Ana")
    intent = fed.supervisor.go(AT + 0.375, again.id, (0,), "Ana")
    assert (intent.select.epoch, intent.select.seq) == (4, 3)


def test_what_a_controller_of_the_map_can_do_is_what_it_says_and_what_the_map_has() -> None:
    unread, fed = Fed(), proved()
    assert (unread.supervisor.can.orders, unread.supervisor.controller) == (frozenset(), None)
    able = {kind.value for kind in fed.supervisor.can.orders}
    assert able == {action.value for action in fed.identity.capabilities}
    assert fed.supervisor.can_stop
    assert fed.supervisor.can == reference_capabilities(fed.identity.capabilities)
    assert fed.supervisor.controller is not None
    assert fed.supervisor.controller.serial == fed.identity.serial


def test_an_attended_block_needs_another_person_at_the_aisle() -> None:
    fed = proved()
    fed.supervisor.licensing = Licensed(BLOCK.number, Licence.ATTENDED)
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    with pytest.raises(MotionRefused):
        fed.supervisor.go(AT, ticket.id, (0,), "Ana")
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    assert fed.supervisor.go(AT, ticket.id, (0,), "Ana", "Ben").ticket == ticket


def test_the_end_of_a_commissioning_disarms_and_stops_what_moves_for_its_own_key_alone() -> None:
    reason = say("The commissioning has ended.")
    for is_moving in (False, True):
        fed, _ = moving() if is_moving else (proved(), None)
        fed.supervisor.licensing.begin(AT, "Ana", "Ben", "key")
        fed.kinds()
        fed.supervisor.end_commissioning(AT + 0.25, "another", reason)
        assert fed.kinds() == []
        fed.supervisor.end_commissioning(AT + 0.25, "key", reason)
        assert (NoticeKind.STOP_ASKED in fed.kinds()) is is_moving
        assert fed.supervisor.gate.arming(AT + 0.25).reason == reason
        assert not fed.supervisor.licensing.is_commissioned_now(AT + 0.25)


@pytest.mark.parametrize("state", [ControllerState.IDLE, ControllerState.FAULTED])
def test_a_block_that_is_not_believed_is_at_rest_once_two_statuses_show_it_in_the_same_places(
    state: ControllerState,
) -> None:
    fed = proved()
    fed.supervisor.stop(AT, REASON)
    fed.supervisor.frame_sent(AT, STOP)
    elsewhere = (fed.status.positions_mm[0] - 300, *fed.status.positions_mm[1:])
    fed.read(AT + 0.25, state=state, positions_mm=elsewhere, boot_id=8)
    assert not fed.supervisor.stop_report().is_standstill_seen
    fed.read(AT + 0.5, boot_id=9)
    assert fed.supervisor.stop_report().is_standstill_seen


def test_a_first_status_that_cannot_be_shows_no_standstill() -> None:
    fed = Fed()
    fed.supervisor.identity_read(AT, fed.identity)
    fed.supervisor.stop(AT, REASON)
    fed.supervisor.frame_sent(AT, STOP)
    fed.read(AT + 0.25, positions_mm=tuple(reversed(fed.status.positions_mm)))
    assert not fed.supervisor.stop_report().is_standstill_seen


def test_a_command_that_shows_only_after_it_was_given_up_is_another_programs() -> None:
    fed, ticket = selecting()
    fed.supervisor.withdraw(AT, ticket.id, REASON)
    fed.supervisor.frame_sent(AT, STOP)
    fed.read(AT + 0.125)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert outcome.kind is OutcomeKind.REFUSED
    fed.kinds()
    fed.read(AT + 0.25, epoch=4, last_seq=1, last_result=1, state=ControllerState.SELECTED)
    assert NoticeKind.DISTRUSTED in fed.kinds()


@pytest.mark.parametrize(
    ("licence", "is_needed"), [(Licence.FULL, False), (Licence.ATTENDED, True), (Licence.MONITOR, True)]
)
def test_a_second_person_is_needed_wherever_the_licence_is_not_full(licence: Licence, is_needed: bool) -> None:
    fed = proved()
    fed.supervisor.licensing = Licensed(BLOCK.number, licence)
    assert fed.supervisor.view(AT).needs_attendance is is_needed


def test_a_block_is_asked_no_more_often_than_its_program_runs() -> None:
    fed = proved(replace(identity_of(BLOCK), scan_ms=250))
    fed.read(AT + 0.25)
    assert fed.poll(AT + 0.25)[2] == AT + 0.5


def test_a_unit_that_takes_a_write_before_it_is_known_is_there_and_is_asked_soon_who_it_is() -> None:
    fed = Fed()
    fed.supervisor.frame_echoed(AT, STOP)
    assert fed.supervisor.is_answering
    fed.supervisor.frame_failed(AT, Wish(Frame.IDENTITY, Lane.PROBE, AT))
    assert fed.poll(AT) == (Frame.IDENTITY, Lane.POLL, AT + 0.1)


def test_leave_that_was_given_in_a_commissioning_ends_with_it() -> None:
    fed = proved()
    fed.supervisor.licensing.begin(AT, "Ana", "Ben", "key")
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    fed.supervisor.end_commissioning(AT, "key", REASON)
    fed.supervisor.arm(AT, "Ana", 60.0)
    assert "was used or has ended" in refusal(lambda: fed.supervisor.go(AT, ticket.id, (0,), "Ana"))


def test_a_lock_that_was_asked_for_in_a_commissioning_ends_with_it() -> None:
    fed = proved()
    fed.supervisor.licensing.begin(AT, "Ana", "Ben", "key")
    ticket = fed.supervisor.select(AT, Wanted(Action.LOCK, 3), "Ana")
    fed.supervisor.go(AT, ticket.id, (), "Ana")
    fed.supervisor.end_commissioning(AT, "key", REASON)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, REASON)


@pytest.mark.parametrize("is_commissioning", [True, False])
def test_a_second_person_is_asked_for_unless_the_commissioning_has_named_one(is_commissioning: bool) -> None:
    fed = proved()
    fed.supervisor.licensing = Licensing(BLOCK.number) if is_commissioning else Licensed(BLOCK.number, Licence.ATTENDED)
    if is_commissioning:
        fed.supervisor.licensing.begin(AT, "Ana", "Ben", "key")
    assert fed.supervisor.select(AT, opening(3), "Ana").needs_attendant is not is_commissioning
