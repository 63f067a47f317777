"""The room: building it from its plan, and what stands in it."""

from __future__ import annotations

from archroom.core.acts import Performer
from archroom.core.ports import Archive
from archroom.core.rooms import Block, RoomPlan


class Rooms:
    """The rooms of one house."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def build(self, performer: Performer, plan: RoomPlan) -> dict[str, int]:
        """Build a room as its plan says, whole; returns the numbers of what was built.

        Raises Refused if a room of that code stands already, or a block of one of its numbers.
        """
        with self._archive.writing() as books:
            act = books.new_room(plan)
            books.commit(act, performer)
        return {
            "rooms": 1,
            "blocks": len(plan.blocks),
            "carriages": sum(len(block.carriages) for block in plan.blocks),
            "places": len(act.places_made),
        }

    def blocks(self) -> list[Block]:
        """Return all blocks in order of their numbers."""
        with self._archive.reading() as books:
            return books.blocks()

    def room_codes(self) -> list[str]:
        """Return the codes of the rooms that were built."""
        with self._archive.reading() as books:
            return books.room_codes()

    def counts(self) -> dict[str, int]:
        """Return how many rooms, blocks, places, containers, items, people and open loans there are."""
        with self._archive.reading() as books:
            return books.counts()
