"""`aisle open`, `close`, `ventilate`, `jog`, `lock`, `unlock`: what is done to the mobile shelving without a screen.

Each stays in the foreground until the outcome is known. Its question is answered by the number of every aisle that narrows,
and by nothing else. Ctrl-C sends STOP and waits for the outcome; a second one leaves.
"""

from __future__ import annotations

import argparse
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO

from archroom.cli.aisle_words import view_message
from archroom.cli.arguments import Commands, Parser, whole_number
from archroom.cli.claims import performer_named
from archroom.cli.job import Job
from archroom.cli.output import Json, Output, error_word
from archroom.core.acts import Performer
from archroom.core.shelving import Action, BlockView, OutcomeKind, Ticket, Wanted
from archroom.core.supervisor.plans import JOG_STEP_MM
from archroom.errors import ArchroomError, Message, NotArmed, ShelvingError, UsageError, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.services.aisles import Aisles

_SHOWN_EVERY_S = 1.0
_LONGEST_ANSWER = 160
_NUMBERS = re.compile("[0-9]{1,3}(?:[ ,]+[0-9]{1,3})*")


def add_actions(group: Commands) -> None:
    """Add the commands that change how the shelving stands."""
    opening = _add(
        group,
        Action.OPEN,
        say("Open an aisle, once a person says that the one which closes is clear."),
        "archroom aisle open 1/3 --clear 1 --by 'Ann Lee'",
    )
    which = opening.add_mutually_exclusive_group(required=True)
    which.add_argument("at", nargs="?", metavar="BLOCK/N", help=tr("block and aisle"))
    which.add_argument("--for", dest="for_code", metavar="CODE", help=tr("the aisle in which this thing or shelf stands"))
    closing = _add(
        group,
        Action.CLOSE,
        say("Close all aisles around one, towards an end that nobody can enter."),
        "archroom aisle close 1/3 --clear 3 --by 'Ann Lee'",
    )
    spreading = _add(
        group,
        Action.VENTILATE,
        say("Spread the carriages around an aisle evenly, so that air passes between them."),
        "archroom aisle ventilate 1/3 --clear 3 --by 'Ann Lee'",
    )
    for parser in (closing, spreading):
        parser.add_argument("at", metavar="BLOCK/N", help=tr("block and any aisle of the part that is meant"))
    jogging = _add(
        group,
        Action.JOG,
        say("Move one carriage a little, for a technician."),
        "archroom aisle jog 1/3 --towards low --mm 20 --clear 2 --by 'Ann Lee'",
    )
    jogging.add_argument("--towards", required=True, choices=("low", "high"), help=tr("low: towards carriage 1"))
    jogging.add_argument(
        "--mm", type=whole_number(1, JOG_STEP_MM), default=JOG_STEP_MM, metavar="MM", help=tr("how far, at most 50 mm")
    )
    locking = _add(
        group,
        Action.LOCK,
        say("Lock a carriage, so that it stands still until it is unlocked."),
        "archroom aisle lock 1/3 --clear 3 --by 'Ann Lee'",
    )
    unlocking = _add(
        group,
        Action.UNLOCK,
        say("Unlock a carriage, so that it can move again."),
        "archroom aisle unlock 1/3 --clear 3 --by 'Ann Lee'",
    )
    for parser in (jogging, locking, unlocking):
        parser.add_argument("at", metavar="BLOCK/N", help=tr("block and carriage"))


def _add(group: Commands, action: Action, sentence: Message, example: str) -> Parser:
    parser = group.add(action.value, sentence, example, lambda job: _carry_out(job, action))
    parser.add_argument(
        "--clear",
        type=_numbers,
        metavar="N[,N]",
        help=tr("the aisles that somebody has just seen to be clear, all that narrow; without it the question is asked"),
    )
    parser.add_argument("--by", metavar="NAME", help=tr("who has seen it"))
    if action.is_motion:
        parser.add_argument(
            "--attended-by",
            metavar="NAME",
            help=tr("who holds the shelving's own stop at the aisle, where somebody must; without it the question is asked"),
        )
    if action is not Action.LOCK:
        parser.add_argument(
            "--arm", action="store_true", help=tr("arm the block first if it is not armed; --by has looked at it")
        )
    return parser


