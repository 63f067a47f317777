"""Tells a scanner from a person at the same keyboard, by the time between keys. No IO and no clock: fed with keys and times.

A wedge scanner types its code within a few milliseconds a key and ends with Enter, Tab, a line feed, both, or nothing.
Printable ASCII is held back for at most `GAP_S`; what turns out to be typing is handed on, in order, to whatever has the
focus. Text that is no ASCII, and pasted text, never passes through here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from archroom.core.codes import MAX_SCAN, CodeKind, Unreadable, read_scan
from archroom.core.codes import OwnCode as Own

GAP_S: Final = 0.05
"""Longest time between two keys of one scan."""
SHORTEST_SCAN: Final = 4
"""Fewer characters in one burst are typing, however fast."""
MOST_HELD: Final = 4 * MAX_SCAN
"""Characters of one burst that are kept; a longer one is too long for any code and is refused as a whole."""

_OWN_AT_END: Final = re.compile("[" + "".join(kind.value for kind in CodeKind) + r"][0-9]{8}[0-9A-Z]$", re.IGNORECASE)
_OWN_LENGTH: Final = 10
_MOST_TYPED_BEFORE: Final = 3
"""Keys typed within a gap before a scan that are told apart from it."""
_LONGEST_ANSWER: Final = 2
"""Digits of an aisle's number; more in one burst are no answer typed by a person."""
_ENDS: Final = frozenset({"enter", "tab", "ctrl+j", "ctrl+m"})


class Fate(Enum):
    """What becomes of one key."""

    HELD = "held"
    PASSED = "passed"
    SWALLOWED = "swallowed"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scan:
    """One barcode as it was typed by a scanner, with the time of its last key."""

    text: str
    at_s: float
    is_ended: bool
    """Whether a terminator followed; without one only a code of this house is surely a scan."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Verdict:
    """What a key or a silence decided."""

    fate: Fate
    typed: int = 0
    """How many of the held keys were typed by hand: the first so many, to be handed on before anything else."""
    scan: Scan | None = None
    burst: str = ""
    """The handed-on keys as text, if they came as fast as a scanner's but may as well be typing."""


@dataclass(slots=True, eq=False, repr=False)
class Bursts:
    """The keys that are held back, and what they turn out to be."""

    is_strict: bool = False
    """Whether any burst with a terminator is a scan, however short: while a question is asked that no scan may answer."""
    is_guarded: bool = False
    """Whether a key other than a letter that comes within a burst is part of it: while an answer is typed by hand."""
    _held: list[str] = field(default_factory=list)
    _overflow: int = 0
    _last_s: float = float("-inf")
    _ended_s: float = float("-inf")

    @property
    def is_holding(self) -> bool:
        """Whether keys are held back."""
        return bool(self._held)

    def is_silent(self, at_s: float) -> bool:
        """Whether so much time has passed since the last held key that nothing more belongs to it."""
        return at_s - self._last_s >= GAP_S

    def key(self, name: str, character: str | None, at_s: float) -> Verdict:
        """Return what becomes of one key; if held keys are older than a gap, ask `silence` first."""
        if name in _ENDS:
            return self._end(at_s)
        if character is not None and _is_scannable(character):
            self._last_s = at_s
            if len(self._held) < MOST_HELD:
                self._held.append(character)
                return Verdict(Fate.HELD)
            self._overflow += 1
            return Verdict(Fate.SWALLOWED)
        if self.is_strict and self._held and name != "escape":
            return Verdict(Fate.SWALLOWED, scan=self._taken(at_s, True))
        is_within = self.is_guarded and bool(self._held) and name != "escape"
        verdict = self.silence()
        return Verdict(Fate.SWALLOWED if is_within else Fate.PASSED, verdict.typed, verdict.scan, verdict.burst)

    def silence(self) -> Verdict:
        """Return what the held keys are, now that nothing followed them in time."""
        text = "".join(self._held)
        if not text:
            return Verdict(Fate.HELD)
        at_s = self._last_s
        if self._overflow or (self.is_strict and len(text) > _LONGEST_ANSWER):
            return Verdict(Fate.HELD, scan=self._taken(at_s, False))
        before = _typed_before(text)
        if _is_of_this_house(text[before:]):
            return Verdict(Fate.HELD, before, self._taken(at_s, False, before))
        typed = len(text)
        self._clear()
        return Verdict(Fate.HELD, typed, burst=text if typed >= SHORTEST_SCAN else "")

    def _end(self, at_s: float) -> Verdict:
        text = "".join(self._held)
        if not text:
            is_second = at_s - self._ended_s <= GAP_S
            self._ended_s = at_s if is_second else self._ended_s
            return Verdict(Fate.SWALLOWED if is_second else Fate.PASSED)
        if len(text) < (1 if self.is_strict else SHORTEST_SCAN):
            self._clear()
            return Verdict(Fate.PASSED, len(text))
        self._ended_s = at_s
        before = 0 if self.is_strict or self._overflow else _typed_before(text)
        return Verdict(Fate.SWALLOWED, before, self._taken(at_s, True, before))

    def _taken(self, at_s: float, is_ended: bool, before: int = 0) -> Scan:
        text = "".join(self._held)[before:] + "?" * min(self._overflow, 1)
        self._clear()
        return Scan(text, at_s, is_ended)

    def _clear(self) -> None:
        self._held.clear()
        self._overflow = 0


def _is_scannable(character: str) -> bool:
    """Whether a scanner types it: printable ASCII, or its full-width form when an input method is on."""
    return " " <= character <= "~" or "！" <= character <= "～"


def _typed_before(text: str) -> int:
    """Return how many keys at the beginning were typed by hand just before a code of this house, 0 if none."""
    found = _OWN_AT_END.search(text)
    if found is None or not 0 < found.start() <= _MOST_TYPED_BEFORE:
        return 0
    is_symbology_prefix = text[0] == "]" and found.start() == _MOST_TYPED_BEFORE
    return 0 if is_symbology_prefix or not isinstance(read_scan(found.group()), Own) else found.start()


def _is_of_this_house(text: str) -> bool:
    """Whether a text is a scan even without a terminator: an own code, whole, doubled or misread, or a command card."""
    code = read_scan(text)
    if isinstance(code, Unreadable):
        return len(text) >= _OWN_LENGTH and _OWN_AT_END.search(text) is not None
    return isinstance(code, Own) or text.strip().upper().startswith("CMD-")
