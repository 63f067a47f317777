"""The whole way of a controller of another make: watched, commissioned by people at it, then moved with a second person."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from memory_archive import MemoryArchive
from plain_rig import SIDES_AND_STOP
from plain_wire import until
from profile_texts import profile_text
from shelving_room import ShelvingRoom

from archroom.core.acts import ActKind, Performer
from archroom.core.commissioning import Finding, Licence, Step, StepKind, Verdict, steps_of
from archroom.core.plain.facts import Capabilities
from archroom.core.rooms import Block
from archroom.core.shelving import Action, BlockView, OutcomeKind, Ticket, Trust, Wanted
from archroom.errors import Message, Refused, ShelvingError, say
from archroom.exchange.roomfile import sample_room
from archroom.services.commissioning import Commissioning
from archroom.services.commissioning_steps import Site
from archroom.services.technician import Task
from archroom.wiring import MachineClock


class Onlooker:
    """Somebody at the simulated shelving, who says what is so on its track."""

    def __init__(self, room: ShelvingRoom, *, parts_the_line: bool = False) -> None:
        self._room = room
        self._parts_the_line = parts_the_line
        self.told: list[Finding] = []
        self.parted: list[str] = []

    def expect(self, steps: Sequence[Step]) -> None: ...

    def begin(self, step: Step, text: Message) -> None: ...

    def part(self, step: Step, text: Message) -> None:
        self.parted.append(text.english())
        if not self._parts_the_line:
            return
        assert until(lambda: bool(self._room.truth()["moving"])), "it is seen to move"
        self._room.simulator.control("silent", unit=1, on=True)

    def do(self, step: Step, task: Task, text: Message) -> bool:
        is_tripped, act = task is Task.TRIP, self._room.simulator.control
        if step.kind is StepKind.EMERGENCY_STOP:
            act("emergency_stop", unit=1, pressed=is_tripped)
        elif step.kind is StepKind.EDGE:
            act("edge", unit=1, carriage=step.number, pressed=is_tripped)
        elif step.kind is StepKind.BEAM:
            act("beam", unit=1, aisle=step.number, broken=is_tripped)
        if task is Task.LET_GO:
            act("reset", unit=1)
        if task is Task.JOIN:
            act("silent", unit=1, on=False)
        return True

    def ask_number(self, step: Step, text: Message) -> int | None:
        if step.kind is StepKind.OPENING:
            return self._open()[0]
        return len(self._room.blocks[0].carriages) if step.kind is StepKind.COUNT else 0

    def ask_way(self, step: Step, text: Message) -> bool | None:
        return None

    def confirm_clear(self, step: Step, ticket: Ticket) -> tuple[int, ...] | None:
        return self._open() if ticket.candidates else ticket.answer

    def wants_again(self, finding: Finding) -> bool:
        self.told.append(finding)
        return False

    def signs(self, findings: Sequence[Finding], licence: Licence, reason: Message) -> bool:
        return True

    def _open(self) -> tuple[int, ...]:
        found = self._room.truth()["open_aisles"]
        assert isinstance(found, list)
        return tuple(found)


def test_a_controller_without_a_stop_is_commissioned_for_attended_motion(tmp_path: Path) -> None:
    plan = sample_room("small")
    with ShelvingRoom(
        tmp_path, "udp", plan.blocks, speed=20.0, warning_ms=100, profile="z5", served_as="z5", is_commissioned=False
    ) as room:
        room.start_server()
        client = room.believing_client()
        assert not client.views()[0].is_movable
        archive, onlooker = MemoryArchive(), Onlooker(room)
        archive.build(plan)
        commissioning = Commissioning(archive, client, MachineClock(), time.sleep)
        record, seq = commissioning.commission(Performer("Ana", "desk/1"), 1, "Ben", onlooker)
        verdicts = {finding.step.kind: finding.verdict for finding in record.findings}
        assert (verdicts[StepKind.COUNT], verdicts[StepKind.OPENING]) == (Verdict.PASSED, Verdict.PASSED), onlooker.told
        assert verdicts[StepKind.EDGE] is Verdict.NOT_POSSIBLE
        assert record.licence is Licence.ATTENDED, record
        assert seq is not None
        assert archive.books.events[seq - 1].act.kind is ActKind.BLOCK_COMMISSIONED
        mover = room.ready_client()
        ticket = mover.select(1, Wanted(Action.OPEN, 3), "Ana")
        assert ticket.needs_attendant
        assert mover.go(ticket, ticket.narrows, "Ana", lambda view: None, attendant="Ben").kind is OutcomeKind.DONE


def test_a_controller_with_one_alarm_for_all_devices_shows_each_and_the_record_says_which_cannot_be_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def few_steps(block: Block, capabilities: Capabilities, open_aisles: Sequence[int]) -> tuple[Step, ...]:
        every = steps_of(block, capabilities, open_aisles)
        return tuple(step for step in every if step.kind is not StepKind.BEAM and step.key not in ("edge-4", "edge-5"))

    monkeypatch.setattr("archroom.services.commissioning.steps_of", few_steps)
    plan = sample_room("small")
    name = "fatek-coils"
    with ShelvingRoom(
        tmp_path, "tcp", plan.blocks, speed=20.0, warning_ms=100, profile=name, served_as=name, is_commissioned=False
    ) as room:
        room.start_server()
        client, archive, onlooker = room.believing_client(), MemoryArchive(), Onlooker(room)
        archive.build(plan)
        commissioning = Commissioning(archive, client, MachineClock(), time.sleep)
        record, _ = commissioning.commission(Performer("Ana", "desk/1"), 1, "Ben", onlooker)
        of_devices = [
            finding for finding in record.findings if finding.step.kind in (StepKind.EMERGENCY_STOP, StepKind.EDGE)
        ]
        assert {finding.step.kind for finding in of_devices} == {StepKind.EMERGENCY_STOP, StepKind.EDGE}
        for finding in of_devices:
            assert finding.verdict is Verdict.PASSED, finding
            assert "as M148, and gone afterwards; other devices are told alike" in finding.text.english()
        assert record.licence is Licence.ATTENDED, record


def test_a_controller_that_counts_its_mobile_carriages_alone_has_told_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The small room has a fixed carriage besides, which no Stow controller counts."""

    def few_steps(block: Block, capabilities: Capabilities, open_aisles: Sequence[int]) -> tuple[Step, ...]:
        every = steps_of(block, capabilities, open_aisles)
        return tuple(step for step in every if step.key in ("count", "opening-2"))

    monkeypatch.setattr("archroom.services.commissioning.steps_of", few_steps)
    plan = sample_room("small")
    assert any(not unit.is_mobile for unit in plan.blocks[0].carriages)
    own = tmp_path / "own.toml"
    text = profile_text("stow-wms").replace('alarm_bits_inverted = "unknown"', 'alarm_bits_inverted = "no"')
    own.write_text(text, encoding="utf-8")
    with ShelvingRoom(
        tmp_path,
        "tcp",
        plan.blocks,
        speed=20.0,
        warning_ms=100,
        profile="stow-wms",
        served_as=str(own),
        is_commissioned=False,
    ) as room:
        room.start_server()
        client, archive, onlooker = room.believing_client(), MemoryArchive(), Onlooker(room)
        archive.build(plan)
        commissioning = Commissioning(archive, client, MachineClock(), time.sleep)
        record, _ = commissioning.commission(Performer("Ana", "desk/1"), 1, "Ben", onlooker)
        assert [finding.verdict for finding in record.findings] == [Verdict.PASSED] * 2, onlooker.told
        assert record.licence is Licence.ATTENDED, record