def _numbers(text: str) -> tuple[int, ...]:
    if not _NUMBERS.fullmatch(text):
        raise argparse.ArgumentTypeError(tr("{text} are no numbers; write them as 1,3", text=text[:40]))
    return tuple(int(number) for number in re.findall("[0-9]+", text))


def _carry_out(job: Job, action: Action) -> int:
    if job.args.clear is not None and job.args.by is None:
        raise UsageError(say("--clear needs --by NAME: who has seen that the aisle is clear?"))
    may_arm = getattr(job.args, "arm", False)
    if may_arm and job.args.by is None:
        raise UsageError(say("--arm needs --by NAME: who has looked at the block?"))
    aisles = job.house.aisles
    block, wanted = _wanted(job, action)
    performer = job.performer if job.args.by is None else performer_named(job)
    narrows: list[Json] = []

    def confirm(ticket: Ticket) -> tuple[int, ...] | None:
        narrows.extend(ticket.narrows)
        clear: tuple[int, ...] | None = job.args.clear
        return clear if clear is not None else _asked(ticket, job.stdin, job.output)

    attendants: list[str] = []

    def attend(ticket: Ticket) -> str:
        named: str | None = job.args.attended_by
        attendants.append(named if named is not None else _asked_attendant(ticket, job.stdin, job.output))
        return attendants[0]

    unarmed: list[NotArmed] = []

    def arm(refusal: NotArmed) -> bool:
        if may_arm:
            job.output.note(job.house.claims.arm(performer, block).message)
        else:
            unarmed.append(refusal)
        return bool(may_arm)

    with _stopping_on_interrupt(aisles, performer, block, job.output):
        outcome = aisles.carry_out(
            performer, block, wanted, confirm, _Narration(job.output), offer_arming=arm, attend=attend
        )
    of = "carriage" if action.is_of_carriage else "aisle"
    shape: dict[str, Json] = {"action": action.value, "block": block, of: wanted.number, "narrows": narrows}
    shape |= {"attendant": attendants[0]} if attendants else {}
    shape |= {"outcome": outcome.kind.value, "message": render(outcome.reason)}
    if outcome.kind is OutcomeKind.DONE:
        job.output.result(shape, [render(outcome.reason)])
        return 0
    word = error_word(unarmed[0]) if unarmed else f"motion_{outcome.kind.value}"
    job.output.result({"error": word, **shape, "exit": ShelvingError.exit_code}, ())
    if not job.output.is_json:
        job.output.note(say("archroom: {outcome}: {reason}", outcome=_OUTCOMES[outcome.kind], reason=outcome.reason))
    return ShelvingError.exit_code


def _wanted(job: Job, action: Action) -> tuple[int, Wanted]:
    """Return the block, and what is wanted of it."""
    aisles = job.house.aisles
    if action is Action.OPEN and not job.args.at:
        block, number = aisles.aisle_for(job.args.for_code)
    else:
        block, number = (aisles.carriage_named if action.is_of_carriage else aisles.aisle_named)(job.args.at)
    if action is not Action.JOG:
        return block, Wanted(action, number)
    return block, Wanted(action, number, -job.args.mm if job.args.towards == "low" else job.args.mm)


def _asked(ticket: Ticket, stdin: BinaryIO, output: Output) -> tuple[int, ...] | None:
    """Say what would happen, and ask for the numbers that say yes; anything else is no."""
    output.note(_effect(ticket))
    output.note(_question(ticket))
    typed = stdin.readline(_LONGEST_ANSWER).strip().decode("ascii", "replace")
    return _numbers(typed) if _NUMBERS.fullmatch(typed) else None


def _asked_attendant(ticket: Ticket, stdin: BinaryIO, output: Output) -> str:
    """Ask who is at the aisle; nothing typed is nobody."""
    output.note(say("From here block {block} may not be stoppable while it moves.", block=ticket.block))
    output.note(
        say("A second person must hold the shelving's own stop at the aisle. Type their name, then Enter. Nothing: no.")
    )
    return stdin.readline(_LONGEST_ANSWER).decode("utf-8", "replace").strip()


