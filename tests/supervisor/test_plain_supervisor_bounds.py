"""A supervisor of a controller of another make, fed by hand: what it asks, shows and ends, to the moment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fed_plain import AT, BLOCK, TELLS_AISLE, FedPlain, intended, moving, ordered, proved
from statuses import opening
from supervised_room import refusal

from archroom.core.commissioning import Licence
from archroom.core.controllers import Fault, Mode
from archroom.core.plain.facts import Alarm, Order, OrderKind, PositionSense
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.shelving import Action, AisleState, OutcomeKind, StopReport, Trust, Wanted
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.wishes import Frame, Lane, Pace, Wish
from archroom.errors import NotArmed, say

LITTLE = 1 / 1024
NO_STOP = replace(TELLS_AISLE, can_stop=False)
REASON = say("Stopped by {name}.", name="Bo")
QUESTION = Wish(Frame.STATUS, Lane.POLL, AT)


# -- what is asked, and when


def test_how_it_stands_is_asked_as_often_as_there_can_be_news() -> None:
    fed = FedPlain()
    assert fed.poll(AT) == (Frame.STATUS, Lane.PROBE, 0.0)
    fed.supervisor.frame_failed(AT, QUESTION)
    assert fed.poll(AT)[2] == AT + 0.5
    fed.read(AT + 0.5)
    assert fed.poll(AT + 0.5) == (Frame.STATUS, Lane.POLL, AT + 0.5 + 0.1)
    fed.read(AT + 0.75)
    assert fed.poll(AT + 0.75)[2] == AT + 0.75 + 0.2
    fed.supervisor.frame_failed(AT + 0.75, Wish(Frame.HEARTBEAT, Lane.HEARTBEAT, AT))
    assert fed.poll(AT + 0.75)[2] == AT + 0.75 + 0.2


def test_what_an_order_or_a_stop_did_is_asked_soon_and_urgently() -> None:
    fed, ticket = intended()
    assert fed.poll(AT)[1] is Lane.POLL
    fed.supervisor.release(AT, ticket.id)
    assert fed.poll(AT)[1] is Lane.POLL
    fed.send(AT, Frame.ORDER)
    assert fed.poll(AT)[1] is Lane.COMMAND
    slow, ticket = intended()
    slow.supervisor.set_pace(Pace(busy_poll_s=5.0, stale_s=9.0, lost_s=9.0))
    slow.read(AT)
    slow.supervisor.release(AT, ticket.id)
    assert slow.poll(AT)[2] == AT + 5.0
    slow.send(AT, Frame.ORDER)
    assert slow.poll(AT)[2] == AT + 0.2
    assert moving()[0].poll(AT + 0.125)[1] is Lane.POLL
    stopped = proved()
    stopped.supervisor.stop(AT, REASON)
    assert stopped.poll(AT)[1] is Lane.COMMAND


def test_a_stop_waits_for_the_status_after_the_one_before_and_for_nothing_when_somebody_presses_again() -> None:
    fed = proved()
    fed.supervisor.stop(AT, REASON)
    assert fed.frames(AT) == [Frame.STOP]
    fed.send(AT, Frame.STOP)
    assert fed.frames(AT + 0.125) == []
    fed.supervisor.stop(AT + 0.125, REASON)
    assert fed.frames(AT + 0.125) == [Frame.STOP]
    fed.send(AT + 0.125, Frame.STOP)
    assert fed.frames(AT + 0.25) == []
    fed.supervisor.frame_sent(AT + 0.25, QUESTION)
    assert fed.frames(AT + 0.25) == [Frame.STOP]


def test_a_unit_that_took_a_stop_and_fell_silent_is_asked_soon_again() -> None:
    fed = FedPlain()
    for _ in range(2):
        fed.supervisor.frame_failed(AT, QUESTION)
    fed.supervisor.frame_echoed(AT, Wish(Frame.STOP, Lane.STOP, AT))
    fed.supervisor.frame_failed(AT, QUESTION)
    assert fed.poll(AT)[2] == AT + 0.5


def test_a_block_without_a_commissioning_is_watched_only() -> None:
    fed = proved(licence=Licence.FULL)
    fed.supervisor.licensing = PlainSupervisor(BLOCK, TELLS_AISLE, lambda: "t1").licensing
    assert "may only be watched" in refusal(lambda: fed.supervisor.select(AT, opening(3), "Ana"))


def test_a_stop_that_fails_is_wished_again_after_its_pause() -> None:
    fed = proved()
    fed.supervisor.stop(AT, REASON)
    wish = fed.supervisor.wishes(AT)[1]
    fed.supervisor.frame_sent(AT, wish)
    fed.supervisor.frame_failed(AT + 0.25, wish)
    fed.supervisor.frame_sent(AT + 0.25, QUESTION)
    assert fed.supervisor.wishes(AT + 0.25)[1].due_s == AT + 0.25 + 0.05


# -- what is shown


def test_who_is_busy_and_who_is_no_stranger() -> None:
    assert not FedPlain().supervisor.is_busy
    assert not proved().supervisor.is_busy
    assert not proved().supervisor.is_stranger
    assert intended()[0].supervisor.is_busy
    stopped = proved()
    stopped.supervisor.stop(AT, REASON)
    assert stopped.supervisor.is_busy
    by_hand = proved()
    by_hand.read(AT + 0.25, is_moving=True)
    assert by_hand.supervisor.is_busy
    by_hand.read(AT + 0.375, is_moving=None)
    assert not by_hand.supervisor.is_busy
    by_hand.read(AT + 0.5, is_moving=True)
    by_hand.supervisor.port_lost(AT + 0.5, say("The port is gone."))
    assert not by_hand.supervisor.is_busy
    assert (proved().supervisor.can_stop, proved(NO_STOP).supervisor.can_stop) == (True, False)


def test_what_a_view_shows() -> None:
    fed, ticket = moving()
    view = fed.supervisor.view(AT + 0.25)
    assert (view.block, view.trust, view.age_s, view.plain, view.identity, view.status) == (
        1, Trust.GOOD, 0.125, fed.status, None, None,
    )  # fmt: skip
    assert (view.motion, view.motion_by, view.is_movable, view.capabilities) == (ticket.id, "Ana", False, TELLS_AISLE)
    states = dict(view.aisles)
    assert (states[3], states[0], states[1]) == (AisleState.OPENING, AisleState.CLOSING, AisleState.UNKNOWN)
    idle = proved().supervisor.view(AT)
    assert (idle.motion, idle.motion_by, idle.is_movable, idle.why_not) == (None, None, True, None)
    assert [state for _, state in idle.aisles] == [AisleState.OPEN, *[AisleState.CLOSED] * 6]
    stale = proved().supervisor.view(AT + 0.5)
    assert (stale.trust, stale.is_movable) == (Trust.STALE, False)
    assert {state for _, state in stale.aisles} == {AisleState.UNKNOWN}


def test_an_aisle_in_one_word() -> None:
    fed = proved()
    fed.read(AT + 0.125, occupied_aisles=frozenset({0, 2}))
    states = dict(fed.supervisor.view(AT + 0.125).aisles)
    assert (states[0], states[1], states[2]) == (AisleState.OCCUPIED, AisleState.CLOSED, AisleState.OCCUPIED)
    fed.read(AT + 0.25, occupied_aisles=None, open_aisle=None)
    assert {state for _, state in fed.supervisor.view(AT + 0.25).aisles} == {AisleState.UNKNOWN}
    fed.read(AT + 0.375, open_aisle=2, is_moving=True)
    assert {state for _, state in fed.supervisor.view(AT + 0.375).aisles} == {AisleState.UNKNOWN}
    starting = ordered()[0].supervisor.view(AT)
    assert (dict(starting.aisles)[0], dict(starting.aisles)[3]) == (AisleState.OPEN, AisleState.CLOSED)


def test_a_slow_line_excuses_an_old_status_of_what_rests_and_of_nothing_else() -> None:
    slow = Pace(stale_s=0.5, lost_s=9.0, idle_slack_s=4.0)
    resting, busy = proved(), intended()[0]
    for fed in (resting, busy):
        fed.supervisor.set_pace(slow)
    assert resting.supervisor.view(AT + 2.0).trust is Trust.GOOD
    assert busy.supervisor.view(AT + 0.5 + LITTLE).trust is Trust.STALE


# -- acts


def test_what_must_be_so_before_a_ticket_is_given() -> None:
    unread = FedPlain()
    assert refusal(lambda: unread.supervisor.select(AT, opening(3), "Ana")) == "Block 1 was not read yet."
    fed = proved()
    assert refusal(lambda: fed.supervisor.select(AT, opening(3), "  ")) == "Say who moves the shelving."
    assert "cannot" in refusal(lambda: fed.supervisor.select(AT, Wanted(Action.CLOSE, 3), "Ana"))
    fed.supervisor.stop(AT, REASON)
    assert "stop of block 1 is not confirmed" in refusal(lambda: fed.supervisor.select(AT, opening(3), "Ana"))
    assert "stop of block 1 is not confirmed" in refusal(lambda: fed.supervisor.arm(AT, "Ana", 60.0))
    ticket = proved().supervisor.select(AT, opening(3), "Ana")
    assert (ticket.id, ticket.block, ticket.wanted, ticket.narrows, ticket.moving_carriages, ticket.expected_s) == (
        "t1", 1, opening(3), (0,), (1, 2, 3), 10.0 + 3 * 775 / 30,
    )  # fmt: skip


def test_another_ticket_or_a_stop_ends_the_first_and_it_lives_a_minute() -> None:
    fed = proved()
    first = fed.supervisor.select(AT, opening(3), "Ana")
    fed.supervisor.select(AT, opening(4), "Ana")
    assert "was used or has ended" in refusal(lambda: fed.supervisor.go(AT, first.id, (0,), "Ana", "Ben"))
    for after_s, is_alive in ((60.0, True), (60.0 + LITTLE, False)):
        other = proved()
        other.supervisor.set_pace(Pace(stale_s=99.0, lost_s=99.0))
        ticket = other.supervisor.select(AT, opening(3), "Ana")
        if is_alive:
            assert other.supervisor.go(AT + after_s, ticket.id, (0,), "Ana", "Ben").age_s == after_s
        else:
            assert "run out" in refusal(lambda: other.supervisor.go(AT + 60.0 + LITTLE, ticket.id, (0,), "Ana", "Ben"))  # noqa: B023
    stopped = proved()
    ticket = stopped.supervisor.select(AT, opening(3), "Ana")
    stopped.supervisor.stop(AT, REASON)
    assert "was used or has ended" in refusal(lambda: stopped.supervisor.go(AT, ticket.id, (0,), "Ana", "Ben"))


def test_an_intent_says_what_it_rests_on_and_nothing_goes_out_before_it_is_written_down() -> None:
    fed = proved()
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    intent = fed.supervisor.go(AT + 0.125, ticket.id, (0,), "Ana", "Ben")
    assert (intent.ticket, intent.by, intent.attendant, intent.confirmed_clear, intent.order, intent.status) == (
        ticket, "Ana", "Ben", (0,), Order(OrderKind.OPEN, aisle=3), fed.status,
    )  # fmt: skip
    assert intent.age_s == 0.125
    assert fed.frames(AT + 0.125) == []
    fed.supervisor.release(AT + 0.125, "another")
    assert fed.frames(AT + 0.125) == []
    fed.supervisor.release(AT + 0.125, ticket.id)
    assert fed.frames(AT + 0.125) == [Frame.ORDER]
    fed.send(AT + 0.125, Frame.ORDER)
    fed.supervisor.release(AT + 0.125, ticket.id)
    assert fed.frames(AT + 0.125) == []


def test_what_changed_before_the_order_refuses_it() -> None:
    fed = proved()
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    fed.read(AT + 0.125, open_aisle=1)
    assert "have moved since" in refusal(lambda: fed.supervisor.go(AT + 0.125, ticket.id, (0,), "Ana", "Ben"))
    for trouble in ({"mode": Mode.LOCAL}, {"people_inside": 1}):
        late, ticket = intended()
        late.show(AT + 0.125, trouble)
        late.supervisor.release(AT + 0.125, ticket.id)
        outcome = late.supervisor.outcome(ticket.id)
        assert outcome is not None
        assert outcome.kind is OutcomeKind.REFUSED
        assert late.frames(AT + 0.125) == []


def test_an_arming_that_is_over_gives_no_leave_and_lets_none_be_used() -> None:
    for is_over in (False, True):
        fed = proved()
        fed.supervisor.set_pace(Pace(stale_s=99.0, lost_s=99.0))
        fed.supervisor.arm(AT, "Ana", 8.0)
        ticket = fed.supervisor.select(AT + 7.0, opening(3), "Ana")
        now = AT + 8.0 if is_over else AT + 8.0 - LITTLE
        if not is_over:
            fed.supervisor.select(now, opening(4), "Ana")
            continue
        with pytest.raises(NotArmed):
            fed.supervisor.go(now, ticket.id, (0,), "Ana", "Ben")
        other = proved()
        other.supervisor.set_pace(Pace(stale_s=99.0, lost_s=99.0))
        other.supervisor.arm(AT, "Ana", 8.0)
        with pytest.raises(NotArmed):
            other.supervisor.select(now, opening(3), "Ana")


def test_an_intent_whose_program_fell_silent_meanwhile_is_refused() -> None:
    fed, ticket = intended()
    fed.supervisor.set_pace(Pace(stale_s=99.0, lost_s=99.0))
    fed.supervisor.release(AT + 1.0 + LITTLE, ticket.id)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert outcome.kind is OutcomeKind.REFUSED
    assert fed.frames(AT + 1.0 + LITTLE) == []


def test_a_stop_ends_what_is_under_way_and_asks_for_one_stop() -> None:
    fed, ticket = moving()
    fed.kinds()
    fed.supervisor.stop(AT + 0.125, REASON)
    assert fed.kinds() == [NoticeKind.STOP_ASKED]
    fed.send(AT + 0.125, Frame.STOP)
    fed.read(AT + 0.25)
    assert fed.supervisor.outcome(ticket.id) is None
    fed.read(AT + 0.5, is_moving=False, open_aisle=None)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert (outcome.kind, outcome.reason) == (OutcomeKind.ABORTED, REASON)
    assert fed.kinds() == [NoticeKind.STANDSTILL, NoticeKind.ENDED, NoticeKind.DISARMED]
    assert fed.supervisor.stop_report() == StopReport(1, True, True, "server", None)


def test_without_a_stop_none_is_asked_for() -> None:
    fed = proved(NO_STOP)
    fed.supervisor.stop(AT, REASON)
    assert (fed.frames(AT), fed.kinds(), fed.supervisor.is_busy) == ([], [], False)
    report = fed.supervisor.stop_report()
    assert (report.is_sent, report.is_standstill_seen, report.path) == (False, False, "server")
    assert report.reason is not None
    assert "has no stop" in report.reason.english()


@pytest.mark.parametrize(
    ("capabilities", "licence", "is_needed"),
    [
        (TELLS_AISLE, Licence.FULL, True),
        (TELLS_AISLE, Licence.ATTENDED, True),
        (replace(TELLS_AISLE, stops_when_host_is_silent=True), Licence.ATTENDED, True),
        (replace(TELLS_AISLE, stops_when_host_is_silent=True), Licence.FULL, False),
        (replace(NO_STOP, stops_when_host_is_silent=True), Licence.FULL, True),
    ],
)
def test_who_needs_a_second_person(capabilities: object, licence: Licence, is_needed: bool) -> None:
    fed = FedPlain(capabilities, licence)  # type: ignore[arg-type]
    assert fed.supervisor.view(AT).needs_attendance is is_needed


# -- what is seen


def test_a_controller_that_is_believed_is_told_once() -> None:
    fed = FedPlain()
    fed.read(AT)
    assert fed.kinds() == []
    fed.read(AT + 0.25)
    assert fed.kinds() == [NoticeKind.PROVED]
    fed.read(AT + 0.5)
    assert fed.kinds() == []


@pytest.mark.parametrize(
    ("is_moving", "can_stop", "is_stopped"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_what_cannot_be_ends_all_leave_and_is_stopped_if_it_moves(is_moving: bool, can_stop: bool, is_stopped: bool) -> None:
    fed = proved(TELLS_AISLE if can_stop else NO_STOP)
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    fed.read(AT + 0.125, carriages=5, is_moving=is_moving)
    assert (NoticeKind.STOP_ASKED in fed.kinds()) is is_stopped
    assert fed.frames(AT + 0.125) == ([Frame.STOP] if is_stopped else [])
    assert "was used or has ended" in refusal(lambda: fed.supervisor.go(AT + 0.125, ticket.id, (0,), "Ana", "Ben"))


def test_a_status_without_news_judges_nothing() -> None:
    fed, ticket = moving()
    fed.supervisor.status_read(AT + 0.25, replace(fed.status, open_aisle=3, is_moving=False), AT + 0.25)
    assert fed.supervisor.outcome(ticket.id) is None


def test_a_stale_status_ends_what_moves_unless_a_poll_just_failed() -> None:
    for failures, is_ended in ((0, True), (1, False), (2, True)):
        fed, ticket = moving()
        fed.supervisor.set_pace(Pace(lost_s=9.0))
        for _ in range(failures):
            fed.supervisor.frame_failed(AT + 0.25, QUESTION)
        fed.supervisor.keep_alive(AT + 0.75, ticket.id)
        assert (Frame.STOP in fed.frames(AT + 0.75)) is is_ended


def test_a_slow_line_excuses_no_silence_within_a_motion() -> None:
    for fed, is_lost in ((proved(), False), (intended()[0], True)):
        fed.supervisor.set_pace(Pace(stale_s=9.0, lost_s=0.5, idle_slack_s=4.0))
        fed.supervisor.wishes(AT + 0.75)
        assert (NoticeKind.LOST in fed.kinds()) is is_lost


def test_silence_loses_a_unit_and_asks_it_soon_again() -> None:
    fed, ticket = moving()
    fed.kinds()
    for _ in range(3):
        fed.supervisor.frame_failed(AT + 0.25, QUESTION)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert fed.kinds() == [NoticeKind.LOST, NoticeKind.STOP_ASKED, NoticeKind.ENDED, NoticeKind.DISARMED]
    assert fed.poll(AT + 0.25) == (Frame.STATUS, Lane.PROBE, AT + 0.25 + 0.5)


@pytest.mark.parametrize(("is_sent", "is_refused"), [(True, False), (False, True)])
def test_only_an_order_that_certainly_did_not_go_out_is_refused(is_sent: bool, is_refused: bool) -> None:
    fed, ticket = ordered()
    fed.supervisor.frame_failed(AT, Wish(Frame.ORDER, Lane.COMMAND, AT), is_sent)
    outcome = fed.supervisor.outcome(ticket.id)
    assert (outcome is not None) is is_refused
    assert outcome is None or outcome.kind is OutcomeKind.REFUSED


@pytest.mark.parametrize("is_answered", [True, False])
def test_the_first_sign_of_motion_is_waited_for_from_the_end_of_the_exchange_of_the_order(is_answered: bool) -> None:
    fed, ticket = intended()
    fed.supervisor.set_pace(Pace(stale_s=99.0, lost_s=99.0))
    fed.supervisor.release(AT, ticket.id)
    order = Wish(Frame.ORDER, Lane.COMMAND, AT)
    fed.supervisor.frame_sent(AT, order)
    fed.supervisor.keep_alive(AT + 2.0, ticket.id)
    if is_answered:
        fed.supervisor.frame_echoed(AT + 2.0, order)
    else:
        fed.supervisor.frame_failed(AT + 2.0, order)
    fed.supervisor.keep_alive(AT + 7.0, ticket.id)
    assert fed.frames(AT + 7.0) == []
    assert fed.frames(AT + 7.0 + LITTLE) == [Frame.STOP]


def test_an_alarm_disarms() -> None:
    fed = proved()
    fed.read(AT + 0.125, alarms=(Alarm(Fault.EDGE, "8.2"),))
    assert fed.kinds() == [NoticeKind.DISARMED]
    assert "reports an alarm" in refusal(lambda: fed.supervisor.arm(AT + 0.125, "Ana", 60.0))


def test_where_no_aisle_is_told_none_is_shown() -> None:
    fed = proved(replace(TELLS_AISLE, position_sense=PositionSense.NOTHING))
    assert {state for _, state in fed.supervisor.view(AT).aisles} == {AisleState.UNKNOWN}
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    assert ticket.narrows == ()
