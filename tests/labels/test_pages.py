"""A page to sign: one PDF of A4, Latin and Chinese, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from archroom.errors import BadFile, UsageError
from archroom.labels.pages import HEIGHT, MARGIN, WIDTH, write_page

LINES = ["Jog carriage 2 by a hand's width: passed", "第 1 区可以从这里移动：一切都看到正常"]


def pictures(file: Path) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(file)
    try:
        assert [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in document] == [(210, 297)] * len(
            document
        )
        return [page.render(scale=150 / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


def ink_below(picture: Image.Image, top: int) -> int:
    dark = picture.convert("L").point(lambda value: 255 if value < 128 else 0).crop((0, top, picture.width, picture.height))
    return sum(dark.histogram()[128:])


def test_one_page_has_every_line_and_a_line_for_each_signature(tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    assert write_page("Block 1", LINES, [], file) == ""
    (unsigned,) = pictures(file)
    write_page("Block 1", LINES, ["Ana", "王小明"], file)
    (signed,) = pictures(file)
    assert ink_below(signed, 0) > ink_below(unsigned, 0) > 1000
    assert [name.name for name in tmp_path.iterdir()] == ["page.pdf"]


def test_what_does_not_fit_goes_on_the_next_page(tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    write_page("Block 1", LINES * 60, ["Ana", "Ben"], file)
    pages = pictures(file)
    assert len(pages) > 1
    assert all(ink_below(page, HEIGHT - MARGIN // 2) == 0 for page in pages)
    assert all(abs(page.width - WIDTH) <= 1 for page in pages)


def test_letters_that_the_font_lacks_are_told(tmp_path: Path) -> None:
    assert write_page("Block", ["\U0001f5c4"], [], tmp_path / "page.pdf") == "\U0001f5c4"


def test_another_ending_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ends in .pdf"):
        write_page("Block", LINES, [], tmp_path / "page.png")
    with pytest.raises(BadFile, match="cannot be written"):
        write_page("Block", LINES, [], tmp_path / "absent" / "page.pdf")
