"""From what was scanned or typed to what it names in the books.

A scan is resolved by codes alone, or by the address of a place, which is never bound as a code; a typed text may also be a
reference code or an exact name. A person's code is never shown again, not even misread: whoever reads it off a screen could
borrow in that person's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archroom.core.cleaning import MAX_LINE, clean
from archroom.core.codes import (
    Command,
    Flaw,
    ForeignCode,
    OwnCode,
    ScannedCode,
    Unreadable,
    is_own_cut,
    read_scan,
)
from archroom.core.holdings import Custody, Person, Place, Standing
from archroom.core.scans import Nameless, Retired, Subject
from archroom.errors import BadCode, Message, say

if TYPE_CHECKING:
    from archroom.core.ports import Reading

_PERSON_CODE = re.compile(r"P[0-9]{8}.?|^P[0-9]+.*")


def shown(value: str) -> str:
    """Return a scanned text as far as it may be shown: cleaned, and with people's codes blotted out."""
    return _PERSON_CODE.sub("P…", clean(value, MAX_LINE))


def subject_of(books: Reading, code: ScannedCode) -> Subject:
    """Return what a scanned code names."""
    match code:
        case Command():
            return code
        case Unreadable():
            return Nameless(shown(code.value), code.flaw)
        case OwnCode():
            return _living(owner_of_code(books, code)) or Nameless(shown(str(code)), is_own=True)
        case ForeignCode():
            owner = owner_of_code(books, code) or place_at(books, code.value)
            return _living(owner) or Nameless(shown(code.value), is_cut=is_own_cut(code.value))


def owner_of_code(books: Reading, code: ScannedCode) -> Person | Standing | Place | None:
    """Return what an own code or a bound barcode names, None for everything else."""
    match code:
        case OwnCode():
            return books.owner_of(code)
        case ForeignCode():
            return books.owner_of_barcode(code.value)
        case _:
            return None


def place_at(books: Reading, address: str) -> Place | None:
    """Return the place of an address that a person typed where a shelf is scanned otherwise."""
    owner = books.owner_of_text(address) if "/" in address else None
    return owner if isinstance(owner, Place) else None


def why_nameless(subject: Nameless | Retired) -> Message:
    """Return the sentence for a scan that names nothing here, or what is no longer here."""
    if isinstance(subject, Retired):
        return say("{title} is no longer in use here; nothing changed.", title=subject.title)
    if subject.flaw is not None:
        return _FLAWS[subject.flaw](subject.shown)
    if subject.is_own:
        return say("{code} has the form of our codes, but nothing here has it.", code=subject.shown)
    if subject.is_cut:
        return say("{code} is cut short. Scan it again.", code=subject.shown)
    return say("{code} is not one of ours.", code=subject.shown)


def owner_of_typed(books: Reading, text: str) -> Person | Standing | Place:
    """Return what a typed text names: a code, a barcode, an address, a reference code or an exact name.

    Raises BadCode if it names nothing, or more than one thing or person.
    """
    code = read_scan(text)
    owner = owner_of_code(books, code)
    if owner is None and isinstance(code, OwnCode):
        raise BadCode(why_nameless(Nameless(shown(str(code)), is_own=True)))
    if isinstance(code, Unreadable) and code.flaw in (Flaw.EMPTY, Flaw.WRONG_CHECK, Flaw.TWO_CODES):
        raise BadCode(_FLAWS[code.flaw](shown(code.value)))
    owner = owner or books.owner_of_text(clean(text, MAX_LINE)) or _only_person(books, text)
    if owner is None:
        raise BadCode(_why_not_one(text, books.count_of_text(clean(text, MAX_LINE))))
    return owner


def thing_of_typed(books: Reading, text: str) -> Standing:
    """Return the thing that a typed text names; raises BadCode if it names none."""
    owner = owner_of_typed(books, text)
    if not isinstance(owner, Standing):
        raise BadCode(say("{text} names no box or item.", text=shown(text)))
    return owner


def person_of_typed(books: Reading, text: str) -> Person:
    """Return the person that a typed text names; raises BadCode if it names none."""
    owner = owner_of_typed(books, text)
    if not isinstance(owner, Person):
        raise BadCode(say("{text} names no person.", text=shown(text)))
    return owner


def place_of_typed(books: Reading, text: str) -> Place:
    """Return the place that a typed text names; raises BadCode if it names none."""
    owner = owner_of_typed(books, text)
    if not isinstance(owner, Place):
        raise BadCode(say("{text} names no shelf or place.", text=shown(text)))
    return owner


def _why_not_one(text: str, count: int) -> Message:
    if count > 1:
        return say("{text} names {count} things here. Use the code of one.", text=shown(text), count=count)
    return say("{text} names nothing here.", text=shown(text))


def _only_person(books: Reading, text: str) -> Person | None:
    people = books.people_named(clean(text, MAX_LINE))
    if len(people) > 1:
        raise BadCode(say("{count} people are called {name}. Use the code.", count=len(people), name=people[0].name))
    return people[0] if people else None


def _living(owner: Person | Standing | Place | None) -> Subject | None:
    match owner:
        case Person(is_active=False):
            return Retired(owner.name)
        case Standing() if owner.thing.whereabouts.custody is Custody.DISPOSED:
            return Retired(owner.thing.title)
        case _:
            return owner


_FLAWS = {
    Flaw.EMPTY: lambda code: say("Nothing was read."),
    Flaw.TOO_LONG: lambda code: say("That is too long for a barcode."),
    Flaw.NOT_ASCII: lambda code: say(
        "{code} holds letters that no barcode of ours has. Look at the scanner's keyboard layout.", code=code
    ),
    Flaw.CONTROL: lambda code: say("The scan holds control characters. Scan it again."),
    Flaw.TWO_CODES: lambda code: say("Two codes ran together: {code}. Scan each by itself.", code=code),
    Flaw.WRONG_CHECK: lambda code: say("{code} was misread: its check character is wrong. Scan it again.", code=code),
}
