"""What may be believed: two equal reads, the moving counter, impossible positions, and the pace of a line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from statuses import bent, identity_of, status_of
from supervised_room import SupervisedBlock, block_of

from archroom.core.gaps import carriages_between, changed_aisles, closing_aisle, impossibility
from archroom.core.shelving import (
    Action,
    AisleState,
    ControllerState,
    ControllerStatus,
    Instruction,
    Trust,
)
from archroom.core.supervisor.view import aisle_states
from archroom.core.supervisor.watch import Sight, Watch
from archroom.core.supervisor.wishes import Pace

BLOCK = block_of()
STATUS = status_of(BLOCK)
OPENING = Instruction(Action.OPEN, 3, 0)
SPREADING = Instruction(Action.VENTILATE, 0)


def numbered(counter: int, **change: object) -> ControllerStatus:
    """A status of this counter."""
    return bent(replace(STATUS, counter=counter), change)


def watch() -> Watch:
    """A watch that has read the right identity."""
    made = Watch(BLOCK)
    made.advance(0.0)
    made.take_identity(0.0, identity_of(BLOCK))
    return made


def proved() -> Watch:
    """A watch that believes its block since 0.3 s."""
    made = watch()
    assert made.take_status(0.05, numbered(1)) is Sight.TAKEN
    assert made.take_status(0.3, numbered(2)) is Sight.PROVED
    return made


def test_two_equal_reads_prove_a_block_if_they_are_200_ms_apart() -> None:
    made = watch()
    assert made.take_status(0.1, numbered(1)) is Sight.TAKEN
    assert made.take_status(0.29, numbered(2)) is Sight.TAKEN
    assert made.trust(0.29) is Trust.UNKNOWN
    assert made.take_status(0.31, numbered(3)) is Sight.PROVED
    assert made.trust(0.31) is Trust.GOOD
    assert made.authority == (3, 2)


@pytest.mark.parametrize(
    "change",
    [{"positions_mm": BLOCK.positions_mm((1,))}, {"epoch": 9}, {"inputs": 1}, {"state": ControllerState.MOVING}],
)
def test_two_reads_that_differ_or_move_prove_nothing(change: dict[str, object]) -> None:
    made = watch()
    made.take_status(0.1, numbered(1))
    assert made.take_status(0.4, bent(numbered(2), change)) is Sight.TAKEN
    assert made.trust(0.4) is Trust.UNKNOWN
    assert made.take_status(0.9, numbered(3)) is Sight.TAKEN


def test_nothing_is_proved_without_an_identity() -> None:
    made = Watch(BLOCK)
    made.take_status(0.1, numbered(1))
    assert made.take_status(0.5, numbered(2)) is Sight.TAKEN


def test_a_counter_that_stands_still_is_no_news_and_a_wrapped_one_is() -> None:
    made = proved()
    assert made.take_status(0.4, numbered(2)) is Sight.REPEATED
    assert made.trust(0.65) is Trust.STALE
    assert made.take_status(0.7, numbered(1)) is Sight.TAKEN
    assert made.trust(0.7) is Trust.GOOD


def test_a_stale_status_comes_back_by_itself_and_a_lost_link_does_not() -> None:
    made = proved()
    assert not made.advance(0.85)
    assert made.trust(0.85) is Trust.STALE
    assert made.advance(0.95)
    assert not made.advance(0.96)
    assert made.trust(0.95) is Trust.LOST
    made.take_identity(1.0, identity_of(BLOCK))
    assert made.trust(1.0) is Trust.LOST
    assert made.take_status(1.1, numbered(8)) is Sight.TAKEN
    assert made.trust(1.1) is Trust.UNKNOWN
    assert made.take_status(1.35, numbered(9)) is Sight.PROVED


def test_three_failures_lose_the_link() -> None:
    made = proved()
    for _ in range(2):
        made.take_failure()
        assert not made.advance(0.4)
    made.take_failure()
    assert made.advance(0.4)
    assert made.reason is not None
    assert "does not answer" in made.reason.english()


def test_another_controller_that_answers_after_a_loss_is_not_lost_but_wrong() -> None:
    made = watch()
    made.take_identity(0.1, replace(identity_of(BLOCK), block=2))
    assert made.trust(9.0) is Trust.UNKNOWN
    assert not made.advance(9.0)
    for _ in range(3):
        made.take_failure()
    assert made.advance(9.1)
    made.take_identity(9.2, replace(identity_of(BLOCK), block=2))
    assert made.trust(9.2) is Trust.UNKNOWN


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"boot_id": 8}, "was restarted"),
        ({"last_seq": 3}, "Another program commands"),
        ({"positions_mm": BLOCK.positions_mm((2,))}, "away from where it just was"),
        ({"positions_mm": tuple(reversed(STATUS.positions_mm))}, "away from where it just was"),
    ],
)
def test_what_cannot_be_shakes_everything(change: dict[str, object], words: str) -> None:
    made = proved()
    assert made.take_status(0.4, bent(numbered(3), change)) is Sight.SHAKEN
    assert made.trust(0.4) is Trust.UNKNOWN
    assert made.reason is not None
    assert words in made.reason.english()


def test_swapped_positions_are_never_believed() -> None:
    made = watch()
    for counter in range(1, 9):
        sight = made.take_status(0.3 * counter, numbered(counter, positions_mm=tuple(reversed(STATUS.positions_mm))))
        assert sight is Sight.SHAKEN
    assert made.trust(2.4) is Trust.UNKNOWN


def test_positions_at_nominal_speed_are_believed() -> None:
    made = proved()
    for step in range(1, 20):
        positions = tuple(
            position - 4 * step if number == 0 else position for number, position in enumerate(STATUS.positions_mm)
        )
        assert made.take_status(0.3 + 0.1 * step, numbered(2 + step, positions_mm=positions)) is Sight.TAKEN


def test_our_own_commands_are_expected_in_their_order() -> None:
    made = proved()
    made.expect((4, 1), (4, 2))
    assert made.take_status(0.4, numbered(3, epoch=4, last_seq=1)) is Sight.TAKEN
    assert made.take_status(0.5, numbered(4, epoch=4, last_seq=2)) is Sight.TAKEN
    assert made.authority == (4, 2)
    assert made.take_status(0.6, numbered(5, epoch=4, last_seq=1)) is Sight.SHAKEN


def test_a_command_that_was_given_up_and_comes_late_is_a_strangers() -> None:
    made = proved()
    made.expect((4, 1), (4, 2))
    made.forget_expected()
    assert made.take_status(0.4, numbered(3, epoch=4, last_seq=1)) is Sight.SHAKEN


def test_a_fixed_carriage_that_is_off_its_place_is_impossible() -> None:
    block = block_of(4, fixed=(2,), open_aisles=(1, 2))
    positions = block.positions_mm((1, 2))
    assert impossibility(block, positions) is None
    off = (positions[0], positions[1] + 20, *positions[2:])
    found = impossibility(block, off)
    assert found is not None
    assert "Fixed carriage 2" in found.english()
    closed = impossibility(
        block, tuple(position + 40 if number == 2 else position for number, position in enumerate(positions))
    )
    assert closed is not None
    assert "Gap 3" in closed.english()


def test_which_carriages_move_between_two_aisles() -> None:
    assert carriages_between(3, 0) == (1, 2, 3)
    assert carriages_between(0, 3) == (3, 2, 1)
    assert list(changed_aisles(1, 3)) == [1, 2, 3]
    assert closing_aisle(BLOCK, STATUS.positions_mm, 99) is None
    assert closing_aisle(BLOCK, STATUS.positions_mm, 4) == 0


@pytest.mark.parametrize(
    ("change", "aisle", "state"),
    [
        ({}, 0, AisleState.OPEN),
        ({}, 1, AisleState.CLOSED),
        ({"occupied_aisles": frozenset({0})}, 0, AisleState.OCCUPIED),
        ({"state": ControllerState.WARNING, "instruction": OPENING}, 3, AisleState.OPENING),
        ({"state": ControllerState.WARNING, "instruction": OPENING}, 0, AisleState.CLOSING),
        ({"state": ControllerState.SELECTED, "instruction": OPENING}, 3, AisleState.CLOSED),
        ({"state": ControllerState.MOVING, "instruction": SPREADING}, 0, AisleState.CLOSING),
        ({"state": ControllerState.MOVING, "instruction": SPREADING}, 3, AisleState.CLOSED),
        ({"state": ControllerState.MOVING, "instruction": Instruction(Action.JOG, 1, jog_mm=-9)}, 0, AisleState.CLOSING),
        ({"state": ControllerState.MOVING, "instruction": Instruction(Action.JOG, 2, jog_mm=9)}, 0, AisleState.OPEN),
        ({"positions_mm": (400, 975 + 400, *STATUS.positions_mm[2:])}, 0, AisleState.PARTLY),
    ],
)
def test_an_aisle_is_shown_in_one_word(change: dict[str, object], aisle: int, state: AisleState) -> None:
    assert dict(aisle_states(BLOCK, bent(STATUS, change)))[aisle] is state


def test_without_a_status_every_aisle_is_unknown() -> None:
    assert {state for _, state in aisle_states(BLOCK, None)} == {AisleState.UNKNOWN}


@pytest.mark.parametrize(
    ("round_s", "stale_s", "lost_s"), [(0.05, 0.3, 0.6), (0.15, 0.3, 0.6), (0.2, 0.4, 0.8), (0.4, 0.8, 1.6)]
)
def test_the_pace_keeps_300_and_600_ms_wherever_the_line_can(round_s: float, stale_s: float, lost_s: float) -> None:
    pace = Pace.of_line(round_s, 0.0)
    assert (pace.stale_s, pace.lost_s, pace.idle_slack_s) == pytest.approx((stale_s, lost_s, 0.0))


def test_silent_units_lend_time_only_while_nothing_is_asked() -> None:
    made = proved()
    made.pace = Pace.of_line(0.05, 0.36)
    assert (made.trust(0.9), made.trust(0.97)) == (Trust.GOOD, Trust.STALE)
    assert (made.trust(0.59, is_busy=True), made.trust(0.61, is_busy=True)) == (Trust.GOOD, Trust.STALE)
    assert not made.advance(1.2)
    assert made.advance(1.2, is_busy=True)


def test_a_slow_line_makes_a_patient_supervisor() -> None:
    rig = SupervisedBlock()
    rig.supervisor.set_pace(Pace.of_line(0.4, 0.0))
    rig.prove()
    rig.now += 0.7
    assert rig.view().trust is Trust.GOOD
    rig.now += 0.2
    assert rig.view().trust is Trust.STALE


def test_a_dead_unit_is_asked_ever_more_rarely() -> None:
    rig = SupervisedBlock()
    rig.sim.control("silent", on=True)
    rig.run(30.0)
    times = [sent.at_s for sent in rig.sent]
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert max(gaps) <= 4.5
    assert gaps[-1] >= 4.0
    assert len(times) <= 14
