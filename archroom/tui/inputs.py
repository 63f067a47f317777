"""Boxes to type into: what is typed or pasted becomes one line of harmless text."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.message import Message as Posted
from textual.widgets import Input

from archroom.errors import Message
from archroom.tui.text import shown, words

MOST_PASTED: Final = 500
"""Lines of one paste that may be read as scans."""
BETWEEN_LINES: Final = " | "
"""Stands between pasted lines until Enter reads them as scans, one after the other."""


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


class ScanBar(TextBox):
    """Where codes are typed; several pasted lines wait here until Enter reads them as scans."""

    class Entered(Posted):
        """Somebody typed or pasted codes and pressed Enter."""

        def __init__(self, texts: list[str]) -> None:
            super().__init__()
            self.texts = texts

    def take(self, text: str) -> None:
        """Put pasted lines side by side."""
        lines = [shown(line) for line in text.splitlines()[:MOST_PASTED]]
        self.replace(BETWEEN_LINES.join(line for line in lines if line), *sorted(self.selection))

    async def action_submit(self) -> None:
        """Hand on what stands here and be empty again."""
        texts = [text.strip() for text in self.value.split(BETWEEN_LINES)]
        self.value = ""
        if any(texts):
            self.post_message(self.Entered([text for text in texts if text]))
