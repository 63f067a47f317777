"""A plain supervisor and a controller on paper, on one virtual clock: what tests of attended motion share.

The controller moves one carriage after the other at an even pace and says only what its capabilities tell.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from commissioned import Licensed
from supervised_room import block_of

from archroom.core.commissioning import Licence
from archroom.core.controllers import Mode
from archroom.core.plain.facts import Alarm, Capabilities, Order, OrderKind, PlainStatus, PositionSense, Side
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.rooms import Block
from archroom.core.shelving import Action, Outcome, Ticket, Wanted
from archroom.core.supervisor.notices import Notice
from archroom.core.supervisor.wishes import Frame, Wish
from archroom.errors import MotionRefused

STEP_S = 0.02
EXCHANGE_S = 0.02
TRAVEL_S = 4.0
"""Of one carriage."""

SIDES_AND_STOP = Capabilities(
    orders=frozenset({OrderKind.OPEN}),
    can_stop=True,
    position_sense=PositionSense.SIDES,
    tells_motion=True,
    tells_mode=True,
    tells_faults=True,
    tells_occupied=False,
    tells_fresh=True,
    has_sequence_numbers=False,
    stops_when_host_is_silent=None,
)


@dataclass(slots=True)
class PaperPlain:
    """A controller on paper."""

    block: Block
    capabilities: Capabilities
    open_aisle: int = 0
    target: int | None = None
    started_s: float = 0.0
    start_after_s: float = 1.0
    counter: int = 0
    mode: Mode = Mode.AUTOMATIC
    is_enabled: bool = True
    alarms: tuple[Alarm, ...] = ()
    occupied: frozenset[int] = frozenset()
    people_inside: int | None = None
    arrives_at: int | None = None
    """The aisle that opens whatever was ordered."""
    is_deaf: bool = False
    """Orders are received and nothing comes of them."""
    is_frozen: bool = False
    orders: list[Order] = field(default_factory=list)
    stops: int = 0

    def take(self, order: Order, now: float) -> None:
        """Receive an order."""
        self.orders.append(order)
        if not self.is_deaf and order.kind is OrderKind.OPEN:
            self.target, self.started_s = order.aisle, now + self.start_after_s

    def stop(self) -> None:
        """Receive a STOP: it stands where it stands, between two aisles."""
        self.stops += 1
        if self.target is not None:
            self.target, self.open_aisle = None, -1

    def status(self, now: float) -> PlainStatus:
        """What it tells."""
        if self.target is not None and now >= self.started_s + TRAVEL_S:
            self.open_aisle, self.target = self.arrives_at if self.arrives_at is not None else self.target, None
        is_moving = self.target is not None and now >= self.started_s
        tells = self.capabilities
        if not self.is_frozen:
            self.counter += 1
        return PlainStatus(
            is_moving=is_moving if tells.tells_motion else None,
            mode=self.mode if tells.tells_mode else None,
            is_enabled=self.is_enabled,
            alarms=self.alarms if tells.tells_faults else (),
            sides=self._sides(is_moving) if tells.position_sense is PositionSense.SIDES else None,
            open_aisle=self.open_aisle if tells.position_sense is PositionSense.AISLE else None,
            occupied_aisles=self.occupied if tells.tells_occupied else None,
            people_inside=self.people_inside,
            freshness=self.counter if tells.tells_fresh else None,
        )

    def _sides(self, is_moving: bool) -> tuple[Side, ...]:
        if is_moving or self.open_aisle < 0:
            return tuple(Side.BETWEEN for _ in self.block.carriages)
        return tuple(Side.LOW if unit.number <= self.open_aisle else Side.HIGH for unit in self.block.carriages)


@dataclass(slots=True)
class PlainRig:
    """The rig."""

    capabilities: Capabilities = SIDES_AND_STOP
    licence: Licence = Licence.ATTENDED
    block: Block = field(default_factory=block_of)
    lost: Callable[[Frame], bool] = lambda _frame: False
    """Whether the answer to a frame is lost, after it was carried out."""
    unsent: Callable[[Frame], bool] = lambda _frame: False
    """Whether a frame certainly does not go out."""
    now: float = 0.0
    sent: list[Wish] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    lease_of: str | None = None
    paper: PaperPlain = field(init=False)
    supervisor: PlainSupervisor = field(init=False)
    _free_s: float = 0.0

    def __post_init__(self) -> None:
        self.paper = PaperPlain(self.block, self.capabilities)
        numbers = count(1)
        self.supervisor = PlainSupervisor(self.block, self.capabilities, lambda: f"t{next(numbers)}")
        self.supervisor.licensing = Licensed(self.block.number, self.licence)

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Let time pass, or until something is so; returns whether it came to be."""
        end = self.now + seconds
        while self.now < end:
            if until is not None and until():
                return True
            self.now += STEP_S
            if self.lease_of is not None:
                self.supervisor.keep_alive(self.now, self.lease_of)
            self._serve()
        return until is not None and until()

    def prove(self) -> None:
        """Let the supervisor read until it believes the controller; somebody arms the block then, if it may be."""
        assert self.run(3.0, lambda: self.supervisor.view(self.now).trust.value == "good"), self.supervisor.view(self.now)
        self.arm()

    def arm(self) -> None:
        """Arm the block for an hour, unless it is armed or may not be."""
        if not self.supervisor.gate.arming(self.now).is_armed:
            with suppress(MotionRefused):
                self.supervisor.arm(self.now, "Ana", 3600.0)

    def start(self, opens: int, clear: int | None = None, attendant: str = "Ben") -> Ticket:
        """Select, confirm and let go, with a program that stays alive; somebody has armed the block, if it may be."""
        self.arm()
        ticket = self.supervisor.select(self.now, Wanted(Action.OPEN, opens), "Ana")
        self.supervisor.go(self.now, ticket.id, ticket.narrows if clear is None else (clear,), "Ana", attendant)
        self.supervisor.release(self.now, ticket.id)
        self.lease_of = ticket.id
        return ticket

    def end_of(self, ticket: Ticket, within_s: float = 400.0) -> Outcome:
        """Let time pass until a motion has an outcome."""
        assert self.run(within_s, lambda: self.supervisor.outcome(ticket.id) is not None), self.supervisor.view(self.now)
        outcome = self.supervisor.outcome(ticket.id)
        assert outcome is not None
        return outcome

    def frames(self, frame: Frame) -> int:
        """How often a kind of frame went out."""
        return sum(wish.frame is frame for wish in self.sent)

    def _serve(self) -> None:
        if self.now < self._free_s:
            return
        due = [wish for wish in self.supervisor.wishes(self.now) if wish.due_s <= self.now]
        self.notices += self.supervisor.take_notices()
        if not due:
            return
        wish = min(due, key=lambda wish: (wish.lane, wish.due_s))
        self.supervisor.frame_sent(self.now, wish)
        asked_s = self.now
        self._free_s = self.now + EXCHANGE_S
        if self.unsent(wish.frame):
            self.supervisor.frame_failed(self.now, wish, is_sent=False)
            return
        self.sent.append(wish)
        if wish.order is not None:
            self.paper.take(wish.order, self.now)
        elif wish.frame is Frame.STOP:
            self.paper.stop()
        if self.lost(wish.frame):
            self.supervisor.frame_failed(self.now, wish)
        elif wish.frame is Frame.STATUS:
            self.supervisor.status_read(self.now, self.paper.status(self.now), asked_s)
        else:
            self.supervisor.frame_echoed(self.now, wish)
