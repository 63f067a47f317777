"""Proving a block from the app through the shelving server and a simulated controller; a script is hands and eyes there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from shelving_room import simulator_of
from supervised_room import block_of
from tui_person import Person, app_on

from archroom import config
from archroom.cli import demo_house
from archroom.cli.simulated_technician import SimulatedTechnician, await_itself
from archroom.core.commissioning import Licence, Step, StepKind, Verdict
from archroom.core.rooms import RoomPlan
from archroom.core.shelving import Action, Ticket, Trust, Wanted
from archroom.errors import say
from archroom.services.technician import Task
from archroom.shelving import notice_board
from archroom.tui.actions import BY_NAME
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.commissioning.preparing import PrepareForm
from archroom.tui.commissioning.screen import CommissioningScreen, SignForm
from archroom.tui.commissioning.technician import AnswerKind
from archroom.tui.situation import Where
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

WITNESS = "Bo Chen"
SEEN = say("seen")
SLOW = 0.1
"""Of the mechanics: a jog by a hand's width then takes long enough to be left, however busy the machine is."""


@dataclass(frozen=True)
class Site:
    """A real house with a block that nobody has commissioned, and the truth about its steel."""

    house: House
    simulator: RunningSimulator
    folder: Path

    def hands(self) -> SimulatedTechnician:
        """Somebody at the shelving."""
        return SimulatedTechnician(self.simulator.endpoints["control"], 1, lambda finding: None)

    def places_mm(self) -> list[float]:
        """Where the carriages stand."""
        positions = self.simulator.truth(1)["positions"]
        assert isinstance(positions, list)
        return positions


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A block of two carriages, its shelving server and its simulated steel."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    block = block_of(2, open_aisles=(1,))
    with simulator_of((block,), "tcp") as simulator:
        settings = demo_house.demo_config(config.load().config, tmp_path, simulator.endpoints["tcp"])
        with House(settings) as house:
            house.books.opened(may_found=True)
            house.rooms.build(house.performer, RoomPlan("R1", "Room", (block,), (), ()))
            yield Site(house, simulator, tmp_path)
            house.dismiss_shelving()


@dataclass
class Pair:
    """The two people of a commissioning: who types at the app what the other one sees at the shelving."""

    person: Person
    screen: CommissioningScreen
    hands: SimulatedTechnician
    sees_swapped_sides: bool = False
    parts_the_line: bool = True
    at: Step | None = None
    tripped: set[Step] = field(default_factory=set)
    is_parted: bool = False

    async def carry_out(self, until: Callable[[], bool]) -> None:
        """Do and answer whatever is asked until something is so."""
        while not until():
            await self._once()
            await self.person.pilot.pause()

    async def _once(self) -> None:
        course, top = self.screen.course, self.person.app.screen
        if course.now is not None and course.now != self.at:
            self.at, self.is_parted = course.now, False
            self.hands.begin(course.now, SEEN)
        if isinstance(top, ConfirmScreen) and course.now == Step(StepKind.PLUG) and not self.parts_the_line:
            await self.person.press("escape")
            await self.person.see(lambda: self.person.app.screen is not top)
        elif isinstance(top, ConfirmScreen):
            (narrows,) = top.asking.answers
            number = 1 if course.now is None else course.now.number
            self.hands.confirm_clear(Step(StepKind.OPENING), Ticket("t", 1, Wanted(Action.OPEN, number), narrows, (), 1.0))
            await self.person.press(*", ".join(map(str, narrows)), "f9")
            await self.person.see(lambda: self.person.app.screen is not top)
        elif isinstance(top, SignForm):
            await self.sign(top)
        elif course.urgent is not None and not self.is_parted:
            self.hands.part(Step(StepKind.PLUG), SEEN)
            self.is_parted = True
        elif (question := course.question) is not None:
            await self.person.press(*self._answer(question.kind), "f9")
            await self.person.see(lambda: course.question is not question or self.person.app.screen is not top)

    async def sign(self, form: SignForm) -> None:
        """Type both names."""
        names = (self.screen.course.by, self.screen.course.witness)
        await self.person.press(*names[0])
        await next_box(self.person)
        await self.person.press(*names[1], "f9")
        await self.person.see(lambda: self.person.app.screen is not form)

    def _answer(self, kind: AnswerKind) -> str:
        step = self.screen.course.now
        assert step is not None
        match kind:
            case AnswerKind.NUMBER:
                return str(self.hands.ask_number(step, SEEN))
            case AnswerKind.WAY:
                return "1" if self.hands.ask_way(step, SEEN) is not self.sees_swapped_sides else "2"
            case AnswerKind.AGAIN:
                return "n"
            case AnswerKind.SIGNATURES:
                return ""
            case AnswerKind.DONE if step.kind is StepKind.PLUG:
                self.hands.do(step, Task.JOIN, SEEN)
            case AnswerKind.DONE:
                self.hands.do(step, Task.LET_GO if step in self.tripped else Task.TRIP, SEEN)
                self.tripped.add(step)
        return ""


