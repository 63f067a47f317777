"""Proof before motion, step by step at the shelving: what is told on the wire and what a person sees make the record.

Every motion goes the way of all motions: ticket, aisles confirmed, intent in the ledger. A step that was skipped or refused
has failed; what a controller cannot show is written down as not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from archroom.core.acts import Act, ActKind, Performer
from archroom.core.commissioning import (
    CommissioningRecord,
    Finding,
    FoundRecord,
    Step,
    StepKind,
    licence_of,
    steps_of,
)
from archroom.core.plain.facts import Capabilities, OrderKind
from archroom.core.shelving import Action, BlockView, Wanted
from archroom.core.supervisor.rules import reference_capabilities
from archroom.errors import ArchroomError, Message, PortUnavailable, Refused, UsageError, say
from archroom.services.aisles import Aisles
from archroom.services.claims import Claims
from archroom.services.commissioning_steps import Site, Walk

if TYPE_CHECKING:
    from archroom.core.ports import Archive, Clock, CommissionedShelving
    from archroom.core.rooms import Block
    from archroom.services.technician import Technician


class Commissioning:
    """The commissioning of blocks; `shelving` is None where none is connected, `pause` waits for some seconds."""

    def __init__(
        self, archive: Archive, shelving: CommissionedShelving | None, clock: Clock, pause: Callable[[float], None]
    ) -> None:
        self._archive = archive
        self._shelving = shelving
        self._clock = clock
        self._pause = pause
        self._ended: set[int] = set()
        """Blocks whose commissioning was ended by `end`."""

    def record(self, block: int) -> FoundRecord:
        """Return the last record of a block; raises PortUnavailable, UsageError."""
        self._block(block)
        return self._connected().commissioning_record(block)

    def commission(
        self, performer: Performer, number: int, witness: str, technician: Technician
    ) -> tuple[CommissioningRecord, int | None]:
        """Prove a block with somebody at it, and return the signed record and the number of its event, if there is one.

        Raises MotionRefused, Refused if it was not signed, was ended, or nothing could be moved, ShelvingError, UsageError;
        then the block is as it was before.
        """
        self._ended.discard(number)
        shelving, block = self._connected(), self._block(number)
        site = Site(
            block,
            shelving,
            Aisles(self._archive, shelving, is_commissioning=True),
            Claims(self._archive, shelving),
            performer,
            self._clock,
            lambda seconds: self._wait(number, seconds),
        )
        first = site.settled()
        if first.capabilities is not None and not first.capabilities.orders:
            text = say("The profile of block {block} lists no orders, so there is nothing to commission.", block=number)
            raise Refused(text)
        shelving.begin_commissioning(number, performer.actor, witness)
        try:
            capabilities = capabilities_of(first)
            open_aisles = first.open_aisles() or _open_by_eye(first, technician)
            walk = Walk(site, technician, capabilities, open_aisles)
            steps = steps_of(block, capabilities, open_aisles)
            technician.expect(steps)
            findings = [_repeated(walk, technician, step) for step in steps]
            for aisle in open_aisles:
                _put_back(site, technician, aisle)
            if not technician.signs(findings, *licence_of(findings, capabilities)):
                raise Refused(say("Not signed: block {block} is as it was before.", block=number))
            record = shelving.sign_commissioning(number, findings)
        finally:
            shelving.end_commissioning(number)
        return record, self._written(performer, record)

    def end(self, number: int) -> None:
        """Let the commissioning of a block that is under way here end now, from any thread: what moves is stopped.

        It waits for nothing; `commission` raises Refused as soon as it looks again.
        """
        self._ended.add(number)
        if self._shelving is not None:
            self._shelving.end_commissioning(number)

    def _wait(self, number: int, seconds: float) -> None:
        if number in self._ended:
            raise Refused(ended(number))
        self._pause(seconds)

    def _block(self, number: int) -> Block:
        with self._archive.reading() as books:
            block = books.block(number)
        if block is None:
            raise UsageError(say("There is no block {block} here.", block=number))
        return block

    def _connected(self) -> CommissionedShelving:
        if self._shelving is None:
            raise PortUnavailable(say("No shelving is connected to this machine."))
        return self._shelving

    def _written(self, performer: Performer, record: CommissioningRecord) -> int | None:
        facts: dict[str, str | int] = {
            "block": record.block,
            "licence": record.licence.value,
            "reason": record.reason.english(),
            "witness": record.witness,
            "serial": record.controller.serial,
            "expires_on": record.expires_on.isoformat(),
        }
        try:
            with self._archive.writing() as books:
                return books.commit(Act(ActKind.BLOCK_COMMISSIONED, facts=facts), performer).seq
        except ArchroomError:
            return None


def ended(number: int) -> Message:
    """Return what is said of a commissioning that was ended before it was signed."""
    return say("The commissioning of block {block} has ended; the block is as it was before.", block=number)


def capabilities_of(view: BlockView) -> Capabilities:
    """Return what the controller of a view can be proved to do; a plain one is not jogged from here."""
    if view.capabilities is not None:
        return replace(view.capabilities, orders=view.capabilities.orders - {OrderKind.JOG})
    return reference_capabilities(view.identity.capabilities if view.identity is not None else ())


def _open_by_eye(view: BlockView, technician: Technician) -> tuple[int, ...]:
    """Return the aisle that a person sees open, where a controller of another make does not tell it."""
    if view.plain is None:
        return ()
    seen = technician.ask_number(Step(StepKind.OPENING), say("Which aisle stands open now?"))
    return () if seen is None else (seen,)


def _repeated(walk: Walk, technician: Technician, step: Step) -> Finding:
    """Return what came of a step in the end."""
    while technician.wants_again(finding := walk.finding(step)):
        continue
    return finding


def _put_back(site: Site, technician: Technician, aisle: int) -> None:
    """Open an aisle that stood open at the beginning, if nothing speaks against it."""
    step = Step(StepKind.OPENING, aisle)
    if aisle not in site.settled().open_aisles():
        site.move(Wanted(Action.OPEN, aisle), lambda ticket: technician.confirm_clear(step, ticket), lambda view: None)
