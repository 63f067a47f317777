"""Bars and squares as bits: Code 128 and QR, one bit a module, quiet zones included.

Quiet zones are 10 modules beside the bars and 4 around the QR, as their symbologies ask; nothing else may be drawn there.
"""

from __future__ import annotations

from typing import cast

BAR_QUIET_MODULES = 10
QR_QUIET_MODULES = 4


def code128_modules(code: str) -> list[bool]:
    """Return the modules of a Code 128, dark ones True, with quiet zones on both sides; `code` is printable ASCII."""
    import barcode

    bits = cast(str, barcode.get("code128", code).build()[0])
    quiet = [False] * BAR_QUIET_MODULES
    return [*quiet, *(bit == "1" for bit in bits), *quiet]


def qr_modules(code: str) -> list[list[bool]]:
    """Return the rows of a QR code of error correction M, dark modules True, with its quiet zone."""
    import qrcode

    symbol = qrcode.QRCode(border=QR_QUIET_MODULES, error_correction=qrcode.constants.ERROR_CORRECT_M)
    symbol.add_data(code)
    symbol.make(fit=True)
    return [[bool(module) for module in row] for row in symbol.get_matrix()]
