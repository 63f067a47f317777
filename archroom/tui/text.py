"""The one place where text becomes something that a terminal shows.

Every sentence and every piece of data passes through here and leaves as `Content` without markup, or as a plain string that
holds no control character, no escape sequence and no bidirectional control; widths are counted in cells. Screens hand
nothing else to a widget, which a test of the sources checks.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from archroom.core.cleaning import clean
from archroom.errors import Message
from archroom.texts import render

LONGEST_SHOWN = 2_000
"""Characters of one text that any screen shows."""

NEVER_FIRST = frozenset("，。、：；！？）》】”")
"""Marks that end what stands before them, so that no line begins with one (GB/T 15834)."""

Piece = tuple[str, str]
"""A cleaned text and the style it is shown in; the style is a constant of the program."""
Line = list[Piece]
"""Pieces side by side."""


def shown(text: str) -> str:
    """Return a text from outside as harmless characters on one line."""
    return clean(text, LONGEST_SHOWN)


def words(message: Message) -> str:
    """Return a sentence in the person's language, harmless and on one line."""
    return shown(render(message))


def plain(text: str, style: str = "") -> Content:
    """Return a text from outside as content; brackets in it are brackets."""
    return Content.styled(shown(text), style)


def sentence(message: Message, style: str = "") -> Content:
    """Return a sentence in the person's language as content."""
    return Content.styled(words(message), style)


def row(*pieces: Piece) -> Content:
    """Return pieces side by side as one line; blanks between and around them stay."""
    return Content.assemble(*((_spaced(text), style) for text, style in pieces))


def stacked(lines: list[Content]) -> Content:
    """Return lines as one content, one below the other."""
    return Content("\n").join(lines)


def width_of(text: str) -> int:
    """Return how many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, cells: int, ellipsis: str = "..") -> str:
    """Return a text that takes at most so many cells, ending in the ellipsis if its end is missing."""
    if cells <= 0:
        return ""
    if width_of(text) <= cells:
        return text
    room = cells - cell_len(ellipsis)
    if room <= 0:
        return set_cell_size(text, cells)
    return set_cell_size(text, room).rstrip() + ellipsis


def fitted(text: str, cells: int, ellipsis: str = "..") -> str:
    """Return a text that takes exactly so many cells."""
    if text.isascii() and len(text) <= cells:
        return text.ljust(cells)
    return set_cell_size(cut(text, cells, ellipsis), max(cells, 0))


def wrapped(text: str, cells: int, most: int = 1_000) -> list[str]:
    """Return a text broken into lines of at most so many cells; what does not fit into `most` lines is cut with dots.

    Lines break at blanks and after wide characters, which hanzi are, but not before a mark that ends a phrase, and inside a
    word only if it is longer than a line.
    """
    if cells <= 0:
        return []
    if width_of(text) <= cells:
        return [text]
    lines: list[str] = []
    start = width = may_break_at = 0
    for index, char in enumerate(text):
        size = cell_len(char)
        while width + size > cells and index > start:
            end = index if char == " " or may_break_at <= start else may_break_at
            if len(lines) == most - 1:
                return [*lines, cut(text[start:], cells)]
            lines.append(text[start:end].rstrip())
            start = end + 1 if text[end] == " " else end
            width = cell_len(text[start:index]) if start < index else 0
        if start > index:
            continue
        width += size
        if (char == " " or size == 2) and text[index + 1 : index + 2] not in NEVER_FIRST:
            may_break_at = index + 1
    return [*lines, text[start:]]


def sentence_lines(said: Iterable[tuple[Message, str]], cells: int, most: int = 2) -> list[Line]:
    """Return sentences, each in its style, in at most so many lines each."""
    return [[(line, style)] for message, style in said for line in wrapped(words(message), cells, most)]


def _spaced(text: str) -> str:
    """Return a text without anything a terminal would obey; blanks stay where they are."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else clean(char, 1) or " " for char in text)
