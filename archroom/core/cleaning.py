"""Text from outside is text: one function cleans it on the way in, whatever it comes from.

What leaves here holds no control characters, no escape sequences, no bidirectional controls and no lone surrogates, so that
whatever prints it later prints letters.
"""

from __future__ import annotations

import unicodedata

MAX_TITLE = 20_000
MAX_LINE = 500

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u2028\u2029\u0085\ufeff")
_MARKS_SHOWN = 8


def clean(text: str, longest: int = MAX_TITLE) -> str:
    """Return text as one line of harmless characters, at most `longest` of them.

    White space runs become one blank; ESC and other controls, bidirectional controls and lone surrogates become U+FFFD;
    more than 8 combining marks on one letter are dropped. Length is counted in characters.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:longest].rstrip()
    cleaned: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if char.isspace() or char in _INVISIBLE:
            cleaned.append(" ")
            marks = 0
        elif category in ("Cc", "Cs") or char in _BIDI_CONTROLS:
            cleaned.append("\ufffd")
            marks = 0
        elif category in ("Mn", "Me"):
            marks += 1
            if marks <= _MARKS_SHOWN:
                cleaned.append(char)
        else:
            cleaned.append(char)
            marks = 0
    return " ".join("".join(cleaned).split())[:longest].rstrip()


def is_cut(text: str, longest: int = MAX_TITLE) -> bool:
    """Whether `clean` would drop the end of this text."""
    return len(text) > longest and len(clean(text, len(text))) > longest
