"""Whose turn it is on one bus: its supervisors in the order of their lanes, a sensor or the bench in their pauses.

Whoever asks holds the lock of the bus and says what time it is; nothing here waits, and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from archroom.core.supervisor.wishes import Lane, Pace, Wish
from archroom.drivers.plain_drivers import answer_s
from archroom.drivers.profile import Profile
from archroom.drivers.timing import LineTiming
from archroom.shelving.bench_lane import BenchLane
from archroom.shelving.climate_rounds import SensorRound
from archroom.shelving.posts import REQUEST_CHARACTERS, AnySupervisor, Post

STARVED_PROBE_S = 2.0
"""A probe that has waited for so long goes before a poll."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A wish of the supervisor of a block, and the unit that it is for."""

    unit: int
    block: int
    wish: Wish


class Turns:
    """Those who want frames sent on one bus, and whose is the next."""

    def __init__(
        self,
        units: Mapping[int, int],
        supervisors: Mapping[int, AnySupervisor],
        bench: BenchLane,
        sensors: SensorRound | None,
        profile: Profile | None,
    ) -> None:
        """`units` and `supervisors` are by block; without a profile the controllers speak the reference map."""
        self._units = units
        self._supervisors = supervisors
        self._bench = bench
        self._sensors = sensors
        self._profile = profile

    @property
    def is_busy(self) -> bool:
        """Whether something moves on the bus, or is asked to."""
        return any(supervisor.is_busy for supervisor in self._supervisors.values())

    def wishes(self, now: float) -> list[Choice]:
        """Return all that supervisors want sent, now or later; no probe while something moves that answers."""
        found = [
            Choice(self._units[number], number, wish)
            for number, supervisor in self._supervisors.items()
            for wish in supervisor.wishes(now)
        ]
        if any(supervisor.is_busy and supervisor.is_answering for supervisor in self._supervisors.values()):
            found = [choice for choice in found if choice.wish.lane is not Lane.PROBE]
        return found

    def stops_due(self, now: float) -> list[Choice]:
        """Return the stops that are due."""
        return [choice for choice in self.wishes(now) if choice.wish.lane is Lane.STOP and choice.wish.due_s <= now]

    def first(self, now: float, wishes: Iterable[Choice]) -> Choice | SensorRound | BenchLane | None:
        """Return whose turn it is, None if nothing is due."""
        due = [choice for choice in wishes if choice.wish.due_s <= now]
        for asker in (self._bench, self._sensors):
            if asker is not None and self._may_ask_between(now, asker, due):
                return asker
        return min(due, key=lambda choice: self._rank(now, choice), default=None)

    def set_pace(self, now: float, timing: LineTiming, posts: Iterable[Post]) -> None:
        """Tell the supervisors how fast a line of this timing is, with all that is read on it."""
        round_s = sum(post.reading_s(timing) for post in posts)
        is_silent = self._bench.is_active(now) or not all(one.is_answering for one in self._supervisors.values())
        silence_s = timing.drain_s + timing.wire_s(REQUEST_CHARACTERS)
        if self._profile is None:
            pace = Pace.of_line(round_s, silence_s + timing.answer_s if is_silent else 0.0)
        else:  # one lost answer may take longer than all the rest of a round
            silence_s += answer_s(self._profile, timing)
            pace = Pace.of_line(round_s, silence_s)
            pace = replace(pace, lost_s=max(pace.lost_s, 2.0 * round_s + silence_s))
        for supervisor in self._supervisors.values():
            supervisor.set_pace(pace)

    def _may_ask_between(self, now: float, asker: SensorRound | BenchLane, due: list[Choice]) -> bool:
        """Whether a sensor or the bench may ask now: in a pause, or before polls if it waits long; never during a motion."""
        if not asker.is_due(now) or self.is_busy:
            return False
        return not due or (asker.is_starved(now) and all(choice.wish.lane >= Lane.POLL for choice in due))

    def _rank(self, now: float, choice: Choice) -> tuple[int, bool, float]:
        wish = choice.wish
        lane = int(wish.lane)
        if wish.lane is Lane.PROBE and now - wish.due_s > STARVED_PROBE_S:
            lane = int(Lane.HEARTBEAT)
        return (lane, not self._supervisors[choice.block].is_answering, wish.due_s)
