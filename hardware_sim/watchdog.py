"""The controller's watchdog: a motion lives only as long as somebody writes heartbeats. Pure; time is counted in ms.

Mode WRITES is the one of the document. The others are what bad controllers do; a client must find out and refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware_sim.registers import WatchdogMode


@dataclass(slots=True)
class Watchdog:
    """Armed by a heartbeat write, disarmed when none comes for the limit."""

    limit_ms: int
    mode: WatchdogMode
    heartbeat: int = field(default=0, init=False)
    """The last value written."""
    is_armed: bool = field(default=False, init=False)
    _is_triggered: bool = field(default=False, init=False)
    _triggered_ms: int = field(default=0, init=False)

    @property
    def permits_motion(self) -> bool:
        """Whether a motion may begin."""
        return self.is_armed or self.mode is WatchdogMode.OFF

    def take_heartbeat(self, value: int) -> None:
        """A heartbeat was written; it counts from the next scan on."""
        self.heartbeat = value
        self._is_triggered = True

    def notice_read(self) -> None:
        """Something was read, which only a badly made watchdog takes for a sign of life."""
        if self.mode is WatchdogMode.READS_TOO and self.is_armed:
            self._is_triggered = True

    def has_expired(self, now_ms: int) -> bool:
        """One scan of it: True once, when the limit has passed and what moves must stop."""
        if self._is_triggered:
            self._is_triggered = False
            self.is_armed = True
            self._triggered_ms = now_ms
            return False
        if not self.is_armed or now_ms - self._triggered_ms < self.limit_ms or self.mode is WatchdogMode.OFF:
            return False
        self.is_armed = False
        return self.mode is not WatchdogMode.FREEZES
