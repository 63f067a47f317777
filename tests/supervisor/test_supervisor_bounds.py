"""A supervisor fed by hand: what it asks and when, what it shows, and what ends what, to the moment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fed_supervisor import AT, BLOCK, Fed, intended, moving, proved, selecting
from statuses import identity_of, opening
from supervised_room import refusal

from archroom.core.arming import Arming
from archroom.core.shelving import (
    AisleState,
    ControllerState,
    EndReason,
    Fault,
    OutcomeKind,
    Ticket,
    Trust,
)
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.supervisor import Supervisor
from archroom.core.supervisor.wishes import Frame, Lane, Pace, Wish
from archroom.errors import NotArmed, say

LITTLE = 1 / 1024
STRANGE = say("What answers there is no shelving controller.")
REASON = say("Stopped by {name}.", name="Bo")
STOP = Wish(Frame.STOP, Lane.STOP, AT)


# -- what is asked, and when


def test_who_answers_is_asked_until_it_is_known_and_then_how_it_stands() -> None:
    fed = Fed()
    assert fed.poll(AT) == (Frame.IDENTITY, Lane.PROBE, 0.0)
    question = fed.supervisor.wishes(AT)[0]
    fed.supervisor.frame_failed(AT, question)
    assert fed.poll(AT) == (Frame.IDENTITY, Lane.PROBE, AT + 0.5)
    fed.supervisor.identity_read(AT + 0.5, fed.identity)
    assert fed.poll(AT + 0.5) == (Frame.STATUS, Lane.POLL, AT + 0.5)
    fed.read(AT + 0.5)
    assert fed.poll(AT + 0.5)[2] == AT + 0.5 + 0.1
    fed.read(AT + 0.75)
    assert fed.poll(AT + 0.75)[2] == AT + 0.75 + 0.2


def test_a_failed_question_is_asked_again_in_its_time_and_a_failed_write_changes_nothing_of_that() -> None:
    fed = proved()
    assert fed.poll(AT) == (Frame.STATUS, Lane.POLL, AT + 0.2)
    fed.supervisor.frame_failed(AT + 0.125, Wish(Frame.HEARTBEAT, Lane.HEARTBEAT, AT))
    assert fed.poll(AT + 0.125)[2] == AT + 0.2
    fed.supervisor.frame_failed(AT + 0.125, Wish(Frame.STATUS, Lane.POLL, AT))
    assert fed.poll(AT + 0.125)[2] == AT + 0.125 + 0.2


def test_a_status_that_is_no_news_is_asked_for_again_as_soon_as_there_can_be() -> None:
    for scan_ms, pause_s in ((20, 0.05), (150, 0.15)):
        fed = proved(replace(identity_of(BLOCK), scan_ms=scan_ms))
        fed.supervisor.status_read(AT + 0.125, fed.status, AT + 0.125)
        assert fed.poll(AT + 0.125)[2] == AT + 0.125 + pause_s


@pytest.mark.parametrize("frame", [Frame.STOP, Frame.SELECT, Frame.OPERATE])
def test_what_a_command_did_is_asked_after_two_scans(frame: Frame) -> None:
    fed = proved()
    fed.supervisor.frame_sent(AT, Wish(frame, Lane.COMMAND, AT))
    assert fed.poll(AT)[2] == AT + 2 * 0.02
    unknown = Fed()
    for _ in range(4):
        unknown.supervisor.frame_failed(AT, unknown.supervisor.wishes(AT)[0])
    unknown.supervisor.frame_sent(AT, Wish(frame, Lane.COMMAND, AT))
    assert unknown.poll(AT)[2] == AT + 2 * 0.1


def test_a_block_is_asked_often_while_it_moves_is_stopped_or_is_commissioned() -> None:
    by_hand = proved()
    by_hand.read(AT + 0.25, state=ControllerState.MOVING)
    assert by_hand.poll(AT + 0.25)[2] == AT + 0.25 + 0.05
    stopped = proved()
    stopped.supervisor.stop(AT, REASON)
    stopped.read(AT + 0.25)
    assert stopped.poll(AT + 0.25)[2] == AT + 0.25 + 0.05
    commissioned = proved()
    commissioned.supervisor.licensing.begin(AT, "Ana", "Ben", "key")
    commissioned.read(AT + 0.25)
    assert commissioned.poll(AT + 0.25)[2] == AT + 0.25 + 0.05


def test_a_heartbeat_hastens_no_question() -> None:
    fed = proved()
    fed.supervisor.frame_sent(AT, Wish(Frame.HEARTBEAT, Lane.HEARTBEAT, AT))
    assert fed.poll(AT)[2] == AT + 0.2


def test_questions_are_urgent_while_a_command_or_a_stop_waits_for_its_effect() -> None:
    fed, ticket = intended()
    assert fed.poll(AT)[1] is Lane.POLL
    fed.supervisor.release(AT, ticket.id)
    assert fed.poll(AT)[1] is Lane.COMMAND
    assert moving()[0].poll(AT + 0.25)[1] is Lane.POLL
    stopped = proved()
    stopped.supervisor.stop(AT, REASON)
    assert stopped.poll(AT)[1] is Lane.COMMAND


def test_a_stranger_is_asked_rarely_who_it_is_and_is_sent_nothing_else() -> None:
    fed = proved()
    fed.supervisor.stop(AT, REASON)
    assert fed.frames(AT) == [Frame.STOP]
    fed.supervisor.stranger_found(AT, STRANGE)
    assert fed.frames(AT) == []
    assert fed.poll(AT) == (Frame.IDENTITY, Lane.PROBE, AT + 0.04) or fed.poll(AT)[2] == AT + 2.0
    assert fed.supervisor.is_stranger
    assert fed.supervisor.stop_report().reason == STRANGE
    other = Fed(replace(identity_of(BLOCK), block=2))
    other.supervisor.identity_read(AT, other.identity)
    assert other.poll(AT) == (Frame.IDENTITY, Lane.POLL, AT + 2.0)
    assert not other.supervisor.is_stranger


def test_a_refresh_asks_at_once() -> None:
    fed = proved()
    fed.supervisor.refresh(AT + 0.125)
    assert fed.poll(AT + 0.125)[2] == AT + 0.125
    assert fed.supervisor.fresh_since(AT - LITTLE)
    assert not fed.supervisor.fresh_since(AT)
    silent = Fed()
    for _ in range(4):
        silent.supervisor.frame_failed(AT, silent.supervisor.wishes(AT)[0])
    silent.supervisor.refresh(AT)
    silent.supervisor.frame_failed(AT, silent.supervisor.wishes(AT)[0])
    assert silent.poll(AT)[2] == AT + 0.5, "its pauses begin anew"


def test_a_unit_that_took_a_stop_and_fell_silent_is_asked_soon_again() -> None:
    fed = Fed()
    question = Wish(Frame.IDENTITY, Lane.PROBE, AT)
    for _ in range(2):
        fed.supervisor.frame_failed(AT, question)
    fed.supervisor.frame_echoed(AT, STOP)
    fed.supervisor.frame_failed(AT, question)
    assert fed.poll(AT)[2] == AT + 0.5


def test_a_block_without_a_commissioning_is_watched_only() -> None:
    fed = proved()
    fed.supervisor.licensing = Supervisor(BLOCK, lambda: "t1").licensing
    assert "may only be watched" in refusal(lambda: fed.supervisor.select(AT, opening(3), "Ana"))


def test_a_pace_is_taken_over() -> None:
    fed = proved()
    fed.supervisor.set_pace(Pace(idle_poll_s=1.0, stale_s=5.0, lost_s=9.0))
    fed.read(AT + 0.25)
    assert fed.poll(AT + 0.25)[2] == AT + 1.25
    assert fed.supervisor.view(AT + 5.0).trust is Trust.GOOD


# -- what is shown


def test_who_is_busy() -> None:
    assert not Fed().supervisor.is_busy
    assert not proved().supervisor.is_busy
    assert intended()[0].supervisor.is_busy
    stopped = proved()
    stopped.supervisor.stop(AT, REASON)
    assert stopped.supervisor.is_busy
    by_hand = proved()
    by_hand.read(AT + 0.25, state=ControllerState.MOVING)
    assert by_hand.supervisor.is_busy
    by_hand.supervisor.port_lost(AT + 0.25, say("The port is gone."))
    assert not by_hand.supervisor.is_busy


def test_what_a_view_shows() -> None:
    fed, ticket = moving()
    view = fed.supervisor.view(AT + 0.375)
    assert (view.block, view.trust, view.age_s, view.identity, view.status) == (
        1, Trust.GOOD, 0.125, fed.identity, fed.status,
    )  # fmt: skip
    assert (view.motion, view.motion_by, view.is_movable) == (ticket.id, "Ana", False)
    assert view.why_not == say("A motion is under way at block {block}.", block=1)
    idle = proved().supervisor.view(AT)
    assert (idle.motion, idle.motion_by, idle.is_movable, idle.why_not) == (None, None, True, None)
    assert idle.arming == Arming("Ana", 3600.0)
    assert dict(idle.aisles)[0] is AisleState.OPEN
    stale = proved().supervisor.view(AT + 0.5)
    assert (stale.trust, stale.is_movable) == (Trust.STALE, False)
    assert set(dict(stale.aisles).values()) == {AisleState.UNKNOWN}


def test_a_slow_line_excuses_an_old_status_until_steel_may_move() -> None:
    slow = Pace(stale_s=0.25, lost_s=9.0, idle_slack_s=4.0)
    for begin, after_s, is_excused in ((intended, 1.0, True), (selecting, 0.5, True), (moving, 0.5, False)):
        fed, ticket = begin()
        fed.supervisor.set_pace(slow)
        now = AT + 0.25 + after_s
        fed.supervisor.keep_alive(now, ticket.id)
        assert (fed.supervisor.view(now).trust is Trust.GOOD) is is_excused


# -- acts


def test_what_must_be_so_before_a_ticket_is_given() -> None:
    unread = Fed()
    assert refusal(lambda: unread.supervisor.select(AT, opening(3), "Ana")) == "Block 1 was not read yet."
    fed = proved()
    assert refusal(lambda: fed.supervisor.select(AT, opening(3), "  ")) == "Say who moves the shelving."
    fed.supervisor.stop(AT, REASON)
    assert "stop of block 1 is not confirmed" in refusal(lambda: fed.supervisor.select(AT, opening(3), "Ana"))
    assert "stop of block 1 is not confirmed" in refusal(lambda: fed.supervisor.arm(AT, "Ana", 60.0))
    faulted = proved()
    faulted.read(AT + 0.25, faults=Fault.EDGE)
    assert "a safety edge was touched" in refusal(lambda: faulted.supervisor.select(AT + 0.25, opening(3), "Ana"))
    faulted.read(AT + 0.5, faults=Fault.NONE)
    with pytest.raises(NotArmed):
        faulted.supervisor.select(AT + 0.5, opening(3), "Ana")


def test_a_ticket_says_what_it_is_for() -> None:
    ticket = proved().supervisor.select(AT, opening(3), "Ana")
    assert ticket == Ticket("t1", 1, opening(3), (0,), (1, 2, 3), 1.0 + 775 / 40 + 2 * 0.5)


def test_another_ticket_ends_the_first_and_so_does_a_refusal() -> None:
    fed = proved()
    first = fed.supervisor.select(AT, opening(3), "Ana")
    fed.supervisor.select(AT, opening(4), "Ana")
    assert "was used or has ended" in refusal(lambda: fed.supervisor.go(AT, first.id, (0,), "Ana"))
    second = fed.supervisor.select(AT, opening(3), "Ana")
    refusal(lambda: fed.supervisor.select(AT, opening(9), "Ana"))
    assert "was used or has ended" in refusal(lambda: fed.supervisor.go(AT, second.id, (0,), "Ana"))


def test_an_intent_says_what_it_rests_on() -> None:
    fed = proved()
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    intent = fed.supervisor.go(AT + 0.125, ticket.id, (0,), "Ana")
    assert (intent.ticket, intent.by, intent.confirmed_clear, intent.status, intent.age_s) == (
        ticket, "Ana", (0,), fed.status, 0.125,
    )  # fmt: skip
    assert (intent.select.epoch, intent.select.seq, intent.operate.seq) == (4, 1, 2)
    assert fed.frames(AT + 0.125) == [], "nothing goes out before it is written down"


def test_only_the_motion_that_is_named_is_let_begin_kept_alive_let_go_or_withdrawn() -> None:
    fed, ticket = intended()
    fed.supervisor.release(AT, "another")
    assert fed.frames(AT) == []
    fed.supervisor.withdraw(AT, "another", REASON)
    fed.supervisor.let_go(AT, "another")
    assert fed.supervisor.outcome(ticket.id) is None
    fed.supervisor.keep_alive(AT + 0.5, "another")
    fed.supervisor.withdraw(AT, ticket.id, REASON)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, REASON)
    assert fed.supervisor.outcome("another") is None


def test_a_motion_is_let_begin_once() -> None:
    fed, ticket = selecting()
    fed.supervisor.release(AT + 0.25, ticket.id)
    assert Frame.SELECT not in fed.frames(AT + 0.25)


def test_a_silent_program_ends_its_motion_and_one_that_speaks_does_not() -> None:
    for is_alive in (True, False):
        fed, ticket = moving()
        for step in range(1, 20):
            now = AT + 0.25 + step / 16
            if is_alive:
                fed.supervisor.keep_alive(now, ticket.id)
            positions = (fed.status.positions_mm[0] - 2, *fed.status.positions_mm[1:])
            fed.read(now, positions_mm=positions)
        assert (Frame.STOP in fed.frames(AT + 1.5)) is not is_alive


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
            fed.supervisor.go(now, ticket.id, (0,), "Ana")
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
    fed.supervisor.stop(AT + 0.25, REASON)
    assert fed.kinds() == [NoticeKind.STOP_ASKED]
    assert fed.frames(AT + 0.25) == [Frame.STOP]
    fed.supervisor.frame_sent(AT + 0.25, STOP)
    fed.read(AT + 0.375, state=ControllerState.STOPPING)
    assert fed.supervisor.outcome(ticket.id) is None
    fed.read(AT + 0.5, state=ControllerState.IDLE, end_reason=EndReason.STOP)
    outcome = fed.supervisor.outcome(ticket.id)
    assert outcome is not None
    assert (outcome.kind, outcome.reason) == (OutcomeKind.ABORTED, REASON)
    assert outcome.view is not None
    assert outcome.view.status == fed.status
    assert fed.kinds() == [NoticeKind.STANDSTILL, NoticeKind.ENDED, NoticeKind.DISARMED]
    report = fed.supervisor.stop_report()
    assert (report.is_sent, report.is_standstill_seen, report.reason) == (True, True, None)


def test_a_motion_that_fails_asks_for_its_stop_once() -> None:
    fed, ticket = moving()
    fed.kinds()
    fed.supervisor.withdraw(AT + 0.25, ticket.id, REASON)
    fed.supervisor.wishes(AT + 0.25)
    assert fed.kinds() == [NoticeKind.STOP_ASKED]


def test_a_stale_status_stops_what_moves_unless_a_poll_just_failed() -> None:
    for failures, is_stopped in ((0, True), (1, False), (2, True)):
        fed, ticket = moving()
        fed.supervisor.set_pace(Pace(lost_s=9.0))
        fed.supervisor.keep_alive(AT + 0.5, ticket.id)
        for _ in range(failures):
            fed.supervisor.frame_failed(AT + 0.5, Wish(Frame.STATUS, Lane.POLL, AT))
        fed.supervisor.keep_alive(AT + 0.75, ticket.id)
        assert (Frame.STOP in fed.frames(AT + 0.75)) is is_stopped
