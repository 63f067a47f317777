"""The whole way of a controller of another make: watched, commissioned by people at it, then moved with a second person."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from memory_archive import MemoryArchive
from shelving_room import ShelvingRoom

from archroom.core.acts import ActKind, Performer
from archroom.core.commissioning import Finding, Licence, Step, StepKind, Verdict
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

    def begin(self, step: Step, text: Message) -> None: ...

    def part(self, step: Step, text: Message) -> None: ...

    def do(self, step: Step, task: Task, text: Message) -> bool:
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
