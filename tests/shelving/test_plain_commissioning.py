"""The whole way of a controller of another make: watched, commissioned by people at it, then moved with a second person."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from memory_archive import MemoryArchive
from shelving_room import ShelvingRoom

from archroom.core.acts import ActKind, Performer
from archroom.core.commissioning import Finding, Licence, Step, StepKind, Verdict, steps_of
from archroom.core.plain import Capabilities
from archroom.core.rooms import Block
from archroom.core.shelving import Action, OutcomeKind, Ticket, Wanted
from archroom.errors import Message
from archroom.exchange.roomfile import sample_room
from archroom.services.commissioning import Commissioning
from archroom.services.technician import Task
from archroom.wiring import MachineClock


class Onlooker:
    """Somebody at the simulated shelving, who says what is so on its track."""

    def __init__(self, room: ShelvingRoom) -> None:
        self._room = room
        self.told: list[Finding] = []

    def expect(self, steps: Sequence[Step]) -> None: ...

    def begin(self, step: Step, text: Message) -> None: ...

    def part(self, step: Step, text: Message) -> None: ...

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
