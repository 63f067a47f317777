"""Words as dots: one font that has Latin and Chinese letters, cut to the room there is.

The font is WenQuanYi Micro Hei (its own name table: Apache License 2.0), which comes as a Python package, so a fresh
machine prints Chinese. A character that it lacks becomes a visible box and is reported, never dropped in silence.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

from archroom.core.cleaning import clean

ELLIPSIS = "…"
_MISSING_BOX = "\u25a1"


@cache
def font_of(height_dots: int) -> ImageFont.FreeTypeFont:
    """Return the font whose line is at most `height_dots` high."""
    path = files("paperang_p2_fonts_cjk") / "fonts" / "wqy-microhei.ttc"
    return ImageFont.truetype(str(path), size=max(6, round(height_dots / 1.2)), layout_engine=ImageFont.Layout.BASIC)


@cache
def _undefined_shape() -> bytes:
    return _shape("\U0010ffff")


@cache
def _shape(char: str) -> bytes:
    return bytes(font_of(24).getmask(char, mode="1"))


def has_letter(char: str) -> bool:
    """Whether the font can draw a character; blanks count as drawn."""
    return char.isspace() or _shape(char) != _undefined_shape()


def drawable(text: str) -> tuple[str, frozenset[str]]:
    """Return the cleaned text with a box for what the font lacks, and the characters that it lacks."""
    text = clean(text)
    missing = frozenset(char for char in text if not has_letter(char))
    return "".join(_MISSING_BOX if char in missing else char for char in text), missing


def fit_lines(text: str, width_dots: int, height_dots: int, lines: int) -> list[str]:
    """Return text broken into at most `lines` lines of a width, the last one cut with an ellipsis if more was left."""
    font = font_of(height_dots)
    fitted: list[str] = []
    rest = text
    while rest and len(fitted) < lines:
        line = _longest_prefix(rest, width_dots, font)
        if len(fitted) == lines - 1 and line != rest:
            line = _longest_prefix(rest, width_dots - round(font.getlength(ELLIPSIS)), font).rstrip() + ELLIPSIS
            rest = ""
        else:
            line = _at_blank(line, rest)
            rest = rest[len(line) :].lstrip()
        fitted.append(line.rstrip())
    return fitted


def draw_line(picture: Image.Image, text: str, left: int, top: int, height_dots: int) -> None:
    """Draw one line of text in black, without grey."""
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    pen.text((left, top), text, fill=0, font=font_of(height_dots))


def _longest_prefix(text: str, width_dots: int, font: ImageFont.FreeTypeFont) -> str:
    low, high = 1, min(len(text), max(1, width_dots))
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle]) <= width_dots:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def _at_blank(line: str, rest: str) -> str:
    if line == rest or rest[len(line)].isspace():
        return line
    blank = line.rfind(" ")
    return line[:blank] if blank > len(line) // 2 else line
