"""What people do with the shelving: leave, confirmation, intent in the ledger, action, outcome in the ledger.

Nothing moves before its intent is committed. An action leaves two events, a refused one a single event. If the outcome
cannot be written, the shelving is stopped, because what it does is then no longer on record. No aisle of a block that is out
of order is opened, closed or ventilated; what is done to one carriage (jog, lock, unlock) is not kept from whoever mends it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from archroom.core.acts import Act, ActKind, Performer
from archroom.core.cleaning import clean
from archroom.core.codes import contains_own, normalise
from archroom.core.comparing import name_key
from archroom.core.holdings import Place, PlaceKind, Standing
from archroom.core.people_holds import LONGEST_NAME
from archroom.core.shelving import Action, BlockView, Outcome, OutcomeKind, StopReport, Ticket, Wanted
from archroom.errors import (
    ArchroomError,
    BadCode,
    Message,
    MotionFailed,
    MotionRefused,
    NotArmed,
    PortUnavailable,
    Refused,
    ShelvingError,
    UsageError,
    say,
)
from archroom.services.motion_facts import Facts, asked, granted
from archroom.services.resolving import owner_of_typed
from archroom.services.stopping import Stopper

if TYPE_CHECKING:
    from archroom.core.ports import Archive, Reading, Shelving
    from archroom.core.rooms import Block

Confirm = Callable[[Ticket], tuple[int, ...] | None]
Observe = Callable[[BlockView], None]
OfferArming = Callable[[NotArmed], bool]
"""Asks a person whether the block is to be armed, arms it if so, and returns whether it was."""
Attend = Callable[[Ticket], str | None]
"""Asks who holds the shelving's own stop at the aisle during this motion, and returns their name; None: nobody."""


def read_aisle(text: str) -> tuple[int, int]:
    """Return block and aisle as a text like "1/3" names them, whether they exist or not; raises UsageError."""
    return _two_numbers(text, say("{text} is no aisle. Write block/aisle, like 1/3.", text=text[:40]))


def _two_numbers(text: str, why_not: Message) -> tuple[int, int]:
    block, _, number = text.partition("/")
    if not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in (block, number)):
        raise UsageError(why_not)
    return int(block), int(number)


