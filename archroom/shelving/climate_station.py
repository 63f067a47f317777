"""The climate of a machine's rooms as the shelving server keeps it: takes readings, judges, remembers, tells.

Whoever reads a sensor hands its answer, or why there was none, over here; nothing here waits for a port. An alarm that could
not be written down is shown all the same, an acknowledgement or a limit that could not be does not count.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from time import monotonic

from archroom.core.climate import (
    LIVE_S,
    STANDARD,
    Acknowledgement,
    Alarm,
    ClimateView,
    Freshness,
    Limits,
    RawValues,
    Sample,
    SensorView,
    Stock,
    sample_of,
)
from archroom.core.climate_history import Span
from archroom.core.climate_watch import DAY_S, Change, Watch
from archroom.core.sensors import Sensor
from archroom.errors import Message, Unreadable, UsageError, say
from archroom.shelving.climate_files import ClimateFiles
from archroom.shelving.climate_journal import ClimateJournal

FOLDER_NAME = "climate"
COMPACT_EVERY_S = 3600
MOST_SPANS = 2000
"""Spans in one answer; whoever wants more asks again from the last one on."""


@dataclass(slots=True)
class _Post:
    """What is known of one sensor."""

    sensor: Sensor
    watch: Watch
    heard_s: float | None = None
    """When it was last heard in this process, by the monotonic clock."""
    problem: Message | None = None
    raw: RawValues | None = None
    raw_s: float = field(default=0.0)


class ClimateStation:
    """All sensors of a machine; any thread may call."""

    def __init__(
        self,
        sensors: Sequence[Sensor],
        state_folder: Path,
        complain: Callable[[Message], None],
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = monotonic,
        zone: tzinfo | None = None,
    ) -> None:
        """Read what earlier servers have left; `complain` is told what cannot be written down. Raises Unreadable."""
        folder = state_folder / FOLDER_NAME
        self._journal = ClimateJournal(folder)
        self._files = ClimateFiles(folder, zone)
        self._complain = complain
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._last_complaint: Message | None = None
        self.failure: Message | None = None
        """Why nothing is taken any more."""
        now_s = int(clock())
        self._compacted_s = now_s
        self._files.compact(now_s)
        self._posts = {sensor.name: self._post(sensor, now_s) for sensor in sensors}
        for alarm in self._journal.alarms.without_sensor(self._posts, now_s):
            self._keep(alarm)

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        """The sensors in the order of the settings."""
        return tuple(post.sensor for post in self._posts.values())

    # -- what comes from the sensors

    def take(self, name: str, temperature_c: float, humidity_percent: float, age_s: float = 0.0) -> None:
        """Take what a sensor of confirmed scale said so long ago."""
        with self._lock:
            post = self._posts[name]
            sample = sample_of(self._clock() - age_s, temperature_c, humidity_percent)
            if sample is None:
                post.problem = say("The sensor tells what it cannot measure.")
                return
            post.problem, post.heard_s = None, self._monotonic() - age_s
            with self._complaining():
                self._files.append(name, sample)
            self._follow(post, post.watch.take(sample))

    def take_raw(self, name: str, raw: RawValues) -> None:
        """Take what a sensor said whose scale nobody has confirmed."""
        with self._lock:
            post = self._posts[name]
            post.raw, post.raw_s, post.problem = raw, self._monotonic(), None

    def fail(self, name: str, reason: Message) -> None:
        """Take note why a sensor could not be read."""
        with self._lock:
            self._posts[name].problem = reason

    def give_up(self, reason: Message) -> None:
        """Show from now on that nothing is taken any more, and no value as one that is so now."""
        self.failure = reason

    def tick(self) -> None:
        """Take note that time passes; to be called every few seconds."""
        with self._lock:
            now_s = int(self._clock())
            for post in self._posts.values():
                if post.sensor.scale is not None:
                    self._follow(post, post.watch.tick(now_s))
            if not 0 <= now_s - self._compacted_s < COMPACT_EVERY_S:
                self._compacted_s = now_s
                with self._complaining():
                    self._files.compact(now_s)

    # -- what people ask

    def view(self) -> ClimateView:
        """Return what may be shown now."""
        with self._lock:
            sensors = tuple(self._sensor_view(post) for post in self._posts.values())
            return ClimateView(sensors, self._journal.alarms.shown())

    def history(self, name: str, from_s: int, to_s: int) -> list[Span]:
        """Return the first `MOST_SPANS` spans of a sensor in a while; raises UsageError, Unreadable."""
        if name not in self._posts:
            raise UsageError(say("There is no sensor {name} here.", name=name[:100]))
        return self._files.spans(name, from_s, to_s)[:MOST_SPANS]

    def set_limits(self, room: str, limits: Limits, by: str) -> None:
        """Judge a room by other limits from now on; raises UsageError, Unreadable."""
        limits.check()
        with self._lock:
            posts = [post for post in self._posts.values() if post.sensor.room == room]
            if not posts:
                raise UsageError(say("There is no sensor in a room {room}.", room=room[:100]))
            self._journal.write_limits(room, limits, by)
            self._journal.limits[room] = limits
            for post in posts:
                post.watch.limits = limits

    def acknowledge(self, number: int, by: str, note: str) -> Alarm:
        """Keep who has taken note of an alarm; raises UsageError, Refused, Unreadable."""
        with self._lock:
            alarm = self._journal.alarms.acknowledged(number, Acknowledgement(by, note, int(self._clock())))
            self._journal.write_alarm(alarm)
            self._journal.alarms.put(alarm)
            return alarm

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._files.close()
            self._journal.close()

    # -- inside

    def _post(self, sensor: Sensor, now_s: int) -> _Post:
        watch = Watch(self._limits_of(sensor.room), now_s, self._journal.alarms.standing(sensor.name))
        for sample in self._files.samples(sensor.name, now_s - DAY_S, now_s + 1):
            watch.remember(sample)
        return _Post(sensor, watch)

    def _limits_of(self, room: str) -> Limits:
        return self._journal.limits.get(room, STANDARD[Stock.PAPER])

    def _follow(self, post: _Post, changes: Sequence[Change]) -> None:
        for change in changes:
            alarm = self._journal.alarms.changed(post.sensor.name, post.sensor.room, change)
            if alarm is not None:
                self._keep(alarm)

    def _keep(self, alarm: Alarm) -> None:
        self._journal.alarms.put(alarm)
        with self._complaining():
            self._journal.write_alarm(alarm)

    def _sensor_view(self, post: _Post) -> SensorView:
        sample = post.watch.last
        age_s = self._age_s(post, sample)
        swing_c, swing_percent = post.watch.swing or (None, None)
        is_raw_fresh = self.failure is None and post.raw is not None and self._monotonic() - post.raw_s <= LIVE_S
        freshness = _freshness(post.sensor, age_s)
        if self.failure is not None and freshness is Freshness.LIVE:
            freshness = Freshness.STALE
        return SensorView(
            post.sensor.name,
            post.sensor.room,
            freshness,
            sample,
            age_s,
            post.watch.limits,
            swing_c,
            swing_percent,
            self.failure or post.problem,
            post.raw if is_raw_fresh else None,
        )

    def _age_s(self, post: _Post, sample: Sample | None) -> float | None:
        if post.heard_s is not None:
            return max(0.0, self._monotonic() - post.heard_s)
        return None if sample is None else max(0.0, self._clock() - sample.at_s)

    @contextlib.contextmanager
    def _complaining(self) -> Iterator[None]:
        """Tell once what cannot be written down, and go on."""
        try:
            yield
        except Unreadable as error:
            if error.message != self._last_complaint:
                self._last_complaint = error.message
                self._complain(error.message)
        else:
            self._last_complaint = None


def _freshness(sensor: Sensor, age_s: float | None) -> Freshness:
    if sensor.scale is None:
        return Freshness.UNCONFIRMED
    if age_s is None:
        return Freshness.NEVER
    return Freshness.LIVE if age_s <= LIVE_S else Freshness.STALE
