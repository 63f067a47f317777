"""The logic that controllers of plain makes share, scan by scan, on the steel of one block. Pure: no IO, no clock.

Orders are taken up at the next scan and states change at scans only. STOP is carried out in every state that has power.
A safety device that trips stops what moves and latches; a motion that was stopped never goes on by itself. What a host
does or does not say later changes nothing on a motion under way, unless the settings say so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware_sim.block import Block
from hardware_sim.motions import Plan, changed_aisles
from hardware_sim.plain_orders import (
    MOTIONS,
    Act,
    Happened,
    Happening,
    Order,
    PlainSettings,
    PlainState,
    Refusal,
    Side,
)
from hardware_sim.plain_places import OPEN_TOLERANCE_MM, CarriageSides, closing_gap, open_aisles, segments_of
from hardware_sim.registers import Fault, Mode

TRACK_MM = 0xFFFF
"""Farther than any carriage can go."""


@dataclass(frozen=True, slots=True)
class _Motion:
    order: Order
    plan: Plan
    accepted_ms: int


@dataclass(slots=True, eq=False)
class PlainCabinet:
    """One block with its steel, its cabinet and its power. `time_scale` as in the reference controller."""

    block: Block
    settings: PlainSettings
    mode: Mode = Mode.AUTOMATIC
    is_enabled: bool = True
    is_silent: bool = False
    """A dead line: nothing that is sent to this cabinet arrives."""
    is_locked: bool = False
    is_asleep: bool = False
    faults: Fault = Fault(0)
    time_scale: float = 1.0
    temperature_c: float = 20.0
    humidity_percent: float = 50.0
    now_ms: int = field(default=0, init=False)
    last_opened: int | None = field(default=None, init=False)
    """The aisle that was opened last since power came."""
    last_order: Order | None = field(default=None, init=False)
    """The order that was taken last since power came, STOP included."""
    is_ventilated: bool = field(default=False, init=False)
    """Whether the carriages stand as a VENTILATE has left them."""
    boots: int = field(default=1, init=False)
    _is_powered: bool = field(default=True, init=False)
    _sides: CarriageSides = field(init=False)
    _orders: list[Order] = field(default_factory=list, init=False)
    _motion: _Motion | None = field(default=None, init=False)
    _state: PlainState = field(default=PlainState.IDLE, init=False)
    _moved_ms: int = field(default=0, init=False)
    _heard_ms: int = field(default=0, init=False)
    _moving: frozenset[int] = field(default=frozenset(), init=False)
    _happenings: list[Happening] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._sides = CarriageSides(self.block, by_neighbours=self.settings.sides_by_neighbours)

    # -- what a host may know

    @property
    def is_heard(self) -> bool:
        """Whether requests arrive and are answered."""
        return self._is_powered and not self.is_silent

    @property
    def state(self) -> PlainState:
        """What the cabinet is doing."""
        return self._state

    @property
    def is_running(self) -> bool:
        """Whether a motion is under way, its warning and its braking included."""
        return self._motion is not None

    @property
    def is_protected(self) -> bool:
        """Whether a safety device has tripped and nobody has taken that back."""
        return bool(self.faults)

    @property
    def target(self) -> int | None:
        """The aisle that is being opened."""
        motion = self._motion
        return motion.order.place if motion is not None and motion.order.act is Act.OPEN else None

    @property
    def open_aisles(self) -> list[int]:
        """The aisles that are as wide as aisles are."""
        return open_aisles(self.block)

    def side(self, carriage: int) -> Side:
        """Where a carriage stands."""
        return self._sides.of(carriage)

    def is_moving(self, carriage: int, *, is_up: bool) -> bool:
        """Whether a carriage moves that way."""
        speed = self.block.carriages[carriage - 1].speed
        return speed > 0.0 if is_up else speed < 0.0

    def drain(self) -> list[Happening]:
        """What has happened since this was last asked."""
        happenings, self._happenings = self._happenings, []
        return happenings

    # -- what a host may do

    def hear(self) -> None:
        """A request has come, whatever it asks."""
        self._heard_ms = self.now_ms

    def take(self, order: Order) -> Refusal | None:
        """Take an order for the next scan, or say why not. It is judged again at the scan."""
        refusal = self._refusal_of(order)
        if refusal is None:
            self._orders.append(order)
        return refusal

    # -- the cabinet's own switches

    @property
    def is_powered(self) -> bool:
        """Whether the controller has power; without it the brakes hold."""
        return self._is_powered

    def switch_power(self, is_on: bool) -> None:
        """Cut or give power; latched faults and locks outlive the cut."""
        if is_on == self._is_powered:
            return
        self._is_powered = is_on
        self._orders.clear()
        self._motion = self.last_opened = self.last_order = None
        self._happenings.clear()
        if is_on:
            self.boots += 1
            self.is_asleep = False
            self._moved_ms = self._heard_ms = self.now_ms
            self._moving = frozenset()
            self._state = PlainState.FAULTED if self.faults else PlainState.IDLE
        else:
            self.block.stop()
            self._state = PlainState.OFF

    def press_reset(self) -> Fault:
        """Local reset: clears each latched fault whose device is clear, starts nothing. Returns what stays latched."""
        held = self._held_faults()
        if self.block.beam_mask():
            held |= Fault.BEAM
        if self.block.occupied_mask():
            held |= Fault.OCCUPIED
        self.faults &= held
        return self.faults

    # -- the program

    def scan(self) -> None:
        """One scan: the time since the last one passes on the track, then inputs, orders and the motion."""
        self.block.step(self.settings.scan_ms * 0.001 * self.time_scale)
        self.now_ms += self.settings.scan_ms
        if not self._is_powered:
            return
        self._read_inputs()
        silence_ms = self.settings.silence_stop_ms
        if silence_ms and self.now_ms - self._heard_ms >= silence_ms:
            self._end_motion()
        orders, self._orders = self._orders, []
        for order in orders:
            if self._refusal_of(order) is None:
                self._obey(order)
        if self._motion is not None:
            self._drive(self._motion)
        if self._motion is None:
            self._rest()
        self._notice_carriages()

    def _obey(self, order: Order) -> None:
        self.last_order = order
        if order.act in MOTIONS:
            self._begin(order)
        elif order.act is Act.STOP:
            self._end_motion()
        elif order.act in (Act.LOCK, Act.UNLOCK):
            self.is_locked = order.act is Act.LOCK
        elif order.act is Act.RELEASE:
            self.press_reset()
        else:
            self.is_asleep = False
            self._moved_ms = self.now_ms

    def _begin(self, order: Order) -> None:
        plan = self._plan(order)
        if plan:
            self._motion = _Motion(order, plan, self.now_ms)
            self._state = PlainState.WARNING
            self.is_ventilated = False
        elif order.act is Act.OPEN:
            self.last_opened = order.place

    def _plan(self, order: Order) -> Plan:
        """How the block moves for a motion order that names what is there."""
        block, place = self.block, order.place
        match order.act:
            case Act.OPEN:
                return block.stretch(place).gathering(place)
            case Act.CLOSE:
                gaps = [closing_gap(block.layout, segment) for segment in segments_of(block)]
                return tuple(move for gap in gaps for move in block.stretch(gap).gathering(gap))
            case Act.VENTILATE:
                gaps = [segment.first for segment in segments_of(block)]
                return tuple(move for gap in gaps for move in block.stretch(gap).spreading())
            case Act.JOG:
                return block.jogging(place, TRACK_MM if order.is_up else -TRACK_MM)
            case _:
                gap = place - 1 if order.is_up else place
                moves = block.stretch(gap).gathering(gap)
                return tuple(move for move in moves if (move.carriage >= place) == order.is_up or move.carriage == place)

    def _refusal_of(self, order: Order) -> Refusal | None:
        if order.act not in self.settings.abilities:
            return Refusal.NOT_OFFERED
        if order.act not in MOTIONS:
            return None
        if not self._is_there(order):
            return Refusal.NOT_THERE
        if not self._is_permitted:
            return Refusal.NOT_AUTOMATIC
        if self.faults or self._held_faults() or self.block.beam_mask():
            return Refusal.PROTECTED
        if self.is_asleep:
            return Refusal.ASLEEP
        if self.is_locked or self._is_barred(order):
            return Refusal.LOCKED
        if self._motion is not None or not self.block.is_still:
            return Refusal.MOVING
        if self.block.occupied_mask() & _changed_mask(self._plan(order)):
            return Refusal.OCCUPIED
        return None

    @property
    def _is_permitted(self) -> bool:
        return self.mode is Mode.AUTOMATIC and (self.is_enabled or not self.settings.needs_enable)

    def _is_there(self, order: Order) -> bool:
        layout = self.block.layout
        if order.act is Act.OPEN:
            return 0 <= order.place <= layout.carriage_count and layout.is_enterable(order.place)
        return order.act not in (Act.PUSH, Act.JOG) or not layout.is_fixed(order.place)

    def _is_barred(self, order: Order) -> bool:
        """Whether a locked carriage keeps a motion from what it is for."""
        if order.act is Act.OPEN:
            return self.block.stretch(order.place).widest_mm < self.block.layout.aisle_mm - OPEN_TOLERANCE_MM
        return order.act in (Act.PUSH, Act.JOG) and not self.block.can_move(order.place)

    # -- safety devices

    def _held_faults(self) -> Fault:
        """The faults that latch in every state, as their devices hold them right now."""
        block = self.block
        held = Fault.EMERGENCY_STOP if block.emergency_stop_pressed else Fault(0)
        if block.is_edge_pressed():
            held |= Fault.EDGE
        return held | Fault.DRIVE if block.is_overloaded() else held

    def _read_inputs(self) -> None:
        if self.block.is_undisturbed:
            return
        tripped = self._held_faults()
        if self._motion is not None:
            changed = _changed_mask(self._motion.plan)
            if self.block.beam_mask() & changed:
                tripped |= Fault.BEAM
            if self.block.occupied_mask() & changed:
                tripped |= Fault.OCCUPIED
        if tripped & ~self.faults:
            self._happenings.append(Happening(Happened.ALARM, min(self.block.edges_held | self.block.jammed, default=0)))
        if tripped:
            self.faults |= tripped
            self._end_motion()

    # -- motion

    def _drive(self, motion: _Motion) -> None:
        if self._state is PlainState.STOPPING:
            if self.block.is_still:
                self._motion = None
        elif not self._is_permitted:
            self._end_motion()
        elif self._state is PlainState.MOVING and self.block.is_still:
            self._motion = None
            self.is_ventilated = motion.order.act is Act.VENTILATE
            if motion.order.act is Act.OPEN:
                self.last_opened = motion.order.place
        elif self._state is PlainState.WARNING and self.now_ms - motion.accepted_ms >= self.settings.warning_ms:
            self.block.run(motion.plan)
            self._state = PlainState.MOVING

    def _end_motion(self) -> None:
        if self._motion is None or self._state is PlainState.STOPPING:
            return
        self.block.stop()
        self._state = PlainState.STOPPING
        if self.block.is_still:
            self._motion = None

    def _rest(self) -> None:
        """What the state is while no motion is under way."""
        sleep_ms = self.settings.sleep_after_ms
        if sleep_ms and self.now_ms - self._moved_ms >= sleep_ms:
            self.is_asleep = True
        if self.faults:
            self._state = PlainState.FAULTED
        else:
            self._state = PlainState.ASLEEP if self.is_asleep else PlainState.IDLE

    def _notice_carriages(self) -> None:
        if self._motion is not None:
            self._moved_ms = self.now_ms
        elif not self._moving:
            return
        moving = frozenset(carriage.number for carriage in self.block.carriages if carriage.speed)
        for carriage in sorted(moving - self._moving):
            self._happenings.append(Happening(Happened.STARTED, carriage))
        for carriage in sorted(self._moving - moving):
            if self.side(carriage) is not Side.NEITHER:
                self._happenings.append(Happening(Happened.ARRIVED, carriage))
        self._moving = moving


def _changed_mask(plan: Plan) -> int:
    """Bit *k* set: the plan changes aisle *k* or slides it sideways."""
    return sum(1 << aisle for aisle in changed_aisles(plan))
