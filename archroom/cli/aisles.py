"""`aisle status`, `aisle open`, `aisle stop`: the mobile shelving without a screen.

`open` stays in the foreground until the outcome is known. Its question is answered by the number of the aisle that closes
and by nothing else. Ctrl-C sends STOP and waits for the outcome; a second one leaves.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO

from archroom.cli.arguments import Commands, whole_number
from archroom.cli.job import Job
from archroom.cli.output import Json, Output
from archroom.core.acts import Performer
from archroom.core.cleaning import clean
from archroom.core.shelving import BlockView, ControllerState, OutcomeKind, StopReport, Ticket, Trust
from archroom.errors import ArchroomError, Message, PortUnavailable, ShelvingError, UsageError, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.services.aisles import Aisles

_SHOWN_EVERY_S = 1.0
_LONGEST_ANSWER = 64
_MOST_AISLES = 99


def add_commands(commands: Commands) -> None:
    """Add the commands of the aisles."""
    group = commands.group("aisle", say("Look at, open and stop the mobile shelving."))
    group.add("status", say("Say how each block stands, as its controller reports."), "archroom aisle status", _status)
    opening = group.add(
        "open",
        say("Open an aisle, once a person says that the one which closes is clear."),
        "archroom aisle open 1/3 --clear 1 --by 'Ann Lee'",
        _open,
    )
    which = opening.add_mutually_exclusive_group(required=True)
    which.add_argument("aisle", nargs="?", metavar="BLOCK/N", help=tr("block and aisle"))
    which.add_argument("--for", dest="for_code", metavar="CODE", help=tr("the aisle in which this thing or shelf stands"))
    opening.add_argument(
        "--clear",
        type=whole_number(0, _MOST_AISLES),
        metavar="AISLE",
        help=tr("the aisle that somebody has just seen to be clear; without it the question is asked"),
    )
    opening.add_argument("--by", metavar="NAME", help=tr("who has seen it"))
    stop = group.add("stop", say("Stop one block or all, now."), "archroom aisle stop", _stop)
    stop.add_argument(
        "block", nargs="?", type=whole_number(1, _MOST_AISLES), metavar="BLOCK", help=tr("block (default: all)")
    )


def _status(job: Job) -> int:
    views = job.house.aisles.views()
    if not job.settings.config.buses:
        raise PortUnavailable(say("No shelving is connected to this machine."))
    job.output.result({"blocks": [_view_shape(view) for view in views]}, [render(_view_message(view)) for view in views])
    return 0


def _open(job: Job) -> int:
    if job.args.clear is not None and job.args.by is None:
        raise UsageError(say("--clear needs --by NAME: who has seen that the aisle is clear?"))
    aisles = job.house.aisles
    block, aisle = aisles.aisle_named(job.args.aisle) if job.args.aisle else aisles.aisle_for(job.args.for_code)
    performer = job.performer if job.args.by is None else Performer(clean(job.args.by, 100), job.performer.terminal)
    closes: list[int | None] = [None]

    def confirm(ticket: Ticket) -> int | None:
        closes[0] = ticket.closes
        clear: int | None = job.args.clear
        return clear if clear is not None else _asked(ticket, job.stdin, job.output)

    with _stopping_on_interrupt(aisles, performer, block, job.output):
        outcome = aisles.open(performer, block, aisle, confirm, _Narration(job.output))
    shape: dict[str, Json] = {"block": block, "aisle": aisle, "closes": closes[0], "outcome": outcome.kind.value}
    shape["message"] = render(outcome.reason)
    if outcome.kind is OutcomeKind.DONE:
        job.output.result(shape, [render(outcome.reason)])
        return 0
    job.output.result({"error": f"motion_{outcome.kind.value}", **shape, "exit": ShelvingError.exit_code}, ())
    if not job.output.is_json:
        job.output.note(say("archroom: {outcome}: {reason}", outcome=_OUTCOMES[outcome.kind], reason=outcome.reason))
    return ShelvingError.exit_code


def _stop(job: Job) -> int:
    reports = job.house.aisles.stop(job.performer, job.args.block)
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


def _asked(ticket: Ticket, stdin: BinaryIO, output: Output) -> int | None:
    """Ask for the number of the aisle that closes (of the one that opens, where none closes); anything else is no."""
    carriages = " ".join(map(str, ticket.moving_carriages))
    if ticket.closes is None:
        output.note(
            say(
                "Aisle {opens} of block {block} opens; carriages that move: {carriages}.",
                opens=ticket.opens,
                block=ticket.block,
                carriages=carriages,
            )
        )
        output.note(say("Nobody near them? Type the number of the aisle that opens, then Enter. Anything else: no."))
    else:
        output.note(
            say(
                "Aisle {opens} of block {block} opens and aisle {closes} closes; carriages that move: {carriages}.",
                opens=ticket.opens,
                block=ticket.block,
                closes=ticket.closes,
                carriages=carriages,
            )
        )
        output.note(say("Look into the aisle that closes. Nobody in it? Type its number, then Enter. Anything else: no."))
    typed = stdin.readline(_LONGEST_ANSWER).strip()
    return int(typed) if typed.isdigit() and len(typed) <= 3 else None


class _Narration:
    """Tells views on stderr as they come: each change at once, positions once a second."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._told: tuple[object, ...] = ()
        self._told_at = 0.0

    def __call__(self, view: BlockView) -> None:
        state = view.status.state if view.status else None
        essence = (view.trust, state, view.aisles, view.why_not)
        now = time.monotonic()
        if essence != self._told or now - self._told_at >= _SHOWN_EVERY_S:
            self._told, self._told_at = essence, now
            self._output.note(_view_message(view))


