"""Barcodes: own codes, command words, and the one place where a scan is normalised.

An own code is a function of what it names: a kind letter, the number of the thing in eight digits, and a check character,
`B00000127J`. So every thing has its code from its creation, codes are never reused because numbers are not, and no table is
needed to read one. The check is a weighted sum modulo the prime 31 over an alphabet of 31 characters, which finds every
single wrong character and every swap of neighbours. Foreign barcodes are anything else; they are bound to a thing and may
not contain an own code, so the two never mix.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

ALPHABET = "0123456789ABCDEFGHJKLMNPRSTVWXY"
"""31 characters, a prime; I, O, Q, U and Z are left out because people misread them."""

_VALUE = {char: value for value, char in enumerate(ALPHABET)}
_DIGITS = 8
CODE_LENGTH = _DIGITS + 2
MAX_SCAN = 64
MAX_NUMBER = 10**_DIGITS - 1

_ENDS = "\x00\x02\x03\x04\x1d"
"""What scanners put around a code: NUL, STX, ETX, EOT, and FNC1 as GS."""
_AROUND = re.compile(rf"^(?:[{_ENDS}]|\][A-Za-z][0-9A-Za-z])+|[{_ENDS}]+$")
_SEPARATORS = "\x1c\x1d\x1e\x1f"
_BREAK_INSIDE = re.compile(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]")
_OWN_INSIDE = re.compile(r"(?=([BFTSP][0-9]{8}[0-9A-HJ-NPR-TV-Y]))")


class CodeKind(Enum):
    """What an own code names; the value is its first letter."""

    BOX = "B"
    FOLDER = "F"
    ITEM = "T"
    PLACE = "S"
    PERSON = "P"


class Command(Enum):
    """A command card: words that are never taken for a barcode."""

    UNDO = "UNDO"
    DONE = "DONE"
    STOP = "STOP"
    OVERRIDE = "OVERRIDE"


class Flaw(Enum):
    """Why a scan cannot be read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_ASCII = "not_ascii"
    CONTROL = "control"
    TWO_CODES = "two_codes"
    WRONG_CHECK = "wrong_check"


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A code of this house: what kind of thing, and its number."""

    kind: CodeKind
    number: int

    def __str__(self) -> str:
        return format_code(self.kind, self.number)


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """A barcode that is not of our make, normalised."""

    value: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A scan that names nothing, and why."""

    value: str
    flaw: Flaw


ScannedCode = OwnCode | ForeignCode | Command | Unreadable


def check_character(payload: str) -> str:
    """Return the check character of a kind letter and digits; every character must be of the alphabet."""
    total = 0
    for char in payload:
        total = (total * 3 + _VALUE[char]) % 31
    return ALPHABET[-total * 3 % 31]


def format_code(kind: CodeKind, number: int) -> str:
    """Return the own code of a number, 1 to 99,999,999."""
    if not 0 < number <= MAX_NUMBER:
        raise ValueError(f"code number out of range: {number}")
    payload = f"{kind.value}{number:0{_DIGITS}d}"
    return payload + check_character(payload)


def normalise(raw: str) -> str:
    """Return a barcode as it is compared: NFKC, upper case, no white space, no controls at its ends, no AIM prefix.

    Doing it again changes nothing. What is not ASCII keeps its case: it is refused, and must not become ASCII by `upper`.
    """
    folded = unicodedata.normalize("NFKC", raw)
    joined = unicodedata.normalize("NFKC", "".join(char for char in folded if char in _SEPARATORS or not char.isspace()))
    value = _AROUND.sub("", joined)
    return value.upper() if value.isascii() else value


def read_scan(raw: str) -> ScannedCode:
    """Return what a scan is; total: any text whatever has an answer, and none raises."""
    if len(raw) > 4 * MAX_SCAN:
        return Unreadable("", Flaw.TOO_LONG)
    value = normalise(raw)
    flaw = Flaw.CONTROL if _BREAK_INSIDE.search(raw.strip(_ENDS + " \t\r\n")) else _flaw_of(value)
    if flaw is not None:
        return Unreadable(value if flaw is not Flaw.CONTROL else "", flaw)
    word = value.removeprefix("CMD-")
    if word in Command.__members__:
        return Command[word]
    own = parse_own(value)
    if own is not None:
        return own
    return _read_other(value)


def parse_own(value: str) -> OwnCode | None:
    """Return the own code that a normalised text is, or None."""
    if len(value) != CODE_LENGTH or not value[1:-1].isdigit() or not value.isascii():
        return None
    try:
        kind = CodeKind(value[0])
    except ValueError:
        return None
    if check_character(value[:-1]) != value[-1] or int(value[1:-1]) == 0:
        return None
    return OwnCode(kind, int(value[1:-1]))


def contains_own(value: str) -> bool:
    """Whether a normalised text holds an own code anywhere, so that it may not be bound as a foreign barcode."""
    return any(parse_own(match.group(1)) is not None for match in _OWN_INSIDE.finditer(value))


def is_own_shape(value: str) -> bool:
    """Whether a text looks like an own code whatever its check character; such a text may not be bound either."""
    return len(value) == CODE_LENGTH and value[0] in "BFTSP" and value[1:-1].isdigit() and value[-1].isalnum()


def is_own_cut(value: str) -> bool:
    """Whether a text looks like the beginning of an own code, as a scanner sends it that lost the end."""
    return 2 < len(value) < CODE_LENGTH and value[0] in "BFTSP" and value[1:].isdigit()


def _flaw_of(value: str) -> Flaw | None:
    if not value:
        return Flaw.EMPTY
    if len(value) > MAX_SCAN:
        return Flaw.TOO_LONG
    if not value.isascii():
        return Flaw.NOT_ASCII
    if not value.isprintable():
        return Flaw.CONTROL
    return None


def _read_other(value: str) -> ScannedCode:
    if contains_own(value):
        return Unreadable(value, Flaw.TWO_CODES)
    if is_own_shape(value):
        return Unreadable(value, Flaw.WRONG_CHECK)
    return ForeignCode(value)
