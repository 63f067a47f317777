"""Watches a simulated room and says which rule of its steel was broken. Pure; sees the truth, scan by scan, and the writes.

It judges by what it sees, not by what the controller makes of it: where the steel is, what was written to the unit, who
stands where. It never changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hardware_sim import registers
from hardware_sim.registers import Mode, Operation
from hardware_sim.sensor_faults import DetectorFault
from hardware_sim.station import Station
from hardware_sim.tasks import LOCKING

if TYPE_CHECKING:
    from hardware_sim.virtual import VirtualRoom

_EPSILON_MM = 1e-6


class Rule(StrEnum):
    """What must hold of the steel."""

    NOBODY_HIT = "nobody is hit"
    NOBODY_BESIDE = "nothing moves beside somebody whom the detectors see"
    ONE_COMMAND = "nothing starts without a new command after standstill, stop, fault or power cut"
    STOP_BOUND = "what moves stands a scan and the braking time after a STOP was seen"
    WATCHDOG_BOUND = "what moves stands when no heartbeat came for the watchdog's time, two scans and the braking time"
    HALT_BOUND = "what moves stands a scan and the braking time after an e-stop, an edge, a fault, a mode or power was seen"
    GEOMETRY = "carriages keep their order, fixed ones their place, gaps their sum, and all their speed"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was broken."""

    rule: Rule
    at_ms: float
    unit: int
    what: str

    def __str__(self) -> str:
        return f"block {self.unit} at {self.at_ms / 1000:.2f}s: {self.what} (rule: {self.rule.value})"


