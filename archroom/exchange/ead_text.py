"""Text of an element: white space folded, then cleaned, without looking at every letter where none can be harmful."""

from __future__ import annotations

import re

from archroom.core.cleaning import clean

_HARMLESS = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u0531-\u0590\u2010-\u2027\u2030-\u205e"
    "\u3001-\u3029\u3030-\u3098\u309b-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uffef]*"
)
"""Blanks, letters, signs and hanzi: no controls, no bidirectional controls, no surrogates, no combining marks."""


def fold(text: str) -> str:
    """Return text with each run of white space as one blank, and none at its ends."""
    return " ".join(text.split())


def tidy(text: str, longest: int) -> str:
    """Return folded text as `clean` would, fast for what is plain."""
    if len(text) <= longest and _HARMLESS.fullmatch(text):
        return text
    return clean(text, longest)
