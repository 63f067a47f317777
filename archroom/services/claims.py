"""What people say of the mobile shelving: I am in this aisle, I have left it; I have looked, this block may move.

The shelving server keeps it and is asked first. The ledger is written afterwards, if the books take it: a hold or an arming
is never less valid for want of its record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archroom.core.acts import Act, ActKind, Performer
from archroom.core.arming import Arming
from archroom.core.people_holds import Hold, Release
from archroom.errors import ArchroomError, Message, PortUnavailable, say

if TYPE_CHECKING:
    from archroom.core.ports import Archive, Shelving

Facts = dict[str, str | int]
HOURS = 12
"""How long a block is armed unless somebody says less."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was said and is kept now."""

    what: Hold | Release | Arming
    message: Message
    seq: int | None
    """Number of its event, None if the books did not take it."""


class Claims:
    """Holds and arming; `shelving` is None where none is connected. Every method raises ShelvingError."""

    def __init__(self, archive: Archive, shelving: Shelving | None) -> None:
        self._archive = archive
        self._shelving = shelving

    def hold(self, performer: Performer, block: int, aisle: int, person: str, reason: str = "") -> Claimed:
        """Keep an aisle as it is, because a person is in it; a motion that changes it is stopped.

        Raises Refused if there is no such aisle or nobody is named, Unreadable if it could not be written down.
        """
        hold = self._connected().hold(block, aisle, person, reason)
        facts: Facts = {"block": block, "aisle": aisle, "person": hold.person, "reason": hold.reason}
        said = say(
            "{name} is in aisle {aisle} of block {block}: it stays as it is.", name=hold.person, aisle=aisle, block=block
        )
        return self._recorded(performer, ActKind.AISLE_HELD, facts, hold, said)

    def release(
        self, performer: Performer, block: int, aisle: int, person: str, by: Sequence[str], reason: str = ""
    ) -> Claimed:
        """Let a hold go, by the person it names or by two others with a reason; raises Refused, Unreadable."""
        release = self._connected().release(block, aisle, person, by, reason)
        said = say(
            "{name} is not in aisle {aisle} of block {block} any more.", name=release.person, aisle=aisle, block=block
        )
        facts: Facts = {"block": block, "aisle": aisle, "person": release.person, "by": ", ".join(release.by)}
        return self._recorded(performer, ActKind.AISLE_RELEASED, {**facts, "reason": release.reason}, release, said)

    def arm(self, performer: Performer, block: int, hours: int = HOURS, acknowledged: Sequence[str] = ()) -> Claimed:
        """Arm a block in the performer's name; `acknowledged` are the motions with an unseen end that they have looked into.

        Raises MotionRefused while the block is not fresh, proved and without fault, or something is not acknowledged.
        """
        arming = self._connected().arm(block, performer.actor, hours, acknowledged)
        facts: Facts = {"block": block, "hours": hours, "acknowledged": " ".join(acknowledged)}
        said = say("Block {block} is armed by {name} for {hours} h.", block=block, name=arming.by, hours=hours)
        return self._recorded(performer, ActKind.BLOCK_ARMED, facts, arming, said)

    def disarm(self, performer: Performer, block: int) -> Claimed:
        """Disarm a block; what moves there is stopped."""
        arming = self._connected().disarm(block, performer.actor)
        said = say("Block {block} is not armed.", block=block)
        return self._recorded(performer, ActKind.BLOCK_DISARMED, {"block": block}, arming, said)

    def _connected(self) -> Shelving:
        if self._shelving is None:
            raise PortUnavailable(say("No shelving is connected to this machine."))
        return self._shelving

    def _recorded(
        self,
        performer: Performer,
        kind: ActKind,
        facts: Facts,
        what: Hold | Release | Arming,
        message: Message,
    ) -> Claimed:
        kept = {name: fact for name, fact in facts.items() if fact != ""}
        try:
            with self._archive.writing() as books:
                return Claimed(what, message, books.commit(Act(kind, facts=kept), performer).seq)
        except ArchroomError as error:
            return Claimed(what, say("{what} This is not in the ledger: {why}", what=message, why=error.message), None)
