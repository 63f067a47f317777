"""Everything that may go wrong, as one tree, each with its sentence for a person and its exit code.

ArchroomError                       1  something was refused or is wrong
├── UsageError                      2  the command or file says something that cannot be meant
│   ├── BadCode                        a scan or typed code that names nothing of ours
│   └── BadFile                        a file that cannot be taken: where and why
├── Unreadable                      3  a database, port or file that cannot be opened
│   ├── BadDatabase                    not ours, newer than us, on a network drive, damaged
│   ├── ReadOnlyDatabase               the disk or file does not take a write
│   └── LedgerBroken                1  the chain or the tables are not what the events say
├── Refused                         4  a rule of the house says no; nothing changed
│   ├── HeldByOther                    lent to somebody else
│   ├── WrongPlace                     another shelf or container than home
│   ├── NoRoom                         the shelf is full
│   └── UndoRefused                    something later touched the same things
├── Busy                            5  another terminal holds the lock; nothing changed
└── ShelvingError                   6  the shelving did not do it
    ├── PortUnavailable                no such port, taken, not a serial port, gone
    ├── LinkError                      no matched answer: silence, noise, another unit
    ├── MotionRefused                  the supervisor or controller says no
    │   └── NotArmed                   nobody has armed the block, or something has disarmed it
    └── MotionFailed                   aborted, or unknown: look at the shelving

A sentence is a template in English, which is also the key of its translation, and the values that go into it. Templates
are constants of the program; values are data and never interpreted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

Value: TypeAlias = "str | int | Message"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence or phrase for a person, not yet translated; a value may be such a phrase itself."""

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def english(self) -> str:
        """Return the sentence in English, for logs and for errors shown outside the program's own surfaces."""
        return fill(self.template, {name: plain(value) for name, value in self.values.items()})


def plain(value: Value) -> str | int:
    """Return a value as it is shown in English."""
    return value.english() if isinstance(value, Message) else value


def say(template: str, /, **values: Value) -> Message:
    """Make a message; the template is marked for translation by standing in this call."""
    return Message(template, values)


def fill(template: str, values: Mapping[str, str | int]) -> str:
    """Put values where `{name}` stands, and nothing else: no attribute access, no format specifications."""
    parts = template.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        filled.append(str(values.get(name, "{" + name + "}")) + rest)
    return "".join(filled)


class ArchroomError(Exception):
    """Something was refused or is wrong."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: Message) -> None:
        super().__init__(message.english())
        self.message = message


class UsageError(ArchroomError):
    """The command or file says something that cannot be meant."""

    exit_code = 2


class BadCode(UsageError):
    """A scan or typed code that names nothing of ours."""


class BadFile(UsageError):
    """A file that cannot be taken; `line` and `column` count from 1, 0 where there is no place to name."""

    def __init__(self, message: Message, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Unreadable(ArchroomError):
    """A database, port or file that cannot be opened."""

    exit_code = 3


class BadDatabase(Unreadable):
    """Not our database, newer than this program, on a network drive, or damaged."""


class ReadOnlyDatabase(Unreadable):
    """The disk or the file does not take a write; nothing was changed."""


class LedgerBroken(ArchroomError):
    """The chain is broken, or the tables are not what the events say; `seq` is the first bad number, 0 for the tables."""

    def __init__(self, message: Message, seq: int = 0) -> None:
        super().__init__(message)
        self.seq = seq


class Refused(ArchroomError):
    """A rule of the house says no; nothing changed."""

    exit_code = 4


class HeldByOther(Refused):
    """The thing is lent to somebody else."""


class WrongPlace(Refused):
    """The thing belongs elsewhere; the same place after OVERRIDE accepts it."""


class NoRoom(Refused):
    """The shelf has no room left; the same place after OVERRIDE accepts it."""


class UndoRefused(Refused):
    """Something later touched the same things."""


class Busy(ArchroomError):
    """Another terminal holds the lock for too long; nothing was changed."""

    exit_code = 5


class ShelvingError(ArchroomError):
    """The shelving did not do what it was asked."""

    exit_code = 6


class PortUnavailable(ShelvingError):
    """The port does not exist, is taken, is not a serial port, or went away."""


class LinkError(ShelvingError):
    """No matched answer came: silence, noise, or another unit's answer."""


class MotionRefused(ShelvingError):
    """The supervisor or the controller says no; nothing moves."""


class NotArmed(MotionRefused):
    """Nobody has armed the block, or something has disarmed it; a person who has looked may arm it."""


class MotionFailed(ShelvingError):
    """A motion was aborted, or its end is unknown: look at the shelving itself."""
