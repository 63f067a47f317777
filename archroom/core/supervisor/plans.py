"""How an action is carried out from where the carriages stand: what is told, what moves where, what must be clear for it.

Pure geometry and bounds; who is in an aisle, what is faulted and what is allowed is judged by the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.gaps import (
    OPEN_TOLERANCE_MM,
    Positions,
    closing_aisle,
    narrowing_gaps,
    open_gaps,
    shut_gaps,
    target_positions,
    width_if_open,
)
from archroom.core.rooms import Block, MotionPolicy
from archroom.core.shelving import Action, Identity, Instruction, Wanted
from archroom.errors import Message, say

REACHED_MM = 5
"""A carriage this close to where it should be is there."""
APART_S = {MotionPolicy.SEQUENTIAL: 1.0, MotionPolicy.STAGGERED: 0.5, MotionPolicy.GROUP: 0.0}
"""Allowance between two carriages: the ramps of the next one, or the time between two starts (knowledge of the trade; the
map does not say it)."""
DEADLINE_FACTOR = 1.5
DEADLINE_EXTRA_S = 3.0
DEADLINE_MOST_S = 60.0
JOG_STEP_MM = 50
"""Longest way of one step."""
JOG_MOST_MM = 2000
"""Longest way of a jog that goes on while a key is held (docs/shelving-protocol.md)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One action: what moves where, and what must be clear for it."""

    wanted: Wanted
    told: Instruction
    """What the controller is told."""
    narrows: tuple[int, ...]
    """The aisles that a person must confirm to be clear."""
    carriages: tuple[int, ...]
    """Those that move, in the order in which they can."""
    changes: frozenset[int]
    """Aisles that widen, narrow or slide sideways, or whose carriage may move again: nobody may be in them."""
    locked: frozenset[int]
    start_mm: Positions
    target_mm: Positions

    @property
    def distance_mm(self) -> int:
        """The longest way that a carriage goes."""
        return max(self._ways_mm)

    @property
    def _ways_mm(self) -> list[int]:
        return [abs(there - here) for here, there in zip(self.start_mm, self.target_mm, strict=True)]

    def is_like(self, other: Plan) -> bool:
        """Return whether another plan is the same action from the same places, give or take `REACHED_MM`."""
        mine, others = ((one.wanted, one.told.number, one.told.closes, one.narrows, one.locked) for one in (self, other))
        starts = zip(self.start_mm, other.start_mm, strict=True)
        return mine == others and all(abs(here - there) <= REACHED_MM for here, there in starts)

    def expected_s(self, identity: Identity, policy: MotionPolicy) -> float:
        """Return how long it should take, warning included, where the carriages of a block start so."""
        if not self.wanted.action.is_motion:
            return 0.0
        ways_s = [way_mm / max(1, identity.speed_mm_s) for way_mm in self._ways_mm]
        moving_s = sum(ways_s) if policy is MotionPolicy.SEQUENTIAL else max(ways_s)
        return identity.warning_ms / 1000 + moving_s + APART_S[policy] * (len(self.carriages) - 1)


def deadline_s(expected_s: float) -> float:
    """Return the longest time that a motion may take, from OPERATE to standstill."""
    return min(DEADLINE_MOST_S, expected_s * DEADLINE_FACTOR + DEADLINE_EXTRA_S)


def plan(block: Block, positions_mm: Positions, wanted: Wanted, locked: frozenset[int] = frozenset()) -> Plan | Message:
    """Return how an action is carried out from here, or why it cannot be."""
    told = _told(block, positions_mm, wanted, locked)
    if isinstance(told, Message):
        return told
    target = target_positions(block, positions_mm, told, locked)
    farthest_mm = max(abs(there - here) for here, there in zip(positions_mm, target, strict=True))
    if wanted.action is Action.JOG and farthest_mm == 0:
        return say("Carriage {carriage} of block {block} has no way to go.", carriage=wanted.number, block=block.number)
    if wanted.action in (Action.CLOSE, Action.VENTILATE) and farthest_mm <= REACHED_MM:
        return say("The carriages of block {block} stand so already.", block=block.number)
    moved = [number for number, (here, there) in enumerate(zip(positions_mm, target, strict=True), start=1) if here != there]
    narrows = narrowing_gaps(block, positions_mm, target)
    if narrows:
        widest = max(narrows, key=lambda gap: block.gaps_mm(positions_mm)[gap])
        moved.sort(key=lambda number: abs(number - (widest + 0.5)))  # the gap lies half way between its two
    touched = {wanted.number} if wanted.action is Action.UNLOCK else set(moved)
    return Plan(
        wanted=wanted,
        told=told,
        narrows=narrows,
        carriages=tuple(moved),
        changes=frozenset(touched | {number - 1 for number in touched}),
        locked=locked,
        start_mm=positions_mm,
        target_mm=target,
    )


def _told(block: Block, positions_mm: Positions, wanted: Wanted, locked: frozenset[int]) -> Instruction | Message:
    """Return what the controller is told, or why it is not."""
    if wanted.action.is_of_carriage:
        return _told_of_carriage(block, positions_mm, wanted, locked)
    gap = wanted.number
    if wanted.action is Action.OPEN:
        return _told_to_open(block, positions_mm, gap, locked)
    segment = block.segment_of(gap, locked)
    if segment is None:
        return say("Block {block} has no aisle {aisle}.", block=block.number, aisle=gap)
    if not segment.is_mobile:
        return say("No carriage beside aisle {aisle} of block {block} can move.", aisle=gap, block=block.number)
    if wanted.action is Action.VENTILATE:
        return Instruction(Action.VENTILATE, gap, closing_aisle(block, positions_mm, gap, locked))
    shut = shut_gaps(block, segment)
    if not shut:
        return say(
            "Block {block} cannot close around aisle {aisle}: people can enter every gap there, so one stays open.",
            block=block.number,
            aisle=gap,
        )
    end = min(shut, key=lambda one: abs(one - gap))
    return Instruction(Action.CLOSE, end, closing_aisle(block, positions_mm, end, locked))


def _told_to_open(block: Block, positions_mm: Positions, opens: int, locked: frozenset[int]) -> Instruction | Message:
    if opens not in block.aisles:
        return say("Block {block} has no aisle {aisle}.", block=block.number, aisle=opens)
    if opens in open_gaps(block, positions_mm):
        return say("Aisle {aisle} of block {block} is open already.", block=block.number, aisle=opens)
    width_mm = width_if_open(block, positions_mm, opens, locked)
    if width_mm < block.aisle_mm - OPEN_TOLERANCE_MM:
        return say(
            "Aisle {aisle} of block {block} cannot open: locked carriages leave it {width} mm.",
            aisle=opens,
            block=block.number,
            width=width_mm,
        )
    return Instruction(Action.OPEN, opens, closing_aisle(block, positions_mm, opens, locked))


def _told_of_carriage(
    block: Block, positions_mm: Positions, wanted: Wanted, locked: frozenset[int]
) -> Instruction | Message:
    block_number, number = block.number, wanted.number
    if not 1 <= number <= len(block.carriages):
        return say("Block {block} has no carriage {carriage}.", block=block_number, carriage=number)
    if not block.carriages[number - 1].is_mobile:
        return say("Carriage {carriage} of block {block} is fixed.", carriage=number, block=block_number)
    if number in locked and wanted.action is not Action.UNLOCK:
        return say("Carriage {carriage} of block {block} is locked.", carriage=number, block=block_number)
    if wanted.action is Action.LOCK:
        return Instruction(Action.LOCK, number)
    if wanted.action is Action.UNLOCK:
        if number in locked:
            return Instruction(Action.UNLOCK, number)
        return say("Carriage {carriage} of block {block} is not locked.", carriage=number, block=block_number)
    most_mm = JOG_MOST_MM if wanted.is_held else JOG_STEP_MM
    if not 1 <= abs(wanted.jog_mm) <= most_mm:
        return say("A carriage is jogged by 1 to {most} mm at a time.", most=most_mm)
    there = target_positions(block, positions_mm, Instruction(Action.JOG, number, jog_mm=wanted.jog_mm), locked)
    return Instruction(Action.JOG, number, jog_mm=there[number - 1] - positions_mm[number - 1])
