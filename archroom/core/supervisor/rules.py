"""Whether a block may be asked to do something: every rule as a pure function of facts.

We refuse more than the controller does, never less. An action changes one segment and leaves all others as they are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from archroom.core.plain.facts import Capabilities, OrderKind, PositionSense
from archroom.core.rooms import Block
from archroom.core.shelving import (
    Action,
    ControllerState,
    ControllerStatus,
    Fault,
    Identity,
    Mode,
    Wanted,
)
from archroom.core.supervisor.plans import DEADLINE_EXTRA_S, DEADLINE_MOST_S, Plan, plan
from archroom.core.supervisor.texts import (
    EMERGENCY_STOP_INPUT,
    action_phrase,
    fault_phrase,
    input_phrase,
    mode_phrase,
)
from archroom.errors import Message, say

STOPPING_WATCHDOG = 1
"""WATCHDOG_MODE that is accepted: stops, and is re-triggered by writes only."""
WATCHDOG_LEAST_MS = 500
WATCHDOG_MOST_MS = 2000


@dataclass(frozen=True, slots=True)
class Ready:
    """What a motion may rest on."""

    status: ControllerStatus
    identity: Identity


def identity_problem(block: Block, identity: Identity) -> Message | None:
    """Return why a unit is not the controller that this block needs; None if it is."""
    if identity.block != block.number:
        return say(
            "The controller where block {block} should be says that it is block {other}.",
            block=block.number,
            other=identity.block,
        )
    if identity.carriages != len(block.carriages):
        return say(
            "The controller of block {block} has {theirs} carriages, the room has {ours}.",
            block=block.number,
            theirs=identity.carriages,
            ours=len(block.carriages),
        )
    if identity.fixed_carriages != frozenset(unit.number for unit in block.carriages if not unit.is_mobile):
        return say("The controller of block {block} has other fixed carriages than the room.", block=block.number)
    if identity.aisle_mm != block.aisle_mm:
        return say(
            "The controller of block {block} opens aisles of {theirs} mm, the room says {ours} mm.",
            block=block.number,
            theirs=identity.aisle_mm,
            ours=block.aisle_mm,
        )
    return None


def permission_problem(block: Block, identity: Identity) -> Message | None:
    """Return why the right controller may only be watched, whatever its commissioning has shown; None if it may be moved."""
    if identity.watchdog_mode != STOPPING_WATCHDOG:
        return say(
            "Block {block} can only be watched: its controller does not stop by itself when it hears nothing.",
            block=block.number,
        )
    if not WATCHDOG_LEAST_MS <= identity.watchdog_ms <= WATCHDOG_MOST_MS:
        return say(
            "Block {block} can only be watched: its watchdog waits {time} ms, allowed are {least} to {most} ms.",
            block=block.number,
            time=identity.watchdog_ms,
            least=WATCHDOG_LEAST_MS,
            most=WATCHDOG_MOST_MS,
        )
    return None


def cabinet_problem(block: Block, status: ControllerStatus) -> Message | None:
    """Return what at the controller forbids motion, begun or not: faults, inputs, mode, enable; None if nothing does."""
    number = block.number
    if status.faults is not Fault.NONE:
        phrase = fault_phrase(status.faults)
        return say("Block {block} reports a fault: {fault}. Reset it at the shelving.", block=number, fault=phrase)
    if status.inputs:
        return say("Block {block} cannot move now: {input}.", block=number, input=input_phrase(status.inputs))
    if status.mode is not Mode.AUTOMATIC:
        return say("Block {block} is switched to {mode}.", block=number, mode=mode_phrase(status.mode))
    if not status.is_enabled:
        return say("Local enable is off at block {block}.", block=number)
    return None


def disarming_problem(block: Block, status: ControllerStatus) -> Message | None:
    """Return why a block must be armed anew, None if it need not.

    A latched fault, the emergency stop, another mode, local enable taken away. A light beam that somebody breaks on the way
    into an open aisle, or an edge that is leant on at rest, only keeps the block from moving meanwhile.
    """
    inputs = status.inputs & EMERGENCY_STOP_INPUT
    return cabinet_problem(block, status if inputs == status.inputs else replace(status, inputs=inputs))


def standing_problem(block: Block, status: ControllerStatus, is_selected_by_us: bool = False) -> Message | None:
    """Return why no motion may begin as the controller stands; None if one may."""
    number = block.number
    problem = cabinet_problem(block, status)
    if problem is not None:
        return problem
    if status.moving_carriages or not status.state.is_at_rest:
        return say("Block {block} is moving.", block=number)
    ready = ControllerState.SELECTED if is_selected_by_us else ControllerState.IDLE
    if status.state is not ready:
        return say("The controller of block {block} is not ready: {state}.", block=number, state=_state_phrase(status.state))
    return None


def capability_problem(block: Block, identity: Identity, action: Action) -> Message | None:
    """Return why a controller cannot do what is wanted at all; None if it can."""
    return None if action in identity.capabilities else not_capable(block, action)


def reference_capabilities(actions: Collection[Action]) -> Capabilities:
    """Return what a controller of the register map can do and tell, in the words that fit every make."""
    kinds = {kind.value: kind for kind in OrderKind}
    return Capabilities(
        orders=frozenset(kinds[action.value] for action in actions),
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


def not_capable(block: Block, action: Action) -> Message:
    """Return the refusal of what a controller cannot do."""
    phrase = action_phrase(action)
    return say("The controller of block {block} cannot {do} its carriages.", block=block.number, do=phrase)


def allowed_plan(block: Block, status: ControllerStatus, wanted: Wanted) -> Plan | Message:
    """Return how an action is carried out from here, or why it may not be."""
    planned = plan(block, status.positions_mm, wanted, status.locked_carriages)
    if isinstance(planned, Message):
        return planned
    occupied = min(planned.changes & status.occupied_aisles, default=None)
    if occupied is not None:
        return say("Somebody is in aisle {aisle} of block {block}.", block=block.number, aisle=occupied)
    return planned


def duration_problem(block: Block, planned: Plan, identity: Identity) -> Message | None:
    """Return why an action takes too long for one order, which would end on the way; None if it does not."""
    expected_s = planned.expected_s(identity, block.motion)
    if expected_s + DEADLINE_EXTRA_S <= DEADLINE_MOST_S:
        return None
    return say(
        "Block {block} would move for {seconds} s, and an order lasts {most} s at most: go there in shorter steps.",
        block=block.number,
        seconds=round(expected_s),
        most=round(DEADLINE_MOST_S),
    )


def _state_phrase(state: ControllerState) -> Message:
    if state is ControllerState.STARTING:
        return say("it is starting")
    if state is ControllerState.SELECTED:
        return say("an aisle is selected")
    if state is ControllerState.FAULTED:
        return say("it reports a fault")
    return say("nothing is selected")
