"""The lines that stand on every screen: where one is, what became of a stop, and the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.content import Content

from archroom.errors import Message
from archroom.tui import marks
from archroom.tui.action import Action
from archroom.tui.actions import in_bar
from archroom.tui.aisles.stopping import StopState
from archroom.tui.painted import Painted
from archroom.tui.situation import Where
from archroom.tui.text import Piece, cut, fitted, row, shown, width_of, words

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp


class TitleBar(Painted):
    """The first line: the program, the screen, who works here."""

    DEFAULT_CSS = """
    TitleBar { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, title: Message, person: str) -> None:
        super().__init__()
        self._title = title
        self._person = shown(person)

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the line: title to the left, person to the right as far as there is room."""
        title = words(self._title)
        left: list[Piece] = [("archroom", marks.MUTED), ("  ", ""), (title, "bold $text-primary")]
        room = width - width_of(title) - 14
        if room < 4:
            return [row(*left)]
        person = cut(self._person, room)
        return [row(*left, (" " * (width - width_of(title) - 10 - width_of(person)), ""), (person, marks.MUTED))]


class StopLine(Painted):
    """What became of the last stop, on every screen and over every dialog, until it is no longer news."""

    DEFAULT_CSS = """
    StopLine { height: auto; max-height: 6; display: none; }
    StopLine { background: $error-muted; color: $text-error; }
    StopLine.-shown { display: block; }
    StopLine.-good { background: $success-muted; color: $text-success; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = StopState()

    def show(self, state: StopState) -> None:
        """Show this state from now on."""
        if state is self._state:
            return
        self._state = state
        self.set_class(state.is_news, "-shown")
        self.set_class(state.is_seen_to_stand, "-good")
        self.refresh(layout=True)

    def paint(self, width: int, height: int) -> list[Content]:
        """Return one line a block, or fewer words where there is no room."""
        if not self._state.is_news:
            return []
        return self._state.lines(width, self.app.size.height)


class KeyBar(Painted):
    """The last line: at most six keys, each of which can be clicked, and STOP always among them."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; color: $foreground; }
    """

    def __init__(self, house: ArchroomApp, where: Where) -> None:
        super().__init__()
        self._house = house
        self._where = where
        self._spans: list[tuple[int, int, Action]] = []
        """First and last column of each key, as drawn."""

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the keys that fit; room is made for STOP before any other."""
        bar = in_bar(self._where)
        stop = next(action for action in bar if action.is_urgent)
        stop_text = f" {stop.shown_key()} {words(stop.label)} "
        stop_at = max(width - width_of(stop_text), 0)
        pieces: list[Piece] = []
        taken = 0
        self._spans = []
        for action in bar:
            key, label = f" {action.shown_key()}", f" {words(action.label_at(self._where))} "
            size = width_of(key + label)
            if action is stop or taken + size > stop_at:
                continue
            is_dimmed = self._house.why_not(action) is not None
            pieces += [(key, marks.FAINT if is_dimmed else marks.KEY), (label, marks.FAINT if is_dimmed else "")]
            self._spans.append((taken, taken + size, action))
            taken += size
        self._spans.append((stop_at, width, stop))
        return [row(*pieces, (fitted("", stop_at - taken), ""), (cut(stop_text, width, ""), marks.STOP))]

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked; between the keys nothing happens."""
        for first, end, action in self._spans:
            if first <= event.x < end:
                self._house.perform(action)
