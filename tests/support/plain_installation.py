"""The shelving of a trial whose controllers are of another make: the simulator's own cabinets, behind the wire of the make.

What the simulator does not model on a wire is refused before the trial begins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from installations import TURNAROUND_S, Note, well_of
from plain_conduct import Make, PlainConduct, PlainOracle
from profile_texts import profile_text
from supervised_room import block_of, layout_of
from virtual_wire import VirtualWire
from world_clock import BEGIN_S, WorldClock

from archroom.core.commissioning import Licence
from archroom.core.rooms import Block
from archroom.drivers.ports import Carrier, parse_port
from archroom.drivers.timing import LineTiming
from archroom.shelving.spec import BusSpec
from hardware_sim import Finding
from hardware_sim.block import Block as SimulatedBlock
from hardware_sim.fields import ControlError, Fields
from hardware_sim.line_commands import line_fault
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_commands import execute_plain
from hardware_sim.plain_room import PlainRoom
from hardware_sim.player import Player
from hardware_sim.profiles.catalogue import PLAIN_PROFILES
from hardware_sim.sessions import Session
from hardware_sim.track_commands import TRACK_VERBS, Act, Answer

CABINET_VERBS = ("reset", "mode", "enable", "power", "silent")


@dataclass(frozen=True, slots=True)
class PlainSetting:
    """A room of one make."""

    make: Make
    url: str
    blocks: tuple[Block, ...]
    changes: Mapping[str, str] = field(default_factory=dict)
    """What a site has found out and set in the profile that is shipped."""
    speed: float = 4.0

    @property
    def profile(self) -> str:
        """The profile's text."""
        text = profile_text(self.make.value)
        for old, new in self.changes.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return text


MAKES: dict[str, PlainSetting] = {
    setting.make.value: setting
    for setting in (
        PlainSetting(Make.FATEK_COILS, "tcp://127.0.0.1:1", (block_of(5),)),
        PlainSetting(
            Make.Z5,
            "udp://127.0.0.1:1",
            (block_of(5, fixed=(1,), end_aisles=(False, False), open_aisles=(2,)),),
        ),
        PlainSetting(
            Make.WKL,
            "socket://127.0.0.1:1",
            (
                block_of(4, fixed=(1,), end_aisles=(False, True), open_aisles=(1,)),
                block_of(3, number=2, fixed=(1,), end_aisles=(False, True), open_aisles=(3,)),
            ),
        ),
        PlainSetting(
            Make.MJJ_WEB,
            "http://127.0.0.1:1",
            (block_of(5, end_aisles=(False, True), open_aisles=(1,)),),
            {
                "writing = false": "writing = true",
                'opens_with = "none"': 'opens_with = "low"',
                "orders = []": 'orders = ["open", "close", "ventilate"]',
            },
        ),
        PlainSetting(
            Make.STOW_WMS,
            "socket://127.0.0.1:1",
            (block_of(5, end_aisles=(False, True), open_aisles=(1,)),),
            {'alarm_bits_inverted = "unknown"': 'alarm_bits_inverted = "no"'},
        ),
    )
}
"""Rooms with controllers of other makes, by the name of the make; a scenario says `room NAME`."""


@dataclass(frozen=True, slots=True)
class PlainStation:
    """A cabinet as scenarios and judges know a unit."""

    controller: PlainCabinet

    @property
    def block(self) -> SimulatedBlock:
        """Its steel."""
        return self.controller.block


class ObservedRoom(PlainRoom):
    """A room of another make in which a scenario is played, and which is watched scan by scan."""

    __slots__ = ("observers", "player", "stations")

    def __init__(self, setting: PlainSetting) -> None:
        layouts = [layout_of(block) for block in setting.blocks]
        super().__init__(layouts, PLAIN_PROFILES[setting.make.value], speed=setting.speed)
        self.stations = {unit: PlainStation(cabinet) for unit, cabinet in self.cabinets.items()}
        self.observers: list[Callable[[int, float], None]] = []
        self.player: Player | None = None

    def play(self, player: Player) -> None:
        """Begin a scenario now, in place of one that is under way."""
        self.player = player
        player.begin(self.now_ms)

    def advance(self, seconds: float, is_over: Callable[[], bool] | None = None) -> None:
        """Let time pass, scan by scan and act by act; ends earlier if `is_over` says so after one."""
        end_ms = self.now_ms + seconds * 1000.0
        while is_over is None or not is_over():
            scan_ms = self.now_ms + 1000.0 * self.next_event_s
            player = self.player
            if player is not None and (act_ms := player.next_ms) <= scan_ms and act_ms <= end_ms + 1e-6:
                self.now_ms = max(self.now_ms, act_ms)
                player.play_due(self.now_ms)
            elif scan_ms <= end_ms + 1e-6:
                super().advance(max(0.0, scan_ms - self.now_ms) / 1000.0)
                self._look()
            else:
                self.now_ms = max(self.now_ms, end_ms)
                return

    def _look(self) -> None:
        for unit, station in self.stations.items():
            for observe in self.observers:
                observe(unit, self.now_ms)
            if self.player is not None:
                self.player.look(station, self.now_ms)


