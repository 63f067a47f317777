"""What must not move in a block at present, by people's word and by the controller's: holds, locks, and what halts it whole.

Nothing is taken for movable because it was not told: what is not known is said by whoever plans.
"""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.outages import Outage, Reach
from archroom.core.people_holds import Holds, held_aisles, hold_problem
from archroom.core.plain.facts import Side
from archroom.core.plain.rules import disarming_problem as plain_disarming_problem
from archroom.core.rooms import Block
from archroom.core.shelving import BlockView, Trust
from archroom.core.supervisor.rules import disarming_problem
from archroom.errors import Message, say


@dataclass(frozen=True, slots=True)
class Pins:
    """What must not move in a block at present."""

    holds: Holds = ()
    """Who claims which aisle: it may neither open nor close, nor slide sideways."""
    locked_carriages: frozenset[int] = frozenset()
    halt: Message | None = None
    """Why nothing of the block moves until somebody has seen to it."""
    outage: Outage | None = None
    """That of the block: nothing of it moves, and only the aisle that was opened by hand is entered."""

    @property
    def held_aisles(self) -> frozenset[int]:
        """The aisles that somebody claims."""
        return held_aisles(self.holds)

    def holders(self, aisle: int) -> str:
        """Return who claims an aisle, by name; empty if nobody does."""
        return ", ".join(hold.person for hold in self.holds if hold.aisle == aisle)


def pins_of(block: Block, view: BlockView | None, outage: Outage | None = None) -> Pins:
    """Return what must not move, as a block was last seen; old locks count until others are told."""
    if view is None:
        return Pins(outage=outage)
    return Pins(view.holds, _locked(view), hold_problem(block, view.holds, ()) or _halt(block, view), outage)


def why_unreachable(block: Block, open_gaps: tuple[int, ...], pins: Pins, aisle: int) -> Message | None:
    """Return why no walk can open or enter an aisle, None if one can; names whoever holds what is in the way."""
    if aisle not in block.aisles:
        return say("there is no aisle {block}/{aisle} that can be entered", block=block.number, aisle=aisle)
    if pins.outage is not None and pins.outage.reach_of(aisle) is Reach.UNREACHABLE:
        return pins.outage.reach_in_words(aisle)
    names = pins.holders(aisle)
    if aisle in open_gaps:
        if not names:
            return None
        return say(
            "aisle {block}/{aisle} stands open and is held by {names}: go there directly",
            block=block.number,
            aisle=aisle,
            names=names,
        )
    if names:
        return say(
            "aisle {block}/{aisle} is held by {names}: it must not change", block=block.number, aisle=aisle, names=names
        )
    if pins.halt is not None:
        return say("aisle {block}/{aisle} cannot open now: {why}", block=block.number, aisle=aisle, why=pins.halt)
    segment = block.segment_of(aisle)
    gaps = () if segment is None else segment.gaps
    ways = [
        _in_the_way(block, pins, aisle, gap) for gap in sorted(open_gaps, key=lambda gap: abs(gap - aisle)) if gap in gaps
    ]
    return None if None in ways else next(iter(ways), None)


def _locked(view: BlockView) -> frozenset[int]:
    """Return the carriages that the controller last said to be locked."""
    if view.status is not None:
        return view.status.locked_carriages
    sides = () if view.plain is None or view.plain.sides is None else view.plain.sides
    return frozenset(number for number, side in enumerate(sides, start=1) if side is Side.LOCKED)


def _halt(block: Block, view: BlockView) -> Message | None:
    """Return what a believed controller reports that keeps its block until somebody has seen to it: a fault, a mode.

    What passes by itself or with an arming is no reason, and a block that is only watched is opened at its own panel.
    """
    if view.trust is not Trust.GOOD:
        return None
    if view.plain is not None and view.capabilities is not None:
        return plain_disarming_problem(block, view.capabilities, view.plain)
    return None if view.status is None else disarming_problem(block, view.status)


def _in_the_way(block: Block, pins: Pins, aisle: int, open_gap: int) -> Message | None:
    """Return what keeps an open gap from an aisle, the nearest to the aisle; None if nothing does."""
    step = 1 if open_gap > aisle else -1
    for gap in range(aisle, open_gap, step):
        carriage, beyond = max(gap, gap + step), gap + step
        if carriage in pins.locked_carriages:
            return say(
                "aisle {block}/{aisle} cannot open: carriage {carriage}, which would move for it, is locked",
                block=block.number,
                aisle=aisle,
                carriage=carriage,
            )
        if beyond in pins.held_aisles:
            return say(
                "aisle {block}/{aisle} cannot open: aisle {held}, which would change with it, is held by {names}",
                block=block.number,
                aisle=aisle,
                held=beyond,
                names=pins.holders(beyond),
            )
    return None
