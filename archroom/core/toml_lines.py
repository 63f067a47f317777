"""Where in a TOML text a key stands: the parser does not say, and a person wants to be led there."""

from __future__ import annotations

import re


def line_of_key(text: str, key: str, table: str = "", nth: int = 0) -> int:
    """Return the line of a key or table, counted from 1; with `table`, the key within its nth table of tables.

    The table's own line where the key is not in it, else the first.
    """
    is_sought = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(=|\]|\.)")
    at, last_header = -1, 1
    is_inside = not table
    for number, line in enumerate(text.split("\n"), start=1):
        header = re.match(r"\s*\[\[\s*(\w+)\s*\]\]", line) if table else None
        if header is not None:
            at += header[1] == table
            is_inside = header[1] == table and at == nth
            last_header = number if is_inside else last_header
        if is_inside and is_sought.match(line):
            return number
    return last_header
