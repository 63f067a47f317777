"""The shelving of a trial, one for each kind of room: what carries its frames, what puts it right, and who judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from conduct import Conduct, MapConduct
from supervised_room import layout_of
from virtual_wire import VirtualWire
from world_clock import WorldClock

from archroom.core.commissioning import Licence
from archroom.core.rooms import Block
from archroom.drivers.timing import Framing, LineTiming
from archroom.shelving.spec import BusSpec
from hardware_sim import Finding, Oracle, VirtualRoom
from hardware_sim.commands import prepare
from hardware_sim.line_faults import Delivery
from hardware_sim.modbus import MbapDecoder, Request, RtuDecoder
from hardware_sim.player import PlayedUnit, Player
from hardware_sim.sessions import RequestSession
from hardware_sim.track_commands import Act

TURNAROUND_S = 0.002
Note = Callable[[str, str], None]
"""Told of everything that happens: what it is, and a text."""

WELL = ("silent off", "power on", "mode automatic", "enable on", "e-stop release")
"""What puts a unit of any make right whatever was done to it, with what is said of each aisle and carriage."""
WELL_ON_THE_MAP = ("freeze off", "drive obeys", "second master falls silent", "configure kind 1", "configure magic 16722")
WELL_AISLE = ("beam aisle N off", "detector aisle N well")
WELL_CARRIAGE = ("edge carriage N off", "jam carriage N off")


class StagedRoom(Protocol):
    """A simulated room of any make, as a trial knows it."""

    now_ms: float
    player: Player | None

    @property
    def observers(self) -> list[Callable[[int, float], None]]: ...

    @property
    def stations(self) -> Mapping[int, PlayedUnit]: ...

    def advance(self, seconds: float, is_over: Callable[[], bool] | None = None) -> None: ...

    def play(self, player: Player) -> None: ...

    def control(self, do: str, **fields: object) -> dict[str, object]: ...


class Installation(Protocol):
    """The shelving of a trial."""

    licence: Licence
    patience_s: float
    """How much longer than all others what is well may count as busy."""

    @property
    def room(self) -> StagedRoom: ...

    @property
    def findings(self) -> list[Finding]:
        """Rules of the steel that were broken."""

    @property
    def starts(self) -> int:
        """How often steel began to move on a command."""

    def spec(self, folder: Path) -> BusSpec:
        """What the server is told to serve."""

    def judge(self, journal: Path, now: Callable[[], float], is_stranger: Callable[[int], bool]) -> Conduct:
        """Return who judges archroom's side from now on."""

    def wire(self, clock: WorldClock, note: Note) -> VirtualWire:
        """Return a wire that was just opened."""

    def prepare(self, request: Mapping[str, object]) -> Act:
        """Make an act of a request. Raises ControlError for what is not modelled."""

    def well(self, unit: int) -> list[str]:
        """Return the acts that put a unit right."""


class ReferenceInstallation:
    """Controllers of the register map."""

    licence = Licence.FULL
    patience_s = 0.0

    def __init__(self, blocks: tuple[Block, ...], timing: LineTiming, speed: float) -> None:
        self._blocks = blocks
        self._timing = timing
        self.room = VirtualRoom([layout_of(block) for block in blocks], speed=speed)
        self._oracle = Oracle(self.room)
        self._conduct: MapConduct | None = None

    @property
    def findings(self) -> list[Finding]:
        """Rules of the steel that were broken."""
        return self._oracle.findings

    @property
    def starts(self) -> int:
        """How often steel began to move on a command."""
        return self._oracle.starts

    def spec(self, folder: Path) -> BusSpec:
        """What the server is told to serve."""
        return BusSpec("socket://127.0.0.1:1", {block.number: block.number for block in self._blocks})

    def judge(self, journal: Path, now: Callable[[], float], is_stranger: Callable[[int], bool]) -> Conduct:
        """Return who judges archroom's side from now on."""
        self._conduct = MapConduct(self.room, journal, now, is_stranger)
        return self._conduct

    def wire(self, clock: WorldClock, note: Note) -> VirtualWire:
        """Return a wire that was just opened."""
        timing, conduct = self._timing, self._conduct
        assert conduct is not None

        def exchange(request: Request) -> list[Delivery]:
            conduct.frame_sent(request)
            deliveries = self.room.bus.exchange(request)
            for delivery in deliveries:
                note("answered", f"{delivery.after_s} {delivery.data.hex()}")
            return deliveries

        decoder = RtuDecoder() if timing.framing is Framing.RTU else MbapDecoder()
        session = RequestSession[Request](decoder, exchange)

        def far_end(data: bytes, now: float) -> list[tuple[float, bytes]]:
            note("sent", data.hex())
            heard_s = now + timing.wire_s(len(data)) + TURNAROUND_S
            return [
                (heard_s + delivery.after_s + timing.wire_s(len(delivery.data)), delivery.data)
                for delivery in session.feed(data)
                if delivery.data
            ]

        return VirtualWire(clock, timing, far_end)

    def prepare(self, request: Mapping[str, object]) -> Act:
        """Make an act of a request. Raises ControlError."""
        return prepare(self.room, request)

    def well(self, unit: int) -> list[str]:
        """Return the acts that put a unit right."""
        encoders = [f"encoder carriage {one.number} well" for one in self.room.stations[unit].block.carriages]
        said = [*WELL_ON_THE_MAP, "configure watchdog 1s", f"configure block {unit}", *encoders]
        return [*said, *well_of(unit, self.room.stations[unit])]


def well_of(unit: int, station: PlayedUnit) -> list[str]:
    """Return what puts a unit of any make right."""
    count = len(station.block.carriages)
    said = list(WELL)
    said += [act.replace("N", str(aisle)) for act in WELL_AISLE for aisle in range(count + 1)]
    said += [act.replace("N", str(carriage)) for act in WELL_CARRIAGE for carriage in range(1, count + 1)]
    return [*said, *(f"person {person.name} leaves" for person in station.block.people), "reset"]
