"""Texts that would steer a terminal, a markup parser or a log, by their numbers in the catalogue of bad input."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class HostileText:
    """One text, as it comes in."""

    item: int
    """Its number in the catalogue."""
    text: str
    shown: str
    """What of it must stand on the screen as letters."""

    @property
    def mark(self) -> str:
        """A word before it, by which it is found; each has its own."""
        return f"mark{self.item}"

    @property
    def title(self) -> str:
        """The text with its mark before it."""
        return f"{self.mark.title()} {self.text}"

    @property
    def is_xml(self) -> bool:
        """Whether an XML file can hold it at all."""
        return all(char in "\t\n\r" or char >= " " and not "\ud800" <= char <= "\udfff" for char in self.text)


HOSTILE_TEXTS = (
    HostileText(25, "[/]", "[/]"),
    HostileText(26, "[/ ", "[/"),
    HostileText(27, "[bold]x [red]y[/red] [0] z [#ff0]", "[bold]x [red]y[/red] [0] z [#ff0]"),
    HostileText(28, "[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    HostileText(29, "[link=file:///etc/passwd]x[/]", "[link=file:///etc/passwd]x[/]"),
    HostileText(30, "\x1b[31m\x1b[2J\x1b[10A\x1bc", "\ufffd[31m\ufffd[2J\ufffd[10A\ufffdc"),
    HostileText(31, "\x1b]52;c;aGk=\x07\x1b]52;c;aGk=\x1b\\", "\ufffd]52;c;aGk=\ufffd\ufffd]52;c;aGk=\ufffd\\"),
    HostileText(32, "\x1b]0;owned\x07", "\ufffd]0;owned\ufffd"),
    HostileText(33, "\x1b[6n\x1b[c", "\ufffd[6n\ufffd[c"),
    HostileText(34, "\x1bPq#0\x1b\\ \x1b_Gi=1\x1b\\ \x1b]8;;x", "\ufffdPq#0\ufffd\\ \ufffd_Gi=1\ufffd\\ \ufffd]8;;x"),
    HostileText(35, "\u009b31m\u009d52;c;aGk=\u009c", "\ufffd31m\ufffd52;c;aGk=\ufffd"),
    HostileText(36, "paid\b\b\b\bOPEN\rLATE", "paid\ufffd\ufffd\ufffd\ufffdOPEN LATE"),
    HostileText(37, "\u202egnp.exe \u2066i\u2069 \u200em", "\ufffdgnp.exe \ufffdi\ufffd \ufffdm"),
    HostileText(38, "Zo\u200bro \u200dname", "Zo\u200bro \u200dname"),
    HostileText(39, "e" + "\u0301" * 200 + "nd", "e" + "\u0301" * 8 + "nd"),
    HostileText(40, "档案 👩‍👩‍👧‍👦 ｶﾅ end", "档案 👩‍👩‍👧‍👦 ｶﾅ end"),
    HostileText(41, "two\u2028lines\u0085and\x1cmore", "two lines and more"),
    HostileText(42, "half \ud800 gone", "half \ufffd gone"),
    HostileText(43, "x" * 1_000_000, "xxxxxxxxxx"),
    HostileText(44, "{0.__class__} %s%n {user}", "{0.__class__} %s%n {user}"),
    HostileText(45, r"\[bold] [\/]", r"\[bold] [\/]"),
)


def steering(text: str) -> list[str]:
    """Return the characters of a text that a terminal would obey, or that would turn its lines around."""
    return [char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in BIDI_CONTROLS]
