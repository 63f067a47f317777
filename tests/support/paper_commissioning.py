"""A commissioning on paper: the words of the procedure in a fixed order, with whoever is asked; nothing moves.

One step of each sort that asks: a number, which way, what hands do, what must be done at once, and the aisle that closes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Event

from archroom.core.acts import Performer
from archroom.core.commissioning import (
    CommissioningRecord,
    Controller,
    Finding,
    Licence,
    Step,
    StepKind,
    Verdict,
)
from archroom.core.shelving import Action, Ticket, Wanted
from archroom.errors import ArchroomError, say
from archroom.services.commissioning_steps import skipped, title_of
from archroom.services.technician import Task, Technician

COUNT, JOG = Step(StepKind.COUNT), Step(StepKind.JOG, 2, is_towards_low=True)
EDGE, PLUG = Step(StepKind.EDGE, 2), Step(StepKind.PLUG)
STEPS = (Step(StepKind.IDENTITY), COUNT, JOG, Step(StepKind.JOG, 3), Step(StepKind.EMERGENCY_STOP), EDGE, PLUG)
SIGNED_ON = date(2026, 11, 20)
_SEEN = {
    StepKind.COUNT: say("all carriages are there"),
    StepKind.JOG: say("it moved as told, and was seen to"),
    StepKind.PLUG: say("it stopped by itself after {travelled} mm", travelled=41),
}


@dataclass
class PaperCommissioning:
    """What the service does, in the app's eyes."""

    refusal: ArchroomError | None = None
    is_in_ledger: bool = True
    parted: Event = field(default_factory=Event)
    """What the walk waits for once the line is to be parted."""
    answers: list[object] = field(default_factory=list)
    """What was answered, in order."""
    ended: list[int] = field(default_factory=list)
    """Blocks whose commissioning was ended from the screen."""
    begun: list[tuple[str, int, str]] = field(default_factory=list)

    def end(self, number: int) -> None:
        self.ended.append(number)
        self.parted.set()

    def commission(
        self, performer: Performer, number: int, witness: str, technician: Technician
    ) -> tuple[CommissioningRecord, int | None]:
        self.begun.append((performer.actor, number, witness))
        if self.refusal is not None:
            raise self.refusal
        technician.expect(STEPS)
        findings = [self._finding(technician, step, number) for step in STEPS]
        failed = [finding for finding in findings if finding.verdict is Verdict.FAILED]
        licence = Licence.MONITOR if failed else Licence.FULL
        reason = failed[0].text if failed else say("everything was seen to work")
        assert technician.signs(findings, licence, reason)
        signed_at = f"{SIGNED_ON.isoformat()}T09:30:00+00:00"
        controller = Controller("reference", "SIM00001", 5, 1000)
        expires_on = SIGNED_ON + timedelta(days=365)
        record = CommissioningRecord(
            number, controller, tuple(findings), performer.actor, witness, signed_at, signed_at, SIGNED_ON, expires_on,
            licence, reason,
        )  # fmt: skip
        return record, 7 if self.is_in_ledger else None

    def _finding(self, technician: Technician, step: Step, block: int) -> Finding:
        while True:
            technician.begin(step, title_of(step))
            finding = self._seen(technician, step, block)
            if not technician.wants_again(finding):
                return finding

    def _seen(self, technician: Technician, step: Step, block: int) -> Finding:
        match step.kind:
            case StepKind.IDENTITY:
                return Finding(step, Verdict.PASSED, say("it says twice that it is {serial}", serial="SIM00001"))
            case StepKind.COUNT:
                return self._judged(step, self._keep(technician.ask_number(step, say("How many?"))), 5)
            case StepKind.JOG:
                ticket = Ticket("t1", block, Wanted(Action.JOG, step.number, -50), (1,), (step.number,), 30.0, 60.0)
                if self._keep(technician.confirm_clear(step, ticket)) is None:
                    return Finding(step, Verdict.FAILED, say("Not confirmed: nothing moves."))
                way = technician.ask_way(step, say("Which way? 1: towards carriage 1, 2: away from it"))
                return self._judged(step, self._keep(way), step.is_towards_low, (("moved_mm", -50),))
            case StepKind.PLUG:
                technician.part(step, say("PART THE LINE NOW, and watch: does everything stop?"))
                assert self.parted.wait(20)
                done = technician.do(step, Task.JOIN, say("Wait until everything stands"))
                return self._judged(step, self._keep(done), True, (("travelled_mm", 41), ("allowed_mm", 90)))
            case _:
                done = technician.do(step, Task.TRIP, say("Press the emergency stop of the block"))
                return self._judged(step, self._keep(done), True)

    def _keep(self, answer: object) -> object:
        self.answers.append(answer)
        return answer

    def _judged(self, step: Step, seen: object, wanted: object, figures: tuple[tuple[str, int], ...] = ()) -> Finding:
        if seen is None or (wanted is True and seen is False and step.kind is not StepKind.JOG):
            return skipped(step)
        if seen != wanted:
            text = say("carriage {number} moved the other way than it tells: left and right are swapped", number=step.number)
            return Finding(step, Verdict.FAILED, text, figures)
        return Finding(step, Verdict.PASSED, _SEEN.get(step.kind, say("it was seen when it was tripped")), figures)
