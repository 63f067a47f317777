"""The technician's bench as screens and commands receive it; where no bus is set up there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from archroom.errors import PortUnavailable, say

if TYPE_CHECKING:
    from archroom.core.bench import Bench, BusCounts, SeenFrames


class TechnicianBench:
    """The buses of this machine, opened when they are first asked for."""

    def __init__(self, opened: Callable[[], Bench] | None) -> None:
        self._opened = opened
        self._bench: Bench | None = None

    @property
    def is_set_up(self) -> bool:
        """Whether this machine has a bus."""
        return self._opened is not None

    def counters(self) -> list[BusCounts]:
        """Return the counters of all buses; raises PortUnavailable."""
        return self.connected().counters()

    def look(self, bus: int) -> SeenFrames:
        """Return what has passed on a bus since the last look; raises PortUnavailable, UsageError."""
        return self.connected().look(bus)

    def look_away(self) -> None:
        """Look at no bus any more."""
        if self._bench is not None:
            self._bench.look_away()

    def connected(self) -> Bench:
        """Return the bench itself; raises PortUnavailable where there is none."""
        if self._opened is None:
            raise PortUnavailable(say("No shelving is connected to this machine."))
        if self._bench is None:
            self._bench = self._opened()
        return self._bench
