"""The climate of the rooms as people ask for it: now, the past, limits, and alarms that somebody has to acknowledge.

The shelving server measures, judges and remembers, whether or not the books answer; what a person does there stands in its
journal first and leaves an event in the ledger then, if the books take it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archroom.core.acts import Act, ActKind, Performer
from archroom.core.cleaning import MAX_LINE, clean
from archroom.core.climate import STANDARD, Alarm, ClimateView, Limits, Stock
from archroom.errors import ArchroomError, Message, PortUnavailable, UsageError, say
from archroom.services.climate_words import alarm_in_words

if TYPE_CHECKING:
    from archroom.core.climate_history import Span
    from archroom.core.ports import Archive, RoomClimate


@dataclass(frozen=True, slots=True)
class ClimateAnswer:
    """What was done, and the sentence for it."""

    message: Message
    is_recorded: bool
    """Whether the ledger holds it too; the server's journal does in any case."""
    alarm: Alarm | None = None
    limits: Limits | None = None


class Climate:
    """The climate of this machine's rooms; `rooms` is None where no sensor is set up."""

    def __init__(self, archive: Archive, rooms: RoomClimate | None) -> None:
        self._archive = archive
        self._rooms = rooms

    @property
    def is_set_up(self) -> bool:
        """Whether there are sensors."""
        return self._rooms is not None

    def view(self) -> ClimateView:
        """Return what may be shown now; raises ShelvingError."""
        return self._connected().climate()

    def history(self, sensor: str, from_s: int, to_s: int) -> Iterator[Span]:
        """Yield what is known of a sensor from a time on until before another; raises UsageError, ShelvingError."""
        rooms = self._connected()
        while from_s < to_s and (spans := rooms.climate_history(sensor, from_s, to_s)):
            yield from spans
            from_s = spans[-1].at_s + 1

    def set_limits(
        self, performer: Performer, room: str, stock: Stock | None, changes: Mapping[str, float]
    ) -> ClimateAnswer:
        """Judge a room by those of a stock, or by its present ones, with some figures changed.

        `changes` names fields of `Limits`. Raises UsageError, ShelvingError, Unreadable.
        """
        present = next((one.limits for one in self.view().sensors if one.room == room), None)
        if present is None:
            raise UsageError(say("There is no sensor in a room {room}.", room=clean(room, MAX_LINE)))
        limits = _changed(present if stock is None else STANDARD[stock], changes)
        limits.check()
        self._connected().set_climate_limits(room, limits, performer.actor)
        facts = {"room": room, "limits": _in_figures(limits), "stock": limits.stock.value}
        is_recorded = self._record(ActKind.CLIMATE_LIMITS_SET, facts, performer)
        done = say("{room}: its climate is judged by other limits from now on.", room=room)
        return ClimateAnswer(_with_record(done, is_recorded), is_recorded, limits=limits)

    def acknowledge(self, performer: Performer, number: int, note: str) -> ClimateAnswer:
        """Take note of an alarm in the performer's name, with words of their own.

        Raises UsageError for an empty note or if there is no such alarm, Refused if somebody has already, ShelvingError.
        """
        name, said = clean(performer.actor, MAX_LINE), clean(note, MAX_LINE)
        if not all(text.strip("\ufffd ") for text in (name, said)):
            raise UsageError(say("An alarm is acknowledged by a name and a note."))
        alarm = self._connected().acknowledge_climate(number, name, said)
        facts: dict[str, str | int] = {
            "alarm": alarm.number,
            "sensor": alarm.sensor,
            "room": alarm.room,
            "what": alarm.kind.value,
            "note": said,
        }
        is_recorded = self._record(ActKind.CLIMATE_ACKNOWLEDGED, facts, Performer(name, performer.terminal))
        done = say("Alarm {number} is acknowledged by {name}: {what}.", number=number, name=name, what=alarm_in_words(alarm))
        return ClimateAnswer(_with_record(done, is_recorded), is_recorded, alarm=alarm)

    def _connected(self) -> RoomClimate:
        if self._rooms is None:
            raise PortUnavailable(say("No sensor of temperature and humidity is set up on this machine."))
        return self._rooms

    def _record(self, kind: ActKind, facts: Mapping[str, str | int], performer: Performer) -> bool:
        try:
            with self._archive.writing() as books:
                books.commit(Act(kind, facts=facts), performer)
        except ArchroomError:
            return False
        return True


def _changed(limits: Limits, changes: Mapping[str, float]) -> Limits:
    hours = changes.get("frozen_hours")
    figures = {name: float(value) for name, value in changes.items() if name != "frozen_hours"}
    changed = replace(limits, **figures)  # type: ignore[arg-type]  # names of its float fields, which the callers check
    return changed if hours is None else replace(changed, frozen_hours=int(hours))


def _in_figures(limits: Limits) -> str:
    return (
        f"{limits.least_c:g}-{limits.most_c:g} C, {limits.least_percent:g}-{limits.most_percent:g} %, "
        f"swing {limits.swing_c:g} C {limits.swing_percent:g} %, stuck {limits.frozen_hours} h"
    )


def _with_record(done: Message, is_recorded: bool) -> Message:
    return done if is_recorded else say("{what} The books do not answer, so this is not in the ledger.", what=done)
