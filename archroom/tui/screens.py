"""What every screen has: a title, the line of the last stop, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from archroom.errors import Message
from archroom.tui.bars import KeyBar, StopLine, TitleBar
from archroom.tui.situation import Chosen, Where

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

Result = TypeVar("Result")

WIDTHS = [(0, "-narrow"), (120, "-wide")]
"""From 120 columns on there is room for details beside a table that keeps its columns."""
LOW_ROWS = 16
HEIGHTS = [(0, "-low"), (LOW_ROWS, "-high")]


class HouseScreen(Screen[None]):
    """A screen one works on."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    DEFAULT_CSS = """
    HouseScreen.-low TextBox { border: none; height: 1; padding: 0 2; }
    """
    WHERE: ClassVar[Where]
    TITLE_TEXT: ClassVar[Message]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__()
        self.house = house
        """The app, by its own type."""

    def compose(self) -> ComposeResult:
        """Lay out the bars around the body."""
        yield TitleBar(self.TITLE_TEXT, f"{self.house.performer.actor} @ {self.house.performer.terminal}")
        yield StopLine()
        yield from self.body()
        yield KeyBar(self.house, self.WHERE)

    def body(self) -> Iterable[Widget]:
        """Return what stands between the bars."""
        raise NotImplementedError(f"{type(self).__name__} has no body")

    def chosen(self) -> Chosen:
        """Return what the person has chosen here."""
        return Chosen()

    def own_deed(self, name: str) -> Callable[[], None] | None:
        """Return what does an action of this screen alone, its method `do_NAME`; None for what the whole app does."""
        deed: Callable[[], None] | None = getattr(self, f"do_{name}", None)
        return deed

    def show_situation(self) -> None:
        """Draw again what depends on what is chosen, in hand or under way."""
        _draw_bars(self, self.house)

    def on_screen_resume(self) -> None:
        """Show how things are when the screen comes up."""
        self.show_situation()


class HouseDialog(ModalScreen[Result]):
    """A screen that lies over another until it is left; it dismisses itself with what it was asked for."""

    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    DEFAULT_CSS = """
    HouseDialog StopLine { dock: top; }
    HouseDialog KeyBar { dock: bottom; }
    """
    WHERE: ClassVar[Where]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__()
        self.house = house

    def compose(self) -> ComposeResult:
        """Lay out the bars around the body."""
        yield StopLine()
        yield from self.body()
        yield KeyBar(self.house, self.WHERE)

    def body(self) -> Iterable[Widget]:
        """Return what stands between the bars."""
        raise NotImplementedError(f"{type(self).__name__} has no body")

    refuses_scans: ClassVar[bool] = False
    """Whether a scan made here goes nowhere, because it might be taken for an answer."""

    is_strict: ClassVar[bool] = False
    """Whether anything that comes as fast as a scanner types is a scan, however short."""

    def confirm(self) -> None:
        """Take F9 as the answer, where a question is asked."""

    def scan_refused(self) -> None:
        """Take note that a scan was made here and went nowhere."""

    def leave(self) -> None:
        """Go away without having done anything."""
        self.dismiss(None)

    def show_situation(self) -> None:
        """Draw again what depends on what is chosen, in hand or under way."""
        _draw_bars(self, self.house)

    def on_screen_resume(self) -> None:
        """Show how things are when the dialog comes up."""
        self.show_situation()


def _draw_bars(screen: Screen[Result], house: ArchroomApp) -> None:
    for bar in screen.query(KeyBar):
        bar.refresh()
    for line in screen.query(StopLine):
        line.show(house.stop_state)


def is_box_ready(top: Screen[Result] | None) -> bool:
    """Return whether keys go where the screen on top wants them; a box that lost the focus gets it back."""
    if not isinstance(top, HouseScreen | HouseDialog):
        return top is not None
    if not top.AUTO_FOCUS or top.focused is not None:
        return True
    boxes = top.query(top.AUTO_FOCUS)
    if not boxes:
        return False
    top.set_focus(boxes.first())
    return True


def care_with_keys(screens: Sequence[Screen[object]]) -> tuple[bool, bool]:
    """Return whether any burst is a scan now, and whether a key that ends a burst is part of it: in a question."""
    top = screens[-1] if screens else None
    return (top.is_strict, top.refuses_scans) if isinstance(top, HouseDialog) else (False, False)
