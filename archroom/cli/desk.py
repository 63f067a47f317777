"""The acts of the desk as single commands: `lend`, `return`, `put`, `bind`, `undo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands, iso_date
from archroom.cli.job import Job
from archroom.errors import say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.services.answers import Answer


def add_commands(commands: Commands) -> None:
    """Add the acts of the desk."""
    thing = tr("the thing: code, barcode or reference code")
    lend = commands.add(
        "lend", say("Lend a thing to a person."), "archroom lend B00000127J 'Ann Lee' --due 2026-12-24", _lend
    )
    lend.add_argument("code", metavar="CODE", help=thing)
    lend.add_argument("person", metavar="PERSON", help=tr("the person: code or exact name"))
    lend.add_argument("--due", type=iso_date, metavar="DATE", help=tr("the day it is due, as 2026-12-31"))

    back = commands.add(
        "return", say("Take a thing back; it goes to the staging place."), "archroom return B00000127J", _return
    )
    back.add_argument("code", metavar="CODE", help=thing)

    put = commands.add(
        "put",
        say("Put a thing on a shelf or into a container; the first shelf becomes its home."),
        "archroom put B00000127J R1/1/03/A/2/4",
        _put,
    )
    put.add_argument("code", metavar="CODE", help=thing)
    put.add_argument("shelf", metavar="SHELF", help=tr("the shelf, place or container: address or code"))
    put.add_argument("--override", action="store_true", help=tr("accept another shelf than home, or a full one"))

    bind = commands.add(
        "bind",
        say("Bind a barcode that is not ours to a thing, place or person."),
        "archroom bind B00000127J 31142063",
        _bind,
    )
    bind.add_argument("code", metavar="CODE", help=tr("what it names from now on"))
    bind.add_argument("barcode", metavar="BARCODE", help=tr("the barcode as scanned"))

    commands.add("undo", say("Undo the last act of this terminal."), "archroom undo", _undo)


def _lend(job: Job) -> int:
    return _answered(job, job.house.desk.lend(job.performer, job.args.code, job.args.person, job.args.due))


def _return(job: Job) -> int:
    return _answered(job, job.house.desk.take_back(job.performer, job.args.code))


def _put(job: Job) -> int:
    return _answered(job, job.house.desk.put(job.performer, job.args.code, job.args.shelf, job.args.override))


def _bind(job: Job) -> int:
    return _answered(job, job.house.desk.bind(job.performer, job.args.code, job.args.barcode))


def _undo(job: Job) -> int:
    return _answered(job, job.house.desk.undo(job.performer))


def _answered(job: Job, answer: Answer) -> int:
    from archroom.cli.shapes import answer_shape, thing_shape

    standing = answer.standing
    thing = thing_shape(standing, job.house.finder.describe(standing)) if standing else None
    job.output.result({**answer_shape(answer), "seq": answer.seq, "thing": thing}, [render(answer.message)])
    return 0
