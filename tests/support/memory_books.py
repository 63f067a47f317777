"""The books of one house as plain dictionaries, changed by acts alone.

They check what the ledger promises: each move starts from where the thing is, and no thing has two open loans.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from archroom.core.acts import ActKind, Owner
from archroom.core.events import Event
from archroom.core.holdings import Loan, Person, Place, Thing
from archroom.core.outages import Outage
from archroom.core.rooms import Block


@dataclass
class Books:
    """All that is on record."""

    things: dict[int, Thing] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    blocks: dict[int, Block] = field(default_factory=dict)
    room_codes: list[str] = field(default_factory=list)
    loans: dict[tuple[int, int], Loan] = field(default_factory=dict)
    """Every loan there ever was, by thing and the event that opened it."""
    open_loans: dict[int, int] = field(default_factory=dict)
    """The event that opened each thing's open loan."""
    barcodes: dict[str, tuple[Owner, int]] = field(default_factory=dict)
    outages: dict[int, Outage] = field(default_factory=dict)
    """What is out of order, by block."""
    collections: dict[int, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)

    def apply(self, event: Event) -> None:
        """Change the books as an event says; raises AssertionError if it does not start from what is on record."""
        act = event.act
        for made in act.things_made:
            assert made.thing_id not in self.things
            self.things[made.thing_id] = Thing(
                made.thing_id, made.kind, f"{made.kind.value} {made.thing_id}", "", made.whereabouts
            )
        for place in act.places_made:
            if place.place_id not in self.places:
                self.places[place.place_id] = Place(place.place_id, place.kind, place.address, place.width_mm)
        for barcode in act.barcodes_bound:
            assert barcode.value not in self.barcodes
            self.barcodes[barcode.value] = (barcode.owner, barcode.owner_id)
        for move in act.moves:
            thing = self.things[move.thing_id]
            assert thing.whereabouts == move.before, f"{thing.title} does not start where event {event.seq} says"
            touched = move.touched_before if act.kind is ActKind.ACT_UNDONE else event.seq
            self.things[thing.id] = replace(thing, whereabouts=move.after, touched_seq=touched)
        self._apply_loans(event)
        self._apply_outages(event)
        if act.undoes is not None:
            assert act.undoes not in self.undone
            self.undone.add(act.undoes)
        self.events.append(event)

    def _apply_outages(self, event: Event) -> None:
        act = event.act
        for begun in act.outages_begun:
            assert begun.block not in self.outages, "out of order twice"
            actor = event.performer.actor
            outage = Outage(begun.block, event.happened_at, begun.since_on, actor, begun.why, event.seq)
            self.outages[begun.block] = outage
        for opened in act.opened_by_hand:
            outage = self.outages[opened.block]
            assert outage.begun_seq == opened.begun_seq
            self.outages[opened.block] = replace(
                outage, open_aisle=opened.aisle, opened_by=event.performer.actor, opened_at=event.happened_at
            )
        for ended in act.outages_ended:
            assert self.outages.pop(ended.block).begun_seq == ended.begun_seq
        if act.outages_begun or act.opened_by_hand or act.outages_ended:
            for place in list(self.places.values()):
                self.places[place.id] = replace(place, outage=self.outages.get(place.block or 0))

    def _apply_loans(self, event: Event) -> None:
        for closed in event.act.loans_closed:
            assert self.open_loans.pop(closed.thing_id) == closed.opened_seq
        for opened in event.act.loans_opened:
            assert opened.thing_id not in self.open_loans, "two open loans"
            loan = Loan(opened.thing_id, self.people[opened.person_id], event.happened_at, opened.due_on, event.seq)
            self.loans[opened.thing_id, event.seq] = loan
            self.open_loans[opened.thing_id] = event.seq
        for reopened in event.act.loans_reopened:
            assert reopened.thing_id not in self.open_loans, "two open loans"
            assert (reopened.thing_id, reopened.opened_seq) in self.loans
            self.open_loans[reopened.thing_id] = reopened.opened_seq
