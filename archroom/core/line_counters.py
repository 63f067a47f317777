"""What has happened with each unit of a line since its server started, and what a technician should look at first. Pure.

A cause is a likely one, never a finding: it says where to look. Each is drawn from the counters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from archroom.errors import Message, say

FEW: Final = 3
"""Fewer failures than this say nothing of their cause."""
WRONG_START: Final = "wrong start"
"""Beside its kind, of a failure by the first byte only."""
OFTEN: Final = 50
"""One failure in so many exchanges is more than chance."""


@dataclass(slots=True)
class UnitCounters:
    """Counts of one unit."""

    sent: int = 0
    matched: int = 0
    exceptions: int = 0
    silent: int = 0
    crc: int = 0
    """Answers with a wrong CRC or checksum."""
    strange: int = 0
    """Answers of another unit, to another question, cut short, garbage, echoes."""
    late: int = 0
    """Whole frames thrown away while the line was being drained."""
    first_byte: int = 0
    """Answers that were right but for what stood at or before their first byte."""
    unanswered: int = 0
    """Silences in a row, the last of which came after `answered_before` answers."""
    answered_before: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    """Failures by their kind, as `FailureKind` of the drivers names it."""
    exception_codes: dict[int, int] = field(default_factory=dict)

    def fail(self, kind: str, has_wrong_start: bool = False) -> None:
        """Count a failure, and whether it was one by its first byte only."""
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if has_wrong_start:
            self.first_byte += 1
            self.kinds[WRONG_START] = self.kinds.get(WRONG_START, 0) + 1
        if kind == "silence":
            self.silent += 1
            self.unanswered = self.unanswered + 1 if self.answered_before == self.answered else 1
            self.answered_before = self.answered
        elif kind in ("bad crc", "bad checksum"):
            self.crc += 1
        else:
            self.strange += 1

    def refuse(self, code: int) -> None:
        """Count an exception."""
        self.exceptions += 1
        self.exception_codes[code] = self.exception_codes.get(code, 0) + 1

    @property
    def answered(self) -> int:
        """How many requests the unit answered, be it with an exception."""
        return self.matched + self.exceptions

    @property
    def has_gone_silent(self) -> bool:
        """Whether it answered once and has not since, often enough to be no chance."""
        return self.unanswered >= FEW and self.answered_before == self.answered > 0

    def is_often(self, count: int) -> bool:
        """Whether something happened more often than by chance."""
        return count >= FEW and count * OFTEN >= self.sent

    def exceptions_of(self, *codes: int) -> int:
        """How often the unit answered with one of these exceptions."""
        return sum(self.exception_codes.get(code, 0) for code in codes)


class Cause(Enum):
    """Where to look first."""

    FIRST_BYTE = "first byte"
    LINE_SETTINGS = "line settings"
    NOISE = "noise"
    ECHO = "echo"
    DEAD_LINE = "dead line"
    DEAD_UNIT = "dead unit"
    WENT_SILENT = "went silent"
    LOOSE = "loose"
    SLOW = "slow"
    OTHER_UNIT = "other unit"
    TWO_OF_ONE = "two of one"
    OTHER_MASTER = "other master"
    NUMBERING = "numbering"
    PROFILE = "profile"
    DEVICE = "device"
    BUSY = "busy"
    GATEWAY = "gateway"

    @property
    def sentence(self) -> Message:
        """What to look at."""
        return _SENTENCES[self]


def likely_causes(unit: int, counters: Mapping[int, UnitCounters]) -> tuple[Cause, ...]:
    """Return what the counters of a line suggest for one of its units, most telling first; empty if nothing does."""
    mine = counters[unit]
    return tuple(cause for cause, suggests in _RULES if suggests(mine, counters))


def _is_dead_line(mine: UnitCounters, line: Mapping[int, UnitCounters]) -> bool:
    asked = [counters for counters in line.values() if counters.sent >= FEW]
    return len(asked) > 1 and all(counters.silent == counters.sent for counters in asked)


def _is_dead_unit(mine: UnitCounters, line: Mapping[int, UnitCounters]) -> bool:
    return mine.sent >= FEW and mine.silent == mine.sent and not _is_dead_line(mine, line)


def _damaged(mine: UnitCounters) -> int:
    """How many answers were damaged elsewhere than at their first byte."""
    damaged = mine.crc + mine.kinds.get("garbage", 0) + mine.kinds.get("cut short", 0)
    return damaged - mine.kinds.get(WRONG_START, 0)


def _is_damaged_always(mine: UnitCounters, line: Mapping[int, UnitCounters]) -> bool:
    return mine.answered == 0 and _damaged(mine) >= FEW


def _is_damaged_sometimes(mine: UnitCounters, line: Mapping[int, UnitCounters]) -> bool:
    return mine.answered > 0 and mine.is_often(_damaged(mine))


def _is_loose(mine: UnitCounters, line: Mapping[int, UnitCounters]) -> bool:
    is_often = mine.is_often(mine.silent) and not mine.is_often(mine.late)
    return mine.answered > 0 and is_often and not mine.has_gone_silent


Rule = Callable[[UnitCounters, Mapping[int, UnitCounters]], bool]
_RULES: Final[tuple[tuple[Cause, Rule], ...]] = (
    (Cause.ECHO, lambda mine, line: mine.kinds.get("echo", 0) >= FEW),
    (Cause.FIRST_BYTE, lambda mine, line: mine.is_often(mine.first_byte)),
    (Cause.LINE_SETTINGS, _is_damaged_always),
    (Cause.NOISE, _is_damaged_sometimes),
    (Cause.DEAD_LINE, _is_dead_line),
    (Cause.DEAD_UNIT, _is_dead_unit),
    (Cause.SLOW, lambda mine, line: mine.is_often(mine.late)),
    (Cause.WENT_SILENT, lambda mine, line: mine.has_gone_silent and not mine.is_often(mine.late)),
    (Cause.LOOSE, _is_loose),
    (Cause.TWO_OF_ONE, lambda mine, line: mine.is_often(mine.kinds.get("crowded", 0))),
    (Cause.OTHER_UNIT, lambda mine, line: mine.is_often(mine.kinds.get("wrong unit", 0))),
    (Cause.OTHER_MASTER, lambda mine, line: mine.kinds.get("babble", 0) >= FEW),
    (Cause.NUMBERING, lambda mine, line: mine.answered == 0 and mine.kinds.get("wrong content", 0) >= FEW),
    (Cause.PROFILE, lambda mine, line: mine.exceptions_of(1, 2, 3) > 0),
    (Cause.DEVICE, lambda mine, line: mine.exceptions_of(4) > 0),
    (Cause.BUSY, lambda mine, line: mine.is_often(mine.exceptions_of(5, 6))),
    (Cause.GATEWAY, lambda mine, line: mine.exceptions_of(10, 11) > 0),
)
"""Which counters suggest which cause.

