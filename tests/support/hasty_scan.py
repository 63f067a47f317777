"""A desk that acknowledges before it commits, as a canary: `python hasty_scan.py ARGUMENT...` is `archroom` with that flaw.

It answers from a copy of the books at once, and writes into the books five scans at a time.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from archroom.__main__ import main
from archroom.core.ports import Archive
from archroom.services.answers import Answer
from archroom.services.desk import Desk, DeskSession, LoanPolicy
from archroom.store.archive import open_archive
from archroom.wiring import MachineClock

AT_ONCE = 5

_scan_truly = Desk.scan
_copies: dict[Desk, tuple[Desk, DeskSession]] = {}
_waiting: list[tuple[str, float | None]] = []


def scan_hastily(self: Desk, session: DeskSession, raw: str, at_s: float | None = None) -> Answer:
    """Answer as if it were written, and write later."""
    if self not in _copies:
        copy = Desk(_copied_books(), MachineClock(), LoanPolicy(), lambda: [])
        _copies[self] = copy, copy.open_session(session.performer, is_live=False)
    _waiting.append((raw, at_s))
    if len(_waiting) >= AT_ONCE:
        for waiting in _waiting:
            _scan_truly(self, session, *waiting)
        _waiting.clear()
    copy, copied_session = _copies[self]
    return _scan_truly(copy, copied_session, raw, at_s)


def _copied_books() -> Archive:
    path = sys.argv[sys.argv.index("--db") + 1].removeprefix("sqlite:///")
    copy = Path(tempfile.mkdtemp(dir=Path(path).parent)) / "copy.db"
    shutil.copy(path, copy)
    return open_archive(f"sqlite:///{copy}", MachineClock(), create=False)


if __name__ == "__main__":
    Desk.scan = scan_hastily  # type: ignore[method-assign]  # the flaw
    main()
