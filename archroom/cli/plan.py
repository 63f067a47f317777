"""`plan`: the order of openings and errands for a list, as the person sees it who stands there; and what past loans advise.

Nothing moves and nothing is written: each opening is asked for by itself, and confirmed, as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.errors import ArchroomError, BadFile, UsageError, say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.core.routes.errands import Effort, Step
    from archroom.services.errands import Aside, Asked
    from archroom.services.planning import Advice, Walk

_MOST_BYTES = 1_000_000
_POLICIES = ("sequential", "staggered", "group")
EXIT_SOME_UNKNOWN = ArchroomError.exit_code
"""Some lines name nothing here; the others are planned."""


def add_commands(commands: Commands) -> None:
    """Add `plan`."""
    plan = commands.add(
        "plan",
        say("Plan a walk: in which order to open aisles for a list of things or shelves, and why."),
        "archroom plan B00000127J B00000135F",
        _plan,
    )
    plan.add_argument("codes", nargs="*", metavar="CODE", help=tr("own codes, barcodes, reference codes, or shelves"))
    purpose = plan.add_mutually_exclusive_group()
    purpose.add_argument("--put-back", action="store_true", help=tr("to their homes, in place of fetching them"))
    purpose.add_argument("--count", action="store_true", help=tr("to be counted where they stand"))
    plan.add_argument(
        "--from",
        dest="from_file",
        metavar="FILE",
        help=tr("a list, - for stdin: a line is CODE, or CODE, ORDER and MINUTES with tabs between"),
    )
    plan.add_argument(
        "--group",
        nargs="+",
        action="append",
        default=[],
        metavar="CODE",
        help=tr("one reader's order, which stays together"),
    )
    plan.add_argument("--waiting", action="store_true", help=tr("least waiting in sum, in place of the shortest walk"))
    plan.add_argument(
        "--motion",
        choices=_POLICIES,
        help=tr("plan as if the carriages of all blocks started so (default as the room says)"),
    )
    plan.add_argument("--park", action="store_true", help=tr("say which aisle to leave open in the end"))
    plan.add_argument("--advise", action="store_true", help=tr("say what past loans advise on where boxes should stand"))


def _plan(job: Job) -> int:
    from archroom.core.rooms import MotionPolicy
    from archroom.core.routes.errands import Goal
    from archroom.services.errands import Purpose
    from archroom.services.planning import MOST_LINES, Wishes

    asked = list(_asked(job))
    if job.args.advise:
        if asked:
            raise UsageError(say("--advise looks at past loans and takes no list."))
        return _advise(job)
    if not asked:
        raise UsageError(say("Name what the walk is for: codes, or a list with --from FILE."))
    if len(asked) > MOST_LINES:
        raise UsageError(say("{count} lines; a list has at most {most}.", count=len(asked), most=MOST_LINES))
    purpose = Purpose.PUT_BACK if job.args.put_back else Purpose.COUNT if job.args.count else Purpose.PICK
    goal = Goal.WAITING if job.args.waiting else Goal.TIME
    policy = MotionPolicy(job.args.motion) if job.args.motion else None
    walk = job.house.planning.plan(asked, Wishes(purpose, goal, policy, job.args.park))
    job.output.result(_walk_shape(purpose.value, walk), _walk_lines(walk))
    if not job.output.is_json:
        for note in walk.notes:
            job.output.note(note)
    return 0 if all(aside.is_named for aside in walk.asides) else EXIT_SOME_UNKNOWN


def _asked(job: Job) -> Iterator[Asked]:
    from archroom.services.errands import Asked

    yield from (Asked(code) for code in job.args.codes)
    for number, codes in enumerate(job.args.group, 1):
        yield from (Asked(code, str(number)) for code in codes)
    if job.args.from_file:
        yield from _listed(_content(job.args.from_file, job.stdin))


def _content(name: str, stdin: BinaryIO) -> str:
    try:
        if name == "-":
            content = stdin.read(_MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(say("{file} cannot be read: {why}.", file=name, why=error.strerror or "")) from error
    if len(content) > _MOST_BYTES:
        raise BadFile(say("{file} is larger than {most} bytes, so it is no list.", file=name, most=_MOST_BYTES))
    return content.decode("utf-8-sig", "replace")


def _listed(content: str) -> Iterator[Asked]:
    from archroom.services.pick_lists import BadLine, read_lines

    for line in read_lines(content.splitlines()):
        if isinstance(line, BadLine):
            raise BadFile(line.why, line.number)
        yield line


def _walk_lines(walk: Walk) -> Iterator[str]:
    from archroom.services import walk_words

    steps = walk.route.steps
    for index, step in enumerate(steps):
        yield render(walk_words.step_in_words(index, step))
        for later in walk_words.openings_before(walk, index):
            yield "   " + render(walk_words.opening_before_in_words(later))
        for errand in step.errands:
            said = walk_words.spot_in_words(walk.spots[errand.number])
            yield "   " + render(walk_words.with_wish(said, errand.order, errand.due_s))
    yield from (render(walk_words.parking_in_words(parking)) for parking in walk.parkings)
    if steps:
        yield from map(render, walk_words.effort_in_words(walk))
    yield from (render(walk_words.aside_in_words(aside)) for aside in walk.asides)


def _walk_shape(purpose: str, walk: Walk) -> dict[str, Json]:
    route = walk.route
    steps: list[Json] = [_step_shape(walk, step) for step in route.steps]
    asides: list[Json] = [_aside_shape(aside) for aside in walk.asides]
    parkings: list[Json] = [{"block": park.block, "aisle": park.aisle, "closes": park.closes} for park in walk.parkings]
    return {
        "purpose": purpose,
        "steps": steps,
        "asides": asides,
        **_effort_shape(route.effort),
        "lower_bound_s": round(route.lower_bound_s, 1),
        "shortest": route.is_shortest,
        "list_order": _effort_shape(route.listed),
        "parking": parkings,
        "notes": [render(note) for note in walk.notes],
    }


def _effort_shape(effort: Effort) -> dict[str, Json]:
    return {
        "total_s": round(effort.total_s, 1),
        "openings": effort.openings,
        "carriages_moved": effort.carriages_moved,
        "late_s": round(effort.lateness_s, 1),
        "waiting_s": round(effort.waiting_s, 1),
    }


def _step_shape(walk: Walk, step: Step) -> dict[str, Json]:
    timed = step.timed
    errands: list[Json] = []
    for errand in step.errands:
        spot = walk.spots[errand.number]
        seen: dict[str, Json] = {"side": "left" if spot.is_left else "right", "bay": errand.bay, "level": errand.level}
        wished: dict[str, Json] = {"order": errand.order, "due_s": errand.due_s}
        told: dict[str, Json] = {"code": spot.code, "title": spot.title, "container": spot.container or None}
        errands.append({**told, "place": spot.address, **seen, **wished})
    return {
        "block": step.block,
        "aisle": step.aisle,
        "closes": step.closes,
        "carriages": list(step.carriages),
        "ask_before_step": None if timed.during is None else timed.during + 1,
        "begins_s": round(timed.begins_s, 1),
        "opening_s": round(timed.opening_s, 1),
        "arrives_s": round(timed.arrives_s, 1),
        "leaves_s": round(timed.leaves_s, 1),
        "why": render(step.why),
        "errands": errands,
    }


def _aside_shape(aside: Aside) -> dict[str, Json]:
    return {"code": aside.code, "title": aside.title, "place": aside.address or None, "why": render(aside.why)}


def _advise(job: Job) -> int:
    advice = job.house.planning.advise()
    boxes: list[Json] = [
        {"codes": [first.standing.thing.code, second.standing.thing.code], "times": times}
        for first, second, times in advice.boxes
    ]
    collections: list[Json] = [
        {"titles": [str(pair.first), str(pair.second)], "times": pair.times} for pair in advice.habits.collections[:20]
    ]
    aisles: list[Json] = [
        {"block": block, "aisle": aisle, "times": times} for (block, aisle), times in advice.habits.demand.items()
    ]
    parkings: list[Json] = [{"block": block, "aisle": aisle} for block, aisle in advice.parkings]
    shape: dict[str, Json] = {"orders": advice.habits.orders, "boxes": boxes, "collections": collections}
    job.output.result({**shape, "aisles": aisles, "parking": parkings}, _advice_lines(advice))
    if not job.output.is_json and not advice.boxes and not advice.habits.collections:
        job.output.note(say("Past loans show nothing that is asked for together and stands apart."))
    return 0


def _advice_lines(advice: Advice) -> Iterator[str]:
    from archroom.services.walk_words import named_with_code

    yield tr("Orders in past loans: {count}", count=advice.habits.orders)
    for first, second, times in advice.boxes:
        yield tr(
            "Asked for together {times} times, from two aisles: {first} at {here}; {second} at {there}",
            times=times,
            first=named_with_code(first.standing.thing.code, first.standing.thing.title),
            here=first.standing.home_place.address if first.standing.home_place else "",
            second=named_with_code(second.standing.thing.code, second.standing.thing.title),
            there=second.standing.home_place.address if second.standing.home_place else "",
        )
    for pair in advice.habits.collections[:20]:
        yield tr(
            "Collections asked for together {times} times, from two aisles: {first}; {second}",
            times=pair.times,
            first=str(pair.first),
            second=str(pair.second),
        )
    for block, aisle in advice.parkings:
        yield tr("Best left open in block {block}: aisle {aisle}", block=block, aisle=aisle)
