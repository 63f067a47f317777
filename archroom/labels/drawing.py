"""Content and stock become dots: one label, then pages of labels.

Bars and QR are drawn first at whole modules and are never shrunk; words get the room that is left and are cut. A code that
does not fit its stock is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from archroom.core.labels import LabelContent
from archroom.errors import UsageError, say
from archroom.labels.lettering import draw_line, drawable, fit_lines
from archroom.labels.stock import Stock
from archroom.labels.symbols import code128_modules, qr_modules

_LEAST_BAR_MM = 6.35
"""Least height of the bars, or 15% of their length if that is more, as printer manuals ask."""
_BAR_SHARE = 0.27
_CODE_LINE_SHARE = 0.11
_TEXT_LINE_SHARE = 0.105


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one job as one-bit pictures, 0 black, and what the font could not draw."""

    stock: Stock
    pictures: tuple[Image.Image, ...]
    codes: tuple[tuple[str, ...], ...]
    """The codes on each page, in order."""
    missing_letters: frozenset[str]


def draw_pages(contents: Sequence[LabelContent], stock: Stock, first_label: int = 1) -> Pages:
    """Draw labels in order, from label `first_label` (1 = top left) of the first sheet on.

    Raises UsageError if a code does not fit the stock or the first label is not on the sheet.
    """
    if not 1 <= first_label <= stock.labels_a_page:
        raise UsageError(say("A sheet of {stock} has labels 1 to {count}.", stock=stock.name, count=stock.labels_a_page))
    missing: set[str] = set()
    pictures: list[Image.Image] = []
    codes: list[tuple[str, ...]] = []
    waiting = list(contents)
    start = first_label - 1
    while waiting:
        here, waiting = waiting[: stock.labels_a_page - start], waiting[stock.labels_a_page - start :]
        page = Image.new("1", stock.page_dots(), 1)
        for index, content in enumerate(here, start):
            label, lacking = draw_label(content, stock)
            page.paste(label, stock.corner_dots(index))
            missing |= lacking
        pictures.append(page)
        codes.append(tuple(content.code for content in here))
        start = 0
    return Pages(stock, tuple(pictures), tuple(codes), frozenset(missing))


def draw_label(content: LabelContent, stock: Stock) -> tuple[Image.Image, frozenset[str]]:
    """Draw one label; returns its picture and the characters that the font lacks."""
    width, height = stock.label_dots()
    margin = stock.dots(stock.margin_mm)
    label = Image.new("1", (width, height), 1)
    bars = _bars(content.code, stock, height)
    square = _square(content.code, stock)
    if bars.width > width or square.width + margin > width // 2 or bars.height + square.height > height:
        raise UsageError(say("The code {code} does not fit on {stock}.", code=content.code, stock=stock.name))
    bars_top = height - margin - bars.height
    label.paste(bars, ((width - bars.width) // 2, bars_top))
    label.paste(square, (width - margin - square.width, margin))
    text_width = width - 2 * margin - square.width
    missing = _words(label, content, (margin, margin, text_width, bars_top - margin))
    return label, missing


def _words(label: Image.Image, content: LabelContent, box: tuple[int, int, int, int]) -> frozenset[str]:
    left, top, width, room = box
    code_height = round(label.height * _CODE_LINE_SHARE)
    line_height = round(label.height * _TEXT_LINE_SHARE)
    title, title_missing = drawable(content.title)
    reference, reference_missing = drawable(content.reference)
    subtitle, subtitle_missing = drawable(content.subtitle)
    bottom = top + room - code_height
    draw_line(label, content.code, left, bottom, code_height)
    lines_left = (bottom - top) // line_height
    for text, most in ((reference, 1), (title, max(1, lines_left - bool(reference) - bool(subtitle))), (subtitle, 1)):
        for line in fit_lines(text, width, line_height, min(most, lines_left)) if lines_left > 0 else []:
            draw_line(label, line, left, top, line_height)
            top += line_height
            lines_left -= 1
    return title_missing | reference_missing | subtitle_missing


def _bars(code: str, stock: Stock, label_height: int) -> Image.Image:
    modules = code128_modules(code)
    width = len(modules) * stock.module_dots
    height = max(round(label_height * _BAR_SHARE), stock.dots(_LEAST_BAR_MM), round(width * 0.15))
    row = bytes(0 if dark else 255 for dark in modules)
    picture = Image.frombytes("L", (len(modules), 1), row)
    return picture.resize((width, height), Image.Resampling.NEAREST).convert("1", dither=Image.Dither.NONE)


def _square(code: str, stock: Stock) -> Image.Image:
    rows = qr_modules(code)
    side = len(rows) * stock.qr_module_dots
    picture = Image.frombytes("L", (len(rows), len(rows)), bytes(0 if dark else 255 for row in rows for dark in row))
    return picture.resize((side, side), Image.Resampling.NEAREST).convert("1", dither=Image.Dither.NONE)
