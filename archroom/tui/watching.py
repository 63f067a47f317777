"""The screens on which something is watched: they ask again and again, and only while somebody looks at them.

Textual calls the handler of an event in each class of a screen, so none of them calls the one above it.

What each must say itself is no abstract method, which Textual's classes cannot have; it raises where it was
forgotten.

Those that draw their own lines have one page of them and one cursor over its rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from archroom.tui.painted import Painted
from archroom.tui.screens import HouseScreen
from archroom.tui.text import Line, row

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp


class WatchScreen(HouseScreen):
    """A screen that asks every `LOOK_S` while it is looked at."""

    LOOK_S: ClassVar[float]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._poll: Timer | None = None

    def look(self) -> None:
        """Ask how things are now."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it asks")

    def on_mount(self) -> None:
        """Begin to ask."""
        self._poll = self.set_interval(self.LOOK_S, self.look)

    def on_screen_resume(self) -> None:
        """Ask again, as long as somebody looks."""
        if self._poll is not None:
            self._poll.resume()

    def on_screen_suspend(self) -> None:
        """Ask no more: nobody looks."""
        if self._poll is not None:
            self._poll.pause()


class LinesPage(Painted):
    """All lines of a screen, divided up by the rows there are."""

    DEFAULT_CSS = """
    LinesPage { height: 1fr; padding: 0 2; }
    """

    def __init__(self, screen: LinesScreen) -> None:
        super().__init__()
        self._screen = screen

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the lines."""
        rows = max(height, 1)
        return [row(*line) for line in self._screen.lines(width, rows)[:rows]]


class LinesScreen(WatchScreen):
    """A watched screen that is one page of lines, with a cursor over some of them."""

    BINDINGS = [Binding("up", "move(-1)", show=False), Binding("down", "move(1)", show=False)]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self.at = 0
        """The row under the cursor."""

    @property
    def last(self) -> int:
        """The last row that the cursor can go to."""
        raise NotImplementedError(f"{type(self).__name__} has no rows")

    def lines(self, width: int, height: int) -> list[Line]:
        """Return what the page shows in so many rows."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it shows")

    def body(self) -> Iterable[Widget]:
        """Return the page."""
        yield LinesPage(self)

    def on_screen_resume(self) -> None:
        """Ask at once when it comes up."""
        self.look()

    def show_situation(self) -> None:
        """Draw everything again."""
        super().show_situation()
        for page in self.query(LinesPage):
            page.refresh()

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self.at = min(max(self.at + step, 0), max(self.last, 0))
        self.show_situation()


def first_shown(at: int, count: int, rows: int) -> int:
    """Return the first of so many rows, so that the one under the cursor is among them."""
    return min(max(at - rows + 1, 0), max(count - rows, 0)) if at < count else max(count - rows, 0)
