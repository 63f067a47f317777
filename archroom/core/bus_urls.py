"""How the address of a bus is written: what a URL may name and set, whatever opens it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

REFERENCE: Final = "reference"
"""The profile of the register map of docs/shelving-protocol.md; every other is a plain controller's."""
PROFILE_NAME: Final = "[a-z][a-z0-9-]{0,39}"
BAUD_RATES: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
"""What serial adapters of the trade speak; anything else in a URL is a slip."""
BUS_EXAMPLE: Final = "serial:///dev/ttyUSB0?baud=19200, socket://HOST:PORT, tcp://HOST:PORT"
_LINE_OPTIONS: Final = {"baud": tuple(map(str, BAUD_RATES)), "echo": ("0", "1")}
_BUS_OPTIONS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "serial": {**_LINE_OPTIONS, "parity": ("N", "E", "O"), "stop": ("1", "2")},
    "socket": _LINE_OPTIONS,
    "tcp": {},
    "tls": {"ca": (), "cert": (), "key": ()},
    "udp": {"local": ()},
    "http": {},
}
"""By scheme, what a URL may set and to what; the drivers take the same. `local` is a port of this machine; `ca`,
`cert` and `key` are files by their full path."""


def is_bus_url(url: str, profile: str = REFERENCE) -> bool:
    """Whether a text can be the address of a bus; a baud rate nobody uses is none, nor is UDP of the reference map."""
    try:
        parts = urlsplit(url)
        port = parts.port
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return False
    allowed = _BUS_OPTIONS.get(parts.scheme, {})
    is_set_well = all(
        key in allowed and (value.upper() in allowed[key] or _is_local(key, value) or _is_file(key, value))
        for key, value in options
    )
    if not is_set_well or parts.username or parts.fragment or not url.isprintable():
        return False
    if parts.scheme == "serial":
        is_windows_port = re.fullmatch(r"/?COM\d{1,3}", parts.netloc + parts.path, re.IGNORECASE) is not None
        return is_windows_port or (not parts.netloc and len(parts.path) > 1)
    if not parts.hostname or parts.path.strip("/"):
        return False
    if parts.scheme in ("tcp", "tls"):
        return port != 0
    return bool(port) and (parts.scheme == "socket" or (parts.scheme in ("udp", "http") and profile != REFERENCE))


def _is_local(key: str, value: str) -> bool:
    return key == "local" and re.fullmatch(r"[0-9]{1,5}", value) is not None and int(value) <= 0xFFFF


def _is_file(key: str, value: str) -> bool:
    return key in ("ca", "cert", "key") and _is_full_path(value)


def _is_full_path(text: str) -> bool:
    return text.startswith("/") or re.match(r"[A-Za-z]:[\\/]", text) is not None


def is_profile(text: str) -> bool:
    """Whether a text can name a profile: one that comes with the program, or a TOML file by its full path."""
    is_file = text.endswith(".toml") and _is_full_path(text)
    return re.fullmatch(PROFILE_NAME, text) is not None or (is_file and text.isprintable())
