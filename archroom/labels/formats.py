"""One raster, four formats: each written from the same dots and read back into dots.

Formats know nothing of codes; they carry pictures. A reader here takes only what its writer writes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from PIL import Image

from archroom.labels.stock import Stock

if TYPE_CHECKING:
    from pypdfium2 import PdfPage


class Format(Enum):
    """File formats by their endings."""

    PDF = ".pdf"
    PNG = ".png"
    SVG = ".svg"
    ZPL = ".zpl"


def write_pdf(pictures: Sequence[Image.Image], stock: Stock) -> bytes:
    """Return a PDF with one page a picture at its true size; the same dots give the same bytes."""
    file = io.BytesIO()
    pictures[0].save(
        file,
        format="PDF",
        resolution=stock.dpi,
        save_all=True,
        append_images=list(pictures[1:]),
        title="archroom labels",
        creationDate=None,
        modDate=None,
    )
    return file.getvalue()


def read_pdf(data: bytes, stock: Stock) -> list[Image.Image]:
    """Return the pages of a PDF, drawn at the stock's dots."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return [_rendered(page, stock) for page in document]
    finally:
        document.close()


def _rendered(page: PdfPage, stock: Stock) -> Image.Image:
    """Draw a page at whole dots: a hair below the exact scale, since pdfium rounds a size up that is off by 1e-6."""
    picture: Image.Image = page.render(scale=stock.dpi / 72 - 1e-6, grayscale=True).to_pil()
    return picture


def write_png(picture: Image.Image, stock: Stock) -> bytes:
    """Return a one-bit PNG that knows its dots an inch."""
    file = io.BytesIO()
    picture.save(file, format="PNG", dpi=(stock.dpi, stock.dpi))
    return file.getvalue()


def read_png(data: bytes) -> Image.Image:
    """Return the picture of a PNG, as grey."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("L")


def write_svg(picture: Image.Image, stock: Stock) -> bytes:
    """Return an SVG at its true size, its dark dots drawn as one path of rectangles, a run of equal rows each."""
    width, height = picture.size
    path = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in _rectangles(picture))
    width_mm, height_mm = stock.page_mm
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm:g}mm" height="{height_mm:g}mm" '
        f'viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
        f'<rect width="{width}" height="{height}" fill="#fff"/><path d="{path}" fill="#000"/></svg>\n'
    ).encode()


def read_svg(data: bytes) -> Image.Image:
    """Return the picture of an SVG that `write_svg` wrote; raises ValueError for any other."""
    text = data.decode()
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', text)
    path = re.search(r'<path d="([^"]*)"', text)
    if box is None or path is None:
        raise ValueError("not an SVG of labels")
    picture = Image.new("L", (int(box[1]), int(box[2])), 255)
    for x, y, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", path[1]):
        picture.paste(0, (int(x), int(y), int(x) + int(width), int(y) + int(height)))
    return picture


def write_zpl(pictures: Sequence[Image.Image]) -> bytes:
    """Return ZPL II with one label a picture as a `^GFA` graphic field, so that no data can be taken for a command."""
    labels: list[str] = []
    for picture in pictures:
        row_bytes = (picture.width + 7) // 8
        rows = _zpl_rows(picture)
        total = row_bytes * picture.height
        labels.append(
            f"^XA^PW{picture.width}^LL{picture.height}^LH0,0^FO0,0^GFA,{total},{total},{row_bytes},{rows}^FS^PQ1^XZ\n"
        )
    return "".join(labels).encode("ascii")


def read_zpl(data: bytes) -> list[Image.Image]:
    """Return the pictures of the graphic fields of a ZPL that `write_zpl` wrote."""
    found: list[Image.Image] = []
    pattern = r"\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,\d+,\d+,(\d+),([^\^]*)\^FS"
    for width, height, row_bytes, rows in re.findall(pattern, data.decode("ascii")):
        bits = _zpl_bits(rows, int(row_bytes))
        inverted = bytes(byte ^ 0xFF for byte in bits)
        picture = Image.frombytes("1", (int(row_bytes) * 8, int(height)), inverted)
        found.append(picture.crop((0, 0, int(width), int(height))).convert("L"))
    return found


def _zpl_rows(picture: Image.Image) -> str:
    row_bytes = (picture.width + 7) // 8
    bits = picture.tobytes()
    rows: list[str] = []
    before = ""
    spare = row_bytes * 8 - picture.width
    for start in range(0, len(bits), row_bytes):
        dark = bytearray(byte ^ 0xFF for byte in bits[start : start + row_bytes])
        dark[-1] &= 0xFF << spare & 0xFF
        row = dark.hex().upper()
        packed = row.rstrip("0")
        packed += "0" * (len(packed) % 2)
        rows.append(":" if row == before else (packed + "," if len(packed) < len(row) else row))
        before = row
    return "".join(rows)


def _zpl_bits(rows: str, row_bytes: int) -> bytes:
    found: list[str] = []
    row = ""
    for char in rows:
        if char == ":":
            found.append(found[-1])
        elif char == ",":
            found.append(row.ljust(row_bytes * 2, "0"))
            row = ""
        else:
            row += char
            if len(row) == row_bytes * 2:
                found.append(row)
                row = ""
    return bytes.fromhex("".join(found))


def _rectangles(picture: Image.Image) -> list[tuple[int, int, int, int]]:
    width, height = picture.size
    rows = [_runs(picture.crop((0, y, width, y + 1)).tobytes(), width) for y in range(height)]
    rectangles: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for y, runs in enumerate([*rows, []]):
        present = set(runs)
        for run in [run for run in growing if run not in present]:
            top = growing.pop(run)
            rectangles.append((run[0], top, run[1], y - top))
        for run in runs:
            growing.setdefault(run, y)
    return rectangles


def _runs(row: bytes, width: int) -> list[tuple[int, int]]:
    """Return the dark runs of a row of bits, as (left, length)."""
    bits = bin(int.from_bytes(row, "big") | 1 << len(row) * 8)[3:][:width]
    return [(match.start(), match.end() - match.start()) for match in re.finditer("0+", bits)]
