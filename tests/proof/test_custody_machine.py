"""The desk against a plain-dict model of custody, in any order of acts: two terminals, undo, repeats, crashes, passing days.

One machine on books in memory, in a file and on a PostgreSQL server. After each step every thing stands as the model says,
open loans are those of the model (C1-C6), boxes take what is in them (C7), and exactly the acts that were done are in the
ledger (C13), which is proved at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from custody_model import CustodyModel, Kept
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from manual_clock import ManualClock
from narrow_house import ADDRESSES, BOX_WIDTHS, PLACES, MemoryBooks, NumberedFiles, OpenBooks, SqlBooks

from archroom.core import custody
from archroom.core.acts import Act, ActKind, Performer
from archroom.core.holdings import Custody, Person, Place, Standing
from archroom.core.scans import Step
from archroom.errors import Refused
from archroom.services.answers import Answer
from archroom.services.desk import Desk, DeskSession, LoanPolicy

THINGS = range(1, 7)
"""Three boxes, each followed by an item that lives in it."""
PEOPLE = (1, 2)
TERMINALS = ("desk/1", "desk/2")

EXAMPLES = {"memory": 60, "sqlite": 20, "postgres": 10}
"""How many runs of 30 steps the everyday check takes on each kind of books."""
QUICK = settings(
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
LONGER = 10
"""How many times as many runs, of 80 steps, the long suite takes."""
LONG = settings(QUICK, stateful_step_count=80, derandomize=False, print_blob=True)
CANARY = settings(QUICK, max_examples=60, phases=[Phase.generate], report_multiple_bugs=False)


class Crash(Exception):
    """The process ends between writing and COMMIT."""


class CustodyMachine(RuleBasedStateMachine):
    """Two terminals at one house."""

    def __init__(self, opened: Callable[[ManualClock], OpenBooks]) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.opened = opened(self.clock)
        self.model = CustodyModel({}, PLACES, "R1/STG")
        for number in THINGS:
            is_box = number % 2 == 1
            inside = None if is_box else number - 1
            width = BOX_WIDTHS[number // 2] if is_box else None
            self.model.things[number] = Kept("box" if is_box else "item", width, container=inside, home_container=inside)
        self.people = {number: self.person(number) for number in PEOPLE}
        self.places = {address: self.place(address) for address in ADDRESSES}
        self.seq = self.last_seq()
        self.sit_down()

    def sit_down(self) -> None:
        """Open the desk and both terminals' sessions, as a process does that starts."""
        self.desk = Desk(self.opened.archive, self.clock, LoanPolicy(), lambda: [])
        self.sessions: dict[str, DeskSession] = {
            terminal: self.desk.open_session(Performer("Olga", terminal), is_live=True) for terminal in TERMINALS
        }

    @rule(terminal=st.sampled_from(TERMINALS), thing=st.sampled_from(THINGS), person=st.sampled_from(PEOPLE))
    def lend_by_scan(self, terminal: str, thing: int, person: int) -> None:
        word, after = self.model.lend(thing, person, self.clock.today())
        self.scan(terminal, "DONE", self.people[person].code)
        self.expect(self.scan(terminal, self.code(thing)), terminal, thing, word, after)

    @rule(terminal=st.sampled_from(TERMINALS), thing=st.sampled_from(THINGS), person=st.sampled_from(PEOPLE))
    def lend_thing_first(self, terminal: str, thing: int, person: int) -> None:
        if self.model.holder(thing) is not None:
            return
        word, after = self.model.lend(thing, person, self.clock.today())
        self.scan(terminal, "DONE", self.code(thing))
        answer = self.scan(terminal, self.people[person].code)
        self.expect(answer, terminal, thing, "person" if word == "refused" else word, after)

    @rule(terminal=st.sampled_from(TERMINALS), thing=st.sampled_from(THINGS), person=st.sampled_from(PEOPLE))
    def lend_by_command(self, terminal: str, thing: int, person: int) -> None:
        word, after = self.model.lend(thing, person, self.clock.today())
        attempt = partial(self.desk.lend, Performer("Olga", terminal), self.code(thing), self.people[person].code)
        self.expect(self.tried(attempt), terminal, thing, word, after)

    @rule(terminal=st.sampled_from(TERMINALS), thing=st.sampled_from(THINGS))
    def take_back_by_scan(self, terminal: str, thing: int) -> None:
        word, after = self.model.take_back(thing)
        self.scan(terminal, "DONE")
        self.expect(self.scan(terminal, self.code(thing)), terminal, thing, "shown" if after is None else word, after)

    @rule(terminal=st.sampled_from(TERMINALS), thing=st.sampled_from(THINGS))
    def take_back_by_command(self, terminal: str, thing: int) -> None:
        word, after = self.model.take_back(thing)
        attempt = partial(self.desk.take_back, Performer("Olga", terminal), self.code(thing))
        self.expect(self.tried(attempt), terminal, thing, word, after)

    @rule(
        terminal=st.sampled_from(TERMINALS),
        thing=st.sampled_from(THINGS),
        address=st.sampled_from(ADDRESSES),
        is_override=st.booleans(),
    )
    def put_here_by_scan(self, terminal: str, thing: int, address: str, is_override: bool) -> None:
        was_out, was_lent = self.model.holder(thing) is not None, self.model.things[thing].lent_to is not None
        word, after = self.model.put_on(thing, address, is_override=False)
        self.scan(terminal, "DONE", self.places[address].code)
        answer = self.scan(terminal, self.code(thing))
        if word == "refused" and is_override:
            self.expect(answer, terminal, thing, word, after)
            word, after = self.model.put_on(thing, address, is_override=True)
            self.scan(terminal, "OVERRIDE")
            answer = self.scan(terminal, self.code(thing))
        self.expect(answer, terminal, thing, word, after)
        if was_out and after is not None:
            ended = self.last_act()
            assert ended.kind in (ActKind.THING_FOUND, ActKind.THING_RETURNED)
            assert bool(ended.loans_closed) == was_lent

    @rule(
        terminal=st.sampled_from(TERMINALS),
        thing=st.sampled_from(THINGS),
        address=st.sampled_from(ADDRESSES),
        is_override=st.booleans(),
    )
    def put_by_command(self, terminal: str, thing: int, address: str, is_override: bool) -> None:
        word, after = self.model.put_on(thing, address, is_override)
        attempt = partial(self.desk.put, Performer("Olga", terminal), self.code(thing), address, is_override)
        self.expect(self.tried(attempt), terminal, thing, word, after)

    @rule(
        terminal=st.sampled_from(TERMINALS),
        thing=st.sampled_from(THINGS),
        container=st.sampled_from(THINGS),
        is_override=st.booleans(),
    )
    def put_into_by_command(self, terminal: str, thing: int, container: int, is_override: bool) -> None:
        word, after = self.model.put_into(thing, container, is_override)
        attempt = partial(self.desk.put, Performer("Olga", terminal), self.code(thing), self.code(container), is_override)
        self.expect(self.tried(attempt), terminal, thing, word, after)

    @rule(terminal=st.sampled_from(TERMINALS), is_scanned=st.booleans())
    def undo(self, terminal: str, is_scanned: bool) -> None:
        word = self.model.undo(terminal)
        answer = (
            self.scan(terminal, "UNDO") if is_scanned else self.tried(partial(self.desk.undo, Performer("Olga", terminal)))
        )
        assert answer.step.value == word
        assert (answer.seq is not None) == (word == "undone")
        self.seq = answer.seq or self.seq

    @rule(terminal=st.sampled_from(TERMINALS), thing=st.sampled_from(THINGS), person=st.sampled_from(PEOPLE))
    def read_twice_by_the_scanner(self, terminal: str, thing: int, person: int) -> None:
        self.lend_by_scan(terminal, thing, person)
        again = self.desk.scan(self.sessions[terminal], self.code(thing))
        assert again.is_repeat
        assert again.seq is None

    @rule(thing=st.sampled_from(THINGS), person=st.sampled_from(PEOPLE), address=st.sampled_from(ADDRESSES[:3]))
    def crash_before_commit(self, thing: int, person: int, address: str) -> None:
        performer = Performer("Olga", "desk/1")
        decisions: list[Callable[[Standing], Act]] = [
            lambda standing: custody.lend(standing, self.people[person], self.clock.today()),
            lambda standing: custody.put_on(standing, self.places[address], None, is_override=True),
        ]
        for decide in decisions:
            with suppress(Crash, Refused), self.opened.archive.writing() as books:
                standing = books.standing(thing)
                assert standing is not None
                books.commit(decide(standing), performer)
                raise Crash
        with self.opened.archive.writing() as books:
            books.standing(thing)

    @rule()
    def start_again(self) -> None:
        self.opened.restart()
        self.sit_down()

    @rule(days=st.integers(1, 40))
    def let_days_pass(self, days: int) -> None:
        self.clock.pass_seconds(days * 86_400)

    @invariant()
    def everything_stands_as_the_model_says(self) -> None:
        with self.opened.archive.reading() as books:
            for number, kept in self.model.things.items():
                standing = books.standing(number)
                assert standing is not None
                self.check(standing, kept)
            lent = {thing.id: loan.person.id for thing, loan in books.open_loans()}
            assert lent == {n: kept.lent_to for n, kept in self.model.things.items() if kept.lent_to is not None}
            for address, place in self.places.items():
                assert books.free_mm(place.id) == self.model.free_mm(address)

    @invariant()
    def the_ledger_has_what_was_done_and_nothing_else(self) -> None:
        assert self.last_seq() == self.seq

    def teardown(self) -> None:
        self.opened.close(self.seq)

    def check(self, standing: Standing, kept: Kept) -> None:
        """Compare a thing as it is read with what the model says."""
        thing, number = standing.thing, standing.thing.id
        where = thing.whereabouts
        homes = {place.id: address for address, place in self.places.items()}
        assert where.custody.value == kept.state
        assert homes.get(where.place_id or 0) == kept.place
        assert where.container_id == kept.container
        assert homes.get(where.home_place_id or 0) == kept.home_place
        assert where.home_container_id == kept.home_container
        assert thing.touched_seq == kept.touched
        assert (standing.loan.person.id if standing.loan else None) == kept.lent_to
        assert (standing.loan.due_on if standing.loan else None) == kept.due_on
        assert (standing.held_by.id if standing.held_by else None) == self.model.holder(number)
        assert (standing.place.address if standing.place else None) == self.model.standing_at(number)

    def expect(self, answer: Answer, terminal: str, thing: int, word: str, after: Kept | None) -> None:
        """Compare what an act answered with what the model says, and keep it if it was done."""
        assert answer.step.value == word
        assert answer.is_ok == (word != "refused")
        assert answer.seq == (None if after is None else self.seq + 1)
        if answer.seq is not None and after is not None:
            self.seq = answer.seq
            self.model.keep(terminal, answer.seq, thing, after)

    def scan(self, terminal: str, *codes: str) -> Answer:
        """Scan codes a second apart; returns the last answer."""
        answers = []
        for code in codes:
            self.clock.pass_seconds(1)
            answers.append(self.desk.scan(self.sessions[terminal], code))
        return answers[-1]

    def tried(self, command: Callable[[], Answer]) -> Answer:
        """The answer of a command, a refusal as the scan loop answers it."""
        try:
            return command()
        except Refused as refusal:
            return Answer(Step.REFUSE, False, refusal.message, "unknown", "")

    def code(self, thing: int) -> str:
        """The own code of a thing."""
        with self.opened.archive.reading() as books:
            standing = books.standing(thing)
            assert standing is not None
            return standing.thing.code

    def person(self, number: int) -> Person:
        """A person by number."""
        with self.opened.archive.reading() as books:
            return books.people_named(("Ann", "Bob")[number - 1])[0]

    def place(self, address: str) -> Place:
        """A place by address."""
        with self.opened.archive.reading() as books:
            place = books.owner_of_text(address)
            assert isinstance(place, Place)
            return place

    def last_seq(self) -> int:
        """The number of the newest entry of the ledger."""
        seq = getattr(self, "seq", 0)
        with self.opened.archive.reading() as books:
            while books.event(seq + 1) is not None:
                seq += 1
        return seq

    def last_act(self) -> Act:
        """The newest act."""
        with self.opened.archive.reading() as books:
            event = books.event(self.seq)
            assert event is not None
            return event.act


