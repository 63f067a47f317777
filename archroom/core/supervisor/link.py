"""How far the last status of one unit may be believed, whatever kind of controller it is: fresh, proved, heard at all.

Nothing is believed at start or after a lost link; whoever derives from this says what proves a unit and what shakes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from archroom.core.rooms import Block
from archroom.core.shelving import Trust
from archroom.core.supervisor.wishes import Pace
from archroom.errors import Message, say

PROOF_APART_S = 0.2
"""Least time between the two equal statuses that prove a block."""
FAILED_POLLS = 3
"""So many failed polls in a row lose the link."""

S = TypeVar("S")


class LinkWatch(Generic[S]):
    """What is known of the link to a unit and of the age of its last status `S`."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.pace = Pace()
        self.status: S | None = None
        self.fresh_s: float | None = None
        """When the last status with news in it came."""
        self.heard_s: float | None = None
        """When the unit last answered anything that matched."""
        self.failures = 0
        """Failed exchanges since the last answered poll; a write that is answered does not tell how the steel stands."""
        self.is_lost = False
        self.reason: Message | None = None
        """Why it is not believed."""
        self._is_proved = False
        self._told: str | None = None
        """The reason not to believe it that was told last."""
        self._candidate: tuple[float, S] | None = None
        self._since_s: float | None = None

    # -- questions

    def trust(self, now: float, is_busy: bool = False) -> Trust:
        """Return how far the last status may be believed; strictly while something is asked of the block."""
        if self.is_lost:
            return Trust.LOST
        if not self._is_proved:
            return Trust.UNKNOWN
        limit_s = self.pace.stale_s + (0.0 if is_busy else self.pace.idle_slack_s)
        return Trust.STALE if now - (self.fresh_s or 0.0) > limit_s else Trust.GOOD

    def believed(self, now: float, is_busy: bool = False) -> S | Message:
        """Return the last status if it may be acted on, else why not."""
        trust = self.trust(now, is_busy)
        if self.status is not None and trust is Trust.GOOD:
            return self.status
        if trust is Trust.STALE:
            return say("The last status of block {block} is too old to act on.", block=self.block.number)
        return self.reason or say("Block {block} was not read yet.", block=self.block.number)

    def doubt(self, complaint_of: Callable[[S], Message | None]) -> Message | None:
        """Return why the unit is not believed or what its status complains of; a status that only grows old is no doubt."""
        if self._is_proved and not self.is_lost and self.status is not None:
            return complaint_of(self.status)
        return self.reason or say("Block {block} was not read yet.", block=self.block.number)

    def age_s(self, now: float) -> float | None:
        """Return the age of the last status, None if there never was one."""
        return None if self.fresh_s is None else now - self.fresh_s

    @property
    def is_answering(self) -> bool:
        """Whether the unit has answered and was not lost since."""
        return self.heard_s is not None and not self.is_lost

    @property
    def is_unread(self) -> bool:
        """Whether nothing speaks for or against the unit yet: since the start it was neither proved nor doubted."""
        return not self._is_proved and self.reason is None and self.is_waited_for

    @property
    def is_waited_for(self) -> bool:
        """Whether silence of the unit means that the link is lost."""
        return True

    # -- answers

    def take_echo(self, now: float) -> None:
        """Take note that a write was answered."""
        self.heard_s = now

    def take_failure(self) -> None:
        """Take note of an exchange without a matched answer."""
        self.failures += 1

    def advance(self, now: float, is_busy: bool = False) -> bool:
        """Let time pass; returns whether the link was lost just now."""
        if self._since_s is None:
            self._since_s = now
        if self.is_lost:
            return False
        silent_s = now - max(self._since_s, self.fresh_s or self._since_s)
        limit_s = self.pace.lost_s + (0.0 if is_busy else self.pace.idle_slack_s)
        is_late = silent_s > limit_s and self.is_waited_for
        if self.failures < FAILED_POLLS and not is_late:
            return False
        if self.failures:
            self.lose(say("Block {block} does not answer.", block=self.block.number))
        else:
            self.lose(say("Block {block} repeats an old status.", block=self.block.number))
        return True

    def lose(self, reason: Message) -> None:
        """Count the link as lost, until a fresh status comes."""
        self.is_lost = True
        self.distrust(reason)

    def distrust(self, reason: Message) -> None:
        """Believe nothing until it is proved again."""
        self._is_proved = False
        self._candidate = None
        self.reason = reason

    def doubt_is_news(self) -> bool:
        """Return whether this reason not to believe it was not told since it was last believed; it counts as told now."""
        template = None if self.reason is None else self.reason.template
        is_news, self._told = template != self._told, template
        return is_news

    def _hear(self, now: float) -> None:
        self.failures = 0
        self.heard_s = now

    def _return(self) -> None:
        if self.is_lost:
            self.is_lost = False
            self.reason = say("Block {block} answers again and is being checked.", block=self.block.number)

    def _is_second(self, now: float, status: S, is_at_rest: bool, is_equal: bool) -> bool:
        """Weigh a status as the second of two that prove the block; `is_equal` says whether it is like the first."""
        earlier = self._candidate
        if earlier is None or not is_at_rest or not is_equal:
            self._candidate = (now, status)
            return False
        return now - earlier[0] >= PROOF_APART_S

    def _prove(self) -> None:
        self._is_proved = True
        self._candidate = None
        self.reason = None
        self._told = None
