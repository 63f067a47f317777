"""`person add`, `person show` and `person list`: the people things are lent to, and what they have."""

from __future__ import annotations

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.errors import say
from archroom.texts import tr


def add_commands(commands: Commands) -> None:
    """Add the commands for people."""
    group = commands.group("person", say("Register and list the people things are lent to."))
    add = group.add(
        "add", say("Register a person and print their code for the badge."), "archroom person add 'Ann Lee'", _add
    )
    add.add_argument("name", metavar="NAME", help=tr("the person's name"))
    shown = group.add("show", say("Show what a person has."), "archroom person show 'Ann Lee'", _show)
    shown.add_argument("person", metavar="PERSON", help=tr("the person: code or exact name"))
    group.add("list", say("List people with their codes and how many things each has."), "archroom person list", _list)


def _add(job: Job) -> int:
    job.house.books.opened(may_found=True)
    person = job.house.people.add(job.performer, job.args.name)
    job.output.result({"code": person.code, "name": person.name}, [f"{person.code}  {person.name}"])
    return 0


def _show(job: Job) -> int:
    person, held = job.house.people.held_by(job.args.person)
    things: list[Json] = [
        {"code": thing.code, "title": thing.title, "lent_at": loan.lent_at.isoformat(), "due": loan.due_on.isoformat()}
        for thing, loan in held
    ]
    lines = [
        tr("{code}  {title}, due {due}", code=thing.code, title=thing.title, due=loan.due_on.isoformat())
        for thing, loan in held
    ]
    job.output.result(
        {"name": person.name, "things": things}, [tr("{name}: {count} out", name=person.name, count=len(held)), *lines]
    )
    return 0


def _list(job: Job) -> int:
    people = job.house.people.all()
    job.output.result(
        {"people": [{"code": person.code, "name": person.name, "things": count} for person, count in people]},
        [tr("{code}  {name}: {count} out", code=p.code, name=p.name, count=count) for p, count in people],
    )
    return 0
