"""People things are lent to: registering and finding them."""

from __future__ import annotations

from archroom.core.acts import Performer
from archroom.core.cleaning import MAX_LINE, clean, is_cut
from archroom.core.holdings import Loan, Person, Thing
from archroom.core.ports import Archive
from archroom.errors import UsageError, say
from archroom.services.resolving import person_of_typed

_SHOWN = 50


class People:
    """The people of one house."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def add(self, performer: Performer, name: str) -> Person:
        """Register a person; raises UsageError for an empty name or one of more than 500 characters."""
        cleaned = clean(name, MAX_LINE)
        if not cleaned:
            raise UsageError(say("A person needs a name."))
        if is_cut(name, MAX_LINE):
            raise UsageError(say("A name has at most {longest} characters.", longest=MAX_LINE))
        with self._archive.writing() as books:
            person, act = books.new_person(cleaned)
            books.commit(act, performer)
        return person

    def find(self, words: str) -> list[tuple[Person, int]]:
        """Return people whose names hold all words, with how many things each has."""
        with self._archive.reading() as books:
            return books.find_people(words, _SHOWN)

    def all(self) -> list[tuple[Person, int]]:
        """Return everybody who is registered or still has something, by name, with how many things each has."""
        with self._archive.reading() as books:
            return list(books.all_people())

    def held_by(self, text: str) -> tuple[Person, list[tuple[Thing, Loan]]]:
        """Return the person of a code, card or exact name, and what they have, oldest loan first; raises BadCode."""
        with self._archive.reading() as books:
            person = person_of_typed(books, text)
            return person, books.open_loans(person.id)

    def loans_of(self, person_id: int) -> list[tuple[Thing, Loan]]:
        """Return what a person has, oldest loan first."""
        with self._archive.reading() as books:
            return books.open_loans(person_id)
