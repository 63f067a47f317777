"""A whole room of simulated shelving on a virtual clock. Pure: time passes only in `advance`.

`VirtualRoom` is what the endpoints serve in real time; `VirtualBlock` is one unit of it for tests that speak registers
or frames without a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random

from hardware_sim import commands
from hardware_sim.bus import Bus
from hardware_sim.fields import ControlError
from hardware_sim.layout import BlockLayout
from hardware_sim.line_faults import Delivery
from hardware_sim.mechanics import Mechanics
from hardware_sim.modbus import MbapDecoder, Request, RtuDecoder
from hardware_sim.player import Player
from hardware_sim.rival import Rival
from hardware_sim.roomfile import RoomLayout, load_room
from hardware_sim.scenario import ScenarioError, parse_scenario
from hardware_sim.sensors import ClimateSensor, Neighbours
from hardware_sim.sessions import Decoder, RequestSession, Session
from hardware_sim.settings import Settings
from hardware_sim.station import Station


def _next_scan_ms(entry: tuple[int, Station]) -> float:
    return entry[1].next_scan_ms


class VirtualRoom:
    """All blocks of a room, each a unit whose address is its block number, on one bus."""

    __slots__ = ("_speed", "bus", "code", "now_ms", "observers", "player", "rivals", "sensors", "stations")

    wires = ("rtu_tcp", "tcp", "pty")
    """The wires that there are; the first is opened when none is asked for."""
    report_to = None
    """Nothing is said unasked."""

    def __init__(
        self,
        blocks: Sequence[BlockLayout],
        *,
        code: str = "",
        seed: int = 0,
        speed: float = 1.0,
        mechanics: Mechanics | None = None,
        settings: Settings | None = None,
        sensors: Mapping[int, ClimateSensor] | None = None,
    ) -> None:
        """`sensors` are climate sensors beside the blocks, by unit. Raises ValueError if two units have one address."""
        random = Random(seed)
        self.code = code
        self.now_ms = 0.0
        self.stations: dict[int, Station] = {}
        for layout in blocks:
            own = settings or Settings(serial=f"SIM{layout.number:05d}")
            self.stations[layout.number] = Station(layout, mechanics, own, random)
        self.sensors = dict(sensors or {})
        """By the unit that each was delivered as."""
        doubled = self.stations.keys() & self.sensors.keys()
        if doubled:
            raise ValueError(f"unit {min(doubled)} is a block, and cannot be a sensor too")
        self.bus = Bus(Neighbours(self.stations, self.sensors) if self.sensors else self.stations)
        self.rivals = {unit: Rival(station) for unit, station in self.stations.items()}
        self.player: Player | None = None
        """What plays a scenario, if one was begun."""
        self.observers: list[Callable[[int, float], None]] = []
        """Told of each scan that a unit has run: the unit, and when, in ms of the room's clock."""
        self._speed = 1.0
        self.speed = speed

    @classmethod
    def of_room(
        cls,
        room: RoomLayout | Path,
        *,
        seed: int = 0,
        speed: float = 1.0,
        mechanics: Mechanics | None = None,
        settings: Settings | None = None,
        sensors: Mapping[int, ClimateSensor] | None = None,
    ) -> VirtualRoom:
        """The blocks of a room, or of a room file. Raises RoomFileError."""
        layout = load_room(room) if isinstance(room, Path) else room
        return cls(
            layout.blocks,
            code=layout.code,
            seed=seed,
            speed=speed,
            mechanics=mechanics,
            settings=settings,
            sensors=sensors,
        )

    @property
    def speed(self) -> float:
        """How many seconds the mechanics live through in one second; watchdog, life times and scans keep their pace."""
        return self._speed

    @speed.setter
    def speed(self, factor: float) -> None:
        if not 0.0 < factor <= 1000.0:
            raise ValueError("the speed factor lies above 0 and at most at 1000")
        self._speed = factor
        for station in self.stations.values():
            station.controller.time_scale = factor

    def advance(self, seconds: float, is_over: Callable[[], bool] | None = None) -> None:
        """Let time pass: every scan that falls due is run, and what a scenario says happens at its time.

        Ends earlier if `is_over` says so after a scan or an act.
        """
        end_ms = self.now_ms + seconds * 1000.0
        while is_over is None or not is_over():
            unit, station = self._next_to_scan()
            scan_ms = station.next_scan_ms
            player = self.player
            if player is not None and (act_ms := player.next_ms) <= scan_ms and act_ms <= end_ms + 1e-6:
                self.now_ms = max(self.now_ms, act_ms)
                player.play_due(self.now_ms)
            elif scan_ms <= end_ms + 1e-6:
                self.now_ms = max(self.now_ms, scan_ms)
                self._scan(unit, station)
            else:
                self.now_ms = end_ms
                return

    def _next_to_scan(self) -> tuple[int, Station]:
        if len(self.stations) == 1:
            return next(iter(self.stations.items()))
        return min(self.stations.items(), key=_next_scan_ms)

    def _scan(self, unit: int, station: Station) -> None:
        at_ms = station.next_scan_ms
        station.scan()
        for observe in self.observers:
            observe(unit, at_ms)
        rival = self.rivals[unit]
        if rival.is_alive:  # what it writes now, the next scan takes
            rival.step(station.controller.settings.scan_ms)
        if self.player is not None:
            self.player.look(station, at_ms)

    @property
    def next_event_s(self) -> float:
        """Seconds from now until the next scan of any unit, or act of a scenario."""
        next_ms = min(station.next_scan_ms for station in self.stations.values())
        if self.player is not None:
            next_ms = min(next_ms, self.player.next_ms)
        return (next_ms - self.now_ms) / 1000.0

    def player_of(self, text: str) -> Player:
        """Prepare a scenario for this room. Raises ControlError with the line and the reason."""
        try:
            return Player(self, parse_scenario(text), partial(commands.prepare, self))
        except ScenarioError as error:
            raise ControlError(str(error)) from error

    def play(self, player: Player) -> None:
        """Begin a scenario now, in place of one that is under way."""
        self.player = player
        player.begin(self.now_ms)

    @property
    def description(self) -> dict[str, object]:
        """What the line of JSON says beside the wires."""
        if not self.sensors:
            return {"profile": "reference"}
        return {"profile": "climate", "sensors": {str(unit): sensor.model for unit, sensor in self.sensors.items()}}

    @property
    def units(self) -> dict[int, int]:
        """How many carriages each unit has."""
        return {unit: len(station.block.carriages) for unit, station in self.stations.items()}

    def ends(self, wire: str) -> list[int | None]:
        """The ends of a wire: one, for everybody."""
        return [None]

    def session(self, wire: str, unit: int | None) -> Session:
        """A client of a wire."""
        decoder: Decoder[Request] = MbapDecoder() if wire == "tcp" else RtuDecoder()
        return RequestSession(decoder, self.bus.exchange)

    def drain_reports(self) -> list[tuple[int, Delivery]]:
        """A Modbus server says nothing unasked."""
        return []

    def execute(self, request: Mapping[str, object]) -> dict[str, object]:
        """Carry out a request of the control channel (``docs/simulator.md``). Raises ControlError."""
        return commands.execute(self, request)

    def truth_of(self, unit: int) -> Mapping[str, object]:
        """What is so on the track of a unit, whatever its registers say."""
        return commands.truth_of(self.stations[unit])

    def control(self, do: str, **fields: object) -> dict[str, object]:
        """What the control channel does (``docs/simulator.md``). Raises ControlError for what is refused."""
        return commands.execute(self, {"do": do, **fields})

    def exchange_rtu(self, data: bytes) -> bytes:
        """Answer the RTU frames in `data`; delays of line faults are ignored, what would come is joined."""
        requests = RtuDecoder().feed(data)
        return b"".join(delivery.data for request in requests for delivery in self.bus.exchange(request))

    def exchange_tcp(self, data: bytes) -> bytes:
        """Answer the Modbus TCP frames in `data`, likewise."""
        requests = MbapDecoder().feed(data)
        return b"".join(delivery.data for request in requests for delivery in self.bus.exchange(request))


class VirtualBlock(VirtualRoom):
    """A room of one block, with its registers at hand."""

    __slots__ = ("unit",)

    def __init__(
        self,
        layout: BlockLayout,
        *,
        seed: int = 0,
        speed: float = 1.0,
        mechanics: Mechanics | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__((layout,), seed=seed, speed=speed, mechanics=mechanics, settings=settings)
        self.unit = layout.number

    @property
    def station(self) -> Station:
        """The unit: its steel and its controller."""
        return self.stations[self.unit]

    def read(self, address: int, count: int) -> list[int]:
        """Holding registers as the last scan left them. Raises registers.RegisterError."""
        return [int(register) for register in self.station.controller.read(address, count)]

    def write(self, address: int, *values: int) -> None:
        """Write holding registers; they take effect at the next scan. Raises registers.RegisterError."""
        self.station.controller.write(address, values)

    def truth(self) -> Mapping[str, object]:
        """What is so on the track, whatever the registers say."""
        return commands.truth_of(self.station)
