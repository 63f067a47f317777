"""When a unit is asked how it stands: fast while something is asked of it, ever more rarely while it does not answer."""

from __future__ import annotations

from archroom.core.supervisor.wishes import Frame, Lane, Pace, Wish

PROOF_POLL_S = 0.1
STRANGER_POLL_S = 2.0
FIRST_PROBE_S = 0.5
LAST_PROBE_S = 4.0


class Polls:
    """The times of one unit's polls."""

    def __init__(self) -> None:
        self._due_s = 0.0
        self._probe_s = FIRST_PROBE_S

    def wish(self, frame: Frame, lane: Lane) -> Wish:
        """Return the next poll."""
        return Wish(frame, lane, self._due_s)

    def hasten(self, due_s: float) -> None:
        """Let the next poll be due at a time, if it is not due before."""
        self._due_s = min(self._due_s, due_s)

    def begin_anew(self) -> None:
        """Ask a unit that does not answer more often again."""
        self._probe_s = FIRST_PROBE_S

    def schedule_probe(self, now: float) -> None:
        """Let the next poll of a unit that does not answer come after a pause that doubles."""
        self._due_s = now + self._probe_s
        self._probe_s = min(LAST_PROBE_S, 2 * self._probe_s)

    def schedule(self, now: float, pace: Pace, scan_s: float, *, is_strange: bool, is_busy: bool, is_proved: bool) -> None:
        """Let the next poll of a unit that answers come when there can be news, and no faster than its own scan."""
        self.begin_anew()
        if is_strange:
            period_s = STRANGER_POLL_S
        elif is_busy:
            period_s = pace.busy_poll_s
        else:
            period_s = pace.idle_poll_s if is_proved else PROOF_POLL_S
        self._due_s = now + max(period_s, scan_s)
