"""The rules by which an action is allowed or refused, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from statuses import bent, identity_of, opening, status_of
from supervised_room import block_of

from archroom.core.plain.facts import Capabilities, OrderKind, PositionSense
from archroom.core.shelving import (
    Action,
    AisleState,
    BlockView,
    ControllerKind,
    ControllerState,
    EndReason,
    Fault,
    Mode,
    Ticket,
    Trust,
    Wanted,
)
from archroom.core.supervisor.plans import Plan
from archroom.core.supervisor.rules import (
    allowed_plan,
    cabinet_problem,
    capability_problem,
    disarming_problem,
    duration_problem,
    identity_problem,
    permission_problem,
    reference_capabilities,
    standing_problem,
)
from archroom.core.supervisor.texts import action_name, done_text, end_text, result_text
from archroom.errors import Message, say

BLOCK = block_of()


# -- refusals

STATUS_REFUSALS = [
    ({"faults": Fault.ESTOP | Fault.BEAM}, "emergency stop pressed"),
    ({"faults": Fault.EDGE}, "a safety edge was touched"),
    ({"faults": Fault.OCCUPIED}, "somebody was in the aisle"),
    ({"faults": Fault.BEAM}, "a light beam was broken"),
    ({"faults": Fault.OVERTRAVEL}, "ran too far"),
    ({"faults": Fault.POSITION}, "a position is not known"),
    ({"faults": Fault.DRIVE}, "a drive has failed"),
    ({"inputs": 1}, "the emergency stop is pressed"),
    ({"inputs": 2}, "a safety edge is pressed"),
    ({"inputs": 4}, "a light beam is broken"),
    ({"mode": Mode.LOCAL}, "local operation"),
    ({"mode": Mode.MAINTENANCE}, "maintenance"),
    ({"mode": Mode.HAND_CRANK}, "hand crank"),
    ({"is_enabled": False}, "Local enable is off"),
    ({"state": ControllerState.MOVING}, "is moving"),
    ({"state": ControllerState.WARNING}, "is moving"),
    ({"state": ControllerState.STOPPING}, "is moving"),
    ({"moving_carriages": frozenset({2})}, "is moving"),
    ({"state": ControllerState.STARTING}, "it is starting"),
    ({"state": ControllerState.SELECTED}, "an aisle is selected"),
    ({"state": ControllerState.FAULTED}, "it reports a fault"),
]


@pytest.mark.parametrize(("change", "words"), STATUS_REFUSALS)
def test_a_controller_that_is_not_ready_is_refused(change: dict[str, object], words: str) -> None:
    status = bent(status_of(BLOCK), change)
    problem = standing_problem(BLOCK, status)
    assert problem is not None
    assert words in problem.english()
    assert standing_problem(BLOCK, status_of(BLOCK)) is None


def test_after_our_select_only_selected_is_ready() -> None:
    idle = standing_problem(BLOCK, status_of(BLOCK), is_selected_by_us=True)
    assert idle is not None
    assert "nothing is selected" in idle.english()
    assert (
        standing_problem(BLOCK, bent(status_of(BLOCK), {"state": ControllerState.SELECTED}), is_selected_by_us=True) is None
    )


@pytest.mark.parametrize(
    ("change", "is_disarmed"),
    [
        ({}, False),
        ({"inputs": 2}, False),
        ({"inputs": 4}, False),
        ({"inputs": 1}, True),
        ({"inputs": 7}, True),
        ({"faults": Fault.EDGE}, True),
        ({"mode": Mode.LOCAL}, True),
        ({"is_enabled": False}, True),
    ],
)
def test_a_beam_or_an_edge_at_rest_does_not_disarm(change: dict[str, object], is_disarmed: bool) -> None:
    problem = disarming_problem(BLOCK, bent(status_of(BLOCK), change))
    assert (problem is not None) is is_disarmed
    assert change.get("inputs") != 7 or problem == say(
        "Block {block} cannot move now: {input}.", block=1, input=say("the emergency stop is pressed")
    )


def test_what_moves_is_no_problem_of_the_cabinet() -> None:
    assert cabinet_problem(BLOCK, bent(status_of(BLOCK), {"state": ControllerState.MOVING})) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"block": 2}, "says that it is block 2"),
        ({"carriages": 5}, "has 5 carriages, the room has 6"),
        ({"fixed_carriages": frozenset({1})}, "other fixed carriages"),
        ({"aisle_mm": 900}, "opens aisles of 900 mm"),
    ],
)
def test_another_controller_than_the_blocks_is_refused(change: dict[str, object], words: str) -> None:
    problem = identity_problem(BLOCK, bent(identity_of(BLOCK), change))
    assert problem is not None
    assert words in problem.english()
    assert identity_problem(BLOCK, identity_of(BLOCK)) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"watchdog_mode": 0}, "does not stop by itself"),
        ({"watchdog_mode": 2}, "does not stop by itself"),
        ({"watchdog_mode": 3}, "does not stop by itself"),
        ({"watchdog_ms": 499}, "waits 499 ms"),
        ({"watchdog_ms": 2001}, "waits 2001 ms"),
    ],
)
def test_a_controller_that_would_not_stop_by_itself_is_only_watched(change: dict[str, object], words: str) -> None:
    problem = permission_problem(BLOCK, bent(identity_of(BLOCK), change))
    assert problem is not None
    assert words in problem.english()


@pytest.mark.parametrize("watchdog_ms", [500, 2000])
@pytest.mark.parametrize("kind", ControllerKind)
def test_whatever_stands_behind_a_good_watchdog_is_for_its_commissioning_to_judge(
    watchdog_ms: int, kind: ControllerKind
) -> None:
    assert permission_problem(BLOCK, replace(identity_of(BLOCK), watchdog_ms=watchdog_ms, kind=kind)) is None


@pytest.mark.parametrize(
    ("opens", "change", "words"),
    [
        (7, {}, "has no aisle 7"),
        (-1, {}, "has no aisle -1"),
        (0, {}, "is open already"),
        (3, {"occupied_aisles": frozenset({0})}, "Somebody is in aisle 0"),
        (3, {"occupied_aisles": frozenset({2})}, "Somebody is in aisle 2"),
        (3, {"occupied_aisles": frozenset({3})}, "Somebody is in aisle 3"),
    ],
)
def test_an_aisle_that_may_not_open_is_refused(opens: int, change: dict[str, object], words: str) -> None:
    refused = allowed_plan(BLOCK, bent(status_of(BLOCK), change), opening(opens))
    assert isinstance(refused, Message)
    assert words in refused.english()


@pytest.mark.parametrize(("warning_ms", "is_refused"), [(36_625, False), (36_626, True)])
def test_an_action_must_end_three_seconds_before_its_order_does(warning_ms: int, is_refused: bool) -> None:
    planned = allowed_plan(BLOCK, status_of(BLOCK), opening(3))
    assert isinstance(planned, Plan)
    identity = replace(identity_of(BLOCK), speed_mm_s=40, warning_ms=warning_ms)
    assert (duration_problem(BLOCK, planned, identity) is not None) == is_refused


def test_somebody_in_an_aisle_that_does_not_change_is_no_reason() -> None:
    assert isinstance(allowed_plan(BLOCK, replace(status_of(BLOCK), occupied_aisles=frozenset({4})), opening(3)), Plan)


@pytest.mark.parametrize("action", list(Action))
def test_what_a_controller_cannot_do_is_refused_by_name(action: Action) -> None:
    able = identity_of(BLOCK)
    unable = replace(able, capabilities=able.capabilities - {action})
    assert capability_problem(BLOCK, able, action) is None
    problem = capability_problem(BLOCK, unable, action)
    assert problem is not None
    assert problem.english().startswith("The controller of block 1 cannot ")


def test_a_controller_of_the_register_map_can_and_tells_all_that_is_asked_of_any() -> None:
    assert reference_capabilities({Action.OPEN, Action.CLOSE}) == Capabilities(
        orders=frozenset({OrderKind.OPEN, OrderKind.CLOSE}),
        can_stop=True,
        position_sense=PositionSense.MILLIMETRES,
        tells_motion=True,
        tells_mode=True,
        tells_faults=True,
        tells_occupied=True,
        tells_fresh=True,
        has_sequence_numbers=True,
        stops_when_host_is_silent=True,
    )


def test_facts_say_nothing_that_nobody_said() -> None:
    assert Wanted(Action.JOG, 1) == Wanted(Action.JOG, 1, 0, False)
    view = BlockView(1, Trust.UNKNOWN, None, None, None, (), False, None)
    assert (view.needs_attendance, view.motion, view.holds, view.unfinished, view.arming.is_armed) == (
        False, None, (), (), False,
    )  # fmt: skip
    assert view.open_aisles() == ()
    states = tuple(enumerate(AisleState))
    shown = BlockView(1, Trust.GOOD, 0.0, None, None, states, False, None).open_aisles()
    assert shown == tuple(number for number, state in states if state in (AisleState.OPEN, AisleState.OCCUPIED))


@pytest.mark.parametrize(
    ("narrows", "candidates", "numbers", "is_yes"),
    [
        ((2, 4), (), (4, 2), True),
        ((2, 4), (), (2,), False),
        ((2, 4), (), (2, 4, 4), False),
        ((), (), (3,), True),
        ((), (), (), False),
        ((), (1, 2), (1,), True),
        ((), (1, 2), (2, 1), True),
        ((), (1, 2), (), False),
        ((), (1, 2), (1, 1), False),
        ((), (1, 2), (1, 3), False),
    ],
)
def test_a_ticket_is_answered_by_its_own_numbers(
    narrows: tuple[int, ...], candidates: tuple[int, ...], numbers: tuple[int, ...], is_yes: bool
) -> None:
    ticket = Ticket("t1", 1, opening(3), narrows, (), 1.0, candidates=candidates)
    assert ticket.is_answered_by(numbers) is is_yes


@pytest.mark.parametrize("state", list(ControllerState))
def test_what_is_at_rest_and_what_stands(state: ControllerState) -> None:
    moving = {ControllerState.WARNING, ControllerState.MOVING, ControllerState.STOPPING}
    assert state.is_at_rest is (state not in moving)
    assert state.is_standing is (state not in {*moving, ControllerState.SELECTED})


def test_what_moves_steel_and_what_is_done_to_one_carriage() -> None:
    assert {action for action in Action if not action.is_motion} == {Action.LOCK, Action.UNLOCK}
    assert {action for action in Action if action.is_of_carriage} == {Action.JOG, Action.LOCK, Action.UNLOCK}


# -- sentences


def test_every_action_has_a_name_and_every_end_its_own_sentence() -> None:
    assert len({action_name(action).english() for action in Action}) == len(Action)
    assert len({done_text(1, Wanted(action, 2), 30).english() for action in Action}) == len(Action)


@pytest.mark.parametrize("result", [*range(0x10, 0x14), *range(0x20, 0x2B), 3])
def test_every_result_of_a_command_has_its_own_reason(result: int) -> None:
    reason = result_text(1, result).values["reason"]
    others = [
        result_text(1, other).values["reason"] for other in (*range(0x10, 0x14), *range(0x20, 0x2B)) if other != result
    ]
    same = {0x11, 0x12}
    assert isinstance(reason, Message)
    assert (reason in others) == (result in same)


@pytest.mark.parametrize("end_reason", list(EndReason))
def test_every_end_of_a_motion_has_a_sentence(end_reason: EndReason) -> None:
    status = replace(status_of(BLOCK), end_reason=end_reason, faults=Fault.EDGE)
    assert "lock 1" in end_text(1, status).english()
    assert ("safety edge" in end_text(1, status).english()) == (end_reason is EndReason.FAULT)
