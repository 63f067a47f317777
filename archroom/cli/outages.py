"""`shelving out-of-order`, `opened-by-hand`, `in-order`: a block that is broken, and mended, as the books know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands, Parser, whole_number
from archroom.errors import Message, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.cli.job import Job
    from archroom.cli.output import Json
    from archroom.core.outages import Outage
    from archroom.services.outages import OrderSaid

MOST_BLOCKS = 99


def add_commands(group: Commands) -> None:
    """Add the commands to the group `shelving`."""
    out = group.add(
        "out-of-order",
        say("Take a block out of order: what stands in it is shown as unreachable, and no aisle of it is opened."),
        "archroom shelving out-of-order 1 --why 'the drive of carriage 3 is broken'",
        _out_of_order,
    )
    _add_block(out)
    out.add_argument("--why", metavar="TEXT", required=True, help=tr("what is wrong with it"))
    by_hand = group.add(
        "opened-by-hand",
        say("Say which aisle of a block out of order stands open by hand; it takes the place of any said before."),
        "archroom shelving opened-by-hand 1 3",
        _opened_by_hand,
    )
    _add_block(by_hand)
    by_hand.add_argument("aisle", type=whole_number(0, MOST_BLOCKS), metavar="AISLE", help=tr("number of the aisle"))
    back = group.add(
        "in-order", say("Put a block back in order, once it is mended."), "archroom shelving in-order 1", _in_order
    )
    _add_block(back)


def _add_block(parser: Parser) -> None:
    parser.add_argument("block", type=whole_number(1, MOST_BLOCKS), metavar="BLOCK", help=tr("number of the block"))


def _out_of_order(job: Job) -> int:
    return _told(job, job.house.outages.take_out(job.performer, job.args.block, job.args.why))


def _opened_by_hand(job: Job) -> int:
    return _told(job, job.house.outages.open_by_hand(job.performer, job.args.block, job.args.aisle))


def _in_order(job: Job) -> int:
    return _told(job, job.house.outages.put_back(job.performer, job.args.block))


def _told(job: Job, said: OrderSaid) -> int:
    message = render(said.message)
    shape: dict[str, Json] = {"block": said.block, "out_of_order": outage_shape(said.outage)}
    job.output.result({**shape, "seq": said.seq, "message": message}, [message])
    return 0


def outage_shape(outage: Outage | None) -> Mapping[str, Json] | None:
    """Return what the books say of a block out of order, None of one in order."""
    if outage is None:
        return None
    return {
        "since": outage.since.isoformat(),
        "by": outage.by,
        "why": outage.why,
        "opened_by_hand": outage.open_aisle,
        "opened_by": outage.opened_by or None,
        "opened_at": None if outage.opened_at is None else outage.opened_at.isoformat(),
    }


def outage_messages(outage: Outage | None) -> list[Message]:
    """Return what the books say of a block out of order, nothing of one in order."""
    return [] if outage is None else [say("{what}.", what=outage.in_words())]
