"""Judging one sensor: what stands out of limits for long enough is an alarm, and one odd reading never is.

Pure and fed with time: a sample, or the news that none came, goes in; alarms that are raised or end come out. An alarm
begins once at least two readings over `LASTING_S` agree without a gap, and ends in the same way, a little inside the limit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archroom.core.climate import SILENT_S, AlarmKind, Limits, Sample

LASTING_S: Final = 600
HYSTERESIS_C: Final = 0.5
HYSTERESIS_PERCENT: Final = 2.0
"""How far inside its limit a value must come before its alarm ends; a quarter of what is allowed where that is less."""
DAY_S: Final = 86_400
FEWEST_ALIKE: Final = 10
"""So many readings alike, at least, before a sensor counts as stuck."""
_LEVELS: Final[tuple[AlarmKind, ...]] = tuple(kind for kind in AlarmKind if kind.is_of_temperature or kind.is_of_humidity)


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm that was raised, or has ended."""

    kind: AlarmKind
    is_raised: bool
    at_s: int
    value: float | None = None
    limit: float | None = None


@dataclass(slots=True)
class _Level:
    """One kind of alarm between two readings."""

    is_raised: bool = False
    since_s: int | None = None
    """When the first of the readings came that speak against its state."""
    count: int = 0

    def step(self, at_s: int, speaks_against: bool) -> bool:
        """Take one reading; return whether the state has changed by it."""
        if not speaks_against:
            self.since_s, self.count = None, 0
            return False
        self.since_s = at_s if self.since_s is None else self.since_s
        self.count += 1
        if self.count < 2 or at_s - self.since_s < LASTING_S:
            return False
        self.is_raised, self.since_s, self.count = not self.is_raised, None, 0
        return True


class Watch:
    """What is remembered of one sensor."""

    def __init__(self, limits: Limits, started_at_s: int, raised: Iterable[AlarmKind] = ()) -> None:
        """`raised` are the alarms that stand already; silence is counted from the start at the earliest."""
        self.limits = limits
        """May be changed at any time; the next reading is judged by them."""
        self.last: Sample | None = None
        self._heard_at_s = started_at_s
        standing = frozenset(raised)
        self._levels = {kind: _Level(kind in standing) for kind in _LEVELS}
        self._is_frozen = AlarmKind.FROZEN in standing
        self._is_silent = AlarmKind.SILENT in standing
        self._answers = 0
        """How many readings came without a gap."""
        self._alike_since_s = 0
        self._alike = 0
        self._latest: deque[Sample] = deque(maxlen=3)
        self._day: deque[tuple[int, float, float]] = deque()
        """Medians of three readings, of the last 24 hours: an odd one makes no swing."""

    @property
    def swing(self) -> tuple[float, float] | None:
        """Half of what lies between the least and the most of the last 24 hours: degrees and percents; None without any."""
        if not self._day:
            return None
        temperatures, humidities = [one[1] for one in self._day], [one[2] for one in self._day]
        return (max(temperatures) - min(temperatures)) / 2, (max(humidities) - min(humidities)) / 2

    def remember(self, sample: Sample) -> None:
        """Take a reading of the past: it is remembered and not judged. They come in the order of their time."""
        self._forget_if_parted(sample.at_s)
        is_alike = self.last is not None and self._alike > 0 and sample.values == self.last.values
        self._alike_since_s, self._alike = (self._alike_since_s, self._alike + 1) if is_alike else (sample.at_s, 1)
        self._answers += 1
        self.last = sample
        self._latest.append(sample)
        if len(self._latest) == 3:
            middle = (
                _median(one.temperature_c for one in self._latest),
                _median(one.humidity_percent for one in self._latest),
            )
            self._day.append((sample.at_s, *middle))
        while self._day and self._day[0][0] <= sample.at_s - DAY_S:
            self._day.popleft()

    def take(self, sample: Sample) -> list[Change]:
        """Take a reading and return what has changed by it."""
        self.remember(sample)
        self._heard_at_s = sample.at_s
        changes = [*self._level_changes(sample), *self._frozen_changes(sample)]
        if self._is_silent and self._answers >= 2:
            self._is_silent = False
            changes.append(Change(AlarmKind.SILENT, False, sample.at_s))
        return changes

    def tick(self, now_s: int) -> list[Change]:
        """Take note that it is so late; returns the alarm of a sensor that has fallen silent."""
        self._heard_at_s = min(self._heard_at_s, now_s)
        if self._is_silent or now_s - self._heard_at_s < SILENT_S:
            return []
        self._is_silent, self._answers = True, 0
        return [Change(AlarmKind.SILENT, True, now_s, None, SILENT_S / 60)]

    def _forget_if_parted(self, at_s: int) -> None:
        """Forget what must not be joined to a reading at this time, after a gap or where the clock was set back."""
        if self.last is None:
            return
        if at_s <= self.last.at_s:
            self._day.clear()
        if at_s <= self.last.at_s or at_s - self.last.at_s >= SILENT_S:
            for level in self._levels.values():
                level.since_s, level.count = None, 0
            self._latest.clear()
            self._answers = self._alike = 0

    def _level_changes(self, sample: Sample) -> list[Change]:
        changes: list[Change] = []
        for kind, (excess, inside, value, limit) in self._excesses(sample).items():
            level = self._levels[kind]
            if level.step(sample.at_s, excess <= -inside if level.is_raised else excess > 0):
                changes.append(Change(kind, level.is_raised, sample.at_s, round(value, 2), limit))
        return changes

    def _excesses(self, sample: Sample) -> dict[AlarmKind, tuple[float, float, float, float]]:
        """Return of each kind how far the value is beyond its limit, its hysteresis, the value and the limit."""
        limits, (temperature, humidity) = self.limits, sample.values
        inside_c = min(HYSTERESIS_C, (limits.most_c - limits.least_c) / 4)
        inside_percent = min(HYSTERESIS_PERCENT, (limits.most_percent - limits.least_percent) / 4)
        found = {
            AlarmKind.TOO_WARM: (temperature - limits.most_c, inside_c, temperature, limits.most_c),
            AlarmKind.TOO_COLD: (limits.least_c - temperature, inside_c, temperature, limits.least_c),
            AlarmKind.TOO_DAMP: (humidity - limits.most_percent, inside_percent, humidity, limits.most_percent),
            AlarmKind.TOO_DRY: (limits.least_percent - humidity, inside_percent, humidity, limits.least_percent),
        }
        swing = self.swing
        if swing is not None:
            for kind, value, limit, inside in (
                (AlarmKind.SWING_TEMPERATURE, swing[0], limits.swing_c, HYSTERESIS_C),
                (AlarmKind.SWING_HUMIDITY, swing[1], limits.swing_percent, HYSTERESIS_PERCENT),
            ):
                found[kind] = (value - limit, min(inside, limit / 4), value, limit)
        return found

    def _frozen_changes(self, sample: Sample) -> list[Change]:
        hours = self.limits.frozen_hours
        is_stuck = self._alike >= FEWEST_ALIKE and sample.at_s - self._alike_since_s >= hours * 3600
        has_changed = self._is_frozen and self._alike == 1 and self._answers > 1
        if is_stuck and not self._is_frozen:
            self._is_frozen = True
            return [Change(AlarmKind.FROZEN, True, sample.at_s, sample.temperature_c, hours)]
        if has_changed:
            self._is_frozen = False
            return [Change(AlarmKind.FROZEN, False, sample.at_s)]
        return []


def _median(values: Iterable[float]) -> float:
    return sorted(values)[1]
