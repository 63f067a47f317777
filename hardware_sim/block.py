"""The steel of one block: carriages on a track, what touches what, and people who stand between them.

Pure: no IO, no clock, no chance. Advances by `step(dt)` only. Whatever is asked of it, the order of the carriages and
the sum of the gaps in each segment stay, fixed and locked carriages stand still, and no speed exceeds the nominal one.
It does not judge whether a motion is allowed: that is the controller's work. It counts what becomes of people if nobody
does.
"""

from __future__ import annotations

from enum import StrEnum

from hardware_sim.layout import BlockLayout, Segment, Starts
from hardware_sim.mechanics import Carriage, Mechanics
from hardware_sim.motions import Plan, Stretch, changed_aisles
from hardware_sim.sensor_faults import SensorFaults

BODY_MM = 300
"""Depth of a standing person: an aisle narrower than this touches whoever is in it."""
STEP_IN_MM = 320
"""Nobody walks into an aisle narrower than this while something moves: that leaves room to brake in."""
STALL_LIMIT_S = 0.5
"""A drive gives up on a carriage that does not move for this long."""
CRANK_MM_S = 20.0
"""How fast a hand turns a crank, at most."""
_DRIVES = {
    Starts.SEQUENTIAL: Mechanics(is_sequential=True),
    Starts.STAGGERED: Mechanics(),
    Starts.GROUP: Mechanics(stagger_s=0.0),
}


class DriveFault(StrEnum):
    """What a drive that does not obey runs on after, until it has arrived."""

    LOST_LINK = "lost_link"
    """Its controller's watchdog lets go of it, as a drive does whose loss of communication is set to *continue*."""
    STOP = "stop"
    """A STOP that its controller was sent."""


class Person:
    """Somebody in an aisle, seen by the detectors or not, and what the carriages did to them."""

    __slots__ = ("aisle", "entry_edges", "is_detected", "is_hit", "name", "shifted_mm")

    def __init__(self, name: str, aisle: int, *, is_detected: bool, entry_edges: tuple[float, float]) -> None:
        self.name = name
        self.aisle = aisle
        self.is_detected = is_detected
        self.is_hit = False
        self.entry_edges = entry_edges
        self.shifted_mm = 0.0
        """The furthest that a side of the aisle has moved since the person came in."""


