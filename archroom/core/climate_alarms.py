"""The alarms of a machine: one of each kind and sensor at a time; none is forgotten before a person has acknowledged it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archroom.core.climate import Acknowledgement, Alarm, AlarmKind, AlarmState
from archroom.core.climate_watch import Change
from archroom.errors import Refused, UsageError, say

CLOSED_KEPT = 50
"""Of the alarms that are over so many are shown; all stand in the journal."""


class AlarmBook:
    """All alarms, as the changes and acknowledgements so far have made them."""

    def __init__(self) -> None:
        self._alarms: dict[int, Alarm] = {}
        self._highest = 0

    def put(self, alarm: Alarm) -> None:
        """Take an alarm as it is now: a new one, or the next state of one that is known."""
        self._alarms[alarm.number] = alarm
        self._highest = max(self._highest, alarm.number)
        closed = [one.number for one in self._alarms.values() if one.state is AlarmState.CLOSED]
        for number in sorted(closed)[:-CLOSED_KEPT]:
            del self._alarms[number]

    def changed(self, sensor: str, room: str, change: Change) -> Alarm | None:
        """Return the alarm that a change makes or alters, None if it alters nothing; `put` is for the caller."""
        alarm = self._open(sensor, change.kind)
        if not change.is_raised:
            return replace(alarm, gone_at_s=change.at_s) if alarm is not None and alarm.is_standing else None
        if alarm is None:
            return Alarm(self._highest + 1, sensor, room, change.kind, change.at_s, change.value, change.limit)
        return None if alarm.is_standing else replace(alarm, gone_at_s=None, times=alarm.times + 1)

    def acknowledged(self, number: int, acknowledgement: Acknowledgement) -> Alarm:
        """Return an alarm as acknowledged; raises UsageError if there is none of that number, Refused if it is already."""
        alarm = self._alarms.get(number)
        if alarm is None:
            raise UsageError(say("There is no alarm {number}.", number=number))
        if alarm.acknowledged is not None:
            name = alarm.acknowledged.by
            raise Refused(say("Alarm {number} was acknowledged by {name} already.", number=number, name=name))
        return replace(alarm, acknowledged=acknowledgement)

    def standing(self, sensor: str) -> frozenset[AlarmKind]:
        """Return the kinds of a sensor's alarms that stand."""
        return frozenset(alarm.kind for alarm in self._alarms.values() if alarm.sensor == sensor and alarm.is_standing)

    def without_sensor(self, known: Iterable[str], at_s: int) -> list[Alarm]:
        """Return the standing alarms of sensors that are not there any more, each as gone."""
        names = frozenset(known)
        orphans = (alarm for alarm in self._alarms.values() if alarm.sensor not in names and alarm.is_standing)
        return [replace(alarm, gone_at_s=at_s) for alarm in orphans]

    def shown(self) -> tuple[Alarm, ...]:
        """Return what is to be shown: what is not over, newest first, then what is."""
        is_over = {alarm.number: alarm.state is AlarmState.CLOSED for alarm in self._alarms.values()}
        return tuple(sorted(self._alarms.values(), key=lambda alarm: (is_over[alarm.number], -alarm.number)))

    def _open(self, sensor: str, kind: AlarmKind) -> Alarm | None:
        """Return the alarm of this kind that stands or waits."""
        open_ones = (a for a in self._alarms.values() if a.state is not AlarmState.CLOSED)
        return next((alarm for alarm in open_ones if (alarm.sensor, alarm.kind) == (sensor, kind)), None)
