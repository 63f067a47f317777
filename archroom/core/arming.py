"""Whether a block may be moved at all: disarmed, until a person arms it in their name for a time.

Whatever makes a block doubtful disarms it, with the reason kept, and nothing but a person's word arms it again; that word is
also the acknowledgement of the reason. A motion that an earlier server did not see the end of is acknowledged by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from archroom.core.cleaning import clean
from archroom.core.comparing import name_key
from archroom.errors import Message, MotionRefused, NotArmed, say

LONGEST_ARMED_S = 12 * 3600.0
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A motion whose end nobody saw, because the shelving server ended before it."""

    motion: str
    what: Message


@dataclass(frozen=True, slots=True)
class Arming:
    """Who has armed a block and for how long yet, or why it is disarmed."""

    by: str = ""
    """Empty: the block is disarmed."""
    left_s: float = 0.0
    reason: Message | None = None
    """Why it is disarmed."""

    @property
    def is_armed(self) -> bool:
        """Whether the block may be moved as far as arming goes."""
        return bool(self.by)


class BlockArming:
    """The arming of one block over time."""

    def __init__(self, block: int, unfinished: Iterable[Unfinished] = ()) -> None:
        self.block = block
        self.unfinished = tuple(unfinished)
        """What must be acknowledged besides."""
        self._by = ""
        self._until_s = 0.0
        self._reason = say("The shelving server was started.")

    @property
    def is_armed(self) -> bool:
        """Whether the block is armed; its time ends when `let_pass` says so."""
        return bool(self._by)

    def state(self, now: float) -> Arming:
        """Return the arming as it may be shown."""
        if self.is_armed:
            return Arming(self._by, max(0.0, self._until_s - now))
        return Arming(reason=self._reason)

    def check(self, by: str, for_s: float, acknowledged: Collection[str]) -> None:
        """Raise MotionRefused if the block may not be armed so: nobody is named, the time is wrong, or something is left."""
        if not name_key(by):
            raise MotionRefused(say("Say who arms block {block}.", block=self.block))
        if not 0 < for_s <= LONGEST_ARMED_S:
            raise MotionRefused(say("A block is armed for 12 hours at most."))
        left = next((one for one in self.unfinished if one.motion not in acknowledged), None)
        if left is not None:
            raise MotionRefused(
                say("{what} Block {block} is armed once that is acknowledged.", what=left.what, block=self.block)
            )

    def arm(self, now: float, by: str, for_s: float, acknowledged: Collection[str]) -> None:
        """Arm the block in a person's name, or anew in another's; raises MotionRefused as `check` does."""
        self.check(by, for_s, acknowledged)
        self.unfinished = ()
        self._by, self._until_s = clean(by, LONGEST_NAME), now + for_s

    def disarm(self, reason: Message) -> bool:
        """Disarm the block; returns whether it was armed. The first reason stays until somebody arms."""
        was_armed, self._by = self.is_armed, ""
        if was_armed:
            self._reason = reason
        return was_armed

    def let_pass(self, now: float) -> bool:
        """Disarm the block if its time is over; returns whether it was."""
        return now >= self._until_s and self.disarm(say("The time for which {name} armed it is over.", name=self._by))

    def refuse_unarmed(self) -> None:
        """Raise NotArmed, with the reason and the way to arm, unless the block is armed."""
        if not self.is_armed:
            raise NotArmed(self.problem())

    def problem(self) -> Message:
        """Return why a disarmed block does not move, and what to do about it."""
        return unarmed(self.block, self._reason)


def unarmed(block: int, reason: Message) -> Message:
    """Return why a disarmed block does not move, and what to do about it."""
    return say(
        "Block {block} is not armed. What disarmed it: {reason} Look at it, then arm it with F7 in the app or with: "
        "archroom shelving arm {block} --by NAME",
        block=block,
        reason=reason,
    )