def test_a_profile_without_orders_is_only_watched_and_says_so(tmp_path: Path) -> None:
    plan = sample_room("small")
    with ShelvingRoom(tmp_path, "http", plan.blocks, profile="mjj-web", served_as="mjj-web", is_commissioned=False) as room:
        room.start_server()
        client, archive, onlooker = room.believing_client(), MemoryArchive(), Onlooker(room)
        archive.build(plan)
        why = client.views()[0].why_not
        assert why is not None
        assert why.english() == "It is only watched: its profile lists no orders."
        with pytest.raises(Refused, match="lists no orders, so there is nothing to commission"):
            Commissioning(archive, client, MachineClock(), time.sleep).commission(
                Performer("Ana", "desk/1"), 1, "Ben", onlooker
            )
        assert onlooker.told == []


def test_where_motion_is_not_told_the_person_there_parts_the_line_as_soon_as_they_see_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def few_steps(block: Block, capabilities: Capabilities, open_aisles: Sequence[int]) -> tuple[Step, ...]:
        every = steps_of(block, capabilities, open_aisles)
        return tuple(step for step in every if step.key in ("opening-2", "plug"))

    monkeypatch.setattr("archroom.services.commissioning.steps_of", few_steps)
    plan = sample_room("small")
    with ShelvingRoom(
        tmp_path, "tcp", plan.blocks, speed=20.0, warning_ms=100, profile="wkl", served_as="wkl", is_commissioned=False
    ) as room:
        room.start_server()
        client, archive, onlooker = room.believing_client(), MemoryArchive(), Onlooker(room, parts_the_line=True)
        archive.build(plan)
        commissioning = Commissioning(archive, client, MachineClock(), time.sleep)
        record, _ = commissioning.commission(Performer("Ana", "desk/1"), 1, "Ben", onlooker)
        assert onlooker.parted == ["PART THE LINE AS SOON AS YOU SEE CARRIAGES MOVE, and watch: does everything stop?"]
        plug = next(finding for finding in record.findings if finding.step.kind is StepKind.PLUG)
        assert "it went on to its end after the line was parted" in plug.text.english()
        assert record.licence is Licence.ATTENDED, record


@pytest.mark.parametrize(("capabilities", "patience_s"), [(SIDES_AND_STOP, 75.0), (None, 15.0)])
def test_a_controller_whose_motion_may_be_told_for_a_minute_is_waited_for_that_long(
    capabilities: Capabilities | None, patience_s: float
) -> None:
    """A Z5 column whose arrival was told while the line was parted counts as moving until its push has grown old."""
    now_s = 0.0

    class Shelving:
        def views(self) -> tuple[BlockView, ...]:
            checked = say("it is being checked")
            return (BlockView(1, Trust.UNKNOWN, 0.1, None, None, (), False, checked, capabilities=capabilities),)

    class Clock:
        def monotonic(self) -> float:
            return now_s

    def pause(seconds: float) -> None:
        nonlocal now_s
        now_s += 1.0

    block = sample_room("small").blocks[0]
    site = Site(block, Shelving(), None, None, Performer("Ana", "desk/1"), Clock(), pause)  # type: ignore[arg-type]
    with pytest.raises(ShelvingError):
        site.settled()
    assert patience_s < now_s <= patience_s + 2.0
