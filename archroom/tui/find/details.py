"""Everything of one thing, or of one person, beside what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content

from archroom.core.holdings import Loan, Person, Standing, Thing
from archroom.errors import Message, say
from archroom.tui import marks, shelf_drawing
from archroom.tui.desk.screen import time_text
from archroom.tui.find.table import now_of
from archroom.tui.marks import Mark
from archroom.tui.painted import Painted
from archroom.tui.text import fitted, row, shown, width_of, words, wrapped

if TYPE_CHECKING:
    from archroom.core.ports import Details
    from archroom.services.history import ActLine
    from archroom.tui.app import ArchroomApp

_LABEL_CELLS = 10
_CONTENTS_SHOWN = 12
_LOANS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class ThingShown:
    """One thing with its words."""

    details: Details
    history: Sequence[ActLine]
    where: Message
    home: str


@dataclass(frozen=True, slots=True)
class PersonShown:
    """One person with what they have."""

    person: Person
    loans: Sequence[tuple[Thing, Loan]]


class DetailPane(Painted):
    """The details as a column of lines."""

    DEFAULT_CSS = """
    DetailPane { padding: 0 1; }
    """

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__()
        self._house = house
        self.showing: ThingShown | PersonShown | None = None

    def show(self, showing: ThingShown | PersonShown | None) -> None:
        """Show this from now on."""
        self.showing = showing
        self.refresh(layout=True)

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the lines."""
        match self.showing:
            case ThingShown() as thing:
                return self._thing(thing, width)
            case PersonShown() as person:
                return self._person(person, width)
            case None:
                return []

    def _thing(self, showing: ThingShown, width: int) -> list[Content]:
        hit = showing.details.hit
        standing, thing = hit.standing, hit.standing.thing
        today = self._house.local(self._house.now()).date()
        mark, _ = now_of(standing, today)
        lines = [row((line, "bold")) for line in wrapped(shown(thing.title), width, 4)]
        lines += [row((line, marks.MUTED)) for line in wrapped(_identity(hit.dates, hit.level, thing), width, 2) if line]
        lines += [Content(""), *self._now(mark, words(showing.where), width)]
        lines += self._labelled(say("Home"), shown(showing.home) or words(say("none yet")), width)
        lines += self._flags(thing)
        lines += self._place(standing, width)
        lines += [Content("")]
        lines += self._labelled(say("Path"), " > ".join(shown(part) for part in (hit.collection, *hit.path) if part), width)
        lines += self._labelled(say("Barcodes"), ", ".join(shown(value) for value in showing.details.barcodes), width)
        return lines + self._contents(showing.details, width) + self._history(showing.history, width, today)

    def _now(self, mark: Mark, where: str, width: int) -> list[Content]:
        """Return where it is: the phrase holds the word of the mark already, so only its shape stands beside it."""
        room = max(width - _LABEL_CELLS, 12)
        label = fitted(words(say("Now")), width - room)
        shape = f"{mark.shape_of(self._house.glyphs)} "
        first, *rest = wrapped(where, room - width_of(shape), 4)
        head = row((label, marks.MUTED), (shape + first, mark.tone))
        indent = fitted("", width - room + width_of(shape))
        return [head, *(row((indent, ""), (line, mark.tone)) for line in rest)]

    def _person(self, showing: PersonShown, width: int) -> list[Content]:
        lines = [row((line, "bold")) for line in wrapped(shown(showing.person.name), width, 3)]
        lines += [Content(""), row((marks.PERSON.shown(self._house.glyphs), marks.PERSON.tone))]
        if not showing.loans:
            return [*lines, row((words(say("Nothing out")), marks.MUTED))]
        for thing, loan in showing.loans[:_LOANS_SHOWN]:
            lines += self._labelled(say("{date}", date=loan.due_on.isoformat()), shown(thing.title), width, 12)
        return lines

    def _flags(self, thing: Thing) -> list[Content]:
        flags = [(thing.is_gone, marks.GONE), (thing.needs_split, marks.TO_SPLIT)]
        return [row((mark.shown(self._house.glyphs), mark.tone)) for is_set, mark in flags if is_set]

    def _place(self, standing: Standing, width: int) -> list[Content]:
        """Return where it stands, in words and drawn; where it belongs, if it stands on no shelf now."""
        now = shelf_drawing.spot_of(standing.place) if standing.place is not None else None
        home = shelf_drawing.spot_of(standing.home_place) if standing.home_place is not None else None
        spot = now or home
        if spot is None:
            return []
        self._house.shelving.read_blocks()
        label = say("Stands") if now is not None else say("Belongs")
        lines = self._labelled(label, words(shelf_drawing.in_words(spot)), width)
        lines += self._labelled(say("Aisle"), "" if spot.aisle is None else str(spot.aisle), width)
        block = self._house.shelving.blocks.get(spot.block or 0)
        if block is None:
            return lines
        return [
            *lines,
            Content(""),
            *(row(*pieces) for pieces in shelf_drawing.drawn(spot, block, width, self._house.glyphs)),
        ]

    def _contents(self, details: Details, width: int) -> list[Content]:
        if not details.contents_count:
            return []
        lines = [Content(""), row((words(say("Holds {count}", count=details.contents_count)), marks.MUTED))]
        shown_things = details.contents[:_CONTENTS_SHOWN]
        lines += [row(("  ", ""), (fitted(shown(thing.title), width - 2), "")) for thing in shown_things]
        if details.contents_count > len(shown_things):
            rest = details.contents_count - len(shown_things)
            lines.append(row(("  ", ""), (words(say("and {count} more", count=rest)), marks.MUTED)))
        return lines

    def _history(self, history: Sequence[ActLine], width: int, today: date) -> list[Content]:
        if not history:
            return []
        lines = [Content(""), row((words(say("History")), marks.MUTED))]
        for line in history:
            at = self._house.local(line.at)
            when = time_text(at, today) if at.date() == today else at.date().isoformat()
            lines += self._labelled(say("{date}", date=when), words(line.message), width, 12)
        return lines

    def _labelled(self, label: Message, text: str, width: int, cells: int = _LABEL_CELLS) -> list[Content]:
        if not text:
            return []
        if width < cells + 12:
            return [row((line, "")) for line in wrapped(text, width, 3)]
        first, *rest = wrapped(text, width - cells, 6)
        head = row((fitted(words(label), cells), marks.MUTED), (first, ""))
        return [head, *(row((fitted("", cells), ""), (line, "")) for line in rest)]


def _identity(dates: str, level: str, thing: Thing) -> str:
    return "  ".join(shown(part) for part in (thing.code, thing.reference, dates, level) if part)