@dataclass(slots=True)
class _Watched:
    """What is remembered of a unit from scan to scan."""

    station: Station
    positions: list[float] = field(default_factory=list)
    """As of the last scan; none before the first."""
    is_stop_written: bool = False
    is_operate_written: bool = False
    operated_ms: float | None = None
    """When the OPERATE came that what moves, or is about to, rests on."""
    has_started: bool = False
    """Whether the drives were set in motion on it."""
    heard_ms: float = float("-inf")
    """When the last heartbeat came."""
    ended: tuple[Rule, float] | None = None
    """Why what moves must come to stand, and by when."""
    seen_since_ms: dict[str, float] = field(default_factory=dict)
    """Since when the detectors see each person."""
    hits: int = 0
    track_mm: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing was ordered, nobody is there, and nothing has to come to stand."""
        is_written = self.is_stop_written or self.is_operate_written
        is_asked = is_written or self.operated_ms is not None or self.ended is not None
        return not (is_asked or self.station.block.people or self.seen_since_ms)


class Oracle:
    """Watches every unit of a room from now on."""

    def __init__(self, room: VirtualRoom) -> None:
        self.findings: list[Finding] = []
        """Every rule that was broken, the first first."""
        self.starts = 0
        """How often steel began to move on a command."""
        self._room = room
        self._watched: dict[int, _Watched] = {}
        for unit, station in room.stations.items():
            watched = _Watched(station, track_mm=station.block.layout.track_mm)
            self._watched[unit] = watched
            station.listeners.append(self._listener(watched))
        room.observers.append(self._look)

    def _listener(self, watched: _Watched) -> Callable[[int, tuple[int, ...]], None]:
        def hear(address: int, values: tuple[int, ...]) -> None:
            if address == registers.STOP:
                watched.is_stop_written = True
            elif address == registers.HEARTBEAT:
                watched.heard_ms = self._room.now_ms
            elif address == registers.COMMAND and values[2] & 0xFF == Operation.OPERATE:
                watched.is_operate_written |= values[2] >> 8 not in LOCKING

        return hear

    def _look(self, unit: int, at_ms: float) -> None:
        watched = self._watched[unit]
        station = watched.station
        carriages = station.block.carriages
        positions = [carriage.position for carriage in carriages]
        if not watched.positions:
            watched.positions = positions
        moved = positions != watched.positions
        if not moved and station.block.is_still and watched.is_idle:
            return
        if moved:  # in the time before this scan, by what was so then
            self._judge_motion(unit, watched, at_ms)
            self._judge_geometry(unit, watched, at_ms, positions)
            watched.positions = positions
        self._take_licence(watched, at_ms)
        if station.block.is_still:
            watched.ended = None
            if watched.has_started:
                watched.operated_ms, watched.has_started = None, False
        if station.block.people or watched.seen_since_ms:
            self._judge_people(unit, watched, at_ms)

    # -- what may move

    def _take_licence(self, watched: _Watched, at_ms: float) -> None:
        """An OPERATE lets the steel move until something ends that."""
        rule = self._end(watched, at_ms)
        is_operated, watched.is_operate_written, watched.is_stop_written = watched.is_operate_written, False, False
        if rule is not None:
            watched.operated_ms = None
            if watched.ended is None:
                watched.ended = (rule, at_ms + self._braking_ms(watched.station))
        elif is_operated:
            watched.operated_ms = at_ms
        elif watched.operated_ms is not None and not watched.station.block.is_still:
            self.starts += not watched.has_started
            watched.has_started = True
        elif watched.operated_ms is not None and not watched.has_started:
            settings = watched.station.controller.settings
            if at_ms - watched.operated_ms > settings.warning_ms + 2 * settings.scan_ms:
                watched.operated_ms = None

    def _end(self, watched: _Watched, at_ms: float) -> Rule | None:
        """What ends a motion in this scan."""
        station = watched.station
        block, controller = station.block, station.controller
        if watched.is_stop_written:
            return Rule.STOP_BOUND
        if watched.operated_ms is not None or not block.is_still:
            limit_ms = controller.settings.watchdog_ms + 2 * controller.settings.scan_ms
            if at_ms - watched.heard_ms > limit_ms:
                return Rule.WATCHDOG_BOUND
        is_halted = not station.is_powered or controller.mode is not Mode.AUTOMATIC or not controller.is_enabled
        if is_halted or block.emergency_stop_pressed or controller.faults or block.is_edge_pressed():
            return Rule.HALT_BOUND
        return None

    @staticmethod
    def _braking_ms(station: Station) -> float:
        mechanics = station.block.mechanics
        scale = station.controller.time_scale
        braking_s = mechanics.speed_mm_s / mechanics.stop_deceleration_mm_s2 / scale
        return 1000.0 * braking_s + station.controller.settings.scan_ms

    def _judge_motion(self, unit: int, watched: _Watched, at_ms: float) -> None:
        if watched.station.block.is_hands_motion or watched.operated_ms is not None:
            return
        if watched.ended is None:
            self._find(Rule.ONE_COMMAND, unit, at_ms, "the steel moves, and nobody has ordered it")
        elif not watched.has_started:
            self._find(Rule.ONE_COMMAND, unit, at_ms, "the steel moves though its order had ended before")
        elif at_ms > watched.ended[1] + 1e-6:
            self._find(watched.ended[0], unit, at_ms, f"the steel moves {at_ms - watched.ended[1]:.0f} ms too long")

    # -- where things are

    def _judge_geometry(self, unit: int, watched: _Watched, at_ms: float, positions: list[float]) -> None:
        station = watched.station
        block = station.block
        most_mm = block.mechanics.speed_mm_s * station.controller.settings.scan_ms * 0.001 * station.controller.time_scale
        edge = 0.0
        for carriage, here, before in zip(block.carriages, positions, watched.positions, strict=True):
            if here < edge - _EPSILON_MM:
                self._find(Rule.GEOMETRY, unit, at_ms, f"carriage {carriage.number} overlaps what stands before it")
            if abs(here - before) > (0.0 if carriage.is_fixed else most_mm) + _EPSILON_MM:
                self._find(
                    Rule.GEOMETRY, unit, at_ms, f"carriage {carriage.number} went {abs(here - before):.2f} mm in a scan"
                )
            edge = here + carriage.depth_mm
        if edge > watched.track_mm + _EPSILON_MM:
            self._find(Rule.GEOMETRY, unit, at_ms, "the last carriage has left the track")

    def _judge_people(self, unit: int, watched: _Watched, at_ms: float) -> None:
        block = watched.station.block
        detectors = block.sensor_faults.detectors
        seen: dict[str, float] = {}
        limit_ms = self._braking_ms(watched.station) + watched.station.controller.settings.scan_ms
        moving = 0 if block.is_hands_motion else block.moving_mask()
        for person in block.people:
            is_unseen = detectors.get(person.aisle) in (DetectorFault.STUCK_CLEAR, DetectorFault.CHATTERING)
            if not person.is_detected or is_unseen:
                continue
            since_ms = seen[person.name] = watched.seen_since_ms.get(person.name, at_ms)
            beside = (1 << person.aisle) | (1 << person.aisle >> 1)
            if moving & beside and at_ms - since_ms > limit_ms:
                self._find(Rule.NOBODY_BESIDE, unit, at_ms, f"{person.name} is in aisle {person.aisle}, whose side moves")
        watched.seen_since_ms = seen
        if block.hits > watched.hits:
            watched.hits = block.hits
            self._find(Rule.NOBODY_HIT, unit, at_ms, "somebody was hit")

    def _find(self, rule: Rule, unit: int, at_ms: float, what: str) -> None:
        self.findings.append(Finding(rule, at_ms, unit, what))
