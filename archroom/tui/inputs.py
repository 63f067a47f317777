"""Boxes to type into: what is typed or pasted becomes one line of harmless text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from textual import events
from textual.widgets import Input

from archroom.errors import Message, say
from archroom.tui.text import shown, words

MOST_PASTED: Final = 500
"""Lines of one paste that are taken."""
BETWEEN_LINES: Final = " | "
"""Stands between pasted lines until Enter hands them on, one after the other."""

BETWEEN_COLUMNS: Final = " ; "
"""Stands, or is typed, in place of a tab, which no box shows."""
_COLUMN_ENDS = re.compile(r"(?:^| );(?= |$)")


class TextBox(Input):
    """An input that takes one line of harmless text."""

    DEFAULT_CSS = """
    TextBox { border: round $border-blurred; background: $background; padding: 0 1; }
    TextBox:focus { border: round $border; background: $background; background-tint: $foreground 0%; }
    """

    def __init__(self, placeholder: Message, most: int = 0) -> None:
        """Take at most `most` characters, any number if 0."""
        super().__init__(placeholder=words(placeholder), max_length=most, select_on_focus=False)
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Take the whole paste as one line."""
        event.prevent_default()
        event.stop()
        self.take(event.text)

    def action_paste(self) -> None:
        """Take what was copied inside the app as one line."""
        self.take(self.app.clipboard)

    def take(self, text: str) -> None:
        """Put a pasted text in place of what is selected."""
        self.replace(shown(text), *sorted(self.selection))


class LinesBox(TextBox):
    """Where codes are typed; several pasted lines wait here until Enter hands them on."""

    def __init__(self, placeholder: Message, entered: Callable[[list[str]], None]) -> None:
        """`entered` is told at once what stands here when somebody presses Enter, so that it keeps its turn."""
        super().__init__(placeholder)
        self._entered = entered

    def take(self, text: str) -> None:
        """Put pasted lines side by side."""
        lines = [shown(line) for line in text.splitlines()[:MOST_PASTED]]
        self.replace(BETWEEN_LINES.join(line for line in lines if line), *sorted(self.selection))

    async def on_key(self, event: events.Key) -> None:
        """Take Enter here: as a binding it would come behind the keys that follow it."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            await self.action_submit()

    async def action_submit(self) -> None:
        """Hand on what stands here and be empty again."""
        texts = [text.strip() for text in self.value.split(BETWEEN_LINES)]
        self.value = ""
        if any(texts):
            self._entered([text for text in texts if text])


class ScanBar(LinesBox):
    """The box of the desk, whose lines are scans."""


class ColumnsBox(LinesBox):
    """Where lines of several columns are pasted; what cannot be taken stays, so that it is lost to nobody."""

    def __init__(
        self, placeholder: Message, entered: Callable[[list[str]], list[str]], refused: Callable[[Message], None]
    ) -> None:
        """`entered` is told the lines, tabs between columns, and returns those that stay; `refused` why none is pasted."""
        super().__init__(placeholder, lambda texts: self._keep(entered([_COLUMN_ENDS.sub("\t", text) for text in texts])))
        self._refused = refused

    def take(self, text: str) -> None:
        """Put pasted lines side by side, and their columns; or none, if they are more than a box holds."""
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_PASTED:
            self._refused(say("{count} lines; at most {most} are pasted at once.", count=len(lines), most=MOST_PASTED))
            return
        self.replace(BETWEEN_LINES.join(map(_side_by_side, lines)), *sorted(self.selection))

    def _keep(self, lines: list[str]) -> None:
        self.value = BETWEEN_LINES.join(map(_side_by_side, lines))
        self.cursor_position = len(self.value)


def _side_by_side(line: str) -> str:
    """Return a line's columns as one text; empty ones behind the last are left out."""
    return BETWEEN_COLUMNS.join(shown(column) for column in line.rstrip().split("\t"))
