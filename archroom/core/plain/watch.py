"""What may be believed of a plain controller: matched, fresh as far as that can be told, and possible.

Such a controller has no identity block: its number of carriages, where it tells one, is all that shows a wrong unit.
"""

from __future__ import annotations

from dataclasses import replace

from archroom.core import gaps
from archroom.core.plain.facts import Capabilities, PlainStatus, PositionSense, aisle_between
from archroom.core.rooms import Block
from archroom.core.supervisor.link import LinkWatch
from archroom.core.supervisor.watch import Sight
from archroom.errors import Message, say


class PlainWatch(LinkWatch[PlainStatus]):
    """The eyes of a plain supervisor."""

    def __init__(self, block: Block, capabilities: Capabilities) -> None:
        super().__init__(block)
        self.capabilities = capabilities

    def take_status(self, now: float, status: PlainStatus) -> Sight:
        """Take a matched status and say what it was worth."""
        self._hear(now)
        before = self.status
        if before is not None and self.capabilities.tells_fresh and before.freshness == status.freshness:
            return Sight.REPEATED
        self.status, self.fresh_s = status, now
        self._return()
        shock = impossibility(self.block, status)
        if shock is not None:
            self.distrust(shock)
            return Sight.SHAKEN
        if self._is_proved:
            return Sight.TAKEN
        earlier = None if self._candidate is None else self._candidate[1]
        is_equal = earlier is not None and _essence(earlier) == _essence(status)
        if not self._is_second(now, status, status.is_moving is not True, is_equal):
            return Sight.TAKEN
        self._prove()
        return Sight.PROVED


def open_aisles(block: Block, status: PlainStatus, sense: PositionSense) -> frozenset[int]:
    """Return the aisles that a controller shows to be open, at most one a segment; empty if it shows or tells none."""
    if sense is PositionSense.SIDES and status.sides is not None:
        return frozenset(
            aisle for segment in block.segments if (aisle := aisle_between(block, segment, status.sides)) is not None
        )
    if sense is PositionSense.MILLIMETRES and status.positions_mm is not None and status.is_moving is not True:
        return frozenset(gaps.open_gaps(block, status.positions_mm))
    if sense is PositionSense.AISLE and status.open_aisle in block.aisles and status.is_moving is not True:
        return frozenset((status.open_aisle,))
    return frozenset()


def is_closed_up(block: Block, status: PlainStatus) -> bool:
    """Whether limit switches show that all width of each segment is at a gap that nobody can enter."""
    if status.sides is None:
        return False
    found = [aisle_between(block, segment, status.sides) for segment in block.segments if segment.is_mobile]
    return all(gap is not None and gap not in block.aisles for gap in found)


def impossibility(block: Block, status: PlainStatus) -> Message | None:
    """Return why a status cannot be true of this block; None if it can."""
    number, ours = block.number, len(block.carriages)
    mobile = sum(unit.is_mobile for unit in block.carriages)
    if status.carriages is not None and status.carriages not in (ours, mobile):
        return say(
            "The controller of block {block} has {theirs} carriages, the room has {ours}.",
            block=number,
            theirs=status.carriages,
            ours=ours,
        )
    if status.sides is not None and len(status.sides) != ours:
        return say(
            "The controller of block {block} has {theirs} carriages, the room has {ours}.",
            block=number,
            theirs=len(status.sides),
            ours=ours,
        )
    if status.positions_mm is None:
        return None
    if len(status.positions_mm) != ours:
        return say(
            "The controller of block {block} has {theirs} carriages, the room has {ours}.",
            block=number,
            theirs=len(status.positions_mm),
            ours=ours,
        )
    return gaps.impossibility(block, status.positions_mm)


def _essence(status: PlainStatus) -> PlainStatus:
    """What must be equal in two statuses of a block that stands still."""
    return replace(status, freshness=None, temperature_c=None, humidity_percent=None, others=())
