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
from paper_bench import PaperFiles
from paper_commissioning import PaperCommissioning
from paper_gates import PaperGates
from statuses import identity_of, status_of

from archroom.core.acts import Performer
from archroom.core.arming import Arming
from archroom.core.bench import Bench
from archroom.core.commissioning import CommissioningRecord
from archroom.core.gaps import Positions
from archroom.core.holdings import Person, Thing, ThingKind
from archroom.core.licensing import Permission
from archroom.core.people_holds import Hold, Release
from archroom.core.ports import Importing, RoomClimate
from archroom.core.rooms import Block, RoomPlan
from archroom.core.shelving import (
    Action,
    AisleState,
    BlockView,
    ControllerState,
    Outcome,
    OutcomeKind,
    StopReport,
    Ticket,
    Trust,
    Wanted,
)
from archroom.core.simulation import SimulatorConsole
from archroom.core.supervisor.plans import Plan, plan
from archroom.core.supervisor.texts import done_text
from archroom.core.supervisor.view import aisle_states
from archroom.errors import ArchroomError, Message, MotionRefused, say
from archroom.exchange.roomfile import sample_room
from archroom.services.aisles import Aisles
from archroom.services.bench import TechnicianBench
from archroom.services.claims import Claims
from archroom.services.climate import Climate
from archroom.services.commissioning import Commissioning
from archroom.services.desk import Desk, LoanPolicy
from archroom.services.finding import Finder
from archroom.services.history import Ledger
from archroom.services.importing import Intake
from archroom.services.labelling import Labelling
from archroom.services.outages import Outages
from archroom.services.people import People
from archroom.services.placing import Placing
from archroom.services.planning import Planning
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
    """A shelving on paper: does what it is asked to, in a few looks, unless it is stopped, blocked or told to fail."""

    blocks: dict[int, Block] = field(default_factory=dict)
    positions: dict[int, Positions] = field(default_factory=dict)
    """Where the carriages of each block stand."""
    locked: dict[int, frozenset[int]] = field(default_factory=dict)
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
    needs_attendant: bool = False
    """Whether a second person must be at the aisle."""
    tells_places: bool = True
    """Whether it tells which aisle is open."""
    permissions: dict[int, Permission] = field(default_factory=dict)
    """What the commissioning of a block says, where there is one."""
    people: PaperGates = field(init=False)
    _stopped: Event = field(default_factory=Event)
    _plans: dict[int, Plan] = field(default_factory=dict)
    """The plan of the last ticket of each block."""
    _moving: dict[int, int] = field(default_factory=dict)
    """How many steps each moving block has gone."""

    def __post_init__(self) -> None:
        self.people = PaperGates(self.blocks.values())

    def view(self, number: int) -> BlockView:
        """What is seen of one block now, and what people say of it."""
        seen = self.people.seen(self._reported(number))
        return replace(seen, permission=self.permissions.get(number, seen.permission))

    def _reported(self, number: int) -> BlockView:
        block = self.blocks[number]
        if self.trust in (Trust.UNKNOWN, Trust.LOST):
            aisles = tuple((aisle, AisleState.UNKNOWN) for aisle in block.aisles)
            return BlockView(number, self.trust, None, None, None, aisles, False, say("Nothing was read twice yet."))
        locked = self.locked.get(number, frozenset())
        status = replace(status_of(block), positions_mm=self.positions[number], locked_carriages=locked)
        if number in self._moving:
            going = self._plans[number]
            status = replace(
                status,
                state=ControllerState.MOVING,
                moving_carriages=frozenset(going.carriages[:2]),
                instruction=going.told,
                positions_mm=_between(going, self._moving[number] / STEPS_OF_MOTION),
            )
        states = aisle_states(block, status)
        return BlockView(
            number, self.trust, self.age_s, identity_of(block), status, states, self.why_not is None, self.why_not
        )

    def views(self) -> list[BlockView]:
        if self.is_blocked:
            assert self.unblocked.wait(20)
        if self.trouble is not None:
            raise self.trouble
        return [self.view(number) for number in self.blocks]

    def select(self, block: int, wanted: Wanted, by: str) -> Ticket:
        self.log.append(f"select {_said(block, wanted)} by {by}")
        if self.refusal is not None:
            raise self.refusal
        found = plan(self.blocks[block], self.positions[block], wanted, self.locked.get(block, frozenset()))
        if isinstance(found, Message):
            raise MotionRefused(found)
        self.people.gates[block].admit(found.changes)
        self._plans[block] = found
        aisles = () if self.tells_places else self.blocks[block].aisles
        candidates = tuple(aisle for aisle in aisles if aisle != wanted.number)
        narrows = found.narrows if self.tells_places else ()
        return Ticket("t1", block, wanted, narrows, found.carriages, 30.0, self.life_s, candidates, self.needs_attendant)

    def go(
        self,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        by: str,
        observe: Callable[[BlockView], None],
        is_held: Callable[[], bool] | None = None,
        attendant: str = "",
    ) -> Outcome:
        number, wanted = ticket.block, ticket.wanted
        there = f" attended by {attendant}" if attendant else ""
        self.log.append(f"go {_said(number, wanted)} clear {confirmed_clear}{there}")
        self._stopped.clear()
        for step in range(STEPS_OF_MOTION if wanted.action.is_motion else 1):
            self._moving[number] = step
            observe(self.view(number))
            if self._stopped.wait(self.pace_s):
                del self._moving[number]
                return Outcome(OutcomeKind.ABORTED, say("Stopped on the way."), self.view(number))
            if is_held is not None and not is_held():
                self.positions[number] = _between(self._plans[number], step / STEPS_OF_MOTION)
                del self._moving[number]
                return Outcome(OutcomeKind.DONE, say("It was let go."), self.view(number))
        del self._moving[number]
        if self.end is not OutcomeKind.DONE:
            return Outcome(self.end, say("The controller no longer answers."), None)
        going = self._plans[number]
        self.positions[number] = going.target_mm
        locked, carriage = self.locked.get(number, frozenset()), frozenset({wanted.number})
        if wanted.action is Action.LOCK:
            self.locked[number] = locked | carriage
        if wanted.action is Action.UNLOCK:
            self.locked[number] = locked - carriage
        return Outcome(self.end, done_text(number, wanted, going.distance_mm), self.view(number))

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
    ledger: Ledger
    people: People
    rooms: Rooms
    finder: Finder
    placing: Placing
    intake: Intake
    aisles: Aisles
    planning: Planning
    labelling: Labelling
    claims: Claims
    outages: Outages
    climate: Climate
    bench: TechnicianBench
    commissioning: Commissioning


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
    commissioning: PaperCommissioning
    labels: list[list[str]] = field(default_factory=list)
    pages: list[CommissioningRecord] = field(default_factory=list)
    label_error: ArchroomError | None = None
    bench_files: PaperFiles = field(default_factory=PaperFiles)
    simulator: SimulatorConsole | None = None
    """The simulator that the app knows, None for none."""

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

    def write_record(self, record: CommissioningRecord) -> tuple[Path, str]:
        """Write a page to sign, as the command line would."""
        if self.label_error is not None:
            raise self.label_error
        self.pages.append(record)
        return self.folder / f"commissioning-block-{record.block}.pdf", ""

    def code_at(self, address: str) -> str:
        """The code of a place."""
        return self.archive.place_at(address).code


