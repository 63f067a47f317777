"""One small house for tests: a room, two people, a few boxes, and a shelving that does what it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from manual_clock import ManualClock
from memory_archive import MemoryArchive
from paper_gates import PaperGates
from supervised_room import block_of

from archroom.core.acts import Performer
from archroom.core.arming import Arming
from archroom.core.holdings import Person, Place, Standing, Thing, ThingKind
from archroom.core.people_holds import Hold, Release
from archroom.core.shelving import BlockView, Outcome, OutcomeKind, StopReport, Ticket, Trust, Wanted
from archroom.errors import ArchroomError, say
from archroom.exchange.roomfile import sample_room
from archroom.services.answers import Answer
from archroom.services.desk import Desk, DeskSession, LoanPolicy

OPERATOR = Performer("Olga", "desk/1")
CARRIAGE_3, CARRIAGE_4 = "R1/1/03/A/2/4", "R1/1/04/A/2/4"


@dataclass
class ScriptedShelving:
    """A shelving that answers as told, and keeps what it was asked."""

    narrows: tuple[int, ...] = (1,)
    """What must be clear for a motion."""
    candidates: tuple[int, ...] = ()
    """Which aisles may be the open one, where only people can know."""
    needs_attendant: bool = False
    outcome: Outcome | ArchroomError | BaseException = field(
        default_factory=lambda: Outcome(OutcomeKind.DONE, say("Aisle open."), None)
    )
    refusal: ArchroomError | None = None
    stop_error: ArchroomError | None = None
    reports: list[StopReport] = field(default_factory=lambda: [StopReport(1, True, True, "server")])
    log: list[str] = field(default_factory=list)
    on_go: Callable[[], None] | None = None
    people: PaperGates = field(default_factory=lambda: PaperGates([block_of(open_aisles=(1,))]))

    def hold(self, block: int, aisle: int, person: str, reason: str = "") -> Hold:
        return self.people.hold(block, aisle, person, reason)

    def release(self, block: int, aisle: int, person: str, by: Sequence[str], reason: str = "") -> Release:
        return self.people.release(block, aisle, person, by, reason)

    def arm(self, block: int, by: str, hours: int, acknowledged: Sequence[str] = ()) -> Arming:
        self.log.append(f"arm {block} by {by} for {hours} h")
        return self.people.arm(block, by, hours, acknowledged)

    def disarm(self, block: int, by: str) -> Arming:
        self.people.gates[block].disarm(say("Disarmed by {name}.", name=by))
        return self.people.gates[block].arming(0.0)

    def views(self) -> list[BlockView]:
        return [BlockView(1, Trust.UNKNOWN, None, None, None, (), False, say("not read yet"))]

    def select(self, block: int, wanted: Wanted, by: str) -> Ticket:
        self.log.append(f"select {wanted.action.value} {block}/{wanted.number} by {by}")
        if self.refusal is not None:
            raise self.refusal
        narrows = self.narrows if wanted.action.is_motion and not self.candidates else ()
        needs_attendant = self.needs_attendant and wanted.action.is_motion
        return Ticket("t1", block, wanted, narrows, (2,), 5.0, candidates=self.candidates, needs_attendant=needs_attendant)

    def go(
        self,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        by: str,
        observe: Callable[[BlockView], None],
        is_held: Callable[[], bool] | None = None,
        attendant: str = "",
    ) -> Outcome:
        wanted = ticket.wanted
        self.log.append(
            f"go {wanted.action.value} {ticket.block}/{wanted.number} clear {confirmed_clear}"
            + (f", {attendant}" if attendant else "")
        )
        if self.on_go is not None:
            self.on_go()
        observe(self.views()[0])
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome

    def stop(self, block: int | None = None) -> list[StopReport]:
        self.log.append(f"stop {block}")
        if self.stop_error is not None:
            raise self.stop_error
        return self.reports


@dataclass
class SmallHouse:
    """A desk on books in memory, with what its tests name."""

    archive: MemoryArchive
    shelving: ScriptedShelving
    desk: Desk
    session: DeskSession
    ann: Person
    bob: Person
    box: Thing
    other_box: Thing
    letter: Thing
    """An item that lives in `box`."""

    @property
    def clock(self) -> ManualClock:
        return self.archive.clock

    @property
    def shelf(self) -> Place:
        return self.archive.place_at(CARRIAGE_3)

    @property
    def other_shelf(self) -> Place:
        return self.archive.place_at(CARRIAGE_4)

    def scan(self, *texts: str) -> Answer:
        """Scan texts two seconds apart; returns the last answer."""
        answers = []
        for text in texts:
            self.clock.pass_seconds(2)
            answers.append(self.desk.scan(self.session, text))
        return answers[-1]

    def stands(self, thing: Thing) -> Standing:
        return self.archive.standing_of(thing)


def small_house() -> SmallHouse:
    """Return a house whose box stands at home on carriage 3 and whose other box was never placed."""
    archive, shelving = MemoryArchive(), ScriptedShelving()
    archive.build(sample_room("small"))
    ann, bob = archive.add_person("Ann"), archive.add_person("Bob")
    box = archive.add_thing(ThingKind.BOX, "Box 1, Smith papers", "MS 1", 130)
    other_box = archive.add_thing(ThingKind.BOX, "Box 2, Smith papers", "MS 2", 130)
    letter = archive.add_thing(ThingKind.ITEM, "Letter to Jones", "MS 1/7", within=box)
    desk = Desk(archive, archive.clock, LoanPolicy(), shelving.stop)
    desk.put(Performer("Olga", "setup/1"), box.code, CARRIAGE_3)
    session = desk.open_session(OPERATOR, is_live=True)
    return SmallHouse(archive, shelving, desk, session, ann, bob, box, other_box, letter)
