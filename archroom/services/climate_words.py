"""The climate in words, the same at the command line and in the app: alarms, limits, kinds of stock."""

from __future__ import annotations

from typing import Final

from archroom.core.climate import Alarm, AlarmKind, AlarmState, Limits, Stock
from archroom.errors import Message, say

KINDS: Final = {
    AlarmKind.TOO_WARM: say("too warm"),
    AlarmKind.TOO_COLD: say("too cold"),
    AlarmKind.TOO_DAMP: say("too damp"),
    AlarmKind.TOO_DRY: say("too dry"),
    AlarmKind.SWING_TEMPERATURE: say("temperature swings too much"),
    AlarmKind.SWING_HUMIDITY: say("humidity swings too much"),
    AlarmKind.FROZEN: say("the sensor seems to be stuck"),
    AlarmKind.SILENT: say("the sensor is silent"),
}
STATES: Final = {
    AlarmState.RAISED: say("to be acknowledged"),
    AlarmState.ACKNOWLEDGED: say("acknowledged"),
    AlarmState.GONE: say("gone, to be acknowledged"),
    AlarmState.CLOSED: say("over"),
}
STOCKS: Final = {
    Stock.PAPER: say("paper"),
    Stock.SPECIAL: say("special collections"),
    Stock.TAPE: say("tapes"),
    Stock.FILM_COPIES: say("film, copies"),
    Stock.FILM_MASTERS: say("film, masters"),
}


def alarm_in_words(alarm: Alarm) -> Message:
    """Return what an alarm says: where, what, and the value against its limit."""
    what = KINDS[alarm.kind]
    if alarm.kind is AlarmKind.SILENT or alarm.limit is None:
        return say("{sensor} ({room}): {what}", sensor=alarm.sensor, room=alarm.room, what=what)
    if alarm.kind is AlarmKind.FROZEN or alarm.value is None:
        hours = f"{alarm.limit:g}"
        return say(
            "{sensor} ({room}): {what}, no digit changed for {hours} h",
            sensor=alarm.sensor,
            room=alarm.room,
            what=what,
            hours=hours,
        )
    unit = "°C" if alarm.kind.is_of_temperature else "%"
    sign = "±" if alarm.kind in (AlarmKind.SWING_TEMPERATURE, AlarmKind.SWING_HUMIDITY) else ""
    return say(
        "{sensor} ({room}): {what}, {value}, limit {limit}",
        sensor=alarm.sensor,
        room=alarm.room,
        what=what,
        value=f"{sign}{alarm.value:g} {unit}",
        limit=f"{sign}{alarm.limit:g} {unit}",
    )


def limits_in_words(limits: Limits) -> Message:
    """Return limits as one phrase, with whose they are."""
    figures = {
        "degrees": f"{limits.least_c:g}-{limits.most_c:g} °C",
        "percents": f"{limits.least_percent:g}-{limits.most_percent:g} %",
        "swing": f"±{limits.swing_c:g} °C, ±{limits.swing_percent:g} %",
    }
    if limits.is_changed:
        return say("{stock}, changed: {degrees}, {percents}, a day {swing}", stock=STOCKS[limits.stock], **figures)
    return say("{stock}: {degrees}, {percents}, a day {swing}", stock=STOCKS[limits.stock], **figures)


def age_in_words(age_s: float) -> Message:
    """Return an age in the largest unit that says enough."""
    if age_s < 120:
        return say("{count} s", count=round(age_s))
    if age_s < 7200:
        return say("{count} min", count=round(age_s / 60))
    return say("{count} h", count=round(age_s / 3600))
