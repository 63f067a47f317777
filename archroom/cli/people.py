"""`person add` and `person list`: the people things are lent to."""

from __future__ import annotations

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.errors import say
from archroom.texts import tr


def add_commands(commands: Commands) -> None:
    """Add the commands for people."""
    group = commands.group("person", say("Register and list the people things are lent to."))
    add = group.add(
        "add", say("Register a person and print their code for the badge."), "archroom person add 'Ann Lee'", _add
    )
    add.add_argument("name", metavar="NAME", help=tr("the person's name"))
    group.add("list", say("List people with their codes and how many things each has."), "archroom person list", _list)


def _add(job: Job) -> int:
    job.house.books.opened(may_found=True)
    person = job.house.people.add(job.performer, job.args.name)
    job.output.result({"code": person.code, "name": person.name}, [f"{person.code}  {person.name}"])
    return 0


def _list(job: Job) -> int:
    people = job.house.people.all()
    job.output.result(
        {"people": [{"code": person.code, "name": person.name, "things": count} for person, count in people]},
        [tr("{code}  {name}: {count} out", code=p.code, name=p.name, count=count) for p, count in people],
    )
    return 0
