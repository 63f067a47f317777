"""What a shelving server is told to serve: buses, blocks, and who may talk to it. Plain facts, kept as JSON.

The server never opens the database: whoever starts it writes this file.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from archroom.core.bus_urls import REFERENCE
from archroom.core.rooms import Block
from archroom.core.sensors import Sensor
from archroom.errors import BadFile, UsageError, say
from archroom.shelving.codec import decode, encode

FILE_NAME = "shelving-spec.json"
IDLE_EXIT_S = 60.0
"""A server that was started on demand ends after so long without a client."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a server and its clients keep their things."""

    run_folder: Path
    """Shared by the users of the shelving: socket, notice board, the server's lock."""
    state_folder: Path
    """The server's own: journal, specification, log."""
    lock_folder: Path | None = None
    """Shared by all users of the machine: locks of ports; None for the system's own."""


@dataclass(frozen=True, slots=True)
class BusSpec:
    """One line or gateway."""

    url: str
    """`serial:///dev/...?baud=`, `socket://HOST:PORT` (RTU over TCP) or `tcp://HOST:PORT` (Modbus TCP)."""
    units: Mapping[int, int] = field(default_factory=dict)
    """Modbus unit or area of each block by its number; empty: each block answers at the unit of its own number."""
    profile: str = REFERENCE
    """Kind of its controllers: `reference`, a profile that comes with the program, or the path of one's own."""


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """Everything that a server needs to know."""

    buses: tuple[BusSpec, ...]
    blocks: tuple[Block, ...]
    group: str = ""
    """Group of the machine whose members may use the shelving; empty: that of whoever starts the server."""
    idle_exit_s: float | None = None
    """How long the server stays without a client; None: until it is told to end."""
    sensors: tuple[Sensor, ...] = ()
    """Of temperature and humidity, on these buses or on ports of their own."""

    @classmethod
    def of(
        cls, buses: Sequence[BusSpec], blocks: Sequence[Block], group: str = "", sensors: Sequence[Sensor] = ()
    ) -> ServerSpec:
        """Return the specification with every block's unit named; raises UsageError if one has no unit or two."""
        numbers = {block.number for block in blocks}
        whole: list[BusSpec] = []
        for bus in buses:
            units = dict(bus.units) or {number: number for number in sorted(numbers)}
            for block, unit in units.items():
                if block not in numbers:
                    raise UsageError(say("{url}: the room has no block {block}.", url=bus.url, block=block))
                if not 1 <= unit <= 247:
                    raise UsageError(say("{url}: a Modbus unit is 1 to 247, not {unit}.", url=bus.url, unit=unit))
            if len(set(units.values())) < len(units):
                raise UsageError(say("{url}: two blocks have one unit.", url=bus.url))
            whole.append(replace(bus, units=units))
        served = [block for bus in whole for block in bus.units]
        if len(set(served)) < len(served):
            raise UsageError(say("A block stands on two buses; name the units of each bus."))
        return cls(tuple(whole), tuple(block for block in blocks if block.number in served), group, None, tuple(sensors))

    @property
    def digest(self) -> str:
        """Tells whether a running server serves the same: a hash of buses, blocks and sensors."""
        told = json.dumps([encode(self.buses), encode(self.blocks), encode(self.sensors)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def block(self, number: int) -> Block:
        """Return a served block by its number; raises KeyError."""
        return {block.number: block for block in self.blocks}[number]


def write_spec(spec: ServerSpec, folder: Path) -> Path:
    """Write a specification into a folder and return the file; whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / FILE_NAME
    descriptor, name = tempfile.mkstemp(prefix=FILE_NAME, dir=folder)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(encode(spec), file, indent=1)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def read_spec(file: Path) -> ServerSpec:
    """Return the specification in a file; raises BadFile."""
    try:
        return decode(ServerSpec, json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise BadFile(say("{file} does not say what shelving to serve.", file=str(file))) from error
