"""Taking a block out of order and back: the acts, decided, and what a whole ledger says of them.

A block is out of order once at a time. Which aisle was opened by hand is said only while it is; the last word counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from archroom.core.acts import Act, ActKind, AisleOpenedByHand, OutageBegun, OutageEnded
from archroom.core.cleaning import clean
from archroom.core.outages import Outage
from archroom.core.people_holds import LONGEST_REASON
from archroom.core.rooms import Block
from archroom.errors import Refused, UsageError, say


def take_out(block: Block, outage: Outage | None, why: str, today: date) -> Act:
    """Decide to take a block out of order; raises UsageError without a reason, Refused if it is out of order already."""
    reason = clean(why, LONGEST_REASON)
    if not any(character.isalnum() for character in reason):
        raise UsageError(say("Say why the block is out of order."))
    if outage is not None:
        raise Refused(say("{what}. Nothing changed.", what=outage.in_words()))
    return Act(ActKind.BLOCK_OUT_OF_ORDER, outages_begun=(OutageBegun(block.number, today, reason),))


def open_by_hand(block: Block, outage: Outage | None, aisle: int) -> Act:
    """Decide that an aisle was opened by hand; raises UsageError without such an aisle, Refused if the block is in order."""
    if aisle not in block.aisles:
        raise UsageError(say("Block {block} has no aisle {aisle}.", block=block.number, aisle=aisle))
    found = _present(block, outage)
    return Act(ActKind.AISLE_OPENED_BY_HAND, opened_by_hand=(AisleOpenedByHand(block.number, aisle, found.begun_seq),))


def put_back(block: Block, outage: Outage | None) -> Act:
    """Decide to put a block back in order; raises Refused if it is."""
    found = _present(block, outage)
    return Act(ActKind.BLOCK_IN_ORDER, outages_ended=(OutageEnded(block.number, found.begun_seq),))


def _present(block: Block, outage: Outage | None) -> Outage:
    if outage is None:
        raise Refused(say("Block {block} is not out of order. Nothing changed.", block=block.number))
    return outage


@dataclass(frozen=True, slots=True)
class OutageFact:
    """One time out of order as the events say it."""

    block: int
    begun_seq: int
    since_on: date
    why: str
    aisle: int | None = None
    opened_seq: int | None = None
    ended_seq: int | None = None


class OutageHistory:
    """Every time a block was out of order, in the order of the events."""

    def __init__(self) -> None:
        self.facts: list[OutageFact] = []
        self._open: dict[int, int] = {}
        """Positions of those that last, by block."""

    def apply(self, act: Act, seq: int) -> Iterator[str]:
        """Apply an act, and yield the name of each section that does not fit what came before."""
        for begun in act.outages_begun:
            if begun.block in self._open:
                yield "out_of_order"
            self._open[begun.block] = len(self.facts)
            self.facts.append(OutageFact(begun.block, seq, begun.since_on, begun.why))
        for opened in act.opened_by_hand:
            at = self._position(opened.block, opened.begun_seq)
            if at is None:
                yield "opened_by_hand"
            else:
                self.facts[at] = replace(self.facts[at], aisle=opened.aisle, opened_seq=seq)
        for ended in act.outages_ended:
            at = self._position(ended.block, ended.begun_seq)
            if at is None:
                yield "in_order"
            else:
                self.facts[at] = replace(self.facts[at], ended_seq=seq)
                del self._open[ended.block]

    def _position(self, block: int, begun_seq: int) -> int | None:
        at = self._open.get(block)
        return at if at is not None and self.facts[at].begun_seq == begun_seq else None