def machine_on(opened: Callable[[ManualClock], OpenBooks]) -> type[CustodyMachine]:
    """Return the machine on books of one kind."""

    class MachineHere(CustodyMachine):
        def __init__(self) -> None:
            super().__init__(opened)

    return MachineHere


@pytest.fixture(params=list(EXAMPLES))
def kind(request: pytest.FixtureRequest) -> str:
    """Where the books are."""
    return str(request.param)


@pytest.fixture
def opened(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[ManualClock], OpenBooks]:
    """Opens new books of a kind."""
    if kind == "memory":
        return MemoryBooks
    if kind == "sqlite":
        return NumberedFiles(tmp_path)
    server = request.getfixturevalue("postgres_server")
    return lambda clock: SqlBooks(server.new_database(), clock, server.drop_database)


def test_the_desk_agrees_with_the_model(kind: str, opened: Callable[[ManualClock], OpenBooks]) -> None:
    run_state_machine_as_test(machine_on(opened), settings=settings(QUICK, max_examples=EXAMPLES[kind]))


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_the_desk_agrees_with_the_model_for_long(kind: str, opened: Callable[[ManualClock], OpenBooks]) -> None:
    run_state_machine_as_test(machine_on(opened), settings=settings(LONG, max_examples=LONGER * EXAMPLES[kind]))


