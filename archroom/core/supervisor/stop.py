"""STOP until standstill: sent at once, then again and again until a matched status says that nothing moves.

Nothing holds it back but a unit that is certainly no controller of this map. Once a unit was silent for longer than any
accepted watchdog it has stopped by itself; its STOP then goes along with the probes, so that living units get their turn. A
unit that was silent for so long before the key was pressed gets a few at once first.
"""

from __future__ import annotations

from archroom.core.shelving import StopReport
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.errors import Message, say

REPEAT_S = 0.1
AFTER_FAILURE_S = 0.05
"""Least pause after a STOP that was not answered: room for the other units of the line."""
SILENT_S = 3.0
"""After so long without an answer a unit has stopped by itself: the longest accepted watchdog is 2 s."""
SILENT_REPEAT_S = 1.0
UNSEEN_S = 3.0
"""A stop is repeated for so long where the controller answers and cannot tell whether anything moves."""
SILENT_TRIES = 3
"""STOPs ahead of everything for a unit that was silent already."""


class Stopping:
    """The stop of one unit, from the key to the standstill."""

    def __init__(self) -> None:
        self.is_active = False
        self.sent_s: float | None = None
        """When the first frame after the last request went out."""
        self.is_standstill_seen = False
        self._asked_s = 0.0
        self._due_s = 0.0
        self._was_silent = False
        self._failures = 0

    def ask(self, now: float, heard_s: float | None) -> None:
        """Begin, or begin anew: the next frame is due at once. `heard_s` is when the unit last answered."""
        self._was_silent = heard_s is None or now - heard_s > SILENT_S
        self._failures = 0
        self.is_active = True
        self.is_standstill_seen = False
        self.sent_s = None
        self._asked_s = self._due_s = now

    def wish(self, now: float, heard_s: float | None) -> Wish | None:
        """Return the next STOP; `heard_s` is when the unit last answered."""
        if not self.is_active:
            return None
        is_silent = self._is_silent(now, max(self._asked_s, heard_s or self._asked_s))
        return Wish(Frame.STOP, Lane.PROBE if is_silent else Lane.STOP, self._due_s)

    def frame_sent(self, now: float) -> None:
        """Take note that a STOP goes out now."""
        if self.sent_s is None:
            self.sent_s = now
        self._due_s = now + REPEAT_S

    def frame_failed(self, now: float) -> None:
        """Take note that a STOP was not answered; one from before the last request keeps the next from nothing."""
        if self.sent_s is None:
            return
        self._failures += 1
        is_silent = self._is_silent(now, self._asked_s)
        self._due_s = max(self._due_s, now + (SILENT_REPEAT_S if is_silent else AFTER_FAILURE_S))

    def _is_silent(self, now: float, since_s: float) -> bool:
        return now - since_s > SILENT_S or (self._was_silent and self._failures >= SILENT_TRIES)

    def take_status(self, is_standing: bool, asked_s: float, scan_s: float) -> bool:
        """Take what a fresh status asked for at `asked_s` shows; returns whether it is the standstill waited for."""
        if not self.is_active or self.sent_s is None or asked_s - self.sent_s < 2 * scan_s:
            return False
        if not is_standing:
            return False
        self.is_active = False
        self.is_standstill_seen = True
        return True

    def take_silence_of_motion(self, asked_s: float) -> bool:
        """Take a status that cannot tell standstill; returns whether the stop ends now, repeated long enough."""
        if not self.is_active or self.sent_s is None or asked_s - self.sent_s < UNSEEN_S:
            return False
        self.is_active = False
        return True

    def report(self, block: int, why_not: Message | None) -> StopReport:
        """Return what became of the last stop; `why_not` is why none is sent to this unit."""
        if why_not is None and not self.is_standstill_seen:
            why_not = say("Standstill of block {block} was not seen.", block=block)
        return StopReport(block, self.sent_s is not None, self.is_standstill_seen, "server", why_not)
