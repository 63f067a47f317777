"""Why each step of a walk stands where it does, in words."""

from __future__ import annotations

from collections.abc import Sequence

from archroom.core.routes.errands import TimedVisit
from archroom.core.routes.stretches import Stretch
from archroom.errors import Message, say


def reasons(stretches: tuple[Stretch, ...], walk: Sequence[TimedVisit]) -> tuple[Message, ...]:
    """Return one reason for each visit."""
    return tuple(_reason(stretches[step.visit.stretch], walk, index) for index, step in enumerate(walk))


def _reason(stretch: Stretch, walk: Sequence[TimedVisit], index: int) -> Message:
    step = walk[index]
    why = _why_here(stretch, walk, index)
    due = min((errand.due_s for errand in step.visit.errands if errand.due_s is not None), default=None)
    if due is not None:
        why = say("due within {minutes} min; {why}", minutes=f"{due / 60:g}", why=why)
    order = step.visit.errands[0].order
    if order and index and walk[index - 1].visit.errands[0].order == order:
        return say("the order {order} stays together; {why}", order=order, why=why)
    return why


def _why_here(stretch: Stretch, walk: Sequence[TimedVisit], index: int) -> Message:
    step = walk[index]
    if step.closes is None:
        is_left = any(earlier.visit.stretch == step.visit.stretch for earlier in walk[:index])
        return say("it is still open") if is_left else say("it stands open already")
    if len(stretch.open_gaps) > 1:
        return _why_gap(walk, index, step.closes)
    here, aisle = step.closes, step.visit.aisle
    left = [later.visit.aisle for later in walk[index:] if later.visit.stretch == step.visit.stretch]
    low, high = min(left), max(left)
    if low == high:
        return say("the last one of this part of the block")
    if aisle > here and low > here:
        return say("on the way up to aisle {end}", end=high) if aisle == low else say("it comes before the nearer ones")
    if aisle < here and high < here:
        return say("on the way down to aisle {end}", end=low) if aisle == high else say("it comes before the nearer ones")
    end, other = (low, high) if aisle < here else (high, low)
    if abs(end - here) <= abs(other - here):
        return say("first towards aisle {end}: the end at aisle {other} is farther away", end=end, other=other)
    return say("first towards aisle {end}, although aisle {other} is nearer", end=end, other=other)


def _why_gap(walk: Sequence[TimedVisit], index: int, closes: int) -> Message:
    """Return why this one of several open aisles closes."""
    stretch = walk[index].visit.stretch
    later = [step.visit.aisle for step in walk[index + 1 :] if step.visit.stretch == stretch]
    if closes in later:
        return say("aisle {closes} closes for it: that moves least, although it is needed again", closes=closes)
    return say("aisle {closes} closes for it: it is not needed again", closes=closes)
