"""A block out of order, in words: what stands in it cannot be had, or only by the aisle that somebody opened by hand.

It is a note in the books. It moves, stops and locks nothing: who works between carriages places a people hold and locks off
the mains.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from archroom.errors import Message, say


class Reach(Enum):
    """How a shelf of a block that is out of order can be reached."""

    UNREACHABLE = "unreachable"
    BY_HAND = "by_hand"
    """Somebody opened its aisle by hand."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What the books say of a block that is out of order."""

    block: int
    since: datetime
    """UTC."""
    since_on: date
    """The same as a date of the site."""
    by: str
    """Name of who took it out of order."""
    why: str
    begun_seq: int
    """Number of the event that began it."""
    open_aisle: int | None = None
    """The aisle that was opened by hand, None if none was."""
    opened_by: str = ""
    """Name of who said so."""
    opened_at: datetime | None = None
    """UTC."""

    def reach_of(self, aisle: int | None) -> Reach:
        """Return how the shelves of an aisle can be reached."""
        return Reach.BY_HAND if aisle is not None and aisle == self.open_aisle else Reach.UNREACHABLE

    def reach_in_words(self, aisle: int | None) -> Message:
        """Return the phrase for how the shelves of an aisle can be reached."""
        if self.reach_of(aisle) is Reach.BY_HAND:
            return say(
                "block {block} is out of order, and its aisle {aisle} was opened by hand", block=self.block, aisle=aisle or 0
            )
        return say(
            "unreachable: block {block} is out of order since {date} ({why})",
            block=self.block,
            date=self.since_on.isoformat(),
            why=self.why,
        )

    def in_words(self) -> Message:
        """Return the sentence for it: since when, by whom, why, and which aisle was opened by hand."""
        said = say(
            "Block {block} is out of order since {date}, says {name}: {why}",
            block=self.block,
            date=self.since_on.isoformat(),
            name=self.by,
            why=self.why,
        )
        if self.open_aisle is None:
            return said
        return say(
            "{what}. Its aisle {aisle} was opened by hand, says {name}",
            what=said,
            aisle=self.open_aisle,
            name=self.opened_by,
        )

    def refusal(self) -> Message:
        """Return why nobody's opening is tried there, and what ends that."""
        return say("{what}. Once it is mended: archroom shelving in-order {block}", what=self.in_words(), block=self.block)
