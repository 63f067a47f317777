"""`aisle hold`, `aisle release`, `shelving arm`, `shelving disarm`: what people say of the shelving, in their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands, Parser, whole_number
from archroom.core.acts import Performer
from archroom.core.cleaning import clean
from archroom.core.people_holds import LONGEST_NAME
from archroom.errors import Message, MotionRefused, UsageError, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.cli.job import Job
    from archroom.cli.output import Json
    from archroom.core.arming import Unfinished
    from archroom.core.people_holds import Hold
    from archroom.core.shelving import BlockView
    from archroom.services.claims import Claimed

MOST_BLOCKS = 99
MOST_HOURS = 12


def add_hold_commands(group: Commands) -> None:
    """Add `aisle hold` and `aisle release`."""
    hold = group.add(
        "hold",
        say("Say who is in an aisle: it stays as it is until that person is out again."),
        "archroom aisle hold 1/3 --by 'Ann Lee'",
        _hold,
    )
    hold.add_argument("aisle", metavar="BLOCK/N", help=tr("block and aisle"))
    hold.add_argument("--by", metavar="NAME", required=True, help=tr("who is in it"))
    hold.add_argument("--reason", metavar="TEXT", default="", help=tr("what for"))
    release = group.add(
        "release",
        say("Say who is out of an aisle again; the hold of somebody else takes two people and a reason."),
        "archroom aisle release 1/3 --by 'Ann Lee'",
        _release,
    )
    release.add_argument("aisle", metavar="BLOCK/N", help=tr("block and aisle"))
    release.add_argument("--by", metavar="NAME", required=True, help=tr("who says so"))
    release.add_argument("--name", metavar="WHO", help=tr("whose hold it is, if not that of --by"))
    release.add_argument("--and", metavar="NAME", dest="second", help=tr("who says so too"))
    release.add_argument("--reason", metavar="TEXT", default="", help=tr("why it may end"))


def add_arming_commands(group: Commands) -> None:
    """Add `shelving arm` and `shelving disarm`."""
    arm = group.add(
        "arm",
        say("Let a block be moved for some hours, because somebody has looked at it."),
        "archroom shelving arm 1 --by 'Ann Lee'",
        _arm,
    )
    _add_block(arm)
    arm.add_argument("--by", metavar="NAME", required=True, help=tr("who has looked"))
    arm.add_argument(
        "--hours", type=whole_number(1, MOST_HOURS), default=MOST_HOURS, metavar="N", help=tr("for how long (default: 12)")
    )
    arm.add_argument(
        "--acknowledge", action="store_true", help=tr("they have also looked into the openings whose end nobody saw")
    )
    disarm = group.add(
        "disarm",
        say("Let a block move no more until somebody arms it; what moves there is stopped."),
        "archroom shelving disarm 1 --by 'Ann Lee'",
        _disarm,
    )
    _add_block(disarm)
    disarm.add_argument("--by", metavar="NAME", required=True, help=tr("who says so"))


def _add_block(parser: Parser) -> None:
    parser.add_argument("block", type=whole_number(1, MOST_BLOCKS), metavar="BLOCK", help=tr("number of the block"))


def _hold(job: Job) -> int:
    from archroom.services.aisles import read_aisle

    block, aisle = read_aisle(job.args.aisle)
    claimed = job.house.claims.hold(performer_named(job), block, aisle, job.args.by, job.args.reason)
    return _told(job, claimed, {"block": block, "aisle": aisle, "person": performer_named(job).actor})


def _release(job: Job) -> int:
    from archroom.services.aisles import read_aisle

    block, aisle = read_aisle(job.args.aisle)
    by = (job.args.by,) if job.args.second is None else (job.args.by, job.args.second)
    person = job.args.by if job.args.name is None else job.args.name
    claimed = job.house.claims.release(performer_named(job), block, aisle, person, by, job.args.reason)
    return _told(job, claimed, {"block": block, "aisle": aisle, "person": clean(person, LONGEST_NAME)})


def _arm(job: Job) -> int:
    block = job.args.block
    unfinished: tuple[Unfinished, ...] = ()
    if job.args.acknowledge:
        view = next((view for view in job.house.aisles.views() if view.block == block), None)
        unfinished = view.unfinished if view is not None else ()
        for one in unfinished:
            job.output.note(one.what)
    try:
        claimed = job.house.claims.arm(performer_named(job), block, job.args.hours, [one.motion for one in unfinished])
    except MotionRefused as refusal:
        raise _with_acknowledgement(job, refusal) from refusal
    return _told(job, claimed, {"block": block, "by": performer_named(job).actor, "hours": job.args.hours})


def _disarm(job: Job) -> int:
    claimed = job.house.claims.disarm(performer_named(job), job.args.block)
    return _told(job, claimed, {"block": job.args.block, "by": performer_named(job).actor})


def _with_acknowledgement(job: Job, refusal: MotionRefused) -> MotionRefused:
    """Return a refusal with the option that acknowledges, where that is what is missing."""
    views = job.house.aisles.views()
    is_left = any(view.unfinished for view in views if view.block == job.args.block)
    if job.args.acknowledge or not is_left:
        return refusal
    return MotionRefused(say("{why} Say so with --acknowledge.", why=refusal.message))


def performer_named(job: Job) -> Performer:
    """Return who acts by the option --by; raises UsageError if that names nobody."""
    name = clean(job.args.by, LONGEST_NAME)
    if not name:
        raise UsageError(say("--by needs a name."))
    return Performer(name, job.performer.terminal)


def _told(job: Job, claimed: Claimed, shape: dict[str, Json]) -> int:
    message = render(claimed.message)
    job.output.result({**shape, "seq": claimed.seq, "message": message}, [message])
    return 0


def claims_shape(view: BlockView) -> dict[str, Json]:
    """Return what people have said of a block, for --json."""
    arming = view.arming
    return {
        "motion_by": view.motion_by,
        "holds": [
            {"aisle": hold.aisle, "person": hold.person, "since": hold.since.isoformat(), "reason": hold.reason}
            for hold in view.holds
        ],
        "armed": arming.is_armed,
        "armed_by": arming.by or None,
        "armed_for_s": round(arming.left_s),
        "disarmed_because": render(arming.reason) if arming.reason else None,
        "unfinished": [render(one.what) for one in view.unfinished],
    }


def claims_messages(view: BlockView) -> list[Message]:
    """Return what people have said of a block and what is left for them to say, a sentence each."""
    said = [one.what for one in view.unfinished]
    if view.arming.is_armed:
        minutes = int(view.arming.left_s / 60)
        left = f"{minutes // 60}:{minutes % 60:02d}"
        said.append(
            say("Block {block}: armed by {name}, for {left} h yet.", block=view.block, name=view.arming.by, left=left)
        )
    return said + [_hold_message(view.block, hold) for hold in view.holds]


def _hold_message(block: int, hold: Hold) -> Message:
    since = f"{hold.since.astimezone():%Y-%m-%d %H:%M}"
    said = say(
        "Block {block}: {name} is in aisle {aisle} since {since}",
        block=block,
        name=hold.person,
        aisle=hold.aisle,
        since=since,
    )
    return say("{what} ({reason}).", what=said, reason=hold.reason) if hold.reason else say("{what}.", what=said)