class Aisles:
    """The aisles of this machine's shelving; `shelving` is None where none is connected.

    A commissioning opens aisles of a block that is out of order too: what was mended is proved before it is put back.
    """

    def __init__(self, archive: Archive, shelving: Shelving | None, is_commissioning: bool = False) -> None:
        self._archive = archive
        self._shelving = shelving
        self._is_commissioning = is_commissioning

    def views(self) -> list[BlockView]:
        """Return what may be shown of each block, nothing where no shelving is connected; raises ShelvingError."""
        return self._shelving.views() if self._shelving is not None else []

    def aisle_for(self, text: str) -> tuple[int, int]:
        """Return block and aisle from which a thing or shelf is reached, or put away where a thing waits in staging.

        Raises BadCode if the text names nothing, Refused, saying where it is, if it is not on mobile shelving.
        """
        with self._archive.reading() as books:
            owner = owner_of_typed(books, text)
        match owner:
            case Standing():
                return _aisle_of_thing(owner)
            case Place():
                return _aisle_of_place(owner, owner.address)
            case _:
                raise BadCode(say("{name} is a person, and stands in no aisle.", name=owner.name))

    def aisle_named(self, text: str) -> tuple[int, int]:
        """Return block and aisle of a text like "1/3"; raises UsageError if there is no such aisle."""
        block, number = self._numbers(text, say("{text} is no aisle. Write block/aisle, like 1/3.", text=text[:40]))
        if block is None or number not in block.aisles:
            raise UsageError(say("There is no aisle {text}.", text=text[:40]))
        return block.number, number

    def carriage_named(self, text: str) -> tuple[int, int]:
        """Return block and carriage of a text like "1/3"; raises UsageError if there is no such carriage."""
        block, number = self._numbers(text, say("{text} is no carriage. Write block/carriage, like 1/3.", text=text[:40]))
        if block is None or not 1 <= number <= len(block.carriages):
            raise UsageError(say("There is no carriage {text}.", text=text[:40]))
        return block.number, number

    def open(
        self,
        performer: Performer,
        block: int,
        aisle: int,
        confirm: Confirm,
        observe: Observe,
        offer_arming: OfferArming | None = None,
        attend: Attend | None = None,
    ) -> Outcome:
        """Open an aisle, as `carry_out` does."""
        wanted = Wanted(Action.OPEN, aisle)
        return self.carry_out(performer, block, wanted, confirm, observe, offer_arming=offer_arming, attend=attend)

    def carry_out(
        self,
        performer: Performer,
        block: int,
        wanted: Wanted,
        confirm: Confirm,
        observe: Observe,
        is_held: Callable[[], bool] | None = None,
        offer_arming: OfferArming | None = None,
        attend: Attend | None = None,
    ) -> Outcome:
        """Do something with a block once a person has confirmed every aisle that narrows; blocks until the outcome.

        `confirm` gets the ticket and returns the numbers of the aisles that the person says are clear, or None for no.
        Where nothing narrows, the number of the carriage says yes; where the controller does not tell which aisle is open,
        that of the open one says it. `is_held` is for a jog that goes on while a key is held, `offer_arming` is asked where
        only arming is missing, `attend` where a second person must be at the aisle. Raises PortUnavailable or LinkError if
        the shelving cannot be asked, Busy or Unreadable if the intent cannot be written: then nothing moved.
        """
        shelving = self._connected()
        why_not = self._why_out_of_order(block, wanted)
        if why_not is not None:
            return self._refused(performer, asked(block, wanted), why_not)
        try:
            ticket = _ticket(lambda: shelving.select(block, wanted, performer.actor), offer_arming)
        except MotionRefused as refusal:
            return self._refused(performer, asked(block, wanted), refusal.message)
        confirmed = confirm(ticket)
        why_not = _unconfirmed(ticket, confirmed)
        if why_not is not None or confirmed is None:
            return self._refused(performer, granted(ticket), why_not or say("Not confirmed: nothing moves."))
        attendant = ""
        if ticket.needs_attendant:
            attendant = clean(attend(ticket) or "" if attend is not None else "", LONGEST_NAME)
            why_not = unattended(ticket.block, attendant, performer.actor)
            if why_not is not None:
                return self._refused(performer, granted(ticket), why_not)
        clear = confirmed if ticket.candidates else ticket.narrows
        facts = granted(ticket, clear, attendant)
        try:
            intent = self._intended(performer, block, wanted, facts)
        except Refused as refusal:
            return self._refused(performer, facts, refusal.message)
        facts = facts | {"intent": intent}
        go = partial(shelving.go, ticket, clear, performer.actor, observe, is_held, attendant)
        outcome = self._go(go, performer, facts)
        self._write_outcome(performer, facts, outcome)
        return outcome

    def stop(self, performer: Performer, block: int | None = None) -> list[StopReport]:
        """Stop one block or all, then write the event if the books take it; raises PortUnavailable without shelving."""
        return Stopper(self._archive, self._shelving).stop(performer, block)

    def _numbers(self, text: str, why_not: Message) -> tuple[Block | None, int]:
        """Return the block, None if there is none of that number, and the number of a text like "1/3"."""
        block, number = _two_numbers(text, why_not)
        with self._archive.reading() as books:
            return books.block(block), number

    def _connected(self) -> Shelving:
        if self._shelving is None:
            raise PortUnavailable(say("No shelving is connected to this machine."))
        return self._shelving

    def _refused(self, performer: Performer, facts: Facts, reason: Message) -> Outcome:
        try:
            self._write(performer, ActKind.MOTION_REFUSED, {**facts, "reason": reason.english()})
        except ArchroomError as error:
            reason = say("{reason} This is not in the ledger: {why}", reason=reason, why=error.message)
        return Outcome(OutcomeKind.REFUSED, reason, None)

    def _write(self, performer: Performer, kind: ActKind, facts: Facts) -> int:
        with self._archive.writing() as books:
            return books.commit(Act(kind, facts=facts), performer).seq

    def _out_of_order(self, books: Reading, block: int, wanted: Wanted) -> Message | None:
        """Return why nothing of this kind is done to a block, None while it is in order or the technician's."""
        is_technician = self._is_commissioning or wanted.action.is_of_carriage
        outage = None if is_technician else books.outages().get(block)
        return None if outage is None else outage.refusal()

    def _why_out_of_order(self, block: int, wanted: Wanted) -> Message | None:
        """Return why nothing is asked of a block; books that do not answer are asked again when the intent is written."""
        try:
            with self._archive.reading() as books:
                return self._out_of_order(books, block, wanted)
        except ArchroomError:
            return None

    def _intended(self, performer: Performer, block: int, wanted: Wanted, facts: Facts) -> int:
        """Write the intent; raises Refused if the block went out of order since leave was asked for."""
        with self._archive.writing() as books:
            why_not = self._out_of_order(books, block, wanted)
            if why_not is not None:
                raise Refused(why_not)
            return books.commit(Act(ActKind.MOTION_INTENDED, facts=facts), performer).seq

    def _go(self, move: Callable[[], Outcome], performer: Performer, facts: Facts) -> Outcome:
        """Move, and turn whatever comes of it into an outcome: after a lost answer the end is unknown, never assumed.

        Whatever breaks off the watching, Ctrl-C too, stops the block, writes "unknown" and goes on its way.
        """
        try:
            return move()
        except MotionRefused as refusal:
            return Outcome(OutcomeKind.REFUSED, refusal.message, None)
        except ShelvingError as error:
            return Outcome(OutcomeKind.UNKNOWN, error.message, None)
        except BaseException:
            try:
                self._stop_block(int(facts["block"]))
            finally:
                broken_off = Outcome(OutcomeKind.UNKNOWN, say("The watching was broken off."), None)
                self._write_outcome(performer, facts, broken_off)
            raise

    def _write_outcome(self, performer: Performer, facts: Facts, outcome: Outcome) -> None:
        ended = {**facts, "outcome": outcome.kind.value, "reason": outcome.reason.english()}
        try:
            self._write(performer, ActKind.MOTION_ENDED, ended)
        except ArchroomError as error:
            self._stop_block(int(facts["block"]))
            raise MotionFailed(
                say(
                    "The outcome could not be written to the books, so the shelving was stopped. Outcome: {outcome} {why}",
                    outcome=outcome.reason,
                    why=error.message,
                )
            ) from error

    def _stop_block(self, block: int) -> None:
        try:
            self._connected().stop(block)
        except ShelvingError as error:
            raise MotionFailed(say("The shelving does not answer to STOP: look at it. {why}", why=error.message)) from error


