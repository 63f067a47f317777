"""A supervisor fed by hand: what it makes of what it sees, and of what it sees no more."""

from __future__ import annotations

import pytest
from commissioned import Licensed
from fed_supervisor import AT, BLOCK, Fed, moving, proved
from statuses import opening
from supervised_room import refusal

from archroom.core.commissioning import Licence
from archroom.core.shelving import (
    ControllerState,
    EndReason,
    OutcomeKind,
)
from archroom.core.supervisor_notices import NoticeKind
from archroom.core.supervisor_rules import reference_capabilities
from archroom.core.supervisor_wishes import Frame, Lane, Wish
from archroom.errors import MotionRefused, say

STOP = Wish(Frame.STOP, Lane.STOP, AT)


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