def tui_house(
    folder: Path,
    room: str | RoomPlan = "small",
    clock: ManualClock | None = None,
    boxes: int = 4,
    rooms: Callable[[ManualClock], RoomClimate] | None = None,
    bench: Bench | None = None,
) -> TuiHouse:
    """Return a house with so many boxes and a few acts in its ledger; nobody takes records in here."""
    archive, built = MemoryArchive(clock), sample_room(room) if isinstance(room, str) else room
    archive.build(built)
    shelving = PaperShelving(
        {block.number: block for block in built.blocks},
        {block.number: block.positions_mm(block.open_aisles) for block in built.blocks},
    )
    commissioning = PaperCommissioning()
    services = PaperServices(
        desk=Desk(archive, archive.clock, LoanPolicy(), shelving.stop),
        ledger=Ledger(archive),
        people=People(archive),
        rooms=Rooms(archive),
        finder=Finder(archive, archive.clock),
        placing=Placing(archive),
        intake=Intake(cast(Importing, None)),
        aisles=Aisles(archive, shelving),
        planning=Planning(archive, shelving, archive.clock),
        labelling=Labelling(archive),
        claims=Claims(archive, shelving),
        outages=Outages(archive, archive.clock),
        climate=Climate(archive, None if rooms is None else rooms(archive.clock)),
        bench=TechnicianBench(None if bench is None else lambda: bench),
        commissioning=cast(Commissioning, commissioning),
    )
    ann, zhang = archive.add_person("Ann Archer"), archive.add_person("张伟")
    box = archive.add_thing(ThingKind.BOX, "Box 1, Smith family papers", "MS 1/1", 130)
    other_box = archive.add_thing(ThingKind.BOX, "Box 2, Smith family papers", "MS 1/2", 130)
    letter = archive.add_thing(ThingKind.ITEM, "Letter to Jones, 3 May 1911", "MS 1/1/7", within=box)
    archive.add_thing(ThingKind.BOX, "第3盒 市政档案", "全宗 12/3", 90)
    for number in range(4, boxes):
        archive.add_thing(ThingKind.BOX, f"Box {number}, Smith family papers, correspondence", f"MS 1/{number}", 120)
    house = TuiHouse(archive, shelving, services, folder, ann, zhang, box, other_box, letter, commissioning)
    code = built.code
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


def _said(block: int, wanted: Wanted) -> str:
    verb = "" if wanted.action is Action.OPEN else f"{wanted.action.value} "
    return f"{verb}{block}/{wanted.number}"


def _between(going: Plan, part: float) -> Positions:
    pairs = zip(going.start_mm, going.target_mm, strict=True)
    return tuple(round(first + (last - first) * part) for first, last in pairs)
