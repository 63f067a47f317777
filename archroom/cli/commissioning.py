"""`shelving commission` and `shelving record`: a block is proved before it is moved, and what was seen is printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from archroom import paths
from archroom.cli.arguments import Commands, whole_number
from archroom.cli.claims import performer_named
from archroom.cli.job import Job
from archroom.core.commissioning import CommissioningRecord, Finding
from archroom.core.shelving import BlockView, ControllerKind
from archroom.errors import Refused, say
from archroom.services.technician import Technician
from archroom.texts import render, tr

_MOST_BLOCKS = 99


def add_commands(group: Commands) -> None:
    """Add the commands of commissioning to `shelving`."""
    commission = group.add(
        "commission",
        say("Prove a block, step by step with somebody at it, and sign what was seen; before that it is watched only."),
        "archroom shelving commission 1 --by 'Ann Miller' --witness 'Bo Chen' --pdf block-1.pdf",
        _commission,
    )
    commission.add_argument("block", type=whole_number(1, _MOST_BLOCKS), metavar="BLOCK", help=tr("block"))
    commission.add_argument("--by", required=True, metavar="NAME", help=tr("who gives the orders"))
    commission.add_argument("--witness", required=True, metavar="NAME", help=tr("who stands at the shelving"))
    commission.add_argument(
        "--simulator", metavar="HOST:PORT", help=tr("let a script do it at the control channel of a simulator")
    )
    commission.add_argument("--pdf", type=Path, metavar="FILE", help=tr("write the record as a page to sign"))
    record = group.add(
        "record", say("Show the last commissioning of a block."), "archroom shelving record 1 --pdf block-1.pdf", _record
    )
    record.add_argument("block", type=whole_number(1, _MOST_BLOCKS), metavar="BLOCK", help=tr("block"))
    record.add_argument("--pdf", type=Path, metavar="FILE", help=tr("write the record as a page to sign"))


def _commission(job: Job) -> int:
    args, output = job.args, job.output
    performer = performer_named(job)
    if not args.simulator:
        from archroom.cli.typing_technician import TypingTechnician

        return _carried_out(job, TypingTechnician(job.stdin, output, performer.actor, args.witness))
    from archroom.cli.simulated_technician import SimulatedTechnician, await_itself
    from archroom.services.commissioning_words import finding_message

    _refuse_steel(job.house.aisles.views(), args.block)

    def report(finding: Finding) -> None:
        output.note(finding_message(finding))

    with SimulatedTechnician(args.simulator, args.block, report) as technician:
        code = _carried_out(job, technician)
    await_itself(job.house.aisles.views, args.block)
    return code


def _refuse_steel(views: Sequence[BlockView], block: int) -> None:
    """Raise Refused unless the controller of a block says that it is a simulator: a script sees no steel."""
    kinds = [view.identity.kind for view in views if view.block == block and view.identity is not None]
    if kinds != [ControllerKind.SIMULATOR]:
        raise Refused(say("The controller of block {block} is no simulator; a script can see nothing there.", block=block))


def _carried_out(job: Job, technician: Technician) -> int:
    record, seq = job.house.commissioning.commission(performer_named(job), job.args.block, job.args.witness, technician)
    if seq is None:
        job.output.note(say("The ledger has not taken it; the record stands."))
    return _shown(job, record, seq)


def _record(job: Job) -> int:
    found = job.house.commissioning.record(job.args.block)
    if found.record is None:
        raise Refused(found.problem or say("Block {block} was never commissioned.", block=job.args.block))
    return _shown(job, found.record, None)


def _shown(job: Job, record: CommissioningRecord, seq: int | None) -> int:
    from archroom.cli.commissioning_shapes import record_shape
    from archroom.services.commissioning_words import record_messages
    from archroom.shelving.commissionings import digest_of

    digest = digest_of(record)
    shape = record_shape(record, digest)
    if job.args.pdf is not None:
        missing = write_record_page(record, job.args.pdf)
        shape["pdf"] = str(job.args.pdf)
        if missing:
            job.output.note(say("The font lacks these letters, drawn as boxes: {letters}", letters=missing))
    job.output.result({**shape, "seq": seq}, [render(line) for line in record_messages(record, digest)])
    return 0


def write_record_page(record: CommissioningRecord, file: Path) -> str:
    """Write a record as a page to sign and return the letters that the font lacks; raises UsageError, BadFile."""
    from archroom.labels.pages import write_page
    from archroom.services.commissioning_words import record_messages
    from archroom.shelving.commissionings import digest_of

    title, *rest = (render(line) for line in record_messages(record, digest_of(record)))
    return write_page(title, rest, [record.by, record.witness], file)


def record_file(record: CommissioningRecord, folder: Path) -> tuple[Path, str]:
    """Write a record for the app to a PDF named after block and instant, and return it with the letters its font lacks."""
    at = re.sub("[^0-9]", "", record.signed_at.partition("+")[0])
    file = paths.made(folder) / f"commissioning-block-{record.block}-{at}.pdf"
    return file, write_record_page(record, file)
