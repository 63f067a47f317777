"""Openings on a virtual clock: the right course, and everything that refuses one before a frame is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from supervised_room import LOST_ANSWER, SupervisedBlock, block_of, refusal

from archroom.core.rooms import MotionPolicy
from archroom.core.shelving import TICKET_LIFE_S, AisleState, OutcomeKind, Trust
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.wishes import Frame, Pace
from archroom.errors import say
from hardware_sim import registers

# -- the right course


def test_an_aisle_opens_and_is_seen_to_be_open(rig: SupervisedBlock) -> None:
    ticket = rig.start(3)
    assert (ticket.narrows, ticket.moving_carriages) == ((0,), (1, 2, 3))
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


@pytest.mark.parametrize("policy", MotionPolicy)
def test_an_aisle_opens_however_its_carriages_start(policy: MotionPolicy) -> None:
    rig = SupervisedBlock(replace(block_of(), motion=policy))
    rig.prove()
    assert rig.end_of(rig.start(2)).kind is OutcomeKind.DONE


def test_what_takes_longer_than_an_order_lasts_is_refused_and_its_steps_are_not() -> None:
    rig = SupervisedBlock(replace(block_of(), motion=MotionPolicy.SEQUENTIAL))
    rig.prove()
    assert refusal(lambda: rig.start(3)) == (
        "Block 1 would move for 61 s, and an order lasts 60 s at most: go there in shorter steps."
    )
    for opens in (2, 3):
        assert rig.end_of(rig.start(opens)).kind is OutcomeKind.DONE


def test_a_segment_with_a_fixed_carriage_opens_without_the_other(  # the fixed carriage in the middle: two aisles
) -> None:
    rig = SupervisedBlock(block_of(5, fixed=(3,), open_aisles=(0, 3)))
    rig.prove()
    ticket = rig.start(5)
    assert (ticket.narrows, ticket.moving_carriages) == ((3,), (4, 5))
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
    assert refusal(lambda: rig.select(3, "  ")) == "Say who moves the shelving."


def test_a_stale_status_allows_nothing(rig: SupervisedBlock) -> None:
    rig.now += 0.35
    assert "too old" in refusal(lambda: rig.select(3))
    assert rig.view().trust is Trust.STALE
    assert not rig.view().is_movable


@pytest.mark.parametrize(
    ("change", "words"),
    [
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


@pytest.mark.parametrize("change", [{"block": 9}, {"magic": 1}, {"map_version": 1}])
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
    def go(confirmed: tuple[int, ...], by: str = "Ana", after_s: float = 0.0) -> str:
        ticket = rig.select(3)
        rig.run(after_s)
        return refusal(lambda: rig.supervisor.go(rig.now, ticket.id, confirmed, by))

    assert "Nobody has confirmed that aisle 0 is clear." in go(())
    assert "Nobody has confirmed that aisle 0 is clear." in go((3,))
    assert "Other aisles were confirmed" in go((0, 3))
    assert go((0,), "Bo") == "The leave was given to Ana."
    assert "has run out" in go((0,), after_s=TICKET_LIFE_S + 0.1)
    ticket = rig.select(3)
    rig.select(4)
    assert "was used" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (0,), "Ana"))
    assert "was used" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (0,), "Ana"))
    assert not rig.frames(Frame.SELECT, Frame.OPERATE, Frame.HEARTBEAT)


def test_a_ticket_of_a_block_that_changed_is_refused(rig: SupervisedBlock) -> None:
    ticket = rig.select(3)
    master = rig.sim
    master.station.block.open_aisle(5)
    rig.run(9.0)
    rig.run(20.0)
    late = rig.select(3)
    assert late.narrows == (5,)
    assert "was used" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (0,), "Ana"))


def test_carriages_that_moved_between_ticket_and_confirmation_refuse_it(rig: SupervisedBlock) -> None:
    ticket = rig.select(6)
    rig.sim.station.block.carriages[0].position -= 20
    rig.run(0.3)
    assert "have moved since" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Ana"))


def test_one_motion_a_block(rig: SupervisedBlock) -> None:
    rig.start(3)
    assert "A motion is under way" in refusal(lambda: rig.select(5))
    assert not rig.view().is_movable


def test_nothing_is_sent_before_the_intent_is_written_down(rig: SupervisedBlock) -> None:
    ticket = rig.select(3)
    intent = rig.supervisor.go(rig.now, ticket.id, (0,), "Ana")
    assert (intent.by, intent.confirmed_clear, intent.select.seq, intent.operate.seq) == ("Ana", (0,), 1, 2)
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
    rig.supervisor.go(rig.now, ticket.id, (0,), "Ana")
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
    text = refusal(lambda: rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Ana"))
    assert text == "The controller of block 1 must be restarted."


def test_a_carriage_that_stands_almost_where_it_should_does_not_make_the_next_one_seem_stuck(rig: SupervisedBlock) -> None:
    rig.sim.control("stand", positions=[650, 1336, 1950, 2525, 3100, 3675])
    rig.sim.station.block.carriages[2].position -= 0.2
    rig.run(3.0, lambda: rig.view().trust is not Trust.GOOD)
    rig.prove()
    ticket = rig.start(0)  # carriage 3 goes first, less than the millimetre that is seen; 2 starts half a second later
    outcome = rig.end_of(ticket)
    assert outcome.kind is OutcomeKind.DONE, outcome.reason.english()


# -- beside a silent unit


@pytest.mark.parametrize("age_s", [0.02, 0.25])
def test_a_silent_unit_that_is_asked_right_then_refuses_no_opening(rig: SupervisedBlock, age_s: float) -> None:
    rig.supervisor.set_pace(Pace.of_line(0.05, 0.36))
    ticket = rig.select(3)
    rig.wait_for_line(age_s)
    rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Ana")
    rig.wait_for_line(0.36)
    rig.supervisor.release(rig.now, ticket.id)
    rig.lease_of = ticket.id
    assert rig.end_of(ticket).kind is OutcomeKind.DONE


def test_no_order_to_move_goes_out_before_a_status_that_was_asked_for_after_the_choice(rig: SupervisedBlock) -> None:
    rig.supervisor.set_pace(Pace.of_line(0.05, 0.36))
    rig.decide = lambda _now, frame: LOST_ANSWER if frame is Frame.STATUS and rig.frames(Frame.SELECT) else None
    ticket = rig.start(3)
    assert rig.end_of(ticket).kind is OutcomeKind.REFUSED
    assert rig.frames(Frame.SELECT)
    assert not rig.frames(Frame.OPERATE)
