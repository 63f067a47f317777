"""The shapes that stand beside state words, once for terminals with Unicode and once in plain ASCII.

No shape of the Unicode set that stands beside a word is an emoji or of ambiguous width, so words stay aligned; boxes are
drawn with the usual line characters, and the ASCII set is for terminals that draw those two cells wide or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Glyphs:
    """One set of shapes."""

    yes: str
    no: str
    out: str
    back: str
    here: str
    waiting: str
    quiet: str
    unknown: str
    left: str
    right: str
    below: str
    hatch: str
    """Fill of a carriage whose place is not known."""
    free: str
    """A shelf in the drawing of a face, and the end of a cut text's line."""
    full: str
    """The shelf that is meant."""
    light: str
    """Six characters of a box: top left, top right, bottom left, bottom right, horizontal, vertical."""
    heavy: str
    """The same for what is screwed to the floor."""
    rule: str


UNICODE: Final = Glyphs(
    yes="✓",
    no="✗",
    out="▸",
    back="◂",
    here="▪",
    waiting="▫",
    quiet="-",
    unknown="?",
    left="◂",
    right="▸",
    below="▴",
    hatch="░",
    free="▫",
    full="◼",
    light="┌┐└┘─│",
    heavy="╔╗╚╝═║",
    rule="─",
)

ASCII: Final = Glyphs(
    yes="+",
    no="x",
    out=">",
    back="<",
    here="#",
    waiting="o",
    quiet="-",
    unknown="?",
    left="<",
    right=">",
    below="^",
    hatch="/",
    free=".",
    full="#",
    light="++++-|",
    heavy="####=#",
    rule="-",
)

SETS: Final = {"unicode": UNICODE, "ascii": ASCII}
