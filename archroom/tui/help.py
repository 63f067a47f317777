"""Help: every action that can be done on the screen below, with key, sentence and reason why not; Enter does it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events, on
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from archroom.errors import say
from archroom.tui import marks
from archroom.tui.action import Action
from archroom.tui.actions import offered
from archroom.tui.inputs import TextBox
from archroom.tui.painted import Painted
from archroom.tui.screens import LOW_ROWS, HouseDialog
from archroom.tui.situation import Where
from archroom.tui.text import Piece, fitted, row, words, wrapped

if TYPE_CHECKING:
    from archroom.errors import Message
    from archroom.tui.app import ArchroomApp

_KEY_CELLS = 6
_LABEL_CELLS = 14


class ActionList(Painted):
    """The actions that match what is typed, with the cursor on one."""

    def __init__(self, rows: list[tuple[Action, Message | None]], pointer: str) -> None:
        super().__init__()
        self._rows = rows
        self._pointer = pointer
        self._shown = rows
        self.cursor = 0

    @property
    def action(self) -> Action | None:
        """The action under the cursor."""
        return self._shown[self.cursor][0] if self._shown else None

    def narrow(self, typed: str) -> None:
        """Show only what holds all typed words, in name, sentence or key."""
        parts = typed.casefold().split()
        self._shown = [line for line in self._rows if all(part in _searched(line[0]) for part in parts)]
        self.cursor = 0
        self.refresh(layout=True)

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self.cursor = min(max(self.cursor + rows, 0), max(len(self._shown) - 1, 0))
        self.refresh()

    def line_of_cursor(self) -> tuple[int, int]:
        """Return the first line of the action under the cursor and how many it takes."""
        heights = [len(self._drawn(index, self.size.width)) for index in range(len(self._shown))]
        return sum(heights[: self.cursor]), heights[self.cursor] if heights else 0

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the actions, each with its sentence and, dimmed, with the reason why it cannot be done now."""
        if not self._shown:
            return [row((words(say("No action is called that.")), marks.MUTED))]
        return [line for index in range(len(self._shown)) for line in self._drawn(index, width)]

    def _drawn(self, index: int, width: int) -> list[Content]:
        action, reason = self._shown[index]
        is_at_cursor = index == self.cursor
        lead = f"{self._pointer if is_at_cursor else ' '} "
        room = width - 2 - _KEY_CELLS - _LABEL_CELLS
        label_style, key_style = ("bold", marks.KEY) if reason is None else (marks.MUTED, marks.MUTED)
        head: list[Piece] = [(lead, marks.KEY), (fitted(action.shown_key() if action.key else "", _KEY_CELLS), key_style)]
        head.append((fitted(words(action.label), _LABEL_CELLS), label_style))
        if room < 16:
            return [row(*head)]
        first, *rest = wrapped(words(action.sentence), room, 3)
        lines = [row(*head, (first, marks.MUTED if reason is not None else ""))]
        indent = fitted("", width - room)
        lines += [row((indent, ""), (line, marks.MUTED if reason is not None else "")) for line in rest]
        if reason is not None:
            lines += [row((indent, ""), (line, "$text-warning")) for line in wrapped(words(reason), room, 2)]
        return lines


class HelpScreen(HouseDialog[Action]):
    """Dismisses itself with the action that was chosen, or None."""

    WHERE = Where.HELP
    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-5)", show=False),
        Binding("pagedown", "move(5)", show=False),
    ]
    AUTO_FOCUS = "TextBox"
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen #help {
        width: 90; max-width: 100%; height: auto; max-height: 100%;
        border: round $border-blurred; background: $surface; padding: 0 1;
    }
    HelpScreen VerticalScroll { height: auto; scrollbar-size-vertical: 1; }
    HelpScreen TextBox, HelpScreen TextBox:focus { background: $surface; }
    HelpScreen.-low #help { border: none; }
    HelpScreen.-low TextBox { border: none; height: 1; }
    """

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._rows = [(action, house.why_not(action)) for action in offered(house.where) if action.name != "help"]

    def body(self) -> Iterable[Widget]:
        """Return the box and the list."""
        with Vertical(id="help"):
            yield TextBox(say("Type to search; Enter does the action"), 80)
            with VerticalScroll(can_focus=False):
                yield ActionList(self._rows, self.house.glyphs.right)

    def on_resize(self, event: events.Resize) -> None:
        """Leave room for the box and the bars; below that the list scrolls."""
        around = 3 if event.size.height < LOW_ROWS else 6
        self.query_one(VerticalScroll).styles.max_height = max(event.size.height - around, 1)

    def action_move(self, rows: int) -> None:
        """Move the cursor and keep it in sight."""
        listed = self.query_one(ActionList)
        listed.move(rows)
        first, lines = listed.line_of_cursor()
        scroll = self.query_one(VerticalScroll)
        top, room = round(scroll.scroll_offset.y), scroll.size.height
        if first < top:
            scroll.scroll_to(y=first, animate=False)
        elif first + lines > top + room:
            scroll.scroll_to(y=first + lines - room, animate=False)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(ActionList).narrow(event.value)

    @on(Input.Submitted)
    def _choose(self, event: Input.Submitted) -> None:
        event.stop()
        action = self.query_one(ActionList).action
        if action is not None:
            self.dismiss(action)


def _searched(action: Action) -> str:
    return f"{words(action.label)} {words(action.sentence)} {action.shown_key()}".casefold()
