"""How descriptions and people stand in the ledger: by keyed digests of these fields, in this order.

The house's key is in the house's row, a person's key in theirs; when a person's key is dropped, the digests say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from archroom.core.acts import Described, Owner
from archroom.core.events import keyed_digest

KEY_BYTES = 32
DESCRIPTION_FIELDS = ("title", "reference", "dates", "level", "path", "label", "indicator", "housing", "profile")
"""Columns of `description` that a version's digest covers, in order; the width of the thing follows."""


def digested(fields: Sequence[str], width_mm: int | None) -> tuple[str, ...]:
    """Return all that a version's digest covers: `fields` as in DESCRIPTION_FIELDS, and the width where it is known."""
    return tuple(fields) if width_mm is None else (*fields, str(width_mm))


def described_thing(
    house_key: bytes, thing_id: int, version: int, fields: Sequence[str], width_mm: int | None = None
) -> Described:
    """Return what the ledger says of a version of a description; `fields` as in DESCRIPTION_FIELDS."""
    return Described(Owner.THING, thing_id, version, keyed_digest(house_key, digested(fields, width_mm)))


def described_person(person_key: bytes, person_id: int, version: int, name: str) -> Described:
    """Return what the ledger says of a version of a person's data."""
    return Described(Owner.PERSON, person_id, version, keyed_digest(person_key, (name,)))
