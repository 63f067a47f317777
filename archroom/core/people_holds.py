"""Who is in which aisle, by their own word: an aisle that somebody holds must not change.

A list of names, never a count: a hold ends by the word of the person it names, or of two others who say why, and by nothing
else. No sensor, no passing of time and no restart takes one away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from archroom.core.cleaning import clean
from archroom.core.comparing import name_key
from archroom.core.rooms import Block
from archroom.errors import Message, Refused, say

LONGEST_NAME = 100
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Hold:
    """A person's claim that an aisle of a block must not change."""

    aisle: int
    person: str
    since: datetime
    """UTC."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """The end of a hold: by the person it names, or by two others with a reason."""

    aisle: int
    person: str
    by: tuple[str, ...]
    reason: str = ""

    def ends(self, hold: Hold) -> bool:
        """Return whether this is the end of that hold."""
        return self.aisle == hold.aisle and name_key(self.person) == name_key(hold.person)


Holds = tuple[Hold, ...]
"""The holds of one block, oldest first."""


def new_hold(block: Block, holds: Holds, hold: Hold) -> Hold:
    """Return a hold as it is to be kept; raises Refused where nobody is named, for an aisle that the block does not have,
    and for a name that holds the aisle already, because two people of one name could not be told apart."""
    cleaned = Hold(hold.aisle, clean(hold.person, LONGEST_NAME), hold.since, clean(hold.reason, LONGEST_REASON))
    if not name_key(cleaned.person):
        raise Refused(say("Say who is in the aisle."))
    if cleaned.aisle not in block.aisles:
        raise Refused(say("Block {block} has no aisle {aisle}.", block=block.number, aisle=cleaned.aisle))
    if any(_is_same(cleaned, other) for other in holds):
        raise Refused(
            say(
                "{name} holds aisle {aisle} of block {block} already. Another person of that name adds something to it.",
                name=cleaned.person,
                aisle=cleaned.aisle,
                block=block.number,
            )
        )
    return cleaned


def new_release(block: Block, holds: Holds, release: Release) -> Release:
    """Return a release as it is to be kept; raises Refused if there is no such hold, or whoever asks may not end it."""
    asked = Release(
        release.aisle,
        clean(release.person, LONGEST_NAME),
        tuple(clean(name, LONGEST_NAME) for name in release.by),
        clean(release.reason, LONGEST_REASON),
    )
    hold = next((hold for hold in holds if asked.ends(hold)), None)
    if hold is None:
        raise Refused(
            say(
                "{name} does not hold aisle {aisle} of block {block}.",
                name=asked.person,
                aisle=asked.aisle,
                block=block.number,
            )
        )
    person, keys = name_key(hold.person), [name_key(name) for name in asked.by]
    is_own = keys == [person]
    are_two_others = len(keys) == len(set(keys)) == 2 and person not in keys and all(keys)
    if not is_own and not are_two_others:
        raise Refused(
            say(
                "The hold of {name} on aisle {aisle} ends by the word of {name}, or of two others with a reason.",
                name=hold.person,
                aisle=hold.aisle,
            )
        )
    if not is_own and not asked.reason:
        raise Refused(say("Say why the hold of {name} may end.", name=hold.person))
    return Release(hold.aisle, hold.person, asked.by, asked.reason)


def with_hold(holds: Holds, hold: Hold) -> Holds:
    """Return the holds with one more; a name that holds the aisle already keeps its first."""
    return holds if any(_is_same(hold, other) for other in holds) else (*holds, hold)


def without_hold(holds: Holds, release: Release) -> Holds:
    """Return the holds that are left after a release."""
    return tuple(hold for hold in holds if not release.ends(hold))


def held_aisles(holds: Holds) -> frozenset[int]:
    """Return the aisles that must not change, for whoever plans ahead."""
    return frozenset(hold.aisle for hold in holds)


def hold_problem(block: Block, holds: Holds, changes: Collection[int]) -> Message | None:
    """Return why a motion that changes these aisles may not be, None if nobody holds one of them.

    An aisle changes when it widens, narrows, or slides sideways as a whole. A hold on an aisle that the block no longer has
    forbids every motion: nobody can say where that person is.
    """
    hold = next((hold for hold in holds if hold.aisle in changes or hold.aisle not in block.aisles), None)
    if hold is None:
        return None
    return say(
        "{name} is in aisle {aisle} of block {block}: it must not change until that hold is released.",
        name=hold.person,
        aisle=hold.aisle,
        block=block.number,
    )


def _is_same(hold: Hold, other: Hold) -> bool:
    return hold.aisle == other.aisle and name_key(hold.person) == name_key(other.person)
