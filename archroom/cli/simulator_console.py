"""`simulator`: the console of a running simulator: faults, people, speed, through its control channel (docs/simulator.md).

The simulator is another program; it is spoken to in lines of JSON and decides itself what it takes. It has no steel: nothing
here reaches a controller of real shelving.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands, Parser
from archroom.core.simulation import Json, field_in, short, told_by
from archroom.drivers.simulator_channel import SimulatorChannel
from archroom.errors import say
from archroom.paths import SIMULATOR_VARIABLE
from archroom.texts import tr

if TYPE_CHECKING:
    from archroom.cli.job import Job


def add_commands(commands: Commands) -> None:
    """Add the commands of the group."""
    group = commands.group("simulator", say("The console of a running shelving simulator: faults, people, speed."))
    state = group.add(
        "state",
        say("Tell what is so on the tracks of the simulator, whatever its registers say."),
        "archroom simulator state --control 127.0.0.1:5021",
        _state,
    )
    _add_control(state)
    act = group.add(
        "act",
        say("Let something happen at the simulator now, or when its time comes, in the words of a scenario."),
        "archroom simulator act 'person ana enters aisle 3' 'at 5s e-stop press'",
        _act,
    )
    act.add_argument("sentences", metavar="SENTENCE", nargs="+", help=tr("a line of a scenario (docs/simulator.md)"))
    _add_control(act)
    do = group.add(
        "do",
        say("Give the simulator one verb of its control channel, with its fields."),
        "archroom simulator do speed factor=4",
        _do,
    )
    do.add_argument("verb", metavar="VERB", help=tr("as speed, person_in, link (docs/simulator.md)"))
    do.add_argument("fields", metavar="NAME=VALUE", nargs="*", help=tr("a field: a number, true, false, or a word"))
    _add_control(do)


def _add_control(parser: Parser) -> None:
    parser.add_argument(
        "--control",
        metavar="HOST:PORT",
        help=tr("the control channel, as the simulator prints it; else {name}", name=SIMULATOR_VARIABLE),
    )


def _state(job: Job) -> int:
    answer = _asked(job, {"do": "state"})
    units = answer.get("units")
    lines = [tr("speed {speed}, {seconds} s since the start", speed=_word(answer, "speed"), seconds=_word(answer, "now_s"))]
    for unit, truth in units.items() if isinstance(units, Mapping) else ():
        told = truth if isinstance(truth, Mapping) else {}
        lines.append("  ".join([f"{unit}:", *(f"{name} {short(value)}" for name, value in told.items())]))
    job.output.result(answer, lines)
    return 0


def _act(job: Job) -> int:
    return _done(job, {"do": "scenario", "text": "\n".join(job.args.sentences)})


def _do(job: Job) -> int:
    fields = dict(field_in(field) for field in job.args.fields)
    return _done(job, {**fields, "do": job.args.verb})


def _done(job: Job, question: Mapping[str, Json]) -> int:
    answer = _asked(job, question)
    job.output.result(answer, told_by(answer) or [tr("Done.")])
    return 0


def _asked(job: Job, question: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the simulator answers; raises Refused with its own sentence, PortUnavailable, UsageError."""
    return SimulatorChannel(job.args.control or os.environ.get(SIMULATOR_VARIABLE, "")).ask(question)


def _word(answer: Mapping[str, Json], name: str) -> str:
    value = answer.get(name)
    return f"{value:g}" if isinstance(value, float) else str(value)
