"""A page of plain text to sign, as a PDF in the letters of the labels: Latin and Chinese alike, one raster.

A4, upright; what does not fit on one page goes on the next, and the lines for signatures stand under the last.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from archroom.errors import BadFile, UsageError, say
from archroom.labels.lettering import draw_line, drawable, fit_lines

DPI = 150
WIDTH, HEIGHT = round(210 / 25.4 * DPI), round(297 / 25.4 * DPI)
MARGIN = round(20 / 25.4 * DPI)
TITLE, TEXT = 36, 24
"""Heights of a line, dots: 6 mm and 4 mm."""
SIGNATURE = round(18 / 25.4 * DPI)
"""Room for one signature."""
MOST_LINES = 4
"""Of one sentence."""


def write_page(title: str, lines: Sequence[str], signers: Sequence[str], path: Path) -> str:
    """Write the page and return the letters that the font lacks; raises UsageError for another ending, BadFile."""
    if path.suffix.lower() != ".pdf":
        raise UsageError(say("A page to sign ends in .pdf, not {name}.", name=path.name))
    missing: set[str] = set()
    pages, pen_y = [_blank()], MARGIN

    def put(text: str, height: int) -> None:
        nonlocal pen_y
        clean_text, lacking = drawable(text)
        missing.update(lacking)
        for line in fit_lines(clean_text, WIDTH - 2 * MARGIN, height, MOST_LINES):
            if pen_y + height > HEIGHT - MARGIN:
                pages.append(_blank())
                pen_y = MARGIN
            draw_line(pages[-1], line, MARGIN, pen_y, height)
            pen_y += round(height * 1.25)

    put(title, TITLE)
    pen_y += TEXT
    for line in lines:
        put(line, TEXT)
    if pen_y + len(signers) * SIGNATURE > HEIGHT - MARGIN:
        pages.append(_blank())
        pen_y = MARGIN
    for signer in signers:
        pen_y += SIGNATURE - round(TEXT * 1.25)
        ImageDraw.Draw(pages[-1]).line((MARGIN, pen_y, WIDTH // 2, pen_y), fill=0, width=2)
        put(signer, TEXT)
    _write(pages, title, path)
    return "".join(sorted(missing))


def _blank() -> Image.Image:
    return Image.new("1", (WIDTH, HEIGHT), 1)


def _write(pages: Sequence[Image.Image], title: str, path: Path) -> None:
    data = io.BytesIO()
    pages[0].save(
        data, format="PDF", resolution=DPI, save_all=True, append_images=list(pages[1:]), title=title, creationDate=None,
        modDate=None,
    )  # fmt: skip
    try:
        number, name = tempfile.mkstemp(prefix=".archroom-", suffix=".pdf", dir=path.parent)
        draft = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data.getvalue())
            draft.chmod(0o644)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise BadFile(say("{path} cannot be written: {why}.", path=str(path), why=error.strerror or str(error))) from error
