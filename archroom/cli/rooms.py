"""`init` and `room`: building the room, and saying what stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.outages import outage_messages, outage_shape
from archroom.cli.output import Json
from archroom.errors import say
from archroom.texts import render, tr

if TYPE_CHECKING:
    from archroom.core.outages import Outage
    from archroom.core.rooms import Block


def add_commands(commands: Commands) -> None:
    """Add `init` and `room`."""
    init = commands.add(
        "init",
        say("Build a room in the books from its file, or one of the samples small and large."),
        "archroom init ROOM.toml",
        _init,
    )
    init.add_argument("room", metavar="ROOM.toml", help=tr("the room file, or small or large"))
    commands.add("room", say("Say what rooms, blocks and things there are."), "archroom room", _room)


def _init(job: Job) -> int:
    from archroom.exchange.roomfile import SAMPLES, read_room, sample_room

    name: str = job.args.room
    plan = sample_room(name) if name in SAMPLES and not Path(name).exists() else read_room(Path(name))
    job.house.books.opened(may_found=True)
    counts = job.house.rooms.build(job.performer, plan)
    job.output.result(
        {"room": plan.code, "title": plan.title, **counts},
        [
            tr(
                "Room {code} is built. Blocks: {blocks}, carriages: {carriages}, places: {places}.",
                code=plan.code,
                blocks=counts["blocks"],
                carriages=counts["carriages"],
                places=counts["places"],
            )
        ],
    )
    return 0


def _room(job: Job) -> int:
    codes, blocks, counts = job.house.rooms.room_codes(), job.house.rooms.blocks(), job.house.rooms.counts()
    outages = job.house.outages.present()
    shapes: list[Json] = [
        {
            "number": block.number,
            "title": block.title,
            "carriages": len(block.carriages),
            "fixed_carriages": [carriage.number for carriage in block.carriages if not carriage.is_mobile],
            "aisles": list(block.aisles),
            "out_of_order": outage_shape(outages.get(block.number)),
        }
        for block in blocks
    ]
    job.output.result({"rooms": codes, "blocks": shapes, "counts": counts}, _room_lines(codes, blocks, outages, counts))
    return 0


def _room_lines(
    codes: list[str], blocks: list[Block], outages: Mapping[int, Outage], counts: dict[str, int]
) -> Iterator[str]:
    if codes:
        yield tr("Rooms: {codes}", codes=" ".join(codes))
    for block in blocks:
        yield tr(
            "Block {number}, {title}: {carriages} carriages, aisles {first} to {last}",
            number=block.number,
            title=block.title,
            carriages=len(block.carriages),
            first=block.aisles[0],
            last=block.aisles[-1],
        )
        yield from map(render, outage_messages(outages.get(block.number)))
    words = {
        "places": tr("places"),
        "containers": tr("containers"),
        "items": tr("items"),
        "people": tr("people"),
        "open_loans": tr("open loans"),
    }
    for name, word in words.items():
        if name in counts:
            yield tr("{word}: {what}", word=word, what=counts[name])
