"""`archroom` with its books in WAL whatever the version of SQLite, as it runs where that has lost the WAL-reset race."""

from __future__ import annotations

import sys

from archroom.__main__ import main
from archroom.store import sqlite


def without_race(version: tuple[int, ...]) -> bool:
    """Call every version mended."""
    return False


if __name__ == "__main__":
    sqlite.has_wal_reset_race = without_race
    sys.exit(main())
