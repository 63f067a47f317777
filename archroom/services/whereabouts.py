"""The words for where a thing is: `where_now` is the one place that says it, and every surface uses its phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.core.holdings import Custody, Loan, Standing
from archroom.errors import Message, say

if TYPE_CHECKING:
    from datetime import date


def where_now(standing: Standing, today: date) -> Message:
    """Return the phrase for where a thing is now, and how it is reached in a block out of order; total over standings."""
    where, place = _where(standing, today), standing.place
    if standing.reach is None or place is None or place.outage is None:
        return where
    return say("{where}; {reach}", where=where, reach=place.outage.reach_in_words(place.aisle))


def home_reach(standing: Standing) -> Message | None:
    """Return the sentence for a home elsewhere in a block out of order, None if there is nothing to say of it."""
    home = standing.home_place
    if home is None or home.outage is None or standing.is_at_home:
        return None
    return say("Of its home: {reach}.", reach=home.outage.reach_in_words(home.aisle))


def _where(standing: Standing, today: date) -> Message:
    if standing.loan is not None:
        return _out_to(standing.loan, today)
    if standing.enclosing_loan is not None:
        lent = next(outer for outer in standing.enclosing if outer.id == standing.enclosing_loan.thing_id)
        return say("with {container}, {out}", container=lent.title, out=_out_to(standing.enclosing_loan, today))
    if standing.enclosing:
        return _in_container(standing)
    return _standing_alone(standing.thing.whereabouts.custody, standing.place.address if standing.place else "")


def _in_container(standing: Standing) -> Message:
    container, outermost = standing.enclosing[0].title, standing.enclosing[-1]
    if standing.thing.whereabouts.custody is not Custody.IN:
        return _standing_alone(standing.thing.whereabouts.custody, "")
    if standing.place is not None and outermost.whereabouts.custody is Custody.IN:
        return say("in {container} at {place}", container=container, place=standing.place.address)
    if outermost.whereabouts.custody is Custody.IN:
        return say("in {container}, which has no place yet", container=container)
    place = standing.place.address if standing.place else ""
    return say("in {container}, {where}", container=container, where=_standing_alone(outermost.whereabouts.custody, place))


def _standing_alone(custody: Custody, place: str) -> Message:
    match custody:
        case Custody.IN:
            return say("in {place}", place=place) if place else say("no place yet")
        case Custody.STAGING:
            return say("in staging {place}", place=place) if place else say("in staging")
        case Custody.READING_ROOM:
            return say("in the reading room {place}", place=place) if place else say("in the reading room")
        case Custody.OUT:
            return say("out")
        case Custody.IN_TRANSIT:
            return say("in transit")
        case Custody.MISSING:
            return say("missing")
        case Custody.DISPOSED:
            return say("disposed of")


def _out_to(loan: Loan, today: date) -> Message:
    if loan.due_on < today:
        return say("out to {name}, due {due} (overdue)", name=loan.person.name, due=loan.due_on.isoformat())
    return say("out to {name}, due {due}", name=loan.person.name, due=loan.due_on.isoformat())
