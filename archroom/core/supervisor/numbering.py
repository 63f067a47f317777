"""EPOCH and SEQ of a supervisor's commands: ours go on while nobody else has commanded since, else a new epoch begins.

A new epoch is also higher than any of ours before: a frame that a gateway holds back never becomes the right one.
"""

from __future__ import annotations

from archroom.core.supervisor.watch import Authority
from archroom.errors import MotionRefused, say

LAST_NUMBER = 0xFFFF
"""The highest EPOCH and SEQ."""


class Numbering:
    """The numbers of one unit's commands."""

    def __init__(self) -> None:
        self._own: Authority | None = None
        """The last command of ours that the controller took, while nobody else has commanded since."""
        self._epoch = 0
        """The highest epoch that was ever ours."""

    def next(self, block: int, epoch: int, authority: Authority | None) -> Authority:
        """Return EPOCH and SEQ of the next SELECT, its OPERATE having the one after; raises MotionRefused.

        `epoch` is what the controller reports, `authority` the last command that it took.
        """
        own = self._own
        if own is not None and own == authority and own[1] + 2 <= LAST_NUMBER:
            return (own[0], own[1] + 1)
        highest = max(epoch, self._epoch if self._epoch < LAST_NUMBER else 0)
        if highest >= LAST_NUMBER:
            raise MotionRefused(say("The controller of block {block} must be restarted.", block=block))
        self._epoch = highest + 1
        return (self._epoch, 1)

    def end(self, commands: tuple[Authority, Authority], authority: Authority | None) -> None:
        """Take note that a motion's SELECT and OPERATE have had their effect, and which command the controller took last."""
        self._own = authority if authority in commands else None
