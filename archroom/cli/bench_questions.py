"""`shelving scan`, `shelving read` and `shelving write`: single questions of a technician, refused while something moves."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands, Parser, whole_number
from archroom.cli.bench import add_bus, bench_of
from archroom.core.bench import OneValue, Table, word_in
from archroom.core.sensors import MAX_UNIT
from archroom.errors import ShelvingError, UsageError, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.cli.job import Job
    from archroom.cli.output import Json


def add_commands(group: Commands) -> None:
    """Add the questions to `shelving`."""
    scan = group.add(
        "scan",
        say("Ask at each unit of a bus whether somebody answers; only reads, and refused while something moves."),
        "archroom shelving scan 1 --from 1 --to 20",
        _scan,
    )
    add_bus(scan)
    unit = whole_number(1, MAX_UNIT)
    scan.add_argument("--from", type=unit, default=1, dest="first", metavar="UNIT", help=tr("the first unit"))
    scan.add_argument("--to", type=unit, default=MAX_UNIT, dest="last", metavar="UNIT", help=tr("the last unit"))
    read = group.add(
        "read",
        say("Read one register or bit of a unit; refused while something moves."),
        "archroom shelving read 1 3 holding 0x0100",
        _read,
    )
    _add_place(read)
    write = group.add(
        "write",
        say("Write one register or bit that the unit's profile declares as a parameter; never what moves steel."),
        "archroom shelving write 1 101 holding 0x0103 5 --by 'Ann Lee'",
        _write,
    )
    _add_place(write)
    write.add_argument("value", type=_number, metavar="VALUE", help=tr("what is written: 12 or 0x000C"))
    write.add_argument("--by", metavar="NAME", required=True, help=tr("who says so"))


def _add_place(parser: Parser) -> None:
    parser.add_argument("bus", type=whole_number(1, 99), metavar="BUS", help=tr("number of the bus"))
    parser.add_argument("unit", type=whole_number(1, MAX_UNIT), metavar="UNIT", help=tr("the unit"))
    parser.add_argument("table", choices=[table.value for table in Table], metavar="TABLE", help=_TABLES)
    parser.add_argument("address", type=_number, metavar="ADDRESS", help=tr("at the wire, from 0: 256 or 0x0100"))


_TABLES = ", ".join(table.value for table in Table)


def _number(text: str) -> int:
    number = word_in(text)
    if number is None:
        raise argparse.ArgumentTypeError(tr("{text} is not a number of 16 bits, as 256 or 0x0100", text=text[:40]))
    return number


def _scan(job: Job) -> int:
    bench, first, last = bench_of(job), job.args.first, job.args.last
    if first > last:
        raise UsageError(say("--from lies after --to."))
    found: list[Json] = []
    with job.output.progress(say("Asking")) as advance:
        for number, unit in enumerate(range(first, last + 1), 1):
            answer = bench.probe(job.args.bus, unit)
            advance(number)
            if answer is None:
                continue
            found.append({"unit": unit, "what": render(answer.what), "controller": answer.is_controller})
            if not job.output.is_json:
                job.output.line(tr("unit {unit}  {what}", unit=unit, what=render(answer.what)))
    if job.output.is_json:
        job.output.object_line({"bus": job.args.bus, "from": first, "to": last, "found": found})
    else:
        job.output.note(say("Units asked: {asked}; found: {found}.", asked=last - first + 1, found=len(found)))
    return 0


def _read(job: Job) -> int:
    value = bench_of(job).read_one(job.args.bus, job.args.unit, Table(job.args.table), job.args.address)
    return _told(job, value)


def _write(job: Job) -> int:
    args = job.args
    value = bench_of(job).write_one(args.bus, args.unit, Table(args.table), args.address, args.value, args.by)
    code = _told(job, value)
    if not value.is_as_written:
        job.output.note(say("It does not give back what was written: it may take effect later, or not at all."))
        return ShelvingError.exit_code
    return code


def _told(job: Job, value: OneValue) -> int:
    shape: dict[str, Json] = {
        "unit": value.unit,
        "table": value.table.value,
        "address": value.address,
        "value": value.value,
        "as_written": value.is_as_written,
    }
    job.output.result(shape, [f"{value.table.value} 0x{value.address:04X}  {value.value}  0x{value.value:04X}"])
    return 0
