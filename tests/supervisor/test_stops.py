"""Stop in every state: at once, again until standstill is seen, and nothing moves afterwards by itself."""

from __future__ import annotations

from itertools import pairwise

from supervised_room import LOST_ANSWER, SupervisedBlock, refusal

from archroom.core.shelving import AisleState, OutcomeKind, Trust
from archroom.core.supervisor.wishes import Frame, Lane
from archroom.errors import say
from hardware_sim import registers


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
    assert "was used or has ended" in refusal(lambda: rig.supervisor.go(rig.now, ticket.id, (0,), "Ana"))
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
    assert rig.run(2.0, lambda: rig.view().trust is Trust.LOST)
    rig.supervisor.stop(rig.now, say("Stopped."))
    pressed_s = rig.now
    rig.run(10.0)
    times = [sent.at_s - pressed_s for sent in rig.frames(Frame.STOP)]
    assert len([time for time in times if time < 3.0]) >= 10
    assert len([time for time in times if time > 4.0]) <= 8
    rig.sim.control("silent", on=False)
    assert rig.run(6.0, lambda: rig.supervisor.stop_report().is_standstill_seen)


def test_a_unit_that_was_silent_for_long_gets_three_stops_at_once_and_leaves_the_line_to_the_living(
    rig: SupervisedBlock,
) -> None:
    rig.sim.control("silent", on=True)
    rig.run(6.0)
    rig.supervisor.stop(rig.now, say("Stopped."))
    pressed_s = rig.now
    rig.run(10.0)
    stops = [sent for sent in rig.frames(Frame.STOP) if sent.at_s >= pressed_s]
    assert stops[0].at_s - pressed_s < 0.01
    assert [sent.wish.lane for sent in stops[:4]] == [Lane.STOP, Lane.STOP, Lane.STOP, Lane.PROBE]
    assert all(later.at_s - earlier.at_s >= 1.0 for earlier, later in pairwise(stops[2:]))
    assert len(stops) >= 6, "it is never given up"
    rig.sim.control("silent", on=False)
    assert rig.run(6.0, lambda: rig.supervisor.stop_report().is_standstill_seen)


def test_a_stop_that_a_stranger_cannot_take_keeps_nobody_busy(rig: SupervisedBlock) -> None:
    rig.supervisor.stranger_found(rig.now, say("What answers there is no shelving controller."))
    rig.supervisor.stop(rig.now, say("Stopped."))
    assert not rig.supervisor.is_busy, "else no silent unit of the line would be asked again"
    rig.run(3.0, lambda: not rig.supervisor.is_stranger)
    assert rig.run(3.0, lambda: rig.supervisor.stop_report().is_standstill_seen), "it goes out to whoever is no stranger"


def test_steel_that_cannot_be_where_it_is_said_to_be_is_told_and_seen_to_stand(rig: SupervisedBlock) -> None:
    rig.start(3)
    rig.run(4.0)
    rig.sim.control("encoder", carriage=4, offset_mm=-300)
    rig.run(5.0)
    told = [notice.kind.value for notice in rig.notices]
    assert told.count("distrusted") == 2, "it jumped, and it overlaps"
    assert told[-1] == "standstill"
    stops = len(rig.frames(Frame.STOP))
    rig.run(3.0)
    assert len(rig.frames(Frame.STOP)) == stops, "a stop that has done its work is not repeated"
    assert not rig.supervisor.is_busy
    assert rig.view().trust is Trust.UNKNOWN
