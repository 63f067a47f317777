"""The whole procedure through a real server: a good controller passes, and those that must fail it do, with the reason.

The technician is the script that works the demo; a wrong wiring is one who sees another track than the wire tells of.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from memory_archive import MemoryArchive
from shelving_room import ShelvingRoom
from supervised_room import block_of

from archroom.cli.simulated_technician import SimulatedTechnician, await_itself
from archroom.core.acts import ActKind, Performer
from archroom.core.commissioning import CommissioningRecord, Finding, Licence, Step, StepKind, Verdict, licence_of
from archroom.core.rooms import RoomPlan
from archroom.core.shelving import Action, OutcomeKind, Ticket, Wanted
from archroom.core.supervisor.rules import reference_capabilities
from archroom.errors import Message, MotionRefused, Refused
from archroom.services.commissioning import Commissioning
from archroom.services.outages import Outages
from archroom.services.technician import Task

ANA = Performer("Ana", "test/desk")
PLUG = frozenset({StepKind.PLUG})
"""The step that takes longest; where it is left out, the licence is attended at most."""


class MachineTime:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return date.today()

    def monotonic(self) -> float:
        return time.monotonic()


class Technician(SimulatedTechnician):
    """The script, which may see things differently or leave them undone."""

    sees_swapped_sides = False
    exchanged: dict[int, int] = {}
    inverts_beams = False
    skips: frozenset[StepKind] = frozenset()
    is_willing = True

    def ask_number(self, step: Step, text: Message) -> int | None:
        if step.kind in self.skips:
            return None
        seen = super().ask_number(step, text)
        return seen if seen is None or step.kind is not StepKind.JOG else self.exchanged.get(seen, seen)

    def ask_way(self, step: Step, text: Message) -> bool | None:
        seen = super().ask_way(step, text)
        return seen if seen is None else seen is not self.sees_swapped_sides

    def confirm_clear(self, step: Step, ticket: Ticket) -> tuple[int, ...] | None:
        return None if step.kind in self.skips else super().confirm_clear(step, ticket)

    def do(self, step: Step, task: Task, text: Message) -> bool:
        if step.kind in self.skips:
            return False
        return super().do(step, task, text)

    def signs(self, *_facts: object) -> bool:
        return self.is_willing


@dataclass
class Site:
    """One small block with its server, its books and a technician."""

    room: ShelvingRoom
    archive: MemoryArchive
    service: Commissioning
    findings: list[Finding] = field(default_factory=list)

    def commission(self, prepare: Callable[[Technician], None] = lambda technician: None) -> CommissioningRecord:
        with Technician(self.room.simulator.endpoints["control"], 1, self.findings.append) as technician:
            prepare(technician)
            record, _ = self.service.commission(ANA, 1, "Ben", technician)
        return record

    def reason(self, step: str) -> str:
        """What was found in a step that has failed."""
        (finding,) = [one for one in self.findings if one.step.key == step]
        assert finding.verdict is Verdict.FAILED
        return finding.text.english()


@pytest.fixture
def site(tmp_path: Path) -> Site:  # type: ignore[misc]
    block = block_of(2, open_aisles=(1,))
    with ShelvingRoom(tmp_path, "tcp", (block,), is_commissioned=False) as room:
        archive = MemoryArchive()
        archive.build(RoomPlan("R1", "Room", (block,), (), ()))
        room.start_server()
        client = room.believing_client()
        yield Site(room, archive, Commissioning(archive, client, MachineTime(), time.sleep))
        client.end_commissioning(1)


def is_watched(site: Site) -> bool:
    """Whether the block can only be watched now."""
    client = site.room.believing_client()
    with pytest.raises(MotionRefused):
        client.arm(1, "Ana")
    return True


def test_a_good_controller_passes_and_is_written_down(site: Site) -> None:
    Outages(site.archive, site.archive.clock).take_out(ANA, 1, "mended, and proved before it is put back")
    record = site.commission()
    assert (record.licence, record.by, record.witness) == (Licence.FULL, "Ana", "Ben")
    assert [one.verdict for one in record.findings] == [Verdict.PASSED] * len(record.findings)
    assert {one.step.kind for one in record.findings} == set(StepKind)
    figures = dict(record.findings[-1].measured)
    assert 30 < figures["travelled_mm"] <= figures["allowed_mm"]
    assert site.service.record(1).record == record
    kinds = [event.act.kind for event in site.archive.books.events]
    assert kinds[-1] is ActKind.BLOCK_COMMISSIONED
    assert kinds.count(ActKind.MOTION_INTENDED) == kinds.count(ActKind.MOTION_ENDED) > 4
    client = site.room.believing_client()
    await_itself(client.views, 1)
    assert 1 in client.views()[0].open_aisles()
    client.arm(1, "Cy")
    assert client.select(1, Wanted(Action.OPEN, 2), "Cy").narrows == (1,)


def test_a_controller_that_runs_on_when_the_line_is_lost_is_attended_only(site: Site) -> None:
    site.room.simulator.control("drive", runs_on_after="lost_link")
    record = site.commission()
    assert record.licence is Licence.ATTENDED
    assert "ran on for" in site.reason("plug") or "went on to its end" in site.reason("plug")
    client = site.room.believing_client()
    await_itself(client.views, 1)
    client.arm(1, "Cy")
    ticket = client.select(1, Wanted(Action.OPEN, 2), "Cy")
    outcome = client.go(ticket, ticket.narrows, "Cy", lambda view: None)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "second person" in outcome.reason.english()


def test_swapped_sides_are_found_and_the_block_is_watched(site: Site) -> None:
    def swap(technician: Technician) -> None:
        technician.sees_swapped_sides, technician.skips = True, PLUG

    assert site.commission(swap).licence is Licence.MONITOR
    assert "left and right are swapped" in site.reason("jog-2")
    assert is_watched(site)


def test_carriages_1_and_2_exchanged_are_found(site: Site) -> None:
    def exchange(technician: Technician) -> None:
        technician.exchanged, technician.skips = {1: 2, 2: 1}, PLUG

    assert site.commission(exchange).licence is Licence.MONITOR
    assert "carriage 2 was told to move, carriage 1 was seen to" in site.reason("jog-2")
    assert is_watched(site)


class InvertedBeam(Technician):
    """At this block the beam of aisle 0 is wired the wrong way round, as soon as devices are looked at."""

    def do(self, step: Step, task: Task, text: Message) -> bool:
        if step.kind is StepKind.BEAM and step.number == 0:
            self._act("beam", unit=1, aisle=0, broken=task is not Task.TRIP)
            return True
        return super().do(step, task, text)

    def begin(self, step: Step, text: Message) -> None:
        super().begin(step, text)
        is_watched = step.kind in (StepKind.EMERGENCY_STOP, StepKind.EDGE) or step == Step(StepKind.BEAM, 0)
        self._act("beam", unit=1, aisle=0, broken=is_watched)


def test_an_inverted_beam_is_found(site: Site) -> None:
    with InvertedBeam(site.room.simulator.endpoints["control"], 1, site.findings.append) as technician:
        technician.skips = PLUG
        record, _ = site.service.commission(ANA, 1, "Ben", technician)
    assert record.licence is Licence.MONITOR
    assert "beam is inverted" in site.reason("beam-0")
    assert is_watched(site)


def test_a_stuck_edge_lets_nothing_move_and_is_found(site: Site) -> None:
    site.room.simulator.control("edge", carriage=1, chatters=False, pressed=True)

    def hold(technician: Technician) -> None:
        act = technician._act
        technician._act = lambda do, **fields: {} if do == "edge" else act(do, **fields)  # type: ignore[method-assign]

    assert site.commission(hold).licence is Licence.MONITOR
    assert "a safety edge" in site.reason("jog-2")
    assert "edge is told though nobody trips it" in site.reason("edge-1")


def test_a_skipped_device_has_failed_and_what_is_not_signed_changes_nothing(site: Site) -> None:
    def refuse(technician: Technician) -> None:
        technician.is_willing, technician.skips = False, PLUG | {StepKind.EMERGENCY_STOP}

    with pytest.raises(Refused, match="Not signed"):
        site.commission(refuse)
    assert site.reason("emergency_stop") == "Emergency stop was skipped"
    assert licence_of(site.findings, reference_capabilities(frozenset(Action)))[0] is Licence.MONITOR
    assert site.service.record(1).record is None
    assert is_watched(site)


def test_a_canary_a_judge_that_believes_the_wire_alone_is_found_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the person's word left out, swapped sides pass: the tests above would see it."""
    monkeypatch.setattr(Technician, "ask_way", lambda self, step, text: step.is_towards_low)

    def swap(technician: Technician) -> None:
        technician.sees_swapped_sides, technician.skips = True, PLUG

    assert site.commission(swap).licence is Licence.ATTENDED
