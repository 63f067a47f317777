"""Holds and arming in the supervisor: what people say forbids, stops, and is never talked out of it by the steel."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from arbitrary_standings import Standing, all_wanted, standings
from hypothesis import find, given
from hypothesis import strategies as st
from statuses import opening, status_of
from supervised_room import SupervisedBlock, refusal

from archroom.core.arming import LONGEST_ARMED_S, Arming, Unfinished
from archroom.core.people_holds import Hold, Holds, hold_problem
from archroom.core.rooms import Block
from archroom.core.shelving import Action, OutcomeKind, Trust, Wanted
from archroom.core.supervisor import gate as supervisor_gate
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.plans import Plan
from archroom.core.supervisor.rules import allowed_plan
from archroom.core.supervisor.wishes import Frame
from archroom.errors import Message, MotionRefused, NotArmed, Refused, say

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def armed(rig: SupervisedBlock) -> SupervisedBlock:
    """A proved block that Ana has armed."""
    rig.arm()
    return rig


# -- holds


Case = tuple[Standing, tuple[int, ...]]
"""How a block stands, and which of its aisles are held."""


@st.composite
def held_blocks(draw: st.DrawFn) -> Case:
    """A block after some motions, the last perhaps interrupted, with some of its aisles held."""
    standing = draw(standings())
    held = draw(st.lists(st.sampled_from(standing[0].aisles), min_size=1, max_size=3, unique=True))
    return standing, tuple(held)


def admitted(standing: Standing, held: tuple[int, ...], wanted: Wanted) -> Plan | None:
    """The plan of an action as a supervisor admits it, None if it is refused."""
    block, positions, locked = standing
    gate = Gate(block, [Hold(aisle, f"Person {aisle}", AT) for aisle in held])
    gate.arm(0.0, "Ana", 60.0, ())
    planned = allowed_plan(block, replace(status_of(block), positions_mm=positions, locked_carriages=locked), wanted)
    if isinstance(planned, Message):
        return None
    try:
        gate.admit(planned.changes)
    except MotionRefused:
        return None
    return planned


def edges(block: Block, positions: tuple[int, ...], aisle: int) -> tuple[int, ...]:
    """Where the two sides of an aisle stand; the walls do not move."""
    low = positions[aisle - 1] if aisle else 0
    high = positions[aisle] if aisle < len(block.carriages) else 0
    return low, high


def is_changed(case: Case) -> bool:
    """Whether anything that is admitted changes an aisle that is held."""
    standing, held = case
    block = standing[0]
    plans = [admitted(standing, held, wanted) for wanted in all_wanted(block, tuple(Action), 50)]
    return any(
        edges(block, planned.start_mm, aisle) != edges(block, planned.target_mm, aisle)
        for planned in plans
        if planned is not None
        for aisle in held
    )


@given(held_blocks())
def test_no_plan_that_changes_a_held_aisle_is_ever_allowed(case: Case) -> None:
    assert not is_changed(case)


def test_a_canary_a_gate_that_lets_held_aisles_slide_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks only for the two ends of what changes, which open and close, and forgets what lies between."""

    def careless(block: Block, holds: Holds, changes: Collection[int]) -> Message | None:
        return hold_problem(block, holds, {min(changes), max(changes)} if changes else ())

    monkeypatch.setattr(supervisor_gate, "hold_problem", careless)
    (block, _, _), held = find(held_blocks(), is_changed)
    assert set(held) <= set(block.aisles)


@pytest.mark.parametrize("held", [0, 1, 2, 3])
def test_a_held_aisle_neither_closes_nor_opens_nor_slides(armed: SupervisedBlock, held: int) -> None:
    armed.supervisor.gate.hold(held, "Bo", AT)
    assert refusal(lambda: armed.select(3)) == (
        f"Bo is in aisle {held} of block 1: it must not change until that hold is released."
    )
    assert not armed.frames(Frame.SELECT, Frame.OPERATE, Frame.HEARTBEAT)


def test_what_does_not_touch_a_held_aisle_moves(armed: SupervisedBlock) -> None:
    armed.supervisor.gate.hold(5, "Bo", AT)
    assert armed.end_of(armed.start(3)).kind is OutcomeKind.DONE
    assert [hold.person for hold in armed.view().holds] == ["Bo"]


