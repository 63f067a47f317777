"""A supervisor and a simulated block on one virtual clock, with a wire between them that can lose, delay and freeze.

The wire is bytes in no time: frames are built and matched as the driver does it, and answered as the simulator does it on a
wire. Time passes only in `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from commissioned import Licensed

from archroom.core.arming import LONGEST_ARMED_S, Arming
from archroom.core.rooms import Block, Carriage, End, Face
from archroom.core.shelving import Action, BlockView, Outcome, Ticket, Wanted
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.core.supervisor.supervisor import Supervisor
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.drivers import reference
from archroom.drivers.modbus import Request
from archroom.drivers.modbus_frames import build_request, find_reply
from archroom.drivers.timing import Framing
from archroom.errors import LinkError, MotionRefused, say
from hardware_sim import Settings, VirtualBlock
from hardware_sim.layout import BlockLayout, CarriageFacts, Starts

EXCHANGE_S = 0.01
TIMEOUT_S = 0.1
DRAIN_S = 0.25
STEP_S = 0.005

LOST_REQUEST = "lost request"
LOST_ANSWER = "lost answer"

Decide = Callable[[float, Frame], str | None]
"""What befalls an exchange: lost request, lost answer, or nothing."""


def block_of(
    carriages: int = 6,
    *,
    fixed: Sequence[int] = (),
    end_aisles: tuple[bool, bool] = (True, True),
    open_aisles: tuple[int, ...] = (0,),
    number: int = 1,
) -> Block:
    """A block of carriages 550 mm deep with an aisle of 800 mm and a clearance of 25 mm."""
    both = (Face.A, Face.B)
    units = tuple(Carriage(unit, unit not in fixed, 550, both, 5, 6, 870) for unit in range(1, carriages + 1))
    return Block(number, "Block", End.LEFT, 800, 25, end_aisles, open_aisles, units)


def layout_of(block: Block) -> BlockLayout:
    """The same block as the simulator describes it."""
    facts = tuple(CarriageFacts(unit.number, not unit.is_mobile, unit.depth_mm) for unit in block.carriages)
    aisles = (block.aisle_mm, block.clearance_mm)
    starts = Starts(block.motion.value)
    return BlockLayout(block.number, block.title, *aisles, block.end_aisles, block.open_aisles, facts, starts=starts)


@dataclass(slots=True)
class Sent:
    """One frame that went out."""

    at_s: float
    wish: Wish
    fate: str | None
    boot_id: int
    """Of the controller at that time: its numbers begin anew with each boot."""


@dataclass(slots=True)
class SupervisedBlock:
    """The rig."""

    block: Block = field(default_factory=block_of)
    settings: Settings | None = None
    decide: Decide = lambda _now, _frame: None
    speed: float = 1.0
    now: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    stops_asked: list[float] = field(default_factory=list)
    """When a stop was asked for, by a person or by the supervisor itself."""
    lease_of: str | None = None
    """The motion whose program is alive."""
    sim: VirtualBlock = field(init=False)
    supervisor: Supervisor = field(init=False)
    _free_s: float = 0.0
    _drained_s: float = 0.0

    def __post_init__(self) -> None:
        self.sim = VirtualBlock(layout_of(self.block), settings=self.settings, speed=self.speed)
        numbers = count(1)
        self.supervisor = Supervisor(self.block, lambda: f"t{next(numbers)}")
        self.supervisor.licensing = Licensed(self.block.number)

    # -- time

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Let time pass, or until something is so; returns whether it came to be."""
        end = self.now + seconds
        while self.now < end:
            if until is not None and until():
                return True
            self._pass(STEP_S)
            if self.lease_of is not None:
                self.supervisor.keep_alive(self.now, self.lease_of)
            self._serve()
        return until is not None and until()

    def prove(self) -> None:
        """Let the supervisor read until it believes the block."""
        assert self.run(3.0, lambda: self.view().trust.value == "good"), self.view().why_not

    def wait_for_line(self, seconds: float) -> None:
        """Let time pass while another unit has the line."""
        self._pass(seconds)

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        self.sim.advance(seconds)

    def _serve(self) -> None:
        if self.now < self._free_s:
            return
        due = [wish for wish in self.supervisor.wishes(self.now) if wish.due_s <= self.now]
        if self.now < self._drained_s:
            due = [wish for wish in due if wish.frame is Frame.STOP]
        if due:
            self._exchange(min(due, key=lambda wish: (wish.lane, wish.due_s)))
        for notice in self.supervisor.take_notices():
            self.notices.append(notice)
            if notice.kind is NoticeKind.STOP_ASKED and not self.supervisor.is_stranger:
                self.stops_asked.append(self.now)

    def _exchange(self, wish: Wish) -> None:
        fate = self.decide(self.now, wish.frame)
        station = self.sim.station
        if not station.is_heard:
            fate = fate or LOST_REQUEST
        self.sent.append(Sent(self.now, wish, fate, station.controller.boot_id))
        asked_s = self.now
        self.supervisor.frame_sent(self.now, wish)
        request = request_of(wish, self.sim.unit, len(self.block.carriages))
        registers = None if fate == LOST_REQUEST else self._carry(request)
        if fate is not None or registers is None:
            self._pass(TIMEOUT_S)
            self._drained_s = self.now + DRAIN_S
            self.supervisor.frame_failed(self.now, wish)
            return
        self._pass(EXCHANGE_S)
        tell(self.supervisor, self.now, wish, registers, asked_s)

    def _carry(self, request: Request) -> tuple[int, ...] | None:
        answer = self.sim.exchange_rtu(build_request(request, Framing.RTU, 0))
        found = find_reply(answer, request, Framing.RTU, 0)
        return None if found is None or found.exception_code is not None else found.registers

    # -- what is so

    def view(self) -> BlockView:
        """What the supervisor shows."""
        return self.supervisor.view(self.now)

    def frames(self, *kinds: Frame) -> list[Sent]:
        """The frames of these kinds that went out."""
        return [sent for sent in self.sent if sent.wish.frame in kinds]

    @property
    def is_still(self) -> bool:
        """Whether the steel stands still."""
        return self.sim.station.block.is_still

    # -- the usual acts

    def arm(self, by: str = "Ana") -> Arming:
        """Arm the block for the longest time."""
        return self.supervisor.arm(self.now, by, LONGEST_ARMED_S)

    def select(self, wanted: Wanted | int, by: str = "Ana") -> Ticket:
        """Ask for a ticket; a number is an aisle to open. Somebody has armed the block, if it may be."""
        if not self.supervisor.gate.arming(self.now).is_armed:
            with suppress(MotionRefused):
                self.arm()
        asked = wanted if isinstance(wanted, Wanted) else Wanted(Action.OPEN, wanted)
        return self.supervisor.select(self.now, asked, by)

    def start(self, wanted: Wanted | int) -> Ticket:
        """Select, confirm and let go, with a program that stays alive."""
        ticket = self.select(wanted)
        self.supervisor.go(self.now, ticket.id, ticket.narrows, "Ana")
        self.supervisor.release(self.now, ticket.id)
        self.lease_of = ticket.id
        return ticket

    def run_until_moving(self, ticket: Ticket) -> None:
        """Let time pass until steel moves."""
        assert self.run(10.0, lambda: any(carriage.speed for carriage in self.sim.station.block.carriages)), ticket

    def end_of(self, ticket: Ticket, within_s: float = 90.0) -> Outcome:
        """Let time pass until a motion has an outcome."""
        assert self.run(within_s, lambda: self.supervisor.outcome(ticket.id) is not None), self.view()
        outcome = self.supervisor.outcome(ticket.id)
        assert outcome is not None
        return outcome


