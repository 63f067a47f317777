"""Finding things and people, and telling how a thing stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from archroom.core.codes import read_scan
from archroom.core.custody import home_text
from archroom.core.holdings import Person, Place, Standing
from archroom.errors import BadCode, Message, say
from archroom.services.resolving import owner_of_code, owner_of_typed, thing_of_typed
from archroom.services.whereabouts import where_now

if TYPE_CHECKING:
    from archroom.core.ports import Archive, Clock, Details, Hit, PlaceDetails, Reading
    from archroom.services.history import ActLine

MAX_COUNTED = 1000
Shown = TypeVar("Shown")
_PEOPLE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class StandingText:
    """Where a thing is, who has it, and where it belongs, in words."""

    where: Message
    """A phrase: "in R1/1/03/A/2/4", "out to Ann, due 2026-12-08"."""
    holder: str
    """Name of who has it; empty if nobody has."""
    home: str
    """Address of its home; empty if it has none yet."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of what was found."""

    hits: list[Hit]
    people: list[tuple[Person, int]]
    """People whose names match, each with how many things they have; on the first page only."""
    total: int
    """How many things match, counted up to 1,000."""
    is_total_capped: bool
    """Whether there are more than `total`."""


class Finder:
    """Looks things up; changes nothing and leaves no event."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock

    def find(self, words: str, limit: int = 50, offset: int = 0) -> FoundPage:
        """Return one page of the things that match: a code, barcode or reference code, or all words; and of the people."""
        with self._archive.reading() as books:
            hits, count = books.find_counted(words, limit, offset, MAX_COUNTED + 1)
            people = _people_found(books, words) if offset == 0 else []
        return FoundPage(hits, people, min(count, MAX_COUNTED), count > MAX_COUNTED)

    def details(self, text: str) -> Details:
        """Return everything of the thing that a code, barcode or reference code names; raises BadCode."""
        with self._archive.reading() as books:
            return _known(books.details(thing_of_typed(books, text).thing.id))

    def look_up(self, text: str) -> Details | PlaceDetails:
        """Return everything of the thing or place that a code, barcode, reference code or address names; raises BadCode."""
        with self._archive.reading() as books:
            owner = owner_of_typed(books, text)
            match owner:
                case Standing():
                    return _known(books.details(owner.thing.id))
                case Place():
                    return _known(books.place_details(owner.id))
                case Person():
                    raise BadCode(say("{name} is a person. See: {program} person show", name=owner.name, program="archroom"))

    def details_of(self, thing_id: int) -> Details:
        """Return everything of a thing by its number; raises BadCode if there is none."""
        with self._archive.reading() as books:
            return _known(books.details(thing_id))

    def history_of(self, details: Details) -> list[ActLine]:
        """Return a thing's events in words, newest first."""
        from archroom.services.history import act_line  # a search has no use for it, and must start fast

        with self._archive.reading() as books:
            return [act_line(books, event) for event in details.history]

    def describe(self, standing: Standing) -> StandingText:
        """Return the words for how a thing stands today."""
        return describe(standing, self._clock.today())


def _people_found(books: Reading, words: str) -> list[tuple[Person, int]]:
    """Return the person of a code or card, then those whose names hold all words, with how many things each has."""
    named = books.find_people(words, _PEOPLE_SHOWN)
    owner = owner_of_code(books, read_scan(words))
    if not isinstance(owner, Person):
        return named
    return [(owner, len(books.open_loans(owner.id))), *(found for found in named if found[0].id != owner.id)]


def describe(standing: Standing, today: date) -> StandingText:
    """Return the words for how a thing stands; a loan due before `today` is overdue."""
    holder = standing.held_by
    return StandingText(where_now(standing, today), holder.name if holder else "", home_text(standing))


def _known(details: Shown | None) -> Shown:
    if details is None:
        raise BadCode(say("There is no such thing in the books."))
    return details
