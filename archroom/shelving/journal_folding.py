"""Repeated news of a link, counted before anything of it is written: a flapping link must not fill the disk.

Only what a link does by itself is ever folded: proved, distrusted, lost. The first of the same news is written as it comes,
and what is counted after that is written as one line, with how often, since when and when last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from archroom.core.supervisor.notices import Notice, NoticeKind

FOLDED: Final = frozenset({NoticeKind.PROVED, NoticeKind.DISTRUSTED, NoticeKind.LOST})
WITHIN: Final = timedelta(minutes=10)
"""What comes again within this time of the first is counted, after the first few."""
UNFOLDED: Final = 3
"""So many of the same are written one by one."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """News of a block that came several times, by the words of the last."""

    block: int
    kind: NoticeKind
    text: str
    times: int
    since: datetime
    """When the first came that is counted here."""
    last: datetime


@dataclass(slots=True)
class _Kept:
    """What is known of the same news since the first of it."""

    begun: datetime
    written: int = 0
    counted: Repeated | None = None


class Folding:
    """What came lately of each block. Not safe for two threads at once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, NoticeKind, str], _Kept] = {}

    def is_counted(self, block: int, notice: Notice, at: datetime) -> bool:
        """Take a notice; returns whether it is only counted, so that it must not be written now."""
        key = (block, notice.kind, notice.text.template)
        if notice.kind not in FOLDED:
            return False
        kept = self._kept.get(key)
        if kept is None or (kept.counted is None and _is_over(kept, at)):
            kept = self._kept[key] = _Kept(at)
        if kept.written < UNFOLDED:
            kept.written += 1
            return False
        counted, text = kept.counted, notice.text.english()
        kept.counted = (
            Repeated(block, notice.kind, text, 1, at, at)
            if counted is None
            else replace(counted, text=text, times=counted.times + 1, last=at)
        )
        return True

    def counted(self, at: datetime | None = None) -> list[Repeated]:
        """Return what was counted and is to be written, oldest first: at an instant what is over then, else everything."""
        found = [kept.counted for kept in self._kept.values() if kept.counted and (at is None or _is_over(kept, at))]
        return sorted(found, key=lambda one: one.last)

    def written(self, repeated: Repeated) -> None:
        """Take note that a count was written: the next of the same is counted anew, or written once its time is over."""
        for kept in self._kept.values():
            if kept.counted == repeated:
                kept.counted = None
                kept.begun = repeated.last


def _is_over(kept: _Kept, at: datetime) -> bool:
    """Whether the time of counting is over, or the clock was set back."""
    return not timedelta(0) <= at - kept.begun < WITHIN
