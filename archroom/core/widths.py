"""How wide a box stands on a shelf, by what its container profile says. Unsure is unknown: a wrong width overfills a shelf.

A width that is stated counts; else the box types whose width is common knowledge do. Everything in the profile must fit: a
number that is no measure, or a word for another dimension or for a box that lies flat, and nothing is known.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NARROWEST_MM, WIDEST_MM = 5, 2000
BARE_WIDEST_MM = 200
"""A larger measure that is not said to be the width is taken for the length or the height."""

DOCUMENT_BOX_MM = 127
"""An upright letter or legal document box, 5 in."""
HALF_DOCUMENT_BOX_MM = 64
"""The narrow one, 2.5 in."""
RECORD_CARTON_MM = 318
"""A record carton, 12.5 in."""

_LONGEST = 200
_MM_BY_UNIT = {
    "mm": 1.0,
    "mi": 1.0,
    "毫米": 1.0,
    "cm": 10.0,
    "ce": 10.0,
    "厘米": 10.0,
    "公分": 10.0,
    "in": 25.4,
    '"': 25.4,
    "''": 25.4,
    "′′": 25.4,
    "”": 25.4,
    "li": 304.8,
}
"""Millimetres of a unit, by its first two letters; linear feet are told of what stands on a shelf, so they are a width."""
_UNIT = (
    r"(?P<unit>(?:milli|centi)met(?:er|re)s?\b|mm(?![a-z])|cm(?![a-z])|inch(?:es)?\b|in(?![a-z])|毫米|厘米|公分|\"|''|′′|”|"
    r"(?:linear|lin\.?) ?(?:feet|foot|ft)\b)"
)
_MEASURE = re.compile(
    r"(?<![0-9.,/⁄])(?:(?P<whole>[0-9]{1,3}) )?(?:(?P<over>[0-9]{1,2})[/⁄](?P<under>[0-9]{1,2})|"
    rf"(?P<number>[0-9]{{1,4}}(?:[.,][0-9]{{1,2}})?|\.[0-9]{{1,2}})) ?-? ?{_UNIT}"
)
_MADE_TO_THE_NORM = re.compile(r"(?:310 ?[x×*] ?220|220 ?[x×*] ?310) ?[x×*] ?(?P<spine>[2345]0)(?![0-9.]) ?(?:mm|毫米)?")
"""A Chinese document box, 档案盒: 310 x 220 mm, with a spine of 20, 30, 40 or 50 mm (DA/T 22)."""
_DIGIT = re.compile("[0-9]")
_WORD = re.compile("[a-z]+")
_WIDTH_WORDS = frozenset("wide width w spine thick thickness linear lin".split())
_WIDTH_SIGNS = re.compile("[宽厚脊]")
_OTHER_WORDS = frozenset(
    "height high tall h length long l depth deep d diameter flat oversize oversized os map maps print prints drawer roll"
    " rolls tube tubes rolled portfolio cubic square x by".split()
)
_OTHER_SIGNS = re.compile("[高长長深径卷筒图圖×*]|平放|大幅")
_SIZES = frozenset({"letter", "legal", "full", "half"})
_DOCUMENT_NAMES = frozenset(
    {"document", "documents", "manuscript", "manuscripts", "archive", "archives", "archival", "hollinger"}
)
_HOLDERS = frozenset({"box", "boxes", "case"})
_PLAIN = frozenset({"size", "sized", "standard", "upright", "grey", "gray"})
_CARTON_NAMES = frozenset({"record", "records"})
_CARTON_WORDS = frozenset({"carton", "box", "storage", "center", "centre", "letter", "legal"})


@lru_cache(maxsize=1024)
def width_of_profile(profile: str) -> int | None:
    """Return the width, mm, of a container of this profile, None if the profile does not tell it for sure."""
    if not profile or len(profile) > _LONGEST:
        return None
    text = _folded(profile)
    if not _DIGIT.search(text):
        return _common_width(text)
    found = _MADE_TO_THE_NORM.search(text)
    if found is not None:
        rest = text[: found.start()] + text[found.end() :]
        return None if _DIGIT.search(rest) else int(found["spine"])
    return _stated_width(text)


def width_told_anew(width_mm: int | None, profile_before: str, profile_after: str) -> int | None:
    """Return the width after a record told a profile: that of the profile, unless the width came from somewhere else."""
    is_set_by_hand = width_mm is not None and width_mm != width_of_profile(profile_before)
    return width_mm if is_set_by_hand else width_of_profile(profile_after)


def _folded(profile: str) -> str:
    spaced = re.sub("(?<=[0-9])(?=[¼-¾⅐-⅞])", " ", profile)
    return " ".join(unicodedata.normalize("NFKC", spaced).casefold().split())


def _stated_width(text: str) -> int | None:
    """Return the one measure of a text, if it can only be the width."""
    found = _MEASURE.search(text)
    if found is None:
        return None
    rest = text[: found.start()] + " " + text[found.end() :]
    words = frozenset(_WORD.findall(rest))
    if _DIGIT.search(rest) or words & _OTHER_WORDS or _OTHER_SIGNS.search(rest):
        return None
    is_said = bool(words & _WIDTH_WORDS or _WIDTH_SIGNS.search(rest) or found["unit"].startswith("lin"))
    width_mm = _measured_mm(found)
    return width_mm if NARROWEST_MM <= width_mm <= (WIDEST_MM if is_said else BARE_WIDEST_MM) else None


def _measured_mm(found: re.Match[str]) -> int:
    """Return a measure in millimetres, 0 if it is none."""
    if found["number"]:
        number = float(found["number"].replace(",", "."))
    else:
        number = int(found["over"]) / int(found["under"]) if int(found["under"]) else 0.0
    return round((number + int(found["whole"] or 0)) * _MM_BY_UNIT[found["unit"][:2]])


def _common_width(text: str) -> int | None:
    """Return the width of a box type that everybody knows, if every word of the text belongs to it."""
    words = frozenset(_WORD.findall(text))
    if any(char.isalpha() and not char.isascii() for char in text):
        return None
    if words & _CARTON_NAMES and words <= _CARTON_NAMES | _CARTON_WORDS | _PLAIN:
        is_carton = "carton" in words or ("box" in words and words & {"storage", "center", "centre"})
        return RECORD_CARTON_MM if is_carton else None
    if not (words & _SIZES and words & _DOCUMENT_NAMES and words <= _SIZES | _DOCUMENT_NAMES | _HOLDERS | _PLAIN):
        return None
    if {"full", "half"} <= words:
        return None
    return HALF_DOCUMENT_BOX_MM if "half" in words else DOCUMENT_BOX_MM
