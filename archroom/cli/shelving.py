"""`shelving serve`: the one process of this machine that owns the buses of its mobile shelving; and who may have it move."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

from archroom.cli import bench, bench_questions, bundle, claims, commissioning, outages, profiles, replay
from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.output import Json
from archroom.core.cleaning import clean
from archroom.errors import PortUnavailable, UsageError, say
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
    unit = group.add(
        "unit",
        say("Print the unit file by which systemd runs the server, watched and with few rights."),
        "archroom shelving unit > /etc/systemd/system/archroom-shelving.service",
        _unit,
    )
    unit.add_argument("--user", default="archroom", metavar="NAME", help=tr("user of the service (default: archroom)"))
    unit.add_argument(
        "--group", metavar="NAME", help=tr("group of the service (default: that of the settings, else the user's)")
    )
    profiles.add_commands(group)
    replay.add_commands(group)
    commissioning.add_commands(group)
    claims.add_arming_commands(group)
    outages.add_commands(group)
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


def _unit(job: Job) -> int:
    from archroom.shelving.service_manager import UnitFacts, unit_file

    chosen = job.settings.config
    for name in filter(None, (job.args.user, job.args.group)):
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}", name) is None:
            raise UsageError(say("{name} is no name of a user or group.", name=clean(name, 40)))
    urls = [bus.url for bus in chosen.buses] + [sensor.url for sensor in chosen.sensors]
    files = [bus.profile for bus in chosen.buses] + [sensor.family for sensor in chosen.sensors]
    text = unit_file(
        UnitFacts(
            program=shutil.which("archroom") or os.path.abspath(sys.argv[0]),
            user=job.args.user,
            group=job.args.group or chosen.shelving_group or job.args.user,
            is_serial=not urls or any(url.startswith("serial:") for url in urls),
            needs_home=any("/home/" in place or "/root/" in place for place in (chosen.database, *files)),
        )
    )
    job.output.result({"unit": text}, text.splitlines())
    return 0