def test_a_hold_needs_no_read_block() -> None:
    rig = SupervisedBlock()
    rig.supervisor.gate.hold(3, "Bo", AT)
    assert [hold.aisle for hold in rig.view().holds] == [3]
    with pytest.raises(Refused):
        rig.supervisor.gate.hold(9, "Bo", AT)


@pytest.mark.parametrize("held", [0, 2, 3])
def test_a_hold_in_a_motion_of_its_aisle_stops_it_at_once(armed: SupervisedBlock, held: int) -> None:
    ticket = armed.start(3)
    armed.run_until_moving(ticket)
    armed.run(2.0)
    held_s = armed.now
    armed.supervisor.gate.hold(held, "Bo", AT)
    assert armed.run(1.0, lambda: armed.is_still)
    assert armed.frames(Frame.STOP)[0].at_s - held_s <= 0.02
    outcome = armed.end_of(ticket)
    assert (outcome.kind, f"Bo is in aisle {held}" in outcome.reason.english()) == (OutcomeKind.ABORTED, True)
    assert f"Bo is in aisle {held}" in refusal(lambda: armed.select(0))


def test_a_hold_elsewhere_leaves_a_motion_alone(armed: SupervisedBlock) -> None:
    ticket = armed.start(3)
    armed.run_until_moving(ticket)
    armed.supervisor.gate.hold(5, "Bo", AT)
    assert armed.end_of(ticket).kind is OutcomeKind.DONE


def test_a_hold_between_ticket_and_order_keeps_the_order_back(armed: SupervisedBlock) -> None:
    ticket = armed.select(3)
    armed.supervisor.gate.hold(2, "Bo", AT)
    assert "Bo is in aisle 2" in refusal(lambda: armed.supervisor.go(armed.now, ticket.id, (0,), "Ana"))
    armed.supervisor.gate.release(armed.supervisor.gate.permitted_release(2, "Bo", ("Bo",)))
    ticket = armed.select(3)
    armed.supervisor.go(armed.now, ticket.id, (0,), "Ana")
    armed.supervisor.gate.hold(2, "Bo", AT)
    armed.lease_of = ticket.id
    armed.supervisor.release(armed.now, ticket.id)
    assert armed.end_of(ticket).kind is OutcomeKind.REFUSED
    assert not armed.frames(Frame.SELECT, Frame.OPERATE)


def test_no_sensor_ends_a_hold(armed: SupervisedBlock) -> None:
    armed.supervisor.gate.hold(0, "Bo", AT)
    for _ in range(3):
        armed.sim.control("person_in", aisle=0, name="Bo")
        armed.run(1.0)
        armed.sim.control("person_out", name="Bo")
        armed.run(1.0)
    armed.sim.control("power", on=False)
    armed.run(1.0)
    armed.sim.control("power", on=True)
    armed.run(5.0)
    armed.prove()
    armed.arm()
    assert "Bo is in aisle 0" in refusal(lambda: armed.select(3))
    release = armed.supervisor.gate.permitted_release(0, "Bo", ("Bo",))
    armed.supervisor.gate.release(release)
    assert armed.end_of(armed.start(3)).kind is OutcomeKind.DONE


def test_without_the_record_of_holds_nothing_moves(armed: SupervisedBlock) -> None:
    problems: list[Message] = []
    armed.supervisor.gate = Gate(armed.block, record_problem=lambda: problems[0] if problems else None)
    armed.arm()
    ticket = armed.start(3)
    armed.run_until_moving(ticket)
    problems.append(say("The record is gone."))
    outcome = armed.end_of(ticket)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.ABORTED, "The record is gone.")
    assert refusal(lambda: armed.select(3)) == "The record is gone."
    assert refusal(armed.arm) == "The record is gone."
    assert str(armed.view().why_not).count("The record is gone.") == 1


# -- arming


def test_a_block_is_disarmed_at_first_and_says_how_to_arm(rig: SupervisedBlock) -> None:
    with pytest.raises(NotArmed) as refused:
        rig.supervisor.select(rig.now, opening(3), "Ana")
    assert str(refused.value) == (
        "Block 1 is not armed. What disarmed it: The shelving server was started. Look at it, then arm it with F7 in the "
        "app or with: archroom shelving arm 1 --by NAME"
    )
    view = rig.view()
    assert (view.is_movable, view.why_not, view.arming.is_armed) == (False, refused.value.message, False)
    rig.arm("Bo")
    assert rig.view().arming == Arming("Bo", LONGEST_ARMED_S)
    assert rig.view().is_movable
    assert rig.notices[-1].kind is NoticeKind.PROVED
    rig.run(0.1)
    assert [notice.kind for notice in rig.notices[-1:]] == [NoticeKind.ARMED]