Breaking = Callable[[pytest.MonkeyPatch], None]


def always_override(patch: pytest.MonkeyPatch) -> None:
    """Every shelf accepts everything."""
    right = custody.put_on
    patch.setattr(custody, "put_on", lambda standing, place, free, is_override=False: right(standing, place, free, True))


def forget_home(patch: pytest.MonkeyPatch) -> None:
    """Whatever is on a shelf counts as free room."""
    patch.setattr(custody, "_is_full", lambda thing, place, free: False)


def lend_what_is_being_read(patch: pytest.MonkeyPatch) -> None:
    """Things in the reading room can be lent."""
    patch.setattr(custody, "LENDABLE", frozenset(Custody))


def undo_what_was_touched(patch: pytest.MonkeyPatch) -> None:
    """An undo that does not undo: it gives back the act before the one that is undone."""
    right = custody.undo
    patch.setattr(custody, "undo", lambda seq, done, touched: _without_moves(right(seq, done, touched)))


def _without_moves(act: Act) -> Act:
    return Act(act.kind, (), act.loans_opened, act.loans_closed, act.loans_reopened, undoes=act.undoes)


@contextmanager
def _broken(breaking: Breaking) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        breaking(patch)
        yield


@pytest.mark.parametrize("breaking", [always_override, forget_home, lend_what_is_being_read, undo_what_was_touched])
def test_a_canary_a_broken_decision_is_found(breaking: Breaking) -> None:
    with _broken(breaking), pytest.raises(AssertionError):
        run_state_machine_as_test(machine_on(MemoryBooks), settings=CANARY)