def _effect(ticket: Ticket) -> Message:
    wanted, block = ticket.wanted, ticket.block
    carriages, closes = " ".join(map(str, ticket.moving_carriages)), ", ".join(map(str, ticket.narrows)) or "?"
    match wanted.action:
        case Action.OPEN if ticket.candidates:
            return say(
                "Aisle {opens} of block {block} opens. Its controller does not tell which aisle is open and will close.",
                opens=wanted.number,
                block=block,
            )
        case Action.OPEN if len(ticket.narrows) == 1:
            return say(
                "Aisle {opens} of block {block} opens and aisle {closes} closes; carriages that move: {carriages}.",
                opens=wanted.number,
                block=block,
                closes=closes,
                carriages=carriages,
            )
        case Action.OPEN:
            return say(
                "Aisle {opens} of block {block} opens and aisles {closes} close; carriages that move: {carriages}.",
                opens=wanted.number,
                block=block,
                closes=closes,
                carriages=carriages,
            )
        case Action.CLOSE:
            return say(
                "Block {block} closes up; aisles that close: {closes}; carriages that move: {carriages}.",
                block=block,
                closes=closes,
                carriages=carriages,
            )
        case Action.VENTILATE:
            return say(
                "Block {block} is spread for ventilation; aisles that narrow: {closes}; carriages that move: {carriages}.",
                block=block,
                closes=closes,
                carriages=carriages,
            )
        case Action.JOG:
            return say(
                "Carriage {carriage} of block {block} moves {distance} mm at most; the aisle that narrows: {closes}.",
                carriage=wanted.number,
                block=block,
                distance=abs(wanted.jog_mm),
                closes=closes,
            )
        case Action.LOCK:
            return say(
                "Carriage {carriage} of block {block} is locked, and stands still until it is unlocked.",
                carriage=wanted.number,
                block=block,
            )
        case Action.UNLOCK:
            return say(
                "Carriage {carriage} of block {block} is unlocked, and can move again.", carriage=wanted.number, block=block
            )


def _question(ticket: Ticket) -> Message:
    if ticket.wanted.action is Action.LOCK:
        return say("Type the number of the carriage, then Enter. Anything else: no.")
    if ticket.wanted.action is Action.UNLOCK:
        return say("Nobody works at it? Type the number of the carriage, then Enter. Anything else: no.")
    if ticket.candidates and ticket.wanted.action is Action.OPEN:
        return say(
            "Look which aisles other than {aisle} stand open, even a little. Nobody in any? Type all their numbers, then "
            "Enter. Anything else: no.",
            aisle=ticket.wanted.number,
        )
    if ticket.candidates:
        return say(
            "Look which aisles stand open, even a little. Nobody in any? Type all their numbers, then Enter. "
            "Anything else: no."
        )
    if len(ticket.narrows) == 1:
        return say("Look into the aisle that closes. Nobody in it? Type its number, then Enter. Anything else: no.")
    return say("Look into each aisle that closes. Nobody in any? Type all their numbers, then Enter. Anything else: no.")


class _Narration:
    """Tells views on stderr as they come: each change at once, positions once a second."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._told: tuple[object, ...] = ()
        self._told_at = 0.0

    def __call__(self, view: BlockView) -> None:
        state = view.status.state if view.status else None
        is_moving = view.plain.is_moving if view.plain else None
        essence = (view.trust, state, is_moving, view.aisles, view.why_not)
        now = time.monotonic()
        if essence != self._told or now - self._told_at >= _SHOWN_EVERY_S:
            self._told, self._told_at = essence, now
            self._output.note(view_message(view))


@contextmanager
def _stopping_on_interrupt(aisles: Aisles, performer: Performer, block: int, output: Output) -> Iterator[None]:
    """Let the first Ctrl-C send STOP beside the watching, which then sees how the motion ends; the second breaks off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def send() -> None:
        try:
            reports = aisles.stop(performer, block)
        except ArchroomError as error:
            output.note(error.message)
            return
        for report in reports:
            if not report.is_sent and report.reason is not None:
                output.note(report.reason)

    def interrupted(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        output.note(say("STOP is asked for; waiting for the outcome. Ctrl-C again leaves."))
        threading.Thread(target=send, daemon=True).start()

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_OUTCOMES = {
    OutcomeKind.DONE: say("done"),
    OutcomeKind.REFUSED: say("refused"),
    OutcomeKind.ABORTED: say("stopped"),
    OutcomeKind.UNKNOWN: say("unknown"),
}
