"""Which barcodes may be bound: anything a scanner can send that could not be mistaken for one of our own codes."""

from __future__ import annotations

from archroom.core.codes import ForeignCode, read_scan
from archroom.errors import BadCode, say
from archroom.services.resolving import shown


def bindable(barcode: str) -> str:
    """Return a foreign barcode as it is compared.

    Raises BadCode for command words, what is unreadable, and whatever holds or looks like a code of ours.
    """
    code = read_scan(barcode)
    if not isinstance(code, ForeignCode):
        raise BadCode(say("{code} cannot be bound: it is or looks like one of our own codes.", code=shown(barcode)))
    return code.value