class Block:
    """One track of carriages that can be set in motion, stopped and stepped."""

    __slots__ = (
        *("_locked", "_moving", "_people", "_segments", "_stalled_s", "_track_mm", "beams_broken", "carriages"),
        *("cranked", "drive_fault", "edges_held", "emergency_stop_pressed", "encoder_offsets", "hits", "is_hands_motion"),
        *("jammed", "layout", "mechanics", "sensor_faults"),
    )

    def __init__(self, layout: BlockLayout, mechanics: Mechanics | None = None) -> None:
        self.layout = layout
        self.mechanics = mechanics or _DRIVES[layout.starts]
        self.carriages = tuple(
            Carriage(facts.number, facts.depth_mm, is_fixed=facts.is_fixed, position=float(position))
            for facts, position in zip(layout.carriages, layout.positions_with_open(layout.open_aisles), strict=True)
        )
        self.beams_broken: set[int] = set()
        self.edges_held: set[int] = set()
        self.emergency_stop_pressed = False
        self.jammed: set[int] = set()
        """Carriages that something blocks: driven or not, they stay."""
        self.encoder_offsets: dict[int, int] = {}
        """By how many mm the measured position of a carriage is wrong."""
        self.sensor_faults = SensorFaults()
        self.drive_fault: DriveFault | None = None
        self.cranked: int | None = None
        """The carriage that a hand is turning."""
        self.is_hands_motion = False
        """Whether a hand has set in motion what moves now, or moved last."""
        self.hits = 0
        """How often a person was touched by steel: the oracle. 0 is the only good number."""
        self._locked: frozenset[int] = frozenset()
        self._segments = layout.segments
        self._track_mm = layout.track_mm
        self._moving: list[Carriage] = []
        self._stalled_s = 0.0
        self._people: dict[str, Person] = {}

    # -- motion

    @property
    def is_still(self) -> bool:
        """Whether nothing moves and nothing waits to start."""
        return not self._moving

    def step(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass."""
        if self.sensor_faults:
            self.sensor_faults.step(dt_s)
        moving = self._moving
        if not moving:
            return
        if self.jammed:
            self._stall_jammed(dt_s)
        has_arrivals = False
        for carriage in moving:
            left = carriage.phase_left_s
            if left > dt_s:
                speed = carriage.speed
                gain = carriage.acceleration * dt_s
                carriage.position += (speed + 0.5 * gain) * dt_s
                carriage.speed = speed + gain
                carriage.phase_left_s = left - dt_s
            elif not carriage.finish_phase(dt_s):
                has_arrivals = True
        if has_arrivals:
            self._moving = [carriage for carriage in moving if carriage.phase_left_s > 0.0]
            if not self._moving:
                self.cranked = None
        if self.jammed:
            self._part_overlapping()
        if self._people:
            self._find_contacts()

    def run(self, plan: Plan) -> None:
        """Set carriages in motion, in the order of a plan that was made from where they stand now.

        The first starts at once, the others follow by the mechanics' rule. Raises ValueError while something moves.
        """
        if self._moving:
            raise ValueError("the block is moving")
        wait_s = 0.0
        for move in plan:
            carriage = self.carriages[move.carriage - 1]
            displacement = move.target_mm - carriage.position
            carriage.run_to(move.target_mm, self.mechanics.phases(displacement, wait_s))
            is_sequential = self.mechanics.is_sequential
            wait_s += self.mechanics.travel_s(abs(displacement)) if is_sequential else self.mechanics.stagger_s
        self._moving = [self.carriages[move.carriage - 1] for move in plan]
        self.is_hands_motion = False

    def open_aisle(self, aisle: int) -> None:
        """Set carriages in motion until this aisle has all spare width of its segment. Raises ValueError as `run` does."""
        self.run(self.stretch(aisle).gathering(aisle))

    def changed_aisles(self, aisle: int) -> frozenset[int]:
        """The aisles that change or slide sideways when this one is opened from here."""
        return changed_aisles(self.stretch(aisle).gathering(aisle))

    def jogging(self, carriage: int, displacement_mm: int) -> Plan:
        """How one carriage that can move goes that way; below 0: towards the origin."""
        return self.stretch(carriage).jogging(carriage, displacement_mm)

    def stop(self) -> None:
        """Brake everything that moves; what has not started stays."""
        for carriage in self._moving:
            carriage.brake(self.mechanics.stop_deceleration_mm_s2)
        self._moving = [carriage for carriage in self._moving if carriage.phase_left_s > 0.0]
        self.cranked = None

    def place(self, positions_mm: list[int]) -> None:
        """Put the carriages where they are said to stand, as after an interrupted motion.

        Raises ValueError while something moves, and if they do not fit there.
        """
        if self._moving:
            raise ValueError("the block is moving")
        edge = 0
        for carriage, position in zip(self.carriages, positions_mm, strict=True):
            if position < edge or (carriage.is_fixed and position != round(carriage.position)):
                raise ValueError(f"carriage {carriage.number} does not fit there")
            edge = position + carriage.depth_mm
        if edge > self._track_mm:
            raise ValueError("the track is not so long")
        for carriage, position in zip(self.carriages, positions_mm, strict=True):
            carriage.position = carriage.target = float(position)

    def crank(self, carriage: int, by_mm: int, time_scale: float) -> None:
        """Turn one carriage by hand, as far as its neighbours and whoever stands beside it let it go.

        Raises ValueError while something moves, and of a carriage that is fixed or jammed or has no way to go.
        """
        if self._moving:
            raise ValueError("the block is moving")
        turned = self.carriages[carriage - 1]
        if turned.is_fixed or carriage in self.jammed:
            raise ValueError(f"carriage {carriage} cannot be turned")
        ahead = carriage if by_mm > 0 else carriage - 1
        is_somebody_there = any(person.aisle == ahead for person in self._people.values())
        room_mm = self.gap(ahead) - (BODY_MM + 1 if is_somebody_there else self.layout.clearance_mm)
        way_mm = min(float(abs(by_mm)), room_mm)
        if way_mm < 1.0:
            raise ValueError(f"carriage {carriage} has no way to go there")
        speed = min(CRANK_MM_S / time_scale, self.mechanics.speed_mm_s) * (1.0 if by_mm > 0 else -1.0)
        turned.run_to(turned.position + way_mm * (1.0 if by_mm > 0 else -1.0), [(way_mm / abs(speed), speed, 0.0)])
        self._moving = [turned]
        self.cranked = carriage
        self.is_hands_motion = True

    def free(self, carriage: int) -> None:
        """Take away what blocks a carriage; what was stalled and is still driven runs on from standstill."""
        self.jammed.discard(carriage)
        self._stalled_s = 0.0
        for stalled in self._moving:
            if stalled.is_stalled:
                stalled.run_to(stalled.target, self.mechanics.phases(stalled.target - stalled.position, 0.0))

    def _stall_jammed(self, dt_s: float) -> None:
        for carriage in self._moving:
            if carriage.number in self.jammed:
                carriage.stall()
        if any(carriage.is_stalled for carriage in self._moving):
            self._stalled_s += dt_s

    def _part_overlapping(self) -> None:
        """A carriage that runs into a stalled neighbour stands where they touch, and stalls too."""
        for low, high in zip(self.carriages, self.carriages[1:], strict=False):
            overlap = low.position + low.depth_mm - high.position
            if overlap <= 0.0:
                continue
            mover = high if high.speed < 0.0 else low
            mover.position += overlap if mover is high else -overlap
            mover.stall()

    # -- segments

    @property
    def locked(self) -> frozenset[int]:
        """Carriages that will not move until they are unlocked; each parts its segment in two."""
        return self._locked

    def set_locked(self, carriage: int, is_locked: bool) -> None:
        """Lock a carriage or unlock it. Raises ValueError while something moves."""
        if self._moving:
            raise ValueError("the block is moving")
        self._locked = self._locked | {carriage} if is_locked else self._locked - {carriage}
        self._segments = self.layout.segments_parted_by(self._locked)

    def can_move(self, carriage: int) -> bool:
        """Whether there is a carriage of that number that is neither fixed nor locked."""
        return not self.layout.is_fixed(carriage) and carriage not in self._locked

    def segment_of(self, gap: int) -> Segment:
        """The segment that holds gap 0..N, as locked carriages part it."""
        return next(segment for segment in self._segments if gap in segment)

    def stretch(self, gap: int) -> Stretch:
        """The segment that holds gap 0..N, as it stands now."""
        segment = self.segment_of(gap)
        return Stretch(
            segment,
            self._side(segment.first, 0),
            self._side(segment.last, 1),
            self.carriages[segment.first : segment.last],
            self.layout.clearance_mm,
        )

    # -- what can be measured

    def _side(self, gap: int, side: int) -> float:
        """Position of the low (0) or high (1) side of a gap."""
        if side:
            is_end = gap == len(self.carriages)
            return float(self._track_mm) if is_end else self.carriages[gap].position
        if gap == 0:
            return 0.0
        carriage = self.carriages[gap - 1]
        return carriage.position + carriage.depth_mm

    def gap(self, gap: int) -> float:
        """Width of a gap now, in mm."""
        return self._side(gap, 1) - self._side(gap, 0)

    def gaps_mm(self) -> tuple[float, ...]:
        """Width of each gap 0..N now."""
        return tuple(self.gap(gap) for gap in range(len(self.carriages) + 1))

    def positions_mm(self) -> list[int]:
        """Near edge of each carriage in whole mm from the origin, as measured."""
        positions = [int(carriage.position + 0.5) for carriage in self.carriages]
        for number, offset_mm in self.encoder_offsets.items():
            positions[number - 1] = min(0xFFFF, max(0, positions[number - 1] + offset_mm))
        for number, frozen_mm in self.sensor_faults.encoders_frozen.items():
            positions[number - 1] = frozen_mm
        return positions

    def is_measured_impossible(self) -> bool:
        """Whether the measured positions overlap or lie off the track."""
        edge = 0
        for carriage, position in zip(self.carriages, self.positions_mm(), strict=True):
            if position < edge - 1:
                return True
            edge = position + carriage.depth_mm
        return edge > self._track_mm + 1

    def is_overloaded(self) -> bool:
        """Whether a motor has pushed against something for longer than its drive allows."""
        return self._stalled_s >= STALL_LIMIT_S

    def moving_mask(self) -> int:
        """Bit *i-1* set: carriage *i* has a speed."""
        mask = 0
        for carriage in self._moving:
            if carriage.speed:
                mask |= 1 << carriage.number - 1
        return mask

    def locked_mask(self) -> int:
        """Bit *i-1* set: carriage *i* is locked."""
        return sum(1 << carriage - 1 for carriage in self._locked)

    # -- people and sensors

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who is in an aisle."""
        return tuple(self._people.values())

    @property
    def is_undisturbed(self) -> bool:
        """Whether nobody is in an aisle, no sensor or button says anything, and nothing is broken."""
        is_sensed = self._people or self.beams_broken or self.edges_held or self.emergency_stop_pressed
        return not (is_sensed or self.jammed or self.encoder_offsets or self.sensor_faults)

    def let_in(self, name: str, aisle: int, *, is_detected: bool = True) -> Person:
        """Let somebody walk into an aisle; `is_detected=False` is a detector that is blind to them.

        Raises ValueError if there is no such aisle, the name is inside already, or nobody fits in.
        """
        if name in self._people:
            raise ValueError(f"{name} is in aisle {self._people[name].aisle} already")
        if not self.layout.is_enterable(aisle):
            raise ValueError(f"aisle {aisle} cannot be entered")
        needed_mm = STEP_IN_MM if self._moving else BODY_MM
        if self.gap(aisle) < needed_mm:
            raise ValueError(f"aisle {aisle} is {int(self.gap(aisle))} mm wide; a person needs {needed_mm}")
        if self.cranked is not None:
            self.stop()  # whoever turns the crank sees them
        edges = (self._side(aisle, 0), self._side(aisle, 1))
        person = Person(name, aisle, is_detected=is_detected, entry_edges=edges)
        self._people[name] = person
        return person

    def let_out(self, name: str) -> None:
        """Let somebody leave. Raises ValueError if nobody of that name is inside."""
        if name not in self._people:
            raise ValueError(f"{name} is in no aisle")
        del self._people[name]

    def occupied_mask(self) -> int:
        """Bit *k* set: the detectors see somebody in aisle *k*."""
        aisles = {person.aisle for person in self._people.values() if person.is_detected}
        return sum(1 << aisle for aisle in self.sensor_faults.detected(aisles))

    def beam_mask(self) -> int:
        """Bit *k* set: the beam in aisle *k* is broken."""
        return sum(1 << aisle for aisle in self.beams_broken | self.sensor_faults.broken_beams())

    def is_edge_pressed(self) -> bool:
        """Whether a safety edge is held down, or pressed by a body that it touches now."""
        if self.edges_held or self.sensor_faults.pressed_edges():
            return True
        return any(self.gap(person.aisle) < BODY_MM for person in self._people.values())

    def _find_contacts(self) -> None:
        for person in self._people.values():
            low, high = self._side(person.aisle, 0), self._side(person.aisle, 1)
            entry_low, entry_high = person.entry_edges
            person.shifted_mm = max(person.shifted_mm, abs(low - entry_low), abs(high - entry_high))
            if not person.is_hit and high - low < BODY_MM:
                person.is_hit = True
                self.hits += 1
