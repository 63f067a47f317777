"""From a list of codes to errands at shelves; what is at no shelf that an aisle leads to is set aside, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from archroom.core.holdings import Custody, Person, Place, PlaceKind, Standing
from archroom.core.rooms import Block, End, Face
from archroom.core.routes.errands import Errand
from archroom.errors import BadCode, Message, say
from archroom.services.resolving import owner_of_typed, shown
from archroom.services.whereabouts import where_now

if TYPE_CHECKING:
    from archroom.core.ports import Reading

_GONE = frozenset({Custody.OUT, Custody.MISSING, Custody.IN_TRANSIT, Custody.DISPOSED})
"""What nobody can take to its home, for nobody here has it."""
_FETCHED = frozenset({Custody.OUT, Custody.STAGING, Custody.READING_ROOM, Custody.IN_TRANSIT})
"""Where what somebody has fetched from its shelf is."""


class Purpose(Enum):
    """What is done at the shelves."""

    PICK = "pick"
    PUT_BACK = "put_back"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a list, as it was typed or scanned."""

    text: str
    order: str = ""
    """Lines of one order stay together."""
    due_s: float | None = None
    """When it should be done, in seconds from the beginning."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One errand as the person sees it who stands at the head of the aisle."""

    errand: Errand
    code: str
    title: str
    container: str
    """Title of the container that it is in, or belongs in if it is to be put back; empty if it stands by itself."""
    address: str
    is_left: bool
    """Whether the shelf is to the left as one goes in from the main passage."""


@dataclass(frozen=True, slots=True)
class Aside:
    """One line that is not on the walk."""

    number: int
    """Its place in the list."""
    code: str
    title: str
    address: str
    """Where it stands, or belongs if it is to be put back; empty if that is nowhere."""
    why: Message
    is_named: bool = True
    """Whether the line names anything here."""
    is_done: bool = False
    """Whether the thing has left its shelf, or come home where it is to be put back: if it was on the walk, it is done."""


def sorted_out(books: Reading, asked: Sequence[Asked], purpose: Purpose, today: date) -> tuple[list[Spot], list[Aside]]:
    """Return the errands of a list, and the lines that make none."""
    blocks = {block.number: block for block in books.blocks()}
    spots: list[Spot] = []
    asides: list[Aside] = []
    seen: set[str] = set()
    for number, line in enumerate(asked):
        found = _looked_up(books, blocks, number, line, purpose, today)
        if found.code in seen:
            found = Aside(number, found.code, found.title, found.address, say("it is on the list already"))
        if isinstance(found, Spot) or found.is_named:
            seen.add(found.code)
        if isinstance(found, Spot):
            spots.append(found)
        else:
            asides.append(found)
    return spots, asides


def _looked_up(
    books: Reading, blocks: dict[int, Block], number: int, line: Asked, purpose: Purpose, today: date
) -> Spot | Aside:
    try:
        owner = owner_of_typed(books, line.text)
    except BadCode as error:
        return Aside(number, shown(line.text), "", "", error.message, is_named=False)
    match owner:
        case Person():
            why = say("{name} is a person, and stands in no aisle.", name=owner.name)
            return Aside(number, owner.name, "", "", why, is_named=False)
        case Place():
            code, title, is_done, (place, reason) = owner.code, "", False, _shelf(owner)
        case Standing():
            code, title, is_done = owner.thing.code, owner.thing.title, _is_done(owner, purpose)
            place, reason = _home_of(owner, today) if purpose is Purpose.PUT_BACK else _place_of(owner, today)
    if place is None or reason is not None:
        address = place.address if place else ""
        return Aside(number, code, title, address, reason or say("no place yet"), is_done=is_done)
    block = blocks.get(place.block or 0)
    if block is None or place.aisle is None:
        why = say("at {place}, which no aisle leads to: go there directly", place=place.address)
        return Aside(number, code, title, place.address, why)
    *_, face_letter, bay, level = place.address.split("/")
    face = Face(face_letter)
    errand = Errand(number, block.number, place.aisle, face, int(bay), int(level), line.order, line.due_s)
    is_left = (face is Face.B) == (block.numbered_from is End.LEFT)
    return Spot(errand, code, title, _container_of(owner, purpose), place.address, is_left)


def _shelf(place: Place) -> tuple[Place | None, Message | None]:
    """Return a place that is on the list itself."""
    return place, None


def _place_of(standing: Standing, today: date) -> tuple[Place | None, Message | None]:
    """Return where a thing is to be fetched or counted, or why it is not."""
    place = standing.place
    if standing.custody is not Custody.IN or place is None or place.kind is not PlaceKind.SHELF:
        return place, where_now(standing, today)
    return place, None


def _home_of(standing: Standing, today: date) -> tuple[Place | None, Message | None]:
    """Return where a thing is to be put back, or why it is not."""
    home = standing.home_place
    if standing.custody in _GONE:
        return home, where_now(standing, today)
    if home is None:
        return None, say("no home yet")
    return home, say("at home already") if standing.is_at_home else None


def _is_done(standing: Standing, purpose: Purpose) -> bool:
    """Whether nothing is left to be done to a thing: fetched, or put back; that it was counted no book tells."""
    match purpose:
        case Purpose.PICK:
            return standing.custody in _FETCHED
        case Purpose.PUT_BACK:
            return standing.is_at_home
        case Purpose.COUNT:
            return False


def _container_of(owner: Standing | Place, purpose: Purpose) -> str:
    if isinstance(owner, Place):
        return ""
    chain = owner.home_enclosing if purpose is Purpose.PUT_BACK else owner.enclosing
    return chain[0].title if chain else ""
