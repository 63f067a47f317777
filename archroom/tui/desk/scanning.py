"""The scans of this terminal, in the order in which they came, one at a time, none lost.

A scan waits here while the one before it is carried out, however long the books take; its time is that of its last key, so
that waiting changes neither what counts as read twice nor what is in hand.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from archroom.errors import Message
from archroom.tui.desk.bursts import Scan
from archroom.tui.messages import ScanAnswered, ScanFailed
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.core.scans import InHand
    from archroom.services.desk import DeskSession
    from archroom.services.house import Services

MOST_WAITING: Final = 1_000
"""Scans that may wait; a device that types faster than this for long is broken."""


class ScanQueue:
    """Hands scans to the desk, each when the one before it was answered."""

    def __init__(self, services: Services, performer: Performer, lane: Lane) -> None:
        self._services = services
        self._performer = performer
        self._session: DeskSession | None = None
        self._lane = lane
        self._waiting: deque[Scan] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether every scan was answered."""
        return not self._waiting and not self._lane.is_busy

    def add(self, scan: Scan) -> bool:
        """Let a scan wait for its turn; False if too many wait already, and it is dropped."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting.append(scan)
        self.next()
        return True

    def next(self) -> None:
        """Carry out the next scan, if there is one and nothing is being carried out."""
        if self._lane.is_busy or not self._waiting:
            return
        scan = self._waiting.popleft()
        self._lane.start(lambda: self._answered(scan), lambda reason: ScanFailed(scan.text, reason))

    def _answered(self, scan: Scan) -> ScanAnswered:
        desk = self._services.desk  # loaded by the first scan: the first screen needs none of it
        session = self._session = self._session or desk.open_session(self._performer, True)
        answer = desk.scan(session, scan.text, scan.at_s)
        return ScanAnswered(answer, session.hand, session.hint())

    def present(self, at_s: float) -> tuple[Message, InHand] | None:
        """Return the hint for this moment and what is in hand; None before the first scan and while one is carried out."""
        if self._session is None or not self.is_idle:
            return None
        self._session.tell(at_s)
        return self._session.hint(), self._session.hand.held
