"""The desk, which is home: a scan bar that always listens, what is in hand, what the next scan does, and the last acts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from archroom.core.holdings import Person, Place, Standing
from archroom.core.scans import InHand
from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.desk.journal import Entry
from archroom.tui.inputs import ScanBar
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseScreen
from archroom.tui.situation import Chosen, Where
from archroom.tui.text import Piece, cut, fitted, row, shown, width_of, words, wrapped

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

_LABEL_CELLS = 10
_MARK_CELLS = 14
_MOST_ANSWER_LINES = 3


class DeskBoard(Painted):
    """Everything below the scan bar."""

    DEFAULT_CSS = """
    DeskBoard { height: 1fr; padding: 0 2; }
    """

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__()
        self._house = house

    def paint(self, width: int, height: int) -> list[Content]:
        """Return hand, hint, the latest answer and as many acts as fit."""
        is_low = height < 14
        lines = self._labelled(say("In hand"), self._hand_text(), width, marks.PLAIN, 1)
        lines += self._labelled(say("Next"), words(self._house.hint), width, "$foreground", 2)
        latest = self._house.journal.latest
        if latest is not None:
            lines += [*([] if is_low else [Content("")]), *self._answer(latest, width)]
        if height - len(lines) < 3:
            return lines[: max(height, 1)]
        lines += [Content(""), self._heading(width)]
        return [*lines, *self._acts(width, height - len(lines))][:height]

    def _labelled(self, label: Message, text: str, width: int, style: str, most: int) -> list[Content]:
        room = width - _LABEL_CELLS
        if room < 10:
            return [row((cut(text, width), style))]
        heads = [words(label), *[""] * (most - 1)]
        return [
            row((fitted(head, _LABEL_CELLS), marks.MUTED), (line, style))
            for head, line in zip(heads, wrapped(text, room, most), strict=False)
        ]

    def _hand_text(self) -> str:
        return shown(name_of_hand(self._house.held)) or words(say("nothing"))

    def _answer(self, entry: Entry, width: int) -> list[Content]:
        mark = row((cut(entry.mark.shown(self._house.glyphs), width), entry.mark.tone))
        lines = wrapped(words(entry.message), width - 2, _MOST_ANSWER_LINES)
        return [mark, *(row(("  ", ""), (line, marks.PLAIN)) for line in lines)]

    def _heading(self, width: int) -> Content:
        title = words(say("Last acts"))
        rule = self._house.glyphs.rule * max(width - width_of(title) - 1, 0)
        return row((title, marks.MUTED), (" ", ""), (rule, "$border-blurred"))

    def _acts(self, width: int, room: int) -> list[Content]:
        latest = self._house.journal.latest
        entries = [entry for entry in self._house.journal.entries(room + 1) if entry is not latest][:room]
        if not entries:
            said = say("Nothing yet. Everything that is done here is written down here.")
            return [row((cut(words(said), width), marks.MUTED))]
        today = self._house.local(self._house.now()).date()
        return [self._act(entry, width, today) for entry in entries]

    def _act(self, entry: Entry, width: int, today: date) -> Content:
        at = time_text(self._house.local(entry.at), today)
        mark = entry.mark.shown(self._house.glyphs)
        actor = cut(shown(entry.actor), 16) if width >= 100 else ""
        room = width - 7 - _MARK_CELLS - (width_of(actor) + 2 if actor else 0)
        pieces: list[Piece] = [(fitted(at, 7), marks.MUTED), (fitted(mark, _MARK_CELLS - 1) + " ", entry.mark.tone)]
        pieces.append((fitted(words(entry.message), room), ""))
        if actor:
            pieces.append(("  " + actor, marks.MUTED))
        return row(*pieces)


class DeskScreen(HouseScreen):
    """Home."""

    WHERE = Where.DESK
    TITLE_TEXT = say("Desk")
    AUTO_FOCUS = "ScanBar"

    def body(self) -> Iterable[Widget]:
        """Return the scan bar and the board."""
        yield ScanBar(say("Scan a code, or type one and press Enter"), self.house.take_typed)
        yield DeskBoard(self.house)

    def chosen(self) -> Chosen:
        """Return the thing or shelf in hand, else the last thing that a scan concerned."""
        held = self.house.held
        return of_hand(held if isinstance(held, Place | Standing) else self.house.last_standing)

    def show_situation(self) -> None:
        """Draw the board and the bars again."""
        super().show_situation()
        for board in self.query(DeskBoard):
            board.refresh()

    def empty(self) -> None:
        """Forget what was typed."""
        self.query_one(ScanBar).value = ""


def name_of_hand(held: InHand) -> str:
    """Return what a person calls that which is in hand, empty if it is nothing; not yet cleaned for showing."""
    match held:
        case Person():
            return held.name
        case Standing():
            return held.thing.title
        case Place():
            return held.address
        case None:
            return ""


def of_hand(held: InHand) -> Chosen:
    """Return a thing or shelf in hand as what is chosen, nothing if it is a person."""
    match held:
        case Standing():
            return Chosen(held.thing.code, held.thing.title)
        case Place():
            return Chosen(held.code, held.address)
        case _:
            return Chosen()


def time_text(at: datetime, today: date) -> str:
    """Return the time of a day, or the day if it was another: five characters, local."""
    return at.strftime("%H:%M") if at.date() == today else at.strftime("%m-%d")
