"""When two texts are the same to a person: names, reference codes, and what is searched."""

from __future__ import annotations

import unicodedata

_UNSEEN = ("Mn", "Cf")
"""Accents, and joiners, zero-width blanks and the like, which stand in a text and not in what is asked for."""
_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
"""Letters of Europe's languages that Unicode does not take apart, though people without them on their keys do."""


def fold(text: str) -> str:
    """Return text without differences of case, accent and width, and without what cannot be seen."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(char for char in decomposed if unicodedata.category(char) not in _UNSEEN)
    return unicodedata.normalize("NFC", bare.translate(_UNDECOMPOSED))


def exact_key(text: str) -> str:
    """Return a reference code as it is compared: compatibility forms, case, white space and joiners folded."""
    return "".join(_comparable(text).split())


def name_key(text: str) -> str:
    """Return a name as it is compared: compatibility forms and case folded, single blanks, no joiners."""
    return " ".join(_comparable(text).split())


def _comparable(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded if folded.isascii() else "".join(char for char in folded if unicodedata.category(char) != "Cf")
