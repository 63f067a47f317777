"""The base of the widgets that draw their own lines: given a size, they return contents, one for each line.

They are drawn again whenever their size or what they show changes, and hold no state of their own beyond what they show.
"""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from archroom.tui.text import stacked


class Painted(Widget):
    """A widget of drawn lines."""

    DEFAULT_CSS = """
    Painted { height: auto; text-wrap: nowrap; text-overflow: clip; }
    """

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the lines for a size; `height` is 0 when the widget is asked how high it would be."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it shows")

    def render(self) -> Content:
        """Return what is shown, as Textual asks for it."""
        width, height = self.size
        return stacked(self.paint(width, height))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines it takes at a width."""
        return len(self.paint(width, 0))
