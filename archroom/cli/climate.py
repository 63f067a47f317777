"""`climate`: temperature and humidity now and in the past, limits, and alarms that somebody acknowledges.

A value that is not fresh is never printed in the place of one that is; how old it is stands beside it.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from archroom.cli.arguments import Commands, iso_date, whole_number
from archroom.cli.climate_shapes import (
    alarm_line,
    alarm_shape,
    limits_shape,
    sensor_line,
    sensor_shape,
    span_line,
    span_shape,
)
from archroom.cli.job import Job
from archroom.core.acts import Performer
from archroom.core.cleaning import MAX_LINE, clean
from archroom.core.climate import Stock
from archroom.core.climate_history import Span
from archroom.errors import UsageError, say
from archroom.services.climate_words import limits_in_words
from archroom.texts import render, tr

_MOST_ALARMS: Final = 999_999_999
_FIGURE: Final = r"-?[0-9]{1,3}(?:\.[0-9]{1,2})?"
_DAY: Final = timedelta(days=1)


def add_commands(commands: Commands) -> None:
    """Add the commands of the climate."""
    group = commands.group("climate", say("Watch temperature and humidity of the rooms."), _now)
    group.add(
        "now", say("Say what each sensor reads, how old that is, and which alarms stand."), "archroom climate now", _now
    )
    history = group.add(
        "history",
        say("Print what a sensor has read, of the last 24 hours or of other days."),
        "archroom climate history --sensor depot --from 2026-11-01 --csv november.csv",
        _history,
    )
    history.add_argument("--sensor", metavar="NAME", required=True, help=tr("name of the sensor, as in the settings"))
    history.add_argument("--from", dest="first", metavar="DATE", type=iso_date, help=tr("first day"))
    history.add_argument("--to", dest="last", metavar="DATE", type=iso_date, help=tr("last day (default: today)"))
    history.add_argument("--csv", metavar="FILE", help=tr("write CSV into a new file, or to standard output if it is -"))
    limits = group.group("limits", say("Show or change within what the climate of a room should stay."), _limits)
    limits.add("show", say("Show the limits of each room."), "archroom climate limits show", _limits)
    _add_setting(limits)
    acknowledge = group.add(
        "ack",
        say("Acknowledge an alarm, with a note of what was found or done."),
        "archroom climate ack 3 --by 'Ann Lee' --note 'Door stood open, closed it'",
        _acknowledge,
    )
    acknowledge.add_argument("alarm", metavar="ALARM", type=whole_number(1, _MOST_ALARMS), help=tr("number of the alarm"))
    acknowledge.add_argument("--by", metavar="NAME", required=True, help=tr("who acknowledges it"))
    acknowledge.add_argument("--note", metavar="TEXT", required=True, help=tr("what was found or done"))


def _add_setting(limits: Commands) -> None:
    setting = limits.add(
        "set",
        say("Change the limits of a room, to those of a kind of stock or to figures of the house."),
        "archroom climate limits set --room R1 --stock film_masters --humidity 33..40",
        _set_limits,
    )
    setting.add_argument("--room", metavar="ROOM", required=True, help=tr("room, as in the settings of its sensor"))
    stocks = [stock.value for stock in Stock]
    setting.add_argument("--stock", choices=stocks, metavar="STOCK", help=tr("one of: {stocks}", stocks=", ".join(stocks)))
    setting.add_argument("--temperature", metavar="LOW..HIGH", type=_two_figures, help=tr("from and to, °C"))
    setting.add_argument(
        "--humidity", metavar="LOW..HIGH", type=_two_figures, help=tr("from and to, percent of relative humidity")
    )
    setting.add_argument("--swing-temperature", metavar="C", type=_figure, help=tr("swing of a day either way, °C"))
    setting.add_argument("--swing-humidity", metavar="PERCENT", type=_figure, help=tr("swing of a day either way, percent"))
    setting.add_argument(
        "--stuck-hours",
        metavar="HOURS",
        type=whole_number(1, 24),
        help=tr("hours without a changed digit until a sensor is stuck"),
    )


def _now(job: Job) -> int:
    view = job.house.climate.view()
    lines = [render(sensor_line(sensor)) for sensor in view.sensors]
    lines += [render(alarm_line(alarm)) for alarm in view.waiting]
    lines += [render(alarm_line(alarm)) for alarm in view.alarms if alarm.acknowledged is not None and alarm.is_standing]
    shape = {
        "sensors": [sensor_shape(sensor) for sensor in view.sensors],
        "alarms": [alarm_shape(alarm) for alarm in view.alarms],
    }
    job.output.result(shape, lines)
    return 0


def _history(job: Job) -> int:
    from_s, to_s = _while(job.args)
    spans = job.house.climate.history(job.args.sensor, from_s, to_s)
    if job.args.csv is None:
        found = list(spans)
        shape = {"sensor": job.args.sensor, "spans": [span_shape(span) for span in found]}
        job.output.result(shape, (render(span_line(span)) for span in found))
        return 0
    if job.output.is_json:
        raise UsageError(say("--csv and --json are two ways to say the same: choose one."))
    _write_csv(job, spans)
    return 0


def _write_csv(job: Job, spans: Iterable[Span]) -> None:
    from archroom.exchange.climate_csv import csv_lines

    lines = csv_lines(job.args.sensor, spans)
    if job.args.csv == "-":
        for line in lines:
            job.output.line(line)
        return
    path = Path(job.args.csv)
    count = _written(path, list(lines))
    job.output.note(say("{file}: rows written: {count}.", file=str(path), count=count - 1))


def _written(path: Path, lines: list[str]) -> int:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.writelines(f"{line}\r\n" for line in lines)
    except FileExistsError:
        raise UsageError(say("{file} is there already; it is left as it is.", file=str(path))) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or ""
        raise UsageError(say("{file} cannot be written: {reason}.", file=str(path), reason=reason)) from None
    return len(lines)


def _limits(job: Job) -> int:
    rooms = {sensor.room: sensor.limits for sensor in job.house.climate.view().sensors}
    shape = {"rooms": {room: limits_shape(limits) for room, limits in rooms.items()}}
    job.output.result(
        shape, [tr("{word}: {what}", word=room, what=limits_in_words(limits)) for room, limits in rooms.items()]
    )
    return 0


def _set_limits(job: Job) -> int:
    stock = None if job.args.stock is None else Stock(job.args.stock)
    changes = _changes(job.args)
    if stock is None and not changes:
        raise UsageError(say("Nothing is to be changed: name a stock or a figure."))
    answer = job.house.climate.set_limits(job.performer, job.args.room, stock, changes)
    shape = {"room": job.args.room, "limits": limits_shape(answer.limits), "recorded": answer.is_recorded}
    job.output.result(shape | {"message": render(answer.message)}, [render(answer.message)])
    return 0


def _acknowledge(job: Job) -> int:
    performer = Performer(clean(job.args.by, MAX_LINE), job.performer.terminal)
    answer = job.house.climate.acknowledge(performer, job.args.alarm, job.args.note)
    shape = {"alarm": None if answer.alarm is None else alarm_shape(answer.alarm), "recorded": answer.is_recorded}
    job.output.result(shape | {"message": render(answer.message)}, [render(answer.message)])
    return 0


def _changes(args: argparse.Namespace) -> dict[str, float]:
    """Return the fields of `Limits` that are to be changed."""
    pairs = {"c": args.temperature, "percent": args.humidity}
    changes = {f"{end}_{unit}": pair[at] for unit, pair in pairs.items() if pair for at, end in enumerate(("least", "most"))}
    single = {"swing_c": args.swing_temperature, "swing_percent": args.swing_humidity, "frozen_hours": args.stuck_hours}
    return changes | {name: value for name, value in single.items() if value is not None}


def _while(args: argparse.Namespace) -> tuple[int, int]:
    """Return begin and end of what was asked for, in seconds of UTC: whole local days, else the last 24 h."""
    now = datetime.now(UTC).astimezone()
    if args.first is None and args.last is None:
        return int(time.time()) - 86_400, int(time.time()) + 1
    last = args.last or now.date()
    first = args.first or last
    if first > last:
        raise UsageError(say("--from lies after --to."))
    begin, end = (datetime(day.year, day.month, day.day).astimezone() for day in (first, last + _DAY))
    return int(begin.timestamp()), int(end.timestamp())


def _figure(text: str) -> float:
    if re.fullmatch(_FIGURE, text):
        return float(text)
    raise argparse.ArgumentTypeError(tr("{text} is not a number with at most two decimals", text=text[:40]))


def _two_figures(text: str) -> tuple[float, float]:
    found = re.fullmatch(rf"({_FIGURE})\.\.({_FIGURE})", text)
    if found is None:
        raise argparse.ArgumentTypeError(tr("{text} is not two numbers; write them as 14..24", text=text[:40]))
    return float(found[1]), float(found[2])
