"""`shelving counters` and `shelving monitor`: what a technician sees of the buses. Looking changes nothing."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands, Parser, whole_number
from archroom.cli.frame_file import FrameFile, frame_shape
from archroom.core.bench import is_with
from archroom.core.line_counters import UnitCounters, likely_causes
from archroom.core.sensors import MAX_UNIT
from archroom.errors import say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.cli.job import Job
    from archroom.cli.output import Json
    from archroom.core.bench import Bench, BusCounts, SeenFrame, SeenFrames

MOST_BUSES = 99


def add_commands(group: Commands) -> None:
    """Add the commands of the bench to `shelving`."""
    group.add(
        "counters",
        say("Count what each unit of the buses answered, and say what to look at where something is wrong."),
        "archroom shelving counters",
        _counters,
    )
    monitor = group.add(
        "monitor",
        say("Show the frames of a bus as they pass, until interrupted; sends nothing."),
        "archroom shelving monitor 1 --unit 3 --errors",
        _monitor,
    )
    add_bus(monitor)
    monitor.add_argument("--unit", type=whole_number(0, MAX_UNIT), metavar="N", help=tr("frames of one unit only"))
    monitor.add_argument("--with", metavar="TEXT", dest="text", default="", help=tr("only with a text, or bytes as: 01 03"))
    monitor.add_argument("--errors", action="store_true", help=tr("only what is wrong"))
    monitor.add_argument(
        "--record", metavar="FILE", help=tr("write every frame into a new file too, one JSON object a line")
    )
    monitor.add_argument(
        "--for", type=whole_number(1, 86_400), dest="seconds", metavar="S", help=tr("end by itself after so many seconds")
    )


def add_bus(parser: Parser) -> None:
    """Add the bus, by its number."""
    parser.add_argument(
        "bus",
        type=whole_number(1, MOST_BUSES),
        metavar="BUS",
        nargs="?",
        default=1,
        help=tr("number of the bus, as `shelving counters` tells it (default: 1)"),
    )


def bench_of(job: Job) -> Bench:
    """Return the bench of this machine; raises PortUnavailable if no shelving is connected."""
    return job.house.bench.connected()


def _counters(job: Job) -> int:
    buses = bench_of(job).counters()
    lines = [line for bus in buses for line in counter_lines(bus)]
    job.output.result({"buses": [_bus_shape(bus) for bus in buses]}, lines)
    return 0


def counter_lines(bus: BusCounts) -> list[str]:
    """Return the counters of a bus in lines."""
    lines = [
        tr(
            "Bus {number}  {url}  opened {openings}, bytes of noise {noise}",
            number=bus.number,
            url=bus.url,
            openings=bus.openings,
            noise=bus.noise_bytes,
        )
    ]
    if bus.problem is not None:
        lines.append(f"  {render(bus.problem)}")
    if bus.foreign_frames:
        lines.append(f"  {render(bus.foreign)}")
    for unit, counters in sorted(bus.units.items()):
        lines.append(f"  {_unit_line(unit, counters)}")
        lines += [f"    {render(cause.sentence)}" for cause in likely_causes(unit, bus.units)]
    return lines


def _unit_line(unit: int, counters: UnitCounters) -> str:
    return tr(
        "unit {unit}  sent {sent}  matched {matched}  exceptions {exceptions}  silent {silent}  CRC {crc}  "
        "strange {strange}  late {late}  first byte {first}",
        unit=unit,
        sent=counters.sent,
        matched=counters.matched,
        exceptions=counters.exceptions,
        silent=counters.silent,
        crc=counters.crc,
        strange=counters.strange,
        late=counters.late,
        first=counters.first_byte,
    )


def _bus_shape(bus: BusCounts) -> dict[str, Json]:
    return {
        "number": bus.number,
        "url": bus.url,
        "problem": None if bus.problem is None else render(bus.problem),
        "openings": bus.openings,
        "noise_bytes": bus.noise_bytes,
        "foreign_frames": bus.foreign_frames,
        "blocks": {str(block): unit for block, unit in bus.blocks.items()},
        "units": [_unit_shape(unit, counters, bus) for unit, counters in sorted(bus.units.items())],
    }


def _unit_shape(unit: int, counters: UnitCounters, bus: BusCounts) -> dict[str, Json]:
    return {
        "unit": unit,
        "sent": counters.sent,
        "matched": counters.matched,
        "exceptions": counters.exceptions,
        "silent": counters.silent,
        "crc": counters.crc,
        "strange": counters.strange,
        "late": counters.late,
        "first_byte": counters.first_byte,
        "kinds": dict(counters.kinds),
        "exception_codes": {str(code): count for code, count in counters.exception_codes.items()},
        "causes": [{"cause": cause.value, "sentence": render(cause.sentence)} for cause in likely_causes(unit, bus.units)],
    }


def _monitor(job: Job) -> int:
    bench, patience = bench_of(job), _Patience(job)
    shown = 0
    with ExitStack() as stack:
        record = None if job.args.record is None else stack.enter_context(closing(FrameFile(Path(job.args.record))))
        try:
            for seen in bench.watch(job.args.bus, patience.lasts):
                shown += _show(job, seen, record)
        except KeyboardInterrupt:
            pass
    job.output.note(say("Frames shown: {count}.", count=shown))
    return 0


class _Patience:
    """How long somebody watches, from when there is something to watch."""

    def __init__(self, job: Job) -> None:
        self._clock = job.house.clock
        self._seconds: int | None = job.args.seconds
        self._ends_s: float | None = None

    def lasts(self) -> bool:
        """Whether the watch goes on; the first question begins it."""
        if self._seconds is None:
            return True
        if self._ends_s is None:
            self._ends_s = self._clock.monotonic() + self._seconds
        return self._clock.monotonic() < self._ends_s


def _show(job: Job, seen: SeenFrames, record: FrameFile | None) -> int:
    if seen.lost:
        job.output.note(say("Frames missed, because this watcher was too slow: {count}.", count=seen.lost))
    if seen.problem is not None and not seen.frames:
        job.output.note(seen.problem)
    if record is not None:
        record.write(seen.frames)
    shown = 0
    for frame in seen.frames:
        if not _is_asked_for(job, frame):
            continue
        shown += 1
        if job.output.is_json:
            job.output.object_line(frame_shape(frame))
        else:
            job.output.line(frame_line(frame))
    return shown


def _is_asked_for(job: Job, frame: SeenFrame) -> bool:
    is_unit = job.args.unit is None or frame.unit == job.args.unit
    is_kind = frame.verdict.is_error or not job.args.errors
    return is_unit and is_kind and is_with(frame, render(frame.meaning), job.args.text)


def frame_line(frame: SeenFrame) -> str:
    """Return a frame as one line."""
    time = frame.at.astimezone().strftime("%H:%M:%S.%f")[:-3]
    way = "->" if frame.is_ours else "<-"
    unit = "---" if frame.unit is None else f"{frame.unit:3d}"
    function = "--" if frame.function is None else f"{frame.function:02d}"
    after = "" if frame.after_ms is None else f"{frame.after_ms} ms"
    return (
        f"{time} {way} {unit} {function} {frame.verdict.value:9} {after:>7}  {render(frame.meaning)}  {frame.hex}".rstrip()
    )
