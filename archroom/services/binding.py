"""Which barcodes may be bound: anything a scanner can send that could not be mistaken for what names something already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.core.codes import Flaw, ForeignCode, Unreadable, read_scan
from archroom.core.scans import Nameless
from archroom.errors import BadCode, say
from archroom.services.resolving import place_at, shown, why_nameless

if TYPE_CHECKING:
    from archroom.core.ports import Reading

_LOOKS_LIKE_OURS = frozenset({Flaw.TWO_CODES, Flaw.WRONG_CHECK})


def bindable(books: Reading, barcode: str) -> str:
    """Return a foreign barcode as it is compared.

    Raises BadCode for command words, addresses, what is unreadable, and whatever holds or looks like a code of ours.
    """
    code = read_scan(barcode)
    if isinstance(code, Unreadable) and code.flaw not in _LOOKS_LIKE_OURS:
        raise BadCode(why_nameless(Nameless(shown(code.value), code.flaw)))
    if not isinstance(code, ForeignCode):
        raise BadCode(say("{code} cannot be bound: it is or looks like one of our own codes.", code=shown(barcode)))
    if place_at(books, code.value) is not None:
        raise BadCode(say("{code} cannot be bound: it is the address of a place.", code=code.value))
    return code.value
