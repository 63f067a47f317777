"""`ledger verify`: whether the chain of events is whole and the tables are what they say; `ledger last`: what was done."""

from __future__ import annotations

from archroom.cli.arguments import Commands, whole_number
from archroom.cli.job import Job
from archroom.errors import say
from archroom.texts import tr


def add_commands(commands: Commands) -> None:
    """Add `ledger verify`."""
    group = commands.group("ledger", say("The list of everything that was done."))
    group.add(
        "verify",
        say("Check the chain of events, replay it and compare with the tables: 0 true, 1 broken, 3 unreadable."),
        "archroom ledger verify",
        _verify,
    )
    last = group.add(
        "last", say("Say the last acts with things, newest first, at all terminals."), "archroom ledger last", _last
    )
    last.add_argument(
        "--limit", type=whole_number(1, 1000), default=20, metavar="N", help=tr("how many acts at most (default 20)")
    )


def _verify(job: Job) -> int:
    from archroom.store.ledger import verify

    archive = job.house.books.opened()
    with job.output.progress(say("Events")) as progress:
        report = verify(archive, progress)
    job.output.result(
        {"ok": True, "count": report.count, "head": report.head_hex},
        [tr("The ledger is true: {count} events, head {head}", count=report.count, head=report.head_hex)],
    )
    return 0


def _last(job: Job) -> int:
    from archroom.cli.shapes import act_shape, act_text

    acts = job.house.ledger.last_acts(job.args.limit)
    job.output.result({"acts": [act_shape(act) for act in acts]}, map(act_text, acts))
    return 0
