"""The scans of this terminal, in the order in which they came, one at a time, none lost.

A scan waits here while the one before it is carried out, however long the books take; its time is that of its last key, so
that waiting changes neither what counts as read twice nor what is in hand.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from archroom.errors import Message
from archroom.tui.bursts import Scan
from archroom.tui.messages import ScanAnswered, ScanFailed, SessionOpened
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.core.scans import InHand
    from archroom.services.desk import Desk, DeskSession

MOST_WAITING: Final = 1_000
"""Scans that may wait; a device that types faster than this for long is broken."""


class ScanQueue:
    """Hands scans to the desk, each when the one before it was answered."""

    def __init__(self, desk: Desk, lane: Lane) -> None:
        self._desk = desk
        self._lane = lane
        self._waiting: deque[Scan] = deque()
        self._session: DeskSession | None = None

    @property
    def is_idle(self) -> bool:
        """Whether every scan was answered."""
        return not self._waiting and not self._lane.is_busy

    @property
    def session(self) -> DeskSession | None:
        """The session of this terminal while no scan is being carried out, else None."""
        return self._session if self.is_idle else None

    def open(self, performer: Performer) -> None:
        """Open the session; scans that come before it is open wait."""
        self._lane.start(lambda: SessionOpened(self._desk.open_session(performer, True)))

    def opened(self, session: DeskSession) -> None:
        """Take the opened session and begin with what waits."""
        self._session = session

    def add(self, scan: Scan) -> bool:
        """Let a scan wait for its turn; False if too many wait already, and it is dropped."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append(scan)
        self.next()
        return True

    def next(self) -> None:
        """Carry out the next scan, if there is one and nothing is being carried out."""
        session = self._session
        if session is None or self._lane.is_busy or not self._waiting:
            return
        scan = self._waiting.popleft()
        self._lane.start(lambda: self._answered(session, scan), lambda reason: ScanFailed(scan.text, reason))

    def _answered(self, session: DeskSession, scan: Scan) -> ScanAnswered:
        answer = self._desk.scan(session, scan.text, scan.at_s)
        return ScanAnswered(answer, session.hand, session.hint())

    def present(self, at_s: float) -> tuple[Message, InHand] | None:
        """Return the hint for this moment and what is in hand; None while a scan is being carried out."""
        session = self.session
        if session is None:
            return None
        session.tell(at_s)
        return session.hint(), session.hand.held
