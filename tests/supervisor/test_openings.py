"""Openings on a virtual clock: the right course, everything that may befall it, and what the supervisor makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from supervised_room import LOST_ANSWER, LOST_REQUEST, SupervisedBlock, block_of

from archroom.core.shelving import AisleState, OutcomeKind, Trust
from archroom.core.supervisor_notices import NoticeKind
from archroom.core.supervisor_wishes import Frame
from archroom.errors import MotionRefused, say
from hardware_sim import Settings, registers

STOPPED_WITHIN_S = 1.0 + 0.02 + 0.25
"""Watchdog, scan and braking of the simulator at 40 mm/s."""


@pytest.fixture
def rig() -> SupervisedBlock:
    """A proved block with aisle 0 open."""
    made = SupervisedBlock()
    made.prove()
    return made


def refusal(act: Callable[[], object]) -> str:
    """The sentence with which an act is refused."""
    with pytest.raises(MotionRefused) as refused:
        act()
    return refused.value.message.english()


# -- the right course


def test_an_aisle_opens_and_is_seen_to_be_open(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    assert (ticket.closes, ticket.moving_carriages) == (0, (1, 2, 3))
    rig.run_until_moving(ticket)
    assert dict(rig.view().aisles)[3] is AisleState.OPENING
    assert dict(rig.view().aisles)[0] is AisleState.CLOSING
    assert rig.view().motion == ticket.id
    outcome = rig.end_of(ticket)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.DONE, "Aisle 3 of block 1 is open.")
    assert outcome.view is not None
    assert outcome.view.open_aisles() == (3,)
    assert rig.view().motion is None
    assert len(rig.frames(Frame.SELECT)) == len(rig.frames(Frame.OPERATE)) == 1
    assert not rig.frames(Frame.STOP)
    assert rig.notices[-1].outcome is OutcomeKind.DONE


def test_heartbeats_begin_before_the_select_come_every_200_ms_and_end_with_the_motion(rig: SupervisedBlock) -> None:
    ticket = rig.start(2)
    rig.end_of(ticket)
    times = [sent.at_s for sent in rig.frames(Frame.HEARTBEAT)]
    assert times[0] < rig.frames(Frame.SELECT)[0].at_s
    assert max(later - earlier for earlier, later in zip(times, times[1:], strict=False)) <= 0.25
    rig.run(1.0)
    assert len(rig.frames(Frame.HEARTBEAT)) == len(times)


def test_the_next_opening_goes_on_in_the_same_epoch(rig: SupervisedBlock) -> None:
    for opens in (3, 5, 0):
        assert rig.end_of(rig.start(opens)).kind is OutcomeKind.DONE
    commands = [sent.wish.command for sent in rig.frames(Frame.SELECT, Frame.OPERATE)]
    assert [(one.epoch, one.seq) for one in commands if one] == [(1, seq) for seq in range(1, 7)]


def test_a_segment_with_a_fixed_carriage_opens_without_the_other(  # the fixed carriage in the middle: two aisles
) -> None:
    rig = SupervisedBlock(block_of(5, fixed=(3,), open_aisles=(0, 3)))
    rig.prove()
    ticket = rig.start(5)
    assert (ticket.closes, ticket.moving_carriages) == (3, (4, 5))
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    assert rig.view().open_aisles() == (0, 5)


# -- before anything is sent


def test_nothing_is_believed_before_two_equal_statuses_200_ms_apart() -> None:
    rig = SupervisedBlock()
    assert rig.run(1.0, lambda: rig.view().status is not None)
    first_s = rig.now
    assert rig.view().trust is Trust.UNKNOWN
    assert set(dict(rig.view().aisles).values()) == {AisleState.UNKNOWN}
    assert "was not read yet" in refusal(lambda: rig.select(3))
    rig.prove()
    assert rig.now - first_s >= 0.19
    assert rig.notices[-1].kind is NoticeKind.PROVED


def test_a_block_that_never_answered_says_so() -> None:
    rig = SupervisedBlock()
    assert "was not read yet" in refusal(lambda: rig.select(3))
    rig.sim.control("silent", on=True)
    assert rig.run(3.0, lambda: rig.view().trust is Trust.LOST)
    assert rig.now <= 0.7
    assert "does not answer" in refusal(lambda: rig.select(3))
    assert rig.view().age_s is None


def test_a_nameless_person_gets_no_ticket(rig: SupervisedBlock) -> None:
    assert refusal(lambda: rig.select(3, "  ")) == "Say who opens the aisle."


def test_a_stale_status_allows_nothing(rig: SupervisedBlock) -> None:
    rig.now += 0.35
    assert "too old" in refusal(lambda: rig.select(3))
    assert rig.view().trust is Trust.STALE
    assert not rig.view().is_movable


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": 2}, "real steel"),
        ({"watchdog_mode": 0}, "does not stop by itself"),
        ({"watchdog_ms": 5000}, "5000 ms"),
    ],
)
def test_a_controller_that_must_not_be_moved_is_watched(change: dict[str, int], words: str) -> None:
    rig = SupervisedBlock()
    rig.sim.control("configure", **change)
    rig.prove()
    assert words in refusal(lambda: rig.select(3))
    why_not = rig.view().why_not
    assert why_not is not None
    assert words in why_not.english()
    assert {sent.wish.frame for sent in rig.sent} == {Frame.IDENTITY, Frame.STATUS}


@pytest.mark.parametrize("change", [{"block": 9}, {"magic": 1}, {"map_version": 2}])
def test_a_wrong_unit_is_sent_nothing_but_questions(change: dict[str, int]) -> None:
    rig = SupervisedBlock()
    rig.sim.control("configure", **change)
    rig.run(5.0)
    assert rig.view().trust is not Trust.GOOD
    assert {sent.wish.frame for sent in rig.sent} == {Frame.IDENTITY}
    assert len(rig.sent) <= 4


def test_even_a_stop_is_not_sent_to_what_is_no_controller_of_this_map() -> None:
    rig = SupervisedBlock()
    rig.sim.control("configure", magic=1)
    rig.run(1.0)
    rig.supervisor.stop(rig.now, say("Stopped."))
    rig.run(3.0)
    assert rig.supervisor.is_stranger
    assert not rig.frames(Frame.STOP)
    report = rig.supervisor.stop_report()
    assert not report.is_sent
    assert report.reason is not None
    rig.sim.control("configure", magic=registers.MAGIC)
    rig.prove()
    assert not rig.supervisor.is_stranger
    assert len(rig.frames(Frame.STOP)) >= 1


def test_one_ticket_one_use_one_person_one_aisle_ten_seconds(rig: SupervisedBlock) -> None:
    def go(confirmed: int | None, by: str = "Ana", after_s: float = 0.0) -> str:
        ticket = rig.select(3)
        rig.run(after_s)
        return refusal(lambda: rig.supervisor.go(rig.now, ticket.id, confirmed, by))

    assert "Nobody has confirmed that aisle 0 is clear." in go(None)
    assert "Nobody has confirmed that aisle 0 is clear." in go(3)
    assert go(0, "Bo") == "The leave was given to Ana."
    assert "has run out" in go(0, after_s=10.1)
    ticket = rig.select(3)
    rig.select(4)
    assert "was used" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, 0, "Ana"))
    assert "was used" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, 0, "Ana"))
    assert not rig.frames(Frame.SELECT, Frame.OPERATE, Frame.HEARTBEAT)


def test_a_ticket_of_a_block_that_changed_is_refused(rig: SupervisedBlock) -> None:
    ticket = rig.select(3)
    master = rig.sim
    master.station.block.open_aisle(5)
    rig.run(9.0)
    rig.run(20.0)
    late = rig.select(3)
    assert late.closes == 5
    assert "was used" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, 0, "Ana"))


def test_carriages_that_moved_between_ticket_and_confirmation_refuse_it(rig: SupervisedBlock) -> None:
    ticket = rig.select(6)
    rig.sim.station.block.carriages[0].position -= 20
    rig.run(0.3)
    assert "have moved since" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, ticket.closes, "Ana"))


def test_one_motion_a_block(rig: SupervisedBlock) -> None:
    rig.start(3)
    assert "An opening is under way" in refusal(lambda: rig.select(5))
    assert not rig.view().is_movable


def test_nothing_is_sent_before_the_intent_is_written_down(rig: SupervisedBlock) -> None:
    ticket = rig.select(3)
    intent = rig.supervisor.go(rig.now, ticket.id, 0, "Ana")
    assert (intent.by, intent.confirmed_clear, intent.select.seq, intent.operate.seq) == ("Ana", 0, 1, 2)
    assert intent.age_s <= 0.3
    rig.lease_of = ticket.id
    rig.run(3.0)
    assert not rig.frames(Frame.SELECT, Frame.OPERATE, Frame.HEARTBEAT)
    rig.supervisor.withdraw(rig.now, "another", say("No."))
    assert rig.supervisor.outcome(ticket.id) is None
    rig.supervisor.withdraw(rig.now, ticket.id, say("The disk is full."))
    outcome = rig.end_of(ticket)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.REFUSED, "The disk is full.")
    assert not rig.frames(Frame.STOP)


def test_what_changed_while_the_intent_was_written_ends_it(rig: SupervisedBlock) -> None:
    ticket = rig.select(3)
    rig.supervisor.go(rig.now, ticket.id, 0, "Ana")
    rig.lease_of = ticket.id
    rig.sim.control("person_in", aisle=0, name="Bo")
    rig.run(0.5)
    rig.supervisor.release(rig.now, ticket.id)
    assert "Somebody is in aisle 0" in rig.end_of(ticket).reason.english()
    rig.supervisor.release(rig.now, ticket.id)
    assert not rig.frames(Frame.SELECT, Frame.OPERATE)


def test_an_exhausted_epoch_is_refused(rig: SupervisedBlock) -> None:
    rig.sim.write(registers.COMMAND, *registers.command(0xFFFF, 1, 1, 3, 0, 1000))
    rig.run(1.0)
    rig.prove()
    ticket = rig.select(3)
    text = refusal(lambda: rig.supervisor.go(rig.now, ticket.id, ticket.closes, "Ana"))
    assert text == "The controller of block 1 must be restarted."


# -- stop


def test_a_stop_ends_a_motion_and_nothing_moves_without_a_new_select(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    pressed_s = rig.now
    rig.supervisor.stop(rig.now, say("Stopped by {name}.", name="Bo"))
    assert "under way" in refusal(lambda: rig.select(3))
    outcome = rig.end_of(ticket)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.ABORTED, "Stopped by Bo.")
    assert rig.frames(Frame.STOP)[0].at_s - pressed_s <= 0.02
    assert rig.now - pressed_s <= 0.5
    report = rig.supervisor.stop_report()
    assert (report.is_sent, report.is_standstill_seen, report.reason) == (True, True, None)
    rig.run(5.0)
    assert rig.is_still
    assert {dict(rig.view().aisles)[aisle] for aisle in (0, 3)} <= {AisleState.PARTLY, AisleState.OPEN, AisleState.CLOSED}


def test_a_stop_voids_a_ticket_and_a_selection(rig: SupervisedBlock) -> None:
    ticket = rig.select(3)
    rig.supervisor.stop(rig.now, say("Stopped."))
    rig.run(1.0)
    assert "was used or has ended" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, 0, "Ana"))
    selecting = rig.start(3)
    assert rig.run(1.0, lambda: bool(rig.frames(Frame.SELECT)))
    rig.supervisor.stop(rig.now, say("Stopped."))
    assert rig.end_of(selecting).kind is OutcomeKind.REFUSED
    assert not rig.frames(Frame.OPERATE)
    assert rig.sim.read(registers.STATUS, registers.status_count(6))[5] == registers.State.IDLE


def test_every_press_puts_a_frame_on_the_wire_at_once(rig: SupervisedBlock) -> None:
    for presses in range(1, 6):
        rig.supervisor.stop(rig.now, say("Stopped."))
        assert "is not confirmed yet" in refusal(lambda: rig.select(3))
        rig.run(0.03)
        assert len(rig.frames(Frame.STOP)) >= presses


def test_a_stop_is_repeated_every_100_ms_until_standstill_is_seen(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    rig.decide = lambda _now, frame: LOST_ANSWER if frame is Frame.STATUS else None
    rig.supervisor.stop(rig.now, say("Stopped."))
    rig.run(2.0)
    times = [sent.at_s for sent in rig.frames(Frame.STOP)]
    assert max(later - earlier for earlier, later in zip(times, times[1:], strict=False)) <= 0.25
    assert len(times) >= 8
    assert not rig.supervisor.stop_report().is_standstill_seen
    rig.decide = lambda _now, _frame: None
    assert rig.run(1.0, lambda: rig.supervisor.stop_report().is_standstill_seen)
    count = len(rig.frames(Frame.STOP))
    rig.run(2.0)
    assert len(rig.frames(Frame.STOP)) == count


def test_a_question_can_wait_for_a_status_newer_than_itself(rig: SupervisedBlock) -> None:
    asked_s = rig.now
    rig.supervisor.refresh(asked_s)
    assert not rig.supervisor.fresh_since(asked_s)
    assert rig.run(0.1, lambda: rig.supervisor.fresh_since(asked_s))
    assert not SupervisedBlock().supervisor.fresh_since(0.0)


def test_a_stop_of_a_silent_unit_does_not_take_the_line_for_ever(rig: SupervisedBlock) -> None:
    rig.sim.control("silent", on=True)
    assert rig.run(3.0, lambda: rig.view().trust is Trust.LOST)
    rig.supervisor.stop(rig.now, say("Stopped."))
    pressed_s = rig.now
    rig.run(10.0)
    times = [sent.at_s - pressed_s for sent in rig.frames(Frame.STOP)]
    assert len([time for time in times if time < 3.0]) >= 10
    assert len([time for time in times if time > 4.0]) <= 8
    rig.sim.control("silent", on=False)
    assert rig.run(6.0, lambda: rig.supervisor.stop_report().is_standstill_seen)


# -- what befalls a motion


def befall(rig: SupervisedBlock, event: Callable[[SupervisedBlock], object]) -> tuple[OutcomeKind, str, float]:
    """Let something happen 2 s into the motion; returns kind and sentence of the outcome, and how long the steel ran on."""
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    rig.run(2.0)
    happened_s = rig.now
    event(rig)
    assert rig.run(5.0, lambda: rig.is_still)
    stood_s = rig.now
    outcome = rig.end_of(ticket)
    rig.run(5.0)
    assert rig.is_still
    assert rig.sim.station.block.hits == 0
    return outcome.kind, outcome.reason.english(), stood_s - happened_s


PLANT = [
    (lambda rig: rig.sim.control("person_in", aisle=0, name="Bo"), "omebody is in"),
    (lambda rig: rig.sim.control("emergency_stop", pressed=True), "emergency stop"),
    (lambda rig: rig.sim.control("edge", carriage=2, pressed=True), "safety edge"),
    (lambda rig: rig.sim.control("beam", aisle=0, broken=True), "light beam"),
    (lambda rig: rig.sim.control("mode", mode="local"), "local operation"),
    (lambda rig: rig.sim.control("enable", given=False), "enable"),
]


@pytest.mark.parametrize(("event", "words"), PLANT)
def test_what_the_plant_stops_is_aborted_with_its_reason(
    rig: SupervisedBlock, event: Callable[[SupervisedBlock], object], words: str
) -> None:
    kind, sentence, ran_s = befall(rig, event)
    assert kind is OutcomeKind.ABORTED
    assert words in sentence
    assert ran_s <= 0.3


def test_a_fault_stays_a_refusal_until_it_is_reset_there(rig: SupervisedBlock) -> None:
    befall(rig, lambda rig: rig.sim.control("emergency_stop", pressed=True))
    rig.sim.control("emergency_stop", pressed=False)
    rig.run(1.0)
    assert "Reset it at the shelving" in refusal(lambda: rig.select(3))
    rig.sim.control("reset")
    rig.run(1.0)
    assert rig.view().is_movable


def test_a_reboot_in_the_motion_leaves_it_unknown(rig: SupervisedBlock) -> None:
    def power_cycle(rig: SupervisedBlock) -> None:
        rig.sim.control("power", on=False)
        rig.sim.control("power", on=True)

    kind, sentence, _ = befall(rig, power_cycle)
    assert (kind, sentence) == (OutcomeKind.UNKNOWN, "The controller of block 1 was restarted.")
    assert rig.frames(Frame.STOP)
    rig.prove()


def test_a_cut_cable_leaves_it_unknown_and_the_watchdog_stops_it(rig: SupervisedBlock) -> None:
    kind, sentence, ran_s = befall(rig, lambda rig: rig.sim.control("silent", on=True))
    assert kind is OutcomeKind.UNKNOWN
    assert "does not answer" in sentence
    assert ran_s <= STOPPED_WITHIN_S
    lost = next(notice for notice in rig.notices if notice.kind is NoticeKind.LOST)
    assert lost.outcome is None
    rig.sim.control("silent", on=False)
    rig.prove()


def test_a_gateway_that_repeats_an_old_status_is_stale_and_stopped(rig: SupervisedBlock) -> None:
    kind, sentence, ran_s = befall(rig, lambda rig: rig.sim.control("freeze", on=True))
    assert kind is OutcomeKind.UNKNOWN
    assert ran_s <= 0.3 + 0.07 + 0.02 + 0.25, "stale, one poll, one scan, braking"
    assert "repeats an old status" in sentence
    rig.sim.control("freeze", on=False)
    rig.prove()


def test_one_lost_answer_does_not_stop_a_motion(rig: SupervisedBlock) -> None:
    lost: list[float] = []

    def lose_one_a_second(now: float, frame: Frame) -> str | None:
        if frame is Frame.STATUS and (not lost or now - lost[-1] > 1.0):
            lost.append(now)
            return LOST_ANSWER
        return None

    rig.decide = lose_one_a_second
    assert rig.end_of(rig.start(3)).kind is OutcomeKind.DONE
    assert len(lost) > 10


def test_two_lost_answers_in_a_row_stop_it(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    fates = [LOST_ANSWER, LOST_ANSWER]
    rig.decide = lambda _now, frame: fates.pop() if frame is Frame.STATUS and fates else None
    outcome = rig.end_of(ticket)
    assert outcome.kind in (OutcomeKind.ABORTED, OutcomeKind.UNKNOWN)
    assert rig.frames(Frame.STOP)


def test_a_second_master_is_told_and_what_moves_is_stopped(rig: SupervisedBlock) -> None:
    def command(rig: SupervisedBlock) -> None:
        rig.sim.write(registers.COMMAND, *registers.command(2, 1, 1, 5, 0, 1000))

    kind, sentence, ran_s = befall(rig, command)
    assert (kind, sentence) == (OutcomeKind.UNKNOWN, "Another program commands block 1 too.")
    assert ran_s <= 0.5
    rig.prove()
    ticket = rig.start(5)
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    last = rig.frames(Frame.OPERATE)[-1].wish.command
    assert last is not None
    assert last.epoch == 3


def test_a_motion_of_a_second_master_is_stopped(rig: SupervisedBlock) -> None:
    rig.sim.write(registers.HEARTBEAT, 1)
    rig.run(0.05)
    rig.sim.write(registers.COMMAND, *registers.command(1, 1, 1, 3, 0, 5000))
    rig.run(0.02)
    rig.sim.write(registers.COMMAND, *registers.command(1, 2, 2, 3, 0, 30000))
    assert rig.run(1.0, lambda: bool(rig.frames(Frame.STOP)))
    rig.run(2.0)
    assert rig.is_still
    assert any(notice.kind is NoticeKind.DISTRUSTED for notice in rig.notices)


def test_positions_that_cannot_be_stop_the_motion(rig: SupervisedBlock) -> None:
    def jump(rig: SupervisedBlock) -> None:
        rig.sim.station.block.carriages[5].position -= 300

    kind, sentence, _ = befall(rig, jump)
    assert kind is OutcomeKind.UNKNOWN
    assert "Gap" in sentence or "away from where it just was" in sentence


def test_a_silent_program_loses_its_motion_after_one_second(rig: SupervisedBlock) -> None:
    def freeze(rig: SupervisedBlock) -> None:
        rig.lease_of = None

    kind, sentence, ran_s = befall(rig, freeze)
    assert kind is OutcomeKind.ABORTED
    assert "fell silent" in sentence
    assert 0.9 <= ran_s <= STOPPED_WITHIN_S
    assert "fell silent" in sentence


def test_a_program_that_ends_is_stopped_at_once(rig: SupervisedBlock) -> None:
    def end(rig: SupervisedBlock) -> None:
        motion = rig.view().motion
        assert motion is not None
        rig.supervisor.withdraw(rig.now, motion, say("It ended."))

    kind, sentence, ran_s = befall(rig, end)
    assert (kind, sentence) == (OutcomeKind.ABORTED, "It ended.")
    assert ran_s <= 0.3


def test_a_port_that_goes_away_leaves_it_unknown(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    rig.run_until_moving(ticket)
    rig.supervisor.port_lost(rig.now, say("The cable is out."))
    assert rig.end_of(ticket).kind is OutcomeKind.UNKNOWN
    rig.supervisor.port_lost(rig.now, say("There is no such port."))
    why_not = rig.view().why_not
    assert why_not is not None
    assert why_not.english() == "There is no such port."


# -- lost frames of the handshake


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
    late = registers.command(lost.epoch, lost.seq, 2, lost.aisle, lost.closes or 0, lost.ttl_ms)
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
