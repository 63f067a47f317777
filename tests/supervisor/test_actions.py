"""Every action on a virtual clock: its right course, what refuses it, and jogs that last as long as somebody holds a key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from statuses import opening
from supervised_room import SupervisedBlock, block_of, refusal

from archroom.core.shelving import Action, AisleState, OutcomeKind, Trust, Wanted
from archroom.core.supervisor.motion import HELD_LEASE_S
from archroom.core.supervisor.wishes import Frame
from archroom.errors import say

STOPS_WITHIN_S = 0.25
"""Braking, a scan and an exchange, after a lease has lapsed or a key was let go."""
HELD_JOG = Wanted(Action.JOG, 2, -700, is_held=True)


@pytest.fixture
def rig() -> SupervisedBlock:
    """A proved block: carriage 1 fixed, aisle 1 open, gap 4 an end that nobody can enter."""
    made = SupervisedBlock(block_of(4, fixed=(1,), end_aisles=(False, False), open_aisles=(1,)))
    made.prove()
    return made


def widths(rig: SupervisedBlock) -> tuple[int, ...]:
    """How wide the gaps are shown to be."""
    status = rig.view().status
    assert status is not None
    return rig.block.gaps_mm(status.positions_mm)


def done(rig: SupervisedBlock, wanted: Wanted) -> str:
    """The sentence of an action that comes to its right end."""
    outcome = rig.end_of(rig.start(wanted))
    assert outcome.kind is OutcomeKind.DONE, outcome.reason
    rig.run(0.5)
    return outcome.reason.english()


# -- the right course


def test_a_block_closes_up_and_opens_again(rig: SupervisedBlock) -> None:
    assert done(rig, Wanted(Action.CLOSE, 1)) == "Block 1 is closed around aisle 1."
    assert widths(rig) == (0, 25, 25, 25, 800)
    assert rig.view().open_aisles() == ()
    ticket = rig.start(opening(2))
    assert ticket.narrows == (4,)
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    assert rig.view().open_aisles() == (2,)


def test_a_block_is_spread_and_each_aisle_in_which_somebody_could_stand_must_then_be_confirmed(
    rig: SupervisedBlock,
) -> None:
    assert done(rig, Wanted(Action.VENTILATE, 3)) == "Block 1 is spread for ventilation around aisle 3."
    assert widths(rig) == (0, 218, 218, 218, 221)
    assert set(dict(rig.view().aisles).values()) == {AisleState.PARTLY}
    for said in ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)):
        ticket = rig.select(opening(3))
        assert ticket.narrows == (1, 2, 4)
        assert "confirmed" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, said, "Ana"))  # noqa: B023 - at once
    assert not rig.frames(Frame.SELECT)[1:]
    ticket = rig.select(opening(3))
    rig.supervisor.go(rig.now, ticket.id, (4, 1, 2), "Ana")
    rig.supervisor.release(rig.now, ticket.id)
    rig.lease_of = ticket.id
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    assert widths(rig) == (0, 25, 25, 800, 25)


@pytest.mark.parametrize(("jog_mm", "moved_mm"), [(-50, 50), (-7, 7)])
def test_a_carriage_is_jogged_by_a_step(rig: SupervisedBlock, jog_mm: int, moved_mm: int) -> None:
    before = widths(rig)
    assert done(rig, Wanted(Action.JOG, 2, jog_mm)) == f"Carriage 2 of block 1 has moved {moved_mm} mm."
    after = widths(rig)
    assert (before[1] - after[1], after[2] - before[2]) == (moved_mm, moved_mm)
    assert after[3:] == before[3:]


def test_a_locked_carriage_stands_still_until_it_is_unlocked(rig: SupervisedBlock) -> None:
    before = rig.sim.station.block.positions_mm()
    assert done(rig, Wanted(Action.LOCK, 3)) == "Carriage 3 of block 1 is locked now."
    status = rig.view().status
    assert status is not None
    assert status.locked_carriages == {3}
    assert "locked carriages leave it 25 mm" in refusal(lambda: rig.select(opening(3)))
    assert "is locked" in refusal(lambda: rig.select(Wanted(Action.JOG, 3, 20)))
    assert "is locked" in refusal(lambda: rig.select(Wanted(Action.LOCK, 3)))
    assert rig.sim.station.block.positions_mm() == before
    assert rig.end_of(rig.start(opening(2))).kind is OutcomeKind.DONE, "on its own side"
    assert rig.sim.station.block.positions_mm()[2:] == before[2:]
    assert done(rig, Wanted(Action.UNLOCK, 3)) == "Carriage 3 of block 1 may move again."
    assert rig.end_of(rig.start(opening(3))).kind is OutcomeKind.DONE


def test_locking_sends_one_select_and_one_operate_and_moves_nothing(rig: SupervisedBlock) -> None:
    ticket = rig.start(Wanted(Action.LOCK, 2))
    assert (ticket.narrows, ticket.answer, ticket.moving_carriages) == ((), (2,), ())
    assert rig.run(5.0, lambda: rig.supervisor.outcome(ticket.id) is not None)
    assert rig.is_still
    assert [sent.wish.frame for sent in rig.frames(Frame.SELECT, Frame.OPERATE)] == [Frame.SELECT, Frame.OPERATE]
    assert not rig.frames(Frame.STOP)
    assert rig.notices[-1].outcome is OutcomeKind.DONE


def test_a_lock_outlives_the_power_of_the_controller(rig: SupervisedBlock) -> None:
    done(rig, Wanted(Action.LOCK, 3))
    rig.sim.control("power", on=False)
    rig.sim.control("power", on=True)
    rig.run(0.5)
    rig.prove()
    assert "locked carriages" in refusal(lambda: rig.select(opening(3)))


# -- refusals

ALL = [
    Wanted(Action.OPEN, 2),
    Wanted(Action.CLOSE, 1),
    Wanted(Action.VENTILATE, 1),
    Wanted(Action.JOG, 2, -50),
    Wanted(Action.LOCK, 2),
]


@pytest.mark.parametrize("wanted", ALL[1:], ids=lambda wanted: wanted.action.value)
def test_what_the_controller_cannot_do_is_refused_before_anything_is_sent(rig: SupervisedBlock, wanted: Wanted) -> None:
    rig.sim.control("configure", capabilities=0)
    rig.run(0.5)
    rig.prove()
    assert refusal(lambda: rig.select(wanted)).startswith("The controller of block 1 cannot ")
    assert not rig.frames(Frame.SELECT, Frame.OPERATE, Frame.HEARTBEAT)
    assert rig.view().is_movable
    assert rig.end_of(rig.start(opening(2))).kind is OutcomeKind.DONE


Plant = Callable[[SupervisedBlock], object]
PLANT: list[tuple[Plant, str]] = [
    (lambda rig: rig.sim.control("mode", mode="local"), "switched to local operation"),
    (lambda rig: rig.sim.control("mode", mode="hand_crank"), "hand crank"),
    (lambda rig: rig.sim.control("enable", given=False), "Local enable is off"),
    (lambda rig: rig.sim.control("emergency_stop", pressed=True), "emergency stop"),
]


@pytest.mark.parametrize("wanted", ALL, ids=lambda wanted: wanted.action.value)
@pytest.mark.parametrize(("plant", "words"), PLANT)
def test_every_action_needs_automatic_enable_and_no_fault(
    rig: SupervisedBlock, wanted: Wanted, plant: Plant, words: str
) -> None:
    plant(rig)
    rig.run(0.5)
    assert words in refusal(lambda: rig.select(wanted))


@pytest.mark.parametrize("wanted", ALL[:-1], ids=lambda wanted: wanted.action.value)
def test_somebody_beside_a_carriage_that_would_move_refuses(rig: SupervisedBlock, wanted: Wanted) -> None:
    rig.sim.control("person_in", aisle=1, name="Bo")
    rig.run(0.5)
    assert "Somebody is in aisle 1" in refusal(lambda: rig.select(wanted))


def test_somebody_beside_a_carriage_that_stands_still_refuses_nothing(rig: SupervisedBlock) -> None:
    done(rig, Wanted(Action.LOCK, 2))
    rig.sim.control("person_in", aisle=1, name="Bo")
    rig.run(0.5)
    assert "Somebody is in aisle 1" in refusal(lambda: rig.select(Wanted(Action.UNLOCK, 2)))
    done(rig, Wanted(Action.LOCK, 3))


@pytest.mark.parametrize("wanted", ALL, ids=lambda wanted: wanted.action.value)
def test_every_action_needs_a_named_person_a_proof_and_its_own_confirmation(rig: SupervisedBlock, wanted: Wanted) -> None:
    assert refusal(lambda: rig.select(wanted, " ")) == "Say who moves the shelving."
    ticket = rig.select(wanted)
    assert "given to Ana" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Bo"))
    ticket = rig.select(wanted)
    assert "confirmed" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (*ticket.narrows, 9), "Ana"))
    unproved = SupervisedBlock(rig.block)
    assert unproved.view().trust is Trust.UNKNOWN
    assert "was not read yet" in refusal(lambda: unproved.select(wanted))
    assert not rig.frames(Frame.SELECT, Frame.OPERATE)


# -- what is watched


@pytest.mark.parametrize("wanted", ALL[1:4], ids=lambda wanted: wanted.action.value)
def test_a_program_that_falls_silent_stops_any_motion(rig: SupervisedBlock, wanted: Wanted) -> None:
    ticket = rig.start(wanted)
    rig.run_until_moving(ticket)
    rig.lease_of = None
    outcome = rig.end_of(ticket, 3.0)
    assert outcome.kind is OutcomeKind.ABORTED
    assert "fell silent" in outcome.reason.english()


@pytest.mark.parametrize("wanted", ALL[1:4], ids=lambda wanted: wanted.action.value)
def test_somebody_who_walks_in_ends_any_motion(rig: SupervisedBlock, wanted: Wanted) -> None:
    ticket = rig.start(wanted)
    rig.run_until_moving(ticket)
    rig.sim.control("person_in", aisle=1, name="Bo")
    outcome = rig.end_of(ticket, 3.0)
    assert outcome.kind is OutcomeKind.ABORTED
    assert rig.sim.station.block.hits == 0


# -- jogs that are held


def test_a_held_jog_ends_where_its_key_is_let_go(rig: SupervisedBlock) -> None:
    ticket = rig.start(HELD_JOG)
    rig.run_until_moving(ticket)
    rig.run(3.0)
    rig.supervisor.let_go(rig.now, "another")
    rig.run(0.1)
    assert not rig.is_still
    rig.supervisor.let_go(rig.now, ticket.id)
    let_go_s = rig.now
    outcome = rig.end_of(ticket, 3.0)
    assert rig.now - let_go_s <= 1.0
    assert outcome.kind is OutcomeKind.DONE
    moved_mm = 800 - widths(rig)[1]
    assert 60 <= moved_mm <= 140
    assert outcome.reason.english() == f"Carriage 2 of block 1 has moved {moved_mm} mm."


def test_a_held_jog_goes_no_further_than_the_gap_has(rig: SupervisedBlock) -> None:
    ticket = rig.start(Wanted(Action.JOG, 2, -2000, is_held=True))
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    assert widths(rig)[1] == 25


def test_a_held_jog_has_a_lease_of_300_ms(rig: SupervisedBlock) -> None:
    ticket = rig.start(HELD_JOG)
    rig.run_until_moving(ticket)
    rig.lease_of = None
    silent_s = rig.now
    assert rig.run(2.0, lambda: bool(rig.frames(Frame.STOP)))
    assert HELD_LEASE_S <= rig.now - silent_s <= HELD_LEASE_S + 0.05
    assert rig.run(STOPS_WITHIN_S, lambda: rig.is_still)
    outcome = rig.end_of(ticket, 3.0)
    assert outcome.kind is OutcomeKind.ABORTED
    assert "fell silent" in outcome.reason.english()


def test_a_jog_whose_key_is_let_go_before_it_moves_is_refused(rig: SupervisedBlock) -> None:
    ticket = rig.start(HELD_JOG)
    rig.supervisor.let_go(rig.now, ticket.id)
    outcome = rig.end_of(ticket, 3.0)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.REFUSED, "Carriage 2 of block 1 was let go.")
    assert not rig.frames(Frame.OPERATE)


def test_a_fault_while_a_key_is_let_go_is_no_proper_end(rig: SupervisedBlock) -> None:
    ticket = rig.start(HELD_JOG)
    rig.run_until_moving(ticket)
    rig.sim.control("emergency_stop", pressed=True)
    rig.sim.advance(0.02)
    rig.supervisor.let_go(rig.now, ticket.id)
    outcome = rig.end_of(ticket, 3.0)
    assert outcome.kind is OutcomeKind.ABORTED
    assert "emergency stop" in outcome.reason.english()


def test_nothing_but_a_held_jog_is_let_go(rig: SupervisedBlock) -> None:
    ticket = rig.start(opening(2))
    rig.run_until_moving(ticket)
    rig.supervisor.let_go(rig.now, ticket.id)
    assert rig.end_of(ticket).reason.english() == "Aisle 2 of block 1 is open."
    rig.supervisor.let_go(rig.now, ticket.id)


def test_a_slow_disk_does_not_use_up_the_lease(rig: SupervisedBlock) -> None:
    ticket = rig.select(HELD_JOG)
    rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Ana")
    rig.run(0.25)
    rig.supervisor.release(rig.now, ticket.id)
    rig.run(0.1)
    assert rig.supervisor.outcome(ticket.id) is None
    rig.supervisor.withdraw(rig.now, ticket.id, say("No."))