def test_the_view_names_who_moves_it(armed: SupervisedBlock) -> None:
    ticket = armed.start(3)
    assert (armed.view().motion, armed.view().motion_by) == (ticket.id, "Ana")
    armed.end_of(ticket)
    assert armed.view().motion_by is None


@pytest.mark.parametrize(
    ("by", "for_s", "words"),
    [("", 60.0, "Say who arms"), (" \u200b", 60.0, "Say who arms"), ("Ana", 0.0, "12 hours"), ("Ana", 43201.0, "12 hours")],
)
def test_arming_needs_a_name_and_a_time(rig: SupervisedBlock, by: str, for_s: float, words: str) -> None:
    assert words in refusal(lambda: rig.supervisor.arm(rig.now, by, for_s))


def test_arming_needs_a_fresh_and_proved_status() -> None:
    rig = SupervisedBlock()
    assert "was not read yet" in refusal(rig.arm)
    rig.prove()
    rig.now += 0.35
    assert "too old" in refusal(rig.arm)


FAULTS: list[tuple[Callable[[SupervisedBlock], object], str]] = [
    (lambda rig: rig.sim.control("emergency_stop", pressed=True), "emergency stop pressed"),
    (lambda rig: rig.sim.control("mode", mode="local"), "local operation"),
    (lambda rig: rig.sim.control("mode", mode="maintenance"), "maintenance"),
    (lambda rig: rig.sim.control("enable", given=False), "Local enable is off"),
    (lambda rig: rig.sim.control("silent", on=True), "does not answer"),
    (lambda rig: rig.sim.control("freeze", on=True), "repeats an old status"),
    (lambda rig: (rig.sim.control("power", on=False), rig.sim.control("power", on=True)), "was restarted"),
    (lambda rig: setattr(rig.sim.station.block.carriages[5], "position", 0.0), "lock 1"),
    (lambda rig: rig.supervisor.port_lost(rig.now, say("The port went away.")), "The port went away."),
    (lambda rig: rig.supervisor.stranger_found(rig.now, say("A stranger answers.")), "A stranger answers."),
]


@pytest.mark.parametrize(("event", "words"), FAULTS)
def test_whatever_makes_a_block_doubtful_disarms_it_and_the_reason_is_kept(
    armed: SupervisedBlock, event: Callable[[SupervisedBlock], object], words: str
) -> None:
    event(armed)
    assert armed.run(5.0, lambda: not armed.view().arming.is_armed)
    reason = armed.view().arming.reason
    assert reason is not None
    assert words in reason.english()
    armed.run(0.2)
    (disarmed,) = [notice for notice in armed.notices if notice.kind is NoticeKind.DISARMED]
    assert words in disarmed.text.english()
    assert not armed.frames(Frame.SELECT, Frame.OPERATE)


def test_what_has_passed_still_needs_somebody_who_has_looked(armed: SupervisedBlock) -> None:
    armed.sim.control("mode", mode="local")
    armed.run(1.0)
    armed.sim.control("mode", mode="automatic")
    armed.run(1.0)
    with pytest.raises(NotArmed, match="switched to local operation"):
        armed.supervisor.select(armed.now, opening(3), "Ana")
    armed.arm("Bo")
    assert armed.end_of(armed.start(3)).kind is OutcomeKind.DONE


def test_a_beam_on_the_way_into_an_open_aisle_disarms_nothing(armed: SupervisedBlock) -> None:
    armed.sim.control("beam", aisle=0, broken=True)
    armed.run(1.0)
    assert armed.view().arming.is_armed
    assert not armed.view().is_movable
    armed.sim.control("beam", aisle=0, broken=False)
    armed.run(1.0)
    assert armed.view().is_movable


def test_a_motion_that_was_not_done_must_be_acknowledged_by_arming_anew(armed: SupervisedBlock) -> None:
    ticket = armed.start(3)
    armed.run_until_moving(ticket)
    armed.supervisor.stop(armed.now, say("Stopped by Bo."))
    assert armed.end_of(ticket).kind is OutcomeKind.ABORTED
    armed.run(1.0)
    with pytest.raises(NotArmed, match="disarmed it: Stopped by Bo"):
        armed.supervisor.select(armed.now, opening(3), "Ana")
    armed.arm()
    assert armed.end_of(armed.start(3)).kind is OutcomeKind.DONE
    assert armed.view().arming.is_armed, "a motion that is done leaves it armed"