@contextmanager
def _stopping_on_interrupt(aisles: Aisles, performer: Performer, block: int, output: Output) -> Iterator[None]:
    """Let the first Ctrl-C send STOP beside the watching, which then sees how the motion ends; the second breaks off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def send() -> None:
        try:
            aisles.stop(performer, block)
        except ArchroomError as error:
            output.note(error.message)

    def interrupted(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        output.note(say("STOP is sent; waiting for the outcome. Ctrl-C again leaves."))
        threading.Thread(target=send, daemon=True).start()

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _view_shape(view: BlockView) -> dict[str, Json]:
    status, identity = view.status, view.identity
    return {
        "block": view.block,
        "trust": view.trust.value,
        "age_s": None if view.age_s is None else round(view.age_s, 3),
        "kind": identity.kind.name.lower() if identity else None,
        "state": status.state.name.lower() if status else None,
        "mode": status.mode.name.lower() if status else None,
        "faults": [fault.name.lower() for fault in status.faults if fault.name] if status else [],
        "aisles": {str(aisle): state.value for aisle, state in view.aisles},
        "open": list(view.open_aisles()),
        "positions_mm": list(status.positions_mm) if status else [],
        "movable": view.is_movable,
        "why_not": render(view.why_not) if view.why_not else None,
        "motion": view.motion,
    }


def _view_message(view: BlockView) -> Message:
    """Return one line on a block: what the controller reports, how old it is, and why it could not be moved."""
    if view.trust is not Trust.GOOD or view.status is None:
        why = view.why_not or say("nothing is known of it")
        return say("Block {block}: {trust}. {why}", block=view.block, trust=_TRUST[view.trust], why=why)
    open_aisles = " ".join(map(str, view.open_aisles()))
    line = say(
        "Block {block}: {state}, {open}, carriages at {positions} mm, {age} s old",
        block=view.block,
        state=_STATES[view.status.state],
        open=say("open aisle {aisles}", aisles=open_aisles) if open_aisles else say("no aisle open"),
        positions=" ".join(map(str, view.status.positions_mm)),
        age=f"{view.age_s or 0.0:.1f}",
    )
    return say("{line}. {why}", line=line, why=view.why_not) if view.why_not else say("{line}.", line=line)


def _stop_message(report: StopReport) -> Message:
    if report.is_sent and report.is_standstill_seen:
        return say("Block {block} stands still.", block=report.block)
    why = report.reason or say("no answer")
    if report.is_sent:
        return say("Block {block}: STOP was sent, standstill was not seen: {why}", block=report.block, why=why)
    return say("Block {block}: STOP could not be sent: {why} Use its emergency stop.", block=report.block, why=why)


_STATES = {
    ControllerState.STARTING: say("starting"),
    ControllerState.IDLE: say("at rest"),
    ControllerState.SELECTED: say("ready to move"),
    ControllerState.WARNING: say("about to move"),
    ControllerState.MOVING: say("moving"),
    ControllerState.STOPPING: say("stopping"),
    ControllerState.FAULTED: say("fault"),
}
_TRUST = {
    Trust.GOOD: say("known"),
    Trust.STALE: say("not fresh"),
    Trust.UNKNOWN: say("unknown"),
    Trust.LOST: say("no answer"),
}
_OUTCOMES = {
    OutcomeKind.DONE: say("open"),
    OutcomeKind.REFUSED: say("refused"),
    OutcomeKind.ABORTED: say("stopped"),
    OutcomeKind.UNKNOWN: say("unknown"),
}
