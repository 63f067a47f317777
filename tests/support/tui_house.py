"""A whole house for the app's tests: the real services on books in memory, and a shelving that moves as it is told.

Everything is the same on every run: the clock stands, numbers are counted, and the shelving waits between two looks only
where a test or a person wants to watch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import cast

from manual_clock import ManualClock
from memory_archive import MemoryArchive
from paper_gates import PaperGates
from statuses import identity_of, status_of

from archroom.core.acts import Performer
from archroom.core.arming import Arming
from archroom.core.gaps import carriages_between
from archroom.core.holdings import Person, Thing, ThingKind
from archroom.core.people_holds import Hold, Release
from archroom.core.ports import Importing, RoomClimate
from archroom.core.rooms import Block
from archroom.core.shelving import (
    Action,
    AisleState,
    BlockView,
    ControllerState,
    Instruction,
    Outcome,
    OutcomeKind,
    StopReport,
    Ticket,
    Trust,
    Wanted,
)
from archroom.errors import ArchroomError, Message, say
from archroom.exchange.roomfile import sample_room
from archroom.services.aisles import Aisles
from archroom.services.claims import Claims
from archroom.services.climate import Climate
from archroom.services.desk import Desk, LoanPolicy
from archroom.services.finding import Finder
from archroom.services.importing import Intake
from archroom.services.labelling import Labelling
from archroom.services.people import People
from archroom.services.placing import Placing
from archroom.services.rooms import Rooms

OPERATOR = Performer("Olga Berg", "desk/1")
HOSTILE = (
    "[/]",
    "[@click=app.quit]press me[/]",
    "\x1b[31mred \x1b]52;c;aGk=\x07",
    "abc\u202edef",
    "^XA~JA",
    "[bold",
    "\ud800half",
    "档案·张伟（已退休）的照片与信件",
)
"""Titles that would steer a terminal, a markup parser or a printer."""
STEPS_OF_MOTION = 12


@dataclass
class PaperShelving:
    """A shelving on paper: opens what it is asked to, in a few looks, unless it is stopped, blocked or told to fail."""

    blocks: dict[int, Block] = field(default_factory=dict)
    open: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """The open aisles of each block, one in each segment."""
    pace_s: float = 0.0
    """How long it waits between two looks at a moving block."""
    life_s: float = 10.0
    trust: Trust = Trust.GOOD
    age_s: float = 0.2
    why_not: Message | None = None
    is_blocked: bool = False
    """Whether its looks hang until `unblocked` is set."""
    unblocked: Event = field(default_factory=Event)
    refusal: ArchroomError | None = None
    trouble: ArchroomError | None = None
    end: OutcomeKind = OutcomeKind.DONE
    reports: list[StopReport] | None = None
    """What stopping reports; by default every block was seen to stand."""
    may_report: Event | None = None
    """What a stop waits for before it reports, None to report at once."""
    stops: int = 0
    log: list[str] = field(default_factory=list)
    people: PaperGates = field(init=False)
    _stopped: Event = field(default_factory=Event)
    _moving: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = PaperGates(self.blocks.values())

    def view(self, number: int) -> BlockView:
        """What is seen of one block now, and what people say of it."""
        return self.people.seen(self._reported(number))

    def _reported(self, number: int) -> BlockView:
        block = self.blocks[number]
        if self.trust in (Trust.UNKNOWN, Trust.LOST):
            aisles = tuple((aisle, AisleState.UNKNOWN) for aisle in block.aisles)
            return BlockView(number, self.trust, None, None, None, aisles, False, say("Nothing was read twice yet."))
        status = status_of(block, open_aisles=self.open[number])
        states = dict.fromkeys(block.aisles, AisleState.CLOSED)
        if number in self._moving:
            opens, closes, step = self._moving[number]
            status = replace(
                status,
                state=ControllerState.MOVING,
                moving_carriages=frozenset(carriages_between(opens, closes)[:2]),
                instruction=Instruction(Action.OPEN, opens, closes),
                positions_mm=_between(block, self.open[number], opens, closes, step / STEPS_OF_MOTION),
            )
            states[opens], states[closes] = AisleState.OPENING, AisleState.CLOSING
        else:
            states |= dict.fromkeys(self.open[number], AisleState.OPEN)
        aisles = tuple(states.items())
        return BlockView(
            number, self.trust, self.age_s, identity_of(block), status, aisles, self.why_not is None, self.why_not
        )

    def views(self) -> list[BlockView]:
        if self.is_blocked:
            assert self.unblocked.wait(20)
        if self.trouble is not None:
            raise self.trouble
        return [self.view(number) for number in self.blocks]

    def select(self, block: int, wanted: Wanted, by: str) -> Ticket:
        opens = wanted.number
        self.log.append(f"select {block}/{opens} by {by}")
        if self.refusal is not None:
            raise self.refusal
        closes = self.closing(block, opens)
        self.people.gates[block].admit(range(min(opens, closes), max(opens, closes) + 1))
        return Ticket("t1", block, wanted, (closes,), carriages_between(opens, closes), 30.0, self.life_s)

    def closing(self, block: int, opens: int) -> int:
        """The aisle that closes when one opens."""
        segment = self.blocks[block].segment_of(opens)
        assert segment is not None
        return next(aisle for aisle in self.open[block] if aisle in segment.gaps)

    def go(
        self,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        by: str,
        observe: Callable[[BlockView], None],
        is_held: Callable[[], bool] | None = None,
    ) -> Outcome:
        opens = ticket.wanted.number
        self.log.append(f"go {ticket.block}/{opens} clear {confirmed_clear}")
        self._stopped.clear()
        closes = self.closing(ticket.block, opens)
        start = self.open[ticket.block]
        end = tuple(opens if aisle == closes else aisle for aisle in start)
        for step in range(STEPS_OF_MOTION):
            self._moving[ticket.block] = opens, closes, step
            observe(self.view(ticket.block))
            if self._stopped.wait(self.pace_s):
                del self._moving[ticket.block]
                return Outcome(OutcomeKind.ABORTED, say("Stopped on the way."), self.view(ticket.block))
        del self._moving[ticket.block]
        if self.end is OutcomeKind.DONE:
            self.open[ticket.block] = end
            return Outcome(self.end, say("It stands open."), self.view(ticket.block))
        return Outcome(self.end, say("The controller no longer answers."), None)

    def hold(self, block: int, aisle: int, person: str, reason: str = "") -> Hold:
        self.log.append(f"hold {block}/{aisle} for {person}")
        return self.people.hold(block, aisle, person, reason)

    def release(self, block: int, aisle: int, person: str, by: Sequence[str], reason: str = "") -> Release:
        self.log.append(f"release {block}/{aisle} of {person} by {', '.join(by)}")
        return self.people.release(block, aisle, person, by, reason)

    def arm(self, block: int, by: str, hours: int, acknowledged: Sequence[str] = ()) -> Arming:
        self.log.append(" ".join([f"arm {block} by {by}", *acknowledged]))
        return self.people.arm(block, by, hours, acknowledged)

    def disarm(self, block: int, by: str) -> Arming:
        self.log.append(f"disarm {block} by {by}")
        self.people.gates[block].disarm(say("Disarmed by {name}.", name=by))
        return self.people.gates[block].arming(0.0)

    def stop(self, block: int | None = None) -> list[StopReport]:
        self.stops += 1
        self._stopped.set()
        if self.may_report is not None:
            assert self.may_report.wait(20)
        return self.reports or [StopReport(number, True, True, "server") for number in self.blocks]


@dataclass(frozen=True)
class PaperServices:
    """The services, built at once."""

    desk: Desk
    people: People
    rooms: Rooms
    finder: Finder
    placing: Placing
    intake: Intake
    aisles: Aisles
    labelling: Labelling
    claims: Claims
    climate: Climate


@dataclass
class TuiHouse:
    """The house with what its tests name."""

    archive: MemoryArchive
    shelving: PaperShelving
    services: PaperServices
    folder: Path
    ann: Person
    zhang: Person
    box: Thing
    other_box: Thing
    letter: Thing
    labels: list[list[str]] = field(default_factory=list)
    label_error: ArchroomError | None = None

    @property
    def clock(self) -> ManualClock:
        """The clock that stands."""
        return self.archive.clock

    def make_label(self, codes: Sequence[str]) -> Path:
        """Write a label, as the command line would."""
        if self.label_error is not None:
            raise self.label_error
        self.labels.append(list(codes))
        return self.folder / f"{codes[0]}.pdf"

    def code_at(self, address: str) -> str:
        """The code of a place."""
        return self.archive.place_at(address).code


def tui_house(
    folder: Path,
    room: str = "small",
    clock: ManualClock | None = None,
    boxes: int = 4,
    rooms: Callable[[ManualClock], RoomClimate] | None = None,
) -> TuiHouse:
    """Return a house with so many boxes and a few acts in its ledger; nobody takes records in here."""
    archive, plan = MemoryArchive(clock), sample_room(room)
    archive.build(plan)
    shelving = PaperShelving(
        {block.number: block for block in plan.blocks}, {block.number: block.open_aisles for block in plan.blocks}
    )
    services = PaperServices(
        desk=Desk(archive, archive.clock, LoanPolicy(), shelving.stop),
        people=People(archive),
        rooms=Rooms(archive),
        finder=Finder(archive, archive.clock),
        placing=Placing(archive),
        intake=Intake(cast(Importing, None)),
        aisles=Aisles(archive, shelving),
        labelling=Labelling(archive),
        claims=Claims(archive, shelving),
        climate=Climate(archive, None if rooms is None else rooms(archive.clock)),
    )
    ann, zhang = archive.add_person("Ann Archer"), archive.add_person("张伟")
    box = archive.add_thing(ThingKind.BOX, "Box 1, Smith family papers", "MS 1/1", 130)
    other_box = archive.add_thing(ThingKind.BOX, "Box 2, Smith family papers", "MS 1/2", 130)
    letter = archive.add_thing(ThingKind.ITEM, "Letter to Jones, 3 May 1911", "MS 1/1/7", within=box)
    archive.add_thing(ThingKind.BOX, "第3盒 市政档案", "全宗 12/3", 90)
    for number in range(4, boxes):
        archive.add_thing(ThingKind.BOX, f"Box {number}, Smith family papers, correspondence", f"MS 1/{number}", 120)
    house = TuiHouse(archive, shelving, services, folder, ann, zhang, box, other_box, letter)
    code = plan.code
    _let_pass(archive, 60)
    services.desk.put(OPERATOR, box.code, f"{code}/1/03/A/2/4")
    _let_pass(archive, 60)
    services.desk.put(OPERATOR, other_box.code, f"{code}/1/05/B/1/2")
    _let_pass(archive, 60)
    services.desk.lend(OPERATOR, other_box.code, zhang.code, date(2026, 12, 1))
    _let_pass(archive, 300)
    return house


def add_hostile(house: TuiHouse) -> list[Thing]:
    """Add boxes whose titles would do harm, past all cleaning."""
    return [house.archive.add_thing(ThingKind.BOX, title, f"{title} ref", 100) for title in HOSTILE]


def _let_pass(archive: MemoryArchive, seconds: float) -> None:
    archive.clock.pass_seconds(seconds)


def _between(block: Block, before: tuple[int, ...], opens: int, closes: int, part: float) -> tuple[int, ...]:
    after = tuple(opens if aisle == closes else aisle for aisle in before)
    start, end = block.positions_mm(before), block.positions_mm(after)
    return tuple(round(first + (last - first) * part) for first, last in zip(start, end, strict=True))