def test_a_refused_motion_leaves_it_armed(armed: SupervisedBlock) -> None:
    ticket = armed.start(3)
    armed.supervisor.withdraw(armed.now, ticket.id, say("The disk is full."))
    armed.end_of(ticket)
    assert armed.view().arming.is_armed


def test_an_arming_runs_out_but_not_within_a_motion(rig: SupervisedBlock) -> None:
    rig.supervisor.arm(rig.now, "Ana", 5.0)
    ticket = rig.start(3)
    rig.run(6.0)
    assert rig.supervisor.outcome(ticket.id) is None
    assert rig.view().arming.left_s == 0.0
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    rig.run(0.1)
    with pytest.raises(NotArmed, match="The time for which Ana armed it is over"):
        rig.supervisor.select(rig.now, opening(0), "Ana")


def test_disarming_stops_what_moves(armed: SupervisedBlock) -> None:
    ticket = armed.start(3)
    armed.run_until_moving(ticket)
    armed.supervisor.gate.disarm(say("Disarmed by {name}.", name="Bo"))
    outcome = armed.end_of(ticket)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.ABORTED, "Disarmed by Bo.")
    assert armed.frames(Frame.STOP)


def test_stopping_needs_no_arming(rig: SupervisedBlock) -> None:
    rig.supervisor.stop(rig.now, say("Stopped."))
    rig.run(1.0)
    assert rig.supervisor.stop_report().is_standstill_seen


def test_what_an_earlier_server_left_is_acknowledged_by_name(rig: SupervisedBlock) -> None:
    left = Unfinished("m1", say("The opening of aisle 3 ended unseen."))
    rig.supervisor.gate = Gate(rig.block, unfinished=[left])
    assert rig.view().unfinished == (left,)
    assert refusal(rig.arm) == "The opening of aisle 3 ended unseen. Block 1 is armed once that is acknowledged."
    assert "ended unseen" in refusal(lambda: rig.supervisor.arm(rig.now, "Ana", 60.0, ["m2"]))
    assert rig.supervisor.arm(rig.now, "Ana", 60.0, ["m1", "m2"]).is_armed
    assert rig.view().unfinished == ()


def test_a_stale_status_alone_disarms_nothing(armed: SupervisedBlock) -> None:
    armed.now += 0.35
    assert armed.view().trust is Trust.STALE
    assert armed.view().arming.is_armed


# -- locking and jogging


def test_a_carriage_is_locked_whoever_is_where_and_without_arming(rig: SupervisedBlock) -> None:
    rig.supervisor.gate.hold(2, "Bo", AT)
    ticket = rig.supervisor.select(rig.now, Wanted(Action.LOCK, 2), "Ana")
    rig.supervisor.go(rig.now, ticket.id, ticket.narrows, "Ana")
    rig.supervisor.release(rig.now, ticket.id)
    rig.lease_of = ticket.id
    assert rig.end_of(ticket).kind is OutcomeKind.DONE
    assert not rig.view().arming.is_armed


@pytest.mark.parametrize("held", [1, 2])
def test_a_carriage_beside_a_held_aisle_is_neither_jogged_nor_unlocked(armed: SupervisedBlock, held: int) -> None:
    armed.end_of(armed.start(3))
    armed.end_of(armed.start(Wanted(Action.LOCK, 2)))
    armed.supervisor.gate.hold(held, "Bo", AT)
    assert f"Bo is in aisle {held}" in refusal(lambda: armed.select(Wanted(Action.UNLOCK, 2)))
    armed.supervisor.gate.release(armed.supervisor.gate.permitted_release(held, "Bo", ("Bo",)))
    assert armed.end_of(armed.start(Wanted(Action.UNLOCK, 2))).kind is OutcomeKind.DONE


def test_a_jog_that_is_let_go_leaves_the_block_armed(armed: SupervisedBlock) -> None:
    ticket = armed.start(Wanted(Action.JOG, 1, -500, is_held=True))
    armed.run_until_moving(ticket)
    armed.supervisor.let_go(armed.now, ticket.id)
    assert armed.end_of(ticket).kind is OutcomeKind.DONE
    assert armed.view().arming.is_armed
