"""The one ticket that a block has out: who has it, what it rests on, and whether it may still be used."""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.shelving import Ticket
from archroom.core.supervisor.plans import Plan
from archroom.errors import MotionRefused, say


@dataclass(frozen=True, slots=True)
class GivenTicket:
    """A ticket, and what was so when it was given."""

    ticket: Ticket
    plan: Plan
    by: str
    given_s: float


class Tickets:
    """At most one ticket: another, a stop, or anything unexpected ends it."""

    def __init__(self) -> None:
        self._given: GivenTicket | None = None

    def give(self, given: GivenTicket) -> None:
        """Give a ticket out; an earlier one ends."""
        self._given = given

    def end(self) -> None:
        """End whatever is out."""
        self._given = None

    def use_up(self, now: float, ticket_id: str, confirmed_clear: tuple[int, ...], by: str) -> GivenTicket:
        """Return the ticket of this id, which ends by being used; raises MotionRefused if it may not be used so."""
        given, self._given = self._given, None
        if given is None or given.ticket.id != ticket_id:
            raise MotionRefused(say("This leave was used or has ended. Ask again."))
        if now - given.given_s > given.ticket.life_s:
            raise MotionRefused(say("The leave has run out. Ask again."))
        if by != given.by:
            raise MotionRefused(say("The leave was given to {name}.", name=given.by))
        missing = sorted(set(given.ticket.narrows) - set(confirmed_clear))
        if missing:
            raise MotionRefused(say("Nobody has confirmed that aisle {aisle} is clear.", aisle=missing[0]))
        if len(confirmed_clear) != len(given.ticket.narrows):
            raise MotionRefused(say("Other aisles were confirmed to be clear than those that narrow. Ask again."))
        return given
