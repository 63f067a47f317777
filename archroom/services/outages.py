"""Taking a block out of order and back: kept in the books, so that whoever looks for a box sees that it cannot be had.

It moves, stops and locks nothing, and the shelving is not asked. Opening an aisle there is refused by `services.aisles`,
which reads the books.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archroom.core.outage_rules import open_by_hand, put_back, take_out
from archroom.errors import Message, UsageError, say

if TYPE_CHECKING:
    from archroom.core.acts import Act, Performer
    from archroom.core.outages import Outage
    from archroom.core.ports import Archive, Clock
    from archroom.core.rooms import Block


@dataclass(frozen=True, slots=True)
class OrderSaid:
    """What was said of a block and stands in the books now."""

    block: int
    outage: Outage | None
    """None if the block is in order."""
    message: Message
    seq: int
    """Number of its event."""


class Outages:
    """What is out of order. Every act raises UsageError if there is no such block, Refused, Busy or Unreadable."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock

    def present(self) -> dict[int, Outage]:
        """Return what is out of order, by the number of the block."""
        with self._archive.reading() as books:
            return books.outages()

    def take_out(self, performer: Performer, block: int, why: str) -> OrderSaid:
        """Take a block out of order: what stands in it is unreachable from now on."""
        today = self._clock.today()
        return self._said(performer, block, lambda found, outage: take_out(found, outage, why, today))

    def open_by_hand(self, performer: Performer, block: int, aisle: int) -> OrderSaid:
        """Say that an aisle of a block out of order was opened by hand, in place of any said before."""
        said = self._said(performer, block, lambda found, outage: open_by_hand(found, outage, aisle))
        told = say(
            "Aisle {aisle} of block {block} was opened by hand, says {name}.", aisle=aisle, block=block, name=performer.actor
        )
        return replace(said, message=told)

    def put_back(self, performer: Performer, block: int) -> OrderSaid:
        """Put a block back in order."""
        return self._said(performer, block, put_back)

    def _said(self, performer: Performer, number: int, decide: Callable[[Block, Outage | None], Act]) -> OrderSaid:
        with self._archive.writing() as books:
            block = books.block(number)
            if block is None:
                raise UsageError(say("There is no block {block}.", block=number))
            event = books.commit(decide(block, books.outages().get(number)), performer)
            outage = books.outages().get(number)
        said = say("Block {block} is in order again.", block=number)
        if outage is not None:
            said = say("{what}.", what=outage.in_words())
        return OrderSaid(number, outage, said, event.seq)
