"""Hypothesis strategies for blocks of mobile shelving as they may stand, and what may be asked of them."""

from __future__ import annotations

from arbitrary_blocks import blocks
from hypothesis import assume
from hypothesis import strategies as st

from archroom.core.gaps import Positions
from archroom.core.rooms import Block
from archroom.core.shelving import Action, Wanted
from archroom.core.supervisor.plans import Plan, plan

Standing = tuple[Block, Positions, frozenset[int]]
"""A block, where its carriages stand, and which of them are locked."""


def partway(done: Plan, percent: int) -> Positions:
    """Where the carriages stand when a motion was interrupted."""
    pairs = zip(done.start_mm, done.target_mm, strict=True)
    return tuple(start + (target - start) * percent // 100 for start, target in pairs)


def all_wanted(block: Block, actions: tuple[Action, ...], jog_mm: int) -> list[Wanted]:
    """All that somebody may ask of a block, and some that does not exist there."""
    numbers = range(-1, len(block.carriages) + 2)
    return [
        Wanted(action, number, way if action is Action.JOG else 0)
        for action in actions
        for number in numbers
        for way in ((jog_mm, -jog_mm) if action is Action.JOG else (0,))
    ]


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """A block, where its carriages stand after some motions, the last of them perhaps interrupted, and what is locked."""
    block = draw(blocks())
    assume(block.aisles)
    positions, locked = block.positions_mm(block.open_aisles), frozenset[int]()
    for _ in range(draw(st.integers(0, 6))):
        found = plan(block, positions, draw(st.sampled_from(all_wanted(block, tuple(Action), 50))), locked)
        if isinstance(found, Plan):
            positions = partway(found, draw(st.sampled_from([100, 100, 60, 35])))
            action, number = found.wanted.action, found.wanted.number
            locked = locked | {number} if action is Action.LOCK else locked
            locked = locked - {number} if action is Action.UNLOCK else locked
    return block, positions, locked