class LivingWire(VirtualWire):
    """A wire on which units also speak unasked: whoever waits for bytes gets them as soon as they come."""

    def __init__(
        self,
        clock: WorldClock,
        timing: LineTiming,
        far_end: Callable[[bytes, float], list[tuple[float, bytes]]],
        *,
        is_question: bool,
    ) -> None:
        """`is_question`: each `write` is a connection of its own, and what an earlier one is answered is never read."""
        super().__init__(clock, timing, far_end)
        self._world = clock
        self._is_question = is_question

    def write(self, data: bytes) -> None:
        """Give bytes to the far end."""
        if self._is_question:
            self._arriving.clear()
        super().write(data)

    def read(self, max_wait_s: float) -> bytes:
        """Let time pass until bytes come, at most so long."""
        clock, ends_at = self._world, self._world.now + max_wait_s
        while True:
            if self._arriving and self._arriving[0][0] <= clock.now:
                return self._arriving.pop(0)[2]
            if clock.now >= ends_at:
                return b""
            known = self._count
            next_at = min(ends_at, self._arriving[0][0]) if self._arriving else ends_at
            clock.pass_until(next_at, lambda known=known: self._count != known)  # type: ignore[misc]


class PlainInstallation:
    """Controllers of one other make."""

    licence = Licence.ATTENDED
    patience_s = 150.0
    """A motion whose end is not told is waited for until its slowest controller would have ended it; a push that was lost
    counts for a minute."""

    def __init__(self, setting: PlainSetting) -> None:
        self._setting = setting
        self._address = parse_port(setting.url)
        self.room = ObservedRoom(setting)
        self._oracle = PlainOracle(self.room.cabinets)
        self.room.observers.append(self._oracle.look)
        self.room.observers.append(self._report)
        self._conduct: PlainConduct | None = None
        self._wire: LivingWire | None = None
        self._note: Note = lambda _what, _text: None

    @property
    def findings(self) -> list[Finding]:
        """Rules of the steel that were broken."""
        return self._oracle.findings

    @property
    def starts(self) -> int:
        """How often steel began to move on an order."""
        return self._oracle.starts

    def spec(self, folder: Path) -> BusSpec:
        """What the server is told to serve; its profile is as the site has set it."""
        file = folder / f"{self._setting.make.value}.toml"
        file.write_text(self._setting.profile, encoding="utf-8")
        return BusSpec(self._setting.url, {block.number: block.number for block in self._setting.blocks}, str(file))

    def judge(self, journal: Path, now: Callable[[], float], is_stranger: Callable[[int], bool]) -> PlainConduct:
        """Return who judges archroom's side from now on."""
        self._conduct = PlainConduct(self.room, self.room.cabinets, self._setting.make, journal, now, is_stranger)
        return self._conduct

    def wire(self, clock: WorldClock, note: Note) -> VirtualWire:
        """Return a wire that was just opened."""
        conduct, carrier = self._conduct, self._address.carrier
        assert conduct is not None
        session = self._session()

        def far_end(data: bytes, now: float) -> list[tuple[float, bytes]]:
            nonlocal session
            note("sent", data.hex())
            conduct.bytes_sent(data)
            if carrier is Carrier.HTTP:
                session = self._session()
            elif carrier is Carrier.UDP:
                session.fall_silent()
            deliveries = session.feed(data)
            for delivery in deliveries:
                note("answered", f"{delivery.after_s} {delivery.data.hex()}")
            return [(now + TURNAROUND_S + after_s, reply) for after_s, reply in deliveries if reply and after_s != math.inf]

        self._note = note
        self._wire = LivingWire(clock, self._address.timing, far_end, is_question=carrier is Carrier.HTTP)
        return self._wire

    def _session(self) -> Session:
        wire = self.room.wires[0]
        return self.room.session(wire, self.room.ends(wire)[0])

    def _report(self, _unit: int, at_ms: float) -> None:
        """What units say unasked reaches whoever has the line open."""
        for _, delivery in self.room.drain_reports():
            self._note("reported", f"{delivery.after_s} {delivery.data.hex()}")
            if self._wire is not None and delivery.after_s != math.inf:
                self._wire.arrive(BEGIN_S + at_ms / 1000.0 + TURNAROUND_S + delivery.after_s, delivery.data)

    def prepare(self, request: Mapping[str, object]) -> Act:
        """Make an act of a request. Raises ControlError for what is not modelled of this make."""
        room, fields, verb = self.room, Fields(request), str(request.get("do"))
        if verb in TRACK_VERBS:
            fields = Fields({name: value for name, value in request.items() if name not in ("do", "unit")})
            return TRACK_VERBS[verb](self._cabinet(request).block, fields)
        if verb == "link":
            named = {name: value for name, value in request.items() if name not in ("do", "unit")}
            line_fault(Fields(named), room.fault_kinds)

            def strike() -> Answer:
                room.line_faults.append(line_fault(Fields(named), room.fault_kinds))
                return {}

            return strike
        if verb != "link_clear":
            if verb not in CABINET_VERBS:
                raise ControlError(f"{verb!r} is not modelled in this profile")
            self._cabinet(request)
        told = {name: value for name, value in request.items() if verb != "link_clear" or name != "unit"}
        return lambda: execute_plain(room, told)

    def _cabinet(self, request: Mapping[str, object]) -> PlainCabinet:
        cabinets = self.room.cabinets
        unit = request.get("unit", next(iter(cabinets)) if len(cabinets) == 1 else None)
        if not isinstance(unit, int) or unit not in cabinets:
            raise ControlError(f"there is no unit {unit}")
        return cabinets[unit]

    def well(self, unit: int) -> list[str]:
        """Return the acts that put a unit right; a switch that was set to manual is set until power comes anew."""
        return ["power off", *well_of(unit, self.room.stations[unit])]
