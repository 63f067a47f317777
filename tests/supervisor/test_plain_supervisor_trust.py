"""What a supervisor of another make rests on: a status that is new enough, standstill that was seen, a known controller."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fed_plain import AT, BLOCK, TELLS_AISLE, FedPlain, intended, moving, ordered, proved
from statuses import opening
from supervised_room import refusal

from archroom.core.commissioning import Controller, Licence
from archroom.core.licensing import Licensing, Permission
from archroom.core.plain.rules import plain_permission
from archroom.core.shelving import OutcomeKind
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.wishes import Frame, Lane, Pace, Wish
from archroom.errors import say

LITTLE = 1 / 1024
REASON = say("Stopped by {name}.", name="Bo")
SLOW = Pace(stale_s=0.5, lost_s=9.0, idle_slack_s=4.0)
"""On a line that leaves what rests unread for seconds."""


def ended(fed: FedPlain, now: float, frame: Frame, is_answered: bool) -> None:
    """Let the exchange of a frame end."""
    wish = Wish(frame, Lane.COMMAND, AT)
    if is_answered:
        fed.supervisor.frame_echoed(now, wish)
    else:
        fed.supervisor.frame_failed(now, wish)


# -- a status that is new enough


def test_a_slow_line_excuses_an_old_status_when_leave_is_asked_for_and_not_when_an_order_is_about_to_go_out() -> None:
    resting = proved()
    resting.supervisor.set_pace(SLOW)
    assert resting.supervisor.select(AT + 2.0, opening(3), "Ana").wanted == opening(3)
    late, ticket = intended()
    late.supervisor.set_pace(SLOW)
    late.supervisor.release(AT + 0.5 + LITTLE, ticket.id)
    outcome = late.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert (outcome.kind, outcome.reason.english()) == (
        OutcomeKind.REFUSED, "The last status of block 1 is too old to act on.",
    )  # fmt: skip


def test_what_is_read_while_an_order_has_the_line_may_be_old_until_as_long_after_its_answer() -> None:
    fed, ticket = intended()
    fed.supervisor.set_pace(SLOW)
    fed.supervisor.release(AT, ticket.id)
    order = Wish(Frame.ORDER, Lane.COMMAND, AT)
    fed.supervisor.frame_sent(AT, order)
    fed.supervisor.keep_alive(AT + 2.0, ticket.id)
    fed.supervisor.frame_echoed(AT + 2.0, order)
    assert fed.frames(AT + 2.0) == []
    assert fed.frames(AT + 2.5) == []
    assert fed.frames(AT + 2.5 + LITTLE) == [Frame.STOP]


@pytest.mark.parametrize("is_answered", [True, False])
@pytest.mark.parametrize("frame", [Frame.HEARTBEAT, Frame.STOP])
def test_another_frame_that_ends_gives_an_order_no_more_time_to_show(frame: Frame, is_answered: bool) -> None:
    fed, ticket = ordered()
    fed.supervisor.set_pace(Pace(stale_s=99.0, lost_s=99.0))
    fed.supervisor.keep_alive(AT + 2.0, ticket.id)
    ended(fed, AT + 2.0, frame, is_answered)
    fed.supervisor.keep_alive(AT + 5.0, ticket.id)
    assert fed.frames(AT + 5.0) == []
    assert fed.frames(AT + 5.0 + LITTLE) == [Frame.STOP]


@pytest.mark.parametrize("is_answered", [True, False])
def test_an_order_whose_exchange_ends_after_its_motion_changes_nothing(is_answered: bool) -> None:
    fed, ticket = ordered()
    fed.supervisor.port_lost(AT, REASON)
    outcome = fed.supervisor.outcome(ticket.id)
    ended(fed, AT + 0.25, Frame.ORDER, is_answered)
    assert fed.supervisor.outcome(ticket.id) is outcome is not None


def test_an_intent_whose_controller_was_lost_meanwhile_says_so() -> None:
    fed, ticket = intended()
    fed.supervisor.release(AT + 0.75, ticket.id)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.REFUSED, "Block 1 repeats an old status.")


def test_an_intent_that_rests_on_a_status_of_this_very_moment_says_that_it_has_no_age() -> None:
    fed = proved()
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    assert fed.supervisor.go(AT, ticket.id, (0,), "Ana", "Ben").age_s == 0.0


# -- a standstill that was seen


def test_what_moves_after_a_stop_is_not_at_rest() -> None:
    fed, _ = moving()
    fed.supervisor.stop(AT + 0.125, REASON)
    fed.send(AT + 0.125, Frame.STOP)
    fed.kinds()
    fed.read(AT + 0.5)
    assert NoticeKind.STANDSTILL not in fed.kinds()
    assert not fed.supervisor.stop_report().is_standstill_seen
    fed.read(AT + 0.625, is_moving=None)
    assert not fed.supervisor.stop_report().is_standstill_seen
    fed.read(AT + 0.75, is_moving=False)
    assert fed.supervisor.stop_report().is_standstill_seen


def test_a_controller_that_is_not_declared_to_tell_motion_shows_no_standstill() -> None:
    fed = proved(replace(TELLS_AISLE, tells_motion=False))
    fed.supervisor.stop(AT, REASON)
    fed.send(AT, Frame.STOP)
    fed.read(AT + 0.5, is_moving=False)
    assert not fed.supervisor.stop_report().is_standstill_seen


# -- a known controller


def test_a_controller_of_another_make_is_known_by_its_profile_and_its_carriages_and_can_what_is_declared() -> None:
    fed = FedPlain()
    fed.supervisor.licensing = Licensing(BLOCK.number, profile="paper")
    assert fed.supervisor.controller == Controller("paper", "", 6)
    assert fed.supervisor.can == TELLS_AISLE


@pytest.mark.parametrize("is_commissioning", [True, False])
def test_a_second_person_is_asked_for_unless_the_commissioning_has_named_one(is_commissioning: bool) -> None:
    fed = proved(licence=Licence.ATTENDED)
    if is_commissioning:
        fed.supervisor.licensing = Licensing(BLOCK.number)
        fed.supervisor.licensing.begin(AT, "Ana", "Ben", "key")
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    assert ticket.needs_attendant is not is_commissioning
    if is_commissioning:
        assert fed.supervisor.go(AT, ticket.id, (0,), "Ana").attendant == "Ben"
    else:
        assert "second person" in refusal(lambda: fed.supervisor.go(AT, ticket.id, (0,), "Ana"))


# -- orders that were left standing


@pytest.mark.parametrize(("licence", "may_release"), [(Licence.MONITOR, False), (Licence.ATTENDED, True)])
def test_a_controller_is_looked_over_until_it_is_believed_and_again_once_it_was_lost(
    licence: Licence, may_release: bool
) -> None:
    fed = FedPlain(licence=licence)

    def look(now: float) -> tuple[bool, bool]:
        wish = fed.supervisor.wishes(now)[0]
        return wish.is_anew, wish.may_release

    assert look(AT) == (True, may_release)
    fed.read(AT)
    assert look(AT) == (True, may_release)
    fed.read(AT + 0.25)
    assert look(AT + 0.25) == (False, may_release)
    assert look(AT + 0.25 + Pace().stale_s + LITTLE) == (False, may_release), "old is not unknown"
    fed.supervisor.port_lost(AT + 0.5, REASON)
    assert look(AT + 0.5) == (True, may_release)


def test_what_was_put_right_at_the_controller_is_told_by_its_block() -> None:
    fed = FedPlain()
    fed.supervisor.status_read(AT, fed.status, AT, (say("One."), say("Two.")))
    notices = fed.supervisor.take_notices()
    assert [notice.kind for notice in notices] == [NoticeKind.RELEASED] * 2
    assert [notice.text.english() for notice in notices] == ["Block 1: One.", "Block 1: Two."]


# -- what there is nothing of


def test_a_stop_of_a_block_that_stands_still_is_told_once_standstill_is_seen() -> None:
    fed = proved()
    fed.supervisor.stop(AT + 1.0, REASON)
    fed.send(AT + 1.0, Frame.STOP)
    fed.kinds()
    fed.read(AT + 2.0)
    assert NoticeKind.STANDSTILL in fed.kinds()
    assert not fed.supervisor.is_busy


def test_a_beat_without_a_motion_is_nobodys() -> None:
    fed = proved()
    before = fed.supervisor.wishes(AT)
    fed.supervisor.frame_sent(AT, Wish(Frame.HEARTBEAT, Lane.HEARTBEAT, AT))
    assert fed.supervisor.wishes(AT) == before


def test_what_takes_no_orders_is_only_watched() -> None:
    permission = plain_permission(replace(TELLS_AISLE, orders=frozenset()), Permission(Licence.FULL))
    assert permission.licence is Licence.MONITOR
    assert permission.reason is not None
    assert "its profile lists no orders" in permission.reason.english()