async def next_box(person: Person) -> None:
    """Go to the next box of a form."""
    at = person.app.focused
    await person.press("enter")
    await person.see(lambda: person.app.focused is not at)


async def begun(person: Person) -> CommissioningScreen:
    """Go to the aisles and begin to commission the block."""
    await person.press("f4")
    await person.see(lambda: 1 in person.app.shelving.views and person.app.shelving.views[1][0].trust is Trust.GOOD)
    await person.see(lambda: person.app.situation.chosen.aisle is not None)
    person.app.perform(BY_NAME["commission"])
    await person.see(lambda: isinstance(person.app.screen, PrepareForm))
    await next_box(person)
    await person.press(*WITNESS, "f9")
    await person.see(lambda: isinstance(person.app.screen, CommissioningScreen))
    screen = person.app.screen
    assert isinstance(screen, CommissioningScreen)
    return screen


@pytest.mark.timeout(120)
async def test_a_good_block_passes_and_a_second_terminal_sees_who_proves_it(site: Site) -> None:
    with site.hands() as hands, House(site.house.config) as other:
        async with app_on(site.house, site.folder / "labels") as person:
            screen = await begun(person)
            await person.see(lambda: screen.course.question is not None)
            seen = other.aisles.views()[0].permission
            assert (seen.commissioned_by, seen.attendant) == (site.house.performer.actor, WITNESS)
            await Pair(person, screen, hands).carry_out(lambda: bool(screen.course.end))
            findings = screen.course.findings.values()
            assert [finding.text.english() for finding in findings if finding.verdict is not Verdict.PASSED] == []
            assert {finding.step.kind for finding in findings} == set(StepKind)
            record = site.house.commissioning.record(1).record
            assert record is not None
            assert (record.licence, record.witness) == (Licence.FULL, WITNESS)
            (page,) = (site.folder / "commissionings").glob("*.pdf")
            assert page.read_bytes().startswith(b"%PDF")
            assert any(page.name in line.english() for line, _ in screen.course.end)
            await person.press("escape")
            await person.see(lambda: person.app.where is Where.AISLES)
    await_itself(site.house.aisles.views, 1)
    assert site.house.aisles.views()[0].permission.licence is Licence.FULL


@pytest.mark.timeout(120)
async def test_swapped_sides_are_found_and_the_block_is_watched_only_with_the_reason(site: Site) -> None:
    with site.hands() as hands:
        async with app_on(site.house, site.folder / "labels") as person:
            screen = await begun(person)
            await Pair(person, screen, hands, sees_swapped_sides=True, parts_the_line=False).carry_out(
                lambda: bool(screen.course.end)
            )
            said = [line.english() for line, _ in screen.course.end]
            swapped = "carriage 2 moved the other way than it tells: left and right are swapped"
            assert said[0] == f"The block may be watched only: {swapped}"
            assert screen.course.findings[Step(StepKind.JOG, 2, is_towards_low=True)].text.english() == swapped
    assert site.house.aisles.views()[0].permission.licence is Licence.MONITOR


@pytest.mark.timeout(120)
async def test_esc_in_the_middle_of_a_motion_stops_it_and_leaves_the_block_as_it_was(site: Site) -> None:
    with site.hands() as hands:
        async with app_on(site.house, site.folder / "labels") as person:
            screen = await begun(person)
            pair = Pair(person, screen, hands)
            await pair.carry_out(lambda: isinstance(person.app.screen, ConfirmScreen))
            site.simulator.control("speed", factor=SLOW)
            before = site.places_mm()
            await person.press("1", "f9")
            await person.see(lambda: site.places_mm() != before)
            assert site.simulator.truth(1)["still"] is False
            await person.press("escape")
            await person.see(lambda: person.app.where is Where.AISLES)
            await person.see(lambda: site.simulator.truth(1)["still"] is True)
            way_mm = max(abs(a - b) for a, b in zip(before, site.places_mm(), strict=True))
            assert 0 < way_mm < 40
            assert site.house.commissioning.record(1).record is None
            view = site.house.aisles.views()[0]
            assert (view.permission.commissioned_by, view.permission.licence) == ("", Licence.MONITOR)
            assert not view.arming.is_armed


@pytest.mark.timeout(120)
async def test_a_killed_server_ends_the_commissioning_and_the_app_says_so(site: Site) -> None:
    async with app_on(site.house, site.folder / "labels") as person:
        screen = await begun(person)
        await person.see(lambda: screen.course.question is not None)
        await person.see(lambda: bool(person.app.shelving.views[1][0].permission.commissioned_by))
        board = notice_board.read_board(site.house.config.run_folder)
        assert board is not None
        os.kill(board.pid, signal.SIGKILL)
        await person.see(lambda: bool(screen.course.end))
        assert "has ended" in screen.course.end[0][0].english()
        assert (person.app.where, screen.course.question) == (Where.COMMISSION, None)
        assert site.house.commissioning.record(1).record is None
