"""Whether an aisle may be asked to open, and how: every rule as a pure function of facts.

We refuse more than the controller does, never less. A plan opens one aisle of one segment and leaves all others as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.rooms import Block
from archroom.core.shelving import (
    ControllerKind,
    ControllerState,
    ControllerStatus,
    Fault,
    Identity,
    Mode,
    closing_aisle,
    narrowing_aisles,
    open_gaps,
    target_positions,
)
from archroom.core.supervisor_texts import fault_phrase, input_phrase, mode_phrase
from archroom.errors import Message, say

STOPPING_WATCHDOG = 1
"""WATCHDOG_MODE that is accepted: stops, and is re-triggered by writes only."""
WATCHDOG_LEAST_MS = 500
WATCHDOG_MOST_MS = 2000
REACHED_MM = 5
"""A carriage this close to where it should be is there."""
STAGGER_S = 0.5
"""Allowance between the starts of two carriages (knowledge of the trade; the map does not say it)."""
DEADLINE_FACTOR = 1.5
DEADLINE_EXTRA_S = 3.0
DEADLINE_MOST_S = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One opening: what moves where, and what must be clear for it."""

    opens: int
    closes: int
    """The aisle that a person must confirm to be clear."""
    open_now: int | None
    """The aisle that stands open in the segment, as the controller must be told; None after an interrupted motion."""
    carriages: tuple[int, ...]
    """Those that move, the one next to the closing aisle first."""
    changes: frozenset[int]
    """Aisles that widen, narrow or slide sideways."""
    start_mm: tuple[int, ...]
    target_mm: tuple[int, ...]

    @property
    def distance_mm(self) -> int:
        """The longest way that a carriage goes."""
        return max(abs(there - here) for here, there in zip(self.start_mm, self.target_mm, strict=True))

    def is_like(self, other: Plan) -> bool:
        """Return whether another plan is the same opening from the same places, give or take `REACHED_MM`."""
        starts = zip(self.start_mm, other.start_mm, strict=True)
        is_same = (self.opens, self.closes, self.open_now) == (other.opens, other.closes, other.open_now)
        return is_same and all(abs(here - there) <= REACHED_MM for here, there in starts)

    def expected_s(self, identity: Identity) -> float:
        """Return how long the opening should take, warning included."""
        travel_s = self.distance_mm / max(1, identity.speed_mm_s)
        return identity.warning_ms / 1000 + travel_s + STAGGER_S * (len(self.carriages) - 1)


def deadline_s(expected_s: float) -> float:
    """Return the longest time that a motion may take, from OPERATE to standstill."""
    return min(DEADLINE_MOST_S, expected_s * DEADLINE_FACTOR + DEADLINE_EXTRA_S)


def plan(block: Block, positions_mm: tuple[int, ...], opens: int) -> Plan | None:
    """Return how an aisle opens from here; None if it does not exist, is open already or can never move."""
    segment = block.segment_of(opens)
    if segment is None or opens not in block.aisles or opens in open_gaps(block, positions_mm):
        return None
    widths = block.gaps_mm(positions_mm)
    closes = max((gap for gap in segment.gaps if gap != opens), key=lambda gap: widths[gap])
    target = target_positions(block, positions_mm, opens)
    moved = [number for number, (here, there) in enumerate(zip(positions_mm, target, strict=True), start=1) if here != there]
    moved.sort(key=lambda number: abs(2 * (number - closes) - 1))
    return Plan(
        opens=opens,
        closes=closes,
        open_now=closing_aisle(block, positions_mm, opens),
        carriages=tuple(moved),
        changes=frozenset(moved) | {number - 1 for number in moved},
        start_mm=positions_mm,
        target_mm=target,
    )


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
    """Return why the right controller may only be watched, not moved; None if it may be moved."""
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
    if identity.kind is not ControllerKind.SIMULATOR:
        return say(
            "Block {block} can only be watched: it moves real steel, and that was not put into service here.",
            block=block.number,
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


def allowed_plan(block: Block, status: ControllerStatus, opens: int) -> Plan | Message:
    """Return how an aisle opens from here, or why it may not."""
    number = block.number
    if opens not in block.aisles:
        return say("Block {block} has no aisle {aisle}.", block=number, aisle=opens)
    planned = plan(block, status.positions_mm, opens)
    if planned is None:
        return say("Aisle {aisle} of block {block} is open already.", block=number, aisle=opens)
    narrowing = narrowing_aisles(block, status.positions_mm, opens)
    if len(narrowing) > 1:
        return say(
            "Aisles {first} and {second} of block {block} are both partly open and would both close. "
            "Open one at the shelving's own panel, in sight of them.",
            block=number,
            first=min(narrowing[:2]),
            second=max(narrowing[:2]),
        )
    occupied = min(planned.changes & status.occupied_aisles, default=None)
    if occupied is not None:
        return say("Somebody is in aisle {aisle} of block {block}.", block=number, aisle=occupied)
    return planned


def _state_phrase(state: ControllerState) -> Message:
    if state is ControllerState.STARTING:
        return say("it is starting")
    if state is ControllerState.SELECTED:
        return say("an aisle is selected")
    if state is ControllerState.FAULTED:
        return say("it reports a fault")
    return say("nothing is selected")
