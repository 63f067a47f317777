"""Boxes to type into: what is typed or pasted becomes one line of harmless text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events
from textual.widgets import Input

from archroom.errors import Message
from archroom.tui.text import shown, words

MOST_PASTED: Final = 500
"""Lines of one paste that are taken."""
BETWEEN_LINES: Final = " | "
"""Stands between pasted lines until Enter hands them on, one after the other."""


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