def _ticket(select: Callable[[], Ticket], offer_arming: OfferArming | None) -> Ticket:
    """Ask for leave, once more if a person has armed the block for it; raises MotionRefused."""
    try:
        return select()
    except NotArmed as refusal:
        if offer_arming is None or not offer_arming(refusal):
            raise
    return select()


def _unconfirmed(ticket: Ticket, confirmed: tuple[int, ...] | None) -> Message | None:
    """Return why an action is not confirmed, None if it is: every number that it asks for, and no other."""
    if confirmed is None:
        return say("Not confirmed: nothing moves.")
    if not ticket.is_answered_by(confirmed):
        answer = " / ".join(map(str, ticket.candidates)) or _list(ticket.answer)
        return say("Said to be clear: {said}. What must be: {answer}. Nothing moves.", said=_list(confirmed), answer=answer)
    return None


def unattended(block: int, attendant: str, by: str) -> Message | None:
    """Return why this is no second person at the aisle, None if it is one."""
    if not attendant:
        return say("Block {block} moves only while a second person holds its own stop at the aisle.", block=block)
    if contains_own(normalise(attendant)) or not any(character.isalpha() for character in attendant):
        return say("A code is no answer: type the name of who stands at the aisle.")
    if name_key(attendant) == name_key(by):
        return say("The person at the aisle must be another one than who gives the order.")
    return None


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _aisle_of_thing(standing: Standing) -> tuple[int, int]:
    title, place, home = standing.thing.title, standing.place, standing.home_place
    if standing.held_by is not None:
        raise Refused(say("{title} is out to {name}.", title=title, name=standing.held_by.name))
    if place is None:
        raise Refused(say("{title} has no place yet.", title=title))
    is_waiting = place.kind is not PlaceKind.SHELF
    if is_waiting and home is not None and home.aisle is not None:
        return _aisle_of_place(home, title)
    return _aisle_of_place(place, title)


def _aisle_of_place(place: Place, title: str) -> tuple[int, int]:
    if place.block is None or place.aisle is None:
        raise Refused(say("{title} is at {place}, which no aisle leads to.", title=title, place=place.address))
    return place.block, place.aisle
