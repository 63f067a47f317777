"""`shelving serve`: the one process of this machine that owns the buses of its mobile shelving; and who may have it move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.cli import bench, bench_questions, bundle, claims, profiles, replay
from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.errors import PortUnavailable, say
from archroom.texts import tr

if TYPE_CHECKING:
    from archroom.shelving.server import Server


def add_commands(commands: Commands) -> None:
    """Add the commands of the group."""
    group = commands.group("shelving", say("The server of this machine's mobile shelving."))
    group.add(
        "serve",
        say("Serve the mobile shelving until told to end; other commands start it by themselves when they need it."),
        "archroom --shelving 'serial:///dev/ttyUSB0?baud=19200' shelving serve",
        _serve,
    )
    profiles.add_commands(group)
    replay.add_commands(group)
    claims.add_arming_commands(group)
    bench.add_commands(group)
    bench_questions.add_commands(group)
    bundle.add_commands(group)


def _serve(job: Job) -> int:
    from archroom.shelving.server import serve

    shelving = job.house.server
    if not job.settings.config.buses and not job.settings.config.sensors:
        raise PortUnavailable(say("No shelving is connected to this machine."))
    spec = shelving.spec()

    def announce(server: Server) -> None:
        blocks = [block.number for block in spec.blocks]
        shape: dict[str, Json] = {"address": server.address, "blocks": blocks, "unknown": list(server.found_open)}
        named = " ".join(map(str, blocks)) or "-"
        shape["sensors"] = [sensor.name for sensor in spec.sensors]
        job.output.result(shape, [tr("Serving blocks {blocks} at {address}", blocks=named, address=server.address)])
        if not job.output.is_json:
            for sentence in server.found_open:
                job.output.narrate(sentence)

    serve(spec, shelving.places(), announce, job.output.note)
    return 0
