"""The actions of the walk."""

from __future__ import annotations

from typing import Final

from archroom.errors import Message, say
from archroom.tui.action import Action
from archroom.tui.situation import Situation, Where


def _needs_line(situation: Situation) -> Message | None:
    return None if situation.chosen.lines else say("Choose a line of the walk first, with the arrow keys.")


def _needs_something_to_add(situation: Situation) -> Message | None:
    if situation.where is Where.WALK:
        nothing = say("Nothing is in hand: scan a thing, or type its code into the box.")
        return nothing if situation.is_hand_empty else None
    return None if situation.chosen.code else say("Nothing is chosen: scan a thing, or find one with F2.")


WALK_ACTIONS: Final = (
    Action("walk", "ctrl+l", say("Walk"), say("Plan a walk: in which order to open aisles for a list of things, and why")),
    Action(
        "add_to_walk",
        "ctrl+o",
        say("Add to walk"),
        say("Put the chosen thing on the list of the walk; at the walk itself, what is in hand"),
        where=frozenset({Where.DESK, Where.FIND, Where.WALK}),
        why_not=_needs_something_to_add,
    ),
    Action(
        "tick",
        "ctrl+r",
        say("Tick off"),
        say("Tick off what is under the cursor, or let it be to do again"),
        where=frozenset({Where.WALK}),
        bars=frozenset({Where.WALK}),
        why_not=_needs_line,
    ),
    Action(
        "take_off",
        "",
        say("Take off"),
        say("Take what is under the cursor off the list of the walk"),
        where=frozenset({Where.WALK}),
        why_not=_needs_line,
    ),
    Action(
        "turn_purpose",
        "",
        say("Fetch or other"),
        say("Fetch, put back or count what is on the list: the next of the three"),
        where=frozenset({Where.WALK}),
    ),
    Action(
        "turn_goal",
        "",
        say("Least waiting"),
        say("Plan the walk for the least waiting in sum in place of the shortest walk, or the other way round"),
        where=frozenset({Where.WALK}),
    ),
    Action(
        "turn_parking",
        "",
        say("Parking"),
        say("Say which aisle to leave open after the walk, by what past loans asked for, or no longer"),
        where=frozenset({Where.WALK}),
    ),
    Action(
        "plan_again",
        "",
        say("Plan again"),
        say("Plan what is left of the walk anew, from where the carriages are now"),
        where=frozenset({Where.WALK}),
    ),
    Action(
        "empty_walk",
        "",
        say("Empty list"),
        say("Take everything off the list of the walk; you are asked first"),
        where=frozenset({Where.WALK}),
    ),
)
"""In the order in which bar, help and palette show them."""
