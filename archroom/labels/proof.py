"""A label counts as made once its file was read again and every code on it was decoded, as bars and as QR.

The reader is zxing-cpp. It proves the drawing and the file, not the print: a print is graded by a verifier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from archroom.errors import BadFile, say


@dataclass(frozen=True, slots=True)
class ProofReport:
    """What was written and read back."""

    path: str
    labels: int
    pages: int
    codes_read: int
    """Bars and QRs together: two a label."""
    missing_letters: str
    """Characters that the font could not draw, shown as boxes."""


def prove(pictures: Sequence[Image.Image], codes: Sequence[Sequence[str]], path: str, missing_letters: str) -> ProofReport:
    """Decode pages as they were read from the file; raises BadFile naming the first code that does not read as both."""
    read_count = 0
    if len(pictures) != len(codes):
        raise BadFile(
            say("{path} has {found} pages in place of {wanted}.", path=path, found=len(pictures), wanted=len(codes))
        )
    for picture, expected in zip(pictures, codes, strict=True):
        read = decode(picture)
        wanted = Counter((code, symbology) for code in expected for symbology in ("bars", "qr"))
        for (code, symbology), count in wanted.items():
            if read[(code, symbology)] != count:
                raise BadFile(
                    say("The {symbol} of {code} could not be read back; nothing was written.", symbol=symbology, code=code)
                )
        read_count += wanted.total()
    return ProofReport(path, sum(map(len, codes)), len(codes), read_count, missing_letters)


def decode(picture: Image.Image) -> Counter[tuple[str, str]]:
    """Return the codes that a picture shows, as bars and as QR, with how often each stands there."""
    import zxingcpp

    formats = {zxingcpp.BarcodeFormat.Code128: "bars", zxingcpp.BarcodeFormat.QRCode: "qr"}
    wanted = zxingcpp.BarcodeFormats([*formats])
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=wanted)
    return Counter((code.text, formats[code.format]) for code in found if code.format in formats)
