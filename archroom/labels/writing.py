"""From contents to a proved file: drawn, written beside the target, read again from there, then put in its place.

Nothing stands under the target's name before it was proved, and a failed proof leaves no file.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from archroom.core.labels import LabelContent
from archroom.errors import BadFile, UsageError, say
from archroom.labels import formats
from archroom.labels.drawing import Pages, draw_pages
from archroom.labels.formats import Format
from archroom.labels.proof import ProofReport, prove
from archroom.labels.stock import Stock

MOST_LABELS = 2000


def write_labels(contents: Sequence[LabelContent], stock: Stock, path: Path, first_label: int = 1) -> ProofReport:
    """Write labels to a file of the format that its ending names, and return what was read back from it.

    Raises UsageError for another ending, no label, over 2,000 labels, several pages in a format that holds one, or a sheet
    as ZPL; BadFile if the place cannot be written or a code cannot be read back.
    """
    chosen = _format_of(path)
    if not 1 <= len(contents) <= MOST_LABELS:
        raise UsageError(say("A job has 1 to {most} labels, not {count}.", most=MOST_LABELS, count=len(contents)))
    pages = draw_pages(contents, stock, first_label)
    if len(pages.pictures) > 1 and chosen in (Format.PNG, Format.SVG):
        raise UsageError(
            say("{path} would need {pages} pages; write a PDF or ZPL instead.", path=str(path), pages=len(pages.pictures))
        )
    if chosen is Format.ZPL and stock.is_sheet:
        raise UsageError(say("ZPL is for label printers on a roll; {stock} is a sheet.", stock=stock.name))
    try:
        if path.exists() and not path.is_file():
            raise BadFile(say("{path} is not a file that can be written.", path=str(path)))
        return _write_and_prove(pages, chosen, path)
    except OSError as error:
        raise BadFile(say("{path} cannot be written: {why}.", path=str(path), why=error.strerror or str(error))) from error


def _write_and_prove(pages: Pages, chosen: Format, path: Path) -> ProofReport:
    number, name = tempfile.mkstemp(prefix=".archroom-", suffix=path.suffix, dir=path.parent)
    unproved = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(_encode(pages, chosen))
            file.flush()
            os.fsync(file.fileno())
        pictures = _decode(unproved.read_bytes(), chosen, pages.stock)
        report = prove(pictures, pages.codes, str(path), "".join(sorted(pages.missing_letters)))
        unproved.chmod(0o644)
        unproved.replace(path)
        return report
    finally:
        unproved.unlink(missing_ok=True)


def _format_of(path: Path) -> Format:
    try:
        return Format(path.suffix.lower())
    except ValueError:
        raise UsageError(say("A label file ends in .pdf, .png, .svg or .zpl, not {name}.", name=path.name)) from None


def _encode(pages: Pages, chosen: Format) -> bytes:
    match chosen:
        case Format.PDF:
            return formats.write_pdf(pages.pictures, pages.stock)
        case Format.PNG:
            return formats.write_png(pages.pictures[0], pages.stock)
        case Format.SVG:
            return formats.write_svg(pages.pictures[0], pages.stock)
        case Format.ZPL:
            return formats.write_zpl(pages.pictures)


def _decode(data: bytes, chosen: Format, stock: Stock) -> list[Image.Image]:
    match chosen:
        case Format.PDF:
            return formats.read_pdf(data, stock)
        case Format.PNG:
            return [formats.read_png(data)]
        case Format.SVG:
            return [formats.read_svg(data)]
        case Format.ZPL:
            return formats.read_zpl(data)
