"""Every format carries the same dots, and nothing is given out that was not read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter

from archroom.core.codes import CodeKind, format_code
from archroom.core.labels import LabelContent
from archroom.errors import ArchroomError, BadFile, UsageError
from archroom.labels import formats, stock_named, write_labels
from archroom.labels.drawing import draw_label, draw_pages
from archroom.labels.proof import decode, prove
from archroom.labels.stock import STOCKS, Stock

HOSTILE = (
    "[/]",
    "[@click=app.quit]x",
    "^XA~JA^XZ",
    "\x1b]52;c;x\x07",
    "\u202eabc",
    "水利局" * 400,
    "x" * 20_000,
    "👩‍🔧",
    "",
)
ENDINGS = (".pdf", ".png", ".svg", ".zpl")


def content(number: int, title: str = "Correspondence, 1904 [sic]") -> LabelContent:
    return LabelContent(format_code(CodeKind.BOX, number), "MSS 244", title, "Abbey Theatre collection")


def written(stock: Stock, ending: str, contents: Sequence[LabelContent]) -> bytes:
    pages = draw_pages(contents, stock)
    match ending:
        case ".pdf":
            return formats.write_pdf(pages.pictures, stock)
        case ".png":
            return formats.write_png(pages.pictures[0], stock)
        case ".svg":
            return formats.write_svg(pages.pictures[0], stock)
        case _:
            return formats.write_zpl(pages.pictures)


def read(stock: Stock, ending: str, data: bytes) -> Image.Image:
    match ending:
        case ".pdf":
            return embedded_picture(data)
        case ".png":
            return formats.read_png(data)
        case ".svg":
            return formats.read_svg(data)
        case _:
            return formats.read_zpl(data)[0]


def embedded_picture(data: bytes) -> Image.Image:
    """The picture inside a PDF as it is, since a drawn page is resampled by a hair."""
    document = pypdfium2.PdfDocument(data)
    objects = list(document[0].get_objects())
    picture: Image.Image = objects[0].get_bitmap().to_pil()
    assert len(objects) == 1
    document.close()
    return picture


def is_equal(one: Image.Image, other: Image.Image) -> bool:
    same_mode = one.convert("L").point(lambda grey: 255 if grey > 127 else 0)
    return (
        ImageChops.difference(same_mode, other.convert("L").point(lambda grey: 255 if grey > 127 else 0)).getbbox() is None
    )


@pytest.mark.parametrize("name", STOCKS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_each_format_carries_the_same_dots(name: str, ending: str) -> None:
    stock = STOCKS[name]
    if ending == ".zpl" and stock.is_sheet:
        with pytest.raises(UsageError):
            write_labels([content(1)], stock, Path("sheet.zpl"))
        return
    drawn = draw_pages([content(1, "档案 [/] 1923/24")], stock).pictures[0]
    back = read(stock, ending, written(stock, ending, [content(1, "档案 [/] 1923/24")]))
    assert back.size == drawn.size
    assert is_equal(back, drawn)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_labels_give_the_same_bytes(ending: str) -> None:
    stock = stock_named("roll")
    assert written(stock, ending, [content(1)]) == written(stock, ending, [content(1)])


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_covers_no_code_and_runs_no_command(title: str, tmp_path: Path) -> None:
    for ending in ENDINGS:
        report = write_labels([content(7, title)], stock_named("roll"), tmp_path / f"label{ending}")
        assert report.codes_read == 2
    commands = (tmp_path / "label.zpl").read_text().split("^FS")[0]
    assert commands.count("^XA") == 1
    assert "~" not in (tmp_path / "label.zpl").read_text()


def test_a_sheet_of_many_pages_is_read_back_whole(tmp_path: Path) -> None:
    report = write_labels([content(n) for n in range(1, 46)], stock_named("l7160"), tmp_path / "sheet.pdf", first_label=20)
    assert (report.labels, report.pages, report.codes_read) == (45, 4, 90)


def test_every_kind_of_code_and_command_card_fits_both_stocks() -> None:
    codes = [format_code(kind, 99_999_999) for kind in CodeKind] + ["UNDO", "DONE", "STOP", "OVERRIDE"]
    for stock in STOCKS.values():
        for code in codes:
            picture, _ = draw_label(LabelContent(code), stock)
            assert decode(picture) == {(code, "bars"): 1, (code, "qr"): 1}


def test_a_badly_printed_label_still_reads() -> None:
    for stock in STOCKS.values():
        picture, _ = draw_label(content(42), stock)
        larger = picture.convert("L").resize((picture.width * 2, picture.height * 2), Image.Resampling.NEAREST)
        poor = larger.filter(ImageFilter.MinFilter(3)).rotate(4, fillcolor=255).filter(ImageFilter.GaussianBlur(2))
        assert decode(poor.point(lambda grey: 64 + grey // 2))[(content(42).code, "bars")] >= 1


@pytest.mark.parametrize("symbology", ["bars", "qr"])
def test_a_label_whose_code_is_damaged_is_refused(symbology: str) -> None:
    stock = stock_named("roll")
    picture, _ = draw_label(content(3), stock)
    width, height = picture.size
    damage = (0, height // 2, width, height) if symbology == "bars" else (width * 2 // 3, 0, width, height // 2)
    picture.paste(1, damage)
    with pytest.raises(BadFile, match=content(3).code):
        prove([picture], [[content(3).code]], "damaged.png", "")


def test_a_label_that_shows_another_code_is_refused() -> None:
    picture, _ = draw_label(content(3), stock_named("roll"))
    with pytest.raises(BadFile):
        prove([picture], [[content(4).code]], "swapped.png", "")


def test_a_failed_proof_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archroom.labels.writing.draw_pages", _pages_without_codes)
    with pytest.raises(BadFile):
        write_labels([content(1)], stock_named("roll"), tmp_path / "label.png")
    assert list(tmp_path.iterdir()) == []


def _pages_without_codes(contents: Sequence[LabelContent], stock: Stock, first_label: int) -> object:
    pages = draw_pages(contents, stock, first_label)
    for picture in pages.pictures:
        picture.paste(1, (0, 0, *picture.size))
    return pages


@pytest.mark.parametrize(
    ("name", "contents", "first"),
    [
        ("label.doc", [content(1)], 1),
        ("label", [content(1)], 1),
        ("label.pdf", [], 1),
        ("label.png", [content(1), content(2)], 1),
        ("label.pdf", [content(1)], 2),
        ("label.pdf", [content(1)] * 2001, 1),
        ("label.pdf", [LabelContent("X" * 40)], 1),
        ("no/such/folder/label.pdf", [content(1)], 1),
        ("folder.pdf", [content(1)], 1),
    ],
)
def test_what_cannot_be_a_label_is_refused(name: str, contents: list[LabelContent], first: int, tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(ArchroomError):
        write_labels(contents, stock_named("roll"), tmp_path / name, first)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.pdf"]


def test_a_letter_that_the_font_lacks_is_reported(tmp_path: Path) -> None:
    report = write_labels([content(1, "sign \U00012000 here")], stock_named("roll"), tmp_path / "label.png")
    assert report.missing_letters == "\U00012000"
    assert write_labels([content(1, "鼎鼐龘镕喆堃 é ß Ω")], stock_named("roll"), tmp_path / "b.png").missing_letters == ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200), st.text(max_size=60), st.integers(1, 99_999_999))
def test_whatever_the_words_the_code_reads(title: str, reference: str, number: int) -> None:
    picture, _ = draw_label(LabelContent(format_code(CodeKind.FOLDER, number), reference, title, title), stock_named("roll"))
    assert decode(picture) == {(format_code(CodeKind.FOLDER, number), kind): 1 for kind in ("bars", "qr")}