First byte, damage always, echo, exceptions, one master a line, late answers of gateways: facts from the code and threads of
others (docs/bench.md); the rest is the trade's custom and was shown on no site by this project.
"""

_SENTENCES: Final = {
    Cause.FIRST_BYTE: say(
        "First byte wrong: bias or turnaround. Bias the pair at one end, or let the adapter switch its direction sooner."
    ),
    Cause.LINE_SETTINGS: say("Every answer is damaged: baud or parity of the port is not that of the unit."),
    Cause.NOISE: say("Some answers are damaged: noise, a missing termination, a long stub, or a loose shield."),
    Cause.ECHO: say(
        "The adapter gives back what is sent, or was said to and does not: set echo=1 or echo=0 in its address."
    ),
    Cause.DEAD_LINE: say("No unit of the line answers: power, cable, A and B exchanged, or the wrong port."),
    Cause.DEAD_UNIT: say("Never an answer: the unit has no power, or another number or baud, or is cut off."),
    Cause.WENT_SILENT: say("It answered before and does not any more: power of the unit, its cable, or the gateway to it."),
    Cause.LOOSE: say("Some requests stay without an answer: a loose contact, or a unit that restarts."),
    Cause.SLOW: say("Answers come too late: a slow unit, or a gateway that keeps requests in a queue."),
    Cause.TWO_OF_ONE: say("More than one answer comes: two units with one number, or a line that doubles what is sent."),
    Cause.OTHER_UNIT: say("Another unit answers: two masters on the line, or a gateway that mixes units up."),
    Cause.OTHER_MASTER: say("The line is never silent: another master sends on it, or the pair has no bias."),
    Cause.NUMBERING: say("Every answer fits another question: a gateway that numbers or repeats answers by itself."),
    Cause.PROFILE: say("The unit knows no such register: the profile does not fit this controller."),
    Cause.DEVICE: say("The unit reports a failure of its own (exception 4)."),
    Cause.BUSY: say("The unit is often busy (exceptions 5 and 6): it is asked too fast, or by another master too."),
    Cause.GATEWAY: say("The gateway cannot reach the unit (exceptions 10 and 11): the line behind it."),
}
