"""A planned walk in sentences, the same for the command line and the screen."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, TypeVar

from archroom.errors import Message, say

if TYPE_CHECKING:
    from archroom.core.routes.errands import Step
    from archroom.services.errands import Aside, Spot
    from archroom.services.planning import Parking, Walk


Said = TypeVar("Said", Message, str)


def step_in_words(index: int, step: Step) -> Message:
    """Return where to go, what closes for it, and why it comes now."""
    number, block, aisle = index + 1, step.block, step.aisle
    if step.closes is None:
        return say("{number}. Go into aisle {block}/{aisle}: {why}.", number=number, block=block, aisle=aisle, why=step.why)
    if step.timed.during is not None:
        return say(
            "{number}. Go into aisle {block}/{aisle}, which opened meanwhile: {why}.",
            number=number,
            block=block,
            aisle=aisle,
            why=step.why,
        )
    return say(
        "{number}. Open aisle {block}/{aisle} (aisle {closes} closes, {seconds} s): {why}.",
        number=number,
        block=block,
        aisle=aisle,
        closes=step.closes,
        seconds=round(step.timed.opening_s),
        why=step.why,
    )


def openings_before(walk: Walk, index: int) -> tuple[Step, ...]:
    """Return the later steps whose aisles are to be opened before one goes into the aisle of this step."""
    return tuple(later for later in walk.route.steps if later.timed.during == index)


def opening_before_in_words(later: Step) -> Message:
    """Return what to have opened before one goes in."""
    return say(
        "Before you go in, have aisle {block}/{aisle} opened (aisle {closes} closes).",
        block=later.block,
        aisle=later.aisle,
        closes=later.closes or 0,
    )


def spot_in_words(spot: Spot) -> Message:
    """Return where a thing stands, as one sees it who goes in."""
    side = say("left") if spot.is_left else say("right")
    bay, level, named = spot.errand.bay, spot.errand.level, named_with_code(spot.code, spot.title or spot.address)
    if spot.container:
        thing = say("{thing}, in {container}", thing=named, container=spot.container)
        return say("{side}, bay {bay}, level {level}: {thing}", side=side, bay=bay, level=level, thing=thing)
    return say("{side}, bay {bay}, level {level}: {thing}", side=side, bay=bay, level=level, thing=named)


def with_wish(said: Said, order: str, left_s: float | None) -> Said | Message:
    """Return what is said of a line, with its order and with what is left of its time where it has them."""
    wish = _wish_in_words(order, left_s)
    return said if wish is None else say("{what}; {wish}", what=said, wish=wish)


def _wish_in_words(order: str, left_s: float | None) -> Message | None:
    if left_s is None:
        return say("order {order}", order=order) if order else None
    minutes = max(ceil(abs(left_s) / 60), 1)
    due = say("due in {minutes} min", minutes=minutes) if left_s > 0 else say("overdue by {minutes} min", minutes=minutes)
    return say("order {order}, {due}", order=order, due=due) if order else due


def parking_in_words(parking: Parking) -> Message:
    """Return which aisle to leave open in the end."""
    return say(
        "Afterwards have aisle {block}/{aisle} opened (aisle {closes} closes): what is asked for most is near it.",
        block=parking.block,
        aisle=parking.aisle,
        closes=parking.closes,
    )


def effort_in_words(walk: Walk) -> Iterator[Message]:
    """Yield what the walk takes, what no walk can take less than, and what the list as it stands would take."""
    effort, listed = walk.route.effort, walk.route.listed
    yield say("{minutes} min, openings: {openings}.", minutes=_minutes(effort.total_s), openings=effort.openings)
    if walk.route.is_shortest:
        yield say("No walk for this list is shorter.")
    else:
        yield say("No walk for this list takes less than {minutes} min.", minutes=_minutes(walk.route.lower_bound_s))
    if effort.lateness_s > 0:
        yield say("The latest is {minutes} min late.", minutes=_minutes(effort.lateness_s))
    yield say(
        "In list order: {minutes} min, openings: {openings}.", minutes=_minutes(listed.total_s), openings=listed.openings
    )


def aside_in_words(aside: Aside) -> Message:
    """Return what is not on the walk, and why."""
    return say("Not on this walk: {thing}: {why}", thing=named_with_code(aside.code, aside.title), why=aside.why)


def named_with_code(code: str, title: str) -> str:
    """Return a title with its code, or the code alone."""
    return f"{title} ({code})" if title else code


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}"