def refusal(act: Callable[[], object]) -> str:
    """The sentence with which an act is refused."""
    try:
        act()
    except MotionRefused as refused:
        return refused.message.english()
    raise AssertionError("it was not refused")


def request_of(wish: Wish, unit: int, carriages: int) -> Request:
    """The driver's request for a wish."""
    command = wish.command
    match wish.frame:
        case Frame.IDENTITY:
            return reference.read_identity(unit)
        case Frame.STATUS:
            return reference.read_status(unit, carriages)
        case Frame.HEARTBEAT:
            return reference.heartbeat(unit, wish.value)
        case Frame.STOP:
            return reference.stop(unit)
        case Frame.ORDER:
            raise AssertionError("an order is for plain controllers")
        case Frame.SELECT | Frame.OPERATE:
            assert command is not None
            make = reference.select if wish.frame is Frame.SELECT else reference.operate
            return make(unit, command.epoch, command.seq, command.told, command.ttl_ms)


def tell(supervisor: Supervisor, now: float, wish: Wish, registers: Sequence[int], asked_s: float) -> None:
    """Hand an answer to the supervisor."""
    if wish.frame is Frame.STATUS:
        supervisor.status_read(now, reference.parse_status(registers), asked_s)
    elif wish.frame is Frame.IDENTITY:
        try:
            supervisor.identity_read(now, reference.parse_identity(registers))
        except LinkError:
            supervisor.stranger_found(now, say("What answers there is no shelving controller."))
    else:
        supervisor.frame_echoed(now, wish)


__all__ = ["LOST_ANSWER", "LOST_REQUEST", "Lane", "SupervisedBlock", "block_of", "layout_of"]
