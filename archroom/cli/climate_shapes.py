"""The climate as JSON shapes and plain lines, as docs/command-line.md lists them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from archroom.cli.output import Json
from archroom.core.climate import Alarm, Freshness, Limits, RawValues, Sample, SensorView
from archroom.core.climate_history import Span
from archroom.errors import Message, say
from archroom.services.climate_words import STATES, age_in_words, alarm_in_words


def sensor_shape(view: SensorView) -> dict[str, Json]:
    """Return what may be shown of a sensor: its values only while they are fresh, the last ones with their time."""
    is_live = view.freshness is Freshness.LIVE and view.sample is not None
    return {
        "name": view.name,
        "room": view.room,
        "freshness": view.freshness.value,
        "age_s": None if view.age_s is None else round(view.age_s, 1),
        "temperature_c": view.sample.temperature_c if is_live and view.sample else None,
        "humidity_percent": view.sample.humidity_percent if is_live and view.sample else None,
        "last": None if view.sample is None else _sample_shape(view.sample),
        "swing_c": _rounded(view.swing_c),
        "swing_percent": _rounded(view.swing_percent),
        "limits": limits_shape(view.limits),
        "problem": None if view.problem is None else view.problem.english(),
        "raw": None if view.raw is None else asdict(view.raw),
    }


def limits_shape(limits: Limits | None) -> dict[str, Json]:
    """Return limits by the names of their fields."""
    return {} if limits is None else {**asdict(limits), "stock": limits.stock.value, "changed": limits.is_changed}


def alarm_shape(alarm: Alarm) -> dict[str, Json]:
    """Return an alarm with who has acknowledged it."""
    acknowledged = alarm.acknowledged
    return {
        "number": alarm.number,
        "sensor": alarm.sensor,
        "room": alarm.room,
        "kind": alarm.kind.value,
        "state": alarm.state.value,
        "raised": _stamp(alarm.raised_at_s),
        "gone": None if alarm.gone_at_s is None else _stamp(alarm.gone_at_s),
        "value": alarm.value,
        "limit": alarm.limit,
        "times": alarm.times,
        "by": acknowledged.by if acknowledged else None,
        "note": acknowledged.note if acknowledged else None,
        "acknowledged": _stamp(acknowledged.at_s) if acknowledged else None,
    }


def span_shape(span: Span) -> dict[str, Json]:
    """Return a span with its begin as a time."""
    figures = {name: value for name, value in asdict(span).items() if name != "at_s"}
    return {"begin": _stamp(span.at_s), **figures}


def sensor_line(view: SensorView) -> Message:
    """Return one line on a sensor."""
    where = {"name": view.name, "room": view.room}
    if view.freshness is Freshness.UNCONFIRMED:
        return _unconfirmed(view)
    if view.sample is None:
        why = view.problem or say("it was never read")
        return say("{name} ({room}): not known: {why}", why=why, **where)
    values = _values(view.sample.temperature_c, view.sample.humidity_percent)
    age = age_in_words(view.age_s or 0.0)
    if view.freshness is not Freshness.LIVE:
        line = say("{name} ({room}): not known now; {age} ago it was {values}", age=age, values=values, **where)
        return say("{line}. {why}", line=line, why=view.problem) if view.problem else say("{line}.", line=line)
    if view.swing_c is None or view.swing_percent is None:
        return say("{name} ({room}): {values}, {age} old.", values=values, age=age, **where)
    return say(
        "{name} ({room}): {values}, {age} old; a day's swing ±{swing_c} °C, ±{swing_percent} %.",
        values=values,
        age=age,
        swing_c=f"{view.swing_c:.1f}",
        swing_percent=f"{view.swing_percent:.1f}",
        **where,
    )


def alarm_line(alarm: Alarm) -> Message:
    """Return one line on an alarm."""
    since = f"{datetime.fromtimestamp(alarm.raised_at_s, UTC).astimezone():%Y-%m-%d %H:%M}"
    return say(
        "Alarm {number}, {state}, since {since}: {what}",
        number=alarm.number,
        state=STATES[alarm.state],
        since=since,
        what=alarm_in_words(alarm),
    )


def span_line(span: Span) -> Message:
    """Return one line on a span, at this machine's time."""
    return say(
        "{at}  {degrees} °C  {percents} %  readings: {count}",
        at=f"{datetime.fromtimestamp(span.at_s, UTC).astimezone():%Y-%m-%d %H:%M}",
        degrees=_three(span.least_c, span.mean_c, span.most_c),
        percents=_three(span.least_percent, span.mean_percent, span.most_percent),
        count=span.count,
    )


def _unconfirmed(view: SensorView) -> Message:
    where = {"name": view.name, "room": view.room}
    if view.raw is None:
        why = view.problem or say("it was never read")
        return say("{name} ({room}): its scale is not confirmed, and {why}", why=why, **where)
    return say(
        "{name} ({room}): tells {temperature} and {humidity}: {tenths} with scale = 10, {hundredths} with scale = 100. "
        "Compare with a thermometer.",
        temperature=view.raw.temperature,
        humidity=view.raw.humidity,
        tenths=_scaled(view.raw, 10),
        hundredths=_scaled(view.raw, 100),
        **where,
    )


def _scaled(raw: RawValues, scale: int) -> Message:
    return _values(raw.temperature / scale, raw.humidity / scale)


def _values(degrees: float, percents: float) -> Message:
    return say("{degrees} °C, {percents} %", degrees=f"{degrees:g}", percents=f"{percents:g}")


def _three(least: float, mean: float, most: float) -> str:
    return f"{mean:.1f}" if least == most else f"{least:.1f} {mean:.1f} {most:.1f}"


def _sample_shape(sample: Sample) -> dict[str, Json]:
    return {
        "at": _stamp(sample.at_s),
        "temperature_c": sample.temperature_c,
        "humidity_percent": sample.humidity_percent,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _stamp(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()
