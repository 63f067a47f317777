"""`aisle stop`: loaded without anything else of the aisles, because a stop waits for nothing."""

from __future__ import annotations

from archroom.cli.arguments import Commands, whole_number
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.core.stop_reports import StopReport
from archroom.errors import Message, ShelvingError, say
from archroom.texts import render, tr

_MOST_BLOCKS = 99


def add_commands(commands: Commands) -> None:
    """Add the command alone, for a command line that names it."""
    add_stop(aisle_group(commands))


def aisle_group(commands: Commands) -> Commands:
    """Add the group of the aisles' commands."""
    return commands.group("aisle", say("Look at, move and stop the mobile shelving."))


def add_stop(group: Commands) -> None:
    """Add the command to its group."""
    stop = group.add("stop", say("Stop one block or all, now."), "archroom aisle stop", _stop)
    stop.add_argument(
        "block", nargs="?", type=whole_number(1, _MOST_BLOCKS), metavar="BLOCK", help=tr("block (default: all)")
    )


def _stop(job: Job) -> int:
    reports = job.house.stopper.stop(job.performer, job.args.block)
    is_stopped = bool(reports) and all(report.is_sent and report.is_standstill_seen for report in reports)
    shapes: list[Json] = [
        {
            "block": report.block,
            "sent": report.is_sent,
            "standstill": report.is_standstill_seen,
            "path": report.path,
            "message": render(_stop_message(report)),
        }
        for report in reports
    ]
    job.output.result({"ok": is_stopped, "blocks": shapes}, [render(_stop_message(report)) for report in reports])
    return 0 if is_stopped else ShelvingError.exit_code


def _stop_message(report: StopReport) -> Message:
    if report.is_sent and report.is_standstill_seen:
        return say("Block {block} stands still.", block=report.block)
    why = report.reason or say("no answer")
    if report.is_sent:
        return say("Block {block}: STOP was sent, standstill was not seen: {why}", block=report.block, why=why)
    return say("Block {block}: STOP could not be sent: {why} Use its emergency stop.", block=report.block, why=why)
